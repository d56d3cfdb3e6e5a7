use super::*;
use crate::wire::{NamedGroup, PskKeyExchangeMode, is_grease_mode};
use alloc::vec;
use proptest::prelude::*;

fn rows(message: &[u8]) -> Vec<String> {
    dissect(message).iter().map(|f| format!("{}+{} {} {}: {}", f.offset, f.len, f.depth, f.name, f.value)).collect()
}

#[test]
fn fields_have_their_offsets_and_names() {
    let key_share = [0, 51, 0, 6, 0, 0x1d, 0, 2, 0xaa, 0xbb];
    let versions = [0, 43, 0, 2, 3, 4];
    let mut hello = vec![2, 0, 0, 56, 3, 3];
    hello.extend([7; 32]);
    hello.extend([0, 0x13, 1, 0, 0, 16]);
    hello.extend(key_share);
    hello.extend(versions);
    let random = "07".repeat(32);
    assert_eq!(
        rows(&hello),
        [
            "0+1 0 msg_type: server_hello (2)",
            "1+3 0 length: 56",
            "4+2 0 legacy_version: TLS_1_2 (0x0303)",
            &format!("6+32 0 random: {random}"),
            "38+1 0 legacy_session_id_echo: (empty)",
            "39+2 0 cipher_suite: TLS_AES_128_GCM_SHA256 (0x1301)",
            "41+1 0 legacy_compression_method: 0",
            "42+18 0 extensions: 16 bytes",
            "44+10 1 key_share: extension 51, 6 bytes",
            "48+2 2 group: x25519 (0x001d)",
            "50+4 2 key_exchange: aabb",
            "54+6 1 supported_versions: extension 43, 2 bytes",
            "58+2 2 selected_version: TLS_1_3 (0x0304)",
        ]
    );
}

#[test]
fn an_offer_to_resume_is_shown_with_every_identity_age_and_binder() {
    let mut hello = vec![1, 0, 0, 148, 3, 3];
    hello.extend([7; 32]);
    hello.extend([0, 0, 2, 0x13, 1, 1, 0, 0, 105]);
    hello.extend([0, 45, 0, 4, 3, 1, 0, 2]);
    hello.extend([0, 42, 0, 0]);
    hello.extend([0, 58, 0, 2, 3, 1]);
    hello.extend([0, 41, 0, 83, 0, 15, 0, 2, 0xaa, 0xbb, 1, 2, 3, 4, 0, 1, 0xcc, 0, 0, 0, 0, 0, 64, 31]);
    hello.extend([5; 31]);
    hello.push(31);
    hello.extend([6; 31]);
    let binder = |byte: &str| byte.repeat(31);
    assert_eq!(
        rows(&hello)[7..],
        [
            "45+107 0 extensions: 105 bytes",
            "47+8 1 psk_key_exchange_modes: extension 45, 4 bytes",
            "51+4 2 ke_modes: psk_dhe_ke, psk_ke, unknown 0x02",
            "55+4 1 early_data: extension 42, 0 bytes",
            "59+6 1 ticket_request: extension 58, 2 bytes",
            "63+1 2 new_session_count: 3",
            "64+1 2 resumption_count: 1",
            "65+87 1 pre_shared_key: extension 41, 83 bytes",
            "69+17 2 identities: 15 bytes",
            "71+4 3 identity: aabb",
            "75+4 3 obfuscated_ticket_age: 0x01020304",
            "79+3 3 identity: cc",
            "82+4 3 obfuscated_ticket_age: 0x00000000",
            "86+66 2 binders: 64 bytes",
            &format!("88+32 3 PskBinderEntry: {}", binder("05")),
            &format!("120+32 3 PskBinderEntry: {}", binder("06")),
        ]
    );
}

#[test]
fn tickets_and_the_end_of_early_data_are_taken_apart() {
    let expected = [8, 0, 0, 11, 0, 9, 0, 42, 0, 0, 0, 58, 0, 1, 2];
    assert_eq!(rows(&expected)[4..], ["10+5 1 ticket_request: extension 58, 1 bytes", "14+1 2 expected_count: 2"]);
    let ticket = [4, 0, 0, 22, 0, 0, 0, 60, 1, 2, 3, 4, 0, 0, 1, 9, 0, 8, 0, 42, 0, 4, 0, 0, 4, 0];
    assert_eq!(
        rows(&ticket)[2..],
        [
            "4+4 0 ticket_lifetime: 60 s",
            "8+4 0 ticket_age_add: 0x01020304",
            "12+1 0 ticket_nonce: (empty)",
            "13+3 0 ticket: 09",
            "16+10 0 extensions: 8 bytes",
            "18+8 1 early_data: extension 42, 4 bytes",
            "22+4 2 max_early_data_size: 1024 bytes",
        ]
    );
    assert_eq!(rows(&[5, 0, 0, 0]), ["0+1 0 msg_type: end_of_early_data (5)", "1+3 0 length: 0"]);
    assert_eq!(rows(&[5, 0, 0, 1, 7])[2..], ["4+1 0 (left over): 07"]);
}

// [8701-2-1]
#[test]
fn values_that_mean_nothing_are_called_grease() {
    let schemes = [13, 0, 0, 13, 0, 0, 10, 0, 13, 0, 6, 0, 4, 0x0a, 0x0a, 8, 7];
    assert_eq!(rows(&schemes)[5], "11+6 2 supported_signature_algorithms: GREASE 0x0a0a, ed25519");
    let protocols = [8, 0, 0, 12, 0, 10, 0, 16, 0, 6, 0, 4, 2, 0x1a, 0x1a, 0];
    assert_eq!(rows(&protocols)[5], "12+3 3 ProtocolName: GREASE 0x1a1a");
    for (value, name) in [(0x0b0b, "unknown"), (0x1a2a, "unknown"), (0xfafa, "GREASE"), (0x0a0a, "GREASE")] {
        assert_eq!(NamedGroup(value).to_string(), format!("{name} {value:#06x}"));
    }
    for (value, is) in [(0x0b, true), (0x2a, true), (0xe4, true), (0x0a, false), (0x2b, false), (1, false)] {
        assert_eq!(is_grease_mode(PskKeyExchangeMode(value)), is, "{value:#04x}");
    }
}

#[test]
fn a_compressed_certificate_is_shown_with_both_lengths() {
    let message = [25, 0, 0, 11, 0, 2, 0, 4, 210, 0, 0, 3, 7, 8, 9];
    assert_eq!(
        rows(&message)[2..],
        [
            "4+2 0 algorithm: brotli (2)",
            "6+3 0 uncompressed_length: 1234 bytes",
            "9+6 0 compressed_certificate_message: 3 bytes: 070809",
        ]
    );
    let request = [13, 0, 0, 12, 0, 0, 9, 0, 27, 0, 5, 4, 0, 1, 0xff, 1];
    assert_eq!(rows(&request)[5..], ["11+5 2 algorithms: zlib, unknown 0xff01"]);
}

#[test]
fn what_is_unknown_cut_short_or_left_over_is_shown_raw() {
    assert_eq!(rows(&[99, 0, 0, 2, 1, 2])[2], "4+2 0 body: 0102");
    assert_eq!(rows(&[24, 0, 0, 2, 1, 2])[3], "5+1 0 (left over): 02");
    assert_eq!(rows(&[15, 0, 0, 5, 8, 4, 0, 9, 1])[3], "6+3 0 signature: (cut short): 000901");
    let unknown = [8, 0, 0, 8, 0, 6, 0x4a, 0x4a, 0, 2, 5, 6];
    assert_eq!(rows(&unknown)[3..], ["6+6 1 GREASE: extension 19018, 2 bytes", "10+2 2 extension_data: 0506"]);
    let bad_body = [8, 0, 0, 12, 0, 10, 0, 16, 0, 2, 0, 9, 0, 28, 0, 0];
    let after = rows(&bad_body);
    assert_eq!(after[4], "10+2 2 protocol_name_list: (cut short): 0009");
    assert_eq!(after[5], "12+4 1 record_size_limit: extension 28, 0 bytes", "the next extension is read all the same");
}

/// The fields of one depth follow each other, and the outermost are all of the message.
fn covers(fields: &[Field], len: usize) -> Result<(), TestCaseError> {
    let mut at = 0;
    for field in fields.iter().filter(|f| f.depth == 0) {
        prop_assert_eq!(field.offset, at, "{}", field.name);
        at += field.len;
    }
    prop_assert_eq!(at, len);
    for pair in fields.windows(2) {
        prop_assert!(pair[0].offset <= pair[1].offset);
        prop_assert!(pair[1].depth <= pair[0].depth + 1);
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_bytes_are_taken_apart_without_a_gap(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        covers(&dissect(&bytes), bytes.len())?;
    }

    #[test]
    fn bytes_that_look_like_a_message_too(
        msg_type in prop::sample::select(vec![1u8, 2, 4, 5, 8, 11, 13, 15, 20, 24]),
        body in prop::collection::vec(prop_oneof![4 => 0u8..4, 2 => 0u8..64, 1 => any::<u8>()], 0..200),
    ) {
        let mut message = vec![msg_type, 0, 0, u8::try_from(body.len()).unwrap()];
        message.extend(&body);
        covers(&dissect(&message), message.len())?;
    }

    #[test]
    fn every_extension_in_every_place(
        place in prop::sample::select(vec![1u8, 2, 4, 8, 13]),
        extension_type in prop_oneof![0u16..60, any::<u16>()],
        body in prop::collection::vec(prop_oneof![4 => 0u8..4, 1 => any::<u8>()], 0..60),
    ) {
        let before: &[u8] = match place {
            1 | 2 => &[0; 38],
            4 => &[0; 11],
            8 => &[],
            _ => &[0],
        };
        let mut message = vec![place, 0, 0, 0];
        message.extend(before);
        let len = u16::try_from(body.len()).unwrap();
        message.extend((len + 4).to_be_bytes());
        message.extend(extension_type.to_be_bytes());
        message.extend(len.to_be_bytes());
        message.extend(&body);
        let fields = dissect(&message);
        covers(&fields, message.len())?;
        prop_assert!(fields.iter().any(|f| f.value.starts_with(&format!("extension {extension_type},"))), "{fields:?}");
    }
}
