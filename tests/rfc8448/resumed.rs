//! Section 4 goes by the ticket of section 3, so that an end which comes back has to have been there.
//!
//! What a client keeps of a ticket rests on a chain that it judged itself, which the 1024 bits of the trace don't allow: in section 3
//! the server shows it a chain of ours, while the transcript has the trace's. Our server reads only tickets that it made: in section 4
//! the client names it that one, while the transcript has the trace's.

use crate::pki::{Chain, Pki};
use crate::replay::{NOW, Replay};
use crate::script::Provider;
use crate::section::{Content, Record, Section};
use rcgen::SigningKey;
use ring::digest;
use std::sync::Arc;
use symbolon::config::{EarlyData, Resumption};
use symbolon::crypto::Aead;
use symbolon::resumption::{Shelf, SingleUseKeys, StoredTickets, Ticket};
use symbolon::wire::{
    Certificate, CertificateEntry, CertificateVerify, CipherSuite, ClientHello, ContentType, Encode, HEADER_LEN,
    HandshakeType, Message, NewSessionTicket, OfferedPsks, Parse, PskIdentity, SignatureScheme, Vector, Writer,
    write_message,
};
use symbolon::{Anchors, ClientRole, ServerRole, Side, UnixTime};

/// A client that comes back by the ticket that it was given.
pub struct Client {
    pki: Pki,
    server: Chain,
    tickets: Arc<Shelf<Ticket>>,
}

impl Client {
    pub fn new() -> Self {
        let pki = Pki::new("replay");
        Self { server: pki.server("server"), pki, tickets: Arc::new(Shelf::new(1, 2)) }
    }

    /// Who is there for the first time.
    pub fn first<'s, C: Provider>(&self, section: &'s Section) -> Replay<'s, ClientRole, C> {
        let mut replay = self.replay(section);
        self.show_chain(section, &mut replay);
        replay
    }

    /// Who comes back. The ticket is used up, but for the next one who does.
    pub fn again<'s, C: Provider>(&self, section: &'s Section) -> Replay<'s, ClientRole, C> {
        let ticket = self.tickets.take("server").expect("there is a ticket");
        for _ in 0..2 {
            self.tickets.put("server", Ticket::from_bytes(&ticket.to_bytes()).unwrap());
        }
        self.replay(section)
    }

    fn replay<'s, C: Provider>(&self, section: &'s Section) -> Replay<'s, ClientRole, C> {
        let anchors = Anchors::from_der([&self.pki.root.der]).unwrap();
        let mut replay = Replay::client_that(section, |config| config.anchors(anchors).tickets(self.tickets.clone()));
        replay.keeps_tickets = true;
        replay
    }

    /// The server's flight with our chain and its proof, sealed as the trace's.
    fn show_chain<C: Provider>(&self, section: &Section, replay: &mut Replay<'_, ClientRole, C>) {
        let messages = section.messages(Side::Server);
        let [server_hello, extensions, certificate, verify, finished, ..] = &messages[..] else { panic!() };
        let mut hash = digest::Context::new(&digest::SHA256);
        let before = [&section.messages(Side::Client)[0], server_hello, extensions, certificate];
        before.into_iter().for_each(|message| hash.update(message));
        let context: &[u8] = b"TLS 1.3, server CertificateVerify\0";
        let content = [&[0x20; 64], context, hash.finish().as_ref()].concat();
        let chain = [&self.server.leaf.der, &self.pki.intermediate.der].map(|der| CertificateEntry::new(der));
        let our_certificate =
            message(&Certificate { certificate_request_context: &[], certificate_list: Vector::items(&chain) });
        let our_verify = message(&CertificateVerify {
            algorithm: SignatureScheme::ecdsa_secp256r1_sha256,
            signature: &self.server.leaf.key.sign(&content).unwrap(),
        });
        let flight = [extensions, &our_certificate, &our_verify, finished].map(|m| &m[..]).concat();
        let keys = section.file.block("{server} derive write traffic keys for handshake data");
        let aead = C::provider().aead(CipherSuite::TLS_AES_128_GCM_SHA256, keys.bytes("KeyExpanded")).unwrap();
        let sealed = seal(&aead, keys.array("IvExpanded"), &flight);
        let is_flight = |record: &&mut Record| record.side == Side::Server && record.payload.starts_with(extensions);
        replay.conversation.iter_mut().find(is_flight).unwrap().bytes = sealed;
        let stand_ins = [(our_certificate, certificate.clone()), (our_verify, verify.clone())];
        replay.tape.lines().stand_ins.extend(stand_ins);
    }
}

/// The first record under a key.
fn seal(aead: &impl Aead, iv: [u8; 12], handshake: &[u8]) -> Vec<u8> {
    let mut text = [handshake, &[ContentType::handshake.0]].concat();
    let len = u16::try_from(text.len() + 16).unwrap().to_be_bytes();
    let header = [ContentType::application_data.0, 3, 3, len[0], len[1]];
    let tag = aead.seal(iv, &header, &mut text).unwrap();
    [&header[..], &text, &tag].concat()
}

fn message(message: &dyn Message) -> Vec<u8> {
    written(|w| write_message(message, w))
}

fn written(write: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut room = [0; 4096];
    let mut w = Writer::new(&mut room);
    write(&mut w);
    w.written().unwrap().to_vec()
}

/// A server to which clients come back.
pub struct Server {
    tickets: Arc<StoredTickets>,
    single_use: Arc<SingleUseKeys>,
}

impl Server {
    pub fn new() -> Self {
        let started = UnixTime(NOW.0 - 1000);
        let single_use = Arc::new(SingleUseKeys::new(8, started));
        Self { tickets: Arc::new(StoredTickets::new(8, 8192)), single_use }
    }

    fn resumption(&self, first: &NewSessionTicket<'_>) -> Resumption {
        let early_data = EarlyData::new(first.max_early_data_size.unwrap(), self.single_use.clone());
        Resumption::stored(self.tickets.clone()).lifetime(first.ticket_lifetime).early_data(early_data)
    }

    /// Who hands out the ticket.
    pub fn first<'s, C: Provider>(&self, section: &'s Section) -> Replay<'s, ServerRole, C> {
        let ticket = section.ticket().unwrap();
        let resumption = self.resumption(&NewSessionTicket::parse(&ticket).unwrap());
        Replay::server_with(section, section, Some(resumption.count(1)))
    }

    /// Who gets it back: `issued` is that NewSessionTicket, as `first` has it. That its certificate is not shown again does not
    /// mean that it has none.
    pub fn again<'s, C: Provider>(&self, section: &'s Section, issued: &[u8]) -> Replay<'s, ServerRole, C> {
        let issued = NewSessionTicket::parse(&issued[HEADER_LEN..]).unwrap();
        let first = Section::read("3-1rtt");
        let mut replay = Replay::server_with(section, &first, Some(self.resumption(&issued).count(0)));
        let body = section.client_hello();
        let mut hello = ClientHello::parse(&body).unwrap();
        let offered = OfferedPsks::parse(hello.extensions.pre_shared_key.unwrap()).unwrap();
        let mut identities: Vec<PskIdentity<'_>> = offered.identities.iter().collect();
        identities[0].identity = issued.ticket;
        let psks = OfferedPsks { identities: Vector::items(&identities), ..offered };
        let psks_body = written(|w| psks.encode(w));
        hello.extensions.pre_shared_key = Some(&psks_body);
        let ours = message(&hello);
        let theirs = section.messages(Side::Client).swap_remove(0);
        let prefix = ours[..ours.len() - psks.binders_len()].to_vec();
        let stand_ins = [(ours.clone(), theirs), (prefix, section.client_hello_prefix())];
        replay.tape.lines().stand_ins.extend(stand_ins);
        let record = &mut replay.conversation[0];
        assert_eq!((record.side, record.content), (Side::Client, Content::Handshake));
        let len = u16::try_from(ours.len()).unwrap().to_be_bytes();
        record.bytes = [&record.bytes[..3], &len, &ours].concat();
        replay
    }
}

impl<C: Provider> Replay<'_, ServerRole, C> {
    /// The NewSessionTicket that was sent.
    pub fn issued(&self) -> Vec<u8> {
        let lines = self.tape.lines();
        let is_ticket = |(ours, _): &&(Vec<u8>, Vec<u8>)| ours[0] == HandshakeType::new_session_ticket.0;
        lines.stand_ins.iter().find(is_ticket).expect("a ticket was sent").0.clone()
    }
}
