//! After the handshake: key updates, much data, limits, tickets, the end.

use super::util::openssl::{Both, Openssl, Ours, is_missing};
use super::{SUITES, client_without_credential, open_server};
use std::io::{Read, Write};
use symbolon::Role;
use symbolon::wire::MaxFragmentLength;

/// KeyUpdates from either side, each followed by data both ways. `says`: the peer tells of its own.
fn update_keys<R: Role>(mut ours: Ours<R>, mut peer: Openssl, says: bool) {
    ours.talk(&mut peer, "before");
    for (typed, sent) in [("k", 0), ("K", 1)] {
        peer.write(format!("{typed}\n").as_bytes());
        // A command takes all that it is read with, so nothing more is typed before it was. s_client says so; s_server
        // looks at what was typed before it looks at what we send next.
        peer.wait_until("KEYUPDATE", |said| !says || said.matches("KEYUPDATE").count() > sent);
        ours.talk(&mut peer, &format!("after their {typed}"));
        // It is heard with what the peer says, and answered before what we say next.
        assert_eq!(ours.seen.count("send KeyUpdate"), 0);
        ours.talk(&mut peer, &format!("after our answer to {typed}"));
        assert_eq!(ours.seen.count("send KeyUpdate"), sent);
    }
    assert_eq!(ours.seen.count("K_recv = application 2"), 1);
    assert_eq!(ours.seen.count("K_send = application 1"), 1);

    ours.tls.update_keys(false).unwrap();
    ours.talk(&mut peer, "after ours");
    assert_eq!(ours.seen.count("recv KeyUpdate"), 2);
    ours.tls.update_keys(true).unwrap();
    ours.talk(&mut peer, "after both");
    assert_eq!(ours.seen.count("recv KeyUpdate"), 3);
    assert_eq!(ours.seen.count("K_send = application 3"), 1);
    assert_eq!(ours.seen.count("K_recv = application 3"), 1);
}

// [4.6.3-1] [4.6.3-3] [7.2-1]
#[test]
fn keys_are_updated_by_either_side_with_our_client() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    for (suite, _) in SUITES {
        let mut server = both.s_server(&[]);
        let ours = both.connect(client_without_credential(&both).suites(vec![suite]), &mut server);
        update_keys(ours, server, false);
    }
}

// [4.6.3-1] [4.6.3-3] [7.2-1]
#[test]
fn keys_are_updated_by_either_side_with_our_server() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    for (_, suite) in SUITES {
        let (ours, client) = both.accepted(open_server(&both), &["-ciphersuites", suite]);
        update_keys(ours, client, true);
    }
}

const MIB: usize = 1 << 20;

/// A megabyte that OpenSSL takes for neither commands nor the end of anything.
fn megabyte() -> Vec<u8> {
    (0..MIB).map(|i| if i % 64 == 63 { b'\n' } else { b'0' + (i / 64 % 10) as u8 }).collect()
}

/// What OpenSSL says it received is typed into it again.
fn echo<R: Role>(mut ours: Ours<R>, mut peer: Openssl) {
    // What it says about the handshake comes first.
    ours.talk(&mut peer, "begin");
    let before = peer.wait_for("0 heard begin\n").len();
    let sent = megabyte();
    let mut stdin = peer.take_stdin();
    std::thread::scope(|scope| {
        scope.spawn(|| stdin.write_all(&peer.wait_for_bytes(before + MIB)[before..][..MIB]).unwrap());
        ours.tls.write_all(&sent).unwrap();
        let mut back = vec![0; MIB];
        ours.tls.read_exact(&mut back).unwrap();
        assert!(back == sent, "what came back is not what was sent");
    });
}

#[test]
fn a_megabyte_is_echoed_to_our_client() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let mut server = both.s_server(&[]);
    let ours = both.connect(client_without_credential(&both), &mut server);
    echo(ours, server);
}

#[test]
fn a_megabyte_is_echoed_to_our_server() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let (ours, client) = both.accepted(open_server(&both), &[]);
    echo(ours, client);
}

// [6066-4-3]
#[test]
fn max_fragment_length_is_kept_by_both_sides() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    for (length, bytes) in [(MaxFragmentLength::two_to_the_9, 512), (MaxFragmentLength::two_to_the_12, 4096)] {
        let mut server = both.s_server(&[]);
        let ours = both.connect(client_without_credential(&both).max_fragment_length(length), &mut server);
        assert_eq!((ours.negotiated().send_limit, ours.negotiated().recv_limit), (Some(bytes), Some(bytes)));
        echo(ours, server);

        let (ours, client) = both.accepted(open_server(&both), &["-maxfraglen", &bytes.to_string()]);
        assert_eq!((ours.negotiated().send_limit, ours.negotiated().recv_limit), (Some(bytes), Some(bytes)));
        echo(ours, client);
    }
}

#[test]
fn a_record_size_limit_that_the_server_ignores_limits_nobody() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let mut server = both.s_server(&[]);
    let ours = both.connect(client_without_credential(&both).record_size_limit(1000), &mut server);
    assert_eq!((ours.negotiated().send_limit, ours.negotiated().recv_limit), (None, None));
    echo(ours, server);
}

// [4.6.1-1]
#[test]
fn session_tickets_are_passed_over() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    for (count, args) in [(0, ["-num_tickets", "0"]), (2, ["-num_tickets", "2"]), (9, ["-num_tickets", "9"])] {
        let mut server = both.s_server(&args);
        let mut ours = both.connect(client_without_credential(&both), &mut server);
        ours.talk(&mut server, "after tickets");
        assert_eq!(ours.seen.count("recv NewSessionTicket"), count);
    }
}

#[test]
fn either_side_hears_that_the_other_closes() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let (mut ours, mut client) = both.accepted(open_server(&both), &[]);
    ours.talk(&mut client, "last");
    client.write(b"Q\n");
    assert_eq!(ours.tls.read(&mut [0]).unwrap(), 0);
    assert!(ours.tls.conn().peer_closed());

    let mut server = both.s_server(&["-naccept", "1"]);
    let mut ours = both.connect(client_without_credential(&both), &mut server);
    ours.talk(&mut server, "last");
    ours.close();
    assert!(server.finish().contains("CONNECTION CLOSED"));
}
