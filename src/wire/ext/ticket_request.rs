//! `ticket_request` (RFC 9149 §3). The server's body is one `uint8 expected_count`.

use super::super::{Reader, Writer};

/// How many tickets a client can use: `ClientTicketRequest` (RFC 9149 §3).
///
/// ```text
/// struct {
///     uint8 new_session_count;
///     uint8 resumption_count;
/// } ClientTicketRequest;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketRequest {
    /// After a full handshake.
    pub new_session_count: u8,
    /// After a handshake that resumes by a ticket of this ClientHello.
    pub resumption_count: u8,
}

pub(in crate::wire) fn read(r: &mut Reader<'_>) -> TicketRequest {
    let new_session_count = r.u8("new_session_count");
    TicketRequest { new_session_count, resumption_count: r.u8("resumption_count") }
}

pub(in crate::wire) fn encode(request: TicketRequest, w: &mut Writer<'_>) {
    w.u8(request.new_session_count);
    w.u8(request.resumption_count);
}

pub(in crate::wire) fn read_expected(r: &mut Reader<'_>) -> u8 {
    r.u8("expected_count")
}

pub(in crate::wire) fn encode_expected(count: u8, w: &mut Writer<'_>) {
    w.u8(count);
}
