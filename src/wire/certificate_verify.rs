//! CertificateVerify (RFC 8446 §4.4.3).

use super::{Encode, HandshakeType, Malformed, Message, Parse, SignatureScheme, Writer, exactly};

/// The proof of possession of the certificate's key.
///
/// ```text
/// struct {
///     SignatureScheme algorithm;
///     opaque signature<0..2^16-1>;
/// } CertificateVerify;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificateVerify<'a> {
    /// How it was signed.
    pub algorithm: SignatureScheme,
    /// The signature.
    pub signature: &'a [u8],
}

impl<'a> Parse<'a> for CertificateVerify<'a> {
    fn parse(body: &'a [u8]) -> Result<Self, Malformed> {
        exactly("CertificateVerify", body, |r| Self {
            algorithm: SignatureScheme(r.u16("algorithm")),
            signature: r.vec16("signature"),
        })
    }
}

impl Encode for CertificateVerify<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u16(self.algorithm.0);
        w.opaque16(self.signature);
    }
}

impl Message for CertificateVerify<'_> {
    fn kind(&self) -> HandshakeType {
        HandshakeType::certificate_verify
    }
}
