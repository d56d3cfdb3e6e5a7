//! What a client makes of a server's tickets, and of answers to what it did not offer.

use super::util::null::Null;
use super::util::pair::{ClientRole, End, Pair};
use super::util::pki::NOW;
use super::util::plain::{self, PlainWorld, Record, encoded, local, one_message_a_record};
use super::util::tickets::{SameTicket, ticket_keys};
use std::sync::{Arc, LazyLock};
use symbolon::config::{ClientConfigBuilder, Resumption};
use symbolon::resumption::{ClientTickets, PskKind, Shelf, Ticket};
use symbolon::wire::{
    AlertDescription, ContentType, EncryptedExtensions, Extensions, HEADER_LEN, NewSessionTicket, Parse, ServerHello,
    TlsFlags,
};
use symbolon::{ClientAuth, ClientConfig, Error, Reason, ServerConfig, UnixTime};

static WORLD: LazyLock<PlainWorld> = LazyLock::new(PlainWorld::new);

static SERVER: LazyLock<Arc<ServerConfig<Null>>> = LazyLock::new(|| {
    let server = WORLD.server_config().credential(WORLD.credential(&WORLD.server, local()));
    let resumption = Resumption::stateless(ticket_keys(&Null::new(3))).count(1);
    Arc::new(server.client_auth(ClientAuth::none()).resumption(resumption).build().unwrap())
});

fn client_with(tickets: Arc<dyn ClientTickets>) -> Arc<ClientConfig<Null>> {
    built(WORLD.client_config().tickets(tickets))
}

fn built(config: ClientConfigBuilder<Null>) -> Arc<ClientConfig<Null>> {
    Arc::new(config.build().unwrap())
}

fn pair(client: &Arc<ClientConfig<Null>>) -> Pair<Null> {
    let mut pair = Pair { client: plain::client(client), server: plain::server(&SERVER) };
    pair.run();
    pair.assert_connected();
    pair
}

const HARMLESS: NewSessionTicket<'_> = NewSessionTicket {
    ticket_lifetime: 3600,
    ticket_age_add: 7,
    ticket_nonce: &[9],
    ticket: b"ticket",
    extensions: Extensions::EMPTY,
    max_early_data_size: None,
    flags: TlsFlags::of(&[]),
};

/// Lets the server of a connection say this as well.
fn say(end: &mut End<ClientRole, Null>, messages: &[u8]) {
    for part in messages.chunks(1 << 14) {
        end.give(&Record::new(true, ContentType::handshake, part).sealed());
    }
}

/// The ticket that a client keeps of this message.
fn kept(message: &NewSessionTicket<'_>) -> Option<Ticket> {
    let tickets = Arc::new(Shelf::new(8, 8));
    let mut pair = pair(&client_with(tickets.clone()));
    while tickets.take("server.test").is_some() {}
    say(&mut pair.client, &encoded(message));
    assert_eq!(pair.client.error, None);
    tickets.take("server.test")
}

#[test]
fn a_client_keeps_only_so_many_of_a_hundred_thousand_tickets() {
    let tickets = Arc::new(Shelf::new(8, 8));
    let mut pair = pair(&client_with(tickets.clone()));
    let thousand = encoded(&HARMLESS).repeat(1000);
    for _ in 0..100 {
        say(&mut pair.client, &thousand);
    }
    assert_eq!(pair.client.error, None);
    assert_eq!(tickets.size(), (1, 8));
    pair.server.write(b"still here");
    pair.run();
    assert_eq!(pair.client.received, b"still here");
}

#[test]
fn a_ticket_of_eight_days_lives_for_seven_and_one_of_no_time_is_not_kept() {
    let week = UnixTime(NOW + 604_800);
    let of = |ticket_lifetime| kept(&NewSessionTicket { ticket_lifetime, ..HARMLESS });
    assert_eq!(of(691_200).unwrap().expires(), week);
    assert_eq!(of(u32::MAX).unwrap().expires(), week);
    assert_eq!(of(1).unwrap().expires(), UnixTime(NOW + 1));
    assert!(of(0).is_none());
}

// [tlsflags-2-3]
#[test]
fn flags_of_a_ticket_that_are_not_known_are_passed_over() {
    for (flags, across_names) in [
        (&[][..], false),
        (&[0xff], false),
        (&[0x00, 0x01], true),
        (&[0xff, 0xff], true),
        (&[0x00, 0x02], false),
        (&[0x00, 0x01, 0x00, 0x80], true),
        (&[0xfe; 255], false),
    ] {
        let ticket = kept(&NewSessionTicket { flags: TlsFlags::of(flags), ..HARMLESS }).unwrap();
        assert_eq!(ticket.resumable_across_names(), across_names, "{flags:?}");
    }
}

#[test]
fn an_empty_nonce_is_a_nonce() {
    assert!(kept(&NewSessionTicket { ticket_nonce: &[], ..HARMLESS }).is_some());
}

#[test]
fn a_ticket_too_long_for_a_client_hello_does_not_stop_the_next_one() {
    for (len, keeps) in [(8192, true), (8193, false), (65_000, false), (65_400, false)] {
        let ticket = vec![7; len];
        let message = NewSessionTicket { ticket: &ticket, ..HARMLESS };
        assert_eq!(kept(&message).is_some(), keeps, "{len} bytes");
        let tickets = Arc::new(Shelf::new(8, 8));
        let client = client_with(tickets.clone());
        say(&mut pair(&client).client, &encoded(&message));
        let next = pair(&client);
        assert_eq!(next.client.conn.negotiated().psk, (!keeps).then_some(PskKind::Resumption), "{len} bytes");
    }
}

/// A handshake in which each message of the server is changed before it arrives.
fn refusal(config: &Arc<ClientConfig<Null>>, change: impl Fn(&mut Vec<u8>)) -> symbolon::Refusal {
    let (mut client, mut server) = (plain::client(config), plain::server(&SERVER));
    client.drive();
    server.give(&client.take_output());
    for mut record in one_message_a_record(&server.take_output()) {
        if record.content_type == ContentType::handshake {
            change(&mut record.content);
        }
        if client.error.is_none() {
            client.give(&record.sealed());
        }
    }
    let Some(Error::Refused(refusal)) = client.error else { panic!("{:?}", client.error) };
    assert_eq!(client.seen.alerts_sent, [refusal.alert()]);
    refusal
}

#[test]
fn a_server_that_answers_what_was_not_offered_is_refused() {
    let without = built(WORLD.client_config());
    let tickets = Arc::new(SameTicket::default());
    let with = client_with(tickets.clone());
    pair(&with);
    assert!(!tickets.bytes().is_empty());
    let accept_early_data = |message: &mut Vec<u8>| {
        if message[0] == 8 {
            let mut extensions = EncryptedExtensions::parse(&message[HEADER_LEN..]).unwrap();
            assert!(!extensions.early_data);
            extensions.early_data = true;
            *message = encoded(&extensions);
        }
    };
    // Early data, with a PSK and without one.
    for config in [&with, &without] {
        let refusal = refusal(config, accept_early_data);
        assert_eq!(refusal.reason, Reason::ExtensionUnsolicited, "{refusal}");
        assert_eq!(refusal.alert(), AlertDescription::unsupported_extension);
        assert!(refusal.to_string().contains("early_data"), "{refusal}");
    }
    // A PSK.
    let refusal = refusal(&without, |message| {
        if message[0] == 2 {
            let mut hello = ServerHello::parse(&message[HEADER_LEN..]).unwrap();
            hello.extensions.pre_shared_key = Some(0);
            *message = encoded(&hello);
        }
    });
    assert_eq!(refusal.reason, Reason::ExtensionUnsolicited, "{refusal}");
    assert_eq!(refusal.alert(), AlertDescription::unsupported_extension);
    assert!(refusal.to_string().contains("pre_shared_key"), "{refusal}");
}
