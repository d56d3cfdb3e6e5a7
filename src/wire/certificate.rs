//! Certificate (RFC 8446 §4.4.2).

use super::{Element, Encode, Extensions, HandshakeType, Malformed, Message, Parse, Reader, Vector, Writer, exactly};
#[cfg(feature = "alloc")]
use super::{
    ExtensionType, SerializedSct,
    ext::{signed_certificate_timestamp, status_request},
    extensions::put,
    reader::extension_data,
};

/// A chain of certificates, the sender's own first; empty when a client has none to show.
///
/// ```text
/// struct {
///     opaque certificate_request_context<0..2^8-1>;
///     CertificateEntry certificate_list<0..2^24-1>;
/// } Certificate;
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Certificate<'a> {
    /// That of the CertificateRequest; empty from a server.
    pub certificate_request_context: &'a [u8],
    /// The chain.
    pub certificate_list: Vector<'a, CertificateEntry<'a>>,
}

/// One certificate of a chain. Only X.509 is ever negotiated here.
///
/// ```text
/// struct {
///     select (certificate_type) {
///         case RawPublicKey:
///           /* From RFC 7250 ASN.1_subjectPublicKeyInfo */
///           opaque ASN1_subjectPublicKeyInfo<1..2^24-1>;
///
///         case X509:
///           opaque cert_data<1..2^24-1>;
///     };
///     Extension extensions<0..2^16-1>;
/// } CertificateEntry;
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CertificateEntry<'a> {
    /// The certificate in DER.
    pub cert_data: &'a [u8],
    /// What goes with it.
    pub extensions: Extensions<'a>,
}

impl<'a> CertificateEntry<'a> {
    /// A certificate in DER, without extensions.
    #[must_use]
    pub const fn new(der: &'a [u8]) -> Self {
        Self { cert_data: der, extensions: Extensions::EMPTY }
    }
}

#[cfg(feature = "alloc")]
impl<'a> CertificateEntry<'a> {
    /// The OCSP response that is stapled to the certificate: its `status_request` (RFC 8446 §4.4.2.1).
    ///
    /// # Errors
    /// [`Malformed`] if that is no CertificateStatus.
    pub fn ocsp_response(&self) -> Result<Option<&'a [u8]>, Malformed> {
        let t = ExtensionType::status_request;
        let Some(body) = self.extensions.find(t) else { return Ok(None) };
        extension_data(t, body, status_request::read_response).map(Some)
    }

    /// The signed certificate timestamps that come with the certificate (RFC 6962 §3.3); they say nothing as long as nobody
    /// verifies them.
    ///
    /// # Errors
    /// [`Malformed`] if that is no SignedCertificateTimestampList.
    pub fn timestamps(&self) -> Result<Option<Vector<'a, SerializedSct<'a>>>, Malformed> {
        let t = ExtensionType::signed_certificate_timestamp;
        let Some(body) = self.extensions.find(t) else { return Ok(None) };
        extension_data(t, body, signed_certificate_timestamp::read).map(Some)
    }

    /// Appends the entry of a certificate with an OCSP response stapled to it, and with a SignedCertificateTimestampList.
    pub fn encode_with(der: &[u8], ocsp_response: Option<&[u8]>, timestamps: Option<&[u8]>, w: &mut Writer<'_>) {
        w.opaque24(der);
        w.vec16(|w| {
            put(w, ExtensionType::status_request, ocsp_response, status_request::encode_response);
            put(w, ExtensionType::signed_certificate_timestamp, timestamps, |list, w| w.put(list));
        });
    }
}

impl<'a> Element<'a> for CertificateEntry<'a> {
    fn read(r: &mut Reader<'a>) -> Self {
        let cert_data = r.vec24("cert_data");
        Self { cert_data: r.within("cert_data", 1.., cert_data), extensions: Extensions::read(r) }
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.opaque24(self.cert_data);
        w.vec16(|w| self.extensions.encode(w));
    }
}

impl<'a> Parse<'a> for Certificate<'a> {
    fn parse(body: &'a [u8]) -> Result<Self, Malformed> {
        exactly("Certificate", body, |r| {
            let certificate_request_context = r.vec8("certificate_request_context");
            let list = r.vec24("certificate_list");
            Self { certificate_request_context, certificate_list: Vector::read(r, "certificate_list", 0, list) }
        })
    }
}

impl Encode for Certificate<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.opaque8(self.certificate_request_context);
        w.vec24(|w| self.certificate_list.encode(w));
    }
}

impl Message for Certificate<'_> {
    fn kind(&self) -> HandshakeType {
        HandshakeType::certificate
    }
}
