//! What can be wrong with a certificate, shown by OpenSSL or by us, and how either names it.

use super::openssl::{Folder, new_key, output};
use super::pki::{For, PKCS_RSA_SHA256, Pki};
use super::provider;
use rcgen::{KeyPair, PublicKeyData, SignatureAlgorithm, date_time_ymd};
use std::sync::LazyLock;
use symbolon::crypto::{CryptoError, Signer};
use symbolon::wire::{AlertDescription, SignatureScheme};
use symbolon::x509::certificates_from_pem;
use symbolon::{Credential, Reason, Side, Signing};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    Ca,
    MissingIntermediate,
    Expired,
    NotYetValid,
    ExtendedKeyUsage,
    Name,
    WeakKey,
    /// The certificate is good, and the key is of another one.
    Key,
}

/// What the offender shows.
pub struct Shown {
    leaf: String,
    /// What stands between the leaf and the root.
    chain: Option<String>,
    /// As PKCS#8, in PEM.
    key: String,
}

static WEAK_KEY: LazyLock<String> = LazyLock::new(|| new_key("RSA", "rsa_keygen_bits:1024"));

/// The public half of [`WEAK_KEY`]; no other library here would touch the private one.
struct WeakKey(Vec<u8>);

impl PublicKeyData for WeakKey {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_RSA_SHA256
    }
}

impl Wrong {
    /// A certificate of `name` for `purpose` under `pki`, but for what is wrong.
    pub fn shown(self, pki: &Pki, name: &str, purpose: For) -> Shown {
        let chain = match self {
            Self::Ca => Pki::new("stranger").leaf(name, purpose, |_| {}),
            Self::MissingIntermediate | Self::Key => pki.leaf(name, purpose, |_| {}),
            Self::Expired => pki.leaf(name, purpose, |leaf| leaf.not_after = date_time_ymd(2026, 5, 1)),
            Self::NotYetValid => pki.leaf(name, purpose, |leaf| leaf.not_before = date_time_ymd(2026, 7, 1)),
            Self::ExtendedKeyUsage if purpose == For::Server => pki.leaf(name, For::Client, |_| {}),
            Self::ExtendedKeyUsage => pki.leaf(name, For::Server, |_| {}),
            Self::Name => pki.leaf("other.test", purpose, |_| {}),
            Self::WeakKey => {
                let public = ["rsa", "-RSAPublicKey_out", "-outform", "DER"];
                let certificate = pki.certify(name, purpose, &WeakKey(output(&public, WEAK_KEY.as_bytes())));
                let chain = Some(pki.intermediate.pem.clone());
                return Shown { leaf: certificate.pem(), chain, key: WEAK_KEY.clone() };
            }
        };
        let between = chain.pem.strip_prefix(&chain.leaf.pem).unwrap().to_owned();
        let key = match self {
            Self::Key => KeyPair::generate().unwrap().serialize_pem(),
            _ => chain.key_pem,
        };
        Shown { leaf: chain.leaf.pem, chain: Some(between).filter(|_| self != Self::MissingIntermediate), key }
    }

    /// How we name it, having judged a peer.
    pub fn reason(self, peer: Side) -> Reason {
        match (self, peer) {
            (Self::Ca | Self::MissingIntermediate, _) => Reason::CertificateIssuerUnknown,
            (Self::Expired, _) => Reason::CertificateExpired,
            (Self::NotYetValid, _) => Reason::CertificateNotYetValid,
            (Self::ExtendedKeyUsage, _) => Reason::CertificateExtendedKeyUsage,
            (Self::Name, Side::Server) => Reason::CertificateNameMismatch,
            (Self::Name, Side::Client) => Reason::PeerNotAllowed,
            (Self::WeakKey, _) => Reason::CertificateKeyWeak,
            (Self::Key, _) => Reason::SignatureBad,
        }
    }

    /// In which certificate of the chain we find it.
    pub fn place(self) -> Option<u8> {
        Some(if self == Self::Ca { 1 } else { 0 })
    }

    /// How OpenSSL names it, and the alert that it sends, having judged a peer.
    pub fn of_openssl(self) -> (&'static str, AlertDescription) {
        match self {
            Self::Ca | Self::MissingIntermediate => {
                ("unable to get local issuer certificate", AlertDescription::unknown_ca)
            }
            Self::Expired => ("certificate has expired", AlertDescription::certificate_expired),
            Self::NotYetValid => ("certificate is not yet valid", AlertDescription::bad_certificate),
            Self::ExtendedKeyUsage => ("unsuitable certificate purpose", AlertDescription::unsupported_certificate),
            Self::Name => ("hostname mismatch", AlertDescription::bad_certificate),
            Self::WeakKey => ("EE certificate key too weak", AlertDescription::bad_certificate),
            Self::Key => ("bad signature", AlertDescription::decrypt_error),
        }
    }
}

/// What OpenSSL itself can be made to show.
pub const SHOWN_BY_OPENSSL: [Wrong; 7] = [
    Wrong::Ca,
    Wrong::MissingIntermediate,
    Wrong::Expired,
    Wrong::NotYetValid,
    Wrong::ExtendedKeyUsage,
    Wrong::Name,
    Wrong::WeakKey,
];

impl Shown {
    /// As arguments of `s_client` or `s_server`.
    pub fn args(&self, folder: &Folder) -> Vec<String> {
        let mut args = vec!["-cert".to_owned(), folder.write("shown.pem", &self.leaf)];
        args.extend(["-key".to_owned(), folder.write("shown.key", &self.key)]);
        if let Some(chain) = &self.chain {
            args.extend(["-cert_chain".to_owned(), folder.write("shown-chain.pem", chain)]);
        }
        // Without this, it would not load a weak key.
        args.extend(["-cipher".to_owned(), "DEFAULT:@SECLEVEL=0".to_owned()]);
        args
    }

    /// As ours.
    pub fn credential(&self) -> Credential {
        let chain = [self.leaf.as_str(), self.chain.as_deref().unwrap_or_default()].concat();
        let key = KeyPair::from_pem(&self.key);
        let signer: Box<dyn Signer> = match key {
            Ok(key) => provider::signer(&key.serialize_der()),
            Err(_) => Box::new(Scribble),
        };
        Credential::new(certificates_from_pem(chain.as_bytes()).unwrap(), Signing::Local(signer)).unwrap()
    }
}

/// Signs nothing: for a key of which the peer should never look at a signature.
struct Scribble;

impl Signer for Scribble {
    fn schemes(&self) -> &[SignatureScheme] {
        &[SignatureScheme::rsa_pss_rsae_sha256]
    }

    fn sign(&self, _: SignatureScheme, _: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
        out[..128].fill(0x5a);
        Ok(128)
    }
}
