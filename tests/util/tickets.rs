//! What tests keep tickets and single uses in, besides the stores of the library.

use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex};
use symbolon::UnixTime;
use symbolon::crypto::Crypto;
use symbolon::resumption::{ClientTickets, SingleUse, SingleUseError, Ticket, TicketKeys};

/// Gives the first ticket that it was given, again and again, whatever the server.
#[derive(Debug, Default)]
pub struct SameTicket(Mutex<Vec<u8>>);

impl SameTicket {
    /// That of these bytes.
    pub fn of(bytes: &[u8]) -> Arc<Self> {
        Arc::new(Self(Mutex::new(bytes.to_vec())))
    }

    /// The ticket as bytes; none if there is none.
    pub fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }
}

impl ClientTickets for SameTicket {
    fn put(&self, _: &str, ticket: Ticket) {
        let mut first = self.0.lock().unwrap();
        if first.is_empty() {
            *first = ticket.to_bytes().to_vec();
        }
    }

    fn take(&self, _: &str) -> Option<Ticket> {
        Ticket::from_bytes(&self.0.lock().unwrap())
    }
}

/// The ticket of this server as if it were for every name of the server's certificate, whatever the server said.
pub fn across_names(server: &str, ticket: &Ticket) -> Ticket {
    let mut bytes = ticket.to_bytes().to_vec();
    let field = [&u16::try_from(server.len()).unwrap().to_be_bytes()[..], server.as_bytes()].concat();
    let at = bytes.windows(field.len()).position(|window| window == field).unwrap() + field.len();
    assert_eq!(bytes[at], 0);
    bytes[at] = 1;
    let ticket = Ticket::from_bytes(&bytes).unwrap();
    assert!(ticket.resumable_across_names());
    ticket
}

/// Takes every use for the first: for tests in which something else decides.
pub struct AlwaysFirst;

impl SingleUse for AlwaysFirst {
    fn first_use(&self, _: &[u8; 32], _: RangeInclusive<UnixTime>, _: UnixTime) -> Result<bool, SingleUseError> {
        Ok(true)
    }
}

/// Keys that no other server has.
pub fn ticket_keys<C: Crypto>(crypto: &C) -> Arc<TicketKeys> {
    Arc::new(TicketKeys::generate(crypto).unwrap())
}
