//! Compressed or not, a certificate is judged the same.

use super::List;
use super::util::compression::Algorithm;
use super::util::pair::{End, Pair, World};
use super::util::pki::{Chain, Pki};
use super::util::provider::{local, provider};
use proptest::prelude::*;
use std::sync::LazyLock;
use symbolon::{ClientConfig, Error, Role};

/// What an end comes to: why it failed, and who the peer is.
type Outcome = (Option<Error>, Vec<String>);

static WORLD: LazyLock<World> = LazyLock::new(World::new);

/// Chains that a peer may show instead of its own: one of another name, one under another CA, one for the other role.
static CHAINS: LazyLock<[Chain; 5]> = LazyLock::new(|| {
    let pki = &WORLD.pki;
    let strangers = Pki::new("strange");
    [
        pki.server("server.test"),
        pki.client("robot.test"),
        pki.server("other.test"),
        strangers.server("server.test"),
        strangers.client("robot.test"),
    ]
});

fn outcome<R: Role>(end: &End<R, super::util::provider::Provider>) -> Outcome {
    (end.error, end.conn.peer().into_iter().flat_map(|peer| peer.dns()).map(str::to_owned).collect())
}

/// A handshake in which the ends show these chains, the client none if there is none.
fn judged(shown: (usize, Option<usize>), algorithms: [List; 2], piece: usize) -> [Outcome; 2] {
    let client = ClientConfig::builder(provider()).anchors(WORLD.anchors());
    let client = match shown.1 {
        Some(at) => client.credential(local(&CHAINS[at])),
        None => client,
    };
    let [of_client, of_server] = algorithms;
    let client = client.certificate_compression(of_client).build().unwrap();
    let server = WORLD.server_config_of(local(&CHAINS[shown.0])).certificate_compression(of_server).build().unwrap();
    let mut pair = Pair::of(client, server);
    pair.run_in_pieces(piece);
    [outcome(&pair.client), outcome(&pair.server)]
}

/// Some of these, in this order.
fn list(which: &[usize]) -> List {
    let one = |which: &usize| match which {
        0 => Algorithm::shorter(),
        1 => Algorithm::longer(),
        _ => Algorithm::as_is(),
    };
    which.iter().map(|which| one(which) as _).collect()
}

fn lists() -> impl Strategy<Value = Vec<usize>> {
    prop::sample::subsequence(vec![0, 1, 2], 0..=3).prop_shuffle()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    // [8879-4-7]
    #[test]
    fn compressed_and_uncompressed_handshakes_come_to_the_same(
        server in 0..5_usize,
        client in prop::option::of(0..5_usize),
        (of_client, of_server) in (lists(), lists()),
        piece in prop_oneof![Just(usize::MAX), 1..2000_usize],
    ) {
        let compressed = judged((server, client), [list(&of_client), list(&of_server)], piece);
        let plain = judged((server, client), [list(&[]), list(&[])], usize::MAX);
        prop_assert_eq!(compressed, plain);
    }
}
