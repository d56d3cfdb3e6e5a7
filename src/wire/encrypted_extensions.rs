//! EncryptedExtensions (RFC 8446 §4.3.1).

#[cfg(feature = "alloc")]
use super::ext::ticket_request;
use super::ext::{
    application_layer_protocol_negotiation as alpn, flag, max_fragment_length, record_size_limit, supported_groups,
};
use super::extensions::put;
use super::{
    Encode, ExtensionType, Extensions, HandshakeType, Malformed, MaxFragmentLength, Message, NamedGroup, Parse,
    ProtocolName, Vector, Writer, exactly,
};

/// The server's answers that need not be in the clear.
///
/// ```text
/// struct {
///     Extension extensions<0..2^16-1>;
/// } EncryptedExtensions;
/// ```
///
/// Where a type occurs twice, the last one stands here.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EncryptedExtensions<'a> {
    /// The block as received; empty in our own, and never encoded.
    pub raw: Extensions<'a>,
    /// The server used the name it was given (RFC 6066 §3).
    pub server_name: bool,
    /// RFC 6066 §4.
    pub max_fragment_length: Option<MaxFragmentLength>,
    /// The application protocol chosen (RFC 7301 §3.1).
    pub alpn: Option<ProtocolName<'a>>,
    /// Bytes of `TLSInnerPlaintext` (RFC 8449 §4).
    pub record_size_limit: Option<u16>,
    /// What the server prefers, for later connections (RFC 8446 §4.2.7).
    pub supported_groups: Option<Vector<'a, NamedGroup>>,
    /// The server accepts early data (RFC 8446 §4.2.10).
    pub early_data: bool,
    /// How many tickets the server is going to send, for a client that asked (RFC 9149 §3).
    #[cfg(feature = "alloc")]
    pub ticket_request: Option<u8>,
}

impl<'a> Parse<'a> for EncryptedExtensions<'a> {
    fn parse(body: &'a [u8]) -> Result<Self, Malformed> {
        exactly("EncryptedExtensions", body, |r| {
            let raw = Extensions::read(r);
            let mut e = Self { raw, ..Self::default() };
            raw.read_each(r, |t, r| match t {
                ExtensionType::server_name => e.server_name = flag::read(r),
                ExtensionType::max_fragment_length => e.max_fragment_length = Some(max_fragment_length::read(r)),
                ExtensionType::application_layer_protocol_negotiation => e.alpn = Some(alpn::read_selected(r)),
                ExtensionType::record_size_limit => e.record_size_limit = Some(record_size_limit::read(r)),
                ExtensionType::supported_groups => e.supported_groups = Some(supported_groups::read(r)),
                ExtensionType::early_data => e.early_data = flag::read(r),
                #[cfg(feature = "alloc")]
                ExtensionType::ticket_request => e.ticket_request = Some(ticket_request::read_expected(r)),
                _ => r.skip(),
            });
            e
        })
    }
}

impl Encode for EncryptedExtensions<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        use ExtensionType as T;
        w.vec16(|w| {
            put(w, T::server_name, self.server_name.then_some(()), flag::encode);
            put(w, T::max_fragment_length, self.max_fragment_length, max_fragment_length::encode);
            put(w, T::application_layer_protocol_negotiation, self.alpn, alpn::encode_selected);
            put(w, T::record_size_limit, self.record_size_limit, record_size_limit::encode);
            put(w, T::supported_groups, self.supported_groups, supported_groups::encode);
            put(w, T::early_data, self.early_data.then_some(()), flag::encode);
            #[cfg(feature = "alloc")]
            put(w, T::ticket_request, self.ticket_request, ticket_request::encode_expected);
        });
    }
}

impl Message for EncryptedExtensions<'_> {
    fn kind(&self) -> HandshakeType {
        HandshakeType::encrypted_extensions
    }
}
