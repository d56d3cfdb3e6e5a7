//! What the bytes of `pre_shared_key` in a ClientHello come from (RFC 8446 §4.2.11).

use symbolon::wire::{ClientHello, HEADER_LEN, NewSessionTicket, OfferedPsks, Parse};

/// What tickets said that can't be seen where they are used.
#[derive(Default)]
pub(super) struct Tickets(Vec<(Vec<u8>, u32)>);

impl Tickets {
    /// A NewSessionTicket, header included.
    pub(super) fn remember(&mut self, message: &[u8]) {
        if let Some(ticket) = body(message).and_then(|body| NewSessionTicket::parse(body).ok()) {
            self.0.push((ticket.ticket.to_vec(), ticket.ticket_age_add));
        }
    }

    fn age_add(&self, ticket: &[u8]) -> Option<u32> {
        self.0.iter().find(|(known, _)| known == ticket).map(|(_, age_add)| *age_add)
    }
}

/// Of a ClientHello that offers PSKs: what the binders cover, what they are, and what the ages tell. `retried`: a
/// HelloRetryRequest came before.
pub(super) fn explained(message: &[u8], retried: bool, tickets: &Tickets) -> Vec<String> {
    let Some(offered) = body(message).and_then(offered) else { return Vec::new() };
    let mut lines = Vec::new();
    let at = message.len().saturating_sub(offered.binders_len());
    let (from, until) = (format!("{:<8}", 0), format!("{at:<12}"));
    lines.push("the binders cover all that stands before them (§4.2.11.2):".to_owned());
    lines.push(format!("{from:<42}{until}{}", message.len()));
    lines.push(format!("|{:─^41}|{:─^11}|", " Truncate(ClientHello) ", " binders "));
    let before = if retried { "ClientHello1, HelloRetryRequest, " } else { "" };
    lines.push(format!("PskBinderEntry = HMAC(finished_key, Transcript-Hash({before}Truncate(ClientHello)))"));
    lines.push("finished_key   = HKDF-Expand-Label(binder_key, \"finished\", \"\", Hash.length)".to_owned());
    for psk in offered.identities.iter() {
        let told = psk.obfuscated_ticket_age;
        if let Some(age_add) = tickets.age_add(psk.identity) {
            let age = told.wrapping_sub(age_add);
            lines.push(format!(
                "obfuscated_ticket_age {told:#010x} = {age} ms since the ticket came + its ticket_age_add {age_add:#010x}"
            ));
        }
    }
    lines
}

fn body(message: &[u8]) -> Option<&[u8]> {
    message.get(HEADER_LEN..)
}

fn offered(body: &[u8]) -> Option<OfferedPsks<'_>> {
    OfferedPsks::parse(ClientHello::parse(body).ok()?.extensions.pre_shared_key?).ok()
}
