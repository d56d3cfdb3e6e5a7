//! An end whose application writes early data, and again what was refused of it.

use super::super::util::pair::{ClientRole, ServerRole};
use super::super::util::provider::Provider;
use proptest::prelude::*;
use symbolon::{Connection, EarlyDataState, Event, RecvBuf, Role, SendBuf};

/// One end with memory of the caller.
pub(crate) struct End<'b, R: Role> {
    pub(crate) conn: Connection<'static, R, Provider>,
    pub(crate) rx: RecvBuf<'static>,
    pub(crate) tx: SendBuf<'b>,
    /// All that the application has to say; early data is the beginning of it.
    pub(crate) to_send: Vec<u8>,
    pub(crate) sent: Option<usize>,
    /// Sizes of writes of early data, and how much was written.
    pub(crate) early: Vec<usize>,
    pub(crate) early_sent: usize,
    pub(crate) received: Vec<u8>,
    pub(crate) early_received: Vec<u8>,
    pub(crate) peer_closed: bool,
}

impl<'b, R: Role> End<'b, R> {
    pub(crate) fn new(conn: Connection<'static, R, Provider>, memory: &'b mut [u8], to_send: Vec<u8>) -> Self {
        Self {
            conn,
            rx: RecvBuf::new(),
            tx: SendBuf::over(memory),
            to_send,
            sent: None,
            early: Vec::new(),
            early_sent: 0,
            received: Vec::new(),
            early_received: Vec::new(),
            peer_closed: false,
        }
    }

    /// Steps, and writes what may be written, as far as there is room.
    pub(crate) fn drive(&mut self) -> Result<(), TestCaseError> {
        let failed = |error: symbolon::Error| TestCaseError::fail(error.to_string());
        loop {
            match self.conn.step(&mut self.rx, &mut self.tx).map_err(failed)? {
                Event::Moved { .. } | Event::Yield => {}
                Event::Data(bytes) => self.received.extend_from_slice(bytes),
                Event::EarlyData(bytes) => {
                    prop_assert!(self.received.is_empty(), "early data behind application data");
                    self.early_received.extend_from_slice(bytes);
                }
                Event::NeedRecv => break,
                Event::NeedSend => {
                    prop_assert!(!self.tx.to_send().is_empty(), "it waits for nothing");
                    break;
                }
                Event::PeerClosed => {
                    self.peer_closed = true;
                    break;
                }
                Event::Ask(ask) => return Err(TestCaseError::fail(format!("{ask:?}"))),
            }
        }
        if let (Some(mut early), Some(wanted)) = (self.conn.early_data(), self.early.first_mut()) {
            let from = &self.to_send[self.early_sent..];
            let n = early.write(&from[..from.len().min(*wanted)], &mut self.tx).map_err(failed)?;
            self.early_sent += n;
            *wanted -= n;
            if *wanted == 0 {
                self.early.remove(0);
            }
        }
        let accepted = self.conn.negotiated().early_data == EarlyDataState::Accepted;
        let Some(mut app) = self.conn.app() else { return Ok(()) };
        // What was refused is sent again.
        let sent = self.sent.get_or_insert(if accepted { self.early_sent } else { 0 });
        *sent += app.write(&self.to_send[*sent..], &mut self.tx).unwrap().map_err(failed)?;
        if *sent == self.to_send.len() {
            app.close(&mut self.tx);
        }
        Ok(())
    }

    pub(crate) fn carry<P: Role>(&mut self, most: usize, wire: &mut Vec<u8>, to: &mut End<'_, P>) {
        let n = self.tx.to_send().len().min(most);
        wire.extend_from_slice(&self.tx.to_send()[..n]);
        self.tx.sent(n);
        wire.drain(..to.rx.receive(wire));
    }
}

/// Both ends, in turns, each of which moves at most so many bytes, until both have said close_notify.
pub(crate) fn converse(
    client: &mut End<'_, ClientRole>,
    server: &mut End<'_, ServerRole>,
    turns: &[usize],
) -> Result<(), TestCaseError> {
    let (mut to_server, mut to_client) = (Vec::new(), Vec::new());
    let cycle = turns.iter().copied().chain([20_000]).cycle();
    for most in cycle.take(100_000) {
        client.drive()?;
        client.carry(most, &mut to_server, server);
        server.drive()?;
        server.carry(most, &mut to_client, client);
        if client.peer_closed && server.peer_closed {
            return Ok(());
        }
    }
    Err(TestCaseError::fail("close_notify did not arrive"))
}
