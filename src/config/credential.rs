//! Who we are: a certificate chain, and a key that signs for it, here or elsewhere.

use crate::crypto::Signer;
#[cfg(feature = "alloc")]
use crate::fault::Fault;
use crate::shared::List;
use crate::wire::{CertificateEntry, SignatureScheme, Vector};
#[cfg(feature = "alloc")]
use crate::wire::{Element, Writer};
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
#[derive(Debug)]
pub struct Credential {
    chain: Chain,
    /// The same with an OCSP response at the leaf.
    #[cfg(feature = "alloc")]
    stapled: Option<Chain>,
    /// Bytes that the response adds to a message.
    #[cfg(feature = "alloc")]
    staple_len: usize,
    signing: Signing,
}

#[derive(Debug)]
enum Chain {
    Static(&'static [CertificateEntry<'static>]),
    /// `certificate_list` as it goes on the wire.
    #[cfg(feature = "alloc")]
    Owned(alloc::vec::Vec<u8>),
}

impl Chain {
    fn list(&self) -> Vector<'_, CertificateEntry<'_>> {
        match self {
            Self::Static(entries) => Vector::items(entries),
            #[cfg(feature = "alloc")]
            Self::Owned(bytes) => Vector::wire("certificate_list", 0, bytes).unwrap_or(Vector::items(&[])),
        }
    }
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
            stapled: None,
            #[cfg(feature = "alloc")]
            staple_len: 0,
            signing,
        }
    }

    /// A chain in DER, leaf first, and where its signatures come from.
    ///
    /// # Errors
    /// [`CredentialError`] if the chain is empty or its leaf can't be parsed.
    #[cfg(feature = "alloc")]
    pub fn new<T: AsRef<[u8]>>(chain: impl IntoIterator<Item = T>, signing: Signing) -> Result<Self, CredentialError> {
        let mut bytes = alloc::vec::Vec::new();
        for der in chain {
            let der = der.as_ref();
            if bytes.is_empty() {
                Certificate::parse(der).map_err(|fault| CredentialError::Leaf(explain(&fault)))?;
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
        Ok(Self { chain: Chain::Owned(bytes), stapled: None, staple_len: 0, signing })
    }

    /// The same credential with an OCSP response for its leaf, in DER, which is sent to peers that ask for it
    /// (status_request, RFC 8446 §4.4.2.1). It takes its time to expire; then a new credential is needed, by a new
    /// configuration or as an answer to [`Ask`](crate::Ask).
    ///
    /// # Errors
    /// [`CredentialError::Staple`] if it is none that tells something, or longer than an extension can be.
    #[cfg(feature = "alloc")]
    pub fn staple(mut self, response: &[u8]) -> Result<Self, CredentialError> {
        crate::x509::OcspResponse::parse(response).map_err(|fault| CredentialError::Staple(explain(&fault)))?;
        let too_long = || CredentialError::Staple("it is longer than an extension can be".into());
        let length: usize = self.chain().iter().map(|entry| entry.cert_data.len().saturating_add(5)).sum();
        let mut bytes = alloc::vec![0; length.saturating_add(response.len()).saturating_add(8)];
        let mut w = Writer::new(&mut bytes);
        for (index, entry) in self.chain().iter().enumerate() {
            match index {
                0 => CertificateEntry::encode_stapled(entry.cert_data, response, &mut w),
                _ => CertificateEntry::new(entry.cert_data).encode(&mut w),
            }
        }
        let written = w.written().map_err(|_| too_long())?.len();
        bytes.truncate(written);
        self.stapled = Some(Chain::Owned(bytes));
        self.staple_len = written.saturating_sub(length);
        Ok(self)
    }

    /// A chain and a key as PEM; PKCS#8, PKCS#1 and SEC1 keys are understood.
    ///
    /// # Errors
    /// [`CredentialError`] says what the file really is, or that key and certificate don't belong together.
    #[cfg(feature = "ring")]
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, CredentialError> {
        use crate::crypto::RingSigner;
        use crate::x509::{PrivateKeyDer, certificates_from_pem, private_key_from_pem};
        let chain = certificates_from_pem(chain).map_err(CredentialError::Chain)?;
        let signer = match private_key_from_pem(key).map_err(CredentialError::Key)? {
            PrivateKeyDer::Pkcs8(der) => RingSigner::from_pkcs8(&der),
            PrivateKeyDer::Pkcs1(der) => RingSigner::from_pkcs1(&der),
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

    /// [4.4.2.1-2] [6066-8-2]
    /// The chain for a peer that asked for an OCSP response, or did not.
    #[cfg(feature = "alloc")]
    pub(crate) fn shown(&self, status_request: bool) -> Vector<'_, CertificateEntry<'_>> {
        self.stapled.as_ref().filter(|_| status_request).unwrap_or(&self.chain).list()
    }

    /// Bytes that an OCSP response adds to the message.
    pub(crate) fn staple_len(&self) -> usize {
        #[cfg(feature = "alloc")]
        return self.staple_len;
        #[cfg(not(feature = "alloc"))]
        return 0;
    }

    #[cfg(not(feature = "alloc"))]
    pub(crate) fn shown(&self, _: bool) -> Vector<'_, CertificateEntry<'_>> {
        self.chain()
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
