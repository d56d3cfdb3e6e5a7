//! The header of a record (RFC 8446 §5.1, §5.2).

use super::{ContentType, Encode, Malformed, Parse, ProtocolVersion, Writer, exactly};

/// What stands before the fragment of a record, protected or not.
///
/// ```text
/// struct {
///     ContentType type;
///     ProtocolVersion legacy_record_version;
///     uint16 length;
///     opaque fragment[TLSPlaintext.length];
/// } TLSPlaintext;
///
/// struct {
///     ContentType opaque_type = application_data; /* 23 */
///     ProtocolVersion legacy_record_version = 0x0303; /* TLS v1.2 */
///     uint16 length;
///     opaque encrypted_record[TLSCiphertext.length];
/// } TLSCiphertext;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordHeader {
    /// `type` or `opaque_type`.
    pub content_type: ContentType,
    /// TLS 1.2, or TLS 1.0 before an initial ClientHello.
    pub legacy_record_version: ProtocolVersion,
    /// Bytes that follow.
    pub length: u16,
}

impl RecordHeader {
    /// Bytes of a header.
    pub const LEN: usize = 5;
}

impl Parse<'_> for RecordHeader {
    fn parse(header: &[u8]) -> Result<Self, Malformed> {
        exactly("TLSPlaintext", header, |r| Self {
            content_type: ContentType(r.u8("type")),
            legacy_record_version: ProtocolVersion(r.u16("legacy_record_version")),
            length: r.u16("length"),
        })
    }
}

impl Encode for RecordHeader {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u8(self.content_type.0);
        w.u16(self.legacy_record_version.0);
        w.u16(self.length);
    }
}

/// The most content of a record (RFC 8446 §5.1): 2^14 bytes.
pub const MAX_PLAINTEXT: usize = 1 << 14;
/// The smallest `record_size_limit` (RFC 8449 §4).
pub const MIN_RECORD_SIZE_LIMIT: u16 = 64;
/// The largest `record_size_limit` in TLS 1.3: content and its type (RFC 8449 §4).
pub const MAX_RECORD_SIZE_LIMIT: u16 = (1 << 14) + 1;
