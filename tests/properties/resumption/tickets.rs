//! A client's store that knows what to expect of its tickets.

use super::LIFETIME;
use std::sync::Mutex;
use symbolon::resumption::{ClientTickets, Ticket};

/// A ticket, and what there is to expect of it.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) ticket: Ticket,
    pub(crate) put: i64,
    pub(crate) other_protocol: bool,
    pub(crate) other_rule: bool,
    pub(crate) good: Option<bool>,
}

/// What is expected of a connection by its ticket: nothing where that is not for this test to say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected {
    pub(crate) resumes: Option<bool>,
    pub(crate) max_early_data: u32,
    pub(crate) same_protocol: bool,
}

/// The client's store: the newest ticket first.
#[derive(Debug, Default)]
pub(crate) struct Tickets(pub(crate) Mutex<Store>);

#[derive(Debug, Default)]
pub(crate) struct Store {
    pub(crate) now: i64,
    pub(crate) other_protocol: bool,
    pub(crate) other_rule: bool,
    pub(crate) kept: Vec<Kept>,
    pub(crate) taken: Option<Expected>,
}

impl ClientTickets for Tickets {
    fn put(&self, server: &str, ticket: Ticket) {
        assert_eq!(server, "server.test");
        let mut store = self.0.lock().unwrap();
        let (put, other_protocol, other_rule) = (store.now, store.other_protocol, store.other_rule);
        store.kept.push(Kept { ticket, put, other_protocol, other_rule, good: Some(true) });
    }

    fn take(&self, _: &str) -> Option<Ticket> {
        let mut store = self.0.lock().unwrap();
        let Kept { ticket, put, other_protocol, other_rule, good } = store.kept.pop()?;
        let holds = store.now - put < LIFETIME && other_rule == store.other_rule;
        store.taken = Some(Expected {
            resumes: if holds { good } else { Some(false) },
            max_early_data: ticket.max_early_data(),
            same_protocol: other_protocol == store.other_protocol,
        });
        Some(ticket)
    }
}
