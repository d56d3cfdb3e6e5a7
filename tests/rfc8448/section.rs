//! A section of RFC 8448: messages, records and keys of its two ends.

use crate::kv::{Block, File};
use crate::script::Key;
use symbolon::Side;
use symbolon::wire::{
    Certificate, CertificateVerify, ClientHello, ContentType, HEADER_LEN, HandshakeType, NewSessionTicket, Parse,
    ServerHello,
};

pub struct Section {
    pub file: File,
}

/// A record of the trace, and who sends it.
pub struct Record {
    pub side: Side,
    pub content: Content,
    pub payload: Vec<u8>,
    /// As it is on the wire.
    pub bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    ChangeCipherSpec,
    Alert,
    Handshake,
    ApplicationData,
}

impl Record {
    /// True if it is not protected.
    pub fn is_plain(&self) -> bool {
        self.bytes[0] != ContentType::application_data.0
    }
}

/// The side in front of a title, and the rest of the title.
pub fn split_title(title: &str) -> (Side, &str) {
    match title.split_once(' ') {
        Some(("{client}", what)) => (Side::Client, what),
        Some(("{server}", what)) => (Side::Server, what),
        _ => panic!("[{title}] names no side"),
    }
}

impl Section {
    pub fn read(name: &str) -> Self {
        Self { file: File::read(&format!("vectors/rfc8448/{name}.kv")) }
    }

    fn blocks(&self, side: Side, prefix: &str) -> impl Iterator<Item = &Block> {
        self.file.blocks.iter().filter(move |b| {
            let (of, what) = split_title(&b.title);
            of == side && what.starts_with(prefix)
        })
    }

    pub fn records(&self) -> Vec<Record> {
        let record = |block: &Block| {
            let (side, what) = split_title(&block.title);
            let content = match what.strip_prefix("send ")?.strip_suffix(" record")? {
                "change_cipher_spec" => Content::ChangeCipherSpec,
                "alert" => Content::Alert,
                "handshake" => Content::Handshake,
                "application_data" => Content::ApplicationData,
                other => panic!("a record of {other}"),
            };
            let (payload, bytes) = (block.bytes("Payload").to_vec(), block.bytes("CompleteRecord").to_vec());
            Some(Record { side, content, payload, bytes })
        };
        self.file.blocks.iter().filter_map(record).collect()
    }

    /// The handshake messages that a side sends, in order.
    pub fn messages(&self, side: Side) -> Vec<Vec<u8>> {
        self.blocks(side, "construct a").map(|b| self.whole(&b.entries[0].1)).collect()
    }

    /// A ClientHello with PSKs is constructed without its binders, and sent with them.
    fn whole(&self, message: &[u8]) -> Vec<u8> {
        let len = HEADER_LEN + usize::from(u16::from_be_bytes([message[2], message[3]]));
        if message.len() == len {
            return message.to_vec();
        }
        let record = self.records().into_iter().find(|record| record.payload.starts_with(message)).unwrap();
        record.payload[..len].to_vec()
    }

    fn message(&self, side: Side, kind: HandshakeType) -> Option<Vec<u8>> {
        self.messages(side).into_iter().rfind(|m| m[0] == kind.0).map(|m| m[HEADER_LEN..].to_vec())
    }

    /// The last ClientHello without its header.
    pub fn client_hello(&self) -> Vec<u8> {
        self.message(Side::Client, HandshakeType::client_hello).unwrap()
    }

    /// The ClientHello has early_data.
    pub fn has_early_data(&self) -> bool {
        ClientHello::parse(&self.client_hello()).unwrap().extensions.early_data
    }

    /// The ClientHello, header included, up to its binders.
    pub fn client_hello_prefix(&self) -> Vec<u8> {
        self.file.block("{client} calculate PSK binder").bytes("ClientHelloPrefix").to_vec()
    }

    /// The body of the server's NewSessionTicket.
    pub fn ticket(&self) -> Option<Vec<u8>> {
        self.message(Side::Server, HandshakeType::new_session_ticket)
    }

    /// What a side draws: its random, a client's legacy_session_id, a server's ticket_age_add and what its ticket is made of.
    pub fn random(&self, side: Side) -> Vec<u8> {
        match side {
            Side::Client => {
                let hello = self.client_hello();
                let hello = ClientHello::parse(&hello).unwrap();
                [hello.random, hello.legacy_session_id].concat()
            }
            Side::Server => {
                let hello = self.message(side, HandshakeType::server_hello).unwrap();
                let mut random = ServerHello::parse(&hello).unwrap().random.to_vec();
                if let Some(ticket) = self.ticket() {
                    let age_add = NewSessionTicket::parse(&ticket).unwrap().ticket_age_add;
                    random.extend(age_add.to_be_bytes());
                    random.extend([0x2c; 32]);
                }
                random
            }
        }
    }

    /// The private keys of a side, in order.
    pub fn keys(&self, side: Side) -> Vec<Key> {
        const P256: &str = "create an ephemeral P-256 key pair";
        let key = |block: &Block| {
            if !block.title.ends_with(P256) {
                return Key::X25519(block.array("PrivateKey"));
            }
            let peer = self.blocks(side.peer(), P256).next().unwrap().bytes("PublicKey").to_vec();
            let shared = self.file.block(r#"{server} extract secret "handshake""#).bytes("Ikm").to_vec();
            Key::P256 { share: block.bytes("PublicKey").to_vec(), peer, shared }
        };
        self.blocks(side, "create an ephemeral").map(key).collect()
    }

    /// The certificates that a side shows.
    pub fn chain(&self, side: Side) -> Vec<Vec<u8>> {
        let Some(message) = self.message(side, HandshakeType::certificate) else { return Vec::new() };
        Certificate::parse(&message).unwrap().certificate_list.iter().map(|e| e.cert_data.to_vec()).collect()
    }

    /// The body of the CertificateVerify of a side.
    pub fn certificate_verify(&self, side: Side) -> Option<Vec<u8>> {
        let body = self.message(side, HandshakeType::certificate_verify)?;
        CertificateVerify::parse(&body).unwrap();
        Some(body)
    }
}
