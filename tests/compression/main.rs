//! Compressed certificates (RFC 8879), of both ends.

#[cfg(all(feature = "zlib", feature = "brotli"))]
mod algorithms;
mod hostile;
mod judged;
mod received;
mod sent;
#[path = "../util/mod.rs"]
mod util;

use std::sync::{Arc, LazyLock};
use symbolon::config::{CertificateCompression, ClientConfigBuilder, ServerConfigBuilder};
use symbolon::wire::{AlertDescription, CertificateCompressionAlgorithm, HandshakeType};
use symbolon::{Error, Reason, Role};
use util::null::Null;
use util::pair::{ClientRole, End, Pair, ServerRole};
use util::plain::{PlainWorld, Record, local, one_message_a_record};

static WORLD: LazyLock<PlainWorld> = LazyLock::new(PlainWorld::new);

type List = Vec<Arc<dyn CertificateCompression>>;

fn client_of(algorithms: List) -> ClientConfigBuilder<Null> {
    let credential = WORLD.credential(&WORLD.client, local());
    WORLD.client_config().credential(credential).certificate_compression(algorithms)
}

fn server_of(algorithms: List) -> ServerConfigBuilder<Null> {
    let credential = WORLD.credential(&WORLD.server, local());
    WORLD.server_config().credential(credential).certificate_compression(algorithms)
}

fn pair_of(client: ClientConfigBuilder<Null>, server: ServerConfigBuilder<Null>) -> Pair<Null> {
    Pair::of(client.build().unwrap(), server.build().unwrap())
}

/// Both ends with these algorithms.
fn pair(algorithms: &List) -> Pair<Null> {
    pair_of(client_of(algorithms.clone()), server_of(algorithms.clone()))
}

/// By what the server's and the client's certificate went compressed, as both ends tell it alike.
fn compressed_by<C: symbolon::crypto::Crypto>(pair: &Pair<C>) -> [Option<CertificateCompressionAlgorithm>; 2] {
    let (client, server) = (&pair.client.conn, &pair.server.conn);
    assert_eq!(client.peer_compression(), server.own_compression());
    assert_eq!(client.own_compression(), server.peer_compression());
    [server.own_compression(), client.own_compression()]
}

/// The first message of this type that an end sent.
fn sent<R: Role, C: symbolon::crypto::Crypto>(end: &End<R, C>, msg_type: HandshakeType) -> Option<&[u8]> {
    end.seen.sent.iter().find(|message| message[0] == msg_type.0).map(Vec::as_slice)
}

fn refused<R: Role, C: symbolon::crypto::Crypto>(end: &End<R, C>) -> (Reason, AlertDescription) {
    match end.error {
        Some(Error::Refused(refusal)) => (refusal.reason, refusal.alert()),
        other => panic!("{other:?}"),
    }
}

/// A client, and what the server has for it: a record for each message.
fn client_and_flight(algorithms: &List) -> (End<ClientRole, Null>, Vec<Record>) {
    flight_of(pair(algorithms))
}

fn flight_of(Pair { mut client, mut server }: Pair<Null>) -> (End<ClientRole, Null>, Vec<Record>) {
    client.drive();
    server.give(&client.take_output());
    (client, one_message_a_record(&server.take_output()))
}

/// A server, and the second flight of its client: a record for each message.
fn server_and_flight(algorithms: &List) -> (End<ServerRole, Null>, Vec<Record>) {
    let Pair { mut client, mut server } = pair(algorithms);
    client.drive();
    server.give(&client.take_output());
    client.give(&server.take_output());
    (server, one_message_a_record(&client.take_output()))
}

/// Why a client refuses its server's flight with a bit of the CompressedCertificate flipped, for each byte in turn. It never
/// connects.
fn given_changed(algorithms: &List) -> Vec<Option<Reason>> {
    let client = Arc::new(client_of(algorithms.clone()).build().unwrap());
    let server = Arc::new(server_of(algorithms.clone()).build().unwrap());
    let (_, flight) = flight_of(Pair::shared(&client, &server));
    let at = flight.iter().position(|r| r.content[0] == HandshakeType::compressed_certificate.0).unwrap();
    let changed = (0..flight[at].content.len()).map(|byte| {
        let (mut client, mut flight) = flight_of(Pair::shared(&client, &server));
        flight[at].content[byte] ^= 1 << (byte % 8);
        for record in &flight {
            client.give(&record.sealed());
        }
        assert!(!client.conn.is_connected(), "byte {byte}");
        // A length that grew lets it wait for more.
        client.error.map(|_| refused(&client).0)
    });
    changed.collect()
}
