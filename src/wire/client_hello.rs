//! ClientHello (RFC 8446 §4.1.2).

#[cfg(feature = "alloc")]
use super::CertificateCompressionAlgorithm;
#[cfg(feature = "alloc")]
use super::ext::{TicketRequest, compress_certificate, ticket_request};
use super::ext::{
    application_layer_protocol_negotiation as alpn, certificate_authorities, cookie, flag, key_share,
    max_fragment_length, psk_key_exchange_modes, record_size_limit, server_name, signature_algorithms, status_request,
    supported_groups, supported_versions,
};
use super::extensions::put;
use super::{
    CipherSuite, DistinguishedName, Encode, ExtensionType, Extensions, HandshakeType, KeyShareEntry, Malformed,
    MaxFragmentLength, Message, NamedGroup, Parse, ProtocolName, ProtocolVersion, Reader, SignatureScheme, Vector,
    Writer, exactly,
};

/// The client's offer.
///
/// ```text
/// struct {
///     ProtocolVersion legacy_version = 0x0303;    /* TLS v1.2 */
///     Random random;
///     opaque legacy_session_id<0..32>;
///     CipherSuite cipher_suites<2..2^16-2>;
///     opaque legacy_compression_methods<1..2^8-1>;
///     Extension extensions<8..2^16-1>;
/// } ClientHello;
/// ```
///
/// Clients of older versions may send fewer extensions or leave the field out, so its lower bound is not held here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClientHello<'a> {
    /// TLS 1.2, in all that offer TLS 1.3.
    pub legacy_version: ProtocolVersion,
    /// The client's random bytes.
    pub random: &'a [u8; 32],
    /// What the server must echo.
    pub legacy_session_id: &'a [u8],
    /// The suites, most preferred first.
    pub cipher_suites: Vector<'a, CipherSuite>,
    /// One zero, in all that offer TLS 1.3.
    pub legacy_compression_methods: &'a [u8],
    /// The extensions.
    pub extensions: ClientHelloExtensions<'a>,
}

/// The extensions of a [`ClientHello`]. Where a type occurs twice, the last one stands here.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ClientHelloExtensions<'a> {
    /// The block as received, which is not encoded. In our own: extensions that have no field here, the first of them ahead of
    /// all others; with a heap only.
    pub raw: Extensions<'a>,
    /// The `host_name` (RFC 6066 §3).
    pub server_name: Option<&'a [u8]>,
    /// RFC 6066 §4.
    pub max_fragment_length: Option<MaxFragmentLength>,
    /// Asks for an OCSP response (RFC 6066 §8).
    pub status_request: bool,
    /// RFC 8446 §4.2.7.
    pub supported_groups: Option<Vector<'a, NamedGroup>>,
    /// RFC 8446 §4.2.3.
    pub signature_algorithms: Option<Vector<'a, SignatureScheme>>,
    /// RFC 8446 §4.2.3.
    pub signature_algorithms_cert: Option<Vector<'a, SignatureScheme>>,
    /// `application_layer_protocol_negotiation` (RFC 7301 §3.1).
    pub alpn: Option<Vector<'a, ProtocolName<'a>>>,
    /// RFC 8879 §3.
    #[cfg(feature = "alloc")]
    pub compress_certificate: Option<Vector<'a, CertificateCompressionAlgorithm>>,
    /// Bytes of `TLSInnerPlaintext` (RFC 8449 §4).
    pub record_size_limit: Option<u16>,
    /// Asks for signed certificate timestamps (RFC 6962 §3.3.1).
    #[cfg(feature = "alloc")]
    pub signed_certificate_timestamp: bool,
    /// RFC 8446 §4.2.1.
    pub supported_versions: Option<Vector<'a, ProtocolVersion>>,
    /// RFC 8446 §4.2.2.
    pub cookie: Option<&'a [u8]>,
    /// RFC 8446 §4.2.4.
    pub certificate_authorities: Option<Vector<'a, DistinguishedName<'a>>>,
    /// RFC 8446 §4.2.8.
    pub key_share: Option<Vector<'a, KeyShareEntry<'a>>>,
    /// `ke_modes`, one byte a [`PskKeyExchangeMode`](super::PskKeyExchangeMode) (RFC 8446 §4.2.9).
    pub psk_key_exchange_modes: Option<&'a [u8]>,
    /// RFC 8446 §4.2.10.
    pub early_data: bool,
    /// RFC 8446 §4.2.6.
    pub post_handshake_auth: bool,
    /// RFC 9149 §3.
    #[cfg(feature = "alloc")]
    pub ticket_request: Option<TicketRequest>,
    /// The body, which [`OfferedPsks`](super::OfferedPsks) reads (RFC 8446 §4.2.11).
    pub pre_shared_key: Option<&'a [u8]>,
}

impl<'a> Parse<'a> for ClientHello<'a> {
    fn parse(body: &'a [u8]) -> Result<Self, Malformed> {
        exactly("ClientHello", body, |r| {
            let (legacy_version, random) = (ProtocolVersion(r.u16("legacy_version")), r.array_ref("random"));
            let legacy_session_id = r.vec8("legacy_session_id");
            r.within("legacy_session_id", ..=32, legacy_session_id);
            let suites = r.vec16("cipher_suites");
            let cipher_suites = Vector::read(r, "cipher_suites", 2, suites);
            let legacy_compression_methods = r.vec8("legacy_compression_methods");
            r.within("legacy_compression_methods", 1.., legacy_compression_methods);
            let raw = Extensions::read_hello(r);
            let extensions = ClientHelloExtensions::read(raw, r);
            Self { legacy_version, random, legacy_session_id, cipher_suites, legacy_compression_methods, extensions }
        })
    }
}

impl Encode for ClientHello<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u16(self.legacy_version.0);
        w.put(self.random);
        w.opaque8(self.legacy_session_id);
        w.vec16(|w| self.cipher_suites.encode(w));
        w.opaque8(self.legacy_compression_methods);
        w.vec16(|w| self.extensions.encode(w));
    }
}

impl Message for ClientHello<'_> {
    fn kind(&self) -> HandshakeType {
        HandshakeType::client_hello
    }
}

impl<'a> ClientHelloExtensions<'a> {
    fn read(raw: Extensions<'a>, r: &mut Reader<'a>) -> Self {
        let mut e = Self { raw, ..Self::default() };
        raw.read_each(r, |t, r| match t {
            ExtensionType::server_name => e.server_name = server_name::read(r),
            ExtensionType::max_fragment_length => e.max_fragment_length = Some(max_fragment_length::read(r)),
            ExtensionType::status_request => e.status_request = status_request::read(r),
            ExtensionType::supported_groups => e.supported_groups = Some(supported_groups::read(r)),
            ExtensionType::signature_algorithms => e.signature_algorithms = Some(signature_algorithms::read(r)),
            ExtensionType::signature_algorithms_cert => {
                e.signature_algorithms_cert = Some(signature_algorithms::read(r));
            }
            ExtensionType::application_layer_protocol_negotiation => e.alpn = Some(alpn::read(r)),
            #[cfg(feature = "alloc")]
            ExtensionType::compress_certificate => e.compress_certificate = Some(compress_certificate::read(r)),
            ExtensionType::record_size_limit => e.record_size_limit = Some(record_size_limit::read(r)),
            // [6962-3.3.1-1]
            #[cfg(feature = "alloc")]
            ExtensionType::signed_certificate_timestamp => e.signed_certificate_timestamp = flag::read(r),
            ExtensionType::supported_versions => e.supported_versions = Some(supported_versions::read(r)),
            ExtensionType::cookie => e.cookie = Some(cookie::read(r)),
            ExtensionType::certificate_authorities => {
                e.certificate_authorities = Some(certificate_authorities::read(r));
            }
            ExtensionType::key_share => e.key_share = Some(key_share::read(r)),
            ExtensionType::psk_key_exchange_modes => {
                e.psk_key_exchange_modes = Some(psk_key_exchange_modes::read(r));
            }
            ExtensionType::early_data => e.early_data = flag::read(r),
            ExtensionType::post_handshake_auth => e.post_handshake_auth = flag::read(r),
            #[cfg(feature = "alloc")]
            ExtensionType::ticket_request => e.ticket_request = Some(ticket_request::read(r)),
            ExtensionType::pre_shared_key => e.pre_shared_key = Some(r.rest()),
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
        put(w, T::server_name, self.server_name, server_name::encode);
        put(w, T::max_fragment_length, self.max_fragment_length, max_fragment_length::encode);
        put(w, T::status_request, self.status_request.then_some(()), status_request::encode);
        put(w, T::supported_groups, self.supported_groups, supported_groups::encode);
        put(w, T::signature_algorithms, self.signature_algorithms, signature_algorithms::encode);
        put(w, T::signature_algorithms_cert, self.signature_algorithms_cert, signature_algorithms::encode);
        put(w, T::application_layer_protocol_negotiation, self.alpn, alpn::encode);
        #[cfg(feature = "alloc")]
        put(w, T::compress_certificate, self.compress_certificate, compress_certificate::encode);
        put(w, T::record_size_limit, self.record_size_limit, record_size_limit::encode);
        #[cfg(feature = "alloc")]
        put(w, T::signed_certificate_timestamp, self.signed_certificate_timestamp.then_some(()), flag::encode);
        put(w, T::supported_versions, self.supported_versions, supported_versions::encode);
        put(w, T::cookie, self.cookie, cookie::encode);
        put(w, T::certificate_authorities, self.certificate_authorities, certificate_authorities::encode);
        put(w, T::key_share, self.key_share, key_share::encode);
        put(w, T::psk_key_exchange_modes, self.psk_key_exchange_modes, psk_key_exchange_modes::encode);
        put(w, T::early_data, self.early_data.then_some(()), flag::encode);
        put(w, T::post_handshake_auth, self.post_handshake_auth.then_some(()), flag::encode);
        #[cfg(feature = "alloc")]
        put(w, T::ticket_request, self.ticket_request, ticket_request::encode);
        #[cfg(feature = "alloc")]
        behind.encode(w);
        // §4.2.11: pre_shared_key is the last one.
        put(w, T::pre_shared_key, self.pre_shared_key, |body, w| w.put(body));
    }
}
