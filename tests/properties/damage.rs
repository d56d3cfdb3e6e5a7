//! Somebody on the wire cuts, repeats, drops, reorders and changes: the two ends never part in what they believe.

use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::VecDeque;
use std::sync::{Arc, LazyLock};
use symbolon::crypto::Crypto;
use symbolon::identity::spki_sha256;
use symbolon::wire::AlertDescription;
use symbolon::{
    ClientAuthState, ClientConfig, ClientWith, Confirmation, Role, ServerConfig, ServerName, ServerWith, UnixTime,
};

use super::util::pair::{End, Pair};
use super::util::pki::NOW;
use super::util::provider::{Provider, provider};
use super::world::{WORLD, client_config, records, server_config};

/// One deed of the one on the wire, in one direction.
#[derive(Clone, Copy, Debug)]
struct Deed {
    to_server: bool,
    what: What,
}

/// Records and bytes are counted from 0, as they were sent.
#[derive(Clone, Copy, Debug)]
enum What {
    DropRecord(usize),
    RepeatRecord(usize),
    /// Behind the next one.
    DelayRecord(usize),
    Cut(usize),
    FlipBit(usize, u8),
    DropByte(usize),
    RepeatByte(usize),
    SwapBytes(usize),
}

fn deed() -> impl Strategy<Value = Deed> {
    let record = 0usize..10;
    let byte = prop_oneof![0usize..300, 0usize..3000];
    let what = prop_oneof![
        record.clone().prop_map(What::DropRecord),
        record.clone().prop_map(What::RepeatRecord),
        record.prop_map(What::DelayRecord),
        byte.clone().prop_map(What::Cut),
        (byte.clone(), 0u8..8).prop_map(|(at, bit)| What::FlipBit(at, bit)),
        byte.clone().prop_map(What::DropByte),
        byte.clone().prop_map(What::RepeatByte),
        byte.prop_map(What::SwapBytes),
    ];
    (any::<bool>(), what).prop_map(|(to_server, what)| Deed { to_server, what })
}

/// One direction of the wire.
#[derive(Default)]
struct Wire {
    records: usize,
    bytes: usize,
    delayed: VecDeque<Vec<u8>>,
    cut: bool,
    touched: bool,
}

impl Wire {
    fn carry(&mut self, sent: &[u8], deeds: &[What]) -> Vec<u8> {
        let mut arriving = Vec::new();
        for record in records(sent) {
            let number = self.records;
            self.records += 1;
            let delayed = core::mem::take(&mut self.delayed);
            let mut copies = 1;
            for deed in deeds {
                match *deed {
                    What::DropRecord(n) if n == number => copies = 0,
                    What::RepeatRecord(n) if n == number => copies = 2,
                    What::DelayRecord(n) if n == number => {
                        self.delayed.push_back(record.to_vec());
                        copies = 0;
                    }
                    _ => continue,
                }
                self.touched = true;
            }
            (0..copies).for_each(|_| arriving.extend(self.damage(record, deeds)));
            arriving.extend(delayed.into_iter().flatten());
        }
        arriving
    }

    fn damage(&mut self, record: &[u8], deeds: &[What]) -> Vec<u8> {
        let mut arriving = Vec::with_capacity(record.len());
        for byte in record {
            let at = self.bytes;
            self.bytes += 1;
            let (mut byte, mut copies, mut swap) = (*byte, 1, false);
            for deed in deeds {
                match *deed {
                    What::Cut(n) if n == at => self.cut = true,
                    What::FlipBit(n, bit) if n == at => byte ^= 1 << bit,
                    What::DropByte(n) if n == at => copies = 0,
                    What::RepeatByte(n) if n == at => copies = 2,
                    What::SwapBytes(n) if n == at => swap = true,
                    _ => continue,
                }
                self.touched = true;
            }
            if !self.cut {
                (0..copies).for_each(|_| arriving.push(byte));
                if let (true, [.., a, b]) = (swap, &mut arriving[..]) {
                    core::mem::swap(a, b);
                }
            }
        }
        arriving
    }
}

static CLIENTS: LazyLock<[Arc<ClientConfig<Provider>>; 2]> = LazyLock::new(|| {
    [1, 0].map(|shares| Arc::new(client_config(provider()).shares(shares).alpn(["a", "b"]).build().unwrap()))
});
static SERVER: LazyLock<Arc<ServerConfig<Provider>>> =
    LazyLock::new(|| Arc::new(server_config(provider()).alpn(["b", "c"]).build().unwrap()));

/// At most one fatal alert left this end, and its error stays what it is.
fn assert_failed_once<R: Role, C: Crypto>(end: &mut End<R, C>) -> Result<(), TestCaseError> {
    let fatal = end.seen.alerts_sent.iter().filter(|alert| **alert != AlertDescription::close_notify).count();
    prop_assert!(fatal <= 1, "{:?}", end.seen.alerts_sent);
    if let Some(error) = end.error.take() {
        // The alert itself, if the failure came last of all.
        end.take_output();
        end.drive();
        prop_assert_eq!(end.error, Some(error));
        prop_assert!(end.conn.app().is_none() && end.take_output().is_empty());
        prop_assert_eq!(end.conn.peer(), None);
    }
    Ok(())
}

/// Both ends think the same of the connection, and know the other by its certificate.
fn assert_one_view<C: Crypto>(pair: &Pair<C>, crypto: &C) -> Result<(), TestCaseError> {
    let (client, server) = (&pair.client.conn, &pair.server.conn);
    let (ours, theirs) = (client.negotiated(), server.negotiated());
    prop_assert_eq!((ours.suite, ours.group, ours.retried), (theirs.suite, theirs.group, theirs.retried));
    prop_assert_eq!((ours.own_scheme, ours.peer_scheme), (theirs.peer_scheme, theirs.own_scheme));
    prop_assert_eq!((ours.send_limit, ours.recv_limit), (theirs.recv_limit, theirs.send_limit));
    prop_assert_eq!(ours.server_name_used, theirs.server_name_used);
    prop_assert_eq!(client.alpn(), server.alpn());
    prop_assert_eq!(client.client_auth(), ClientAuthState::Sent);
    prop_assert_eq!(server.client_auth(), ClientAuthState::Confirmed(Confirmation::OwnVerdict));
    let key_of = |der: &[u8]| spki_sha256(crypto, &symbolon::x509::Certificate::parse(der).unwrap());
    prop_assert_eq!(client.peer().map(|peer| *peer.spki_sha256()), Some(key_of(&WORLD.server.leaf.der)));
    prop_assert_eq!(server.peer().map(|peer| *peer.spki_sha256()), Some(key_of(&WORLD.client.leaf.der)));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn two_ends_never_part_in_what_they_believe(deeds in vec(deed(), 0..4), retry in any::<bool>()) {
        let config = &CLIENTS[usize::from(retry)];
        let client = ClientWith::new(config.clone(), ServerName::dns("server.test").unwrap(), UnixTime(NOW));
        let mut pair = Pair::new(client, ServerWith::new(SERVER.clone(), UnixTime(NOW)));
        let on = |to_server| deeds.iter().filter(move |d| d.to_server == to_server).map(|d| d.what).collect::<Vec<_>>();
        let (on_the_way_out, on_the_way_back) = (on(true), on(false));
        let (mut out, mut back) = (Wire::default(), Wire::default());
        let (mut from_client, mut from_server) = (Vec::new(), Vec::new());
        for round in 0..12u8 {
            pair.client.drive();
            let sent = pair.client.take_output();
            pair.server.give(&out.carry(&sent, &on_the_way_out));
            let sent = pair.server.take_output();
            pair.client.give(&back.carry(&sent, &on_the_way_back));
            if pair.client.conn.app().is_some() {
                pair.client.write(&[round; 90]);
                from_client.extend([round; 90]);
            }
            if pair.server.conn.app().is_some() {
                pair.server.write(&[!round; 80]);
                from_server.extend([!round; 80]);
            }
            if pair.client.conn.is_connected() && pair.server.conn.is_connected() {
                assert_one_view(&pair, SERVER.crypto())?;
            }
        }
        prop_assert!(from_client.starts_with(&pair.server.received), "what arrived was not sent, or not in this order");
        prop_assert!(from_server.starts_with(&pair.client.received), "what arrived was not sent, or not in this order");
        if !out.touched && !back.touched {
            pair.assert_connected();
            prop_assert!(pair.server.received.len() >= 8 * 90 && pair.client.received.len() >= 8 * 80);
        }
        assert_failed_once(&mut pair.client)?;
        assert_failed_once(&mut pair.server)?;
    }
}
