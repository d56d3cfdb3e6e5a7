//! What a CRL takes of the heap once it is loaded: counted, never timed.
#![cfg(all(feature = "std", feature = "ring"))]

mod util;

use allocation_counter::measure;
use symbolon::Anchors;
use symbolon::crypto::Ring;
use symbolon::x509::Crls;
use util::ca::Ca;
use util::crl::Crl;

const ENTRIES: u32 = 1_000_000;
const MOST: u64 = 24;

#[test]
fn a_million_entries_take_at_most_24_bytes_each() {
    let ca = Ca::root_with("root", |params| params.key_usages.push(rcgen::KeyUsagePurpose::CrlSign));
    // The longest serial numbers there are, in an order that is not theirs.
    let serial = |n: u32| {
        let mut serial = [0x5a; 20];
        serial[..4].copy_from_slice(&(n.wrapping_mul(0x9e37_79b1) >> 1 | 0x0100_0000).to_be_bytes());
        serial[16..].copy_from_slice(&n.to_be_bytes());
        serial
    };
    let serials: Vec<[u8; 20]> = (0..ENTRIES).map(serial).collect();
    let der = Crl::of(&ca, &serials.iter().map(<[u8; 20]>::as_slice).collect::<Vec<_>>()).sign(&ca);
    let issuers = Anchors::from_der([&ca.der]).unwrap();
    let mut crls = Crls::default();
    let taken = measure(|| crls = Crls::from_der(&Ring::new(), &[&der], &issuers).unwrap());
    let list = crls.iter().next().unwrap();
    assert!(list.is_verified());
    assert_eq!(list.len(), serials.len());
    assert!(serials.iter().step_by(997).all(|serial| list.find(serial).is_some()));
    assert_eq!(list.find(&[1]), None);
    let each = taken.bytes_current as f64 / f64::from(ENTRIES);
    println!("figure: bytes of heap per entry of a CRL of {ENTRIES} entries = {each:.3}");
    assert!(taken.bytes_current <= (u64::from(ENTRIES) * MOST) as i64, "{each} bytes per entry");
}
