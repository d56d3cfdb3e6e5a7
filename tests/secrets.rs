//! Secrets stay where they belong, and no longer than they are needed.

mod util;

use std::sync::{Arc, LazyLock};
use symbolon::wire::ContentType;
use symbolon::{ClientWith, Error, Event, Reason, RecvBuf, Role, SendBuf, ServerName, ServerWith, Signing, UnixTime};
use util::null::{Null, NullSigner, Primitive};
use util::pair::{End, Seen, World};
use util::pki::NOW;
use util::plain::{self, PlainWorld, bring, framed, local, records};

static WORLD: LazyLock<PlainWorld> = LazyLock::new(PlainWorld::new);

/// A client and a server in some state, each with the provider that counts its keys.
fn client_at(state: &str) -> (End<util::pair::ClientRole, Null>, Null) {
    let null = Null::new(3);
    let config = symbolon::ClientConfig::builder(null.clone()).anchors(WORLD.anchors());
    let config = config.credential(WORLD.credential(&WORLD.client, local())).build().unwrap();
    let server = WORLD.server_config().credential(WORLD.credential(&WORLD.server, local())).build().unwrap();
    (bring(plain::client(&Arc::new(config)), plain::server(&Arc::new(server)), state), null)
}

fn fail<R: Role>(end: &mut End<R, Null>) {
    end.give(b"GET / HTTP/1.1\r\n");
    assert!(matches!(end.error, Some(Error::Refused(refusal)) if refusal.reason == Reason::PlainHttp));
}

// [6-5]
#[test]
fn keys_of_the_handshake_are_gone_at_connected_and_all_keys_at_a_failure() {
    for (state, keys) in [("WAIT_SH", 1), ("WAIT_EE", 2), ("WAIT_FINISHED", 2), ("CONNECTED", 2)] {
        let (mut client, null) = client_at(state);
        assert_eq!(null.live_keys(), keys, "{state}");
        fail(&mut client);
        assert_eq!(null.live_keys(), 0, "{state}, while the connection still exists");
    }
}

// [6-5]
#[test]
fn all_keys_are_gone_when_the_peer_gives_up() {
    let (mut client, null) = client_at("CONNECTED");
    client.give(&plain::Record::new(true, ContentType::alert, &[2, 80]).sealed());
    assert!(matches!(client.error, Some(Error::PeerAlert(_))));
    assert_eq!(null.live_keys(), 0);
}

#[test]
fn all_keys_are_gone_when_the_transport_ends() {
    let (mut client, null) = client_at("CONNECTED");
    assert!(client.conn.end_of_input().is_err());
    assert_eq!(null.live_keys(), 0);
}

/// What a server sends that gets as far as its own signature and fails there, or earlier.
fn sent_by_failing_server(crypto: Null, signer: NullSigner) -> (Vec<u8>, Option<Error>) {
    let config = symbolon::ServerConfig::builder(crypto);
    let config = config.credential(WORLD.credential(&WORLD.server, Signing::Local(Box::new(signer))));
    let client = WORLD.client_config().build().unwrap();
    let (mut client, mut server) =
        (plain::client(&Arc::new(client)), plain::server(&Arc::new(config.build().unwrap())));
    client.drive();
    server.give(&client.take_output());
    (server.take_output(), server.error)
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn what_was_written_and_not_yet_sealed_never_leaves_after_a_failure() {
    let leaf = &WORLD.server.leaf.der[..];
    let (sent, error) = sent_by_failing_server(Null::new(5), NullSigner::P256);
    assert!(error.is_none() && contains(&sent, leaf), "without a failure it is sent");

    let (sent, error) = sent_by_failing_server(Null::new(5), NullSigner { works: false, ..NullSigner::P256 });
    assert!(matches!(error, Some(Error::Refused(refusal)) if refusal.reason == Reason::SigningFailed));
    let kinds: Vec<(bool, ContentType)> = records(&sent).iter().map(|r| (r.protected, r.content_type)).collect();
    let (hello, ccs, alert) = (ContentType::handshake, ContentType::change_cipher_spec, ContentType::alert);
    assert_eq!(kinds, [(false, hello), (false, ccs), (true, alert)]);
    assert!(!contains(&sent, leaf));

    // Where sealing itself fails, not even an alert can be protected: nothing goes out in its stead.
    let (sent, error) = sent_by_failing_server(Null::broken(5, Primitive::Seal), NullSigner::P256);
    assert!(matches!(error, Some(Error::Refused(refusal)) if refusal.reason == Reason::CryptoFailed));
    let kinds: Vec<(bool, ContentType)> = records(&sent).iter().map(|r| (r.protected, r.content_type)).collect();
    assert_eq!(kinds, [(false, hello), (false, ccs)]);
    assert!(!contains(&sent, leaf));
}

/// Two ends over real cryptography and borrowed memory. Returns the four buffers afterwards, what went over the wire, and
/// all secrets that the observers were shown.
fn converse(fail: bool) -> (Vec<Vec<u8>>, Vec<u8>, Vec<Vec<u8>>) {
    let world = World::new();
    let (client, server) = (world.client_config().build().unwrap(), world.server_config().build().unwrap());
    let name = ServerName::dns("server.test").unwrap().into_owned();
    let mut client = ClientWith::new(&client, name, UnixTime(NOW));
    let mut server = ServerWith::new(&server, UnixTime(NOW));
    let mut memory = vec![vec![0; 20_000]; 4];
    let (mut wire, mut seen) = (Vec::new(), Seen { wants_secrets: true, ..Seen::default() });
    {
        let [crx, ctx, srx, stx] = &mut memory[..] else { unreachable!() };
        let (mut crx, mut ctx) = (RecvBuf::over(crx), SendBuf::over(ctx));
        let (mut srx, mut stx) = (RecvBuf::over(srx), SendBuf::over(stx));
        let mut rounds = 0;
        while !(client.is_connected() && server.is_connected()) {
            while !matches!(client.step_with(&mut crx, &mut ctx, &mut seen).unwrap(), Event::NeedRecv) {}
            wire.extend(ctx.to_send());
            ctx.move_to(&mut srx);
            while !matches!(server.step_with(&mut srx, &mut stx, &mut seen).unwrap(), Event::NeedRecv) {}
            wire.extend(stx.to_send());
            stx.move_to(&mut crx);
            rounds += 1;
            assert!(rounds < 9);
        }
        client.app().unwrap().update_keys_with(true, &mut ctx, &mut seen).unwrap().unwrap();
        wire.extend(ctx.to_send());
        ctx.move_to(&mut srx);
        while !matches!(server.step_with(&mut srx, &mut stx, &mut seen).unwrap(), Event::NeedRecv) {}
        // The answer goes before the next data.
        server.app().unwrap().write_with(b"next", &mut stx, &mut seen).unwrap().unwrap();
        wire.extend(stx.to_send());
        stx.move_to(&mut crx);
        while !matches!(client.step_with(&mut crx, &mut ctx, &mut seen).unwrap(), Event::NeedRecv) {}
        if fail {
            crx.receive(&framed(ContentType::application_data, &[0; 64]));
            client.step_with(&mut crx, &mut ctx, &mut seen).unwrap_err();
        }
    }
    (memory, wire, seen.secrets.into_iter().map(|(_, secret)| secret).collect())
}

#[cfg(feature = "keylog")]
#[test]
fn no_secret_of_the_key_schedule_lies_in_a_buffer_or_goes_over_the_wire() {
    for fail in [false, true] {
        let (memory, wire, secrets) = converse(fail);
        // Early, Handshake and Master Secret, two handshake and two application traffic secrets, exporter and resumption, two
        // updated ones: from each end.
        assert_eq!(secrets.len(), 22);
        assert!(contains(&wire, b"server.test"), "what is sent in plaintext is found");
        for secret in secrets {
            assert!(secret.len() >= 32 && secret.iter().any(|b| *b != 0));
            // Half of it would be too much.
            let half = &secret[..16];
            assert!(memory.iter().all(|buffer| !contains(buffer, half)) && !contains(&wire, half));
        }
    }
}

// [9850-3-1]
#[cfg(not(feature = "keylog"))]
#[test]
fn without_the_feature_no_observer_is_shown_a_secret() {
    let (_, _, secrets) = converse(true);
    assert_eq!(secrets, Vec::<Vec<u8>>::new());
}
