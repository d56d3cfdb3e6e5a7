//! One step: which arrow is next, or which record, and what is told of it.

use super::out::Out;
use super::{Connection, Event, Limits, Observer};
use crate::config::HasSettings;
use crate::crypto::Crypto;
use crate::error::Error;
use crate::fault::{Detail, Fault, Reason, Side, StateName};
#[cfg(feature = "alloc")]
use crate::handshake::expand;
use crate::handshake::{Arrived, Ask, Kind, Machine, Need, Outcome, Reply, Role, Trace, ask};
use crate::record::{Opened, RecvBuf, Rules, SendBuf};
use crate::wire::{Alert, AlertDescription, AlertLevel};
use core::ops::Range;

/// KeyUpdates not asked for that the peer may send without application data between them; a user_canceled alert counts for eight,
/// so that there may be four of these.
const MAX_IDLE_RECORDS: u8 = 32;
const USER_CANCELED: u8 = 8;

/// The message that lies there, and what it stands for.
pub(super) fn arrived<'rx>(rx: &'rx RecvBuf<'_>, range: Range<usize>) -> Arrived<'rx> {
    let message = Arrived::new(rx.bytes(range));
    #[cfg(feature = "alloc")]
    let message = message.expanded_to(rx.expanded());
    message
}

/// What one step came to, before anything is lent.
enum Step {
    Moved {
        from: StateName,
        to: StateName,
    },
    Data,
    #[cfg(feature = "alloc")]
    EarlyData,
    Ask(Need),
    Yield,
    NeedRecv,
    NeedSend,
    PeerClosed,
    PeerAlert(Alert),
}

/// An arrow that was taken, or a question that came up instead.
struct Taken {
    taken: bool,
    told: Option<Step>,
}

impl<'c, R: Role, C: Crypto> Connection<'c, R, C> {
    /// One step, or the error that ended everything. Here, and only here, a fault becomes an error and an alert.
    pub(super) fn checked<'rx>(
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
        // Each event is made where the caller finds it: it is long, and application data come often.
        let fault = match step {
            Ok(Step::Data) => return Ok(Event::Data(rx.data())),
            Ok(Step::PeerAlert(alert)) => return Err(self.peer_failed(alert, tx, observer)),
            Ok(Step::Ask(need)) => {
                self.asked = need;
                match self.ask(rx, need) {
                    Ok(ask) => return Ok(Event::Ask(ask)),
                    Err(fault) => fault,
                }
            }
            Ok(Step::Moved { from, to }) => return Ok(Event::Moved { from, to }),
            #[cfg(feature = "alloc")]
            Ok(Step::EarlyData) => return Ok(Event::EarlyData(rx.data())),
            Ok(Step::Yield) => return Ok(Event::Yield),
            Ok(Step::NeedRecv) => return Ok(Event::NeedRecv),
            Ok(Step::NeedSend) => return Ok(Event::NeedSend),
            Ok(Step::PeerClosed) => return Ok(Event::PeerClosed),
            Err(fault) => fault,
        };
        let state = if self.state() == StateName::Failed { before } else { self.state() };
        Err(self.fail(fault, state, tx, observer))
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
                #[cfg(feature = "alloc")]
                if let Some(range) = range.clone() {
                    self.expand(range, rx, observer)?;
                }
                let message = range.clone().map(|range| arrived(rx, range));
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
                    #[cfg(feature = "alloc")]
                    if !self.is_connected() {
                        observer.event(&Trace::RecvEarlyData(rx.data().len()));
                        // [8-3]
                        return Ok(Step::EarlyData);
                    }
                    return Ok(Step::Data);
                }
            }
        }
    }

    /// [8879-3-4] [8879-4-7] [8879-4-8]
    /// Expands a CompressedCertificate, once, where a Certificate is legal and compression was offered; else it stays what it is,
    /// and is legal nowhere.
    #[cfg(feature = "alloc")]
    fn expand(&self, message: Range<usize>, rx: &mut RecvBuf<'_>, observer: &mut dyn Observer) -> Result<(), Fault> {
        let (bytes, compression) = (rx.bytes(message), &self.config.settings().compression);
        let kind = Kind::of(bytes);
        let legal = compression.offered().is_some() && self.machine.expects().contains(&Kind::Certificate);
        if kind != Kind::CompressedCertificate || !legal || rx.expanded().is_some() {
            return Ok(());
        }
        let expanded = expand(compression, bytes, rx.most_message()).map_err(|fault| {
            // Nobody else will show it.
            observer.event(&Trace::Recv { kind, bytes });
            fault.message(kind.msg_type())
        })?;
        rx.keep_expanded(expanded);
        Ok(())
    }

    /// True if what waits has to be sent before the next arrow can be taken.
    pub(super) fn lacks_room(&self, tx: &SendBuf<'_>) -> bool {
        self.machine.sends() && !tx.is_empty() && tx.room() < self.required_send_space()
    }

    /// Takes the next arrow. `None`: the send buffer has to be emptied first.
    #[inline(never)]
    fn take_arrow(
        &mut self,
        message: Option<Arrived<'_>>,
        rx: &RecvBuf<'_>,
        tx: &mut SendBuf<'_>,
        observer: &mut dyn Observer,
        reply: Option<Reply<'_, 'c, R, C>>,
    ) -> Result<Option<Taken>, Fault> {
        if self.lacks_room(tx) {
            return Ok(None);
        }
        let kind = message.map(Arrived::kind);
        // One that we asked for is our own doing, however often we do it.
        if self.is_connected() && kind == Some(Kind::KeyUpdate) && !self.machine.awaits_key_update() {
            // [4.6.3-6]
            self.count_idle(1, Reason::TooManyKeyUpdates)?;
        }
        let aligned = rx.ends_with_message(message.map_or(0, |message| message.bytes().len()));
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
    pub(super) fn split<'a, 't>(
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
        let message = rx.message()?.map(|range| arrived(rx, range).meaning()).unwrap_or_default();
        ask(need, R::SIDE, message, || self.machine.sign_request())
    }

    fn rules(&self) -> Rules {
        let state = self.state();
        let before_hello = state == StateName::Start && !self.negotiated().retried;
        // Early data was on its way before the client could know our limit (RFC 8449 §4).
        let unlimited = cfg!(feature = "alloc") && state == StateName::WaitEoed;
        Rules {
            change_cipher_spec: state != StateName::Connected && !before_hello,
            application_data: [StateName::Connected, StateName::WaitEoed].contains(&state),
            plaintext_alert: R::SIDE == Side::Server && state != StateName::Connected,
            limit: if unlimited { Limits::NONE.recv } else { self.limits.recv }.into(),
        }
    }

    #[inline(never)]
    fn recv_alert(&mut self, alert: Alert, observer: &mut dyn Observer) -> Result<Option<Step>, Fault> {
        // [6.2-3]
        observer.event(&Trace::RecvAlert(alert));
        // [6-7] The description decides, but a level that is none is no alert.
        if ![AlertLevel::warning, AlertLevel::fatal].contains(&alert.level) {
            return Err(Fault::from(Reason::AlertLevelUnknown)
                .field("level")
                .detail(Detail::Value(alert.level.0.into())));
        }
        match alert.description {
            AlertDescription::close_notify if self.is_connected() => {
                self.closed.by_peer = true;
                Ok(Some(Step::PeerClosed))
            }
            // [6.1-4] It announces a close_notify, and ends nothing by itself.
            AlertDescription::user_canceled => {
                // [6.1-6]
                self.count_idle(USER_CANCELED, Reason::TooManyWarnings)?;
                Ok(None)
            }
            // [6-2] Whatever its level says, any other alert is the end.
            _ => Ok(Some(Step::PeerAlert(alert))),
        }
    }

    fn count_idle(&mut self, weight: u8, too_many: Reason) -> Result<(), Fault> {
        self.idle_records = self.idle_records.saturating_add(weight);
        if self.idle_records > MAX_IDLE_RECORDS {
            return Err(too_many.into());
        }
        Ok(())
    }
}
