//! The reader of the vector files refuses what is malformed, and the files hold what they should.

mod util;

use util::kv::{Block, File};

const TRACES: [&str; 5] = [
    "vectors/rfc8448/3-1rtt.kv",
    RESUMPTION,
    "vectors/rfc8448/5-hrr.kv",
    "vectors/rfc8448/6-client-auth.kv",
    "vectors/rfc8448/7-compat.kv",
];

const RESUMPTION: &str = "vectors/rfc8448/4-resumption.kv";

/// In front of the one binder: the lengths of the list and of the binder (RFC 8446 4.2.11).
const BINDER_LENGTHS: [u8; 3] = [0, 33, 32];

const MESSAGES: [(&str, u8); 9] = [
    ("ClientHello", 1),
    ("ServerHello", 2),
    ("NewSessionTicket", 4),
    ("EndOfEarlyData", 5),
    ("EncryptedExtensions", 8),
    ("Certificate", 11),
    ("CertificateRequest", 13),
    ("CertificateVerify", 15),
    ("Finished", 20),
];

/// The payload of a protected record is followed by its content type and the AEAD tag.
const TYPE_AND_TAG: usize = 1 + 16;

fn parse(text: &str) -> File {
    File::parse("some.kv", text)
}

#[test]
fn reader_keeps_blocks_and_entries_in_order() {
    let text = "# about\n[first]\nB = 0001\n# aside\nA =\n\n[empty]\n\nT = \"0a b\"\n\n\nC=FF\n";
    let file = parse(text);
    let mut seen = Vec::new();
    for block in &file.blocks {
        seen.push(format!("[{}]", block.title));
        seen.extend(block.entries.iter().map(|(name, value)| format!("{name} {value:x?}")));
    }
    let first = ["[first]", "B [0, 1]", "A []"];
    let others = ["[empty]", "[empty]", "T [30, 61, 20, 62]", "[empty]", "C [ff]"];
    assert_eq!(seen, [&first[..], &others[..]].concat());
    assert_eq!(file.all("empty")[1].text("T"), "0a b");
    assert_eq!(file.block("first").array("B"), [0, 1]);
}

#[test]
#[should_panic(expected = "some.kv [box] Key: Odd number of digits")]
fn reader_refuses_half_a_byte() {
    parse("[box]\nKey = 012\n");
}

#[test]
#[should_panic(expected = "some.kv [box] Key: Invalid character 'g'")]
fn reader_refuses_what_is_not_hex() {
    parse("[box]\nKey = 0g\n");
}

#[test]
#[should_panic(expected = "some.kv [box]: no `=`: Key")]
fn reader_refuses_a_line_without_a_value() {
    parse("[box]\nKey\n");
}

#[test]
#[should_panic(expected = "some.kv [box] Key: occurs twice")]
fn reader_refuses_a_name_that_occurs_twice() {
    parse("[box]\nKey = 00\nKey = 00\n");
}

#[test]
#[should_panic(expected = "some.kv [box] Iv: missing")]
fn look_up_of_a_missing_key_panics() {
    parse("[box]\nKey = 00\n").block("box").bytes("Iv");
}

#[test]
#[should_panic(expected = "some.kv [box] Key: 2 bytes, not 3")]
fn look_up_of_an_array_of_another_length_panics() {
    parse("[box]\nKey = 0001\n").block("box").array::<3>("Key");
}

#[test]
#[should_panic(expected = "some.kv [case]: 0 such blocks, not 1")]
fn look_up_of_a_missing_block_panics() {
    parse("[box]\nKey = 00\n").block("case");
}

#[test]
#[should_panic(expected = "some.kv [box]: 2 such blocks, not 1")]
fn look_up_of_one_block_among_two_panics() {
    parse("[box]\nKey = 00\n\nKey = 01\n").block("box");
}

#[test]
#[should_panic(expected = "vectors/none.kv: ")]
fn reader_names_the_file_that_is_absent() {
    File::read("vectors/none.kv");
}

#[test]
fn traces_are_complete() {
    let counts = TRACES.map(|path| {
        let file = File::read(path);
        let entries = file.blocks.iter().map(|b| b.entries.len()).sum();
        let records = file.blocks.iter().filter(|b| b.find("CompleteRecord").is_some()).count();
        (file.blocks.len(), entries, records)
    });
    assert_eq!(counts, [(55, 109, 9), (60, 125, 10), (54, 106, 8), (52, 101, 6), (51, 102, 8)]);
}

#[test]
fn values_of_a_trace_have_the_length_of_their_kind() {
    for (path, block) in blocks() {
        for (name, value) in &block.entries {
            let expected = match name.as_str() {
                "PrivateKey" | "Salt" | "Ikm" | "Secret" | "Prk" | "Expanded" | "VerifyData" | "BinderHash" => 32,
                "PublicKey" if block.title.contains("P-256") => 65,
                "PublicKey" => 32,
                "KeyExpanded" => 16,
                "IvExpanded" => 12,
                "KeyInfo" => 13,
                "IvInfo" => 12,
                // The context of Finished is empty, that of a ticket is its nonce (RFC 8446 4.4.4, 4.6.1).
                "Hash" if label(&block.title) == "tls13 finished" => 0,
                "Hash" if block.title.contains("resumption") => 2,
                "Hash" => 32,
                // HkdfLabel (RFC 8446 7.1): length, then label and context with a length octet each.
                "Info" => 2 + 1 + label(&block.title).len() + 1 + block.bytes("Hash").len(),
                "Payload" | "CompleteRecord" => continue,
                // Without its binder, which the header counts.
                "ClientHello" | "ClientHelloPrefix" if path == RESUMPTION => {
                    4 + be16(&value[2..]) - BINDER_LENGTHS.len() - 32
                }
                message => {
                    let (_, kind) = MESSAGES.iter().find(|(n, _)| n == &message).expect(message);
                    assert_eq!(value[0], *kind, "{path} [{}] {name}", block.title);
                    4 + usize::from(value[1]) * 0x10000 + be16(&value[2..])
                }
            };
            assert_eq!(value.len(), expected, "{path} [{}] {name}", block.title);
        }
    }
}

#[test]
fn records_of_a_trace_are_as_long_as_their_header_and_payload_say() {
    for (path, block) in blocks() {
        let Some(record) = block.find("CompleteRecord") else {
            continue;
        };
        let payload = block.bytes("Payload");
        let at = format!("{path} [{}]", block.title);
        assert_eq!(record.len(), 5 + be16(&record[3..]), "{at}");
        match record[0] {
            23 => assert_eq!(record.len(), 5 + payload.len() + TYPE_AND_TAG, "{at}"),
            _ => assert_eq!(&record[5..], payload, "{at}"),
        }
    }
}

#[test]
fn handshake_records_of_a_trace_carry_the_messages_before_them() {
    for path in TRACES {
        let (mut client, mut server) = (Vec::new(), Vec::new());
        for block in &File::read(path).blocks {
            let pending = if block.title.starts_with("{client}") { &mut client } else { &mut server };
            if block.title.ends_with(" handshake message") {
                assert_eq!(block.entries.len(), 1, "{path} [{}]", block.title);
                pending.extend_from_slice(&block.entries[0].1);
            } else if block.title == "{client} calculate PSK binder" {
                pending.extend(BINDER_LENGTHS);
                pending.extend_from_slice(block.bytes("VerifyData"));
            } else if block.title.ends_with("send handshake record") {
                assert_eq!(block.bytes("Payload"), pending, "{path} [{}]", block.title);
                pending.clear();
            }
        }
        assert!(client.is_empty() && server.is_empty(), "{path}: a message that no record carries");
    }
}

#[test]
fn hkdf_cases_have_the_lengths_of_rfc_5869() {
    let file = File::read("vectors/rfc5869/hkdf.kv");
    let lengths: Vec<[usize; 5]> =
        (file.blocks.iter()).map(|b| ["Ikm", "Salt", "Info", "Prk", "Okm"].map(|name| b.bytes(name).len())).collect();
    assert_eq!(lengths, [[22, 13, 10, 32, 42], [80, 80, 80, 32, 82], [22, 0, 0, 32, 42]]);
    assert!(file.blocks.iter().all(|b| b.text("Hash") == "SHA-256"));
}

fn blocks() -> impl Iterator<Item = (&'static str, Block)> {
    TRACES.into_iter().flat_map(|path| File::read(path).blocks.into_iter().map(move |b| (path, b)))
}

/// What the output of HKDF-Expand is for. Of binders the titles do not say it.
fn label(title: &str) -> &str {
    match title.contains("PSK binder") {
        true => "tls13 finished",
        false => title.split('"').nth(1).unwrap_or_else(|| panic!("no label in [{title}]")),
    }
}

fn be16(bytes: &[u8]) -> usize {
    usize::from(u16::from_be_bytes([bytes[0], bytes[1]]))
}
