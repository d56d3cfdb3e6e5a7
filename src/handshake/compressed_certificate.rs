//! Certificates compressed (RFC 8879): ours as we send them, the peer's as they are expanded before anything reads them.

use super::{Cx, Trace};
use crate::config::{Compression, Credential, HasSettings, certificate_message};
use crate::crypto::Crypto;
use crate::fault::{Detail, Fault, Reason, Side};
use crate::wire::{
    CertificateCompressionAlgorithm, CertificateEntry, CompressedCertificate, ExtensionType, HEADER_LEN, HandshakeType,
    Parse, Vector,
};
use alloc::{vec, vec::Vec};
use core::num::NonZeroU8;

/// [8879-3-2] An algorithm stands once in a list, if only because every other list of TLS is like that.
pub(super) fn check(offered: Option<Vector<'_, CertificateCompressionAlgorithm>>) -> Result<(), Fault> {
    let Some(offered) = offered else { return Ok(()) };
    // A list of one byte's length holds no more.
    let mut seen = [CertificateCompressionAlgorithm(0); 127];
    for (n, algorithm) in offered.iter().enumerate() {
        let (before, after) = seen.split_at_mut_checked(n).ok_or(Reason::Internal)?;
        if before.contains(&algorithm) {
            let fault = Fault::from(Reason::CertificateCompressionTwice).extension(ExtensionType::compress_certificate);
            return Err(fault.field("algorithms").detail(Detail::Value(algorithm.0.into())));
        }
        if let Some(slot) = after.first_mut() {
            *slot = algorithm;
        }
    }
    Ok(())
}

/// Bytes by which a certificate may be longer compressed than it is.
const MAX_OVERHEAD: u32 = 1024;

/// Bytes of a compressed certificate: those of a chain of ten with long keys. They are expanded before it is known who sent them,
/// and a hostile stream of so many takes some ten milliseconds, by its tables and not by what comes out.
const MAX_COMPRESSED: u32 = 1 << 14;

/// The Certificate message that a CompressedCertificate stands for, both with their headers. It is no longer than `most` bytes,
/// which is what any message may have here.
pub(crate) fn expand(compression: &Compression, message: &[u8], most: usize) -> Result<Vec<u8>, Fault> {
    let compressed = CompressedCertificate::parse(message.get(HEADER_LEN..).unwrap_or_default())?;
    let (algorithm, length) = (compressed.algorithm, compressed.uncompressed_length);
    // [8879-4-2]
    let by = compression.find(algorithm).ok_or_else(|| {
        let fault = Fault::from(Reason::CertificateCompressionNotOffered).field("algorithm");
        fault.detail(Detail::Value(algorithm.0.into()))
    })?;
    let most = u32::try_from(most.saturating_sub(HEADER_LEN)).unwrap_or(u32::MAX);
    // [8879-4-5] Judged before a byte is expanded.
    if length > most {
        let fault = Fault::from(Reason::CertificateExpandsTooFar).field("uncompressed_length");
        return Err(fault.detail(Detail::Limit { got: length, limit: most }));
    }
    // [8879-5-2] Bytes that expand to little, or to nothing, cost time all the same: as many as one has to say are enough.
    let compressed_most = length.saturating_add(MAX_OVERHEAD).min(MAX_COMPRESSED);
    let got = u32::try_from(compressed.compressed_certificate_message.len()).unwrap_or(u32::MAX);
    if got > compressed_most {
        let fault = Fault::from(Reason::CertificateExpandsTooFar).field("compressed_certificate_message");
        return Err(fault.detail(Detail::Limit { got, limit: compressed_most }));
    }
    let [_, len @ ..] = length.to_be_bytes();
    let mut certificate = vec![0; usize::try_from(length).unwrap_or(usize::MAX).saturating_add(HEADER_LEN)];
    let (header, out) = certificate.split_at_mut_checked(HEADER_LEN).ok_or(Reason::Internal)?;
    for (to, from) in header.iter_mut().zip([HandshakeType::certificate.0].into_iter().chain(len)) {
        *to = from;
    }
    // [8879-4-3] [8879-4-4]
    by.decompress(compressed.compressed_certificate_message, out)
        .map_err(|_| Fault::from(Reason::CertificateExpandsWrong).field("compressed_certificate_message"))?;
    Ok(certificate)
}

impl<K: HasSettings<Crypto = C>, C: Crypto> Cx<'_, '_, K, C> {
    /// Remembers by which of our algorithms the peer takes our certificate.
    pub(super) fn take_compression(&mut self, offered: Option<Vector<'_, CertificateCompressionAlgorithm>>) {
        self.desk.compression = self.config.settings().compression.common(offered);
    }

    /// Sends our Certificate compressed; false if the peer does not take it so, or it is not worth it.
    pub(super) fn send_compressed(
        &mut self,
        list: Vector<'_, CertificateEntry<'_>>,
        credential: &Credential,
    ) -> Result<bool, Fault> {
        // [8879-3-3]
        if self.desk.compression.is_empty() {
            return Ok(false);
        }
        let compression = &self.config.settings().compression;
        let Some(message) = certificate_message(list) else { return Ok(false) };
        let made = compression.compress(&message, self.desk.compression, credential);
        let Some((algorithm, compressed)) = made else { return Ok(false) };
        // [8879-4-6]
        self.send(&CompressedCertificate {
            algorithm,
            uncompressed_length: u32::try_from(message.len().saturating_sub(HEADER_LEN)).unwrap_or(u32::MAX),
            compressed_certificate_message: &compressed,
        })?;
        self.tell_expanded(self.base.side, algorithm, &message);
        Ok(true)
    }

    /// A CompressedCertificate was sent or taken.
    pub(super) fn tell_expanded(&mut self, sender: Side, algorithm: CertificateCompressionAlgorithm, bytes: &[u8]) {
        let place = self.config.settings().compression.place(algorithm);
        let place = place.and_then(|place| NonZeroU8::MIN.checked_add(u8::try_from(place).ok()?));
        let negotiated = &mut *self.base.negotiated;
        let ours = sender == self.base.side;
        *(if ours { &mut negotiated.own_compression } else { &mut negotiated.peer_compression }) = place;
        self.base.trace(Trace::Expanded { sender, algorithm, bytes });
    }
}
