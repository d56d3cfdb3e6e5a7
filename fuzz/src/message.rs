//! Parsers of messages: what they accept survives its own encoding, and all of it can be read.

use symbolon::wire::*;

/// The encoding of `message`: of its body, without a header.
fn encode(message: &dyn Encode, len: usize) -> Vec<u8> {
    // Fields that a peer left out have a length of their own in our encoding.
    let mut out = vec![0; len + 64];
    let mut w = Writer::new(&mut out);
    message.encode(&mut w);
    w.written().expect("an encoding is hardly longer than what was parsed").to_vec()
}

/// Parses `$bytes`, and what is parsed again from its own encoding. The block of extensions as received, which is never
/// encoded, is set aside.
macro_rules! survive {
    ($type:ident, $bytes:expr $(, except $($raw:ident).+)?) => {{
        let parsed = $type::parse($bytes).ok();
        if let Some(parsed) = &parsed {
            let body = encode(parsed, $bytes.len());
            #[allow(unused_mut)]
            let mut again = $type::parse(&body).expect("what was encoded can be parsed");
            assert_eq!(encode(&again, body.len()), body);
            #[allow(unused_mut)]
            let mut once = *parsed;
            $(once.$($raw).+ = Extensions::EMPTY; again.$($raw).+ = Extensions::EMPTY;)?
            assert_eq!(again, once);
        }
        parsed
    }};
}

/// Holds a block against the table of every message.
fn check(block: Extensions<'_>) {
    for place in [
        In::ClientHello,
        In::ServerHello,
        In::HelloRetryRequest,
        In::EncryptedExtensions,
        In::CertificateRequest,
        In::Certificate,
        In::NewSessionTicket,
    ] {
        if block.check(place).is_ok() {
            for (extension_type, body) in block.iter() {
                assert_eq!(block.find(extension_type), Some(body), "none occurs twice");
            }
        }
    }
}

pub fn client_hello(bytes: &[u8]) {
    if let Some(hello) = survive!(ClientHello, bytes, except extensions.raw) {
        check(hello.extensions.raw);
        if let Some(body) = hello.extensions.pre_shared_key {
            offered_psks(body);
        }
    }
}

/// Of HelloRetryRequest, too.
pub fn server_hello(bytes: &[u8]) {
    if is_hello_retry_request(bytes)
        && let Some(hello) = survive!(HelloRetryRequest, bytes, except extensions.raw)
    {
        check(hello.extensions.raw);
    }
    if let Some(hello) = survive!(ServerHello, bytes, except extensions.raw) {
        check(hello.extensions.raw);
    }
}

pub fn encrypted_extensions(bytes: &[u8]) {
    if let Some(extensions) = survive!(EncryptedExtensions, bytes, except raw) {
        check(extensions.raw);
    }
}

pub fn certificate_request(bytes: &[u8]) {
    if let Ok(request) = CertificateRequest::parse(bytes) {
        check(request.extensions.raw);
        // Without an extension that is known it encodes to an empty block, which is too short.
        let known = CertificateRequestExtensions { raw: Extensions::EMPTY, ..request.extensions };
        if known != CertificateRequestExtensions::default() {
            survive!(CertificateRequest, bytes, except extensions.raw);
        }
    }
}

pub fn certificate_message(bytes: &[u8]) {
    if let Some(certificate) = survive!(Certificate, bytes) {
        for entry in certificate.certificate_list.iter() {
            check(entry.extensions);
            let staple = entry.ocsp_response().ok().flatten();
            assert!(staple.is_none_or(|staple| !staple.is_empty() && staple.len() < bytes.len()));
            let timestamps = entry.timestamps().ok().flatten();
            assert!(timestamps.is_none_or(|list| list.iter().count() > 0 && list.iter().all(|sct| !sct.0.is_empty())));
        }
    }
}

pub fn compressed_certificate(bytes: &[u8]) {
    survive!(CompressedCertificate, bytes);
}

pub fn certificate_verify(bytes: &[u8]) {
    survive!(CertificateVerify, bytes);
}

pub fn finished(bytes: &[u8]) {
    survive!(Finished, bytes);
}

pub fn key_update(bytes: &[u8]) {
    survive!(KeyUpdate, bytes);
}

pub fn new_session_ticket(bytes: &[u8]) {
    if let Some(ticket) = survive!(NewSessionTicket, bytes, except extensions) {
        check(ticket.extensions);
    }
}

/// The body of the extension. It has one encoding only, and ends with its binders.
pub fn offered_psks(bytes: &[u8]) {
    if let Some(offered) = survive!(OfferedPsks, bytes) {
        assert_eq!(encode(&offered, bytes.len()), bytes);
        let identities: usize = offered.identities.iter().map(|psk| 2 + psk.identity.len() + 4).sum();
        assert_eq!(2 + identities + offered.binders_len(), bytes.len());
        assert!(offered.binders.iter().all(|binder| (32..=255).contains(&binder.0.len())));
    }
}

pub fn alert(bytes: &[u8]) {
    if let Some(alert) = survive!(Alert, bytes) {
        assert!(!alert.description.meaning().is_empty() && !alert.description.to_string().is_empty());
    }
}

/// One block, as it would stand in each of the messages.
pub fn extensions(bytes: &[u8]) {
    let Ok(block) = Extensions::parse("extensions", bytes) else { return };
    check(block);
    let Ok(len) = u16::try_from(bytes.len()) else { return };
    let behind = |front: &[u8]| [front, &len.to_be_bytes(), bytes].concat();
    let mut hello = [3; 2 + 32 + 9];
    hello[34..].copy_from_slice(&[0, 0, 2, 0x13, 1, 1, 0, 0, 0]);
    client_hello(&behind(&hello[..41]));
    hello[34..38].copy_from_slice(&[0, 0x13, 1, 0]);
    server_hello(&behind(&hello[..38]));
    hello[2..34].copy_from_slice(&HELLO_RETRY_REQUEST_RANDOM);
    server_hello(&behind(&hello[..38]));
    encrypted_extensions(&behind(&[]));
    certificate_request(&behind(&[0]));
    new_session_ticket(&behind(&[0, 0, 0, 9, 0, 0, 0, 9, 0, 0, 1, 9]));
}

/// The first byte tells which message the others are.
pub fn round_trip(bytes: &[u8]) {
    let Some((which, body)) = bytes.split_first() else { return };
    let parsers = [
        client_hello,
        server_hello,
        encrypted_extensions,
        certificate_request,
        certificate_message,
        new_session_ticket,
        offered_psks,
    ];
    match parsers.get(usize::from(*which)) {
        Some(parser) => parser(body),
        None => {
            certificate_verify(body);
            finished(body);
            key_update(body);
            survive!(EndOfEarlyData, body);
            alert(body);
            survive!(RecordHeader, body);
        }
    }
}
