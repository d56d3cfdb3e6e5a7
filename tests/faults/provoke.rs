//! The cases of `described.kv` that are not about a chain: what has no fixed bytes, or is a failure of our own.

use super::certificates::by_certificate;
use super::psk::{client_by_psk, server_by_psk};
use super::revocation::by_revocation;
use super::util::null::{Null, NullSigner, Primitive, TAG};
use super::util::pair::{ClientRole, End, ServerRole};
use super::util::plain::{Record, bring, encoded, framed, local, records};
use super::{WORLD, client_at, client_config, client_of, for_vectors, server_at, server_config, server_of};
use symbolon::wire::{
    AlertDescription, Certificate, CertificateEntry, CertificateRequest, CertificateRequestExtensions, ClientHello,
    ContentType, HEADER_LEN, Parse, SignatureScheme, Vector,
};
use symbolon::{Answer, ClientConfig, RecvBuf, SendBuf, ServerConfig, Signing};

/// A protected record whose inner plaintext is `inner`.
fn sealed(inner: &[u8]) -> Vec<u8> {
    framed(ContentType::application_data, &[inner, &TAG].concat())
}

/// A server's or client's Certificate message in sealed records that the limit of the client lets through.
pub(crate) fn certificate(chain: &[&[u8]]) -> Vec<u8> {
    let entries: Vec<CertificateEntry<'_>> = chain.iter().map(|der| CertificateEntry::new(der)).collect();
    let message = Certificate { certificate_request_context: &[], certificate_list: Vector::items(&entries) };
    encoded(&message).chunks(1000).flat_map(|part| Record::new(true, ContentType::handshake, part).sealed()).collect()
}

/// A good ClientHello, but for the promise of early data.
fn hello(early_data: bool) -> Vec<u8> {
    let mut client = client_of(client_config());
    client.drive();
    let sent = records(&client.take_output());
    let mut hello = ClientHello::parse(&sent[0].content[HEADER_LEN..]).unwrap();
    hello.extensions.early_data = early_data;
    Record::new(false, ContentType::handshake, &encoded(&hello)).sealed()
}

pub(crate) fn client(title: &str, state: &str) -> End<ClientRole, Null> {
    if let Some(end) = by_certificate(title).or_else(|| by_revocation(title)).or_else(|| client_by_psk(title)) {
        return end;
    }
    let broken = |primitive| for_vectors(ClientConfig::builder(Null::broken(7, primitive)).anchors(WORLD.anchors()));
    let mut end = match title {
        "a source of randomness that fails" => client_of(broken(Primitive::Random)),
        "a key exchange that fails to make a private key" => client_of(broken(Primitive::KxGenerate)),
        "a key exchange that fails to write its share" => client_of(broken(Primitive::KxShare)),
        "an AEAD that refuses its key" => client_of(broken(Primitive::AeadKey)),
        _ => client_at(state),
    };
    match title {
        "a record with a tag that is not the AEAD's" => {
            end.give(&framed(ContentType::application_data, &[b"data\x17", &[0; 16][..]].concat()));
        }
        "a protected record shorter than a tag" => end.give(&framed(ContentType::application_data, &[0; 15])),
        "a protected record of zeros" => end.give(&sealed(&[0; 9])),
        "an inner plaintext one byte above the record_size_limit of the client" => {
            end.give(&sealed(&[&[b'x'; 1024][..], &[23]].concat()));
        }
        "a client that is never anonymous without a scheme in common" => {
            let credential = WORLD.credential(&WORLD.client, local()).sign_with([SignatureScheme::ed25519]);
            let config = for_vectors(WORLD.client_config().credential(credential).never_anonymous(true));
            end = bring(client_of(config), server_of(server_config()), state);
            let schemes = Some(Vector::items(&[SignatureScheme::ecdsa_secp256r1_sha256]));
            let extensions = CertificateRequestExtensions { signature_algorithms: schemes, ..Default::default() };
            let request = CertificateRequest { certificate_request_context: &[], extensions };
            end.give(&Record::new(true, ContentType::handshake, &encoded(&request)).sealed());
        }
        "an AEAD that refuses its key" => {
            end.drive();
            let mut peer = server_of(server_config());
            peer.give(&end.take_output());
            end.give(&peer.take_output());
        }
        "a send buffer of 64 bytes" => {
            end = client_of(client_config());
            end.tx = SendBuf::over(vec![0; 64].leak());
            end.drive();
        }
        "the application gives up" => end.error = Some(end.conn.cancel(&mut end.tx)),
        _ => {
            end.drive();
        }
    }
    end
}

pub(crate) fn server(title: &str, state: &str) -> End<ServerRole, Null> {
    if let Some(end) = server_by_psk(title) {
        return end;
    }
    let signing = |signer: NullSigner| WORLD.credential(&WORLD.server, Signing::Local(Box::new(signer)));
    let broken = ServerConfig::builder(Null::broken(7, Primitive::AeadKey)).credential(signing(NullSigner::P256));
    let mut end = match title {
        "a server that has no credential for the name" => server_of(server_config().ask_credential()),
        "a signing key that fails" => {
            server_of(WORLD.server_config().credential(signing(NullSigner { works: false, ..NullSigner::P256 })))
        }
        "an AEAD that refuses its key, at the server" => server_of(broken),
        _ => server_at(state),
    };
    match title {
        "an inner plaintext of 2^14 + 2 bytes" => end.give(&sealed(&[23; 16386])),
        "more than 2^14 bytes of early data, with what protects them, behind the ClientHello" => {
            end.give(&hello(true));
            end.take_output();
            end.give(&framed(ContentType::application_data, &[0x5a; (1 << 14) + 1]));
        }
        "a record of 512 bytes for a receive buffer of 64" => {
            end.rx = RecvBuf::over(vec![0; 64].leak());
            end.give(&framed(ContentType::handshake, &[1; 512])[..64]);
        }
        "a server that has no credential for the name" => {
            end.give(&hello(false));
            let End { conn, rx, tx, seen, .. } = &mut end;
            let answered = conn.answer_with(Answer::Credential(None), rx, tx, seen).unwrap();
            end.error = answered.map(|_| ()).err();
        }
        "a server's certificate shown by the client" => end.give(&certificate(&WORLD.chain(&WORLD.server))),
        "a client who is not on the allow list" => {
            end.give(&certificate(&WORLD.chain(&WORLD.pki.client("stranger.test"))));
        }
        "the application refuses its client" => {
            end.error = Some(end.conn.refuse(AlertDescription::handshake_failure, &mut end.tx));
        }
        "the application gives up, at the server" => end.error = Some(end.conn.cancel(&mut end.tx)),
        _ => end.give(&hello(false)),
    }
    end
}
