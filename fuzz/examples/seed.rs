//! Writes `corpus/<target>/`: messages and records of RFC 8448, and of handshakes of our own.

use der::{element, extension, sequence};
use std::path::Path;
use std::{fs, io};
use symbolon::config::CertificateCompression;
use symbolon::crypto::{Crypto, Hash, HashAlgorithm};
use symbolon::wire::{CompressedCertificate, Encode, HandshakeType, Writer};
use symbolon::x509::Certificate;
use symbolon_fuzz::null::Null;
use symbolon_fuzz::{own_messages, own_states, own_tickets, pki};

#[path = "../../tests/util/kv.rs"]
#[allow(dead_code)] // other readers use the rest of it
mod kv;

/// The targets of one message each, and its type.
const MESSAGES: &[(&str, HandshakeType)] = &[
    ("client_hello", HandshakeType::client_hello),
    ("server_hello", HandshakeType::server_hello),
    ("encrypted_extensions", HandshakeType::encrypted_extensions),
    ("certificate_request", HandshakeType::certificate_request),
    ("certificate_message", HandshakeType::certificate),
    ("certificate_verify", HandshakeType::certificate_verify),
    ("finished", HandshakeType::finished),
    ("key_update", HandshakeType::key_update),
    ("new_session_ticket", HandshakeType::new_session_ticket),
];

#[path = "../../tests/util/der.rs"]
#[allow(dead_code)]
mod der;

fn main() -> io::Result<()> {
    revocation()?;
    shares()?;
    let mut messages = own_messages();
    for file in ["3-1rtt", "4-resumption", "5-hrr", "6-client-auth", "7-compat"] {
        for block in kv::File::read(&format!("../vectors/rfc8448/{file}.kv")).blocks {
            let (sent, rest): (Vec<_>, Vec<_>) =
                block.entries.iter().cloned().partition(|_| block.title.contains("handshake message"));
            messages.extend(sent.into_iter().map(|(_, bytes)| bytes));
            for (key, bytes) in rest {
                match (key.as_str(), messages.last_mut()) {
                    // To a server in START: as it is.
                    ("CompleteRecord", _) => {
                        write("records", &[&[0, 0, 0, 0xf0][..], &u16_of(bytes.len()), &bytes].concat())?;
                    }
                    // A ClientHello gets its binders late.
                    ("Payload", Some(last)) if bytes.starts_with(last) => *last = bytes,
                    _ => {}
                }
            }
        }
    }
    for message in &messages {
        let (header, body) = message.split_at(4);
        let known = MESSAGES.iter().position(|(_, msg_type)| msg_type.0 == header[0]);
        let Some(at) = known else { continue };
        write(MESSAGES[at].0, body)?;
        write("round_trip", &[&[round_trip(MESSAGES[at].0)], body].concat())?;
        if let Some(body) = pre_shared_key(body).filter(|_| header[0] == HandshakeType::client_hello.0) {
            write_offered_psks(body)?;
        }
        if let Some(block) = extensions(HandshakeType(header[0]), body) {
            write("extensions", block)?;
        }
        if header[0] == HandshakeType::certificate.0 {
            for algorithm in symbolon_fuzz::algorithms() {
                if let Some(seed) = compressed(&*algorithm, body) {
                    write("compressed_certificate", &seed)?;
                }
            }
            for der in certificates(body) {
                write("x509_certificate", der)?;
                write("x509_path", &[&[5], &u16_of(der.len())[..], der].concat())?;
            }
        }
    }
    for offered in [&[(1, 32)][..], &[(9, 48), (1, 32)], &[(300, 255), (5, 32), (7, 64)]] {
        write_offered_psks(&offered_psks(offered))?;
    }
    // Ticket requests of both sides, beside early_data.
    write("extensions", &[0, 42, 0, 0, 0, 58, 0, 2, 3, 1])?;
    write("extensions", &[0, 42, 0, 0, 0, 58, 0, 1, 2])?;
    for alert in [[1, 0], [2, 40], [2, 120], [1, 90]] {
        write("alert", &alert)?;
    }
    for der in pki() {
        write("x509_certificate", der)?;
        write("pem", pem(der).as_bytes())?;
        write("x509_path", &[&[2], &u16_of(der.len())[..], der, &[0, 1]].concat())?;
    }
    for (target, seeds) in [("ticket", own_tickets()), ("ticket_state", own_states())] {
        for bytes in seeds {
            write(target, &bytes)?;
        }
    }
    write("pem", b"text\r\n-----BEGIN PRIVATE KEY-----\r\nProc-Type: 4\r\n\r\nMAA=\r\n-----END PRIVATE KEY-----\r\n")?;
    write("x509_path", &[0, 0, 0, 0, 1])?;
    for connected in [0, 1] {
        // change_cipher_spec, an alert, an empty record, data, KeyUpdate, something unknown; plain and protected.
        for protected in [0, 0x20] {
            for (content_type, content) in
                [(0, &[1][..]), (1, &[1, 0]), (1, &[2, 40]), (2, &[24, 0, 0, 1, 0]), (3, b"data"), (3, b""), (9, b"?")]
            {
                let len = u8::try_from(content.len()).expect("short");
                write("records", &[&[connected, 0, 0, protected + content_type, len], content].concat())?;
            }
        }
    }
    conversations()
}

/// The body of a CompressedCertificate that stands for this body of a Certificate, if that is shorter.
fn compressed(algorithm: &dyn CertificateCompression, certificate: &[u8]) -> Option<Vec<u8>> {
    let mut out = vec![0; certificate.len() + 64];
    let mut w = Writer::new(&mut out);
    let message = CompressedCertificate {
        algorithm: algorithm.algorithm(),
        uncompressed_length: u32::try_from(certificate.len()).expect("short"),
        compressed_certificate_message: &algorithm.compress(certificate)?,
    };
    message.encode(&mut w);
    Some(w.written().expect("it fits").to_vec())
}

/// CRLs and OCSP responses about the server of our PKI, good and otherwise. Any signature will do, but for zeros.
fn revocation() -> io::Result<()> {
    let [_, intermediate, server, _] = pki();
    let (issuer, leaf) = (Certificate::parse(intermediate).expect("ours"), Certificate::parse(server).expect("ours"));
    let algorithm = sequence(&[&element(6, b"\x2a\x86\x48\xce\x3d\x04\x03\x02")]);
    let signature = element(3, &[0, 1, 2, 3]);
    let serial = element(2, &[&[0], leaf.serial()].concat()[usize::from(leaf.serial()[0] < 0x80)..]);
    let number = extension(20, false, &[2, 1, 7]);
    let entry = |extensions: &[u8]| sequence(&[&serial, &element(0x17, b"270101000000Z"), extensions]);
    let crl = |entries: &[u8], extensions: &[u8]| {
        let entries = if entries.is_empty() { Vec::new() } else { element(0x30, entries) };
        let extensions = element(0xa0, &element(0x30, &[&number[..], extensions].concat()));
        let (this, next) = (element(0x17, b"270101000000Z"), element(0x18, b"20280101000000Z"));
        let name = issuer.subject().der();
        let tbs = sequence(&[&[2, 1, 1], &algorithm, name, &this, &next, &entries, &extensions]);
        sequence(&[&tbs, &algorithm, &signature])
    };
    let point = element(0xa0, &element(0xa0, &element(0x86, b"http://crl.test/")));
    let scopes = [
        &[][..],
        &extension(28, true, &sequence(&[&element(0x81, &[0xff])])),
        &extension(28, true, &sequence(&[&element(0x84, &[0xff])])),
        &extension(28, true, &sequence(&[&point, &element(0x83, &[7, 0x7f, 0x80])])),
        &extension(27, true, &[2, 1, 6]),
    ];
    let reason = element(0x30, &extension(21, false, &[10, 1, 1]));
    let named = extension(29, true, &sequence(&[&element(0xa4, issuer.subject().der())]));
    for extensions in scopes {
        for entries in [vec![], entry(&[]), entry(&reason), entry(&element(0x30, &named))] {
            write("crl", &crl(&entries, extensions))?;
        }
    }
    let hash = |bytes: &[u8]| {
        let mut hash = Null::new(1).hash(HashAlgorithm::Sha256);
        hash.update(bytes);
        element(4, hash.finish().as_ref())
    };
    let sha256 = sequence(&[&element(6, b"\x60\x86\x48\x01\x65\x03\x04\x02\x01"), &[5, 0]]);
    let key = issuer.public_key().expect("ours");
    let id = sequence(&[&sha256, &hash(issuer.subject().der()), &hash(key.bytes), &serial]);
    let time = |text: &[u8]| element(0x18, text);
    let next = element(0xa0, &time(b"20270201000000Z"));
    let revoked = element(0xa1, &[time(b"20270101000000Z"), element(0xa0, &[10, 1, 1])].concat());
    for responder in [element(0xa1, issuer.subject().der()), element(0xa2, &element(4, &[7; 20]))] {
        for (status, certs) in [(element(0x80, &[]), &[][..]), (revoked.clone(), server), (element(0x82, &[]), server)]
        {
            let single = sequence(&[&id, &status, &time(b"20270110000000Z"), &next]);
            let tbs = sequence(&[&responder, &time(b"20270110000000Z"), &sequence(&[&single])]);
            let certs = if certs.is_empty() { Vec::new() } else { element(0xa0, &sequence(&[certs])) };
            let basic = element(4, &sequence(&[&tbs, &algorithm, &signature, &certs]));
            let bytes = sequence(&[&element(6, b"\x2b\x06\x01\x05\x05\x07\x30\x01\x01"), &basic]);
            write("ocsp", &sequence(&[&[10, 1, 0], &element(0xa0, &bytes)]))?;
        }
    }
    write("ocsp", &sequence(&[&[10, 1, 3]]))
}

/// Good shares, those with one part spoiled, and some of the wrong length.
fn shares() -> io::Result<()> {
    let sides = [(0, "ClientShare"), (4, "ServerShare")];
    for (n, block) in (0..).zip(kv::File::read("../vectors/mlkem/hybrid.kv").blocks) {
        for (side, name) in sides {
            let good = &block.entries.iter().find(|(key, _)| key == name).expect("it is there").1;
            write("hybrid_share", &[&[n | side], &good[..]].concat())?;
            for (at, byte) in [(0, 0xff), (65, 0xff), (66, 0xff), (1184, 0), (64, 0)] {
                let mut bad = good.clone();
                bad[at.min(good.len() - 32)..][..32].fill(byte);
                write("hybrid_share", &[&[n | side], &bad[..]].concat())?;
            }
            write("hybrid_share", &[&[n | side | 8], &good[1..]].concat())?;
        }
    }
    // Alone, ML-KEM takes any bytes that are small enough.
    [&[2][..], &[6], &[10], &[14], &[2, 0xff, 0xff]].iter().try_for_each(|bytes| write("hybrid_share", bytes))
}

/// What the fuzzers of whole connections decide: nothing, one thing in each place, and each setting.
fn conversations() -> io::Result<()> {
    for target in ["psk_client", "psk_server"] {
        for deed in 10..24 {
            for settings in [0, 1, 4, 8, 16, 32, 0x62, 64] {
                write(target, &[settings])?;
                for at in [0, 2, 4] {
                    write(target, &[&[settings][..], &vec![0; at], &[deed, 0, 9, 1, 8, 2]].concat())?;
                }
            }
        }
    }
    // Tickets, in a store or not, and early data to a server that asks nobody.
    for server in [8, 24, 40, 43, 59] {
        write("pair", &[128, 0, 0, server, 0])?;
        write("pair", &[129, 0, 0, server, 0])?;
        for deed in 1..11 {
            write("pair", &[&[128, 0, 0, server, 0][..], &[0; 42], &[deed, 0, 9, 1, 8, 2]].concat())?;
        }
    }
    for target in ["client_machine", "server_machine", "pair"] {
        for setting in 0..8 {
            for at in 0..4 {
                let mut input = [0; 4];
                input[at] = 1 << setting;
                write(target, &input)?;
            }
        }
        let deeds = if target == "pair" { 1..11 } else { 10..24 };
        for deed in deeds {
            for at in 0..6 {
                let input = [&[0; 4][..], &vec![0; at], &[deed, 0, 9, 1, 8, 2]].concat();
                write(target, &input)?;
            }
        }
    }
    Ok(())
}

/// The name of a file is a hash of what it holds.
fn write(target: &str, bytes: &[u8]) -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    fs::create_dir_all(&folder)?;
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3));
    fs::write(folder.join(format!("{hash:016x}")), bytes)
}

fn u16_of(len: usize) -> [u8; 2] {
    u16::try_from(len).expect("short").to_be_bytes()
}

/// The first byte that `round_trip` reads for the target of one message.
fn round_trip(target: &str) -> u8 {
    let order = [
        "client_hello",
        "server_hello",
        "encrypted_extensions",
        "certificate_request",
        "certificate_message",
        "new_session_ticket",
        "offered_psks",
    ];
    order.iter().position(|name| *name == target).map_or(255, |at| u8::try_from(at).expect("few"))
}

/// The block of extensions in a message, without its length.
fn extensions(msg_type: HandshakeType, body: &[u8]) -> Option<&[u8]> {
    use symbolon::wire::{ClientHello, Parse, ServerHello};
    let len = match msg_type {
        HandshakeType::client_hello => {
            ClientHello::parse(body).ok()?.extensions.raw.iter().map(|(_, data)| 4 + data.len()).sum()
        }
        HandshakeType::server_hello => {
            ServerHello::parse(body).ok()?.extensions.raw.iter().map(|(_, data)| 4 + data.len()).sum()
        }
        HandshakeType::encrypted_extensions => body.len() - 2,
        HandshakeType::certificate_request => body.len() - 3,
        _ => return None,
    };
    // It is the last field of each.
    body.get(body.len() - len..)
}

/// What a ClientHello offers to resume.
fn pre_shared_key(body: &[u8]) -> Option<&[u8]> {
    use symbolon::wire::{ClientHello, Parse};
    ClientHello::parse(body).ok()?.extensions.pre_shared_key
}

/// An offer of PSKs, each by the bytes of its identity and its binder.
fn offered_psks(lengths: &[(usize, usize)]) -> Vec<u8> {
    let identity = |len: usize| [&u16_of(len)[..], &vec![7; len], &[0, 0, 0, 9]].concat();
    let binder = |len: usize| [&[u8::try_from(len).expect("short")][..], &vec![8; len]].concat();
    let identities: Vec<u8> = lengths.iter().flat_map(|(len, _)| identity(*len)).collect();
    let binders: Vec<u8> = lengths.iter().flat_map(|(_, len)| binder(*len)).collect();
    [&u16_of(identities.len())[..], &identities, &u16_of(binders.len()), &binders].concat()
}

fn write_offered_psks(body: &[u8]) -> io::Result<()> {
    write("offered_psks", body)?;
    write("round_trip", &[&[round_trip("offered_psks")], body].concat())
}

fn certificates(body: &[u8]) -> Vec<&[u8]> {
    use symbolon::wire::{Certificate, Parse};
    let parsed = Certificate::parse(body).expect("a valid message");
    parsed.certificate_list.iter().map(|entry| entry.cert_data).collect()
}

fn pem(der: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in der.chunks(48) {
        for three in line.chunks(3) {
            let bits = three.iter().chain([&0; 2]).take(3).fold(0, |bits, byte| bits << 8 | usize::from(*byte));
            for digit in 0..4 {
                let symbol = DIGITS[bits >> (18 - 6 * digit) & 63].into();
                text.push(if digit <= three.len() { symbol } else { '=' });
            }
        }
        text.push('\n');
    }
    text + "-----END CERTIFICATE-----\n"
}
