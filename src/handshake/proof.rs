//! Who the peer is, in three types: judged, unproven, proven.
//!
//! `CONNECTED` can only be built from [`Proven`] (or, in a server, from [`Unauthenticated`]), and [`Proven`] only from a
//! verified CertificateVerify. A Finished that is accepted without it does not compile.

use super::Cx;
use super::Trace;
use crate::crypto::{Crypto, Digest, MAX_HASH_LEN, PublicKey, SignatureAlgorithm};
use crate::fault::{Detail, Fault, Reason, Side};
use crate::wire::{CertificateVerify, SignatureScheme};
use crate::x509;

/// The peer's chain was judged and accepted, here or by the application.
#[must_use]
pub struct Judged<'m> {
    /// The key that the peer has yet to prove.
    pub(super) key: PublicKey<'m>,
}

impl<'m> Judged<'m> {
    pub(super) fn accept(leaf: &x509::Certificate<'m>) -> Result<Self, Fault> {
        Ok(Self { key: leaf.public_key().map_err(|f| f.certificate(0))? })
    }
}

/// The chain is good. That the peer holds its key is not shown yet.
#[must_use]
pub struct Unproven(());

/// The peer holds the key of its certificate.
#[must_use]
pub struct Proven(());

/// The client sent no certificate, and none is demanded.
#[must_use]
pub struct Unauthenticated(pub(super) ());

/// Who the client is, as far as this server asks.
#[must_use]
pub enum ClientProof {
    Proven(#[allow(dead_code)] Proven),
    Unauthenticated(#[allow(dead_code)] Unauthenticated),
}

impl From<Judged<'_>> for Unproven {
    fn from(_: Judged<'_>) -> Self {
        Self(())
    }
}

impl Unproven {
    /// CertificateVerify (§4.4.3): `before` is Transcript-Hash(ClientHello..Certificate), `offered` what we would accept.
    pub(super) fn prove<K, C: Crypto>(
        self,
        signer: Side,
        cv: &CertificateVerify<'_>,
        before: &Digest,
        offered: &[SignatureScheme],
        cx: &mut Cx<'_, '_, K, C>,
    ) -> Result<Proven, Fault> {
        let scheme =
            |reason: Reason| Fault::from(reason).field("algorithm").detail(Detail::Value(cv.algorithm.0.into()));
        // [4.4.3-3] Only what signature_algorithms offered, and never RSASSA-PKCS1-v1_5.
        let algorithm = SignatureAlgorithm::of_scheme(cv.algorithm)
            .filter(|_| offered.contains(&cv.algorithm))
            .ok_or_else(|| scheme(Reason::SchemeNotOffered))?;
        let key = cx.desk.peer_key.as_ref().ok_or(Reason::Internal)?.get();
        // [4.4.3-4]
        if algorithm.key_kind() != key.kind {
            return Err(scheme(Reason::SchemeKeyMismatch));
        }
        // [4.4.3-5]
        let content = SignedContent::new(signer, before);
        cx.crypto()
            .verify(algorithm, key.bytes, content.as_ref(), cv.signature)
            .map_err(|_| Fault::from(Reason::SignatureBad).field("signature"))?;
        cx.desk.peer_key = None;
        cx.base.negotiated.peer_scheme = Some(cv.algorithm);
        cx.base.trace(Trace::PeerProven(cv.algorithm));
        Ok(Proven(()))
    }
}

const PAD_LEN: usize = 64;
const CONTEXT_LEN: usize = 33;
const PREFIX_LEN: usize = PAD_LEN + CONTEXT_LEN + 1;

/// The bytes that CertificateVerify signs (RFC 8446 §4.4.3): 64 spaces, the context string, a zero, the transcript hash.
#[derive(Clone)]
pub struct SignedContent {
    bytes: [u8; PREFIX_LEN + MAX_HASH_LEN],
    len: usize,
}

impl SignedContent {
    pub(super) fn new(signer: Side, transcript_hash: &Digest) -> Self {
        let context: &[u8; CONTEXT_LEN] = match signer {
            Side::Client => b"TLS 1.3, client CertificateVerify",
            Side::Server => b"TLS 1.3, server CertificateVerify",
        };
        // [4.4.3-2]
        let mut bytes = [0x20; PREFIX_LEN + MAX_HASH_LEN];
        let hash = transcript_hash.as_ref();
        let content = context.iter().chain(&[0]).chain(hash);
        for (to, from) in bytes.iter_mut().skip(PAD_LEN).zip(content) {
            *to = *from;
        }
        Self { bytes, len: PREFIX_LEN.saturating_add(hash.len()) }
    }
}

impl AsRef<[u8]> for SignedContent {
    fn as_ref(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

impl core::fmt::Debug for SignedContent {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.as_ref().iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}
