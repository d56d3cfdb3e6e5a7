//! Reports: what is written down of a verdict, and how it is told.

use super::*;

#[test]
fn look() {
    let root = Ca::root("root");
    let expired = root.intermediate_with("twin", |params| params.not_after = date_time_ymd(2026, 2, 1));
    let orphan = Ca::root("lost").intermediate("twin");
    let leaf = expired.leaf();
    let anchors = Anchors::from_der([&root.der]).unwrap();
    let name = ServerName::dns("other.test").unwrap();
    let q = Question::new(&anchors, NOW, Purpose::Server).name(&name);
    let report = explain(&provider(), &[&leaf, &orphan.der, &expired.der, b"\x30\x00"], &q);
    println!("{report}");
    for f in report.failures() {
        println!("{:?} {:?} {:?} {}", f.rule(), f.certificate(), f.offset(), f.actual());
    }
    let q = Question::new(&anchors, Time::AtLeast(NOW), Purpose::Server);
    println!("{}", explain(&provider(), &[&root.intermediate("i").leaf(), &root.der], &q));
    println!("{}", explain(&provider(), &[&root.leaf(), &root.der], &q));
}
