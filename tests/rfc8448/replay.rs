//! One end of ours against the other end of the trace.

use crate::script::{Provider, Script, Tape};
use crate::section::{Content, Record, Section};
use crate::watch::Watch;
use std::collections::VecDeque;
use std::sync::Arc;
use symbolon::config::{ClientConfigBuilder, Resumption};
use symbolon::crypto::{Crypto, CryptoError, SignatureAlgorithm, Signer};
use symbolon::wire::{CertificateVerify, ClientHello, NamedGroup, Parse, SignatureScheme};
use symbolon::{
    Allow, Anchors, Answer, Ask, ClientAuth, ClientConfig, ClientRole, ClientWith, Connection, Credential, Error,
    Event, RecvBuf, Role, SendBuf, ServerConfig, ServerName, ServerRole, ServerWith, Side, Signing, UnixTime, x509,
};

/// While all certificates of the traces are valid, and those of [`crate::pki`].
pub const NOW: UnixTime = UnixTime(crate::pki::NOW);
/// RFC 8449, as all traces have it.
const RECORD_SIZE_LIMIT: u16 = 0x4001;

pub struct Replay<'s, R: Role, C: Crypto> {
    section: &'s Section,
    pub tape: Tape,
    pub watch: Watch,
    pub conn: Connection<'static, R, Script<C>>,
    rx: RecvBuf<'static>,
    tx: SendBuf<'static>,
    pub keeps_tickets: bool,
    /// The records of both sides.
    pub conversation: Vec<Record>,
    /// Our records that were not compared yet.
    records: VecDeque<Vec<u8>>,
    pub early_data: Vec<u8>,
    pub received: Vec<u8>,
}

/// The provider of one side, which offers what the ClientHello of the trace offers.
fn script<C: Provider>(section: &Section, side: Side) -> (Script<C>, Tape) {
    let tape = Tape::default();
    tape.lines().random = section.random(side).into();
    tape.lines().keys = section.keys(side).into();
    let mut script = Script::new(tape.clone());
    let hello = section.client_hello();
    let hello = ClientHello::parse(&hello).unwrap();
    script.suites = hello.cipher_suites.iter().collect();
    script.groups = hello.extensions.supported_groups.unwrap().iter().collect();
    script.schemes = hello.extensions.signature_algorithms.unwrap().iter().collect();
    (script, tape)
}

/// The chain of one side, with the signature that it made in the trace.
fn credential<C: Provider>(section: &Section, side: Side, tape: &Tape) -> Option<Credential> {
    let body = section.certificate_verify(side)?;
    let verify = CertificateVerify::parse(&body).unwrap();
    let (schemes, signature, tape) = ([verify.algorithm], verify.signature.to_vec(), tape.clone());
    let chain = section.chain(side);
    let key = x509::Certificate::parse(&chain[0]).unwrap().public_key().unwrap().bytes.to_vec();
    let signed = Signed { script: Script::<C>::new(Tape::default()), schemes, key, signature, tape };
    Some(Credential::new(chain, Signing::Local(Box::new(signed))).unwrap())
}

/// Signs what the trace signed.
struct Signed<C> {
    script: Script<C>,
    schemes: [SignatureScheme; 1],
    key: Vec<u8>,
    signature: Vec<u8>,
    tape: Tape,
}

impl<C: Provider> Signer for Signed<C> {
    fn schemes(&self) -> &[SignatureScheme] {
        &self.schemes
    }

    fn sign(&self, scheme: SignatureScheme, message: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
        let algorithm = SignatureAlgorithm::of_scheme(scheme).ok_or(CryptoError)?;
        if self.script.verify(algorithm, &self.key, message, &self.signature).is_err() {
            self.tape.lines().differences.push("the trace signed something else".to_owned());
        }
        out.get_mut(..self.signature.len()).ok_or(CryptoError)?.copy_from_slice(&self.signature);
        Ok(self.signature.len())
    }
}

impl<'s, C: Provider> Replay<'s, ClientRole, C> {
    pub fn client(section: &'s Section) -> Self {
        Self::client_that(section, ClientConfigBuilder::ask_chain)
    }

    /// `configure` says how the server is to be trusted.
    pub fn client_that(
        section: &'s Section,
        configure: impl FnOnce(ClientConfigBuilder<Script<C>>) -> ClientConfigBuilder<Script<C>>,
    ) -> Self {
        let (script, tape) = script(section, Side::Client);
        let has_session_id = section.random(Side::Client).len() > 32;
        let mut config = ClientConfig::builder(script)
            .certificate_schemes([])
            .record_size_limit(RECORD_SIZE_LIMIT)
            .middlebox_compatibility(has_session_id);
        if let Some(credential) = credential::<C>(section, Side::Client, &tape) {
            config = config.credential(credential);
        }
        let name = ServerName::dns("server").unwrap();
        let config = Arc::new(configure(config).build().unwrap());
        let mut conn = ClientWith::new(config, name, NOW);
        if section.has_early_data() {
            conn = conn.offer_early_data();
            // No hash covers a ClientHello without its end but that of a binder.
            tape.lines().client_hello_prefix = section.client_hello_prefix();
        }
        Self::new(section, tape, conn)
    }
}

impl<'s, C: Provider> Replay<'s, ServerRole, C> {
    pub fn server(section: &'s Section) -> Self {
        Self::server_with(section, section, None)
    }

    /// The certificate is that of section `of`.
    pub fn server_with(section: &'s Section, of: &Section, resumption: Option<Resumption>) -> Self {
        let (script, tape) = script(section, Side::Server);
        let mut config = ServerConfig::builder(script)
            .certificate_schemes([])
            .record_size_limit(RECORD_SIZE_LIMIT)
            .credential(credential::<C>(of, Side::Server, &tape).unwrap())
            .ask_chain();
        if let Some(resumption) = resumption {
            config = config.resumption(resumption);
        }
        if !section.chain(Side::Client).is_empty() {
            config = config.client_auth(ClientAuth::require(Anchors::default(), Allow::default()));
        }
        if section.file.blocks.iter().any(|b| b.title.ends_with("P-256 key pair")) {
            config = config.groups([NamedGroup::secp256r1]);
        }
        Self::new(section, tape, ServerWith::new(Arc::new(config.build().unwrap()), NOW))
    }
}

impl<'s, R: Role, C: Crypto> Replay<'s, R, C> {
    fn new(section: &'s Section, tape: Tape, conn: Connection<'static, R, Script<C>>) -> Self {
        let watch = Watch::new(tape.clone(), section.messages(R::SIDE));
        let (rx, tx, conversation) = (RecvBuf::new(), SendBuf::new(), section.records());
        let (records, early_data, received) = Default::default();
        let keeps_tickets = false;
        Self { section, tape, watch, conn, rx, tx, keeps_tickets, conversation, records, early_data, received }
    }

    /// Takes the part of our side in the conversation, up to the end or an error.
    pub fn run(&mut self) -> Result<(), Error> {
        self.drive()?;
        for record in std::mem::take(&mut self.conversation) {
            if record.side != R::SIDE {
                assert_eq!(self.rx.receive(&record.bytes), record.bytes.len());
                self.drive()?;
                continue;
            }
            let payload = &record.payload;
            if let Some(mut app) = self.conn.app() {
                match record.content {
                    Content::Alert => app.close(&mut self.tx),
                    Content::ApplicationData => {
                        assert_eq!(app.write(payload, &mut self.tx).unwrap()?, payload.len());
                    }
                    // The client's last flight, or the server's ticket, is there already.
                    _ => {}
                }
            } else if record.content == Content::ApplicationData {
                let mut early_data = self.conn.early_data().expect("early data is offered");
                assert_eq!(early_data.write(payload, &mut self.tx)?, payload.len());
            }
            self.take_output();
            self.compare(&record);
        }
        if !self.records.is_empty() {
            self.tape.lines().differences.push(format!("{} records too many", self.records.len()));
        }
        Ok(())
    }

    /// Our next record is the trace's, unless it contains a message for which the trace's stood in.
    fn compare(&mut self, record: &Record) {
        let ours = self.records.pop_front();
        let stood_in = |(_, theirs): &(Vec<u8>, Vec<u8>)| record.payload.starts_with(theirs);
        if ours.as_ref() == Some(&record.bytes) || ours.is_some() && self.tape.lines().stand_ins.iter().any(stood_in) {
            return;
        }
        let ours = ours.map_or("no".to_owned(), hex::encode);
        self.tape.lines().differences.push(format!("{ours} record of {:?}", record.content));
    }

    fn take_output(&mut self) {
        let mut output = self.tx.to_send();
        while let [_, _, _, high, low, rest @ ..] = output {
            let len = usize::from(u16::from_be_bytes([*high, *low]));
            self.records.push_back(output[..5 + len].to_vec());
            output = &rest[len..];
        }
        let n = self.tx.to_send().len();
        self.tx.sent(n);
    }

    /// Steps until bytes are missing.
    fn drive(&mut self) -> Result<(), Error> {
        loop {
            let chain: Vec<_> = match self.conn.step_with(&mut self.rx, &mut self.tx, &mut self.watch)? {
                Event::Moved { .. } => continue,
                Event::Data(data) => {
                    self.received.extend_from_slice(data);
                    continue;
                }
                Event::EarlyData(data) => {
                    self.early_data.extend_from_slice(data);
                    continue;
                }
                Event::Ask(Ask::PeerChain(peer)) => {
                    peer.certificate_list.iter().map(|e| e.cert_data.to_vec()).collect()
                }
                Event::NeedRecv | Event::PeerClosed => return Ok(()),
                other => panic!("{other:?}"),
            };
            if chain != self.section.chain(R::SIDE.peer()) {
                self.tape.lines().differences.push("another chain".to_owned());
            }
            let verdict = Answer::Chain(Ok(()));
            let event = self.conn.answer_with(verdict, &mut self.rx, &mut self.tx, &mut self.watch);
            event.expect("the question is open")?;
        }
    }
}
