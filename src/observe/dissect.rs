//! A handshake message taken apart into named fields, for people and for tools.
//!
//! It judges nothing: bytes that are not of the shape that RFC 8446 draws are shown raw where the shape ends, and the rest
//! goes on behind them where the lengths still tell where that is.

mod extension;

use crate::wire::{
    CertificateCompressionAlgorithm, CipherSuite, ExtensionType, HEADER_LEN, HandshakeType, In, KeyUpdateRequest,
    ProtocolVersion, SignatureScheme, is_grease, is_hello_retry_request,
};
use crate::x509;
use alloc::{format, string::String, string::ToString, vec::Vec};
use core::fmt::{self, Write as _};

/// One field of a message, or a vector or structure, which the deeper fields behind it make up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Where it begins, in bytes from the first byte of the message's header. The length before a vector belongs to it.
    pub offset: usize,
    /// How many bytes it takes.
    pub len: usize,
    /// 0 for the fields of the message itself, one more inside of each vector or structure.
    pub depth: u8,
    /// Its name, spelled as in the RFC; of a known extension the name in the registry.
    pub name: &'static str,
    /// What it says: a code point by its name, text quoted, other bytes in hexadecimal, cut after 48 bytes.
    pub value: String,
}

/// Takes a handshake message apart; `message` has its header. Any bytes do, and the work grows with their number only.
#[must_use]
pub fn dissect(message: &[u8]) -> Vec<Field> {
    let mut sheet = Sheet { fields: Vec::new(), depth: 0 };
    let mut part = Part { bytes: message, offset: 0 };
    let body = message.get(HEADER_LEN..).unwrap_or_default();
    if let Some(msg_type) = sheet.number(&mut part, "msg_type", 1, |n| code(HandshakeType(low_byte(n)), n))
        && sheet.number(&mut part, "length", 3, |n| format!("{n}")).is_some()
    {
        // What is missing was said where it is missing.
        let _ = sheet.body(HandshakeType(low_byte(msg_type)), is_hello_retry_request(body), &mut part);
    }
    sheet.left_over(part);
    sheet.fields
}

/// Bytes in hexadecimal; beyond 48 of them only the first, and how many there are.
struct Hex<'a>(&'a [u8]);

const SHOWN: usize = 48;

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().take(SHOWN).try_for_each(|byte| write!(f, "{byte:02x}"))?;
        if self.0.len() > SHOWN { write!(f, ".. ({} bytes)", self.0.len()) } else { Ok(()) }
    }
}

fn low_byte(n: u32) -> u8 {
    let [.., low] = n.to_be_bytes();
    low
}

fn low_half(n: u32) -> u16 {
    let [.., high, low] = n.to_be_bytes();
    u16::from_be_bytes([high, low])
}

/// A code point with its number.
fn code(name: impl fmt::Display, number: u32) -> String {
    let name = name.to_string();
    // Values without a name print their number already.
    if name.ends_with(')') { name } else { format!("{name} ({number})") }
}

fn hex_code(name: impl fmt::Display, number: u32) -> String {
    let name = name.to_string();
    if name.ends_with(')') { name } else { format!("{name} ({number:#06x})") }
}

/// Text that peers choose, quoted and with everything escaped that does not print.
fn text(bytes: &[u8]) -> String {
    match core::str::from_utf8(bytes) {
        Ok(text) => format!("{text:?}"),
        Err(_) => Hex(bytes).to_string(),
    }
}

/// What is left of a vector or structure.
#[derive(Clone, Copy)]
struct Part<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Part<'a> {
    fn take(&mut self, n: usize) -> Option<Part<'a>> {
        let (bytes, rest) = self.bytes.split_at_checked(n)?;
        let taken = Part { bytes, offset: self.offset };
        *self = Part { bytes: rest, offset: self.offset.saturating_add(n) };
        Some(taken)
    }

    fn uint(&mut self, len: usize) -> Option<u32> {
        Some(self.take(len)?.bytes.iter().fold(0, |n, byte| (n << 8) | u32::from(*byte)))
    }
}

/// `None` where the bytes end too early: the field at which they do is on the sheet.
type Fits = Option<()>;

struct Sheet {
    fields: Vec<Field>,
    depth: u8,
}

impl Sheet {
    fn put(&mut self, offset: usize, len: usize, name: &'static str, value: String) {
        self.fields.push(Field { offset, len, depth: self.depth, name, value });
    }

    fn deeper(&mut self, f: impl FnOnce(&mut Self)) {
        self.depth = self.depth.saturating_add(1);
        f(self);
        self.depth = self.depth.saturating_sub(1);
    }

    /// The bytes that are left where a field does not fit.
    fn cut_short<T>(&mut self, part: &mut Part<'_>, name: &'static str) -> Option<T> {
        let (offset, len) = (part.offset, part.bytes.len());
        if let Some(rest) = part.take(len) {
            let gap = if len == 0 { "" } else { ": " };
            self.put(offset, len, name, format!("(cut short){gap}{}", Hex(rest.bytes)));
        }
        None
    }

    fn left_over(&mut self, part: Part<'_>) {
        if !part.bytes.is_empty() {
            self.put(part.offset, part.bytes.len(), "(left over)", Hex(part.bytes).to_string());
        }
    }

    /// An unsigned integer of `len` bytes.
    fn number(
        &mut self,
        part: &mut Part<'_>,
        name: &'static str,
        len: usize,
        value: impl FnOnce(u32) -> String,
    ) -> Option<u32> {
        let offset = part.offset;
        let Some(n) = part.uint(len) else { return self.cut_short(part, name) };
        self.put(offset, len, name, value(n));
        Some(n)
    }

    /// Bytes of a fixed number.
    fn fixed(&mut self, part: &mut Part<'_>, name: &'static str, len: usize) -> Fits {
        let Some(taken) = part.take(len) else { return self.cut_short(part, name) };
        self.put(taken.offset, len, name, Hex(taken.bytes).to_string());
        Some(())
    }

    /// What stands behind a length of `len` bytes, and how long it is with it.
    fn counted<'a>(&mut self, part: &mut Part<'a>, name: &'static str, len: usize) -> Option<(usize, Part<'a>)> {
        let before = *part;
        let taken = part.uint(len).and_then(|n| part.take(usize::try_from(n).ok()?));
        match taken {
            Some(taken) => Some((len.saturating_add(taken.bytes.len()), taken)),
            None => {
                *part = before;
                self.cut_short(part, name)
            }
        }
    }

    /// `opaque name<..>`, its length in `len` bytes.
    fn opaque(
        &mut self,
        part: &mut Part<'_>,
        name: &'static str,
        len: usize,
        value: impl FnOnce(&[u8]) -> String,
    ) -> Fits {
        let offset = part.offset;
        let (whole, content) = self.counted(part, name, len)?;
        self.put(offset, whole, name, value(content.bytes));
        Some(())
    }

    /// Opaque bytes as they are.
    fn raw(&mut self, part: &mut Part<'_>, name: &'static str, len: usize) -> Fits {
        self.opaque(part, name, len, |bytes| if bytes.is_empty() { "(empty)".into() } else { Hex(bytes).to_string() })
    }

    /// A vector of code points of `size` bytes, in one field.
    fn codes(
        &mut self,
        part: &mut Part<'_>,
        name: &'static str,
        len: usize,
        size: usize,
        one: impl Fn(u32) -> String,
    ) -> Fits {
        let offset = part.offset;
        let (whole, mut content) = self.counted(part, name, len)?;
        let mut value = String::new();
        let mut gap = "";
        while let Some(n) = content.uint(size) {
            let _ = write!(value, "{gap}{}", one(n));
            gap = ", ";
        }
        self.put(offset, whole, name, value);
        self.deeper(|sheet| sheet.left_over(content));
        Some(())
    }

    /// A vector of elements that have fields of their own.
    fn vector(
        &mut self,
        part: &mut Part<'_>,
        name: &'static str,
        len: usize,
        mut element: impl FnMut(&mut Self, &mut Part<'_>) -> Fits,
    ) -> Fits {
        let offset = part.offset;
        let (whole, mut content) = self.counted(part, name, len)?;
        self.put(offset, whole, name, format!("{} bytes", content.bytes.len()));
        self.deeper(|sheet| {
            while !content.bytes.is_empty() {
                if element(sheet, &mut content).is_none() {
                    break;
                }
            }
            sheet.left_over(content);
        });
        Some(())
    }

    fn body(&mut self, msg_type: HandshakeType, is_retry: bool, part: &mut Part<'_>) -> Fits {
        match msg_type {
            HandshakeType::client_hello => self.client_hello(part),
            HandshakeType::server_hello if is_retry => self.server_hello(part, In::HelloRetryRequest),
            HandshakeType::server_hello => self.server_hello(part, In::ServerHello),
            HandshakeType::end_of_early_data => Some(()),
            HandshakeType::encrypted_extensions => self.extensions(part, In::EncryptedExtensions),
            HandshakeType::certificate_request => {
                self.raw(part, "certificate_request_context", 1)?;
                self.extensions(part, In::CertificateRequest)
            }
            HandshakeType::certificate => {
                self.raw(part, "certificate_request_context", 1)?;
                self.vector(part, "certificate_list", 3, |sheet, part| {
                    sheet
                        .opaque(part, "cert_data", 3, |der| format!("{} bytes: {}", der.len(), x509::describe(der)))?;
                    sheet.extensions(part, In::Certificate)
                })
            }
            HandshakeType::compressed_certificate => {
                self.number(part, "algorithm", 2, |n| code(CertificateCompressionAlgorithm(low_half(n)), n))?;
                self.number(part, "uncompressed_length", 3, |n| format!("{n} bytes"))?;
                self.opaque(part, "compressed_certificate_message", 3, |bytes| {
                    format!("{} bytes: {}", bytes.len(), Hex(bytes))
                })
            }
            HandshakeType::certificate_verify => {
                self.number(part, "algorithm", 2, |n| hex_code(SignatureScheme(low_half(n)), n))?;
                self.raw(part, "signature", 2)
            }
            HandshakeType::finished => self.fixed(part, "verify_data", part.bytes.len()),
            HandshakeType::new_session_ticket => {
                self.number(part, "ticket_lifetime", 4, |n| format!("{n} s"))?;
                self.number(part, "ticket_age_add", 4, |n| format!("{n:#010x}"))?;
                self.raw(part, "ticket_nonce", 1)?;
                self.raw(part, "ticket", 2)?;
                self.extensions(part, In::NewSessionTicket)
            }
            HandshakeType::key_update => {
                self.number(part, "request_update", 1, |n| code(KeyUpdateRequest(low_byte(n)), n)).map(|_| ())
            }
            _ => self.fixed(part, "body", part.bytes.len()),
        }
    }

    fn client_hello(&mut self, part: &mut Part<'_>) -> Fits {
        self.number(part, "legacy_version", 2, |n| hex_code(ProtocolVersion(low_half(n)), n))?;
        self.fixed(part, "random", 32)?;
        self.raw(part, "legacy_session_id", 1)?;
        self.codes(part, "cipher_suites", 2, 2, |n| CipherSuite(low_half(n)).to_string())?;
        self.raw(part, "legacy_compression_methods", 1)?;
        self.hello_extensions(part, In::ClientHello)
    }

    fn server_hello(&mut self, part: &mut Part<'_>, place: In) -> Fits {
        self.number(part, "legacy_version", 2, |n| hex_code(ProtocolVersion(low_half(n)), n))?;
        self.fixed(part, "random", 32)?;
        self.raw(part, "legacy_session_id_echo", 1)?;
        self.number(part, "cipher_suite", 2, |n| hex_code(CipherSuite(low_half(n)), n))?;
        self.number(part, "legacy_compression_method", 1, |n| format!("{n}"))?;
        self.hello_extensions(part, place)
    }

    /// Hellos before TLS 1.3 may leave the block out.
    fn hello_extensions(&mut self, part: &mut Part<'_>, place: In) -> Fits {
        if part.bytes.is_empty() { Some(()) } else { self.extensions(part, place) }
    }

    fn extensions(&mut self, part: &mut Part<'_>, place: In) -> Fits {
        self.vector(part, "extensions", 2, |sheet, part| {
            let offset = part.offset;
            let mut rest = *part;
            let Some(number) = rest.uint(2) else { return sheet.cut_short(part, "extension_type") };
            let extension_type = ExtensionType(low_half(number));
            let (whole, mut body) = sheet.counted(&mut rest, "extension_data", 2).or_else(|| {
                *part = rest;
                None
            })?;
            *part = rest;
            let unnamed = if is_grease(extension_type.0) { "GREASE" } else { "extension" };
            let name = extension_type.name().unwrap_or(unnamed);
            let value = format!("extension {number}, {} bytes", body.bytes.len());
            sheet.put(offset, whole.saturating_add(2), name, value);
            sheet.deeper(|sheet| {
                if !body.bytes.is_empty() {
                    let _ = sheet.extension(extension_type, place, &mut body);
                }
                sheet.left_over(body);
            });
            Some(())
        })
    }
}

#[cfg(test)]
mod tests;
