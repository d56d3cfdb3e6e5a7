//! Handshakes of peers that have met, and of those that only say so.
#![cfg(all(feature = "std", feature = "ring"))]

mod util;

use proptest::prelude::*;
use rcgen::date_time_ymd;
use std::sync::{Arc, LazyLock};
use symbolon::crypto::{CryptoError, Random, Signer};
use symbolon::wire::SignatureScheme;
use symbolon::x509::{GoodSignatures, certificates_from_pem};
use symbolon::{Allow, ClientAuth, ClientWith, Credential, Error, Reason, ServerName, ServerWith, Signing, UnixTime};
use util::der::changed;
use util::pair::{Pair, World};
use util::pki::{Chain, For, NOW, Pki};
use util::provider::{Provider, Provides, credential, local, provider, signer};

fn remembering(signatures: usize) -> Arc<GoodSignatures> {
    Arc::new(GoodSignatures::new(&provider(), signatures).unwrap())
}

struct NoRandomness;

impl Random for NoRandomness {
    fn fill(&self, _: &mut [u8]) -> Result<(), CryptoError> {
        Err(CryptoError)
    }
}

#[test]
fn where_there_is_no_randomness_nothing_can_be_remembered_and_the_error_says_so() {
    let none = GoodSignatures::new(&Provider::with_source(NoRandomness), 100);
    let error: Box<dyn std::error::Error> = none.unwrap_err().into();
    assert!(error.to_string().contains("no randomness"), "{error}");
}

fn refused(error: Option<Error>) -> Option<Reason> {
    error.map(|error| match error {
        Error::Refused(refusal) => refusal.reason,
        other => panic!("{other}"),
    })
}

/// Signs something else.
struct Forger(Box<dyn Signer>);

impl Signer for Forger {
    fn schemes(&self) -> &[SignatureScheme] {
        self.0.schemes()
    }

    fn sign(&self, scheme: SignatureScheme, _: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
        self.0.sign(scheme, b"something else", out)
    }
}

#[test]
fn whoever_does_not_hold_the_key_of_a_chain_leaves_nothing_behind() {
    let (world, good) = (World::new(), remembering(100));
    let chain = certificates_from_pem(world.client.pem.as_bytes()).unwrap();
    let forger = Forger(signer(&world.client.leaf.key.serialize_der()));
    let client = world.client_config_of(Credential::new(chain, Signing::Local(Box::new(forger))).unwrap());
    let server = Arc::new(world.server_config().good_signatures(good.clone()).build().unwrap());
    let mut pair = Pair::shared(&Arc::new(client.build().unwrap()), &server);
    pair.run();
    assert_eq!(refused(pair.server.error), Some(Reason::SignatureBad));
    assert!(good.is_empty());
    let mut pair = Pair::shared(&Arc::new(world.client_config().build().unwrap()), &server);
    pair.run();
    pair.assert_connected();
    assert_eq!(good.len(), 2);
}

#[test]
fn whoever_is_not_admitted_leaves_nothing_behind() {
    let (world, good) = (World::new(), remembering(100));
    let nobody = ClientAuth::require(world.anchors(), Allow::dns("somebody.else"));
    let server = world.server_config().client_auth(nobody).good_signatures(good.clone());
    let mut pair = Pair::of(world.client_config().build().unwrap(), server.build().unwrap());
    pair.run();
    assert!(pair.server.error.is_some() && good.is_empty());
}

#[test]
fn configurations_share_what_they_know_and_nothing_of_what_they_trust() {
    let (world, good) = (World::new(), remembering(100));
    let client = || world.client_config().build().unwrap();
    let mut pair = Pair::of(client(), world.server_config().good_signatures(good.clone()).build().unwrap());
    pair.run();
    pair.assert_connected();
    let others = Pki::new("other");
    let anchors = symbolon::Anchors::from_pem(others.root.pem.as_bytes()).unwrap();
    let auth = ClientAuth::require(anchors, Allow::anyone());
    let server = world.server_config().client_auth(auth).good_signatures(good.clone());
    let mut pair = Pair::of(client(), server.build().unwrap());
    pair.run();
    assert_eq!(refused(pair.server.error), Some(Reason::CertificateIssuerUnknown));
}

#[test]
fn what_is_new_is_remembered_beside_what_is_known_also_where_each_signature_takes_a_step() {
    let world = World::new();
    let intermediate = symbolon::Anchors::from_pem(world.pki.intermediate.pem.as_bytes()).unwrap();
    for in_steps in [false, true] {
        let good = remembering(100);
        for (anchors, known) in [(intermediate.clone(), 1), (world.anchors(), 2)] {
            let auth = ClientAuth::require(anchors, Allow::anyone());
            let server = world.server_config().client_auth(auth).good_signatures(good.clone());
            let server = if in_steps { server.one_operation_per_step() } else { server };
            let mut pair = Pair::of(world.client_config().build().unwrap(), server.build().unwrap());
            pair.run();
            pair.assert_connected();
            assert_eq!(good.len(), known, "in steps: {in_steps}");
        }
    }
}

#[test]
fn many_clients_leave_no_more_than_the_bound_allows() {
    let (world, good) = (World::new(), remembering(8));
    let server = world.server_config().client_auth(ClientAuth::require(world.anchors(), Allow::anyone()));
    let server = Arc::new(server.good_signatures(good.clone()).build().unwrap());
    for n in 0..20 {
        let client = world.pki.client(&format!("robot{n}.test"));
        let client = Arc::new(world.client_config_of(local(&client)).build().unwrap());
        let mut pair = Pair::shared(&client, &server);
        pair.run();
        pair.assert_connected();
        assert!((2..=8).contains(&good.len()), "{good:?}");
    }
}

/// A chain and a key, in PEM.
type Shown = [String; 2];

/// What clients and servers show, good and bad.
struct Wardrobe {
    world: World,
    clients: Vec<Shown>,
    servers: Vec<Shown>,
}

static WARDROBE: LazyLock<Wardrobe> = LazyLock::new(|| {
    let shown = |chain: Chain| [chain.pem, chain.key_pem];
    let (world, stranger) = (World::new(), Pki::new("test"));
    let expired = |purpose, name| world.pki.leaf(name, purpose, |params| params.not_after = date_time_ymd(2026, 3, 1));
    let forged = |of: &Chain| {
        // One bit of the signature is another one.
        let der = changed(&of.leaf.der, |parts| *parts.signature.last_mut().unwrap() ^= 1);
        [util::der::pem("CERTIFICATE", &der) + &world.pki.intermediate.pem, of.key_pem.clone()]
    };
    let (client, server) = (world.pki.client("robot.test"), world.pki.server("server.test"));
    let clients = [
        world.pki.client("robot.test"),
        world.pki.client("other.test"),
        world.pki.server("robot.test"),
        expired(For::Client, "robot.test"),
        stranger.client("robot.test"),
    ];
    let servers = [world.pki.server("other.test"), expired(For::Server, "server.test"), stranger.server("server.test")];
    Wardrobe {
        clients: [forged(&client), shown(client)].into_iter().chain(clients.map(shown)).collect(),
        servers: [forged(&server), shown(server)].into_iter().chain(servers.map(shown)).collect(),
        world,
    }
});

/// What both ends say in the end.
fn meet(
    [chain, key]: &Shown,
    [server_chain, server_key]: &Shown,
    now: i64,
    good: Option<&[Arc<GoodSignatures>; 2]>,
) -> String {
    let world = &WARDROBE.world;
    let mut ours = world.client_config_of(credential(chain, key));
    let mut theirs = world.server_config_of(credential(server_chain, server_key));
    if let Some([by_client, by_server]) = good {
        (ours, theirs) = (ours.good_signatures(by_client.clone()), theirs.good_signatures(by_server.clone()));
    }
    let name = ServerName::dns("server.test").unwrap();
    let client = ClientWith::new(Arc::new(ours.build().unwrap()), name, UnixTime(now));
    let mut pair = Pair::new(client, ServerWith::new(Arc::new(theirs.build().unwrap()), UnixTime(now)));
    pair.run();
    let (client, server) = (&pair.client, &pair.server);
    format!("{:?} {:?} {:?} {:?}", client.error, server.error, client.conn.peer(), server.conn.peer())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, ..ProptestConfig::default() })]
    #[test]
    fn handshakes_end_alike_whether_the_peers_have_met_or_not(
        room in prop_oneof![Just(4_usize), Just(100)],
        meetings in proptest::collection::vec((0..7_usize, 0..5_usize, prop::bool::weighted(0.2)), 1..8),
    ) {
        let good = [0; 2].map(|_| remembering(room));
        let Wardrobe { clients, servers, .. } = &*WARDROBE;
        meet(&clients[1], &servers[1], NOW, Some(&good));
        prop_assert_eq!(good.each_ref().map(|good| good.len()), [2, 2]);
        for (client, server, early) in meetings {
            // Before the leaves are valid, and when they are.
            let now = if early { 1_750_000_000 } else { NOW };
            let (client, server) = (&clients[client], &servers[server]);
            prop_assert_eq!(meet(client, server, now, Some(&good)), meet(client, server, now, None));
        }
    }
}
