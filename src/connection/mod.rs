//! The sans-I/O connection: bytes in, bytes out, one arrow a step.
//!
//! A [`Connection`] has no buffer: the caller's [`RecvBuf`] and [`SendBuf`] are lent to each call, so that idle connections can
//! share them. It is the only place where effects of the handshake are applied (`step.rs`), and the only one that fails: every fault
//! below becomes one alert and one [`Error`] (`fail.rs`).

mod app;
#[cfg(feature = "alloc")]
mod early_data;
mod event;
mod export;
mod fail;
#[cfg(feature = "alloc")]
mod half_rtt;
mod observer;
mod out;
mod role;
mod step;

pub use app::App;
#[cfg(feature = "alloc")]
pub use early_data::EarlyData;
pub use event::Event;
#[cfg(feature = "alloc")]
pub use half_rtt::HalfRtt;
pub use observer::{Observer, Unobserved};
#[cfg(feature = "ring")]
pub use role::{Client, Server};
pub use role::{ClientWith, ServerWith};

use crate::config::{HasSettings, MAX_FRAGMENT};
use crate::crypto::Crypto;
use crate::error::{Error, Misuse, Refusal};
use crate::fault::{Detail, Fault, Place, Reason, Side, StateName};
use crate::handshake::{Answer, ClientAuthState, Kind, Machine, Need, Negotiated, Reply, Role};
use crate::identity::PeerIdentity;
use crate::record::{Cut, Opener, RecvBuf, Sealer, SendBuf};
use crate::shared::{Kept, Shared};
#[cfg(feature = "alloc")]
use crate::wire::CertificateCompressionAlgorithm;
use crate::wire::{AlertDescription, MIN_RECORD_SIZE_LIMIT};
#[cfg(feature = "alloc")]
use crate::x509::Report;
use crate::x509::{ServerName, Time};
#[cfg(feature = "mlkem")]
use crate::{config::MAX_SHARES, crypto::Room};
use fail::Failure;

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

/// The most content of a record.
#[derive(Clone, Copy)]
struct Limits {
    send: u16,
    recv: u16,
}

impl Limits {
    /// As long as nobody set any: 2^14 bytes (§5.1).
    const NONE: Self = Self { send: MAX_FRAGMENT, recv: MAX_FRAGMENT };
}

/// Who said that it will send no more.
#[derive(Clone, Copy, Default)]
struct Closed {
    by_us: bool,
    by_peer: bool,
}

impl<'c, R: Role, C: Crypto> Connection<'c, R, C> {
    fn start(config: Shared<'c, R::Config<C>>, server_name: Option<ServerName<'c>>, time: Time) -> Self {
        let machine = Machine::new(server_name, time);
        Self {
            machine,
            sealer: Sealer::new(),
            opener: Opener::new(),
            limits: Limits { send: config.settings().max_send_fragment(), ..Limits::NONE },
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

    /// By what the peer's certificate came compressed, if it did (RFC 8879).
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn peer_compression(&self) -> Option<CertificateCompressionAlgorithm> {
        self.config.settings().compression.named(self.negotiated().peer_compression)
    }

    /// By what our own certificate went compressed, if it did.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn own_compression(&self) -> Option<CertificateCompressionAlgorithm> {
        self.config.settings().compression.named(self.negotiated().own_compression)
    }

    /// The external PSK by which both ends know each other, if they do so by one: there is no other peer then.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn external_psk(&self) -> Option<&crate::resumption::Psk> {
        let at = self.negotiated().external_psk.filter(|_| self.is_connected())?;
        self.config.psks().get(usize::from(at))
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

    /// What became of client authentication; also after a failure, which may be the server's refusal.
    #[must_use]
    pub fn client_auth(&self) -> ClientAuthState {
        match self.error() {
            Some(error) => self.machine.client_auth(error.state(), error.alert_of(Side::Server)),
            None => self.machine.client_auth(self.state(), None),
        }
    }

    /// True in a client that is CONNECTED and does not know what the server makes of its certificate, or of the lack of one:
    /// as long as it steps and receives, it may learn of it. Many servers never say that they accept.
    #[must_use]
    pub fn awaits_client_auth(&self) -> bool {
        self.machine.awaits_client_auth() && !self.closed.by_peer
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
        let message = rx.message().ok().flatten().map(|range| step::arrived(rx, range));
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

    /// Gives up by the application's decision, and tells the peer by this alert: `access_denied`, say, once it is known what a
    /// peer wants, or whatever fits in place of an answer to [`Event::Ask`]. `close_notify` refuses nothing, and `internal_error` is
    /// sent for it. Later calls return the error.
    pub fn refuse(&mut self, alert: AlertDescription, tx: &mut SendBuf<'_>) -> Error {
        self.refuse_with(alert, tx, &mut Unobserved)
    }

    /// [`Connection::refuse`], with somebody watching.
    pub fn refuse_with(&mut self, alert: AlertDescription, tx: &mut SendBuf<'_>, observer: &mut dyn Observer) -> Error {
        if let Some(error) = self.error() {
            return error;
        }
        let (side, state) = (R::SIDE, self.state());
        let ends_well = alert == AlertDescription::close_notify;
        let detail = Detail::Alert(if ends_well { AlertDescription::internal_error } else { alert });
        let refusal = Refusal { reason: Reason::ApplicationRefused, side, state, place: Place::default(), detail };
        self.give_up(refusal, tx, observer)
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
        // What grows is the chain, the names of anchors and of protocols, and PSKs; the rest of a flight fits in the constant.
        let longest = self.config.credentials().iter().map(|credential| credential.list_len()).max().unwrap_or(0);
        let settings = self.config.settings();
        let protocols =
            settings.alpn().iter().map(|name| name.0.len().saturating_add(1)).fold(0, usize::saturating_add);
        let longest = longest.max(self.config.psks_len());
        let longest = longest.saturating_add(self.config.authorities().len()).saturating_add(protocols);
        #[cfg(feature = "alloc")]
        let longest = longest.saturating_add(settings.compression.lengthens());
        let mut cut = self.cut();
        if !self.is_connected() && (R::SIDE == Side::Server || settings.record_size_limit.is_some()) {
            // The peer may still ask for the shortest records that there are (RFC 8449 §4).
            cut.fragment = usize::from(MIN_RECORD_SIZE_LIMIT).saturating_sub(1);
        }
        #[cfg(feature = "mlkem")]
        let longest = longest.saturating_add(self.shares_len());
        let flight = SendBuf::sealed_len(longest.saturating_add(1536), cut);
        // Before the limit is known, padding goes up to the longest record.
        flight.saturating_add(usize::from(settings.record_padding.min(self.limits.send)).saturating_mul(2))
    }

    /// The key shares of a flight, if they are longer than those of ECDH.
    #[cfg(feature = "mlkem")]
    fn shares_len(&self) -> usize {
        let groups = self.config.settings().groups();
        let long = groups.iter().filter(|group| group.is_post_quantum()).count().min(MAX_SHARES);
        C::Share::EMPTY.as_ref().len().saturating_mul(long)
    }

    fn cut(&self) -> Cut {
        Cut { fragment: self.limits.send.into(), pad_to: self.config.settings().record_padding.into() }
    }

    /// Sends a KeyUpdate, asking for the peer's if `ask`; the next record is under the next key.
    fn send_key_update(&mut self, ask: bool, tx: &mut SendBuf<'_>, observer: &mut dyn Observer) -> Result<(), Fault> {
        let (machine, mut out) = self.split(tx, observer, true);
        let config = out.config;
        machine.send_key_update(config, ask, &mut out)
    }
}
