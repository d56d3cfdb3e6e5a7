//! Shares that are none (RFC 10024 §4.2): one alert, and a reason that says which part is bad.

use super::util::provider::provider;
use super::*;
use symbolon::crypto::{Crypto, ShareError};
use symbolon::wire::{AlertDescription, ExtensionType};
use symbolon::{Error, Place, Reason, Refusal};

/// What both ends said to a hello that was changed.
struct Outcome {
    refusal: Refusal,
    told: AlertDescription,
}

impl Outcome {
    fn of(here: Option<Error>, alerts: &[AlertDescription]) -> Self {
        let Some(Error::Refused(refusal)) = here else { panic!("{here:?}") };
        let [told] = alerts[..] else { panic!("{alerts:?}") };
        Self { refusal, told }
    }

    fn assert_bad(&self, field: &str) {
        assert_eq!((self.refusal.reason, self.told), (Reason::KeyShareBad, AlertDescription::illegal_parameter));
        let Place { extension, field: found, .. } = self.refusal.place;
        assert_eq!((extension, found), (Some(ExtensionType::key_share), field));
    }
}

/// Where the only share of the group begins in a hello; its length, which is known, stands before it.
fn share(hello: &[u8], group: NamedGroup, len: usize) -> usize {
    let entry = [group.0.to_be_bytes(), u16::try_from(len).unwrap().to_be_bytes()].concat();
    let at = hello.windows(4).position(|window| window == entry).unwrap();
    at + 4
}

/// The server's judgement of a ClientHello whose share was changed.
fn of_server(group: NamedGroup, len: usize, change: impl Fn(&mut [u8])) -> Outcome {
    let mut pair = pair(&[group], &[group]);
    pair.client.drive();
    let mut hello = pair.client.take_output();
    let at = share(&hello, group, len);
    change(&mut hello[at..at + len]);
    pair.server.give(&hello);
    Outcome::of(pair.server.error, &pair.server.seen.alerts_sent)
}

/// The client's judgement of a ServerHello whose share was changed.
fn of_client(group: NamedGroup, len: usize, change: impl Fn(&mut [u8])) -> Outcome {
    let mut pair = pair(&[group], &[group]);
    pair.client.drive();
    pair.server.give(&pair.client.take_output());
    let mut flight = pair.server.take_output();
    let at = share(&flight, group, len);
    change(&mut flight[at..at + len]);
    pair.client.give(&flight);
    Outcome::of(pair.client.error, &pair.client.seen.alerts_sent)
}

/// Where the part of ML-KEM begins.
fn mlkem_at(group: NamedGroup) -> usize {
    if group == P256_MLKEM768 { 65 } else { 0 }
}

const MLKEM: &str = "key_exchange, encapsulation key";
const ECDH: &str = "key_exchange, ECDH share";

// [10024-4.2-2]
#[test]
fn server_refuses_an_encapsulation_key_that_is_not_reduced() {
    for (group, len, _) in POST_QUANTUM {
        // The first coefficient, of twelve bits, becomes 4095.
        let outcome = of_server(group, len, |share| share[mlkem_at(group)..][..2].fill(0xff));
        outcome.assert_bad(MLKEM);
    }
}

// [10024-4.2-4]
#[test]
fn both_refuse_a_point_of_p256_that_is_not_on_the_curve() {
    of_server(P256_MLKEM768, 1249, |share| share[64] ^= 1).assert_bad(ECDH);
    of_client(P256_MLKEM768, 1153, |share| share[64] ^= 1).assert_bad(ECDH);
    of_server(P256_MLKEM768, 1249, |share| share[0] = 6).assert_bad(ECDH);
}

// [10024-4.3-2]
#[test]
fn both_refuse_an_x25519_share_that_leads_to_zeros() {
    of_server(X25519_MLKEM768, 1216, |share| share[1184..].fill(0)).assert_bad(ECDH);
    of_client(X25519_MLKEM768, 1120, |share| share[1088..].fill(0)).assert_bad(ECDH);
}

/// FIPS 203 §6.3: a ciphertext that was not made for the key gives another secret, and no error.
#[test]
fn a_ciphertext_that_was_changed_leads_to_keys_that_do_not_fit() {
    for (group, _, len) in POST_QUANTUM {
        let outcome = of_client(group, len, |share| share[mlkem_at(group) + 500] ^= 1);
        assert_eq!((outcome.refusal.reason, outcome.told), (Reason::BadRecordMac, AlertDescription::bad_record_mac));
    }
}

// [10024-4.2-3]
#[test]
fn a_share_of_another_length_is_refused_whole() {
    let provider = provider();
    for (group, of_client, of_server) in POST_QUANTUM {
        let mut room = [0; 1600];
        let key = || provider.kx_generate(group).unwrap();
        let len = provider.kx_share(&key(), &mut room).unwrap();
        assert_eq!(len, of_client);
        for wrong in [0, 32, 65, len - 1, len + 1, of_server, 1600].into_iter().filter(|wrong| *wrong != of_client) {
            assert_eq!(provider.kx_encap(group, &room[..wrong]).err(), Some(ShareError::Share), "{group}: {wrong}");
        }
        let (spent, _) = provider.kx_encap(group, &room[..len]).unwrap();
        let len = provider.kx_share(&spent, &mut room).unwrap();
        assert_eq!(len, of_server);
        for wrong in [0, 32, 65, len - 1, len + 1, of_client, 1600].into_iter().filter(|wrong| *wrong != of_server) {
            assert_eq!(provider.kx_decap(key(), &room[..wrong]).err(), Some(ShareError::Share), "{group}: {wrong}");
        }
        assert!(provider.kx_share(&spent, &mut room[..len - 1]).is_err());
        assert!(provider.kx_share(&key(), &mut room[..of_client - 1]).is_err());
        assert_eq!(provider.kx_decap(spent, &room[..len]).err(), Some(ShareError::Share));
    }
}
