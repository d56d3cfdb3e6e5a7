//! zlib and brotli themselves: what they make of certificates, and of what a peer sends instead.

use super::util::pair::{Pair, World};
use super::{compressed_by, given_changed, sent};
use allocation_counter::measure;
use proptest::prelude::*;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;
use symbolon::config::{Brotli, CertificateCompression, CompressionError, Zlib};
use symbolon::crypto::{Crypto, Hash, SignatureAlgorithm};
use symbolon::wire::{
    Certificate, CertificateCompressionAlgorithm, CertificateVerify, CompressedCertificate, HEADER_LEN, HandshakeType,
    Parse,
};
use symbolon::{Reason, x509};

fn both() -> [Arc<dyn CertificateCompression>; 2] {
    [Arc::new(Zlib), Arc::new(Brotli)]
}

fn expand(with: &dyn CertificateCompression, compressed: &[u8], len: usize) -> Result<Vec<u8>, CompressionError> {
    let mut out = vec![0; len];
    with.decompress(compressed, &mut out).map(|()| out)
}

/// The body of the Certificate message of `server.test`, as it goes uncompressed.
fn certificate() -> Vec<u8> {
    let mut pair = World::new().pair();
    pair.run();
    sent(&pair.server, HandshakeType::certificate).unwrap()[HEADER_LEN..].to_vec()
}

fn connected(algorithms: Vec<Arc<dyn CertificateCompression>>) -> Pair {
    let world = World::new();
    let client = world.client_config().certificate_compression(algorithms.clone());
    let server = world.server_config().certificate_compression(algorithms);
    let mut pair = Pair::of(client.build().unwrap(), server.build().unwrap());
    pair.run();
    pair.assert_connected();
    pair
}

// [8879-3-1]
#[test]
fn mutual_handshakes_go_with_zlib_and_with_brotli_and_take_fewer_bytes() {
    let plain = connected(vec![]);
    let bytes = |pair: &Pair| -> usize {
        let messages = pair.client.seen.sent.iter().chain(&pair.server.seen.sent);
        messages.filter(|m| [HandshakeType::certificate.0, 25].contains(&m[0])).map(Vec::len).sum()
    };
    let before = bytes(&plain);
    println!("figure: certificates_of_a_mutual_handshake_bytes = {before}");
    for with in both() {
        let algorithm = with.algorithm();
        let pair = connected(vec![with]);
        assert_eq!(compressed_by(&pair), [Some(algorithm); 2]);
        let after = bytes(&pair);
        println!("figure: certificates_of_a_mutual_handshake_by_{algorithm}_bytes = {after}");
        assert!(after < before * 9 / 10, "{algorithm}: {after} of {before}");
    }
    let [zlib, brotli] = both();
    let preferred = connected(vec![brotli, zlib]);
    assert_eq!(compressed_by(&preferred), [Some(CertificateCompressionAlgorithm::brotli); 2]);
}

// [8879-4-6]
#[test]
fn the_signature_of_the_server_covers_the_message_as_it_was_sent() {
    let pair = connected(vec![Arc::new(Zlib)]);
    let crypto = super::util::provider::provider();
    let of = |message: HandshakeType| sent(&pair.server, message).unwrap();
    let suite = symbolon::crypto::SuiteParams::of(pair.client.conn.negotiated().suite.unwrap()).unwrap();
    let mut transcript = crypto.hash(suite.hash);
    transcript.update(sent(&pair.client, HandshakeType::client_hello).unwrap());
    for message in [
        HandshakeType::server_hello,
        HandshakeType::encrypted_extensions,
        HandshakeType::certificate_request,
        HandshakeType::compressed_certificate,
    ] {
        transcript.update(of(message));
    }
    let context = b"TLS 1.3, server CertificateVerify\0";
    let content = [&[0x20; 64][..], context, transcript.finish().as_ref()].concat();
    let compressed = CompressedCertificate::parse(&of(HandshakeType::compressed_certificate)[HEADER_LEN..]).unwrap();
    let len = usize::try_from(compressed.uncompressed_length).unwrap();
    let body = expand(&Zlib, compressed.compressed_certificate_message, len).unwrap();
    let leaf = Certificate::parse(&body).unwrap().certificate_list.iter().next().unwrap();
    let key = x509::Certificate::parse(leaf.cert_data).unwrap().public_key().unwrap();
    let verify = CertificateVerify::parse(&of(HandshakeType::certificate_verify)[HEADER_LEN..]).unwrap();
    let algorithm = SignatureAlgorithm::of_scheme(verify.algorithm).unwrap();
    crypto.verify(algorithm, key.bytes, &content, verify.signature).unwrap();
}

/// Runs a Python program on `input`; `None` if there is none, or not what it imports.
fn python(program: &str, input: &[u8]) -> Option<Vec<u8>> {
    let mut child = Command::new("python3")
        .args(["-c", &format!("import sys\n{program}")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    child.stdin.take()?.write_all(input).ok()?;
    let output = child.wait_with_output().ok()?;
    output.status.success().then_some(output.stdout)
}

#[test]
fn python_expands_what_we_compress_and_we_expand_what_it_compresses() {
    let certificate = certificate();
    for (with, module) in both().iter().zip(["zlib", "brotli"]) {
        if python(&format!("import {module}"), &[]).is_none() {
            let _ = writeln!(std::io::stderr(), "skipped: python3 with its module {module} is not here");
            continue;
        }
        let run = |function: &str, input: &[u8]| {
            let program = format!("import {module}\nsys.stdout.buffer.write({module}.{function})");
            python(&program.replace("INPUT", "sys.stdin.buffer.read()"), input).unwrap()
        };
        let ours = with.compress(&certificate).unwrap();
        assert!(run("decompress(INPUT)", &ours) == certificate, "{module}");
        let theirs = run("compress(INPUT)", &certificate);
        assert_eq!(expand(&**with, &theirs, certificate.len()).as_ref(), Ok(&certificate), "{module}");
    }
}

// [8879-4-3]
#[test]
fn a_stream_is_used_up_to_its_last_byte_and_fills_the_room_to_its_last() {
    let certificate = certificate();
    for with in both() {
        let compressed = with.compress(&certificate).unwrap();
        assert_eq!(expand(&*with, &compressed, certificate.len()).as_ref(), Ok(&certificate));
        for len in [0, 1, certificate.len() - 1, certificate.len() + 1, 1 << 16] {
            assert_eq!(expand(&*with, &compressed, len), Err(CompressionError), "{with:?}: {len}");
        }
        for cut in 0..compressed.len() {
            assert!(expand(&*with, &compressed[..cut], certificate.len()).is_err(), "{with:?}: {cut}");
        }
        let longer = [&compressed[..], &[0]].concat();
        assert!(expand(&*with, &longer, certificate.len()).is_err(), "{with:?}: a byte behind its end");
        assert!(expand(&*with, &[&compressed[..], &compressed].concat(), certificate.len()).is_err());
    }
}

// [8879-4-4] [8879-5-1]
#[test]
fn a_stream_that_expands_to_a_thousand_times_its_length_gets_the_room_announced_and_no_more() {
    let zeros = vec![0; 1 << 24];
    for with in both() {
        let bomb = with.compress(&zeros).unwrap();
        assert!(bomb.len() < 1 << 16, "{with:?}: {}", bomb.len());
        let mut out = vec![0; 1 << 16];
        let heap = measure(|| assert_eq!(with.decompress(&bomb, &mut out), Err(CompressionError)));
        println!("figure: bomb_peak_heap_{}_bytes = {}", with.algorithm(), heap.bytes_max);
        assert!(heap.bytes_max < 1 << 18, "{with:?}: {} bytes", heap.bytes_max);
    }
}

// [8879-5-1]
#[test]
fn a_window_of_16_mib_is_not_given_to_a_stream_that_announces_less() {
    // RFC 7932 §9.1, §9.2: WBITS 24; not the last meta-block, uncompressed, of 2^24 bytes.
    let hostile = [&[0xcf, 0xff, 0xff, 0xff][..], &[7; 1000]].concat();
    let mut out = vec![0; 1000];
    let heap = measure(|| assert_eq!(Brotli.decompress(&hostile, &mut out), Err(CompressionError)));
    assert!(heap.bytes_max < 1 << 16, "{} bytes", heap.bytes_max);
}

#[test]
fn what_would_not_be_shorter_is_not_worth_it() {
    let mut state = 1_u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    })
    .take(1000)
    .collect();
    for with in both() {
        assert_eq!(with.compress(&noise), None, "{with:?}");
        assert_eq!(with.compress(&[]), None, "{with:?}");
    }
}

// [8879-4-6]
#[test]
fn a_byte_changed_in_what_zlib_or_brotli_compressed_never_connects() {
    for with in both() {
        let reasons = given_changed(&vec![with]);
        let tampered = reasons.iter().flatten().filter(|reason| **reason == Reason::CertificateExpandsWrong).count();
        assert!(tampered > 0, "{reasons:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_compressed_expands_to_itself(words in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 1..6), order in prop::collection::vec(any::<prop::sample::Index>(), 1..200)) {
        let text: Vec<u8> = order.iter().flat_map(|at| at.get(&words).clone()).collect();
        for with in both() {
            if let Some(compressed) = with.compress(&text) {
                prop_assert!(compressed.len() < text.len());
                prop_assert_eq!(expand(&*with, &compressed, text.len()), Ok(text.clone()));
            }
        }
    }

    #[test]
    fn no_bytes_take_more_than_their_room(bytes in prop::collection::vec(any::<u8>(), 0..2000), len in 0..4096_usize) {
        for with in both() {
            let _ = expand(&*with, &bytes, len);
        }
    }

    #[test]
    fn no_change_of_a_stream_takes_more_than_its_room(at in any::<prop::sample::Index>(), with in any::<u8>(), more in 0..3000_usize) {
        let text = b"certificates are much alike, and certificates are long".repeat(40);
        for algorithm in both() {
            let mut compressed = algorithm.compress(&text).unwrap();
            *at.get_mut(&mut compressed) ^= with;
            let mut out = vec![0; more];
            let heap = measure(|| { let _ = algorithm.decompress(&compressed, &mut out); });
            prop_assert!(heap.bytes_max < 4 << 20);
        }
    }
}
