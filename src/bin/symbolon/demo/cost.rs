//! What a handshake costs: the full one beside the resumed one, counted.

use super::PROTOCOL;
use super::pair::Pair;
use crate::pki::{CLIENT, Pki};
use crate::stop::Stop;
use crate::world::ticket_keys;
use crate::wrap::print;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use symbolon::config::Resumption;
use symbolon::crypto::{Crypto, CryptoError, HashAlgorithm, Ring, ShareError, SharedSecret, SignatureAlgorithm};
use symbolon::resumption::{PskKind, Shelf};
use symbolon::wire::{CipherSuite, NamedGroup, SignatureScheme};
use symbolon::{Allow, ClientAuth, ClientConfig, ServerConfig};

/// What one end does in a handshake.
#[derive(Clone, Copy)]
struct Cost {
    messages: usize,
    bytes: usize,
    operations: usize,
}

/// Prints both beside each other.
pub(super) fn compare(pki: &Pki) -> Result<(), Stop> {
    let [full, resumed] = measure(pki)?;
    print(format_args!("{:<22}{:<32}resumed", "", "full"));
    let row = |name: &str, drawn: [String; 2]| print(format_args!("{name:<22}{:<32}{}", drawn[0], drawn[1]));
    let most = full.iter().chain(&resumed).map(|cost| cost.bytes).max().unwrap_or(1);
    for (at, name) in ["client sends", "server sends"].iter().enumerate() {
        row(name, [full, resumed].map(|costs| format!("{} {} bytes", bar(costs[at].bytes, most), costs[at].bytes)));
    }
    for (at, name) in ["client computes", "server computes"].iter().enumerate() {
        row(
            name,
            [full, resumed].map(|costs| format!("{} {}", "■ ".repeat(costs[at].operations), costs[at].operations)),
        );
    }
    let total = |costs: [Cost; 2], of: fn(&Cost) -> usize| costs.iter().map(of).sum::<usize>();
    let messages = [full, resumed].map(|costs| total(costs, |cost| cost.messages));
    row("messages", messages.map(|n| n.to_string()));
    print("\n  ■  half of a key exchange, a signature, or the verification of one\n");
    let saved = |of| total(full, of).saturating_sub(total(resumed, of));
    super::item(
        "saved",
        &format!(
            "{} of {} messages, {} of {} bytes, {} of {} public-key operations",
            saved(|cost| cost.messages),
            messages[0],
            saved(|cost| cost.bytes),
            total(full, |cost| cost.bytes),
            saved(|cost| cost.operations),
            total(full, |cost| cost.operations),
        ),
    );
    Ok(())
}

fn bar(value: usize, most: usize) -> String {
    "█".repeat((value * 16).div_ceil(most.max(1)))
}

/// Of client and server: in a full handshake, and in the one that its ticket resumes.
fn measure(pki: &Pki) -> Result<[[Cost; 2]; 2], Stop> {
    let counted = [Counted::new(), Counted::new()];
    let alpn = [PROTOCOL.to_owned()];
    let client = ClientConfig::builder(counted[0].clone())
        .anchors(pki.anchors()?)
        .credential(pki.client.credential()?)
        .tickets(Arc::new(Shelf::new(1, 1)))
        .alpn(&alpn);
    let server = ServerConfig::builder(counted[1].clone())
        .credential(pki.server.credential()?)
        .client_auth(ClientAuth::require(pki.anchors()?, Allow::dns(CLIENT)))
        .resumption(Resumption::stateless(ticket_keys()?).count(1))
        .alpn(&alpn);
    let (client, server) =
        (Arc::new(client.build().map_err(Stop::refused)?), Arc::new(server.build().map_err(Stop::refused)?));
    let mut costs = Vec::new();
    for psk in [None, Some(PskKind::Resumption)] {
        counted.iter().for_each(Counted::reset);
        let pair = Pair::run(&client, &server)?;
        if let Some(error) = pair.refusal() {
            return Err(Stop::refused(error));
        }
        if pair.server.conn.negotiated().psk != psk {
            return Err(Stop::refused("the ticket did not decide what handshake there was"));
        }
        let seen = [&pair.client.seen, &pair.server.seen];
        costs.push([0, 1].map(|at| Cost {
            messages: seen[at].messages,
            bytes: seen[at].bytes,
            operations: counted[at].so_far() + seen[at].signatures,
        }));
    }
    costs.try_into().map_err(|_| Stop::refused("two handshakes were to be measured"))
}

/// [`Ring`], with its public-key operations counted; signatures are made elsewhere.
#[derive(Clone)]
struct Counted {
    ring: Ring,
    operations: Arc<AtomicUsize>,
}

impl Counted {
    fn new() -> Self {
        Self { ring: Ring::new(), operations: Arc::default() }
    }

    fn one(&self) -> &Ring {
        self.operations.fetch_add(1, Ordering::Relaxed);
        &self.ring
    }

    fn so_far(&self) -> usize {
        self.operations.load(Ordering::Relaxed)
    }

    fn reset(&self) {
        self.operations.store(0, Ordering::Relaxed);
    }
}

impl Crypto for Counted {
    type Hash = <Ring as Crypto>::Hash;
    type Hmac = <Ring as Crypto>::Hmac;
    type Aead = <Ring as Crypto>::Aead;
    type KxSecret = <Ring as Crypto>::KxSecret;
    type PeerKey = <Ring as Crypto>::PeerKey;
    type Share = <Ring as Crypto>::Share;

    fn suites(&self) -> &[CipherSuite] {
        self.ring.suites()
    }

    fn groups(&self) -> &[NamedGroup] {
        self.ring.groups()
    }

    fn default_groups(&self) -> &[NamedGroup] {
        self.ring.default_groups()
    }

    fn schemes(&self) -> &[SignatureScheme] {
        self.ring.schemes()
    }

    fn random(&self, out: &mut [u8]) -> Result<(), CryptoError> {
        self.ring.random(out)
    }

    fn hash(&self, algorithm: HashAlgorithm) -> Self::Hash {
        self.ring.hash(algorithm)
    }

    fn hmac(&self, algorithm: HashAlgorithm, key: &[u8]) -> Self::Hmac {
        self.ring.hmac(algorithm, key)
    }

    fn aead(&self, suite: CipherSuite, key: &[u8]) -> Result<Self::Aead, CryptoError> {
        self.ring.aead(suite, key)
    }

    fn kx_generate(&self, group: NamedGroup) -> Result<Self::KxSecret, CryptoError> {
        self.ring.kx_generate(group)
    }

    fn kx_share(&self, secret: &Self::KxSecret, share: &mut [u8]) -> Result<usize, CryptoError> {
        self.one().kx_share(secret, share)
    }

    fn kx_encap(&self, group: NamedGroup, peer: &[u8]) -> Result<(Self::KxSecret, SharedSecret), ShareError> {
        self.one().kx_encap(group, peer)
    }

    fn kx_decap(&self, secret: Self::KxSecret, peer: &[u8]) -> Result<SharedSecret, ShareError> {
        self.one().kx_decap(secret, peer)
    }

    fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        self.one().verify(algorithm, key, message, signature)
    }
}
