//! Messages of real peers are read, encoders never overrun, and extensions are held against the table of RFC 8446 §4.2.

mod util;

use symbolon::wire::*;
use util::kv;
use util::samples::{self, block, encode, hello_with, hex, server_hello};

/// What `openssl s_client -tls1_2 -servername server.test -alpn h2,http/1.1 -status` of OpenSSL 3.0 sends, without
/// its headers.
const TLS_1_2_CLIENT_HELLO: &str = concat!(
    "0303076d472b3a47de08c4c613b6c72b0f71c9c38a82af342f709c64c4d273c49b0d000038c02cc030009fcca9cca8ccaac02bc02f009ec0",
    "24c028006bc023c0270067c00ac0140039c009c0130033009d009c003d003c0035002f00ff0100008100000010000e00000b736572766572",
    "2e74657374000b000403000102000a000c000a001d0017001e00190018002300000005000501000000000010000e000c0268320868747470",
    "2f312e310016000000170000000d002a0028040305030603080708080809080a080b08040805080604010501060103030301030204020502",
    "0602",
);

fn same_bytes(message: &dyn Encode, body: &[u8]) -> Result<(), ExtensionRefused> {
    assert_eq!(encode(message), body);
    Ok(())
}

#[test]
fn traces_of_rfc_8448_are_read() {
    for (path, messages) in [("3-1rtt", 8), ("4-resumption", 5), ("5-hrr", 9), ("6-client-auth", 10), ("7-compat", 7)] {
        let file = kv::File::read(&format!("vectors/rfc8448/{path}.kv"));
        let mut read = 0;
        for (name, message) in file.blocks.iter().flat_map(|b| &b.entries) {
            let body = message.get(HEADER_LEN..).unwrap_or_default();
            let checked = match name.as_str() {
                // It has no binder yet.
                "ClientHello" if path == "4-resumption" => continue,
                "ClientHello" => ClientHello::parse(body).map(|m| m.extensions.raw.check(In::ClientHello)),
                "ServerHello" if is_hello_retry_request(body) => {
                    HelloRetryRequest::parse(body).map(|m| m.extensions.raw.check(In::HelloRetryRequest))
                }
                "ServerHello" => ServerHello::parse(body).map(|m| m.extensions.raw.check(In::ServerHello)),
                "EncryptedExtensions" => EncryptedExtensions::parse(body).map(|m| m.raw.check(In::EncryptedExtensions)),
                "CertificateRequest" => {
                    CertificateRequest::parse(body).map(|m| m.extensions.raw.check(In::CertificateRequest))
                }
                "NewSessionTicket" => NewSessionTicket::parse(body).map(|m| m.extensions.check(In::NewSessionTicket)),
                "EndOfEarlyData" => EndOfEarlyData::parse(body).map(|m| same_bytes(&m, body)),
                "Certificate" => Certificate::parse(body).map(|m| same_bytes(&m, body)),
                "CertificateVerify" => CertificateVerify::parse(body).map(|m| same_bytes(&m, body)),
                "Finished" => Finished::parse(body).map(|m| same_bytes(&m, body)),
                _ => continue,
            };
            assert_eq!(checked, Ok(Ok(())), "{path} {name}");
            read += 1;
        }
        assert_eq!(read, messages, "{path}");
    }
}

#[test]
fn client_hello_of_rfc_8448_gives_its_values() {
    let file = kv::File::read("vectors/rfc8448/7-compat.kv");
    let message = file.block("{client} construct a ClientHello handshake message").bytes("ClientHello");
    let hello = ClientHello::parse(&message[HEADER_LEN..]).unwrap();
    let e = hello.extensions;
    assert_eq!(hello.legacy_session_id.len(), 32);
    assert!(hello.cipher_suites.iter().eq([0x1301, 0x1303, 0x1302].map(CipherSuite)));
    assert_eq!(e.server_name, Some(&b"server"[..]));
    assert!(e.supported_versions.unwrap().iter().eq([ProtocolVersion::TLS_1_3]));
    assert!(e.supported_groups.unwrap().contains(NamedGroup::ffdhe8192));
    assert!(!e.supported_groups.unwrap().contains(NamedGroup::x448));
    let share = e.key_share.unwrap().iter().next().unwrap();
    let ephemeral = file.block("{client} create an ephemeral x25519 key pair");
    assert_eq!(share, KeyShareEntry { group: NamedGroup::x25519, key_exchange: ephemeral.bytes("PublicKey") });
    assert_eq!(e.psk_key_exchange_modes, Some(&[1][..]));
    assert_eq!(e.raw.find(ExtensionType::renegotiation_info), Some(&[0][..]));
    assert_eq!(e.raw.find(ExtensionType::cookie), None);
}

// [4.1.3-8]
#[test]
fn retry_request_of_rfc_8448_is_told_from_the_server_hello() {
    let file = kv::File::read("vectors/rfc8448/5-hrr.kv");
    let title = "{server} construct a ServerHello handshake message";
    let bodies: Vec<_> = file.all(title).iter().map(|b| &b.bytes("ServerHello")[HEADER_LEN..]).collect();
    assert_eq!(bodies.iter().map(|b| is_hello_retry_request(b)).collect::<Vec<_>>(), [true, false]);
    let request = HelloRetryRequest::parse(bodies[0]).unwrap();
    assert_eq!(request.extensions.key_share, Some(NamedGroup::secp256r1));
    assert_eq!(request.extensions.cookie.map(<[u8]>::len), Some(0x72));
    assert!(!is_hello_retry_request(&[]));
}

#[test]
fn client_hello_of_tls_1_2_is_read() {
    let body = hex(TLS_1_2_CLIENT_HELLO);
    let hello = ClientHello::parse(&body).unwrap();
    let e = hello.extensions;
    assert_eq!(e.supported_versions, None);
    assert_eq!(e.server_name, Some(&b"server.test"[..]));
    assert!(e.status_request);
    assert!(e.alpn.unwrap().iter().eq([ProtocolName(b"h2"), ProtocolName(b"http/1.1")]));
    assert_eq!(e.raw.check(In::ClientHello), Ok(()));
}

#[test]
fn hellos_of_old_versions_may_end_before_extensions() {
    let body = hello_with(&[]);
    assert_eq!(ClientHello::parse(&body).unwrap().extensions, ClientHelloExtensions::default());
    let body = server_hello(&samples::RANDOM, &[]);
    assert_eq!(ServerHello::parse(&body).unwrap().extensions, ServerHelloExtensions::default());
}

#[test]
fn server_hello_of_tls_1_2_is_read_whatever_its_other_extensions_hold() {
    let extensions = hex("0010 ff01000100 000b00020100 00100001ff");
    let body = server_hello(&samples::RANDOM, &extensions);
    let hello = ServerHello::parse(&body).unwrap();
    assert_eq!(hello.extensions.supported_versions, None);
    assert_eq!(hello.extensions.raw.iter().count(), 3);
}

#[test]
fn bodies_of_unknown_extensions_are_not_read() {
    for unknown in [0x0a0a, 0x2a2a, 15, 21, 0xfe0d].map(ExtensionType) {
        let body = hello_with(&block(unknown, "ff"));
        let hello = ClientHello::parse(&body).unwrap();
        assert_eq!(hello.extensions.raw.find(unknown), Some(&[0xff][..]));
    }
}

#[test]
fn of_an_extension_that_occurs_twice_the_last_one_is_read_and_the_check_refuses() {
    let body = hello_with(&hex("000c 001c 0002 1000 001c 0002 2000"));
    let hello = ClientHello::parse(&body).unwrap();
    assert_eq!(hello.extensions.record_size_limit, Some(0x2000));
    let twice = ExtensionRefused::Duplicate(ExtensionType::record_size_limit, In::ClientHello);
    assert_eq!(hello.extensions.raw.check(In::ClientHello), Err(twice));
}

#[test]
fn server_names_of_unknown_types_are_skipped() {
    let body = hello_with(&block(ExtensionType::server_name, "000a 07 0002 ffff 00 0002 6162"));
    assert_eq!(ClientHello::parse(&body).unwrap().extensions.server_name, Some(&b"ab"[..]));
}

#[test]
fn key_share_may_be_empty_to_ask_for_a_retry() {
    let body = hello_with(&block(ExtensionType::key_share, "0000"));
    assert!(ClientHello::parse(&body).unwrap().extensions.key_share.unwrap().is_empty());
}

#[test]
fn unknown_request_of_key_update_is_read() {
    assert_eq!(KeyUpdate::parse(&[7]).unwrap().request_update, KeyUpdateRequest(7));
}

#[test]
fn certificate_of_a_client_may_be_empty() {
    assert!(Certificate::parse(&[0; 4]).unwrap().certificate_list.is_empty());
}

#[test]
fn encoders_report_no_room_in_every_shorter_buffer() {
    for sample in samples::all() {
        let len = encode(sample).len();
        let fits = |room| {
            let mut out = vec![0; room];
            let mut w = Writer::new(&mut out);
            sample.encode(&mut w);
            w.written().map(<[u8]>::len)
        };
        assert!((0..len).all(|room| fits(room) == Err(NoRoom)));
        assert_eq!(fits(len), Ok(len));
    }
}

#[test]
fn encoders_report_no_room_for_what_a_length_cannot_say() {
    let longer = CompressedCertificate { uncompressed_length: 1 << 24, ..samples::COMPRESSED_CERTIFICATE };
    let mut out = [0; 100];
    let mut w = Writer::new(&mut out);
    longer.encode(&mut w);
    assert_eq!(w.written(), Err(NoRoom));
    let long = [0; 256];
    let request = CertificateRequest { certificate_request_context: &long, ..samples::CERTIFICATE_REQUEST };
    let mut out = [0; 1024];
    let mut w = Writer::new(&mut out);
    request.encode(&mut w);
    assert_eq!(w.written(), Err(NoRoom));
}

#[test]
fn written_message_has_the_header_of_its_kind() {
    let mut out = [0; 64];
    let mut w = Writer::new(&mut out);
    write_message(&samples::FINISHED, &mut w);
    assert_eq!(w.written().unwrap(), [&hex("14 000020")[..], &[4; 32]].concat());
    assert_eq!(samples::HELLO_RETRY_REQUEST.kind(), HandshakeType::server_hello);
}

#[test]
fn pre_shared_key_is_the_last_extension_encoded() {
    let body = encode(&samples::CLIENT_HELLO);
    let hello = ClientHello::parse(&body).unwrap();
    assert_eq!(hello.extensions.raw.iter().last(), Some((ExtensionType::pre_shared_key, samples::PSKS)));
}

// [4.2.11.2-1]
#[test]
fn client_hello_of_rfc_8448_offers_the_ticket_of_the_connection_before() {
    let before = kv::File::read("vectors/rfc8448/3-1rtt.kv");
    let ticket = before.block("{server} construct a NewSessionTicket handshake message").bytes("NewSessionTicket");
    let ticket = NewSessionTicket::parse(&ticket[HEADER_LEN..]).unwrap();
    let file = kv::File::read("vectors/rfc8448/4-resumption.kv");
    let message = file.all("{client} send handshake record")[0].bytes("Payload");
    let extensions = ClientHello::parse(&message[HEADER_LEN..]).unwrap().extensions;
    assert!(extensions.early_data && extensions.raw.check(In::ClientHello).is_ok());
    let offered = OfferedPsks::parse(extensions.pre_shared_key.unwrap()).unwrap();
    let identities: Vec<_> = offered.identities.iter().collect();
    let [PskIdentity { identity, obfuscated_ticket_age }] = identities[..] else { panic!("{identities:?}") };
    assert_eq!(identity, ticket.ticket);
    assert!(obfuscated_ticket_age.wrapping_sub(ticket.ticket_age_add) < 60_000, "seconds pass between the two");
    let calculated = file.block("{client} calculate PSK binder");
    assert!(offered.binders.iter().eq([PskBinderEntry(calculated.bytes("VerifyData"))]));
    assert_eq!(&message[..message.len() - offered.binders_len()], calculated.bytes("ClientHelloPrefix"));
    assert_eq!(encode(&offered), extensions.pre_shared_key.unwrap());
}

// [4.2.11.2-1]
#[test]
fn binders_are_the_end_of_what_offers_them() {
    let body = encode(&samples::OFFERED_PSKS);
    let offered = OfferedPsks::parse(&body).unwrap();
    assert_eq!(offered.binders_len(), 2 + (1 + 32) + (1 + 48));
    assert_eq!(samples::OFFERED_PSKS.binders_len(), offered.binders_len());
    let (_, binders) = body.split_at(body.len() - offered.binders_len());
    assert_eq!(binders, [&hex("0052 20")[..], &[5; 32], &[48], &[6; 48]].concat());
}

// [3.5-1]
#[test]
fn own_values_equal_the_same_values_received() {
    let own = [NamedGroup::x25519, NamedGroup(0x9999)];
    let received = Vector::wire("named_group_list", 2, &[0x00, 0x1d, 0x99, 0x99]).unwrap();
    assert_eq!(Vector::items(&own), received);
    assert_ne!(Vector::items(&own[..1]), received);
    assert!(received.contains(NamedGroup(0x9999)));
    assert_eq!(format!("{received:?}"), "[x25519, unknown 0x9999]");
}

mod check {
    use super::*;

    fn check(types: &[ExtensionType], place: In) -> Result<(), ExtensionRefused> {
        let items: Vec<_> = types.iter().map(|t| Extension { extension_type: *t, extension_data: &[] }).collect();
        Extensions::items(&items).check(place)
    }

    // [4.2-2]
    #[test]
    fn refuses_known_extensions_outside_of_their_messages() {
        for (t, place) in [
            (ExtensionType::key_share, In::EncryptedExtensions),
            (ExtensionType::cookie, In::ServerHello),
            (ExtensionType::oid_filters, In::ClientHello),
            (ExtensionType::server_name, In::Certificate),
            (ExtensionType::supported_groups, In::CertificateRequest),
            (ExtensionType::pre_shared_key, In::HelloRetryRequest),
            (ExtensionType::supported_versions, In::NewSessionTicket),
            (ExtensionType::ticket_request, In::ServerHello),
        ] {
            assert_eq!(check(&[t], place), Err(ExtensionRefused::Forbidden(t)), "{t} in {place:?}");
        }
    }

    #[test]
    fn passes_extensions_in_their_messages() {
        assert_eq!(check(&[ExtensionType::early_data], In::NewSessionTicket), Ok(()));
        assert_eq!(check(&[ExtensionType::cookie, ExtensionType::key_share], In::HelloRetryRequest), Ok(()));
        assert_eq!(check(&[ExtensionType::record_size_limit], In::EncryptedExtensions), Ok(()));
        assert_eq!(check(&[ExtensionType::compress_certificate], In::CertificateRequest), Ok(()));
        assert_eq!(check(&[], In::Certificate), Ok(()));
    }

    // [4.2-1]
    #[test]
    fn passes_unknown_extensions_anywhere_but_not_twice() {
        let grease = ExtensionType(0x3a3a);
        assert_eq!(check(&[grease, ExtensionType::renegotiation_info], In::ServerHello), Ok(()));
        let apart = [grease, ExtensionType::key_share, grease];
        assert_eq!(check(&apart, In::ServerHello), Err(ExtensionRefused::Duplicate(grease, In::ServerHello)));
    }

    // [4.2-4]
    #[test]
    fn passes_as_many_unknown_extensions_as_a_block_holds_but_none_twice() {
        for count in [MAX_EXTENSIONS - 1, MAX_EXTENSIONS, MAX_EXTENSIONS + 1, 16_383] {
            let mut types: Vec<_> = (0x1000..).map(ExtensionType).take(count).collect();
            assert_eq!(check(&types, In::ClientHello), Ok(()), "{count}");
            let (first, middle, last) = (types[0], count / 2, count - 1);
            for at in [middle, last] {
                let was = std::mem::replace(&mut types[at], first);
                assert_eq!(
                    check(&types, In::ClientHello),
                    Err(ExtensionRefused::Duplicate(first, In::ClientHello)),
                    "{count}, {at}"
                );
                types[at] = ExtensionType::oid_filters;
                let refused = Err(ExtensionRefused::Forbidden(ExtensionType::oid_filters));
                assert_eq!(check(&types, In::ClientHello), refused, "{count}, {at}");
                types[at] = was;
            }
        }
    }
}
