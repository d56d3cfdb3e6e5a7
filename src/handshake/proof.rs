//! Who the peer is, in three types: judged, unproven, proven.
//!
//! `CONNECTED` can only be built from [`Proven`] (or, in a server, from [`Unauthenticated`]), and [`Proven`] only from a
//! verified CertificateVerify. A Finished that is accepted without it does not compile.

use super::Cx;
use super::Trace;
#[cfg(feature = "alloc")]
use crate::crypto::Secret;
use crate::crypto::{Crypto, Digest, MAX_HASH_LEN, PublicKey, SignatureAlgorithm};
use crate::fault::{Detail, Fault, Reason, Side};
use crate::wire::{CertificateVerify, SignatureScheme, Writer};
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

impl From<ByPsk> for Proven {
    fn from(_: ByPsk) -> Self {
        Self(())
    }
}

/// The peer holds a PSK that we hold: a client shows it by its binder, a server by everything that hangs from it, Finished
/// above all.
#[cfg(feature = "alloc")]
#[must_use]
pub struct ByPsk(());

/// Without a heap there are no PSKs.
#[cfg(not(feature = "alloc"))]
pub enum ByPsk {}

#[cfg(feature = "alloc")]
impl ByPsk {
    /// The server selected the PSK that `offered` has at this place.
    pub(super) fn selected<T>(offered: &mut alloc::vec::Vec<T>, index: u16) -> Option<(T, Self)> {
        let index = usize::from(index);
        (index < offered.len()).then(|| (offered.swap_remove(index), Self(())))
    }

    /// The client's binder (§4.2.11.2), compared in constant time.
    pub(super) fn bound(expected: &Secret, binder: &[u8]) -> Option<Self> {
        (*expected == *binder).then_some(Self(()))
    }
}

/// The client sent no certificate, and none is demanded.
#[must_use]
pub struct Unauthenticated(pub(super) ());

/// Who the client is, as far as this server asks.
#[must_use]
pub enum ClientProof {
    Proven(#[allow(dead_code)] Proven),
    ByPsk(#[allow(dead_code)] ByPsk),
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
        // [4.4.3-3] [8701-4.1-3] Only what signature_algorithms offered, and never RSASSA-PKCS1-v1_5.
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
        #[cfg(feature = "alloc")]
        if let Some(origin) = &mut cx.desk.origin {
            alloc::sync::Arc::make_mut(origin).scheme = Some(cv.algorithm);
        }
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
        let mut bytes = [0; PREFIX_LEN + MAX_HASH_LEN];
        let mut w = Writer::new(&mut bytes);
        w.put(&[0x20; PAD_LEN]);
        w.put(context);
        w.u8(0);
        w.put(transcript_hash.as_ref());
        let len = w.written().unwrap_or_default().len();
        Self { bytes, len }
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
