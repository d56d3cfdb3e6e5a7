//! The choice among random credentials for random peers equals that of a plain reference, which sorts.

use super::util::pair::Pair;
use super::util::pki::{Chain, NOW, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, Pki};
use super::util::provider::{Provider, local, provider};
use super::{choice_events, chosen};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use std::sync::{Arc, LazyLock};
use symbolon::wire::SignatureScheme;
use symbolon::x509::Certificate;
use symbolon::{
    Allow, Anchors, AuthorityHints, ClientAuth, ClientConfig, ClientWith, Credential, Reason, ServerConfig, ServerName,
    ServerWith, UnixTime,
};

/// One scheme for each PKI, in whose order they are.
const SCHEMES: [SignatureScheme; 3] =
    [SignatureScheme::ecdsa_secp256r1_sha256, SignatureScheme::ecdsa_secp384r1_sha384, SignatureScheme::ed25519];
const NAMES: [&str; 2] = ["a.test", "b.test"];

/// Three PKIs, and of each a certificate with either name. Keys are slow to make.
static PKIS: LazyLock<[(Pki, [Chain; 2]); 3]> = LazyLock::new(|| {
    [&PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384, &PKCS_ED25519].map(|algorithm| {
        let pki = Pki::with(&format!("{algorithm:?}"), algorithm);
        let chains = NAMES.map(|name| pki.server(name));
        (pki, chains)
    })
});

#[derive(Clone, Debug)]
struct Ours {
    pki: usize,
    name: usize,
    sign_with: Option<Vec<SignatureScheme>>,
    hints: Option<AuthorityHints>,
}

impl Ours {
    fn credential(&self) -> Credential {
        let mut credential = local(&PKIS[self.pki].1[self.name]);
        if let Some(schemes) = &self.sign_with {
            credential = credential.sign_with(schemes.clone());
        }
        match self.hints {
            Some(hints) => credential.authority_hints(hints),
            None => credential,
        }
    }
}

/// What the peer says.
#[derive(Clone, Debug)]
struct Theirs {
    schemes: Vec<SignatureScheme>,
    more_in_certificates: Vec<SignatureScheme>,
    /// The PKIs whose roots it names; none at all if that is empty.
    authorities: Vec<usize>,
    /// The name that a client asks for.
    name: Option<usize>,
}

/// Sorts those that fit by what they lack, and takes the first.
fn reference(ours: &[Ours], hints: AuthorityHints, theirs: &Theirs) -> Option<usize> {
    let named = |ours: &Ours| theirs.authorities.is_empty() || theirs.authorities.contains(&ours.pki);
    let mut fit: Vec<([bool; 3], usize)> = Vec::new();
    for (at, one) in ours.iter().enumerate() {
        let scheme = SCHEMES[one.pki];
        let signs =
            theirs.schemes.contains(&scheme) && one.sign_with.as_ref().is_none_or(|schemes| schemes.contains(&scheme));
        let must_match = one.hints.unwrap_or(hints) == AuthorityHints::Require;
        if signs && (named(one) || !must_match) {
            let other_name = theirs.name.is_some_and(|name| name != one.name);
            let taken = theirs.schemes.contains(&scheme) || theirs.more_in_certificates.contains(&scheme);
            fit.push(([other_name, !named(one), !taken], at));
        }
    }
    fit.sort();
    fit.first().map(|(_, at)| *at)
}

fn hints() -> impl Strategy<Value = AuthorityHints> {
    select(vec![AuthorityHints::Prefer, AuthorityHints::Require])
}

fn ours() -> impl Strategy<Value = Vec<Ours>> {
    let one = (0..3_usize, 0..2_usize, option::of(subsequence(SCHEMES.to_vec(), 0..=3)), option::of(hints()));
    vec(one.prop_map(|(pki, name, sign_with, hints)| Ours { pki, name, sign_with, hints }), 1..6)
}

fn theirs() -> impl Strategy<Value = Theirs> {
    let schemes = subsequence(SCHEMES.to_vec(), 1..=3).prop_shuffle();
    let more = subsequence(SCHEMES.to_vec(), 0..=3);
    (schemes, more, subsequence(vec![0, 1, 2], 0..=3), 0..2_usize).prop_map(
        |(schemes, more_in_certificates, authorities, name)| Theirs {
            more_in_certificates: more_in_certificates.into_iter().filter(|s| !schemes.contains(s)).collect(),
            schemes,
            authorities,
            name: Some(name),
        },
    )
}

fn roots(of: &[usize]) -> Anchors {
    Anchors::from_der(of.iter().map(|pki| &PKIS[*pki].0.root.der)).unwrap_or_default()
}

fn pair(client: ClientConfig<Provider>, server: ServerConfig<Provider>, name: &str) -> Pair {
    let (name, now) = (ServerName::dns(name).unwrap().into_owned(), UnixTime(NOW));
    Pair::new(ClientWith::new(Arc::new(client), name, now), ServerWith::new(Arc::new(server), now))
}

/// The choice and the reasons, as the observer is told.
fn expected(ours: &[Ours], choice: Option<usize>) -> Option<String> {
    choice.map(|at| chosen(at, ours.len(), SCHEMES[ours[at].pki]))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    // [4.4.2.2-2] [4.4.2.2-4] [4.2.4-1]
    #[test]
    fn a_server_chooses_as_the_reference_does(ours in ours(), hints in hints(), theirs in theirs()) {
        let client = ClientConfig::builder(provider())
            .anchors(roots(&theirs.authorities))
            .send_authorities(true)
            .schemes(theirs.schemes.clone())
            .certificate_schemes(theirs.more_in_certificates.clone())
            .ask_chain()
            .build()
            .unwrap();
        let server = ours.iter().fold(ServerConfig::builder(provider()).authority_hints(hints), |server, one| {
            server.credential(one.credential())
        });
        let mut pair = pair(client, server.build().unwrap(), NAMES[theirs.name.unwrap()]);
        pair.run();
        let choice = reference(&ours, hints, &theirs);
        let events = choice_events(&pair.server.seen);
        let told = events.iter().find(|event| event.starts_with("CredentialChosen")).map(|event| event.to_string());
        prop_assert_eq!(told, expected(&ours, choice), "{:?}", pair.server.error);
        let fails = matches!(pair.server.error, Some(symbolon::Error::Refused(refusal))
            if [Reason::NoCommonScheme, Reason::NoCommonAuthority].contains(&refusal.reason));
        prop_assert_eq!(fails, choice.is_none());
    }

    // [4.4.2.3-1] [4.2.4-1]
    #[test]
    fn a_client_chooses_as_the_reference_does(ours in ours(), hints in hints(), theirs in theirs()) {
        let theirs = Theirs { name: None, ..theirs };
        let client = ClientConfig::builder(provider()).ask_chain().authority_hints(hints);
        let client = ours.iter().fold(client, |client, one| client.credential(one.credential()));
        let names: Vec<Vec<u8>> = theirs
            .authorities
            .iter()
            .map(|pki| Certificate::parse(&PKIS[*pki].0.root.der).unwrap().subject().der().to_vec())
            .collect();
        let auth = ClientAuth::request(roots(&[0, 1, 2]), Allow::anyone()).authorities(names);
        let server = ServerConfig::builder(provider())
            .credential(local(&PKIS[0].1[0]))
            .client_auth(auth)
            .schemes(theirs.schemes.clone())
            .certificate_schemes(theirs.more_in_certificates.clone());
        let mut pair = pair(client.build().unwrap(), server.build().unwrap(), NAMES[0]);
        pair.run();
        let events = choice_events(&pair.client.seen);
        let told = events.iter().find(|event| event.starts_with("CredentialChosen")).map(|event| event.to_string());
        prop_assert_eq!(told, expected(&ours, reference(&ours, hints, &theirs)), "{:?}", pair.client.error);
    }
}
