//! Several credentials on each side, and what goes beside the one that is shown: which it is, why not another, and what the
//! peer gets to see of OCSP responses and certificate timestamps.

#[path = "../util/mod.rs"]
mod util;

mod beside;
mod choice;
mod openssl;
mod reference;

use symbolon::config::{ClientConfigBuilder, ServerConfigBuilder};
use symbolon::wire::{AlertDescription, Certificate, HEADER_LEN, HandshakeType, Parse, SignatureScheme};
use symbolon::{Error, Reason, Role, StateName};
use util::pair::{End, Pair, Seen};
use util::provider::Provider;

fn pair_of(client: ClientConfigBuilder<Provider>, server: ServerConfigBuilder<Provider>) -> Pair {
    Pair::of(client.build().unwrap(), server.build().unwrap())
}

fn refused<R: Role>(end: &End<R, Provider>) -> (Reason, StateName) {
    match end.error {
        Some(Error::Refused(refusal)) => (refusal.reason, refusal.state),
        other => panic!("{other:?}"),
    }
}

fn told<R: Role>(end: &End<R, Provider>) -> AlertDescription {
    match end.error {
        Some(Error::PeerAlert(alert)) => alert.description,
        other => panic!("{other:?}"),
    }
}

/// The body of the message of this type that `end` sent.
fn sent<R: Role>(end: &End<R, Provider>, msg_type: HandshakeType) -> &[u8] {
    let message = end.seen.sent.iter().find(|message| message[0] == msg_type.0).expect("it was sent");
    &message[HEADER_LEN..]
}

fn certificate<R: Role>(end: &End<R, Provider>) -> Certificate<'_> {
    Certificate::parse(sent(end, HandshakeType::certificate)).unwrap()
}

/// What an end was told of its own choice.
fn choice_events(seen: &Seen) -> Vec<&str> {
    seen.events.iter().map(String::as_str).filter(|event| event.starts_with("Credential")).collect()
}

fn chosen(at: usize, of: usize, scheme: SignatureScheme) -> String {
    format!("CredentialChosen {{ at: {at}, of: {of}, scheme: {scheme:?} }}")
}
