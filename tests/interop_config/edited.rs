//! Messages taken apart, changed and put together again between two ends that do not notice: what the receiver adds to its
//! transcript is the message as it was sent.

use super::util::null::{Null, NullHash, NullSigner};
use super::util::pair::{ClientRole, End, ServerRole};
use super::util::pki::NOW;
use super::util::plain::{PlainWorld, one_message_a_record};
use std::sync::{Arc, LazyLock, Mutex};
use symbolon::config::{ClientConfigBuilder, ServerConfigBuilder};
use symbolon::crypto::{
    Crypto, CryptoError, Digest, Hash, HashAlgorithm, ShareError, SharedSecret, SignatureAlgorithm,
};
use symbolon::wire::{CipherSuite, ContentType, ExtensionType, HandshakeType, NamedGroup, SignatureScheme};
use symbolon::{
    Allow, ClientAuth, ClientConfig, ClientWith, ServerConfig, ServerName, ServerWith, Side, Signing, UnixTime,
};

/// A handshake message: what precedes its extensions, and these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    pub msg_type: HandshakeType,
    pub head: Vec<u8>,
    pub extensions: Vec<(ExtensionType, Vec<u8>)>,
}

/// What somebody does to a message.
pub type Change = fn(&mut Parts);

fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |n, byte| n << 8 | usize::from(*byte))
}

/// `bytes` behind their length, of `width` bytes.
pub fn vector(width: usize, bytes: &[u8]) -> Vec<u8> {
    [&bytes.len().to_be_bytes()[8 - width..], bytes].concat()
}

/// Puts `item` in front of the list that `body` begins with, which has a length of `width` bytes.
pub fn insert(body: &mut Vec<u8>, width: usize, item: &[u8]) {
    let len = number(&body[..width]) + item.len();
    body.splice(..width, vector(width, &vec![0; len])[..width].iter().copied().chain(item.iter().copied()));
}

impl Parts {
    /// Only of messages that end with extensions.
    pub fn of(message: &[u8]) -> Self {
        let (msg_type, body) = (HandshakeType(message[0]), &message[4..]);
        let skip = |at: usize, width: usize| at + width + number(&body[at..at + width]);
        let at = match msg_type {
            HandshakeType::client_hello => skip(skip(skip(34, 1), 2), 1),
            HandshakeType::server_hello => skip(34, 1) + 3,
            HandshakeType::encrypted_extensions => 0,
            HandshakeType::certificate_request => skip(0, 1),
            HandshakeType::new_session_ticket => skip(skip(8, 1), 2),
            other => panic!("{other}"),
        };
        let (head, mut rest) = (body[..at].to_vec(), &body[at + 2..]);
        let mut extensions = Vec::new();
        while let [a, b, c, d, tail @ ..] = rest {
            let (value, tail) = tail.split_at(number(&[*c, *d]));
            extensions.push((ExtensionType(u16::from_be_bytes([*a, *b])), value.to_vec()));
            rest = tail;
        }
        Self { msg_type, head, extensions }
    }

    pub fn message(&self) -> Vec<u8> {
        let extensions = self.extensions.iter().map(|(t, body)| [&t.0.to_be_bytes()[..], &vector(2, body)].concat());
        let body = [&self.head[..], &vector(2, &extensions.collect::<Vec<_>>().concat())].concat();
        [&[self.msg_type.0], &vector(3, &body)[..]].concat()
    }

    /// The body of an extension, added behind the others if it is not there.
    pub fn extension(&mut self, wanted: ExtensionType) -> &mut Vec<u8> {
        let at = self.extensions.iter().position(|(t, _)| *t == wanted).unwrap_or_else(|| {
            self.extensions.push((wanted, Vec::new()));
            self.extensions.len() - 1
        });
        &mut self.extensions[at].1
    }
}

/// What a message was changed to, and what it was.
type Swaps = Arc<Mutex<Vec<(Vec<u8>, Vec<u8>)>>>;

/// [`Null`], but for a hash that takes a changed message for what it was.
#[derive(Clone, Debug)]
pub struct Fooled {
    null: Null,
    swaps: Swaps,
}

#[derive(Clone)]
pub struct FooledHash {
    hash: NullHash,
    swaps: Swaps,
}

impl Hash for FooledHash {
    fn update(&mut self, bytes: &[u8]) {
        let swaps = self.swaps.lock().unwrap();
        let was = swaps.iter().find(|(is, _)| is == bytes).map(|(_, was)| was.as_slice());
        self.hash.update(was.unwrap_or(bytes));
    }

    fn finish(self) -> Digest {
        self.hash.finish()
    }
}

impl Crypto for Fooled {
    type Hash = FooledHash;
    type Hmac = <Null as Crypto>::Hmac;
    type Aead = <Null as Crypto>::Aead;
    type KxSecret = <Null as Crypto>::KxSecret;
    type PeerKey = <Null as Crypto>::PeerKey;
    type Share = <Null as Crypto>::Share;

    fn suites(&self) -> &[CipherSuite] {
        self.null.suites()
    }
    fn groups(&self) -> &[NamedGroup] {
        self.null.groups()
    }
    fn default_groups(&self) -> &[NamedGroup] {
        self.null.default_groups()
    }
    fn schemes(&self) -> &[SignatureScheme] {
        self.null.schemes()
    }
    fn random(&self, out: &mut [u8]) -> Result<(), CryptoError> {
        self.null.random(out)
    }
    fn hash(&self, algorithm: HashAlgorithm) -> FooledHash {
        FooledHash { hash: self.null.hash(algorithm), swaps: self.swaps.clone() }
    }
    fn hmac(&self, algorithm: HashAlgorithm, key: &[u8]) -> Self::Hmac {
        self.null.hmac(algorithm, key)
    }
    fn aead(&self, suite: CipherSuite, key: &[u8]) -> Result<Self::Aead, CryptoError> {
        self.null.aead(suite, key)
    }
    fn kx_generate(&self, group: NamedGroup) -> Result<Self::KxSecret, CryptoError> {
        self.null.kx_generate(group)
    }
    fn kx_share(&self, secret: &Self::KxSecret, share: &mut [u8]) -> Result<usize, CryptoError> {
        self.null.kx_share(secret, share)
    }
    fn kx_encap(&self, group: NamedGroup, peer: &[u8]) -> Result<(Self::KxSecret, SharedSecret), ShareError> {
        self.null.kx_encap(group, peer)
    }
    fn kx_decap(&self, secret: Self::KxSecret, peer: &[u8]) -> Result<SharedSecret, ShareError> {
        self.null.kx_decap(secret, peer)
    }
    fn verify(&self, algorithm: SignatureAlgorithm, key: &[u8], msg: &[u8], sig: &[u8]) -> Result<(), CryptoError> {
        self.null.verify(algorithm, key, msg, sig)
    }
}

static WORLD: LazyLock<PlainWorld> = LazyLock::new(PlainWorld::new);

/// Two ends, and somebody between them.
pub struct Edited {
    pub client: End<ClientRole, Fooled>,
    pub server: End<ServerRole, Fooled>,
    swaps: Swaps,
    /// Every handshake message as it was sent.
    pub sent: Vec<(Side, Vec<u8>)>,
    /// The bytes of every record as they were sent.
    pub records: Vec<(Side, Vec<u8>)>,
}

impl Edited {
    pub fn new() -> Self {
        Self::with(|client| client, |server| server)
    }

    /// With settings beyond those of [`PlainWorld`].
    pub fn with(
        client: impl FnOnce(ClientConfigBuilder<Fooled>) -> ClientConfigBuilder<Fooled>,
        server: impl FnOnce(ServerConfigBuilder<Fooled>) -> ServerConfigBuilder<Fooled>,
    ) -> Self {
        let swaps = Swaps::default();
        let crypto = |seed| Fooled { null: Null::new(seed), swaps: swaps.clone() };
        let credential = |chain| WORLD.credential(chain, Signing::Local(Box::new(NullSigner::P256)));
        let client_config = ClientConfig::builder(crypto(1)).anchors(WORLD.anchors());
        let auth = ClientAuth::require(WORLD.anchors(), Allow::dns("robot.test"));
        let server_config = ServerConfig::builder(crypto(1_000_000)).client_auth(auth);
        let client = client(client_config.credential(credential(&WORLD.client))).build().unwrap();
        let server = server(server_config.credential(credential(&WORLD.server))).build().unwrap();
        let name = ServerName::dns("server.test").unwrap().into_owned();
        Self {
            client: End::new(ClientWith::new(Arc::new(client), name, UnixTime(NOW))),
            server: End::new(ServerWith::new(Arc::new(server), UnixTime(NOW))),
            swaps,
            sent: Vec::new(),
            records: Vec::new(),
        }
    }

    /// Runs both ends; `edit` may replace what one of them sent.
    pub fn run(&mut self, mut edit: impl FnMut(Side, &[u8]) -> Option<Vec<u8>>) {
        loop {
            self.client.drive();
            let to_server = self.client.take_output();
            self.deliver(Side::Client, &to_server, &mut edit);
            self.server.drive();
            let to_client = self.server.take_output();
            self.deliver(Side::Server, &to_client, &mut edit);
            if to_server.is_empty() && to_client.is_empty() {
                return;
            }
        }
    }

    /// Runs both ends; `edit` may change messages of one type that one of them sends.
    pub fn run_editing(&mut self, from: Side, msg_type: HandshakeType, mut edit: impl FnMut(&mut Parts)) {
        self.run(|sender, message| {
            (sender == from && message[0] == msg_type.0).then(|| {
                let mut parts = Parts::of(message);
                edit(&mut parts);
                parts.message()
            })
        });
    }

    fn deliver(&mut self, from: Side, bytes: &[u8], edit: &mut impl FnMut(Side, &[u8]) -> Option<Vec<u8>>) {
        let mut rest = bytes;
        while let [_, _, _, a, b, ..] = rest {
            let (record, tail) = rest.split_at(5 + number(&[*a, *b]));
            self.records.push((from, record.to_vec()));
            rest = tail;
        }
        let mut changed = false;
        let mut edited = Vec::new();
        for mut record in one_message_a_record(bytes) {
            if record.content_type == ContentType::handshake {
                self.sent.push((from, record.content.clone()));
                if let Some(is) = edit(from, &record.content) {
                    changed = true;
                    let was = std::mem::replace(&mut record.content, is.clone());
                    self.swaps.lock().unwrap().push((is, was));
                }
            }
            edited.extend(record.sealed());
        }
        // What nobody changed arrives as it was cut into records.
        let arrives = if changed { &edited } else { bytes };
        match from {
            Side::Client => self.server.give(arrives),
            Side::Server => self.client.give(arrives),
        }
    }

    /// Messages of this type that this end sent.
    pub fn sent(&self, from: Side, msg_type: HandshakeType) -> Vec<Parts> {
        let wanted = |(sender, message): &&(Side, Vec<u8>)| *sender == from && message[0] == msg_type.0;
        self.sent.iter().filter(wanted).map(|(_, message)| Parts::of(message)).collect()
    }

    pub fn assert_connected(&self) {
        assert_eq!((self.client.error, self.server.error), (None, None));
        assert!(self.client.conn.is_connected() && self.server.conn.is_connected());
        assert!(self.client.conn.peer().is_some() && self.server.conn.peer().is_some());
    }
}
