//! What goes beside a certificate: OCSP responses and signed certificate timestamps, asked for and not, judged and not.

use super::util::ocsp::Ocsp;
use super::util::pair::{Pair, World};
use super::util::provider::{local, provider};
use super::{certificate, pair_of, refused, told};
use symbolon::wire::{AlertDescription, CertificateEntry, ExtensionType};
use symbolon::x509::{Crls, Revocation};
use symbolon::{Answer, Ask, Credential, CredentialError, Event, Reason, SendBuf, ServerConfig, StateName};

/// A SignedCertificateTimestampList of these.
fn list(timestamps: &[&[u8]]) -> Vec<u8> {
    let vector = |bytes: &[u8]| [&u16::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat();
    vector(&timestamps.iter().flat_map(|sct| vector(sct)).collect::<Vec<u8>>())
}

const ONE: &[u8] = b"a promise";
const TWO: &[u8] = b"another";

fn with_timestamps(credential: Credential) -> Credential {
    credential.timestamps(&list(&[ONE, TWO])).unwrap()
}

/// What stands beside a certificate: the response, and the timestamps.
fn beside(entry: &CertificateEntry<'_>) -> (Option<Vec<u8>>, Option<Vec<Vec<u8>>>) {
    let timestamps = entry.timestamps().unwrap().map(|list| list.iter().map(|sct| sct.0.to_vec()).collect());
    (entry.ocsp_response().unwrap().map(<[u8]>::to_vec), timestamps)
}

// [6962-3.3-2] [6962-3.3.1-1] [6962-3.3-1]
#[test]
fn both_ends_show_timestamps_for_their_own_certificate_when_they_are_asked() {
    let world = World::new();
    let client = world.client_config_of(with_timestamps(local(&world.client))).ask_timestamps(true);
    let server = world.server_config_of(with_timestamps(local(&world.server))).ask_timestamps(true);
    let mut pair = pair_of(client, server);
    pair.run();
    pair.assert_connected();
    for events in [&pair.client.seen.events, &pair.server.seen.events] {
        let told: Vec<_> = events.iter().filter(|event| event.starts_with("PeerTimestamps")).collect();
        let [told] = told[..] else { panic!("{told:?}") };
        assert!(told.starts_with("PeerTimestamps { at: 0, ") && told.contains("SerializedSct"), "{told}");
    }
    for message in [certificate(&pair.client), certificate(&pair.server)] {
        let entries: Vec<_> = message.certificate_list.iter().collect();
        assert_eq!(beside(&entries[0]), (None, Some(vec![ONE.to_vec(), TWO.to_vec()])));
        assert!(entries[1].extensions.is_empty(), "the intermediate");
    }
}

// [6962-3.3-2]
#[test]
fn nobody_shows_timestamps_unasked() {
    let world = World::new();
    let client = world.client_config_of(with_timestamps(local(&world.client)));
    let server = world.server_config_of(with_timestamps(local(&world.server)));
    let mut pair = pair_of(client, server);
    pair.run();
    pair.assert_connected();
    for message in [certificate(&pair.client), certificate(&pair.server)] {
        assert!(message.certificate_list.iter().all(|entry| entry.extensions.is_empty()));
    }
    assert!(!pair.client.seen.events.iter().any(|event| event.starts_with("PeerTimestamps")));
}

// [4.4.2.1-1] [4.4.2.1-2]
#[test]
fn exactly_what_is_asked_for_and_there_goes_beside_a_certificate() {
    let world = World::new();
    for case in 0..16_u8 {
        let [ask_staple, ask_timestamps, has_staple, has_timestamps] = [1, 2, 4, 8].map(|bit| case & bit != 0);
        let mut credential = local(&world.server);
        // In either order.
        if has_timestamps && case & 1 == 0 {
            credential = with_timestamps(credential);
        }
        if has_staple {
            credential = credential.staple_unchecked(b"no response").unwrap();
        }
        if has_timestamps && case & 1 != 0 {
            credential = with_timestamps(credential);
        }
        let client = world.client_config().ask_staple(ask_staple).ask_timestamps(ask_timestamps);
        let mut pair = pair_of(client, world.server_config_of(credential));
        pair.run();
        pair.assert_connected();
        let message = certificate(&pair.server);
        let entries: Vec<_> = message.certificate_list.iter().collect();
        let staple = (ask_staple && has_staple).then(|| b"no response".to_vec());
        let timestamps = (ask_timestamps && has_timestamps).then(|| vec![ONE.to_vec(), TWO.to_vec()]);
        assert_eq!(beside(&entries[0]), (staple, timestamps), "{case:04b}");
        assert_eq!(entries.len(), 2);
        assert!(entries[1].extensions.is_empty());
        let der: Vec<&[u8]> = entries.iter().map(|entry| entry.cert_data).collect();
        assert_eq!(der, [&world.server.leaf.der, &world.pki.intermediate.der], "the chain itself stays");
    }
}

/// Runs until the client asks what to make of the server's chain.
fn until_judged(pair: &mut Pair) {
    pair.client.drive();
    let hello = pair.client.take_output();
    pair.server.give(&hello);
    let flight = pair.server.take_output();
    pair.client.give(&flight);
}

#[test]
fn an_application_that_judges_sees_both_and_can_refuse_for_want_of_a_response() {
    let world = World::new();
    let config = || world.client_config().ask_chain().ask_staple(true).ask_timestamps(true);
    let credential = || with_timestamps(local(&world.server)).staple_unchecked(&[1, 2, 3, 4]).unwrap();

    let mut pair = pair_of(config(), world.server_config_of(credential()));
    until_judged(&mut pair);
    match pair.client.conn.step(&mut pair.client.rx, &mut pair.client.tx) {
        Ok(Event::Ask(Ask::PeerChain(message))) => {
            let leaf = message.certificate_list.iter().next().unwrap();
            assert_eq!(beside(&leaf), (Some(vec![1, 2, 3, 4]), Some(vec![ONE.to_vec(), TWO.to_vec()])));
        }
        other => panic!("{other:?}"),
    }
    let end = &mut pair.client;
    end.conn.answer(Answer::Chain(Ok(())), &mut end.rx, &mut end.tx).unwrap().unwrap();
    pair.run();
    pair.assert_connected();

    // [6066-8-1]
    for credential in [credential(), local(&world.server)] {
        let mut pair = pair_of(config(), world.server_config_of(credential));
        until_judged(&mut pair);
        let end = &mut pair.client;
        let verdict = Answer::Chain(Err(Reason::OcspRefused));
        end.error = end.conn.answer(verdict, &mut end.rx, &mut end.tx).unwrap().map(|_| ()).err();
        assert_eq!(refused(&pair.client), (Reason::OcspRefused, StateName::WaitCert));
        pair.run();
        assert_eq!(told(&pair.server), AlertDescription::bad_certificate_status_response);
    }
}

#[test]
fn server_asks_a_client_for_what_it_judges_by_itself() {
    let world = World::new();
    let credential = with_timestamps(local(&world.client)).staple_unchecked(b"no response").unwrap();
    let server = world.server_config().ask_staple(true).ask_timestamps(true);
    let mut pair = pair_of(world.client_config_of(credential), server);
    pair.run();
    pair.assert_connected();
    let message = certificate(&pair.client);
    let leaf = message.certificate_list.iter().next().unwrap();
    assert_eq!(beside(&leaf), (Some(b"no response".to_vec()), Some(vec![ONE.to_vec(), TWO.to_vec()])));
}

#[test]
fn a_response_that_nobody_could_parse_matters_only_where_revocation_is_looked_at() {
    let world = World::new();
    let credential = || local(&world.server).staple_unchecked(b"no response").unwrap();
    let policy = Revocation::soft(Crls::default()).ask_staple();
    let mut pair = pair_of(world.client_config().revocation(policy), world.server_config_of(credential()));
    pair.run();
    assert_eq!(refused(&pair.client), (Reason::OcspMalformed, StateName::WaitCert));
    assert_eq!(told(&pair.server), AlertDescription::bad_certificate_status_response);

    let mut pair = pair_of(world.client_config().ask_staple(true), world.server_config_of(credential()));
    pair.run();
    pair.assert_connected();
}

#[test]
fn what_can_not_go_beside_a_certificate_is_refused_when_it_is_attached() {
    let world = World::new();
    let long = list(&[&[7; 65_530]]);
    let refuse: [(&[u8], &str); 7] = [
        (&[], "sct_list"),
        (&[0, 0], "sct_list"),
        (&[0, 2, 0, 0], "SerializedSCT"),
        (&[0, 6, 0, 2, 1, 2, 0, 0], "SerializedSCT"),
        (&[0, 3, 0, 1], "sct_list"),
        (&[0, 3, 0, 1, 9, 9], "SignedCertificateTimestampList"),
        (&long, "too long"),
    ];
    for (bytes, about) in refuse {
        let error = local(&world.server).timestamps(bytes).unwrap_err();
        assert!(
            matches!(&error, CredentialError::Timestamps(why) if why.contains(about) || about == "too long"),
            "{error}"
        );
        assert!(error.to_string().contains("certificate timestamps can't be sent"), "{error}");
    }
    for response in [&[][..], &[7; 65_535]] {
        let error = local(&world.server).staple_unchecked(response).unwrap_err();
        assert!(matches!(error, CredentialError::Staple(_)), "{error}");
    }
    assert!(matches!(local(&world.server).staple(b"no response"), Err(CredentialError::Staple(_))));
    // Each of them fits by itself, and both do not.
    let half = local(&world.server).staple_unchecked(&[7; 40_000]).unwrap();
    assert!(matches!(half.timestamps(&list(&[&[7; 40_000]])), Err(CredentialError::Timestamps(_))));
}

#[test]
fn what_is_attached_later_takes_the_place_of_what_was_there() {
    let world = World::new();
    let good = Ocsp::of(&world.pki.intermediate, &world.server.leaf.der).sign(&world.pki.intermediate);
    let credential = local(&world.server).timestamps(&list(&[TWO])).unwrap().staple_unchecked(b"no response").unwrap();
    let credential = credential.timestamps(&list(&[ONE])).unwrap().staple(&good).unwrap();
    let policy = Revocation::require(Crls::default()).ask_staple();
    let client = world.client_config().revocation(policy).ask_timestamps(true);
    let mut pair = pair_of(client, world.server_config_of(credential));
    pair.run();
    pair.assert_connected();
    let message = certificate(&pair.server);
    let leaf = message.certificate_list.iter().next().unwrap();
    assert_eq!(beside(&leaf), (Some(good), Some(vec![ONE.to_vec()])));
    assert_eq!(
        leaf.extensions.iter().map(|(t, _)| t).collect::<Vec<_>>(),
        [ExtensionType::status_request, ExtensionType::signed_certificate_timestamp]
    );
}

#[test]
fn a_send_buffer_of_the_required_size_holds_what_is_attached() {
    let world = World::new();
    let credential = || {
        let credential = local(&world.server).timestamps(&list(&[&[7; 20_000]])).unwrap();
        credential.staple_unchecked(&[7; 30_000]).unwrap()
    };
    let client = world.client_config().ask_staple(true).ask_timestamps(true).send_authorities(true);
    let server = ServerConfig::builder(provider()).credential(credential());
    let mut pair = pair_of(client, server);
    assert!(pair.server.conn.required_send_space() > 50_000);
    pair.server.tx = SendBuf::over(vec![0; pair.server.conn.required_send_space()].leak());
    pair.client.tx = SendBuf::over(vec![0; pair.client.conn.required_send_space()].leak());
    pair.run();
    pair.assert_connected();
}
