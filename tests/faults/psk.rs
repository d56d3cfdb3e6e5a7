//! The cases of `described.kv` that are about PSKs and early data.

use super::util::null::Null;
use super::util::pair::{ClientRole, End, Pair, ServerRole};
use super::util::plain::{self, Record, encoded, one_message_a_record, records};
use super::util::tickets::{AlwaysFirst, SameTicket, ticket_keys};
use super::{WORLD, client_config, client_of, server_config, server_of};
use std::sync::Arc;
use symbolon::ClientAuth;
use symbolon::config::{EarlyData, Resumption};
use symbolon::crypto::HashAlgorithm;
use symbolon::resumption::Psk;
use symbolon::wire::{
    CipherSuite, ClientHello, EncryptedExtensions, HEADER_LEN, OfferedPsks, Parse, ProtocolName, PskBinderEntry,
    ServerHello, Vector,
};

fn psk(identity: &[u8], secret: u8) -> Psk {
    Psk::external(identity, &[secret; 32], HashAlgorithm::Sha256).unwrap()
}

/// A server to which such a ClientHello came, if `title` is such a case.
pub(crate) fn server_by_psk(title: &str) -> Option<End<ServerRole, Null>> {
    let knows = || server_config().psks([psk(b"known", 7)]);
    let (psk, mut server) = match title {
        "an identity without a binder" => (psk(b"known", 7), server_of(knows())),
        "a PSK of the same identity and another secret" => (psk(b"known", 8), server_of(knows())),
        "a PSK that a server without a certificate does not know" => {
            (psk(b"unknown", 7), server_of(WORLD.server_config().psks([psk(b"known", 7)])))
        }
        _ => return None,
    };
    let mut client = client_of(client_config().psks([psk]));
    client.drive();
    let [mut record] = records(&client.take_output()).try_into().unwrap();
    if title == "an identity without a binder" {
        let mut hello = ClientHello::parse(&record.content[HEADER_LEN..]).unwrap();
        let offered = OfferedPsks::parse(hello.extensions.pre_shared_key.unwrap()).unwrap();
        let identity = offered.identities.iter().next().unwrap();
        let binder = offered.binders.iter().next().unwrap();
        let (two, one): ([_; 2], [PskBinderEntry<'_>; 1]) = ([identity; 2], [binder]);
        let mut body = vec![0; 1000];
        let mut w = symbolon::wire::Writer::new(&mut body);
        symbolon::wire::Encode::encode(
            &OfferedPsks { identities: Vector::items(&two), binders: Vector::items(&one) },
            &mut w,
        );
        let body = w.written().unwrap().to_vec();
        hello.extensions.pre_shared_key = Some(&body);
        record.content = encoded(&hello);
    }
    server.give(&record.sealed());
    Some(server)
}

/// A client to which a server answered so, if `title` is such a case.
pub(crate) fn client_by_psk(title: &str) -> Option<End<ClientRole, Null>> {
    let by_server_hello = |change: fn(&mut ServerHello<'_>)| {
        let (ours, theirs) = ([psk(b"known", 7)], [psk(b"known", 7)]);
        answered(client_of(client_config().psks(ours)), server_of(server_config().psks(theirs)), |record, at| {
            if at == 0 {
                let mut hello = ServerHello::parse(&record.content[HEADER_LEN..]).unwrap();
                assert_eq!(hello.extensions.pre_shared_key, Some(0));
                change(&mut hello);
                record.content = encoded(&hello);
            }
        })
    };
    Some(match title {
        "a PSK selected that was not offered" => by_server_hello(|hello| hello.extensions.pre_shared_key = Some(1)),
        "a PSK selected with a suite of another hash" => {
            by_server_hello(|hello| hello.cipher_suite = CipherSuite::TLS_AES_256_GCM_SHA384)
        }
        "a PSK selected without a key share" => by_server_hello(|hello| hello.extensions.key_share = None),
        "PSKs too long for a ClientHello" => {
            let mut end = client_of(client_config().psks([psk(&[1; 40_000], 7), psk(&[2; 40_000], 7)]));
            end.drive();
            end
        }
        "early data accepted under another protocol" => early_data_under_another_protocol(),
        _ => return None,
    })
}

/// Early data goes out for `h2`, and EncryptedExtensions accept it for `x`.
fn early_data_under_another_protocol() -> End<ClientRole, Null> {
    let tickets = Arc::new(SameTicket::default());
    let resumption =
        Resumption::stateless(ticket_keys(&Null::new(3))).early_data(EarlyData::new(1000, Arc::new(AlwaysFirst)));
    let server = server_config().client_auth(ClientAuth::none()).resumption(resumption);
    let client = WORLD.client_config().middlebox_compatibility(false).alpn(["h2", "x"]).tickets(tickets);
    let (client, server) = (Arc::new(client.build().unwrap()), Arc::new(server.build().unwrap()));
    let mut first = Pair { client: plain::client(&client), server: plain::server(&server) };
    first.run();
    first.assert_connected();
    let mut end = plain::client(&client);
    end.conn = end.conn.offer_early_data();
    answered(end, plain::server(&server), |record, at| {
        if at == 1 {
            let mut extensions = EncryptedExtensions::parse(&record.content[HEADER_LEN..]).unwrap();
            assert!(extensions.early_data && extensions.alpn == Some(ProtocolName(b"h2")));
            extensions.alpn = Some(ProtocolName(b"x"));
            record.content = encoded(&extensions);
        }
    })
}

/// Carries the ClientHello over, and what the server says to it back, each message counted from 0 and changed.
fn answered(
    mut client: End<ClientRole, Null>,
    mut server: End<ServerRole, Null>,
    change: impl Fn(&mut Record, usize),
) -> End<ClientRole, Null> {
    client.drive();
    server.give(&client.take_output());
    for (at, mut record) in one_message_a_record(&server.take_output()).into_iter().enumerate() {
        change(&mut record, at);
        if client.error.is_none() {
            client.give(&record.sealed());
        }
    }
    client
}
