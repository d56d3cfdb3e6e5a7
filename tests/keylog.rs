//! Key logs as RFC 9850 has them.
#![cfg(feature = "keylog")]

mod util;

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Arc, Mutex};
use symbolon::observe::KeyLog;
use symbolon::wire::{ClientHello, Parse};
use symbolon::{ClientWith, Event, RecvBuf, SendBuf, ServerName, ServerWith, UnixTime};
use util::pair::World;

/// A file that two writers share.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

// [9850-2-1] [9850-2-2]
#[test]
fn both_ends_log_the_same_five_lines_of_label_client_random_and_secret() {
    let world = World::new();
    let (client, server) = (world.client_config().build().unwrap(), world.server_config().build().unwrap());
    let name = ServerName::dns("server.test").unwrap();
    let now = UnixTime(util::pki::NOW);
    let mut client = ClientWith::new(&client, name, now);
    let mut server = ServerWith::new(&server, now);
    let (mut to_client, mut to_server) = (RecvBuf::new(), RecvBuf::new());
    let (mut from_client, mut from_server) = (SendBuf::new(), SendBuf::new());
    let files = [Shared::default(), Shared::default()];
    let [mut client_log, mut server_log] = files.clone().map(KeyLog::new);
    let mut random = None;
    while !(client.is_connected() && server.is_connected()) {
        while let Event::Moved { .. } = client.step_with(&mut to_client, &mut from_client, &mut client_log).unwrap() {}
        random.get_or_insert_with(|| hex::encode(ClientHello::parse(&from_client.to_send()[9..]).unwrap().random));
        from_client.move_to(&mut to_server);
        while let Event::Moved { .. } = server.step_with(&mut to_server, &mut from_server, &mut server_log).unwrap() {}
        from_server.move_to(&mut to_client);
    }
    // A successor is not logged.
    client.app().unwrap().update_keys_with(false, &mut from_client, &mut client_log).unwrap().unwrap();

    let [ours, theirs] = files.map(|file| String::from_utf8(file.0.lock().unwrap().clone()).unwrap());
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(lines(&ours), lines(&theirs));
    assert!(ours.ends_with('\n'));
    let mut labels = Vec::new();
    for line in lines(&ours) {
        let [label, client_random, secret] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        assert_eq!(Some(client_random), random.as_deref());
        assert!([64, 96].contains(&secret.len()) && secret.bytes().all(|b| b.is_ascii_hexdigit()));
        labels.push(label.to_owned());
    }
    assert_eq!(
        labels,
        [
            "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
            "CLIENT_TRAFFIC_SECRET_0",
            "EXPORTER_SECRET",
            "SERVER_HANDSHAKE_TRAFFIC_SECRET",
            "SERVER_TRAFFIC_SECRET_0",
        ]
    );
}
