use super::*;
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
fn what_is_unknown_cut_short_or_left_over_is_shown_raw() {
    assert_eq!(rows(&[99, 0, 0, 2, 1, 2])[2], "4+2 0 body: 0102");
    assert_eq!(rows(&[24, 0, 0, 2, 1, 2])[3], "5+1 0 (left over): 02");
    assert_eq!(rows(&[15, 0, 0, 5, 8, 4, 0, 9, 1])[3], "6+3 0 signature: (cut short): 000901");
    let unknown = [8, 0, 0, 8, 0, 6, 0x4a, 0x4a, 0, 2, 5, 6];
    assert_eq!(rows(&unknown)[3..], ["6+6 1 extension: extension 19018, 2 bytes", "10+2 2 extension_data: 0506"]);
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
        msg_type in prop::sample::select(vec![1u8, 2, 4, 8, 11, 13, 15, 20, 24]),
        body in prop::collection::vec(prop_oneof![4 => 0u8..4, 2 => 0u8..64, 1 => any::<u8>()], 0..200),
    ) {
        let mut message = vec![msg_type, 0, 0, u8::try_from(body.len()).unwrap()];
        message.extend(&body);
        covers(&dissect(&message), message.len())?;
    }

    #[test]
    fn every_extension_in_every_place(
        place in prop::sample::select(vec![1u8, 2, 4, 8, 13]),
        extension_type in prop_oneof![0u16..52, any::<u16>()],
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
