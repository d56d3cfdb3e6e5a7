//! CertificateRequest (RFC 8446 §4.3.2).

#[cfg(feature = "alloc")]
use super::CertificateCompressionAlgorithm;
#[cfg(feature = "alloc")]
use super::ext::compress_certificate;
use super::ext::{certificate_authorities, flag, oid_filters, signature_algorithms};
use super::extensions::put;
use super::{
    DistinguishedName, Encode, ExtensionType, Extensions, HandshakeType, Malformed, Message, Parse, Reader,
    SignatureScheme, Vector, Writer, exactly,
};

/// The server's demand for a client certificate.
///
/// ```text
/// struct {
///     opaque certificate_request_context<0..2^8-1>;
///     Extension extensions<2..2^16-1>;
/// } CertificateRequest;
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CertificateRequest<'a> {
    /// What the client's Certificate must repeat; empty in a handshake.
    pub certificate_request_context: &'a [u8],
    /// The extensions.
    pub extensions: CertificateRequestExtensions<'a>,
}

/// The extensions of a [`CertificateRequest`]. Where a type occurs twice, the last one stands here.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CertificateRequestExtensions<'a> {
    /// The block as received, which is not encoded. In our own: extensions that have no field here, the first of them ahead of
    /// all others; with a heap only.
    pub raw: Extensions<'a>,
    /// RFC 8446 §4.2.3.
    pub signature_algorithms: Option<Vector<'a, SignatureScheme>>,
    /// RFC 8446 §4.2.3.
    pub signature_algorithms_cert: Option<Vector<'a, SignatureScheme>>,
    /// RFC 8446 §4.2.4.
    pub certificate_authorities: Option<Vector<'a, DistinguishedName<'a>>>,
    /// Filters are there (RFC 8446 §4.2.5). Our own are an empty list.
    pub oid_filters: bool,
    /// Asks for an OCSP response (RFC 8446 §4.4.2.1).
    pub status_request: bool,
    /// Asks for signed certificate timestamps (RFC 8446 §4.4.2.1).
    #[cfg(feature = "alloc")]
    pub signed_certificate_timestamp: bool,
    /// RFC 8879 §3.
    #[cfg(feature = "alloc")]
    pub compress_certificate: Option<Vector<'a, CertificateCompressionAlgorithm>>,
}

impl<'a> Parse<'a> for CertificateRequest<'a> {
    fn parse(body: &'a [u8]) -> Result<Self, Malformed> {
        exactly("CertificateRequest", body, |r| {
            let certificate_request_context = r.vec8("certificate_request_context");
            // [9846-4.4.2-1]
            let raw = Extensions::read(r);
            Self { certificate_request_context, extensions: CertificateRequestExtensions::read(raw, r) }
        })
    }
}

impl Encode for CertificateRequest<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.opaque8(self.certificate_request_context);
        w.vec16(|w| self.extensions.encode(w));
    }
}

impl Message for CertificateRequest<'_> {
    fn kind(&self) -> HandshakeType {
        HandshakeType::certificate_request
    }
}

impl<'a> CertificateRequestExtensions<'a> {
    fn read(raw: Extensions<'a>, r: &mut Reader<'a>) -> Self {
        let mut e = Self { raw, ..Self::default() };
        raw.read_each(r, |t, r| match t {
            ExtensionType::signature_algorithms => e.signature_algorithms = Some(signature_algorithms::read(r)),
            ExtensionType::signature_algorithms_cert => {
                e.signature_algorithms_cert = Some(signature_algorithms::read(r));
            }
            ExtensionType::certificate_authorities => {
                e.certificate_authorities = Some(certificate_authorities::read(r));
            }
            ExtensionType::oid_filters => e.oid_filters = oid_filters::read(r),
            ExtensionType::status_request => e.status_request = flag::read(r),
            #[cfg(feature = "alloc")]
            ExtensionType::signed_certificate_timestamp => e.signed_certificate_timestamp = flag::read(r),
            #[cfg(feature = "alloc")]
            ExtensionType::compress_certificate => e.compress_certificate = Some(compress_certificate::read(r)),
            _ => r.skip(),
        });
        e
    }

    fn encode(&self, w: &mut Writer<'_>) {
        use ExtensionType as T;
        #[cfg(feature = "alloc")]
        let (ahead, behind) = self.raw.ours();
        #[cfg(feature = "alloc")]
        ahead.encode(w);
        put(w, T::signature_algorithms, self.signature_algorithms, signature_algorithms::encode);
        put(w, T::signature_algorithms_cert, self.signature_algorithms_cert, signature_algorithms::encode);
        put(w, T::certificate_authorities, self.certificate_authorities, certificate_authorities::encode);
        put(w, T::oid_filters, self.oid_filters.then_some(()), oid_filters::encode);
        put(w, T::status_request, self.status_request.then_some(()), flag::encode);
        #[cfg(feature = "alloc")]
        put(w, T::signed_certificate_timestamp, self.signed_certificate_timestamp.then_some(()), flag::encode);
        #[cfg(feature = "alloc")]
        put(w, T::compress_certificate, self.compress_certificate, compress_certificate::encode);
        #[cfg(feature = "alloc")]
        behind.encode(w);
    }
}
