//! Who we are: a certificate chain, and a key that signs for it, here or elsewhere.

use super::chain::{Beside, Chain};
#[cfg(feature = "alloc")]
use super::compression::{CertificateCompression, Prepared};
#[cfg(feature = "alloc")]
use super::{chain::Attached, settings::AuthorityHints};
use crate::crypto::SignatureAlgorithm;
use crate::crypto::Signer;
#[cfg(feature = "alloc")]
use crate::crypto::{KeyKind, LocalSigner};
#[cfg(feature = "alloc")]
use crate::fault::Fault;
use crate::shared::List;
use crate::wire::{CertificateEntry, SignatureScheme, Vector};
#[cfg(feature = "alloc")]
use crate::wire::{Malformed, SerializedSct};
#[cfg(feature = "alloc")]
use crate::x509::{Certificate, LoadError};
use core::fmt;

/// Where signatures come from.
pub enum Signing {
    /// A key that lives for ever.
    Static(&'static dyn Signer),
    /// A key in this process.
    #[cfg(feature = "alloc")]
    Local(alloc::boxed::Box<dyn Signer>),
    /// The handshake stops and asks the application, for any of these schemes.
    External(List<SignatureScheme>),
}

impl Signing {
    pub(crate) fn schemes(&self) -> &[SignatureScheme] {
        match self {
            Self::Static(signer) => signer.schemes(),
            #[cfg(feature = "alloc")]
            Self::Local(signer) => signer.schemes(),
            Self::External(schemes) => schemes,
        }
    }

    pub(crate) fn signer(&self) -> Option<&dyn Signer> {
        match self {
            Self::Static(signer) => Some(*signer),
            #[cfg(feature = "alloc")]
            Self::Local(signer) => Some(signer.as_ref()),
            Self::External(_) => None,
        }
    }
}

impl fmt::Debug for Signing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Signing").field(&self.schemes()).finish()
    }
}

/// A certificate chain, leaf first, and the key of the leaf.
///
/// # Which of several is shown
/// A credential fits a ClientHello, or a CertificateRequest, if
/// 1. it can sign in CertificateVerify with a scheme that the peer lists in `signature_algorithms` (RFC 8446 §4.4.3): of those,
///    the peer's first, or with [`sign_with`](Self::sign_with) our first. A scheme for ECDSA names the curve of the key with
///    it; `supported_groups` is about key exchange and has no say;
/// 2. and, where [`AuthorityHints::Require`] holds for it, a certificate of its chain was issued by one of the peer's
///    `certificate_authorities` (§4.2.4), if the peer names any.
///
/// Of those that fit the first one is shown, in the order of the configuration, but before the others
/// 1. in a server, one whose leaf is for the client's `server_name` (RFC 6066 §3);
/// 2. then one whose chain leads to one of the peer's `certificate_authorities`;
/// 3. then one whose chain is signed in ways that the peer accepts in certificates (`signature_algorithms_cert`, §4.4.2.2).
///
/// If none fits, a server fails, and a client shows none (§4.4.2), or fails too if it is to be
/// [never anonymous](crate::config::ClientConfigBuilder::never_anonymous).
#[derive(Debug)]
pub struct Credential {
    chain: Chain,
    #[cfg(feature = "alloc")]
    attached: Attached,
    signing: Signing,
    /// What the leaf is for, if it is known.
    #[cfg(feature = "alloc")]
    key_kind: Option<KeyKind>,
    /// The schemes to sign with, preferred first.
    #[cfg(feature = "alloc")]
    sign_with: Option<alloc::vec::Vec<SignatureScheme>>,
    /// In place of those of the configuration.
    #[cfg(feature = "alloc")]
    authority_hints: Option<AuthorityHints>,
    /// What it shows, compressed.
    #[cfg(feature = "alloc")]
    prepared: Prepared,
}

/// A chain and key that can't be a credential.
#[derive(Debug)]
#[non_exhaustive]
pub enum CredentialError {
    /// No certificate was given.
    NoCertificate,
    /// The certificate file.
    #[cfg(feature = "alloc")]
    Chain(LoadError),
    /// The key file.
    #[cfg(feature = "alloc")]
    Key(LoadError),
    /// The leaf can't be used: why.
    #[cfg(feature = "alloc")]
    Leaf(alloc::string::String),
    /// The OCSP response can't be stapled: why.
    #[cfg(feature = "alloc")]
    Staple(alloc::string::String),
    /// The list of signed certificate timestamps can't be sent: why.
    #[cfg(feature = "alloc")]
    Timestamps(alloc::string::String),
    /// The key is of a kind, or a size, that can't sign in TLS 1.3: RSA of 2048 to 4096 bits, P-256, P-384 and Ed25519 can.
    KeyUnsupported,
    /// The key is not the one that the certificate is for.
    KeyMismatch,
}

impl fmt::Display for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCertificate => f.write_str("no certificate was given"),
            #[cfg(feature = "alloc")]
            Self::Chain(e) | Self::Key(e) => e.fmt(f),
            #[cfg(feature = "alloc")]
            Self::Leaf(why) => write!(f, "the first certificate can't be used: {why}"),
            #[cfg(feature = "alloc")]
            Self::Staple(why) => write!(f, "the OCSP response can't be stapled: {why}"),
            #[cfg(feature = "alloc")]
            Self::Timestamps(why) => write!(f, "the signed certificate timestamps can't be sent: {why}"),
            Self::KeyUnsupported => f.write_str(
                "is a key that can't sign in TLS 1.3 here (RSA of 2048 to 4096 bits, P-256, P-384 and Ed25519 can)",
            ),
            Self::KeyMismatch => f.write_str("is not the key of the first certificate"),
        }
    }
}

impl core::error::Error for CredentialError {}

impl Credential {
    /// A credential without a heap.
    #[must_use]
    pub const fn from_static(chain: &'static [CertificateEntry<'static>], signing: Signing) -> Self {
        Self {
            chain: Chain::Static(chain),
            #[cfg(feature = "alloc")]
            attached: Attached::NOTHING,
            signing,
            #[cfg(feature = "alloc")]
            key_kind: None,
            #[cfg(feature = "alloc")]
            sign_with: None,
            #[cfg(feature = "alloc")]
            authority_hints: None,
            #[cfg(feature = "alloc")]
            prepared: Prepared::NOTHING,
        }
    }

    /// A chain in DER, leaf first, and where its signatures come from.
    ///
    /// # Errors
    /// [`CredentialError`] if the chain is empty or its leaf can't be parsed.
    #[cfg(feature = "alloc")]
    pub fn new<T: AsRef<[u8]>>(chain: impl IntoIterator<Item = T>, signing: Signing) -> Result<Self, CredentialError> {
        let mut bytes = alloc::vec::Vec::new();
        let mut key_kind = None;
        for der in chain {
            let der = der.as_ref();
            if bytes.is_empty() {
                let leaf = Certificate::parse(der).map_err(|fault| CredentialError::Leaf(explain(&fault)))?;
                key_kind = leaf.public_key().ok().map(|key| key.kind);
            }
            let len = u32::try_from(der.len()).map_err(|_| CredentialError::NoCertificate)?.to_be_bytes();
            let Some(len) = len.get(1..) else { continue };
            bytes.extend_from_slice(len);
            bytes.extend_from_slice(der);
            bytes.extend_from_slice(&[0, 0]);
        }
        if bytes.is_empty() {
            return Err(CredentialError::NoCertificate);
        }
        let chain = Chain::Owned(bytes);
        let (attached, prepared) = (Attached::NOTHING, Prepared::NOTHING);
        Ok(Self { chain, attached, signing, key_kind, sign_with: None, authority_hints: None, prepared })
    }

    /// The same credential with an OCSP response for its leaf, in DER, which is sent to peers that ask for it
    /// (status_request, RFC 8446 §4.4.2.1). It takes its time to expire; then a new credential is needed, by a new
    /// configuration or as an answer to [`Ask`](crate::Ask).
    ///
    /// # Errors
    /// [`CredentialError::Staple`] if it is none that tells something, or longer than an extension can be.
    #[cfg(feature = "alloc")]
    pub fn staple(self, response: &[u8]) -> Result<Self, CredentialError> {
        crate::x509::OcspResponse::parse(response).map_err(|fault| CredentialError::Staple(explain(&fault)))?;
        self.staple_unchecked(response)
    }

    /// As [`staple`](Self::staple), but whatever the bytes are: for trying out what peers make of them.
    ///
    /// # Errors
    /// [`CredentialError::Staple`] if there are none, or more than an extension can have.
    #[cfg(feature = "alloc")]
    pub fn staple_unchecked(mut self, response: &[u8]) -> Result<Self, CredentialError> {
        if response.is_empty() {
            return Err(CredentialError::Staple("it is empty".into()));
        }
        let too_long = |_| CredentialError::Staple("it is longer than an extension can be".into());
        self.attached.add(&self.chain, Some(response), None).map_err(too_long)?;
        Ok(self)
    }

    /// The same credential with signed certificate timestamps for its leaf, which are sent to peers that ask for them
    /// (signed_certificate_timestamp, RFC 6962 §3.3). `list` is a SignedCertificateTimestampList, lengths included, as logs'
    /// tools write it. Only its form is looked at; a CA that puts timestamps into the certificate itself makes this needless.
    ///
    /// # Errors
    /// [`CredentialError::Timestamps`] if it is no such list, is empty, or longer than an extension can be.
    #[cfg(feature = "alloc")]
    pub fn timestamps(mut self, list: &[u8]) -> Result<Self, CredentialError> {
        let no_list = |malformed: Malformed| CredentialError::Timestamps(explain(&malformed.into()));
        SerializedSct::parse_list(list).map_err(no_list)?;
        let too_long = |_| CredentialError::Timestamps("the list is longer than an extension can be".into());
        self.attached.add(&self.chain, None, Some(list)).map_err(too_long)?;
        Ok(self)
    }

    /// The same credential, signing with these schemes only, preferred first; then our order counts and not the peer's. What
    /// its key can't make, or TLS 1.3 does not have in CertificateVerify, is passed over: if that is all, it fits no peer.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn sign_with(mut self, schemes: impl Into<alloc::vec::Vec<SignatureScheme>>) -> Self {
        self.sign_with = Some(schemes.into());
        self
    }

    /// The same credential with hints of its own, in place of those of the configuration.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn authority_hints(mut self, hints: AuthorityHints) -> Self {
        self.authority_hints = Some(hints);
        self
    }

    /// The same credential with all that it shows by now compressed by these algorithms (RFC 8879), once: for one that the
    /// application answers with, which is compressed in each handshake otherwise. A configuration does so with its own.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn compress(mut self, algorithms: &[alloc::sync::Arc<dyn CertificateCompression>]) -> Self {
        let mut prepared = Prepared::NOTHING;
        prepared.add(algorithms, &self);
        self.prepared = prepared;
        self
    }

    #[cfg(feature = "alloc")]
    pub(super) fn prepared(&self) -> &Prepared {
        &self.prepared
    }

    /// A chain and a key as PEM; PKCS#8, PKCS#1 and SEC1 keys are understood. The signatures are made with `ring`.
    ///
    /// # Errors
    /// [`CredentialError`] says what the file really is, or that key and certificate don't belong together.
    #[cfg(feature = "ring")]
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, CredentialError> {
        Self::from_pem_with::<crate::crypto::RingSigner>(chain, key)
    }

    /// The same with a signer of your choice.
    ///
    /// # Errors
    /// As [`Credential::from_pem`](Self::from_pem).
    #[cfg(feature = "alloc")]
    pub fn from_pem_with<S: LocalSigner>(chain: &[u8], key: &[u8]) -> Result<Self, CredentialError> {
        use crate::x509::{PrivateKeyDer, certificates_from_pem, private_key_from_pem};
        let chain = certificates_from_pem(chain).map_err(CredentialError::Chain)?;
        let signer = match private_key_from_pem(key).map_err(CredentialError::Key)? {
            PrivateKeyDer::Pkcs8(der) => S::from_pkcs8(&der),
            PrivateKeyDer::Pkcs1(der) => S::from_pkcs1(&der),
        }
        .map_err(|_| CredentialError::KeyUnsupported)?;
        let leaf = chain.first().ok_or(CredentialError::NoCertificate)?;
        let leaf = Certificate::parse(leaf).map_err(|fault| CredentialError::Leaf(explain(&fault)))?;
        let public = leaf.public_key().map_err(|fault| CredentialError::Leaf(explain(&fault)))?;
        if public.bytes != signer.public_key() {
            return Err(CredentialError::KeyMismatch);
        }
        Self::new(chain, Signing::Local(alloc::boxed::Box::new(signer)))
    }

    /// The schemes that signatures can be made with.
    #[must_use]
    pub fn schemes(&self) -> &[SignatureScheme] {
        self.signing.schemes()
    }

    /// The chain as it is sent.
    #[must_use]
    pub fn chain(&self) -> Vector<'_, CertificateEntry<'_>> {
        self.chain.list()
    }

    /// By which the chain is recognized.
    #[cfg(feature = "alloc")]
    pub(crate) fn fingerprint<C: crate::crypto::Crypto>(&self, crypto: &C) -> [u8; 32] {
        crate::resumption::chain_fingerprint(crypto, self.chain().iter().map(|entry| entry.cert_data))
    }

    /// The chain for a peer that asked for this beside it.
    #[cfg_attr(not(feature = "alloc"), allow(unused_variables, reason = "there is nothing beside it"))]
    pub(crate) fn shown(&self, asked: Beside) -> Vector<'_, CertificateEntry<'_>> {
        #[cfg(feature = "alloc")]
        if let Some(chain) = self.attached.list(asked) {
            return chain.list();
        }
        self.chain()
    }

    /// Bytes that the certificate list takes at most in a message.
    pub(crate) fn list_len(&self) -> usize {
        #[cfg(feature = "alloc")]
        let attached = self.attached.len();
        #[cfg(not(feature = "alloc"))]
        let attached = 0;
        self.chain().iter().map(|entry| entry.cert_data.len().saturating_add(5)).fold(attached, usize::saturating_add)
    }

    /// [4.4.2.2-2] [4.4.2.3-1] [4.4.3-6] The scheme of CertificateVerify for a peer that lists `offered`.
    pub(crate) fn scheme_for(&self, offered: Vector<'_, SignatureScheme>) -> Option<SignatureScheme> {
        #[cfg(feature = "alloc")]
        if let Some(ours) = &self.sign_with {
            return ours.iter().copied().find(|scheme| self.makes(*scheme) && offered.contains(*scheme));
        }
        offered.iter().find(|scheme| self.makes(*scheme))
    }

    /// Whether it can make signatures of this scheme in CertificateVerify.
    fn makes(&self, scheme: SignatureScheme) -> bool {
        let Some(algorithm) = SignatureAlgorithm::of_scheme(scheme) else { return false };
        #[cfg(feature = "alloc")]
        if self.key_kind.is_some_and(|kind| kind != algorithm.key_kind()) {
            return false;
        }
        #[cfg(not(feature = "alloc"))]
        let _ = algorithm;
        self.signing.schemes().contains(&scheme)
    }

    /// How far the peer's list of authorities decides, in a configuration with these hints.
    #[cfg(feature = "alloc")]
    pub(crate) fn hints_or(&self, hints: AuthorityHints) -> AuthorityHints {
        self.authority_hints.unwrap_or(hints)
    }

    /// The leaf in DER.
    #[must_use]
    pub fn leaf(&self) -> &[u8] {
        self.chain().iter().next().map_or(&[], |entry| entry.cert_data)
    }

    pub(crate) fn signing(&self) -> &Signing {
        &self.signing
    }
}

#[cfg(feature = "alloc")]
fn explain(fault: &Fault) -> alloc::string::String {
    use alloc::string::ToString;
    let mut text = fault.reason().says().to_string();
    if !fault.place().field.is_empty() {
        text.push_str(" (");
        text.push_str(fault.place().field);
        text.push(')');
    }
    text
}
