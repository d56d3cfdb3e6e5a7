//! Pre-shared keys, ticket keys, and the stores of tickets, without a handshake around them.
#![cfg(all(feature = "ring", feature = "std"))]

mod util;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use symbolon::UnixTime;
use symbolon::crypto::{Crypto, HashAlgorithm};
use symbolon::resumption::{
    ExternalPsk, MAX_TICKET, MAX_TICKET_KEYS, MAX_TICKET_STATE, MIN_EXTERNAL_SECRET, Psk, PskError, PskKind, SealError,
    Shelf, SingleUse, SingleUseKeys, StoredTickets, TicketIdentity, TicketKey, TicketKeys, TicketKeysError,
    TicketStore,
};
use util::provider::{Provider, provider};

const SECRET: [u8; 32] = *b"a secret of thirty-two bytes ...";

#[test]
fn a_psk_shows_all_but_its_secret() {
    let psk = Psk::external(b"device 7", &SECRET, HashAlgorithm::Sha384).unwrap();
    assert_eq!(psk.identity(), b"device 7");
    assert_eq!((psk.hash(), psk.kind()), (HashAlgorithm::Sha384, PskKind::External));
    assert_eq!(psk.kind().binder_label(), "ext binder");
    let external = ExternalPsk::new(b"device 7", &SECRET).unwrap();
    for shown in [format!("{psk:?}"), format!("{external:?}"), format!("{:?}", TicketKey::new(&provider(), &SECRET))] {
        assert!(!shown.contains("97, 32, 115"), "{shown}");
        assert!(!shown.contains("a secret"), "{shown}");
        assert!(!shown.contains(&hex::encode(SECRET)[..8]), "{shown}");
    }
}

// [9257-6-1]
#[test]
fn what_is_no_psk_is_refused_with_the_rule() {
    let sha256 = HashAlgorithm::Sha256;
    let long = vec![7; 1 << 16];
    let of = |error: PskError| error.to_string();
    let error = Psk::external(b"", &SECRET, sha256).unwrap_err();
    assert_eq!((error, of(error).contains("RFC 8446 §4.2.11")), (PskError::NoIdentity, true));
    let error = Psk::external(&long, &SECRET, sha256).unwrap_err();
    assert_eq!((error, of(error).contains("65536")), (PskError::LongIdentity { len: 1 << 16 }, true));
    let error = ExternalPsk::new(b"device 7", &SECRET[..MIN_EXTERNAL_SECRET - 1]).unwrap_err();
    assert_eq!((error, of(error).contains("RFC 9257 §6")), (PskError::ShortSecret { len: 15 }, true));
    assert!(Psk::external(&long[1..], &SECRET[..MIN_EXTERNAL_SECRET], sha256).is_ok());
}

// [9258-5.1-4]
#[test]
fn an_import_binds_the_identity_to_the_context_and_stays_within_the_extension() {
    let epsk = ExternalPsk::new(b"device 7", &SECRET).unwrap();
    let [here, _] = epsk.import(&provider(), b"client, server").unwrap();
    let [there, other_hash] = epsk.import(&provider(), b"server, client").unwrap();
    assert_eq!(here.kind(), PskKind::Imported);
    assert_ne!(here.identity(), there.identity());
    assert_ne!(there.identity(), other_hash.identity());
    let long = vec![7; 1 << 16];
    let error = epsk.import(&provider(), &long).unwrap_err();
    assert_eq!((error, error.to_string().contains("65536")), (PskError::LongContext { len: 1 << 16 }, true));
    // Eight bytes of identity, and eight around it and the context.
    assert!(epsk.import(&provider(), &long[..65_535 - 16]).is_ok());
    assert_eq!(epsk.import(&provider(), &long[..65_536 - 16]).unwrap_err(), PskError::LongIdentity { len: 1 << 16 });
}

/// Keys of which the first is made of `first` and the others of what follows.
fn keys(secrets: &[u8]) -> TicketKeys {
    let text: String = secrets.iter().map(|byte| format!("{}\n", hex::encode([*byte; 32]))).collect();
    TicketKeys::from_text(&provider(), &text).unwrap()
}

fn opened(keys: &TicketKeys, ticket: &[u8]) -> Option<Vec<u8>> {
    keys.open(&provider(), ticket).map(|state| state.to_vec())
}

#[test]
fn a_ticket_opens_wherever_its_key_is_and_nowhere_else() {
    let (crypto, fleet) = (provider(), keys(&[1]));
    let ticket = fleet.seal(&crypto, b"state").unwrap();
    assert_eq!(opened(&fleet, &ticket).as_deref(), Some(&b"state"[..]));
    assert_eq!(opened(&keys(&[2, 1]), &ticket).as_deref(), Some(&b"state"[..]));
    assert_eq!(opened(&keys(&[2]), &ticket), None);
    assert_eq!(opened(&TicketKeys::generate(&crypto).unwrap(), &ticket), None);
}

#[test]
fn two_tickets_of_one_state_have_nothing_in_common_but_the_name_of_the_key() {
    let (crypto, keys) = (provider(), keys(&[1]));
    let (one, other) = (keys.seal(&crypto, &[0; 64]).unwrap(), keys.seal(&crypto, &[0; 64]).unwrap());
    assert_eq!(one[..16], other[..16]);
    let same = one[16..].iter().zip(&other[16..]).filter(|(a, b)| a == b).count();
    assert!(same < 16, "{same} of {} bytes", one.len());
}

#[test]
fn a_changed_or_cut_ticket_does_not_open() {
    let keys = keys(&[1]);
    let ticket = keys.seal(&provider(), b"state").unwrap();
    for at in 0..ticket.len() {
        let mut changed = ticket.clone();
        changed[at] ^= 1;
        assert_eq!(opened(&keys, &changed), None, "byte {at}");
        assert_eq!(opened(&keys, &ticket[..at]), None, "cut to {at}");
    }
    let mut longer = ticket;
    longer.push(0);
    assert_eq!(opened(&keys, &longer), None);
}

#[test]
fn tickets_of_random_bytes_do_not_open_even_under_the_name_of_a_key() {
    let (crypto, keys) = (provider(), keys(&[1]));
    let name = keys.seal(&crypto, b"").unwrap()[..16].to_vec();
    for len in (0..=200).chain([MAX_TICKET, MAX_TICKET + 1, 1 << 16]) {
        let mut ticket = vec![0; len];
        crypto.random(&mut ticket).unwrap();
        assert_eq!(opened(&keys, &ticket), None);
        let named = len.min(name.len());
        ticket[..named].copy_from_slice(&name[..named]);
        assert_eq!(opened(&keys, &ticket), None);
    }
}

#[test]
fn a_ticket_is_sealed_up_to_the_longest_and_no_further() {
    let (crypto, keys) = (provider(), keys(&[1]));
    let ticket = keys.seal(&crypto, &[7; MAX_TICKET_STATE]).unwrap();
    assert_eq!(ticket.len(), MAX_TICKET);
    assert_eq!(opened(&keys, &ticket), Some(vec![7; MAX_TICKET_STATE]));
    let error = keys.seal(&crypto, &[7; MAX_TICKET_STATE + 1]).unwrap_err();
    assert_eq!(error, SealError::LongState { len: MAX_TICKET_STATE + 1 });
    assert!(error.to_string().contains(&(MAX_TICKET_STATE + 1).to_string()));
}

#[test]
fn after_a_rotation_the_new_key_seals_and_those_before_open_up_to_the_bound() {
    let (crypto, keys) = (provider(), keys(&[0]));
    let mut tickets = vec![keys.seal(&crypto, b"state").unwrap()];
    let rotations = u8::try_from(MAX_TICKET_KEYS).unwrap();
    for n in 1..=rotations {
        keys.rotate(TicketKey::new(&crypto, &[n; 32]));
        tickets.push(keys.seal(&crypto, b"state").unwrap());
    }
    let opens: Vec<bool> = tickets.iter().map(|ticket| opened(&keys, ticket).is_some()).collect();
    assert_eq!(opens.iter().filter(|opens| **opens).count(), MAX_TICKET_KEYS);
    assert!(!opens[0], "the oldest key is forgotten");
    // A key that comes again moves to the front; no other is forgotten for it.
    keys.rotate(TicketKey::new(&crypto, &[1; 32]));
    assert_eq!(keys.seal(&crypto, b"state").unwrap()[..16], tickets[1][..16]);
    assert!(tickets[1..].iter().all(|ticket| opened(&keys, ticket).is_some()));
}

#[test]
fn replaced_keys_are_those_of_the_new_text_alone_for_all_who_share_them() {
    let crypto = provider();
    let shared = std::sync::Arc::new(keys(&[1]));
    let (server, ticket) = (shared.clone(), shared.seal(&crypto, b"state").unwrap());
    shared.replace(keys(&[3, 2]));
    assert_eq!(opened(&server, &ticket), None);
    let ticket = server.seal(&crypto, b"state").unwrap();
    assert!(opened(&keys(&[3]), &ticket).is_some());
}

#[test]
fn no_ticket_is_lost_to_a_thread_while_keys_are_rotated() {
    let (keys, done) = (keys(&[0, 1, 2, 3]), AtomicBool::new(false));
    let before = keys.seal(&provider(), b"before").unwrap();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let ticket = keys.seal(&provider(), b"state").unwrap();
                    assert_eq!(opened(&keys, &ticket).as_deref(), Some(&b"state"[..]));
                    assert_eq!(opened(&keys, &before).as_deref(), Some(&b"before"[..]));
                }
            });
        }
        // Fewer keys in turns than there may be, so none is forgotten.
        for n in (0..4).cycle().take(3000) {
            keys.rotate(TicketKey::new(&provider(), &[n; 32]));
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn ticket_keys_are_read_from_lines_with_comments() {
    let crypto = provider();
    let (one, two) = (hex::encode([1; 32]), hex::encode([2; 32]).to_uppercase());
    let text = format!("# of the fleet\r\n\r\n  {two} # since Monday\r\n{one}\n");
    let read = TicketKeys::from_text(&crypto, &text).unwrap();
    let ticket = read.seal(&crypto, b"state").unwrap();
    assert!(opened(&keys(&[2]), &ticket).is_some());
    assert!(opened(&read, &keys(&[1]).seal(&crypto, b"state").unwrap()).is_some());
}

#[test]
fn a_text_that_holds_no_ticket_keys_is_refused_with_the_line() {
    let key = hex::encode([1; 32]);
    let refused = |text: &str| TicketKeys::from_text::<Provider>(&provider(), text).unwrap_err();
    for wrong in [&key[1..], &format!("{key}0"), &key.replace("01", "0g"), &format!("{key} {key}"), &"é".repeat(32)] {
        let error = refused(&format!("# keys\n{key}\n{wrong}\n"));
        assert_eq!(error, TicketKeysError::NoKey { line: 3 }, "{wrong}");
        assert!(error.to_string().starts_with("line 3 "), "{error}");
    }
    assert_eq!(refused("# no key yet\n"), TicketKeysError::Empty);
    let many = format!("{key}\n").repeat(MAX_TICKET_KEYS + 1);
    assert_eq!(refused(&many), TicketKeysError::TooMany { line: MAX_TICKET_KEYS + 1 });
}

fn identity(n: u32) -> TicketIdentity {
    let mut identity = [0; 32];
    identity[..4].copy_from_slice(&n.to_be_bytes());
    identity
}

fn put(store: &impl TicketStore, n: u32, state: &[u8], until: i64, now: i64) {
    store.put(identity(n), state.to_vec().into(), UnixTime(until), UnixTime(now));
}

fn peek(store: &impl TicketStore, n: u32, now: i64) -> Option<Vec<u8>> {
    store.peek(&identity(n), UnixTime(now)).map(|state| state.to_vec())
}

fn take(store: &impl TicketStore, n: u32, now: i64) -> Option<Vec<u8>> {
    store.take(&identity(n), UnixTime(now)).map(|state| state.to_vec())
}

// [8.1-1]
#[test]
fn a_stored_ticket_can_be_looked_at_until_it_is_taken_once() {
    let store = StoredTickets::new(10, 1000);
    put(&store, 1, b"state", 100, 0);
    assert_eq!(peek(&store, 1, 50).as_deref(), Some(&b"state"[..]));
    assert_eq!(take(&store, 1, 50).as_deref(), Some(&b"state"[..]));
    assert_eq!((peek(&store, 1, 50), take(&store, 1, 50), take(&store, 2, 50)), (None, None, None));
    assert_eq!(store.size(), (0, 0));
}

#[test]
fn a_stored_ticket_ends_after_its_last_second() {
    let store = StoredTickets::new(10, 1000);
    put(&store, 1, b"state", 100, 0);
    assert_eq!((peek(&store, 1, 100).is_some(), peek(&store, 1, 101)), (true, None));
    assert_eq!(take(&store, 1, 101), None);
    assert_eq!(store.size(), (0, 0));
    // What is over is wiped when something new comes.
    put(&store, 2, b"state", 100, 0);
    put(&store, 3, b"state", 200, 101);
    assert_eq!(store.size(), (1, 5));
}

#[test]
fn stored_tickets_are_bounded_in_number_and_in_bytes_and_the_oldest_goes_first() {
    let store = StoredTickets::new(3, 1000);
    (1..=4).for_each(|n| put(&store, n, b"state", 100, 0));
    assert_eq!((peek(&store, 1, 0), peek(&store, 2, 0).is_some(), store.size()), (None, true, (3, 15)));
    // Put anew, a ticket is the youngest and counted once.
    put(&store, 2, b"other", 100, 0);
    put(&store, 5, b"state", 100, 0);
    assert_eq!((peek(&store, 3, 0), peek(&store, 2, 0).as_deref()), (None, Some(&b"other"[..])));
    // Room for its bytes is made at the cost of all that are older.
    put(&store, 6, &[7; 994], 100, 0);
    assert_eq!((peek(&store, 5, 0).is_some(), peek(&store, 2, 0), store.size()), (true, None, (2, 999)));
    // What can't fit costs no other its room.
    put(&store, 7, &[7; 1001], 100, 0);
    assert_eq!((peek(&store, 7, 0), store.size()), (None, (2, 999)));
}

#[test]
fn what_ends_first_goes_before_what_is_older() {
    let store = StoredTickets::new(3, 1000);
    (1..=4).for_each(|n| put(&store, n, b"state", 100 - i64::from(n), 0));
    assert_eq!([1, 2, 3, 4].map(|n| peek(&store, n, 0).is_some()), [true, true, false, true]);
}

/// A second before the end of 2106 and some years behind it, where seconds since 1970 no longer fit into 32 bits.
#[test]
fn stored_tickets_end_in_their_second_in_any_century() {
    let store = StoredTickets::new(10, 1000);
    for now in [i64::MIN + 9, -1, 0, i64::from(u32::MAX) - 1, i64::from(u32::MAX) + 1, 1 << 40, i64::MAX - 9] {
        put(&store, 1, b"state", now + 1, now);
        assert_eq!((peek(&store, 1, now + 1).is_some(), peek(&store, 1, now + 2)), (true, None), "{now}");
        assert_eq!(take(&store, 1, now + 1).as_deref(), Some(&b"state"[..]), "{now}");
    }
}

// [8.1-1]
#[test]
fn of_many_threads_one_takes_a_stored_ticket() {
    let (store, taken) = (StoredTickets::new(2000, 1 << 20), AtomicUsize::new(0));
    (0..200).for_each(|n| put(&store, n, b"state", 100, 0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let here = (0..200).filter(|n| take(&store, *n, 0).is_some()).count();
                taken.fetch_add(here, Ordering::Relaxed);
            });
        }
    });
    assert_eq!((taken.into_inner(), store.size()), (200, (0, 0)));
}

/// Each thread has tickets of its own, and finds them whatever the others do with theirs.
#[test]
fn threads_that_come_back_with_their_tickets_do_not_get_into_each_others_way() {
    let (store, shelf) = (StoredTickets::new(4000, 1 << 20), Shelf::new(4000, 1));
    std::thread::scope(|scope| {
        let (store, shelf) = (&store, &shelf);
        for thread in 0..4 {
            scope.spawn(move || {
                for round in 0..2000 {
                    let n = round * 4 + thread;
                    put(store, n, &n.to_be_bytes(), 100, 0);
                    shelf.put(&thread.to_string(), n);
                    assert_eq!(peek(store, n, 0).as_deref(), Some(&n.to_be_bytes()[..]));
                    assert_eq!(take(store, n, 0).as_deref(), Some(&n.to_be_bytes()[..]));
                    assert_eq!((take(store, n, 0), shelf.take(&thread.to_string())), (None, Some(n)));
                }
            });
        }
    });
    assert_eq!((store.size(), shelf.size()), ((0, 0), (0, 0)));
}

// [C.4-1]
#[test]
fn of_many_threads_one_gets_each_ticket_of_a_server() {
    const TICKETS: usize = 8000;
    let (shelf, taken) = (Shelf::new(1, 16), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (shelf, taken) = (&shelf, &taken);
            scope.spawn(move || {
                let mut here = Vec::new();
                for n in 0..TICKETS / 4 {
                    shelf.put("server.test", n * 4 + thread);
                    here.extend(shelf.take("server.test"));
                }
                taken.lock().unwrap().append(&mut here);
            });
        }
    });
    let mut taken = taken.into_inner().unwrap();
    taken.extend(std::iter::from_fn(|| shelf.take("server.test")));
    assert_eq!(shelf.size(), (0, 0));
    let given = taken.len();
    taken.sort_unstable();
    taken.dedup();
    assert_eq!(taken.len(), given, "none is given away twice");
    // Of those that are put while there is no room some are given up, which is seldom.
    assert!(given > TICKETS / 2, "{given}");
}

#[test]
fn threads_that_fill_the_stores_keep_to_the_bounds() {
    let (store, shelf) = (StoredTickets::new(50, 1000), Shelf::new(5, 4));
    let seen = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let (store, shelf, seen) = (&store, &shelf, &seen);
        for thread in 0..4 {
            scope.spawn(move || {
                for n in 0..5000 {
                    put(store, thread << 16 | n, &[7; 32], 100, 0);
                    shelf.put(&(n % 10).to_string(), n);
                    let ((tickets, bytes), (_, kept)) = (store.size(), shelf.size());
                    assert!(tickets <= 50 && bytes <= 1000 && kept <= 20, "{store:?} {shelf:?}");
                    seen.fetch_max(tickets, Ordering::Relaxed);
                }
            });
        }
    });
    let (tickets, bytes) = store.size();
    assert_eq!(bytes, tickets * 32, "none is counted that is not there");
    assert!(seen.into_inner() > 20, "they were nearly full");
}

#[test]
fn a_million_tickets_leave_no_more_than_the_bounds_allow() {
    let (store, shelf, used) = (StoredTickets::new(100, 2000), Shelf::new(10, 4), SingleUseKeys::new(20, UnixTime(-1)));
    for n in 0..1_000_000 {
        match n % 4 {
            0 => put(&store, n, &[7; 32], 100, 0),
            1 => shelf.put("always.example", n),
            2 => shelf.put(&(n % 1000).to_string(), n),
            _ => assert_eq!(first_use(&used, n, 20, 0), n < 4 * 20),
        }
    }
    let (servers, tickets) = shelf.size();
    let (kept, bytes) = store.size();
    assert_eq!((bytes, tickets, used.len()), (kept * 32, 40, 20));
    // 62 have room; the one that was put last may have taken the place of another, beside that of the one given up for it.
    assert!((61..=62).contains(&kept), "{kept}");
    assert!((37..=40).contains(&servers), "{servers}");
}

#[test]
fn large_stores_fill_to_their_bounds_and_keep_what_came_last() {
    let (store, shelf) = (StoredTickets::new(1000, 1 << 20), Shelf::new(500, 2));
    let used = SingleUseKeys::new(1000, UnixTime(-1));
    let mut first = 0;
    for n in 0..10_000 {
        put(&store, n, &[7; 32], 100, 0);
        shelf.put(&n.to_string(), n);
        first += usize::from(first_use(&used, n, 20, 0));
        assert!(peek(&store, n, 0).is_some());
        assert!(n >= 200 || first == n as usize + 1, "{n} keys fit into the room for 1000");
    }
    assert_eq!((store.size(), shelf.size().1, used.len(), first), ((1000, 32_000), 1000, 1000, 1000));
    assert_eq!((shelf.take("9999"), shelf.take("0")), (Some(9999), None));
    for n in 0..1000 {
        put(&store, n, &[7; 4096], 100, 0);
    }
    let (tickets, bytes) = store.size();
    assert!(bytes <= 1 << 20 && bytes > 1 << 19 && tickets > 100, "{store:?}");
}

/// The answer for a key made of `n`, fresh for twenty seconds up to `until`.
fn first_use(used: &SingleUseKeys, n: u32, until: i64, now: i64) -> bool {
    used.first_use(&identity(n), UnixTime(until - 20)..=UnixTime(until), UnixTime(now)).unwrap()
}

#[test]
fn a_key_is_used_for_the_first_time_once() {
    let used = SingleUseKeys::new(10, UnixTime(0));
    assert!(first_use(&used, 1, 110, 100));
    assert!(!first_use(&used, 1, 110, 100));
    assert!(!first_use(&used, 1, 110, 110), "its last second");
    assert!(!first_use(&used, 1, 110, 111), "after its end");
    assert!(!first_use(&used, 2, 110, 111), "never seen, but after its end");
    assert!(first_use(&used, 3, 111, 111));
    assert!(!first_use(&used, 4, 132, 111), "not fresh yet");
}

// [8.2-2]
#[test]
fn keys_are_forgotten_after_their_end_and_never_new_again_by_a_clock_that_is_set_back() {
    let used = SingleUseKeys::new(10, UnixTime(0));
    assert!(first_use(&used, 1, 110, 100));
    assert!(first_use(&used, 2, 120, 111));
    assert_eq!(used.len(), 1);
    assert!(!first_use(&used, 1, 110, 105));
    assert!(!first_use(&used, 3, 110, 105), "may be one of those that are forgotten");
    assert!(first_use(&used, 4, 111, 105));
}

// [8.2-4]
#[test]
fn where_no_key_can_be_remembered_none_is_new() {
    let used = SingleUseKeys::new(2, UnixTime(0));
    assert!(first_use(&used, 1, 110, 100) && first_use(&used, 2, 115, 100));
    assert!(!first_use(&used, 3, 115, 100));
    assert!(first_use(&used, 3, 115, 111), "the first of the two is over");
}

// [8.2-3]
#[test]
fn what_was_used_before_the_start_is_unknown_and_so_nothing_of_that_time_is_new() {
    let used = SingleUseKeys::new(10, UnixTime(1000));
    assert!(!first_use(&used, 1, 1005, 1000));
    assert!(!first_use(&used, 2, 1020, 1005));
    assert!(first_use(&used, 3, 1021, 1005));
}

// [8.2-1]
#[test]
fn of_many_threads_one_is_the_first_for_each_key() {
    let (used, first) = (SingleUseKeys::new(1000, UnixTime(0)), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let here = (0..200).filter(|n| first_use(&used, *n, 110, 100)).count();
                first.fetch_add(here, Ordering::Relaxed);
            });
        }
    });
    assert_eq!(first.into_inner(), 200);
}

// [C.4-1]
#[test]
fn a_client_takes_the_newest_ticket_of_a_server_and_each_once() {
    let shelf = Shelf::new(10, 3);
    (1..=4).for_each(|n| shelf.put("a.example", n));
    shelf.put("b.example", 9);
    assert_eq!(shelf.take("c.example"), None);
    let taken: Vec<u32> = std::iter::from_fn(|| shelf.take("a.example")).collect();
    assert_eq!(taken, [4, 3, 2], "the oldest had to go");
    assert_eq!(shelf.size(), (1, 1));
    assert_eq!((shelf.take("b.example"), shelf.size()), (Some(9), (0, 0)));
}

#[test]
fn of_all_servers_the_ticket_that_is_there_for_the_longest_time_goes_first() {
    let shelf = Shelf::new(2, 2);
    for (n, server) in (1..).zip(["a.example", "b.example", "a.example", "c.example", "d.example"]) {
        shelf.put(server, n);
    }
    assert_eq!((shelf.take("a.example"), shelf.take("a.example")), (Some(3), None));
    assert_eq!(["b.example", "c.example", "d.example"].map(|server| shelf.take(server)), [Some(2), Some(4), Some(5)]);
}

/// Clocks that are not alike, so that keys are forgotten by some while others still ask for them.
// [8.2-1] [8.2-2]
#[test]
fn no_key_is_new_to_two_threads_while_others_are_forgotten() {
    const KEYS: u32 = 3000;
    let (used, first) = (SingleUseKeys::new(24, UnixTime(0)), (0..KEYS).map(|_| AtomicUsize::new(0)));
    let first: Vec<_> = first.collect();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (used, first) = (&used, &first);
            scope.spawn(move || {
                for (n, times) in (0..).zip(first) {
                    let until = 100 + i64::from(n);
                    for now in [until - 15, until - 5 * thread, until] {
                        times.fetch_add(first_use(used, n, until, now).into(), Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let times = first.into_iter().map(AtomicUsize::into_inner).collect::<Vec<_>>();
    assert!(times.iter().all(|times| *times <= 1));
    assert!(times.iter().sum::<usize>() > 100, "not all are refused");
}
