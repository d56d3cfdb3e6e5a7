//! ServerHello (RFC 8446 §4.1.3) and HelloRetryRequest (§4.1.4), one structure told apart by its `random`.

use super::ext::{cookie, key_share, pre_shared_key, supported_versions};
use super::extensions::put;
use super::{
    CipherSuite, Encode, ExtensionType, Extensions, HandshakeType, KeyShareEntry, Malformed, Message, NamedGroup,
    Parse, ProtocolVersion, Reader, Writer, exactly,
};

/// The `random` that makes a ServerHello a HelloRetryRequest: SHA-256 of "HelloRetryRequest" (RFC 8446 §4.1.3).
pub const HELLO_RETRY_REQUEST_RANDOM: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11,
    0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// Whether the body of a `server_hello` message is that of a HelloRetryRequest.
#[must_use]
pub fn is_hello_retry_request(body: &[u8]) -> bool {
    body.get(2..34) == Some(&HELLO_RETRY_REQUEST_RANDOM)
}

/// The server's choice.
///
/// ```text
/// struct {
///     ProtocolVersion legacy_version = 0x0303;    /* TLS v1.2 */
///     Random random;
///     opaque legacy_session_id_echo<0..32>;
///     CipherSuite cipher_suite;
///     uint8 legacy_compression_method = 0;
///     Extension extensions<6..2^16-1>;
/// } ServerHello;
/// ```
///
/// Servers of older versions may send fewer extensions or leave the field out, so its lower bound is not held here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ServerHello<'a> {
    /// TLS 1.2, in those of TLS 1.3.
    pub legacy_version: ProtocolVersion,
    /// The server's random bytes; the last eight tell of a downgrade.
    pub random: &'a [u8; 32],
    /// The client's `legacy_session_id`.
    pub legacy_session_id_echo: &'a [u8],
    /// The suite chosen.
    pub cipher_suite: CipherSuite,
    /// Zero.
    pub legacy_compression_method: u8,
    /// The extensions.
    pub extensions: ServerHelloExtensions<'a>,
}

/// The extensions of a [`ServerHello`]. Where a type occurs twice, the last one stands here.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ServerHelloExtensions<'a> {
    /// The block as received; empty in our own, and never encoded.
    pub raw: Extensions<'a>,
    /// `selected_version` (RFC 8446 §4.2.1).
    pub supported_versions: Option<ProtocolVersion>,
    /// `server_share` (RFC 8446 §4.2.8).
    pub key_share: Option<KeyShareEntry<'a>>,
    /// `selected_identity` (RFC 8446 §4.2.11).
    pub pre_shared_key: Option<u16>,
}

/// The server's wish for another ClientHello: a [`ServerHello`] whose `random` is [`HELLO_RETRY_REQUEST_RANDOM`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HelloRetryRequest<'a> {
    /// TLS 1.2.
    pub legacy_version: ProtocolVersion,
    /// The client's `legacy_session_id`.
    pub legacy_session_id_echo: &'a [u8],
    /// The suite that the ServerHello will choose.
    pub cipher_suite: CipherSuite,
    /// Zero.
    pub legacy_compression_method: u8,
    /// The extensions.
    pub extensions: HelloRetryRequestExtensions<'a>,
}

/// The extensions of a [`HelloRetryRequest`]. Where a type occurs twice, the last one stands here.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HelloRetryRequestExtensions<'a> {
    /// The block as received; empty in our own, and never encoded.
    pub raw: Extensions<'a>,
    /// `selected_version` (RFC 8446 §4.2.1).
    pub supported_versions: Option<ProtocolVersion>,
    /// `selected_group` (RFC 8446 §4.2.8).
    pub key_share: Option<NamedGroup>,
    /// What the next ClientHello must repeat (RFC 8446 §4.2.2).
    pub cookie: Option<&'a [u8]>,
}

impl<'a> Parse<'a> for ServerHello<'a> {
    fn parse(body: &'a [u8]) -> Result<Self, Malformed> {
        exactly("ServerHello", body, |r| Self {
            legacy_version: ProtocolVersion(r.u16("legacy_version")),
            random: r.array_ref("random"),
            legacy_session_id_echo: read_session_id(r),
            cipher_suite: CipherSuite(r.u16("cipher_suite")),
            legacy_compression_method: r.u8("legacy_compression_method"),
            extensions: {
                let raw = Extensions::read_hello(r);
                ServerHelloExtensions::read(raw, r)
            },
        })
    }
}

impl<'a> Parse<'a> for HelloRetryRequest<'a> {
    fn parse(body: &'a [u8]) -> Result<Self, Malformed> {
        exactly("HelloRetryRequest", body, |r| {
            let legacy_version = ProtocolVersion(r.u16("legacy_version"));
            if *r.array_ref("random") != HELLO_RETRY_REQUEST_RANDOM {
                r.fail(Malformed::value("random"));
            }
            Self {
                legacy_version,
                legacy_session_id_echo: read_session_id(r),
                cipher_suite: CipherSuite(r.u16("cipher_suite")),
                legacy_compression_method: r.u8("legacy_compression_method"),
                extensions: {
                    let raw = Extensions::read_hello(r);
                    HelloRetryRequestExtensions::read(raw, r)
                },
            }
        })
    }
}

fn read_session_id<'a>(r: &mut Reader<'a>) -> &'a [u8] {
    let id = r.vec8("legacy_session_id_echo");
    r.within("legacy_session_id_echo", ..=32, id)
}

impl Encode for ServerHello<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u16(self.legacy_version.0);
        w.put(self.random);
        w.opaque8(self.legacy_session_id_echo);
        w.u16(self.cipher_suite.0);
        w.u8(self.legacy_compression_method);
        w.vec16(|w| self.extensions.encode(w));
    }
}

impl Encode for HelloRetryRequest<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u16(self.legacy_version.0);
        w.put(&HELLO_RETRY_REQUEST_RANDOM);
        w.opaque8(self.legacy_session_id_echo);
        w.u16(self.cipher_suite.0);
        w.u8(self.legacy_compression_method);
        w.vec16(|w| self.extensions.encode(w));
    }
}

impl Message for ServerHello<'_> {
    fn kind(&self) -> HandshakeType {
        HandshakeType::server_hello
    }
}

impl Message for HelloRetryRequest<'_> {
    fn kind(&self) -> HandshakeType {
        HandshakeType::server_hello
    }
}

impl<'a> ServerHelloExtensions<'a> {
    fn read(raw: Extensions<'a>, r: &mut Reader<'a>) -> Self {
        let mut e = Self { raw, ..Self::default() };
        raw.read_each(r, |t, r| match t {
            ExtensionType::supported_versions => {
                e.supported_versions = Some(supported_versions::read_selected(r));
            }
            ExtensionType::key_share => e.key_share = Some(key_share::read_server_share(r)),
            ExtensionType::pre_shared_key => e.pre_shared_key = Some(pre_shared_key::read_selected(r)),
            _ => r.skip(),
        });
        e
    }

    fn encode(&self, w: &mut Writer<'_>) {
        use ExtensionType as T;
        // In the order of the traces of RFC 8448, which is as good as any.
        put(w, T::pre_shared_key, self.pre_shared_key, pre_shared_key::encode_selected);
        put(w, T::key_share, self.key_share, key_share::encode_server_share);
        put(w, T::supported_versions, self.supported_versions, supported_versions::encode_selected);
    }
}

impl<'a> HelloRetryRequestExtensions<'a> {
    fn read(raw: Extensions<'a>, r: &mut Reader<'a>) -> Self {
        let mut e = Self { raw, ..Self::default() };
        raw.read_each(r, |t, r| match t {
            ExtensionType::supported_versions => {
                e.supported_versions = Some(supported_versions::read_selected(r));
            }
            ExtensionType::key_share => e.key_share = Some(key_share::read_selected_group(r)),
            ExtensionType::cookie => e.cookie = Some(cookie::read(r)),
            _ => r.skip(),
        });
        e
    }

    fn encode(&self, w: &mut Writer<'_>) {
        use ExtensionType as T;
        put(w, T::supported_versions, self.supported_versions, supported_versions::encode_selected);
        put(w, T::key_share, self.key_share, key_share::encode_selected_group);
        put(w, T::cookie, self.cookie, cookie::encode);
    }
}
