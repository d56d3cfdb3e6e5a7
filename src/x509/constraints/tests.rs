use super::*;
use alloc::vec::Vec;

/// In neither list if it can't be told.
fn permitted(kind: Kind, name: &str, base: &str) -> Option<bool> {
    within(kind, name.as_bytes(), base.as_bytes(), List::Permitted)
}

#[test]
fn a_uri_is_constrained_by_its_host() {
    for (uri, base, is) in [
        ("spiffe://works.test/robot", "works.test", Some(true)),
        ("https://user@WORKS.test:8443?q", "works.test", Some(true)),
        ("https://a.works.test#f", "works.test", Some(false)),
        ("https://a.works.test", ".works.test", Some(true)),
        ("https://works.test", ".works.test", Some(false)),
        ("https://works.test@other.test/", "works.test", Some(false)),
        ("https://other.test/@works.test", "works.test", Some(false)),
        ("https://works.test", "", Some(true)),
        ("https://192.0.2.1/", "192.0.2.1", None),
        ("https://[2001:db8::1]/", "works.test", None),
        ("urn:works.test", "works.test", None),
        ("https:///works.test", "works.test", None),
    ] {
        assert_eq!(permitted(Kind::Uri, uri, base), is, "{uri} {base}");
    }
}

#[test]
fn a_malformed_name_or_constraint_is_neither_permitted_nor_clear_of_exclusion() {
    for (kind, name, base) in [
        (Kind::Dns, "a.test", ".test"),
        (Kind::Dns, "a.test", "*.test"),
        (Kind::Dns, "a..test", "test"),
        (Kind::Dns, "a.test.", "test"),
        (Kind::Dns, "*.*.test", "test"),
        (Kind::Dns, "a.t\u{e9}st", "t\u{e9}st"),
        (Kind::Email, "a.test", "test"),
        (Kind::Email, "@a.test", "a.test"),
        (Kind::Email, "a@a.test", "a@b@a.test"),
        (Kind::Ip, "four", "eight.."),
        (Kind::Ip, "five.", "eight..."),
        (Kind::OtherName, "a", "a"),
    ] {
        assert_eq!(permitted(kind, name, base), None, "{name} {base}");
    }
}

#[test]
fn the_mask_of_an_address_must_be_contiguous() {
    let name = [192, 0, 2, 1];
    for (mask, is) in [
        ([255, 255, 255, 255], Some(false)),
        ([255, 255, 255, 0], Some(true)),
        ([255, 254, 0, 0], Some(true)),
        ([0, 0, 0, 0], Some(true)),
        ([255, 0, 255, 0], None),
        ([253, 0, 0, 0], None),
    ] {
        let base = [[192, 0, 2, 0], mask].concat();
        assert_eq!(within(Kind::Ip, &name, &base, List::Excluded), is, "{mask:?}");
    }
}

#[test]
fn an_empty_constraint_covers_everything() {
    assert_eq!(permitted(Kind::Dns, "a.test", ""), Some(true));
    assert_eq!(permitted(Kind::Email, "a@a.test", ""), Some(true));
    assert_eq!(permitted(Kind::Directory, "", ""), Some(true));
}

#[test]
fn lists_that_are_empty_or_go_on_are_refused() {
    let parse = |content: &[u8]| NameConstraints::parse(content).is_ok();
    assert!(parse(b"\xa0\x05\x30\x03\x82\x01a"));
    assert!(parse(b"\xa1\x05\x30\x03\x82\x01a"));
    assert!(!parse(b"\xa0\x00"));
    assert!(!parse(b"\xa0\x05\x30\x03\x82\x01a\xa1\x00"));
    assert!(!parse(b"\xa1\x05\x30\x03\x82\x01a\xa0\x05\x30\x03\x82\x01a"));
    let mut budget = Budget::of_one_chain();
    let mut subtrees = |content| Subtrees::of(content).next(&mut budget).is_ok();
    assert!(subtrees(b"\x30\x03\x82\x01a"));
    // minimum 1
    assert!(!subtrees(b"\x30\x06\x82\x01a\x80\x01\x01"));
}

// [9549-2.2-1]
#[test]
#[cfg(feature = "alloc")]
fn a_mailbox_beyond_ascii_is_constrained_like_any_other() {
    let mailbox = |text: &str| {
        let length = |len: usize| u8::try_from(len).unwrap();
        let string = [&[0x0c, length(text.len())][..], text.as_bytes()].concat();
        [b"\x06\x08\x2b\x06\x01\x05\x05\x07\x08\x09", &[0xa0, length(string.len())][..], &string].concat()
    };
    let content = mailbox("r\u{f6}bot@Works.test");
    let name = smtp_utf8_mailbox(Kind::OtherName, &content).unwrap();
    assert_eq!(core::str::from_utf8(name).unwrap(), "r\u{f6}bot@Works.test");
    for (base, is) in [("works.test", Some(true)), (".test", Some(true)), ("other.test", Some(false))] {
        assert_eq!(within(Kind::Email, name, base.as_bytes(), List::Permitted), is, "{base}");
    }
    // One that can't be read is nobody's.
    let unreadable = smtp_utf8_mailbox(Kind::OtherName, content.get(..10).unwrap()).unwrap();
    assert_eq!(within(Kind::Email, unreadable, b"works.test", List::Permitted), None);
    // Other names of the same tag are not mailboxes.
    assert!(smtp_utf8_mailbox(Kind::OtherName, b"\x06\x01\x2a\xa0\x02\x0c\x00").is_none());
    assert!(smtp_utf8_mailbox(Kind::Email, &content).is_none());
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let len: u8 = content.len().try_into().unwrap();
    let header = if len < 0x80 { [tag, len].to_vec() } else { [tag, 0x81, len].to_vec() };
    [header, content.to_vec()].concat()
}

/// How many names are held against one constraint as long as they are.
fn compared(kind: Kind, tag: u8, base: &[u8], name: &[u8]) -> usize {
    let subtrees = tlv(0x30, &tlv(tag, base));
    let constraints = NameConstraints { permitted: None, excluded: Some(&subtrees) };
    let mut budget = Budget::of_one_chain();
    core::iter::repeat_with(|| constraints.admit_name(kind, name, &mut budget)).take_while(Result::is_ok).count()
}

#[test]
fn comparisons_are_counted_by_what_they_take() {
    let attribute = |value| tlv(0x30, &[&[6, 3, 0x55, 4, 3][..], &tlv(0x0c, value)].concat());
    let [one, eight] = [1, 8].map(|attributes| {
        let [base, name] = [b"a", b"b"].map(|value| tlv(0x31, &attribute(value).repeat(attributes)));
        compared(Kind::Directory, 0xa4, &tlv(0x30, &base), &name)
    });
    let [short, long] = [1, 30].map(|labels| compared(Kind::Dns, 0x82, &b"a.a".repeat(labels), &b"b.b".repeat(labels)));
    assert!(1000 < eight && 4 * eight < one, "{eight} of {one}");
    assert!(one < long && 4 * long < short, "{long} of {short}");
}
