//! CompressedCertificate (RFC 8879 §4).

use super::{
    CertificateCompressionAlgorithm, Encode, HandshakeType, Malformed, Message, Parse, Reader, Writer, exactly,
};

/// A Certificate message, compressed: it takes the place of [`Certificate`](super::Certificate).
///
/// ```text
/// struct {
///     CertificateCompressionAlgorithm algorithm;
///     uint24 uncompressed_length;
///     opaque compressed_certificate_message<1..2^24-1>;
/// } CompressedCertificate;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompressedCertificate<'a> {
    /// By which it was compressed.
    pub algorithm: CertificateCompressionAlgorithm,
    /// Bytes of the body of the Certificate message, below 2^24.
    pub uncompressed_length: u32,
    /// The body of the Certificate message, without the header, compressed.
    pub compressed_certificate_message: &'a [u8],
}

impl<'a> Parse<'a> for CompressedCertificate<'a> {
    fn parse(body: &'a [u8]) -> Result<Self, Malformed> {
        exactly("CompressedCertificate", body, |r: &mut Reader<'a>| {
            let algorithm = CertificateCompressionAlgorithm(r.u16("algorithm"));
            let uncompressed_length = r.u24("uncompressed_length");
            let message = r.vec24("compressed_certificate_message");
            // [8879-4-1]
            r.within("compressed_certificate_message", 1.., message);
            Self { algorithm, uncompressed_length, compressed_certificate_message: message }
        })
    }
}

impl Encode for CompressedCertificate<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u16(self.algorithm.0);
        w.u24(self.uncompressed_length);
        w.opaque24(self.compressed_certificate_message);
    }
}

impl Message for CompressedCertificate<'_> {
    fn kind(&self) -> HandshakeType {
        HandshakeType::compressed_certificate
    }
}
