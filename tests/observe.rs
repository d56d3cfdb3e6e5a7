//! What an observer is told, and the figure that is printed of it.

mod util;

use symbolon::{Anchors, ClientConfig, Reason, crypto::Ring};
use util::pair::{Pair, World};
use util::pki::Pki;

#[test]
fn a_certificate_that_is_refused_is_shown_all_the_same() {
    let (world, stranger) = (World::new(), Pki::new("stranger"));
    let anchors = Anchors::from_pem(stranger.root.pem.as_bytes()).unwrap();
    let client = ClientConfig::builder(Ring::new()).anchors(anchors).build().unwrap();
    let mut pair = Pair::of(client, world.server_config().build().unwrap());
    pair.run();
    let Some(symbolon::Error::Refused(refusal)) = pair.client.error else { panic!("{:?}", pair.client.error) };
    assert_eq!(refusal.reason, Reason::CertificateIssuerUnknown);
    assert_eq!(pair.client.seen.events.iter().filter(|event| *event == "recv Certificate").count(), 1);
}
