//! What the fuzzers call: one function a target, of bytes, that panics where a promise of the library is broken.
//!
//! It names nothing of the fuzzer's runtime, so that the library's own tests can include it and replay the corpora.

mod compression;
mod end;
mod input;
mod machine;
mod message;
pub mod null;
mod pair;
mod records;
mod returning;
mod revocation;
mod share;
mod ticket;
mod world;
mod x509;

pub use compression::{algorithms, compressed_certificate};
pub use machine::{client_machine, server_machine};
pub use message::{
    alert, certificate_message, certificate_request, certificate_verify, client_hello, encrypted_extensions,
    extensions, finished, key_update, new_session_ticket, offered_psks, round_trip, server_hello,
};
pub use pair::pair;
pub use records::records;
pub use returning::{psk_client, psk_server};
pub use revocation::{crl, ocsp};
pub use share::hybrid_share;
pub use ticket::{ticket, ticket_state};
pub use x509::{pem, x509_certificate, x509_path};

/// The certificates of the fuzzers' own PKI.
pub fn pki() -> [&'static [u8]; 4] {
    [world::ROOT, world::INTERMEDIATE, world::SERVER, world::CLIENT]
}

/// Every message of handshakes of our own, headers included: two with certificates, and two with a ticket and early data, one of
/// each with a HelloRetryRequest.
pub fn own_messages() -> Vec<Vec<u8>> {
    let with_certificates = [0, 1].into_iter().flat_map(pair::messages);
    with_certificates.chain([0, 1].into_iter().flat_map(returning::messages)).collect()
}

/// Tickets of our own, as clients keep them.
pub fn own_tickets() -> Vec<Vec<u8>> {
    ticket::own_tickets()
}

/// What is inside of tickets of our own that are not kept with the server.
pub fn own_states() -> Vec<Vec<u8>> {
    ticket::own_states()
}

/// What a fuzzer calls.
pub type Target = fn(&[u8]);

/// Every target by its name, which is also that of its corpus.
pub const TARGETS: &[(&str, Target)] = &[
    ("client_hello", client_hello),
    ("server_hello", server_hello),
    ("encrypted_extensions", encrypted_extensions),
    ("certificate_request", certificate_request),
    ("certificate_message", certificate_message),
    ("certificate_verify", certificate_verify),
    ("compressed_certificate", compressed_certificate),
    ("finished", finished),
    ("key_update", key_update),
    ("new_session_ticket", new_session_ticket),
    ("offered_psks", offered_psks),
    ("alert", alert),
    ("extensions", extensions),
    ("round_trip", round_trip),
    ("records", |bytes| {
        records(bytes);
    }),
    ("x509_certificate", x509_certificate),
    ("x509_path", x509_path),
    ("crl", crl),
    ("ocsp", ocsp),
    ("hybrid_share", hybrid_share),
    ("pem", pem),
    ("client_machine", |bytes| {
        client_machine(bytes);
    }),
    ("server_machine", |bytes| {
        server_machine(bytes);
    }),
    ("pair", |bytes| {
        pair(bytes);
    }),
    ("psk_client", |bytes| {
        psk_client(bytes);
    }),
    ("psk_server", |bytes| {
        psk_server(bytes);
    }),
    ("ticket", |bytes| {
        ticket(bytes);
    }),
    ("ticket_state", |bytes| {
        ticket_state(bytes);
    }),
];
