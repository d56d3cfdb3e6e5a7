//! Handshakes, records and refusals between a client and a server, whatever their providers.

use crate::util::pair::{Pair, World};
use crate::util::pki::{Chain, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, Pki};
use crate::util::provider::Provides;
use crate::{Provider, Second};
use symbolon::config::{ClientConfigBuilder, ServerConfigBuilder};
use symbolon::crypto::{Crypto, CryptoError, Signer};
use symbolon::wire::{AlertDescription, NamedGroup, SignatureScheme};
use symbolon::x509::certificates_from_pem;
use symbolon::{ClientConfig, Credential, Error, Reason, ServerConfig, Signing};

fn pair<C: Provider, S: Provider>(client: ClientConfigBuilder<C>, server: ServerConfigBuilder<S>) -> Pair<C, S> {
    Pair::of(client.build().unwrap(), server.build().unwrap())
}

pub(crate) fn connected<C: Provider, S: Provider>(
    client: ClientConfigBuilder<C>,
    server: ServerConfigBuilder<S>,
) -> Pair<C, S> {
    let mut pair = pair(client, server);
    pair.run();
    pair.assert_connected();
    pair
}

fn refused(error: Option<Error>) -> Reason {
    match error {
        Some(Error::Refused(refusal)) => refusal.reason,
        other => panic!("{other:?}"),
    }
}

fn told(error: Option<Error>) -> AlertDescription {
    match error {
        Some(Error::PeerAlert(alert)) => alert.description,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn every_suite_group_and_scheme_connects<C: Provider, S: Provider>() {
    for algorithm in [&PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384, &PKCS_ED25519] {
        let world = World::of(Pki::with("test", algorithm));
        for suite in Second::provider().suites() {
            for group in Second::provider().groups() {
                let client = C::client(&world).suites(vec![*suite]).groups(vec![*group]);
                let pair = connected::<C, S>(client, S::server(&world).groups(vec![*group]));
                let negotiated = pair.server.conn.negotiated();
                assert_eq!((negotiated.suite, negotiated.group), (Some(*suite), Some(*group)));
                assert_eq!(pair.client.conn.peer().unwrap().dns().collect::<Vec<_>>(), ["server.test"]);
                assert_eq!(pair.server.conn.peer().unwrap().dns().collect::<Vec<_>>(), ["robot.test"]);
            }
        }
    }
}

pub(crate) fn retry_leads_to_another_group<C: Provider, S: Provider>() {
    let world = World::new();
    for suite in Second::provider().suites() {
        let client = C::client(&world).suites(vec![*suite]).groups(vec![NamedGroup::x25519, NamedGroup::secp256r1]);
        let server = S::server(&world).groups(vec![NamedGroup::secp256r1]);
        let pair = connected::<C, S>(client.shares(1), server);
        assert!(pair.client.conn.negotiated().retried);
        assert_eq!(pair.client.conn.negotiated().group, Some(NamedGroup::secp256r1));
    }
}

pub(crate) fn keys_are_updated_both_ways<C: Provider, S: Provider>() {
    let world = World::new();
    for suite in Second::provider().suites() {
        let mut pair = connected::<C, S>(C::client(&world).suites(vec![*suite]), S::server(&world));
        for round in 0..3 {
            let both = round != 1;
            pair.client.conn.app().unwrap().update_keys(both, &mut pair.client.tx).unwrap().unwrap();
            pair.client.write(b"ping");
            pair.run();
            pair.server.conn.app().unwrap().update_keys(both, &mut pair.server.tx).unwrap().unwrap();
            pair.server.write(b"pong");
            pair.run();
        }
        // Until now each request was answered by an update that was wanted anyway.
        pair.client.write(b".");
        pair.run();
        assert_eq!(pair.server.received, b"pingpingping.");
        assert_eq!(pair.client.received, b"pongpongpong");
        // The first, and one in answer to the server; our own three were not observed.
        let keys = pair.client.seen.events.iter().filter(|e| e.starts_with("K_send = application")).count();
        assert_eq!(keys, 1 + 1, "{:?}", pair.client.seen.events);
    }
}

pub(crate) fn a_mebibyte_flows_both_ways<C: Provider, S: Provider>() {
    let world = World::new();
    let text: Vec<u8> = (0..1_u32 << 20).map(|i| (i % 251) as u8).collect();
    for suite in Second::provider().suites() {
        let mut pair = connected::<C, S>(C::client(&world).suites(vec![*suite]), S::server(&world));
        for piece in text.chunks(10_007) {
            pair.client.write(piece);
            pair.server.write(piece);
            pair.run();
        }
        assert!(pair.server.received == text && pair.client.received == text, "{suite}");
    }
}

/// Signs well, and then flips a bit.
struct Flipped(Box<dyn Signer>);

impl Signer for Flipped {
    fn schemes(&self) -> &[SignatureScheme] {
        self.0.schemes()
    }

    fn sign(&self, scheme: SignatureScheme, message: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
        let len = self.0.sign(scheme, message, out)?;
        out[len - 1] ^= 1;
        Ok(len)
    }
}

fn flipped<P: Provider>(chain: &Chain) -> Credential {
    let certificates = certificates_from_pem(chain.pem.as_bytes()).unwrap();
    let signer = Flipped(P::signer(&chain.leaf.key.serialize_der()));
    Credential::new(certificates, Signing::Local(Box::new(signer))).unwrap()
}

pub(crate) fn client_refuses_a_signature_with_one_bit_flipped<C: Provider, S: Provider>() {
    for algorithm in [&PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384, &PKCS_ED25519] {
        let world = World::of(Pki::with("test", algorithm));
        let server = ServerConfig::builder(S::provider()).credential(flipped::<S>(&world.server));
        let mut pair = pair::<C, S>(C::client(&world), server);
        pair.run();
        assert_eq!(refused(pair.client.error), Reason::SignatureBad);
        assert_eq!(told(pair.server.error), AlertDescription::decrypt_error);
    }
}

pub(crate) fn server_refuses_a_signature_with_one_bit_flipped<C: Provider, S: Provider>() {
    for algorithm in [&PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384, &PKCS_ED25519] {
        let world = World::of(Pki::with("test", algorithm));
        let client = ClientConfig::builder(C::provider());
        let client = client.anchors(world.anchors()).credential(flipped::<C>(&world.client));
        let mut pair = pair::<C, S>(client, S::server(&world));
        pair.run();
        assert_eq!(refused(pair.server.error), Reason::SignatureBad);
        assert_eq!(told(pair.client.error), AlertDescription::decrypt_error);
    }
}

/// Flips the last bit of the first uncompressed point in a KeyShareEntry.
fn spoil_point(hello: &mut [u8], group: NamedGroup, len: usize) {
    let [group_1, group_2] = group.0.to_be_bytes();
    let entry = [group_1, group_2, 0, len as u8, 4];
    let at = hello.windows(entry.len()).position(|window| window == entry).unwrap();
    hello[at + 4 + len - 1] ^= 1;
}

const POINTS: [(NamedGroup, usize); 2] = [(NamedGroup::secp256r1, 65), (NamedGroup::secp384r1, 97)];

pub(crate) fn server_refuses_a_share_off_the_curve<C: Provider, S: Provider>() {
    let world = World::new();
    for (group, len) in POINTS {
        let mut pair = pair::<C, S>(C::client(&world).groups(vec![group]), S::server(&world));
        pair.client.drive();
        let mut hello = pair.client.take_output();
        spoil_point(&mut hello, group, len);
        pair.server.give(&hello);
        assert_eq!(refused(pair.server.error), Reason::KeyShareBad);
    }
}

pub(crate) fn client_refuses_a_share_off_the_curve<C: Provider, S: Provider>() {
    let world = World::new();
    for (group, len) in POINTS {
        let mut pair = pair::<C, S>(C::client(&world).groups(vec![group]), S::server(&world));
        pair.client.drive();
        pair.server.give(&pair.client.take_output());
        let mut flight = pair.server.take_output();
        spoil_point(&mut flight, group, len);
        pair.client.give(&flight);
        assert_eq!(refused(pair.client.error), Reason::KeyShareBad);
    }
}

pub(crate) fn records_with_one_bit_flipped_are_refused<C: Provider, S: Provider>() {
    let world = World::new();
    for suite in Second::provider().suites() {
        // header, ciphertext, tag
        for spoil in [|_: usize| 4, |_| 5, |len| len - 1] {
            let client = || C::client(&world).suites(vec![*suite]);
            let mut pair = connected::<C, S>(client(), S::server(&world));
            pair.client.write(b"ping");
            let mut record = pair.client.take_output();
            let at = spoil(record.len());
            record[at] ^= 1;
            // A length that grew by one wants one byte more.
            record.extend_from_slice(&[0; 8]);
            pair.server.give(&record);
            assert_eq!(refused(pair.server.error), Reason::BadRecordMac, "{suite}, byte {at}");
            assert_eq!(pair.server.received, b"");
        }
    }
}
