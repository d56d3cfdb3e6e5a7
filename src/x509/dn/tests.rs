use super::*;
use alloc::{string::ToString, vec::Vec};

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    [&[tag, content.len().try_into().unwrap()], content].concat()
}

/// An RDN of one attribute for each pair of OID and value.
fn rdn(attributes: &[(&[u8], u8, &[u8])]) -> Vec<u8> {
    let pair = |(oid, tag, value): &(&[u8], u8, &[u8])| tlv(0x30, &[tlv(6, oid), tlv(*tag, value)].concat());
    tlv(0x31, &attributes.iter().flat_map(pair).collect::<Vec<_>>())
}

fn within(name: &[u8], base: &[u8]) -> Option<bool> {
    Name::of_rdns(name).lies_within(Name::of_rdns(base))
}

const UTF8: u8 = 12;
const PRINTABLE: u8 = 19;
const BMP: u8 = 30;
const COUNTRY: &[u8] = &[0x55, 4, 6];

#[test]
fn a_name_lies_within_another_that_it_begins_with() {
    let (c, o) = (rdn(&[(COUNTRY, PRINTABLE, b"CH")]), rdn(&[(ORGANIZATION, UTF8, b"Works Inc")]));
    let name = [&c[..], &o].concat();
    assert_eq!(within(&name, &c), Some(true));
    assert_eq!(within(&name, &name), Some(true));
    assert_eq!(within(&name, &[]), Some(true));
    assert_eq!(within(&name, &o), Some(false));
    assert_eq!(within(&c, &name), Some(false));
    let other_spelling = [&c[..], &rdn(&[(ORGANIZATION, PRINTABLE, b" WORKS  inc ")])].concat();
    assert_eq!(within(&name, &other_spelling), Some(true));
}

#[test]
fn an_rdn_is_a_set() {
    let (cn, ou) = ((COMMON_NAME, UTF8, &b"a"[..]), (ORGANIZATIONAL_UNIT, UTF8, &b"b"[..]));
    assert_eq!(within(&rdn(&[cn, ou]), &rdn(&[ou, cn])), Some(true));
    assert_eq!(within(&rdn(&[cn, ou]), &rdn(&[cn])), Some(false));
    assert_eq!(within(&rdn(&[cn]), &rdn(&[cn, ou])), Some(false));
    assert_eq!(within(&rdn(&[cn; 9]), &rdn(&[cn])), None);
}

#[test]
fn values_that_are_not_comparable_text_are_told_apart_from_different_ones() {
    let (text, wide) = (rdn(&[(COMMON_NAME, UTF8, b"a")]), rdn(&[(COMMON_NAME, BMP, b"\0a")]));
    assert_eq!(within(&text, &wide), None);
    assert_eq!(within(&wide, &wide), Some(true));
    assert_eq!(within(b"\x31\x01\x30", &text), None);
}

#[test]
fn names_print_the_most_specific_attribute_first() {
    let print = |rdns: &[u8]| Name::of_rdns(rdns).to_string();
    let private = &[0x2b, 6, 1, 4, 1, 0x83, 0xb3, 0x3a, 1][..];
    let rdns = [
        rdn(&[(COUNTRY, PRINTABLE, b"CH")]),
        rdn(&[(private, UTF8, b"x"), (COMMON_NAME, BMP, b"\0a")]),
        rdn(&[(COMMON_NAME, UTF8, b"a,b\n'c'")]),
    ];
    assert_eq!(print(&rdns.concat()), "CN=a\\,b\\n'c',CN=#0061,1.3.6.1.4.1.55738.1=x,C=CH");
    assert_eq!(print(&[]), "(empty name)");
    let many: Vec<u8> = (0..20).flat_map(|_| rdn(&[(COUNTRY, UTF8, b"x")])).collect();
    assert_eq!(print(&many), ["C=x"; 12].join(",") + ",..");
    assert_eq!(print(&rdn(&[(&[0xff; 12], UTF8, b"x")])), ".?=x");
}
