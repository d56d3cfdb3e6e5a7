//! Two real ends, and somebody on the wire between them.

use super::end::End;
use super::input::Input;
use super::null::Null;
use super::world;
use std::sync::Arc;
use symbolon::{ClientConfig, EarlyDataState, RecvBuf, Role, ServerConfig, StateName};

/// One direction.
#[derive(Default)]
struct Wire {
    /// Delivered with what comes next.
    held: Vec<u8>,
    cut: bool,
    /// Something was done that changes what arrives, and not only when.
    tampered: bool,
}

/// The bytes of the two configurations, then one deed for each flight of two connections. Returns the states that both ends come
/// to in the first.
pub fn pair(bytes: &[u8]) -> (StateName, StateName) {
    let mut input = Input(bytes);
    let (client, server) = (world::client_config(&mut input), world::server_config(&mut input));
    let states = connection(&client, &server, &mut input);
    // By a ticket of the first, if there is one.
    connection(&client, &server, &mut input);
    states
}

fn connection(
    client: &Arc<ClientConfig<Null>>,
    server: &Arc<ServerConfig<Null>>,
    input: &mut Input<'_>,
) -> (StateName, StateName) {
    let mut client = End::new(world::client_of(client).offer_early_data(), RecvBuf::new());
    let mut server = End::new(world::server_of(server), RecvBuf::new());
    let (mut out, mut back) = (Wire::default(), Wire::default());
    let (mut from_client, mut from_server, mut early) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..20 {
        client.drive(input);
        if let Some(mut early_data) = client.conn.early_data() {
            let written = early_data.write(&[round | 0x40; 25], &mut client.tx).expect("not over");
            early.extend(vec![round | 0x40; written]);
        }
        out.carry(client.take_output(), &mut server, input);
        back.carry(server.take_output(), &mut client, input);
        if client.conn.is_connected() && server.conn.is_connected() {
            assert_one_view(&client, &server);
            let accepted = client.conn.negotiated().early_data == EarlyDataState::Accepted;
            // Nor is early data protected here: what was changed on the way may have arrived.
            assert!(out.tampered || server.early_data == if accepted { &early[..] } else { &[] });
        }
        write(&mut client, &[round; 30], &mut from_client);
        write(&mut server, &[!round; 20], &mut from_server);
    }
    client.assert_heard(&server);
    server.assert_heard(&client);
    // Records without protection can be changed by anybody, once the handshake is over.
    assert!(out.tampered || early.starts_with(&server.early_data));
    assert!(out.tampered || back.tampered || from_client.starts_with(&server.received));
    assert!(out.tampered || back.tampered || from_server.starts_with(&client.received));
    (client.conn.state(), server.conn.state())
}

/// All that two ends say to each other when nobody interferes; `shares` picks how many key shares the client sends.
pub fn messages(shares: u8) -> Vec<Vec<u8>> {
    let mut client = End::new(world::client(&mut Input(&[shares])), RecvBuf::new());
    let mut server = End::new(world::server(&mut Input(&[])), RecvBuf::new());
    let mut all = Vec::new();
    for _ in 0..4 {
        client.drive(&mut Input(&[]));
        if let Some(mut app) = client.conn.app() {
            app.update_keys(true, &mut client.tx).expect("not closed").expect("not over");
        }
        let said = client.take_output();
        all.extend(super::machine::messages(&said));
        server.give(&said, &mut Input(&[]));
        let said = server.take_output();
        all.extend(super::machine::messages(&said));
        client.give(&said, &mut Input(&[]));
    }
    all
}

fn write<R: Role>(end: &mut End<'_, R>, bytes: &[u8], sent: &mut Vec<u8>) {
    if let Some(mut app) = end.conn.app()
        && let Ok(n) = app.write(bytes, &mut end.tx).expect("not closed")
    {
        assert_eq!(n, bytes.len());
        sent.extend_from_slice(bytes);
    }
}

fn assert_one_view(client: &End<'_, symbolon::ClientRole>, server: &End<'_, symbolon::ServerRole>) {
    let (ours, theirs) = (client.conn.negotiated(), server.conn.negotiated());
    assert_eq!((ours.suite, ours.group, ours.retried), (theirs.suite, theirs.group, theirs.retried));
    assert_eq!((ours.psk, ours.early_data), (theirs.psk, theirs.early_data));
    // A resumption signs nothing; each end knows by what the other had proved itself.
    if ours.psk.is_none() {
        assert_eq!((ours.own_scheme, ours.peer_scheme), (theirs.peer_scheme, theirs.own_scheme));
    }
    assert_eq!((ours.send_limit, ours.recv_limit), (theirs.recv_limit, theirs.send_limit));
    assert_eq!(ours.server_name_used, theirs.server_name_used);
    assert_eq!(client.conn.alpn(), server.conn.alpn());
    let name = |peer: Option<&symbolon::PeerIdentity>| peer.and_then(|peer| peer.dns().next().map(str::to_owned));
    assert_eq!(name(client.conn.peer()).as_deref(), Some("server.test"));
    assert!(server.conn.peer().is_none() || name(server.conn.peer()).as_deref() == Some("robot.test"));
}

impl Wire {
    fn carry<R: Role>(&mut self, sent: Vec<u8>, to: &mut End<'_, R>, input: &mut Input<'_>) {
        let mut bytes = core::mem::take(&mut self.held);
        bytes.extend(sent);
        let what = input.u8() % 16;
        self.tampered |= (1..8).contains(&what);
        match what {
            1 => {
                let (at, bit) = (input.below(bytes.len()), input.u8() % 8);
                bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << bit);
            }
            2 => {
                self.cut = true;
                bytes.truncate(input.below(bytes.len()));
            }
            3 => bytes.extend_from_within(..),
            4 => {
                let mut records = records(&bytes);
                if !records.is_empty() {
                    records.remove(input.below(records.len()));
                }
                bytes = records.concat();
            }
            5 => {
                let mut records = records(&bytes);
                let (a, b) = (input.below(records.len()), input.below(records.len()));
                if !records.is_empty() {
                    records.swap(a, b);
                }
                bytes = records.concat();
            }
            6 => {
                let at = input.below(bytes.len());
                let len = input.u8();
                let insert = input.take(len.into());
                bytes.splice(at..at, insert.iter().copied());
            }
            7 => {
                let at = input.below(bytes.len());
                let end = (at + usize::from(input.u8())).min(bytes.len());
                bytes.drain(at..end);
            }
            // Only when, not what.
            8 => self.held = bytes.split_off(input.below(bytes.len())),
            9 => self.held = core::mem::take(&mut bytes),
            10 => {
                let size = 1 + usize::from(input.u8());
                let whole = core::mem::take(&mut bytes);
                whole.chunks(size).for_each(|piece| to.give(piece, input));
            }
            _ => {}
        }
        if self.cut && what != 2 {
            return;
        }
        to.give(&bytes, input);
    }
}

/// The records in what was sent; the last one may be a part.
fn records(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut all = Vec::new();
    while !bytes.is_empty() {
        let len = match bytes {
            [_, _, _, a, b, ..] => 5 + usize::from(u16::from_be_bytes([*a, *b])),
            _ => bytes.len(),
        };
        let (record, behind) = bytes.split_at(len.min(bytes.len()));
        all.push(record);
        bytes = behind;
    }
    all
}
