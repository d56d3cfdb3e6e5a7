//! Send buffers of a fixed size, emptied a few bytes at a time: what does not fit waits, and nothing is lost.

use proptest::collection::vec;
use proptest::prelude::*;
use symbolon::{Connection, Event, Misuse, RecvBuf, Role, SendBuf};

use super::records::{Settings, settings};
use super::util::provider::Provider;
use super::world::pattern;

/// One end with memory of the caller.
struct End<'b, R: Role> {
    conn: Connection<'static, R, Provider>,
    rx: RecvBuf<'static>,
    tx: SendBuf<'b>,
    to_write: &'b [u8],
    received: Vec<u8>,
    peer_closed: bool,
    /// Times that the connection, or the application, had to wait for room.
    waited: usize,
    /// KeyUpdates that it may still send: without data between them, the peer bears with a few only.
    updates: usize,
}

/// What an application does each time that it may write.
#[derive(Clone, Copy, Debug)]
enum Write {
    Copied,
    /// Into the record itself, while what waits goes out: at most this many bytes.
    InPlace(usize),
    AndUpdateKeys,
}

impl<'b, R: Role> End<'b, R> {
    fn new(conn: Connection<'static, R, Provider>, memory: &'b mut [u8], to_write: &'b [u8]) -> Self {
        let (rx, tx) = (RecvBuf::new(), SendBuf::over(memory));
        Self { conn, rx, tx, to_write, received: Vec::new(), peer_closed: false, waited: 0, updates: 20 }
    }

    /// Steps, and writes once CONNECTED, as far as there is room; says so when it was all. `network` takes what waits.
    fn drive(&mut self, write: Write, network: &mut Vec<u8>) -> Result<(), TestCaseError> {
        loop {
            match self.conn.step(&mut self.rx, &mut self.tx) {
                Ok(Event::Moved { .. } | Event::Yield) => {}
                Ok(Event::Data(bytes)) => self.received.extend_from_slice(bytes),
                Ok(Event::NeedRecv) => break,
                Ok(Event::NeedSend) => {
                    prop_assert!(!self.tx.to_send().is_empty(), "it waits for nothing");
                    self.waited += 1;
                    break;
                }
                Ok(Event::PeerClosed) => {
                    self.peer_closed = true;
                    break;
                }
                Ok(Event::EarlyData(_)) => return Err(TestCaseError::fail("early data that nobody takes")),
                Ok(Event::Ask(ask)) => return Err(TestCaseError::fail(format!("{ask:?}"))),
                Err(error) => return Err(TestCaseError::fail(error.to_string())),
            }
        }
        let Some(mut app) = self.conn.app() else { return Ok(()) };
        if self.to_write.is_empty() {
            app.close(&mut self.tx);
            return Ok(());
        }
        let failed = |error: symbolon::Error| TestCaseError::fail(error.to_string());
        if let (Write::AndUpdateKeys, 1..) = (write, self.updates) {
            match app.update_keys(false, &mut self.tx) {
                Ok(updated) => {
                    updated.map_err(failed)?;
                    self.updates -= 1;
                }
                Err(Misuse::NoRoom) => self.waited += 1,
                Err(misuse) => return Err(TestCaseError::fail(misuse.to_string())),
            }
        }
        let n = match write {
            Write::InPlace(most) => {
                let space = app.space(&mut self.tx).unwrap().map_err(failed)?;
                let n = space.len().min(self.to_write.len()).min(most);
                space[..n].copy_from_slice(&self.to_write[..n]);
                network.extend_from_slice(self.tx.to_send());
                self.tx.sent(self.tx.to_send().len());
                app.commit(n, &mut self.tx).unwrap().map_err(failed)?;
                n
            }
            Write::Copied | Write::AndUpdateKeys => app.write(self.to_write, &mut self.tx).unwrap().map_err(failed)?,
        };
        prop_assert!(
            n > 0 || !self.tx.to_send().is_empty() || !network.is_empty(),
            "there is room, but nothing is written"
        );
        self.to_write = &self.to_write[n..];
        self.waited += usize::from(!self.to_write.is_empty());
        Ok(())
    }
}

/// Both ends, in turns, each of which moves at most so many bytes and writes so. Returns how often they waited for room.
fn converse(settings: Settings, extra: usize, turns: &[(usize, Write)], len: usize) -> Result<usize, TestCaseError> {
    let pair = settings.pair();
    let room = |required: usize| vec![0; required + extra];
    let mut memory = (room(pair.client.conn.required_send_space()), room(pair.server.conn.required_send_space()));
    let (from_client, from_server) = (pattern(len), pattern(len / 2));
    let mut client = End::new(pair.client.conn, &mut memory.0, &from_client);
    let mut server = End::new(pair.server.conn, &mut memory.1, &from_server);
    let (mut to_server, mut to_client) = (Vec::new(), Vec::new());
    // Both end when close_notify arrives; a million turns are more than any case takes.
    for (most, write) in turns.iter().cycle().take(1_000_000) {
        client.drive(*write, &mut to_server)?;
        let n = client.tx.to_send().len().min(*most);
        to_server.extend_from_slice(&client.tx.to_send()[..n]);
        client.tx.sent(n);
        to_server.drain(..server.rx.receive(&to_server));
        server.drive(*write, &mut to_client)?;
        let n = server.tx.to_send().len().min(*most);
        to_client.extend_from_slice(&server.tx.to_send()[..n]);
        server.tx.sent(n);
        to_client.drain(..client.rx.receive(&to_client));
        if client.peer_closed && server.peer_closed {
            break;
        }
    }
    prop_assert!(client.peer_closed && server.peer_closed, "close_notify did not arrive");
    prop_assert!(server.received == from_client && client.received == from_server);
    Ok(client.waited + server.waited)
}

fn write() -> impl Strategy<Value = Write> {
    prop_oneof![3 => Just(Write::Copied), 2 => (1usize..9000).prop_map(Write::InPlace), 1 => Just(Write::AndUpdateKeys)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_does_not_fit_waits_and_is_not_lost(
        settings in settings(),
        extra in 0usize..2000,
        turns in vec((prop_oneof![1usize..40, 40usize..4000], write()), 1..20),
        len in 0usize..10_000,
    ) {
        converse(settings, extra, &turns, len)?;
    }
}

#[test]
fn writing_more_than_fits_waits() {
    let plain = Settings {
        client_limit: None,
        server_limit: None,
        max_fragment_length: None,
        client_padding: 0,
        server_padding: 0,
        key_update_after: None,
    };
    assert!(converse(plain, 0, &[(100, Write::Copied)], 20_000).unwrap() > 10);
}
