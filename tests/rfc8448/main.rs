//! The traces of RFC 8448, sections 3 to 7, replayed with both of our ends.
//!
//! Our client speaks to the server of the trace, and our server to its client, with the random values and private keys of
//! the trace. Every secret, key, IV, hash, verify_data, message and record of a section must come up in what our end computes.
//!
//! # What is not ours in a replay
//!
//! - *Stand-ins.* Our ClientHello, HelloRetryRequest and EncryptedExtensions have fewer extensions than the trace's (no
//!   renegotiation_info, no supported_groups of the server, no cookie of our own). They must be equal to the trace's in all
//!   fields and in every extension that they have; then the transcript hash takes the trace's message instead of them. All
//!   other messages, and all records that hold none of these three, must be equal to the trace's byte for byte.
//! - *Signatures* of CertificateVerify are the trace's, for RSASSA-PSS and ECDSA are not deterministic. They are given by
//!   a signer, which verifies them over the bytes that it is asked to sign.
//! - *The chain* is judged here, by comparison. The RSA keys of the traces have 1024 bits, which path validation refuses.
//! - *P-256* (section 5): not every provider takes private keys, so shares and shared secret are the trace's.
//! - *The ticket* of section 3 is whatever our server makes of it; all else in its NewSessionTicket is the trace's. How the ends
//!   come back by it in section 4, `resumed.rs` tells.
//! - *The age* of the ticket in section 4 is of 6 milliseconds, and our clock counts seconds: its ClientHello stands in.
#![cfg(feature = "ring")]
#![allow(unreachable_pub)]

mod exporters;
#[allow(dead_code)]
#[path = "../util/kv.rs"]
mod kv;
#[allow(dead_code, unused_imports)]
#[path = "../util/pki.rs"]
mod pki;
mod replay;
mod resumed;
mod rsa_pss;
mod script;
mod section;
mod values;
mod watch;

use exporters::{client_exports_from_every_section, server_exports_from_every_section};
use replay::{NOW, Replay};
use script::Provider;
use section::{Content, Record, Section};
use symbolon::crypto::SignatureAlgorithm::{self, EcdsaP256Sha256, RsaPssSha256};
use symbolon::resumption::PskKind;
use symbolon::wire::{CertificateVerify, HELLO_RETRY_REQUEST_RANDOM, NamedGroup, Parse};
use symbolon::x509::{self, Purpose, Question};
use symbolon::{Anchors, EarlyDataState, Error, Reason, Role, Side};

const SECTIONS: [&str; 4] = ["3-1rtt", "5-hrr", "6-client-auth", "7-compat"];

/// The tests that are generic, with each provider.
macro_rules! with_every_provider {
    ($($test:ident)*) => {
        with_every_provider!(@ with_ring, symbolon::crypto::Ring, $($test)*);
        #[cfg(feature = "aws-lc-rs")]
        with_every_provider!(@ with_aws_lc_rs, symbolon::crypto::AwsLcRs, $($test)*);
        #[cfg(feature = "rustcrypto")]
        with_every_provider!(@ with_rustcrypto, symbolon::crypto::rustcrypto::RustCrypto<crate::script::NoRandom>, $($test)*);
    };
    (@ $with:ident, $provider:ty, $($test:ident)*) => {
        mod $with {
            $(#[test] fn $test() { super::$test::<$provider>(); })*
        }
    };
}

with_every_provider! {
    client_of_section_3_goes_to_the_end
    server_of_section_3_goes_to_the_end
    client_of_section_4_comes_back_with_early_data
    server_of_section_4_takes_its_ticket_back_and_early_data_with_it
    client_of_section_5_retries_with_p256_and_the_cookie
    server_of_section_5_asks_for_a_retry_with_p256
    client_of_section_6_shows_its_certificate
    server_of_section_6_verifies_the_client
    client_of_section_7_sends_change_cipher_spec
    server_of_section_7_sends_change_cipher_spec
    client_refuses_every_record_with_one_bit_flipped
    server_refuses_every_record_with_one_bit_flipped
    client_of_section_7_wants_its_session_id_back
    client_exports_from_every_section
    server_exports_from_every_section
}

// [4.2.7-1] [4.4.1-1] [4.4.3-2] [4.4.4-1] [5.1-8] [5.2-1] [5.3-1] [7.1-1] [7.1-2] [7.3-1]
fn client_of_section_3_goes_to_the_end<C: Provider>() {
    assert_goes_to_the_end(&Section::read("3-1rtt"), Replay::<_, C>::client, &[RsaPssSha256]);
}

// [4.4.1-1] [4.4.4-1] [5.1-8] [5.2-1] [5.2-2] [5.3-1] [7.1-1] [7.1-2] [7.3-1]
fn server_of_section_3_goes_to_the_end<C: Provider>() {
    assert_goes_to_the_end(&Section::read("3-1rtt"), |section| resumed::Server::new().first::<C>(section), &[]);
}

// [4.2.11.2-1] [4.2.11.2-3] [4.5-2] [4.5-5] [7.1-5] [7.1-6]
fn client_of_section_4_comes_back_with_early_data<C: Provider>() {
    let (first, again) = (Section::read("3-1rtt"), Section::read("4-resumption"));
    let client = resumed::Client::new();
    let verified = [EcdsaP256Sha256; 3];
    assert_goes_to_the_end(&first, |section| client.first::<C>(section), &verified);
    let replay = assert_goes_to_the_end(&again, |section| client.again::<C>(section), &[]);
    assert_eq!(replay.conn.negotiated().psk, Some(PskKind::Resumption));
    assert_eq!(replay.conn.negotiated().early_data, EarlyDataState::Accepted);
}

// [4.2.10-8] [4.2.11-3] [4.2.11.2-3] [7.1-5] [7.1-6]
fn server_of_section_4_takes_its_ticket_back_and_early_data_with_it<C: Provider>() {
    let (first, again) = (Section::read("3-1rtt"), Section::read("4-resumption"));
    let server = resumed::Server::new();
    let issued = assert_goes_to_the_end(&first, |section| server.first::<C>(section), &[]).issued();
    let replay = assert_goes_to_the_end(&again, |section| server.again::<C>(section, &issued), &[]);
    assert_eq!(replay.conn.negotiated().psk, Some(PskKind::Resumption));
    assert_eq!(replay.early_data, b"ABCDEF");
}

// [4.2.2-1] [4.4.1-2]
fn client_of_section_5_retries_with_p256_and_the_cookie<C: Provider>() {
    let section = Section::read("5-hrr");
    let replay = assert_goes_to_the_end(&section, Replay::<_, C>::client, &[RsaPssSha256]);
    assert!(replay.conn.negotiated().retried);
    assert_eq!(replay.conn.negotiated().group, Some(NamedGroup::secp256r1));
}

// [4.1.1-4] [4.4.1-2]
fn server_of_section_5_asks_for_a_retry_with_p256<C: Provider>() {
    let section = Section::read("5-hrr");
    let replay = assert_goes_to_the_end(&section, Replay::<_, C>::server, &[]);
    assert!(replay.conn.negotiated().retried);
    assert_eq!(replay.conn.negotiated().group, Some(NamedGroup::secp256r1));
}

fn client_of_section_6_shows_its_certificate<C: Provider>() {
    assert_goes_to_the_end(&Section::read("6-client-auth"), Replay::<_, C>::client, &[EcdsaP256Sha256]);
}

// [4.4.3-2]
fn server_of_section_6_verifies_the_client<C: Provider>() {
    let section = Section::read("6-client-auth");
    let replay = assert_goes_to_the_end(&section, Replay::<_, C>::server, &[RsaPssSha256]);
    assert!(replay.conn.peer().is_some());
}

// [D.4-3]
fn client_of_section_7_sends_change_cipher_spec<C: Provider>() {
    assert_goes_to_the_end(&Section::read("7-compat"), Replay::<_, C>::client, &[RsaPssSha256]);
}

// [D.4-4]
fn server_of_section_7_sends_change_cipher_spec<C: Provider>() {
    assert_goes_to_the_end(&Section::read("7-compat"), Replay::<_, C>::server, &[]);
}

/// `verified` are the signatures that our end has to verify.
fn assert_goes_to_the_end<'s, R: Role, C: Provider>(
    section: &'s Section,
    end: impl Fn(&'s Section) -> Replay<'s, R, C>,
    verified: &[SignatureAlgorithm],
) -> Replay<'s, R, C> {
    let mut replay = end(section);
    let records = section.records();
    assert_eq!(replay.run(), Ok(()));
    assert_eq!(replay.tape.lines().differences, [""; 0]);
    assert!(replay.conn.is_connected() && replay.conn.peer_closed());
    let data = records.iter().filter(|r| r.side != R::SIDE && r.content == Content::ApplicationData);
    assert_eq!(
        [&replay.early_data[..], &replay.received].concat(),
        data.flat_map(|r| r.payload.clone()).collect::<Vec<_>>()
    );
    assert_eq!(replay.tape.lines().verified, verified);
    values::check(section, &replay);
    replay
}

// [5.2-6]
fn client_refuses_every_record_with_one_bit_flipped<C: Provider>() {
    for name in SECTIONS {
        assert_refuses_flipped_bits(name, |section| Replay::<_, C>::client(section));
    }
    let client = resumed::Client::new();
    assert_eq!(client.first::<C>(&Section::read("3-1rtt")).run(), Ok(()));
    assert_refuses_flipped_bits("4-resumption", |section| client.again::<C>(section));
}

// [4.2.10-11] [5.2-6]
fn server_refuses_every_record_with_one_bit_flipped<C: Provider>() {
    for name in SECTIONS {
        assert_refuses_flipped_bits(name, |section| Replay::<_, C>::server(section));
    }
    assert_refuses_flipped_bits("4-resumption", |section| {
        let (server, first) = (resumed::Server::new(), Section::read("3-1rtt"));
        let mut replay = server.first::<C>(&first);
        assert_eq!(replay.run(), Ok(()));
        server.again::<C>(section, &replay.issued())
    });
}

fn assert_refuses_flipped_bits<R: Role, C: Provider>(
    name: &str,
    end: impl for<'s> Fn(&'s Section) -> Replay<'s, R, C>,
) {
    let section = Section::read(name);
    let conversation = end(&section).conversation;
    let peers = conversation.iter().enumerate().filter(|(_, record)| record.side != R::SIDE);
    for (at, record) in peers {
        let (bytes, reason) = weak_spots(record, R::SIDE, name);
        for byte in bytes {
            let mut replay = end(&section);
            replay.conversation[at].bytes[byte] ^= 0x10;
            match replay.run() {
                Err(Error::Refused(refusal)) => assert_eq!(refusal.reason, reason, "{name}, record {at}, byte {byte}"),
                other => panic!("{name}, record {at}, byte {byte}: {other:?}"),
            }
        }
    }
}

/// Bytes of a record, and why a change to one of them must be refused. In hellos it is the random, or, for HelloRetryRequest,
/// the cookie: nothing is wrong with the message as such, but the two ends have different transcripts.
fn weak_spots(record: &Record, us: Side, section: &str) -> (Vec<usize>, Reason) {
    const RANDOM: usize = 5 + 4 + 2;
    const COOKIE: usize = RANDOM + 32 + 1 + 2 + 1 + 2 + 6 + 6;
    let starts_as_retry_request = record.bytes.get(RANDOM) == Some(&HELLO_RETRY_REQUEST_RANDOM[0]);
    match (record.content, us) {
        (Content::ChangeCipherSpec, _) => (vec![5], Reason::BadChangeCipherSpec),
        (Content::Handshake, Side::Server) if record.is_plain() && section == "5-hrr" => {
            (vec![RANDOM, RANDOM + 31], Reason::SecondHelloChanged)
        }
        (Content::Handshake, Side::Server) if record.is_plain() && section == "4-resumption" => {
            (vec![RANDOM, RANDOM + 31, record.bytes.len() - 1], Reason::PskBinderMismatch)
        }
        (Content::Handshake, Side::Client) if record.is_plain() && starts_as_retry_request => {
            (vec![COOKIE, COOKIE + 100], Reason::BadRecordMac)
        }
        (Content::Handshake, _) if record.is_plain() => (vec![RANDOM, RANDOM + 31], Reason::BadRecordMac),
        _ => (vec![5, record.bytes.len() / 2, record.bytes.len() - 1], Reason::BadRecordMac),
    }
}

// [4.1.3-2]
fn client_of_section_7_wants_its_session_id_back<C: Provider>() {
    let section = Section::read("7-compat");
    let mut replay = Replay::<_, C>::client(&section);
    let hello = replay.conversation.iter_mut().find(|r| r.side == Side::Server).unwrap();
    hello.bytes[5 + 4 + 2 + 32 + 1] ^= 1;
    match replay.run() {
        Err(Error::Refused(refusal)) => assert_eq!(refusal.reason, Reason::SessionIdNotEchoed),
        other => panic!("{other:?}"),
    }
}

/// The RSA verification of these tests is their own, so it has to show that it can refuse.
#[test]
fn rsa_verification_of_the_replays_refuses_changed_signatures_and_contents() {
    let section = Section::read("3-1rtt");
    let chain = section.chain(Side::Server);
    let key = x509::Certificate::parse(&chain[0]).unwrap().public_key().unwrap();
    let verify = section.certificate_verify(Side::Server).unwrap();
    let signature = CertificateVerify::parse(&verify).unwrap().signature.to_vec();
    // Transcript-Hash(ClientHello..Certificate)
    let messages = section.messages(Side::Server);
    let transcript = [&section.messages(Side::Client)[0], &messages[0], &messages[1], &messages[2]];
    let mut hash = ring::digest::Context::new(&ring::digest::SHA256);
    transcript.iter().for_each(|message| hash.update(message));
    let context: &[u8] = b"TLS 1.3, server CertificateVerify\0";
    let content = [&[0x20; 64], context, hash.finish().as_ref()].concat();

    assert!(rsa_pss::verifies(key.bytes, &content, &signature));
    let flipped =
        |bytes: &[u8], at: usize| bytes.iter().enumerate().map(|(i, b)| b ^ u8::from(i == at)).collect::<Vec<_>>();
    for at in 0..signature.len() {
        assert!(!rsa_pss::verifies(key.bytes, &content, &flipped(&signature, at)), "signature, byte {at}");
    }
    for at in 0..content.len() {
        assert!(!rsa_pss::verifies(key.bytes, &flipped(&content, at), &signature), "content, byte {at}");
    }
    assert!(!rsa_pss::verifies(key.bytes, &content, &signature[1..]));
}

#[test]
fn path_validation_refuses_the_1024_bits_of_the_traces() {
    let chain = Section::read("3-1rtt").chain(Side::Server);
    let anchors = Anchors::from_der(&chain).unwrap();
    let crypto = symbolon::crypto::Ring::new();
    let verdict = x509::verify(&crypto, &[&chain[0]], &Question::new(&anchors, NOW, Purpose::Server));
    assert_eq!(verdict.err().map(|fault| fault.reason()), Some(Reason::CertificateKeyWeak));
}
