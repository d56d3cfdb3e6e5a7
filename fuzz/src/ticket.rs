//! Tickets as bytes: those that a client kept, and those that a server gets back.

use super::end::End;
use super::input::Input;
use super::null::Null;
use super::returning::{Returning, meet};
use super::world::{NOW, TICKET_KEYS};
use std::sync::{Arc, Mutex};
use symbolon::resumption::{ClientTickets, MAX_TICKET_STATE, Ticket, TicketKeys};
use symbolon::{ClientConfig, Error, Reason, RecvBuf, StateName};

/// Gives this ticket away.
#[derive(Debug)]
struct Only(Mutex<Option<Ticket>>);

impl ClientTickets for Only {
    fn put(&self, _: &str, _: Ticket) {}

    fn take(&self, _: &str) -> Option<Ticket> {
        self.0.lock().expect("nobody panics").take()
    }
}

/// What a client kept: it is no ticket, or one that comes to CONNECTED, unless it was changed since in a way that the server
/// can't know.
pub fn ticket(bytes: &[u8]) {
    let _ = TICKET_KEYS.open(&Null::new(1), bytes);
    if let Ok(text) = core::str::from_utf8(bytes) {
        let _ = TicketKeys::from_text(&Null::new(1), text);
    }
    let Some(ticket) = Ticket::from_bytes(bytes) else { return };
    let again = ticket.to_bytes();
    assert_eq!(*Ticket::from_bytes(&again).expect("our own bytes").to_bytes(), *again);
    let _ = (ticket.expires(), ticket.server(), ticket.max_early_data());
    come_back_by(ticket);
}

/// The state inside of a ticket of our own keys: of whatever version it is, it does not stop the client, unless its PSK is not the
/// client's.
pub fn ticket_state(bytes: &[u8]) {
    let Some(state) = bytes.get(..bytes.len().min(MAX_TICKET_STATE)) else { return };
    let sealed = TICKET_KEYS.seal(&Null::new(9), state).expect("short enough");
    let ticket = Ticket::from_bytes(&with_identity(&own_ticket(0), &sealed)).expect("a ticket");
    come_back_by(ticket);
}

fn come_back_by(ticket: Ticket) {
    // Early data is offered, and taken.
    let returning = Returning::new(&mut Input(&[]));
    let client = ClientConfig::builder(Null::new(1)).anchors(super::world::ANCHORS.clone());
    let client =
        Arc::new(client.tickets(Arc::new(Only(Mutex::new(Some(ticket))))).build().expect("settings that work"));
    let client = super::world::client_of(&client).offer_early_data();
    let (mut client, mut server) = (End::new(client, RecvBuf::new()), returning.server());
    let reached = meet(&mut client, &mut server);
    let refused = |error| match error {
        Some(Error::Refused(refusal)) => Some(refusal.reason),
        _ => None,
    };
    // Somebody changed what was kept: the secret, or what early data is for.
    match (refused(server.conn.error()), refused(client.conn.error())) {
        (Some(Reason::PskBinderMismatch), _) | (_, Some(Reason::EarlyDataUnfit)) => {}
        _ => assert_eq!(reached, [StateName::Connected; 2]),
    }
}

/// `Ticket::to_bytes` with another ticket in it.
fn with_identity(ticket: &[u8], identity: &[u8]) -> Vec<u8> {
    let (head, rest) = ticket.split_at(3);
    let (len, rest) = rest.split_first_chunk().expect("a length");
    let rest = &rest[usize::from(u16::from_be_bytes(*len))..];
    let len = u16::try_from(identity.len()).expect("a ticket").to_be_bytes();
    [head, &len, identity, rest].concat()
}

/// The first ticket of the server with these settings, as bytes.
fn own_ticket(bits: u8) -> Vec<u8> {
    let returning = Returning::new(&mut Input(&[bits]));
    let ticket = returning.tickets.take("server.test").expect("a ticket");
    assert!(ticket.expires() > NOW);
    ticket.to_bytes().to_vec()
}

/// Tickets as clients keep them.
pub fn own_tickets() -> Vec<Vec<u8>> {
    [0, 4, 8, 16, 20].map(own_ticket).into()
}

/// What is inside of the tickets that are not kept with the server.
pub fn own_states() -> Vec<Vec<u8>> {
    let identity = |ticket: &[u8]| {
        let (len, rest) = ticket[3..].split_first_chunk().expect("a length");
        rest[..usize::from(u16::from_be_bytes(*len))].to_vec()
    };
    let open = |bits| TICKET_KEYS.open(&Null::new(1), &identity(&own_ticket(bits))).expect("our own").to_vec();
    [0, 8, 16].map(open).into()
}
