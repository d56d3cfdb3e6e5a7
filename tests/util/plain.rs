//! Ends over the provider without secrecy, whose records a test can read, make and change by hand.

use super::null::{Null, NullSigner, TAG};
use super::pair::{ClientRole, End, ServerRole};
use super::pki::{Chain, NOW, Pki};
use std::collections::VecDeque;
use std::sync::Arc;
use symbolon::config::{ClientConfigBuilder, ServerConfigBuilder};
use symbolon::wire::{ContentType, HandshakeType, Message, Writer, write_message};
use symbolon::{
    Allow, Anchors, ClientAuth, ClientConfig, ClientWith, Credential, Role, ServerConfig, ServerName, ServerWith,
    Signing, UnixTime,
};

/// What [`World`](super::pair::World) is, over [`Null`].
pub struct PlainWorld {
    pub pki: Pki,
    pub server: Chain,
    pub client: Chain,
}

impl PlainWorld {
    pub fn new() -> Self {
        let pki = Pki::new("plain");
        let (server, client) = (pki.server("server.test"), pki.client("robot.test"));
        Self { pki, server, client }
    }

    pub fn anchors(&self) -> Anchors {
        Anchors::from_pem(self.pki.root.pem.as_bytes()).unwrap()
    }

    /// Leaf and intermediate in DER.
    pub fn chain<'a>(&'a self, of: &'a Chain) -> [&'a [u8]; 2] {
        [&of.leaf.der, &self.pki.intermediate.der]
    }

    pub fn credential(&self, of: &Chain, signing: Signing) -> Credential {
        Credential::new(self.chain(of), signing).unwrap()
    }

    pub fn client_config(&self) -> ClientConfigBuilder<Null> {
        ClientConfig::builder(Null::new(1)).anchors(self.anchors())
    }

    /// Without a credential.
    pub fn server_config(&self) -> ServerConfigBuilder<Null> {
        ServerConfig::builder(Null::new(1_000_000))
            .client_auth(ClientAuth::require(self.anchors(), Allow::dns("robot.test")))
    }
}

/// A key that signs at once.
pub fn local() -> Signing {
    Signing::Local(Box::new(NullSigner::P256))
}

pub fn client(config: &Arc<ClientConfig<Null>>) -> End<ClientRole, Null> {
    client_on(config, NOW)
}

/// A client at another time, in seconds since 1970.
pub fn client_on(config: &Arc<ClientConfig<Null>>, now: i64) -> End<ClientRole, Null> {
    let name = ServerName::dns("server.test").unwrap().into_owned();
    End::new(ClientWith::new(config.clone(), name, UnixTime(now)))
}

pub fn server(config: &Arc<ServerConfig<Null>>) -> End<ServerRole, Null> {
    End::new(ServerWith::new(config.clone(), UnixTime(NOW)))
}

/// A record without its protection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub protected: bool,
    pub content_type: ContentType,
    pub content: Vec<u8>,
}

impl Record {
    pub fn new(protected: bool, content_type: ContentType, content: &[u8]) -> Self {
        Self { protected, content_type, content: content.to_vec() }
    }

    /// As it goes on the wire.
    pub fn sealed(&self) -> Vec<u8> {
        match self.protected {
            false => framed(self.content_type, &self.content),
            true => framed(ContentType::application_data, &[&self.content[..], &[self.content_type.0], &TAG].concat()),
        }
    }
}

/// `fragment` behind the header of a record.
pub fn framed(content_type: ContentType, fragment: &[u8]) -> Vec<u8> {
    let length = u16::try_from(fragment.len()).unwrap().to_be_bytes();
    [&[content_type.0, 3, 3], &length[..], fragment].concat()
}

/// The records in what an end sent.
pub fn records(mut bytes: &[u8]) -> Vec<Record> {
    let mut all = Vec::new();
    while let [content_type, _, _, high, low, rest @ ..] = bytes {
        let (fragment, rest) = rest.split_at(u16::from_be_bytes([*high, *low]).into());
        bytes = rest;
        all.push(match ContentType(*content_type) {
            ContentType::application_data => {
                let inner = fragment.strip_suffix(&TAG).expect("an authentic record");
                let at = inner.iter().rposition(|b| *b != 0).expect("a content type");
                Record::new(true, ContentType(inner[at]), &inner[..at])
            }
            content_type => Record::new(false, content_type, fragment),
        });
    }
    assert!(bytes.is_empty(), "half a record: {bytes:02x?}");
    all
}

/// The same conversation with one handshake message a record; records of other types stay.
pub fn one_message_a_record(sent: &[u8]) -> Vec<Record> {
    let mut all: Vec<Record> = Vec::new();
    let mut joined: Vec<u8> = Vec::new();
    for record in records(sent) {
        if record.content_type != ContentType::handshake {
            all.push(record);
            continue;
        }
        joined.extend(&record.content);
        while let [_, a, b, c, ..] = joined[..] {
            let len = 4 + u32::from_be_bytes([0, a, b, c]) as usize;
            if joined.len() < len {
                break;
            }
            let rest = joined.split_off(len);
            all.push(Record { content: joined, ..record.clone() });
            joined = rest;
        }
    }
    assert!(joined.is_empty(), "half a message");
    all
}

/// A handshake message: header and body.
pub fn message(msg_type: HandshakeType, body: &[u8]) -> Vec<u8> {
    let len = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[msg_type.0], &len[1..], body].concat()
}

/// The same of one of our types.
pub fn encoded(msg: &dyn Message) -> Vec<u8> {
    let mut out = vec![0; 1 << 16];
    let mut w = Writer::new(&mut out);
    write_message(msg, &mut w);
    w.written().unwrap().to_vec()
}

/// Brings `end` to a state of Appendix A and leaves nothing in its buffers: `peer` does what it should, and each of its
/// messages arrives in a record of its own.
pub fn bring<R: Role, P: Role>(mut end: End<R, Null>, mut peer: End<P, Null>, state: &str) -> End<R, Null> {
    let mut inbox = VecDeque::new();
    while end.conn.state().name() != state || !end.rx.is_empty() {
        end.drive();
        if end.conn.state().name() == state && end.rx.is_empty() {
            break;
        }
        let sent = end.take_output();
        peer.give(&sent);
        peer.drive();
        inbox.extend(one_message_a_record(&peer.take_output()));
        let record: Record = inbox.pop_front().unwrap_or_else(|| panic!("{state} is not on the way"));
        end.give(&record.sealed());
        assert_eq!((end.error, peer.error), (None, None), "on the way to {state}");
    }
    end.take_output();
    end
}
