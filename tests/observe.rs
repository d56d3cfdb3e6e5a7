//! What an observer is told, and the figure that is printed of it.

mod util;

use std::sync::{Arc, Mutex};
use symbolon::config::{EarlyData, Resumption};
use symbolon::observe::Print;
use symbolon::resumption::{Shelf, SingleUseKeys, TicketKeys};
use symbolon::wire::NamedGroup;
use symbolon::{Anchors, ClientAuth, ClientConfig, Event, Reason, ServerConfig, Side, UnixTime};
use util::pair::{Pair, World};
use util::pki::{NOW, Pki};
use util::provider::{Provider, provider};

#[test]
fn a_certificate_that_is_refused_is_shown_all_the_same() {
    let (world, stranger) = (World::new(), Pki::new("stranger"));
    let anchors = Anchors::from_pem(stranger.root.pem.as_bytes()).unwrap();
    let client = ClientConfig::builder(provider()).anchors(anchors).build().unwrap();
    let mut pair = Pair::of(client, world.server_config().build().unwrap());
    pair.run();
    let Some(symbolon::Error::Refused(refusal)) = pair.client.error else { panic!("{:?}", pair.client.error) };
    assert_eq!(refusal.reason, Reason::CertificateIssuerUnknown);
    assert_eq!(pair.client.seen.events.iter().filter(|event| *event == "recv Certificate").count(), 1);
}

/// What one end prints.
struct Printed(Arc<Mutex<String>>);

impl std::fmt::Write for Printed {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.lock().unwrap().push_str(text);
        Ok(())
    }
}

/// What each end prints until the server is CONNECTED. The client sends early data if it can.
fn drawn(pair: &mut Pair) -> [Arc<Mutex<String>>; 2] {
    let [drawn_by_client, drawn_by_server] = [(); 2].map(|()| Arc::new(Mutex::new(String::new())));
    let mut clients = Print::new(Side::Client, Printed(drawn_by_client.clone()));
    let mut servers = Print::new(Side::Server, Printed(drawn_by_server.clone()));
    while !pair.server.conn.is_connected() {
        let (client, server) = (&mut pair.client, &mut pair.server);
        while let Event::Moved { .. } = client.conn.step_with(&mut client.rx, &mut client.tx, &mut clients).unwrap() {}
        for part in [b"early", b" data"] {
            if let Some(mut early_data) = client.conn.early_data() {
                early_data.write_with(part, &mut client.tx, &mut clients).unwrap();
            }
        }
        client.tx.move_to(&mut server.rx);
        while let Event::Moved { .. } | Event::EarlyData(_) =
            server.conn.step_with(&mut server.rx, &mut server.tx, &mut servers).unwrap()
        {}
        server.tx.move_to(&mut client.rx);
    }
    [drawn_by_client, drawn_by_server]
}

/// The messages of a figure.
fn messages(drawn: &Mutex<String>) -> Vec<String> {
    let drawn = drawn.lock().unwrap();
    let between = drawn.lines().map(|line| line.get(14..64.min(line.len())).unwrap_or_default());
    let names = between.map(|text| text.replace("-------->", "").replace("<--------", "").trim().to_owned());
    names.filter(|text| !text.is_empty() && !text.starts_with('+') && text != "(change_cipher_spec)").collect()
}

/// A client with the ticket of a first handshake.
fn coming_back(world: &World, early_data: bool) -> (Arc<ClientConfig<Provider>>, Arc<ServerConfig<Provider>>) {
    let client = Arc::new(world.client_config().tickets(Arc::new(Shelf::new(1, 1))).build().unwrap());
    let keys = Arc::new(TicketKeys::generate(&provider()).unwrap());
    let mut server = world.server_config();
    let mut resumption = Resumption::stateless(keys);
    if early_data {
        let single_use = SingleUseKeys::new(10, UnixTime(NOW - 1000));
        (server, resumption) =
            (server.client_auth(ClientAuth::none()), resumption.early_data(EarlyData::new(100, Arc::new(single_use))));
    }
    let server = Arc::new(server.resumption(resumption).build().unwrap());
    Pair::shared(&client, &server).run();
    (client, server)
}

#[test]
fn both_figures_of_a_resumed_handshake_have_early_data_once_and_its_end() {
    let world = World::new();
    let (client, server) = coming_back(&world, true);
    let mut pair = Pair::shared(&client, &server);
    pair.client.conn = pair.client.conn.offer_early_data();
    let [by_client, by_server] = drawn(&mut pair);
    let answer = ["ServerHello", "{EncryptedExtensions}", "{Finished}"];
    let end = ["(EndOfEarlyData)", "{Finished}"];
    let of_client = [&["ClientHello", "(Application Data)"][..], &answer, &end].concat();
    assert_eq!(messages(&by_client), of_client);
    // The server reads it once it has answered.
    let of_server = [&["ClientHello"][..], &answer, &["(Application Data)"], &end, &["[NewSessionTicket]"]].concat();
    assert_eq!(messages(&by_server), of_server);
}

#[test]
fn a_declined_psk_stands_below_its_hello_with_the_reason() {
    let world = World::new();
    let (client, server) = coming_back(&world, false);
    let keys = Arc::new(TicketKeys::generate(&provider()).unwrap());
    let other = Arc::new(world.server_config().resumption(Resumption::stateless(keys)).build().unwrap());
    let [_, by_server] = drawn(&mut Pair::shared(&client, &other));
    let seen = messages(&by_server);
    assert_eq!(seen[..3], ["ClientHello", "PSK declined: the identity is not known here", "ServerHello"]);
    let [_, by_server] = drawn(&mut Pair::shared(&client, &server));
    assert!(messages(&by_server).iter().all(|text| !text.contains("declined")));
}

#[test]
fn each_end_prints_the_figure_with_its_own_states_also_through_a_retry() {
    let world = World::new();
    let client = world.client_config().build().unwrap();
    let server = world.server_config().groups([NamedGroup::secp256r1]).build().unwrap();
    let mut pair = Pair::of(client, server);
    let [drawn_by_client, drawn_by_server] = drawn(&mut pair);
    let column = |drawn: &Arc<Mutex<String>>, wanted: fn(&str) -> &str| {
        let drawn = drawn.lock().unwrap();
        drawn.lines().map(|line| wanted(line).trim().to_owned()).filter(|text| !text.is_empty()).collect::<Vec<_>>()
    };
    let messages: fn(&str) -> &str = |line| line.get(14..64.min(line.len())).unwrap_or_default();
    let left: fn(&str) -> &str = |line| &line[..14.min(line.len())];
    let right: fn(&str) -> &str = |line| line.get(66..).unwrap_or_default();
    let of_client = "START WAIT_SH START WAIT_SH WAIT_EE WAIT_CERT_CR WAIT_CERT WAIT_CV WAIT_FINISHED CONNECTED";
    let of_server = "START RECVD_CH START RECVD_CH NEGOTIATED WAIT_FLIGHT2 WAIT_CERT WAIT_CV WAIT_FINISHED CONNECTED";
    assert_eq!(column(&drawn_by_client, left).join(" "), of_client);
    assert_eq!(column(&drawn_by_server, right).join(" "), of_server);
    assert_eq!(column(&drawn_by_client, right).len() + column(&drawn_by_server, left).len(), 0);
    // Each end writes its own change_cipher_spec; all else is the same.
    let shared = |drawn| column(drawn, messages).into_iter().filter(|text| text != "(change_cipher_spec)").collect();
    let (by_client, by_server): (Vec<_>, Vec<_>) = (shared(&drawn_by_client), shared(&drawn_by_server));
    assert_eq!(by_client, by_server);
    let hellos: Vec<_> = by_client.iter().filter(|text| text.contains("Hello")).collect();
    assert_eq!(hellos, ["ClientHello", "HelloRetryRequest", "ClientHello", "ServerHello"]);
    assert_eq!(by_client.last().unwrap(), "{Finished}           -------->");
}
