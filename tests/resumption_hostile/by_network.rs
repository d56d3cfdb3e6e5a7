//! What a server makes of replays, stolen and damaged tickets: a full handshake and nothing else.

use super::util::pair::{End, Pair, ServerRole, World};
use super::util::pki::NOW;
use super::util::plain::encoded;
use super::util::provider::{Provider, provider};
use super::util::tickets::{AlwaysFirst, SameTicket, ticket_keys};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use symbolon::config::{EarlyData, Resumption};
use symbolon::resumption::{PskKind, SingleUseKeys, StoredTickets, Ticket, TicketIdentity, TicketKeys, TicketStore};
use symbolon::wire::{AlertDescription, ClientHello, ContentType, HEADER_LEN, Parse};
use symbolon::{
    ClientAuth, ClientConfig, ClientWith, EarlyDataState, Error, Reason, ServerConfig, ServerName, ServerWith, UnixTime,
};

static WORLD: LazyLock<World> = LazyLock::new(World::new);

fn server(resumption: Resumption) -> Arc<ServerConfig<Provider>> {
    Arc::new(WORLD.server_config().client_auth(ClientAuth::none()).resumption(resumption).build().unwrap())
}

fn with_early_data(resumption: Resumption) -> Resumption {
    let single_use = Arc::new(SingleUseKeys::new(100, UnixTime(NOW - 1000)));
    resumption.early_data(EarlyData::new(1000, single_use))
}

fn client(tickets: &Arc<SameTicket>) -> Arc<ClientConfig<Provider>> {
    Arc::new(WORLD.client_config().tickets(tickets.clone()).build().unwrap())
}

/// A ticket of this server.
fn ticket(server: &Arc<ServerConfig<Provider>>) -> Arc<SameTicket> {
    let tickets = Arc::new(SameTicket::default());
    let mut pair = Pair::shared(&client(&tickets), server);
    pair.run();
    pair.assert_connected();
    assert!(!tickets.bytes().is_empty());
    tickets
}

/// A pair at these times, in seconds after [`NOW`], whose client offers early data.
fn pair(tickets: &Arc<SameTicket>, server: &Arc<ServerConfig<Provider>>, at: [i64; 2]) -> Pair {
    let name = ServerName::dns("server.test").unwrap();
    let [ours, theirs] = at.map(|seconds| UnixTime(NOW + seconds));
    let client = ClientWith::new(client(tickets), name, ours).offer_early_data();
    Pair::new(client, ServerWith::new(server.clone(), theirs))
}

/// ClientHello and early data.
fn first_flight(pair: &mut Pair) -> Vec<u8> {
    pair.client.drive();
    let mut early_data = pair.client.conn.early_data().expect("a ticket that allows it");
    assert_eq!(early_data.write(b"pay 100", &mut pair.client.tx), Ok(7));
    pair.client.take_output()
}

fn given(flight: &[u8], server: &Arc<ServerConfig<Provider>>, at: i64) -> End<ServerRole, Provider> {
    let mut end = End::new(ServerWith::new(server.clone(), UnixTime(NOW + at)));
    end.give(flight);
    assert_eq!(end.error, None);
    end
}

#[test]
fn a_replayed_first_flight_delivers_no_early_data_again() {
    let keys = ticket_keys(&provider());
    let here = server(with_early_data(Resumption::stateless(keys.clone())));
    let flight = first_flight(&mut pair(&ticket(&here), &here, [0, 0]));
    assert_eq!(given(&flight, &here, 0).early_data, b"pay 100");
    for at in [0, 0, 9] {
        let replayed = given(&flight, &here, at);
        assert_eq!(replayed.early_data, b"");
        assert_eq!(replayed.conn.negotiated().early_data, EarlyDataState::Rejected);
        assert!(!replayed.conn.is_connected());
    }
    // Whoever remembers nothing of it can't know.
    let elsewhere = server(with_early_data(Resumption::stateless(keys)));
    assert_eq!(given(&flight, &elsewhere, 0).early_data, b"pay 100");
}

#[test]
fn a_replayed_first_flight_does_not_even_resume_by_a_stored_ticket() {
    let store = Arc::new(StoredTickets::new(10, 10_000));
    let forgetful = EarlyData::new(1000, Arc::new(AlwaysFirst));
    let server = server(Resumption::stored(store).early_data(forgetful));
    let flight = first_flight(&mut pair(&ticket(&server), &server, [0, 0]));
    let first = given(&flight, &server, 0);
    assert_eq!(first.early_data, b"pay 100");
    assert_eq!(first.conn.negotiated().psk, Some(PskKind::Resumption));
    let replayed = given(&flight, &server, 0);
    assert_eq!((&replayed.early_data[..], replayed.conn.negotiated().psk), (&b""[..], None));
}

#[test]
fn early_data_outside_of_the_freshness_window_is_refused_and_the_resumption_goes_on() {
    let server = server(with_early_data(Resumption::stateless(ticket_keys(&provider()))));
    let tickets = ticket(&server);
    for (sent, arrives, state) in [
        (5, 5, EarlyDataState::Accepted),
        (5, 15, EarlyDataState::Accepted),
        (5, 16, EarlyDataState::Rejected),
        (5, 3000, EarlyDataState::Rejected),
        (3000, 5, EarlyDataState::Rejected),
    ] {
        let mut pair = pair(&tickets, &server, [sent, arrives]);
        let flight = first_flight(&mut pair);
        pair.server.give(&flight);
        pair.run();
        pair.assert_connected();
        assert_eq!(pair.server.conn.negotiated().psk, Some(PskKind::Resumption));
        assert_eq!(pair.client.conn.negotiated().early_data, state, "sent at {sent}, there at {arrives}");
        assert_eq!(pair.server.early_data == b"pay 100", state == EarlyDataState::Accepted);
        assert_eq!(pair.server.received, b"");
    }
}

/// `Ticket::to_bytes`, taken apart at the ticket and its secret.
fn changed(ticket: &[u8], change: impl FnOnce(&mut Vec<u8>, &mut Vec<u8>)) -> Arc<SameTicket> {
    let (head, rest) = ticket.split_at(3);
    let (len, rest) = rest.split_first_chunk().unwrap();
    let (identity, rest) = rest.split_at(u16::from_be_bytes(*len).into());
    let (len, rest) = rest.split_first().unwrap();
    let (secret, rest) = rest.split_at((*len).into());
    let (mut identity, mut secret) = (identity.to_vec(), secret.to_vec());
    change(&mut identity, &mut secret);
    let len = u16::try_from(identity.len()).unwrap().to_be_bytes();
    let bytes = [head, &len, &identity, &[secret.len() as u8], &secret, rest].concat();
    assert!(Ticket::from_bytes(&bytes).is_some());
    SameTicket::of(&bytes)
}

#[test]
fn a_stolen_ticket_without_its_secret_ends_in_decrypt_error() {
    for resumption in
        [Resumption::stateless(ticket_keys(&provider())), Resumption::stored(Arc::new(StoredTickets::new(10, 10_000)))]
    {
        let server = server(with_early_data(resumption));
        let honest = ticket(&server);
        let stolen = changed(&honest.bytes(), |_, secret| secret.fill(0));
        let mut thief = pair(&stolen, &server, [0, 0]);
        let flight = first_flight(&mut thief);
        thief.server.give(&flight);
        let Some(Error::Refused(refusal)) = thief.server.error else { panic!("{:?}", thief.server.error) };
        assert_eq!((refusal.reason, refusal.alert()), (Reason::PskBinderMismatch, AlertDescription::decrypt_error));
        assert_eq!(thief.server.seen.alerts_sent, [AlertDescription::decrypt_error]);
        assert_eq!(thief.server.early_data, b"");
        // Whose it is can still use it.
        let mut pair = pair(&honest, &server, [0, 0]);
        pair.run();
        pair.assert_connected();
        assert_eq!(pair.server.conn.negotiated().psk, Some(PskKind::Resumption));
    }
}

/// Asserts that with this ticket comes a full handshake, that early data is refused, and that the next ticket is good.
fn assert_full_handshake(what: &str, tickets: &Arc<SameTicket>, server: &Arc<ServerConfig<Provider>>) {
    let mut pair = pair(tickets, server, [0, 0]);
    let flight = first_flight(&mut pair);
    pair.server.give(&flight);
    pair.run();
    pair.assert_connected();
    assert_eq!((pair.server.conn.negotiated().psk, pair.client.conn.negotiated().psk), (None, None), "{what}");
    assert_eq!(pair.client.conn.negotiated().early_data, EarlyDataState::Rejected, "{what}");
    assert_eq!(pair.server.early_data, b"", "{what}");
    assert!(pair.client.conn.peer().is_some(), "{what}");
    let declined: Vec<_> = pair.server.seen.events.iter().filter(|event| event.starts_with("PskDeclined")).collect();
    assert_eq!(declined.len(), 1, "{what}: {declined:?}");
}

#[test]
fn a_ticket_that_is_damaged_or_not_ours_costs_a_full_handshake() {
    let keys = ticket_keys(&provider());
    let ours = server(with_early_data(Resumption::stateless(keys.clone())));
    let bytes = ticket(&ours).bytes();
    let mut len = 0;
    changed(&bytes, |identity, _| len = identity.len());
    for at in (0..len).step_by(23).chain([len - 1]) {
        let cut = changed(&bytes, |identity, _| identity.truncate(at.max(1)));
        assert_full_handshake(&format!("cut to {at} bytes"), &cut, &ours);
        let flipped = changed(&bytes, |identity, _| identity[at] ^= 1 << (at % 8));
        assert_full_handshake(&format!("a bit of byte {at}"), &flipped, &ours);
    }
    assert_full_handshake("longer", &changed(&bytes, |identity, _| identity.push(0)), &ours);
    assert_full_handshake("8,192 bytes", &changed(&bytes, |identity, _| *identity = vec![7; 8192]), &ours);
    let theirs = server(with_early_data(Resumption::stateless(ticket_keys(&provider()))));
    assert_full_handshake("other keys", &SameTicket::of(&bytes), &theirs);
    let stored = server(with_early_data(Resumption::stored(Arc::new(StoredTickets::new(10, 10_000)))));
    assert_full_handshake("to a store", &SameTicket::of(&bytes), &stored);
    assert_full_handshake("of a store", &ticket(&stored), &ours);
    let sealed = |keys: &TicketKeys, change: fn(&mut Vec<u8>)| {
        changed(&bytes, |identity, _| {
            let mut state = keys.open(&provider(), identity).unwrap().to_vec();
            change(&mut state);
            *identity = keys.seal(&provider(), &state).unwrap();
        })
    };
    assert_full_handshake("another version", &sealed(&keys, |state| state[0] += 1), &ours);
    assert_full_handshake("half a state", &sealed(&keys, |state| state.truncate(state.len() / 2)), &ours);
    assert_full_handshake("more than a state", &sealed(&keys, |state| state.push(0)), &ours);
    assert_full_handshake("no state", &sealed(&keys, Vec::clear), &ours);
}

/// Counts what it is asked.
#[derive(Default)]
struct Counting(AtomicUsize);

impl TicketStore for Counting {
    fn put(&self, _: TicketIdentity, _: zeroize::Zeroizing<Vec<u8>>, _: UnixTime, _: UnixTime) {}

    fn peek(&self, _: &TicketIdentity, _: UnixTime) -> Option<zeroize::Zeroizing<Vec<u8>>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        None
    }

    fn take(&self, identity: &TicketIdentity, now: UnixTime) -> Option<zeroize::Zeroizing<Vec<u8>>> {
        self.peek(identity, now)
    }
}

/// A ClientHello with so many identities and binders of so many bytes.
fn hello_with(identities: [usize; 2], binders: [usize; 2]) -> Vec<u8> {
    let mut client = End::new(ClientWith::new(
        Arc::new(WORLD.client_config().build().unwrap()),
        ServerName::dns("server.test").unwrap(),
        UnixTime(NOW),
    ));
    client.drive();
    let sent = client.take_output();
    let mut hello = ClientHello::parse(&sent[5 + HEADER_LEN..]).unwrap();
    let list = |[count, len]: [usize; 2], entry: &dyn Fn(u8) -> Vec<u8>| {
        assert!(len < 256);
        let entries: Vec<u8> = (0..count).flat_map(|n| entry(n as u8)).collect();
        [&(entries.len() as u16).to_be_bytes()[..], &entries].concat()
    };
    let ticket = |n: u8| [&[0, identities[1] as u8][..], &vec![n; identities[1]], &[0; 4]].concat();
    let binder = |n: u8| [&[binders[1] as u8][..], &vec![n; binders[1]]].concat();
    let body = [list(identities, &ticket), list(binders, &binder)].concat();
    let modes = [1];
    hello.extensions.psk_key_exchange_modes = Some(&modes);
    hello.extensions.pre_shared_key = Some(&body);
    let message = encoded(&hello);
    let record =
        |part: &[u8]| [&[ContentType::handshake.0, 3, 3], &(part.len() as u16).to_be_bytes()[..], part].concat();
    message.chunks(1 << 14).flat_map(record).collect()
}

#[test]
fn however_many_identities_are_offered_few_are_looked_up() {
    let store = Arc::new(Counting::default());
    let server = server(Resumption::stored(store.clone()));
    let mut end = End::new(ServerWith::new(server.clone(), UnixTime(NOW)));
    end.give(&hello_with([900, 32], [900, 32]));
    assert_eq!((end.error, end.conn.negotiated().psk), (None, None));
    assert_eq!(end.conn.state().name(), "WAIT_FINISHED");
    assert_eq!(store.0.swap(0, Ordering::Relaxed), 8);
    // As many as there is room for, and their binders not even there.
    let mut end = End::new(ServerWith::new(server, UnixTime(NOW)));
    end.give(&hello_with([9000, 1], [1, 32]));
    let Some(Error::Refused(refusal)) = end.error else { panic!("{:?}", end.error) };
    assert_eq!(refusal.reason, Reason::PskBinderCount, "{refusal}");
    assert_eq!(store.0.load(Ordering::Relaxed), 0);
}
