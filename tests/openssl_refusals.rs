//! What is wrong with a certificate, named by both sides: OpenSSL shows it and we judge, and the other way round.
//!
//! Where OpenSSL can't be the offender, for it loads no key that is not the certificate's, our other role is.

mod util;

use rcgen::{KeyPair, PublicKeyData, SignatureAlgorithm, date_time_ymd};
use std::sync::LazyLock;
use symbolon::config::{ClientConfigBuilder, ServerConfigBuilder};
use symbolon::crypto::{CryptoError, Signer};
use symbolon::wire::{AlertDescription, SignatureScheme};
use symbolon::x509::certificates_from_pem;
use symbolon::{
    Allow, ClientAuth, ClientConfig, Credential, Error, PeerAlert, Reason, Refusal, ServerConfig, Side, Signing,
    StateName,
};
use util::openssl::{Both, Folder, Openssl, accept, connect, error, is_missing, new_key, output};
use util::pair::Pair;
use util::pki::{For, PKCS_RSA_SHA256, Pki};
use util::provider::{self, Provider, lacks_rsa, local, provider};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
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
struct Shown {
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
    fn shown(self, pki: &Pki, name: &str, purpose: For) -> Shown {
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
    fn reason(self, peer: Side) -> Reason {
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
    fn place(self) -> Option<u8> {
        Some(if self == Self::Ca { 1 } else { 0 })
    }

    /// How OpenSSL names it, and the alert that it sends, having judged a peer.
    fn of_openssl(self) -> (&'static str, AlertDescription) {
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
const SHOWN_BY_OPENSSL: [Wrong; 7] = [
    Wrong::Ca,
    Wrong::MissingIntermediate,
    Wrong::Expired,
    Wrong::NotYetValid,
    Wrong::ExtendedKeyUsage,
    Wrong::Name,
    Wrong::WeakKey,
];

/// Of these, what OpenSSL shows to us: no RSA key, if we did not offer to verify with one.
fn judged_here() -> Vec<Wrong> {
    let without_rsa = lacks_rsa("a weak RSA key of OpenSSL");
    SHOWN_BY_OPENSSL.into_iter().filter(|wrong| !(without_rsa && *wrong == Wrong::WeakKey)).collect()
}

impl Shown {
    /// As arguments of `s_client` or `s_server`.
    fn args(&self, folder: &Folder) -> Vec<String> {
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
    fn credential(&self) -> Credential {
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

fn client(both: &Both) -> ClientConfigBuilder<Provider> {
    ClientConfig::builder(provider()).anchors(both.world.anchors())
}

fn server(both: &Both) -> ServerConfigBuilder<Provider> {
    ServerConfig::builder(provider()).client_auth(ClientAuth::require(both.world.anchors(), Allow::dns("robot.test")))
}

fn refusal(error: Error) -> Refusal {
    match error {
        Error::Refused(refusal) => refusal,
        other => panic!("{other}"),
    }
}

fn told(error: Error) -> PeerAlert {
    match error {
        Error::PeerAlert(alert) => alert,
        other => panic!("{other}"),
    }
}

/// How OpenSSL prints an alert that it received.
fn printed(alert: AlertDescription) -> String {
    format!("SSL alert number {}", alert.0)
}

fn slices(args: &[String]) -> Vec<&str> {
    args.iter().map(String::as_str).collect()
}

#[test]
fn our_client_refuses_what_s_server_shows() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    for wrong in judged_here() {
        let shown = wrong.shown(&both.world.pki, "server.test", For::Server).args(&both.folder);
        let mut peer = Openssl::server(&slices(&shown));
        let refusal = refusal(error(connect(client(&both), "server.test", &mut peer)));
        assert_eq!(refusal.reason, wrong.reason(Side::Server), "{wrong:?}");
        // The figure waits here for a server that does not ask for our certificate.
        assert_eq!((refusal.state, refusal.place.certificate), (StateName::WaitCertCr, wrong.place()), "{wrong:?}");
        peer.wait_for(&printed(refusal.alert()));
    }
}

#[test]
fn our_server_refuses_what_s_client_shows() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    for wrong in judged_here() {
        let shown = wrong.shown(&both.world.pki, "robot.test", For::Client).args(&both.folder);
        let (met, peer) = accept(server(&both).credential(local(&both.world.server)), &slices(&shown));
        let refusal = refusal(error(met));
        assert_eq!(refusal.reason, wrong.reason(Side::Client), "{wrong:?}");
        assert_eq!((refusal.state, refusal.place.certificate), (StateName::WaitCert, wrong.place()), "{wrong:?}");
        peer.wait_for(&printed(refusal.alert()));
    }
}

#[test]
fn s_client_refuses_what_our_server_shows() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    for wrong in SHOWN_BY_OPENSSL.into_iter().chain([Wrong::Key]) {
        let shown = wrong.shown(&both.world.pki, "server.test", For::Server);
        let config = ServerConfig::builder(provider()).credential(shown.credential());
        let (met, peer) = both.accept(config, &["-cipher", "DEFAULT:@SECLEVEL=2"]);
        let (says, alert) = wrong.of_openssl();
        peer.wait_for(says);
        let told = told(error(met));
        assert_eq!(told.description, alert, "{wrong:?}");
        assert_eq!((told.side, told.state), (Side::Server, StateName::WaitFinished), "{wrong:?}");
    }
}

#[test]
fn s_server_refuses_what_our_client_shows() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let judge = ["-Verify", "3", "-verify_return_error", "-verify_hostname", "robot.test"];
    let args = [&judge[..], &["-cipher", "DEFAULT:@SECLEVEL=2"]].concat();
    for wrong in SHOWN_BY_OPENSSL.into_iter().chain([Wrong::Key]) {
        let shown = wrong.shown(&both.world.pki, "robot.test", For::Client);
        let mut peer = both.s_server(&args);
        let met = connect(client(&both).credential(shown.credential()), "server.test", &mut peer);
        let (says, alert) = wrong.of_openssl();
        peer.wait_for(says);
        let told = told(error(met));
        assert_eq!(told.description, alert, "{wrong:?}");
        // TLS 1.3 lets a client send its Finished without waiting for the verdict.
        assert_eq!((told.side, told.state), (Side::Client, StateName::Connected), "{wrong:?}");
    }
}

#[test]
fn a_client_without_certificate_is_named_by_both() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let (met, peer) = accept(server(&both).credential(local(&both.world.server)), &[]);
    let refusal = refusal(error(met));
    assert_eq!((refusal.reason, refusal.state), (Reason::ClientCertificateMissing, StateName::WaitCert));
    peer.wait_for("alert certificate required");

    let mut peer = both.s_server(&["-Verify", "3", "-verify_return_error"]);
    let met = connect(client(&both), "server.test", &mut peer);
    peer.wait_for("peer did not return a certificate");
    assert_eq!(told(error(met)).description, AlertDescription::certificate_required);
}

/// A server can't do without: it gives up, and the client reads that. OpenSSL without any certificate does not even speak
/// TLS 1.3.
#[test]
fn a_server_without_certificate_is_named_by_both() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let only_ed25519 = client(&both).schemes(vec![SignatureScheme::ed25519]);
    for (mut peer, config, says, alert) in [
        (Openssl::server(&["-nocert"]), client(&both), "unsupported protocol", AlertDescription::protocol_version),
        (both.s_server(&[]), only_ed25519, "no suitable signature algorithm", AlertDescription::handshake_failure),
    ] {
        let met = connect(config, "server.test", &mut peer);
        peer.wait_for(says);
        let told = told(error(met));
        assert_eq!((told.description, told.state), (alert, StateName::WaitSh));
    }

    // All that our server has is of a kind that the client does not take.
    let config = ServerConfig::builder(provider()).credential(local(&both.world.server));
    let (met, peer) = accept(config, &["-sigalgs", "ed25519"]);
    assert_eq!(refusal(error(met)).reason, Reason::NoCommonScheme);
    peer.wait_for(&printed(AlertDescription::handshake_failure));
}

#[test]
fn a_key_of_another_certificate_is_named_by_both_of_our_ends() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let shown = Wrong::Key.shown(&both.world.pki, "server.test", For::Server);
    // OpenSSL can't be the offender.
    let said = Openssl::start("s_server", &slices(&shown.args(&both.folder))).finish();
    assert!(said.contains("key values mismatch"), "{said}");

    let config = ServerConfig::builder(provider()).credential(shown.credential());
    let mut pair = Pair::of(client(&both).build().unwrap(), config.build().unwrap());
    pair.run();
    let refused = refusal(pair.client.error.unwrap());
    assert_eq!((refused.reason, refused.state), (Reason::SignatureBad, StateName::WaitCv));
    assert_eq!(told(pair.server.error.unwrap()).description, AlertDescription::decrypt_error);

    let shown = Wrong::Key.shown(&both.world.pki, "robot.test", For::Client);
    let config = server(&both).credential(local(&both.world.server));
    let mut pair = Pair::of(client(&both).credential(shown.credential()).build().unwrap(), config.build().unwrap());
    pair.run();
    let refused = refusal(pair.server.error.unwrap());
    assert_eq!((refused.reason, refused.state), (Reason::SignatureBad, StateName::WaitCv));
    assert_eq!(told(pair.client.error.unwrap()).description, AlertDescription::decrypt_error);
}
