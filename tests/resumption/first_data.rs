//! `first_data` of the blocking driver: whatever becomes of early data, it arrives once and in order.

use super::util::pair::World;
use super::util::pki::NOW;
use super::util::provider::{Provider, provider};
use super::{keys, shelf};
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;
use symbolon::config::{EarlyData, Resumption};
use symbolon::io::blocking::Handshake;
use symbolon::resumption::SingleUseKeys;
use symbolon::wire::NamedGroup;
use symbolon::{ClientAuth, ClientConfig, ClientWith, EarlyDataState, ServerConfig, ServerName, ServerWith, UnixTime};

/// What a server heard: as early data, and afterwards.
type Heard = (Vec<u8>, Vec<u8>);

/// Both ends over a socket. The server's clock is `ahead` seconds ahead.
fn say(
    client: &Arc<ClientConfig<Provider>>,
    server: &Arc<ServerConfig<Provider>>,
    ahead: i64,
    first_data: Option<&[u8]>,
) -> (Heard, EarlyDataState) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = ServerWith::new(server.clone(), UnixTime(NOW + ahead));
    let server = std::thread::spawn(move || {
        let (tcp, _) = listener.accept().unwrap();
        tcp.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut tls = Handshake::new(server, tcp).complete().unwrap();
        let mut rest = Vec::new();
        tls.read_to_end(&mut rest).unwrap();
        tls.close().unwrap();
        (tls.early_data().to_vec(), rest)
    });
    let tcp = TcpStream::connect(address).unwrap();
    tcp.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let name = ServerName::dns("server.test").unwrap();
    let handshake = Handshake::new(ClientWith::new(client.clone(), name, UnixTime(NOW)), tcp);
    let handshake = first_data.into_iter().fold(handshake, Handshake::first_data);
    let mut tls = handshake.complete().unwrap();
    std::io::Write::write_all(&mut tls, b"|the rest").unwrap();
    tls.close().unwrap();
    let mut nothing = Vec::new();
    tls.read_to_end(&mut nothing).unwrap();
    assert_eq!(nothing, b"");
    (server.join().unwrap(), tls.conn().negotiated().early_data)
}

/// Every byte once: early, and then.
fn assert_heard((early, rest): &Heard, first_data: &[u8], early_len: usize) {
    assert_eq!(early.len(), early_len);
    let all = [&early[..], rest].concat();
    assert!(all == [first_data, b"|the rest"].concat(), "{} and {} bytes", early.len(), rest.len());
}

#[test]
fn first_data_arrives_once_and_in_order_whatever_becomes_of_it() {
    const MAX: usize = 20_000;
    let world = World::new();
    let small = b"who is there?".to_vec();
    let large: Vec<u8> = (0..100_000_u32).map(|n| (n / 7).to_le_bytes()[0]).collect();
    let keys = keys();
    let single_use = Arc::new(SingleUseKeys::new(100, UnixTime(NOW - 1000)));
    let resumption = || Resumption::stateless(keys.clone());
    let early_data = || EarlyData::new(u32::try_from(MAX).unwrap(), single_use.clone());
    let server = |resumption| world.server_config().client_auth(ClientAuth::none()).resumption(resumption);
    let takes = Arc::new(server(resumption().early_data(early_data())).build().unwrap());
    let takes_none = Arc::new(server(resumption()).build().unwrap());
    let retries = server(resumption().early_data(early_data())).groups([NamedGroup::secp256r1]).build().unwrap();
    let retries = Arc::new(retries);
    for data in [&small, &large] {
        use EarlyDataState::{Accepted, NotOffered, Rejected};
        let early = data.len().min(MAX);
        for (server, ahead, known, state, early) in [
            (&takes, 0, false, NotOffered, 0),
            (&takes, 0, true, Accepted, early),
            (&takes, 1000, true, Rejected, 0),
            (&takes_none, 0, true, Rejected, 0),
            (&retries, 0, true, Rejected, 0),
        ] {
            let client = ClientConfig::builder(provider()).anchors(world.anchors()).tickets(shelf()).shares(1);
            let client = Arc::new(client.build().unwrap());
            if known {
                say(&client, &takes, 0, None);
            }
            let (heard, became) = say(&client, server, ahead, Some(data));
            assert_eq!(became, state);
            assert_heard(&heard, data, early);
        }
    }
}

#[test]
fn first_data_of_a_client_with_a_certificate_waits_for_the_handshake() {
    let world = World::new();
    let single_use = Arc::new(SingleUseKeys::new(100, UnixTime(NOW - 1000)));
    let resumption = Resumption::stateless(keys()).early_data(EarlyData::new(1000, single_use));
    let server = Arc::new(world.server_config().resumption(resumption).build().unwrap());
    let client = Arc::new(world.client_config().tickets(shelf()).build().unwrap());
    for _ in 0..2 {
        let (heard, became) = say(&client, &server, 0, Some(b"it's me"));
        assert_eq!(became, EarlyDataState::NotOffered);
        assert_heard(&heard, b"it's me", 0);
    }
}

#[test]
fn no_first_data_is_no_early_data() {
    let world = World::new();
    let single_use = Arc::new(SingleUseKeys::new(100, UnixTime(NOW - 1000)));
    let resumption = Resumption::stateless(keys()).early_data(EarlyData::new(1000, single_use));
    let server = world.server_config().client_auth(ClientAuth::none()).resumption(resumption);
    let server = Arc::new(server.build().unwrap());
    let client = ClientConfig::builder(provider()).anchors(world.anchors()).tickets(shelf());
    let client = Arc::new(client.build().unwrap());
    for (first_data, state) in [
        (None, EarlyDataState::NotOffered),
        (None, EarlyDataState::NotOffered),
        (Some(&b""[..]), EarlyDataState::Accepted),
    ] {
        let (heard, became) = say(&client, &server, 0, first_data);
        assert_eq!(became, state);
        assert_heard(&heard, b"", 0);
    }
}
