//! The sans-I/O connection: bytes in, bytes out, one arrow a step.
//!
//! A [`Connection`] has no buffer: the caller's [`RecvBuf`] and [`SendBuf`] are lent to each call, so that idle connections can
//! share them. It is the only place where effects of the handshake are applied, and the only one that fails: every fault
//! below becomes one alert and one [`Error`] here.

mod app;
mod event;
mod observer;
mod out;
mod role;

pub use app::App;
pub use event::Event;
pub use observer::{Observer, Unobserved};
#[cfg(feature = "ring")]
pub use role::{Client, Server};
pub use role::{ClientWith, ServerWith};

use crate::config::{Credential, HasSettings};
use crate::crypto::Crypto;
use crate::error::{Error, Misuse, PeerAlert, Refusal};
use crate::fault::{Fault, Reason, Side, StateName};
use crate::handshake::{
    Answer, Ask, ClientAuthState, Kind, Machine, Need, Negotiated, Outcome, Reply, Role, Trace, ask,
};
use crate::identity::PeerIdentity;
use crate::record::{Cut, Opened, Opener, RecvBuf, Rules, Sealer, SendBuf};
use crate::shared::{Kept, Shared};
use crate::wire::{Alert, AlertDescription, AlertLevel, ContentType, MIN_RECORD_SIZE_LIMIT};
#[cfg(feature = "alloc")]
use crate::x509::Report;
use crate::x509::{ServerName, Time};
use out::Out;

/// KeyUpdates not asked for, or user_canceled alerts, that the peer may send without application data between them.
const MAX_IDLE_RECORDS: u8 = 32;

/// One connection, from START to the last close_notify.
pub struct Connection<'c, R: Role, C: Crypto> {
    config: Shared<'c, R::Config<C>>,
    machine: Machine<'c, R, C>,
    sealer: Sealer<C::Aead>,
    opener: Opener<C::Aead>,
    limits: Limits,
    /// KeyUpdates and warnings since the last application data.
    idle_records: u8,
    closed: Closed,
    /// The question that the last step put.
    asked: Need,
    failure: Option<Kept<Failure>>,
}

/// How a connection ended that failed.
struct Failure {
    error: Error,
    #[cfg(feature = "alloc")]
    report: Option<alloc::boxed::Box<Report>>,
}

/// The most content of a record.
#[derive(Clone, Copy)]
struct Limits {
    send: u16,
    recv: u16,
}

impl Limits {
    /// As long as nobody set any: 2^14 bytes (§5.1).
    const NONE: Self = Self { send: 1 << 14, recv: 1 << 14 };
}

/// What one step came to, before anything is lent.
enum Step {
    Moved { from: StateName, to: StateName },
    Data,
    Ask(Need),
    Yield,
    NeedRecv,
    NeedSend,
    PeerClosed,
    PeerAlert(AlertDescription),
}

/// Who said that it will send no more.
#[derive(Clone, Copy, Default)]
struct Closed {
    by_us: bool,
    by_peer: bool,
}

impl<'c, R: Role, C: Crypto> Connection<'c, R, C> {
    fn start(config: Shared<'c, R::Config<C>>, server_name: Option<ServerName<'c>>, time: Time) -> Self {
        let machine = Machine::new(&config.settings().crypto, server_name, time);
        Self {
            machine,
            sealer: Sealer::new(),
            opener: Opener::new(),
            limits: Limits::NONE,
            idle_records: 0,
            closed: Closed::default(),
            asked: Need::Nothing,
            failure: None,
            config,
        }
    }

    /// The configuration.
    pub fn config(&self) -> &R::Config<C> {
        &self.config
    }

    /// Which of the two ends this is.
    #[must_use]
    pub fn side(&self) -> Side {
        R::SIDE
    }

    /// The box of RFC 8446 Appendix A.
    #[must_use]
    pub fn state(&self) -> StateName {
        self.machine.name()
    }

    /// The handshake messages that are legal now.
    #[must_use]
    pub fn expects(&self) -> &'static [Kind] {
        self.machine.expects()
    }

    /// True once application data may flow.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.machine.is_connected()
    }

    /// What both ends agreed on so far.
    #[must_use]
    pub fn negotiated(&self) -> &Negotiated {
        self.machine.negotiated()
    }

    /// The application protocol that both ends agreed on (RFC 7301).
    #[must_use]
    pub fn alpn(&self) -> Option<&[u8]> {
        let at = self.negotiated().alpn?;
        self.config.settings().alpn().iter().nth(at.into()).map(|name| name.0)
    }

    /// Who the peer proved to be; nothing before CONNECTED, and nothing for a client that showed no certificate.
    #[must_use]
    pub fn peer(&self) -> Option<&PeerIdentity> {
        self.machine.claimed_peer().filter(|_| self.is_connected())
    }

    /// Who the peer's certificate names, whether or not it was accepted and its key proved: for reports and logs, also after a
    /// failure.
    #[must_use]
    pub fn claimed_peer(&self) -> Option<&PeerIdentity> {
        self.machine.claimed_peer()
    }

    /// What became of client authentication.
    #[must_use]
    pub fn client_auth(&self) -> ClientAuthState {
        self.machine.client_auth()
    }

    /// Why the connection is over, if it failed.
    #[must_use]
    pub fn error(&self) -> Option<Error> {
        self.failure.as_deref().map(|failure| failure.error)
    }

    /// Why the peer's chain was refused: every path that was tried, with every check, and the chain as the peer sent it. It is
    /// there if the connection failed because the configuration refused the chain, or whom it names; then the chain by itself
    /// is accepted ([`PeerNotAllowed`](Reason::PeerNotAllowed)).
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn report(&self) -> Option<&Report> {
        self.failure.as_deref()?.report.as_deref()
    }

    /// Takes one arrow, or opens one record.
    ///
    /// # Errors
    /// Why the connection is over; later calls say the same again and do nothing.
    pub fn step<'rx>(&mut self, rx: &'rx mut RecvBuf<'_>, tx: &mut SendBuf<'_>) -> Result<Event<'rx>, Error> {
        self.step_with(rx, tx, &mut Unobserved)
    }

    /// [`Connection::step`], with somebody watching.
    ///
    /// # Errors
    /// As [`Connection::step`].
    pub fn step_with<'rx>(
        &mut self,
        rx: &'rx mut RecvBuf<'_>,
        tx: &mut SendBuf<'_>,
        observer: &mut dyn Observer,
    ) -> Result<Event<'rx>, Error> {
        self.checked(rx, tx, observer, None)
    }

    /// Answers the question that [`Event::Ask`] put, and takes the arrow that waited for it.
    ///
    /// # Errors
    /// As [`Connection::step`]; and [`Misuse`] if no such question is open, or the send buffer must be emptied first, which
    /// both change nothing.
    pub fn answer<'rx>(
        &mut self,
        answer: Answer<'_, 'c>,
        rx: &'rx mut RecvBuf<'_>,
        tx: &mut SendBuf<'_>,
    ) -> Result<Result<Event<'rx>, Error>, Misuse> {
        self.answer_with(answer, rx, tx, &mut Unobserved)
    }

    /// [`Connection::answer`], with somebody watching.
    ///
    /// # Errors
    /// As [`Connection::answer`].
    pub fn answer_with<'rx>(
        &mut self,
        answer: Answer<'_, 'c>,
        rx: &'rx mut RecvBuf<'_>,
        tx: &mut SendBuf<'_>,
        observer: &mut dyn Observer,
    ) -> Result<Result<Event<'rx>, Error>, Misuse> {
        let message = rx.message().ok().flatten().map(|range| rx.bytes(range));
        let open = self.machine.need(message.filter(|_| self.machine.waits()), &self.config);
        // What the configuration decides is not asked, and can't be answered.
        if self.failure.is_some() || open != self.asked || !open.fits(&answer) {
            return Err(Misuse::AnswerDoesNotFit);
        }
        if self.lacks_room(tx) {
            return Err(Misuse::NoRoom);
        }
        Ok(self.checked(rx, tx, observer, Some(Reply::new(answer))))
    }

    /// The transport ended. That is an error unless the peer sent close_notify before.
    ///
    /// # Errors
    /// [`Error::Truncated`], or why the connection was over before.
    pub fn end_of_input(&mut self) -> Result<(), Error> {
        if let Some(error) = self.error() {
            return Err(error);
        }
        if self.closed.by_peer {
            return Ok(());
        }
        // [6.1-2]
        Err(self.end(Error::Truncated { state: self.state() }))
    }

    /// Gives up, and tells the peer (`user_canceled`, RFC 8446 §6.1); for time-outs before CONNECTED. Later calls return the error.
    pub fn cancel(&mut self, tx: &mut SendBuf<'_>) -> Error {
        match self.error() {
            Some(error) => error,
            None => self.fail(Reason::Cancelled.into(), self.state(), tx, &mut Unobserved),
        }
    }

    /// Sending and receiving of application data; `None` before CONNECTED, and after a failure.
    pub fn app(&mut self) -> Option<App<'_, 'c, R, C>> {
        // [5.1-10]
        (self.is_connected() && self.failure.is_none()).then_some(App { conn: self })
    }

    /// True if the peer said that it will send no more.
    #[must_use]
    pub fn peer_closed(&self) -> bool {
        self.closed.by_peer
    }

    /// Room that a send buffer of a fixed size needs for the longest flight of this connection.
    #[must_use]
    #[inline(never)]
    pub fn required_send_space(&self) -> usize {
        // What grows is the chain, the names of anchors and of protocols; the rest of a flight fits in the constant.
        let chain = |c: &Credential| {
            c.chain().iter().map(|e| e.cert_data.len().saturating_add(5)).fold(c.staple_len(), usize::saturating_add)
        };
        let longest = self.config.credentials().iter().map(|c| chain(c)).max().unwrap_or(0);
        let settings = self.config.settings();
        let protocols =
            settings.alpn().iter().map(|name| name.0.len().saturating_add(1)).fold(0, usize::saturating_add);
        let longest = longest.saturating_add(self.config.authorities().len()).saturating_add(protocols);
        let mut cut = self.cut();
        if !self.is_connected() && (R::SIDE == Side::Server || settings.record_size_limit.is_some()) {
            // The peer may still ask for the shortest records that there are (RFC 8449 §4).
            cut.fragment = usize::from(MIN_RECORD_SIZE_LIMIT).saturating_sub(1);
        }
        let flight = SendBuf::sealed_len(longest.saturating_add(1536), cut);
        // Before the limit is known, padding goes up to the longest record.
        flight.saturating_add(usize::from(settings.record_padding.min(self.limits.send)).saturating_mul(2))
    }

    fn cut(&self) -> Cut {
        Cut { fragment: self.limits.send.into(), pad_to: self.config.settings().record_padding.into() }
    }

    /// One step, or the error that ended everything. Here, and only here, a fault becomes an error and an alert.
    fn checked<'rx>(
        &mut self,
        rx: &'rx mut RecvBuf<'_>,
        tx: &mut SendBuf<'_>,
        observer: &mut dyn Observer,
        reply: Option<Reply<'_, 'c, R, C>>,
    ) -> Result<Event<'rx>, Error> {
        if let Some(error) = self.error() {
            return Err(error);
        }
        let before = self.state();
        self.asked = Need::Nothing;
        let step = self.advance(rx, tx, observer, reply).and_then(|step| {
            let cut = self.cut();
            tx.close(&mut self.sealer, cut)?;
            Ok(step)
        });
        let event = match step {
            Ok(Step::PeerAlert(description)) => return Err(self.peer_failed(description, tx)),
            Ok(Step::Ask(need)) => {
                self.asked = need;
                self.ask(rx, need).map(Event::Ask)
            }
            Ok(Step::Moved { from, to }) => Ok(Event::Moved { from, to }),
            Ok(Step::Data) => Ok(Event::Data(rx.data())),
            Ok(Step::Yield) => Ok(Event::Yield),
            Ok(Step::NeedRecv) => Ok(Event::NeedRecv),
            Ok(Step::NeedSend) => Ok(Event::NeedSend),
            Ok(Step::PeerClosed) => Ok(Event::PeerClosed),
            Err(fault) => Err(fault),
        };
        event.map_err(|fault| {
            let state = if self.state() == StateName::Failed { before } else { self.state() };
            self.fail(fault, state, tx, observer)
        })
    }

    /// Goes on until something is worth telling.
    fn advance(
        &mut self,
        rx: &mut RecvBuf<'_>,
        tx: &mut SendBuf<'_>,
        observer: &mut dyn Observer,
        mut reply: Option<Reply<'_, 'c, R, C>>,
    ) -> Result<Step, Fault> {
        rx.end_loan();
        loop {
            if self.closed.by_peer {
                // [6.1-3] What follows close_notify is ignored.
                rx.clear();
                return Ok(Step::PeerClosed);
            }
            let range = if self.machine.waits() { rx.message()? } else { None };
            if !self.machine.waits() || range.is_some() {
                let message = range.clone().map(|range| rx.bytes(range));
                if let Some(step) = self.take_arrow(message, rx, tx, observer, reply.take())? {
                    if step.taken
                        && let Some(range) = range
                    {
                        rx.release_message(range);
                    }
                    match step.told {
                        Some(told) => return Ok(told),
                        None => continue,
                    }
                }
                return Ok(Step::NeedSend);
            }
            let rules = self.rules();
            match rx.open_next(&mut self.opener, rules)? {
                Opened::NeedMore => return Ok(Step::NeedRecv),
                Opened::Handshake | Opened::Dropped => {}
                Opened::Alert(alert) => {
                    if let Some(step) = self.recv_alert(alert, observer)? {
                        return Ok(step);
                    }
                }
                Opened::Data => {
                    self.idle_records = 0;
                    return Ok(Step::Data);
                }
            }
        }
    }

    /// True if what waits has to be sent before the next arrow can be taken.
    fn lacks_room(&self, tx: &SendBuf<'_>) -> bool {
        let sends = self.machine.sends() || self.is_connected();
        sends && !tx.is_empty() && tx.room() < self.required_send_space()
    }

    /// Takes the next arrow. `None`: the send buffer has to be emptied first.
    #[inline(never)]
    fn take_arrow(
        &mut self,
        message: Option<&[u8]>,
        rx: &RecvBuf<'_>,
        tx: &mut SendBuf<'_>,
        observer: &mut dyn Observer,
        reply: Option<Reply<'_, 'c, R, C>>,
    ) -> Result<Option<Taken>, Fault> {
        if self.lacks_room(tx) {
            return Ok(None);
        }
        let kind = message.map(Kind::of);
        // One that we asked for is our own doing, however often we do it.
        if self.is_connected() && kind == Some(Kind::KeyUpdate) && !self.machine.awaits_key_update() {
            // [4.6.3-6]
            self.count_idle(Reason::TooManyKeyUpdates)?;
        }
        let aligned = rx.ends_with_message(message.map_or(0, <[u8]>::len));
        let (machine, mut out) = self.split(tx, observer, aligned);
        let config = out.config;
        let yields = config.settings().one_operation_per_step;
        let outcome = machine.arrow(config, message, reply, &mut out)?;
        Ok(Some(match outcome {
            Outcome::Ask(need) => Taken { taken: false, told: Some(Step::Ask(need)) },
            Outcome::Yield => Taken { taken: false, told: Some(Step::Yield) },
            // NEGOTIATED and WAIT_FINISHED have a second half, in which a signature is made: no transition of the figure.
            Outcome::Took { from, to, taken } if from == to && to != StateName::Connected => {
                Taken { taken, told: yields.then_some(Step::Yield) }
            }
            Outcome::Took { from, to, taken } => {
                observer.event(&Trace::Moved { from, to });
                Taken { taken, told: Some(Step::Moved { from, to }) }
            }
        }))
    }

    /// The machine, and everything that its effects change: disjoint parts.
    fn split<'a, 't>(
        &'a mut self,
        tx: &'a mut SendBuf<'t>,
        observer: &'a mut dyn Observer,
        aligned: bool,
    ) -> (&'a mut Machine<'c, R, C>, Out<'a, 't, R, C>) {
        let pad_to = self.cut().pad_to;
        let out = Out {
            config: &*self.config,
            tx,
            sealer: &mut self.sealer,
            opener: &mut self.opener,
            limits: &mut self.limits,
            pad_to,
            aligned,
            observer,
        };
        (&mut self.machine, out)
    }

    /// The question, with what is needed to answer it.
    #[inline(never)]
    fn ask<'rx>(&self, rx: &'rx RecvBuf<'_>, need: Need) -> Result<Ask<'rx>, Fault> {
        let message = rx.message()?.map(|range| rx.bytes(range)).unwrap_or_default();
        ask(need, R::SIDE, message, || self.machine.sign_request())
    }

    fn rules(&self) -> Rules {
        let state = self.state();
        let before_hello = state == StateName::Start && !self.negotiated().retried;
        Rules {
            change_cipher_spec: state != StateName::Connected && !before_hello,
            application_data: state == StateName::Connected,
            plaintext_alert: R::SIDE == Side::Server && state != StateName::Connected,
            limit: self.limits.recv.into(),
        }
    }

    #[inline(never)]
    fn recv_alert(&mut self, alert: Alert, observer: &mut dyn Observer) -> Result<Option<Step>, Fault> {
        // [6.2-3]
        observer.event(&Trace::RecvAlert(alert));
        match alert.description {
            AlertDescription::close_notify if self.is_connected() => {
                self.closed.by_peer = true;
                Ok(Some(Step::PeerClosed))
            }
            // [6.1-4] It announces a close_notify, and ends nothing by itself.
            AlertDescription::user_canceled => {
                // [6.1-6]
                self.count_idle(Reason::TooManyWarnings)?;
                Ok(None)
            }
            // [6-2] Whatever its level says, any other alert is the end.
            description => Ok(Some(Step::PeerAlert(description))),
        }
    }

    fn count_idle(&mut self, too_many: Reason) -> Result<(), Fault> {
        self.idle_records = self.idle_records.saturating_add(1);
        if self.idle_records > MAX_IDLE_RECORDS {
            return Err(too_many.into());
        }
        Ok(())
    }

    /// The peer gave up: nothing is sent, everything is forgotten.
    #[inline(never)]
    fn peer_failed(&mut self, description: AlertDescription, tx: &mut SendBuf<'_>) -> Error {
        let error = Error::PeerAlert(PeerAlert { description, side: R::SIDE, state: self.state() });
        tx.drop_open();
        self.end(error)
    }

    /// We give up: one alert under the current key, and everything is forgotten.
    #[inline(never)]
    fn fail(&mut self, fault: Fault, state: StateName, tx: &mut SendBuf<'_>, observer: &mut dyn Observer) -> Error {
        // [6.2-2]
        let (reason, place, detail) = (fault.reason(), fault.place(), fault.figures());
        let error = Error::Refused(Refusal { reason, side: R::SIDE, state, place, detail });
        tx.drop_open();
        let description = reason.alert();
        // §6.1: after our close_notify there are no messages of ours any more.
        if !self.closed.by_us {
            self.send_alert(description, tx, observer);
            if description == AlertDescription::user_canceled {
                // [6.1-5]
                self.send_alert(AlertDescription::close_notify, tx, observer);
            }
        }
        self.end(error)
    }

    /// Best effort: a send buffer that has no room for an alert must not hide the reason.
    fn send_alert(&mut self, description: AlertDescription, tx: &mut SendBuf<'_>, observer: &mut dyn Observer) {
        let closing = [AlertDescription::close_notify, AlertDescription::user_canceled].contains(&description);
        // [6-1]
        let level = if closing { AlertLevel::warning } else { AlertLevel::fatal };
        let alert = [level.0, description.0];
        let cut = self.cut();
        if tx.record(ContentType::alert, &alert, &mut self.sealer, cut).is_ok() {
            observer.event(&Trace::SendAlert(Alert { level, description }));
        }
    }

    fn end(&mut self, error: Error) -> Error {
        self.failure = Some(Kept::new(Failure {
            error,
            #[cfg(feature = "alloc")]
            report: self.machine.take_report(),
        }));
        self.machine.fail();
        // [6-5] [6.2-1]
        self.sealer = Sealer::new();
        self.opener = Opener::new();
        error
    }

    /// Sends a KeyUpdate, asking for the peer's if `ask`; the next record is under the next key.
    fn send_key_update(&mut self, ask: bool, tx: &mut SendBuf<'_>, observer: &mut dyn Observer) -> Result<(), Fault> {
        let (machine, mut out) = self.split(tx, observer, true);
        let config = out.config;
        machine.send_key_update(config, ask, &mut out)
    }
}

/// An arrow that was taken, or a question that came up instead.
struct Taken {
    taken: bool,
    told: Option<Step>,
}
