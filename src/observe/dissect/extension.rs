//! The bodies of extensions.

use super::{Fits, Hex, Part, Sheet, code, hex_code, low_byte, low_half, text};
use crate::wire::{
    CertificateCompressionAlgorithm, ExtensionType, In, MaxFragmentLength, NamedGroup, ProtocolVersion,
    PskKeyExchangeMode, SignatureScheme, is_grease, is_grease_mode,
};
use crate::x509::Name;
use alloc::{format, string::String, string::ToString};

/// A protocol, which may be one that means nothing (RFC 8701).
fn protocol(name: &[u8]) -> String {
    match name {
        [high, low] if is_grease(u16::from_be_bytes([*high, *low])) => format!("GREASE 0x{high:02x}{low:02x}"),
        _ => text(name),
    }
}

fn mode(mode: PskKeyExchangeMode) -> String {
    if is_grease_mode(mode) { format!("GREASE {:#04x}", mode.0) } else { mode.to_string() }
}

/// CertificateStatusType (RFC 6066 §8).
const OCSP: u32 = 1;

impl Sheet {
    /// A body of at least one byte.
    pub(super) fn extension(&mut self, extension_type: ExtensionType, place: In, part: &mut Part<'_>) -> Fits {
        use ExtensionType as T;
        match (extension_type, place) {
            (T::server_name, In::ClientHello) => self.vector(part, "server_name_list", 2, |sheet, part| {
                sheet.number(part, "name_type", 1, |n| if n == 0 { "host_name (0)".into() } else { n.to_string() })?;
                sheet.opaque(part, "HostName", 2, text)
            }),
            (T::max_fragment_length, _) => {
                self.number(part, "MaxFragmentLength", 1, |n| code(MaxFragmentLength(low_byte(n)), n)).map(|_| ())
            }
            (T::status_request, In::ClientHello) => {
                let status_type = self.status_type(part)?;
                if status_type == OCSP {
                    self.vector(part, "responder_id_list", 2, |sheet, part| sheet.raw(part, "ResponderID", 2))?;
                    self.raw(part, "request_extensions", 2)?;
                }
                Some(())
            }
            (T::status_request, In::Certificate) => {
                self.status_type(part)?;
                self.raw(part, "response", 3)
            }
            (T::supported_groups, _) => {
                self.codes(part, "named_group_list", 2, 2, |n| NamedGroup(low_half(n)).to_string())
            }
            (T::signature_algorithms | T::signature_algorithms_cert, _) => {
                let one = |n| SignatureScheme(low_half(n)).to_string();
                self.codes(part, "supported_signature_algorithms", 2, 2, one)
            }
            (T::application_layer_protocol_negotiation, _) => {
                self.vector(part, "protocol_name_list", 2, |sheet, part| {
                    sheet.opaque(part, "ProtocolName", 1, protocol)
                })
            }
            (T::compress_certificate, _) => {
                self.codes(part, "algorithms", 1, 2, |n| CertificateCompressionAlgorithm(low_half(n)).to_string())
            }
            (T::record_size_limit, _) => self.number(part, "RecordSizeLimit", 2, |n| format!("{n} bytes")).map(|_| ()),
            (T::supported_versions, In::ClientHello) => {
                self.codes(part, "versions", 1, 2, |n| ProtocolVersion(low_half(n)).to_string())
            }
            (T::supported_versions, _) => {
                self.number(part, "selected_version", 2, |n| hex_code(ProtocolVersion(low_half(n)), n)).map(|_| ())
            }
            (T::cookie, _) => self.raw(part, "cookie", 2),
            (T::signed_certificate_timestamp, _) => {
                self.vector(part, "sct_list", 2, |sheet, part| sheet.raw(part, "SerializedSCT", 2))
            }
            (T::certificate_authorities, _) => self.vector(part, "authorities", 2, |sheet, part| {
                sheet.opaque(part, "DistinguishedName", 2, |der| match Name::parse(der) {
                    Ok(name) => name.to_string(),
                    Err(_) => Hex(der).to_string(),
                })
            }),
            (T::oid_filters, _) => self.vector(part, "filters", 2, |sheet, part| {
                sheet.raw(part, "certificate_extension_oid", 1)?;
                sheet.raw(part, "certificate_extension_values", 2)
            }),
            (T::key_share, In::ClientHello) => self.vector(part, "client_shares", 2, Self::key_share_entry),
            (T::key_share, In::HelloRetryRequest) => self.group(part, "selected_group"),
            (T::key_share, _) => self.key_share_entry(part),
            (T::psk_key_exchange_modes, _) => {
                self.codes(part, "ke_modes", 1, 1, |n| mode(PskKeyExchangeMode(low_byte(n))))
            }
            (T::early_data, In::NewSessionTicket) => {
                self.number(part, "max_early_data_size", 4, |n| format!("{n} bytes")).map(|_| ())
            }
            (T::pre_shared_key, In::ClientHello) => {
                self.vector(part, "identities", 2, |sheet, part| {
                    sheet.raw(part, "identity", 2)?;
                    sheet.number(part, "obfuscated_ticket_age", 4, |n| format!("{n:#010x}")).map(|_| ())
                })?;
                self.vector(part, "binders", 2, |sheet, part| sheet.raw(part, "PskBinderEntry", 1))
            }
            (T::pre_shared_key, _) => self.number(part, "selected_identity", 2, |n| n.to_string()).map(|_| ()),
            (T::ticket_request, In::ClientHello) => {
                self.number(part, "new_session_count", 1, |n| n.to_string())?;
                self.number(part, "resumption_count", 1, |n| n.to_string()).map(|_| ())
            }
            (T::ticket_request, _) => self.number(part, "expected_count", 1, |n| n.to_string()).map(|_| ()),
            _ => self.fixed(part, "extension_data", part.bytes.len()),
        }
    }

    fn status_type(&mut self, part: &mut Part<'_>) -> Option<u32> {
        self.number(part, "status_type", 1, |n| if n == OCSP { "ocsp (1)".into() } else { n.to_string() })
    }

    fn group(&mut self, part: &mut Part<'_>, name: &'static str) -> Fits {
        self.number(part, name, 2, |n| hex_code(NamedGroup(low_half(n)), n)).map(|_| ())
    }

    fn key_share_entry(&mut self, part: &mut Part<'_>) -> Fits {
        self.group(part, "group")?;
        self.raw(part, "key_exchange", 2)
    }
}
