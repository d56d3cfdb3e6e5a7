//! One end of a connection, and what must hold of it whatever arrives.

use super::input::Input;
use super::null::{Null, sign};
use super::world::ANSWERS;
use symbolon::crypto::SignatureAlgorithm;
use symbolon::wire::{AlertDescription, AlertLevel};
use symbolon::{
    Answer, Ask, Connection, Error, Event, Misuse, Observer, Reason, RecvBuf, Role, SendBuf, StateName, Trace,
};

/// More than any delivery of ours takes: a step that does nothing and asks for nothing would repeat for ever.
const MAX_STEPS: usize = 100_000;

pub struct End<'b, R: Role> {
    pub conn: Connection<'static, R, Null>,
    pub rx: RecvBuf<'b>,
    pub tx: SendBuf<'static>,
    pub watch: Watch,
    pub received: Vec<u8>,
    pub early_data: Vec<u8>,
}

/// What an observer counts and keeps.
#[derive(Default)]
pub struct Watch {
    /// Handshake messages, one behind the other: all that were sent, and those received up to CONNECTED.
    pub said: Vec<u8>,
    pub heard: Vec<u8>,
    connected: bool,
    pub fatal_alerts: usize,
    /// The last alert received was an error's, and yet sent at level warning: what alone of a peer's alerts is
    /// answered.
    mislevelled: bool,
    /// K_recv is set.
    pub keyed: bool,
}

impl Observer for Watch {
    fn event(&mut self, event: &Trace<'_>) {
        match event {
            Trace::SendAlert(alert) if alert.level == AlertLevel::fatal => self.fatal_alerts += 1,
            Trace::RecvAlert(alert) => {
                let ends = alert.description == AlertDescription::close_notify;
                self.mislevelled = alert.level == AlertLevel::warning && !ends;
            }
            Trace::RecvKey(_) => self.keyed = true,
            Trace::Send { bytes, .. } => self.said.extend_from_slice(bytes),
            Trace::Recv { bytes, .. } if !self.connected => self.heard.extend_from_slice(bytes),
            Trace::Moved { to: StateName::Connected, .. } => self.connected = true,
            _ => {}
        }
    }
}

/// An answer that owns its parts.
enum Reply {
    Credential(bool),
    Chain(Result<(), Reason>),
    Signature(Vec<u8>),
}

impl<'b, R: Role> End<'b, R> {
    pub fn new(conn: Connection<'static, R, Null>, rx: RecvBuf<'b>) -> Self {
        Self { conn, rx, tx: SendBuf::new(), watch: Watch::default(), received: Vec::new(), early_data: Vec::new() }
    }

    /// Takes everything that waits to be sent.
    pub fn take_output(&mut self) -> Vec<u8> {
        let bytes = self.tx.to_send().to_vec();
        self.tx.sent(bytes.len());
        bytes
    }

    /// Hands bytes over, and steps as often as it takes; `input` decides what is answered.
    pub fn give(&mut self, mut bytes: &[u8], input: &mut Input<'_>) {
        loop {
            let n = self.rx.receive(bytes);
            bytes = &bytes[n..];
            self.drive(input);
            if bytes.is_empty() || self.conn.error().is_some() {
                return;
            }
            assert!(n > 0, "the buffer is full, and the connection asks for more");
        }
    }

    /// Steps until more bytes are needed, or it is over.
    pub fn drive(&mut self, input: &mut Input<'_>) {
        let mut reply = None;
        for _ in 0..MAX_STEPS {
            let connected = self.conn.is_connected();
            let event = match reply.take() {
                None => self.conn.step_with(&mut self.rx, &mut self.tx, &mut self.watch),
                Some(reply) => {
                    let answer = match &reply {
                        Reply::Credential(some) => {
                            let at = usize::from(self.conn.side() == symbolon::Side::Server);
                            Answer::Credential(some.then(|| ANSWERS[at].clone().into()))
                        }
                        Reply::Chain(verdict) => Answer::Chain(*verdict),
                        Reply::Signature(signature) => Answer::Signature(signature),
                    };
                    match self.conn.answer_with(answer, &mut self.rx, &mut self.tx, &mut self.watch) {
                        Ok(event) => event,
                        Err(misuse) => {
                            assert_eq!(misuse, Misuse::AnswerDoesNotFit);
                            continue;
                        }
                    }
                }
            };
            match event {
                Ok(Event::Moved { to, .. }) => assert_ne!(to, StateName::Failed),
                Ok(Event::Yield) => {}
                Ok(Event::Data(bytes)) => {
                    assert!(connected && !bytes.is_empty(), "application data before CONNECTED");
                    self.received.extend_from_slice(bytes);
                }
                Ok(Event::EarlyData(bytes)) => {
                    assert!(!connected && !bytes.is_empty(), "early data once CONNECTED");
                    self.early_data.extend_from_slice(bytes);
                }
                Ok(Event::Ask(ask)) => reply = Some(decide(&ask, input)),
                Ok(Event::NeedRecv | Event::PeerClosed) => return self.check(),
                Ok(Event::NeedSend) => {
                    assert!(!self.tx.to_send().is_empty(), "it waits for nothing");
                    return self.check();
                }
                Err(error) => {
                    assert_eq!(self.conn.step(&mut self.rx, &mut self.tx).err(), Some(error), "errors stay");
                    return self.check();
                }
            }
        }
        panic!("steps without end");
    }

    /// Nobody is CONNECTED who did not hear what the peer said, to the last bit (RFC 8446 §4.4.4).
    pub fn assert_heard<P: Role>(&self, peer: &End<'_, P>) {
        if self.watch.connected {
            assert!(peer.watch.said.starts_with(&self.watch.heard), "CONNECTED, but not with this peer");
        }
    }

    /// What holds at any time.
    pub fn check(&mut self) {
        assert!(self.conn.is_connected() || (self.conn.peer().is_none() && self.conn.app().is_none()));
        let Some(error) = self.conn.error() else {
            assert_eq!(self.watch.fatal_alerts, 0, "an alert, and no error");
            return;
        };
        assert!(self.conn.app().is_none() && self.conn.state() == StateName::Failed, "{error}");
        match error {
            Error::Refused(refusal) => {
                let ours = [
                    Reason::Internal,
                    Reason::SequenceExhausted,
                    Reason::RandomFailed,
                    Reason::CryptoFailed,
                    Reason::SendBufferTooSmall,
                    Reason::PskTooLong,
                ];
                assert!(!ours.contains(&refusal.reason), "no peer can bring this about: {error}");
                assert_eq!(self.watch.fatal_alerts, 1, "{error}");
            }
            Error::PeerAlert(_) => {
                assert_eq!(self.watch.fatal_alerts, usize::from(self.watch.mislevelled), "{error}");
            }
            Error::Truncated { .. } => assert_eq!(self.watch.fatal_alerts, 0, "{error}"),
        }
    }
}

/// Mostly what lets the handshake go on.
fn decide(ask: &Ask<'_>, input: &mut Input<'_>) -> Reply {
    match (input.u8(), ask) {
        (250.., _) => Reply::Signature(vec![1; 32]),
        (240.., _) => Reply::Chain(Err(Reason::CertificateExpired)),
        (230.., _) => Reply::Credential(false),
        (_, Ask::ClientHello(_) | Ask::CertificateRequest(_)) => Reply::Credential(true),
        (_, Ask::PeerChain(_)) => Reply::Chain(Ok(())),
        (_, Ask::Sign(request)) => {
            let algorithm = SignatureAlgorithm::of_scheme(request.scheme).expect("a scheme that was agreed on");
            Reply::Signature(sign(algorithm, request.content.as_ref()).to_vec())
        }
    }
}
