//! The end of a connection that fails: one alert, one [`Error`], and nothing is kept that could open or seal a record.

use super::{Connection, Observer};
use crate::crypto::Crypto;
use crate::error::{Error, PeerAlert, Refusal};
use crate::fault::{Fault, StateName};
use crate::handshake::{Role, Trace};
use crate::record::{Opener, Sealer, SendBuf};
use crate::shared::Kept;
use crate::wire::{Alert, AlertDescription, AlertLevel, ContentType};
#[cfg(feature = "alloc")]
use crate::x509::Report;

/// How a connection ended that failed.
pub(super) struct Failure {
    pub(super) error: Error,
    #[cfg(feature = "alloc")]
    pub(super) report: Option<alloc::boxed::Box<Report>>,
}

impl<R: Role, C: Crypto> Connection<'_, R, C> {
    /// The peer gave up: everything is forgotten.
    #[inline(never)]
    pub(super) fn peer_failed(&mut self, alert: Alert, tx: &mut SendBuf<'_>, observer: &mut dyn Observer) -> Error {
        let Alert { level, description } = alert;
        let error = Error::PeerAlert(PeerAlert { description, side: R::SIDE, state: self.state() });
        tx.drop_open();
        // [6-8] It may believe that the connection goes on; an alert that is the end of it is not answered.
        if level == AlertLevel::warning && description != AlertDescription::close_notify && !self.closed.by_us {
            self.send_alert(AlertDescription::decode_error, tx, observer);
        }
        self.end(error)
    }

    /// We give up: one alert under the current key, and everything is forgotten.
    #[inline(never)]
    pub(super) fn fail(
        &mut self,
        fault: Fault,
        state: StateName,
        tx: &mut SendBuf<'_>,
        observer: &mut dyn Observer,
    ) -> Error {
        let (reason, place, detail) = (fault.reason(), fault.place(), fault.figures());
        self.give_up(Refusal { reason, side: R::SIDE, state, place, detail }, tx, observer)
    }

    /// One alert under the current key, and everything is forgotten.
    pub(super) fn give_up(&mut self, refusal: Refusal, tx: &mut SendBuf<'_>, observer: &mut dyn Observer) -> Error {
        // [6.2-2]
        let error = Error::Refused(refusal);
        tx.drop_open();
        let description = refusal.alert();
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
    pub(super) fn send_alert(
        &mut self,
        description: AlertDescription,
        tx: &mut SendBuf<'_>,
        observer: &mut dyn Observer,
    ) {
        let closing = [AlertDescription::close_notify, AlertDescription::user_canceled].contains(&description);
        // [6-1]
        let level = if closing { AlertLevel::warning } else { AlertLevel::fatal };
        let alert = [level.0, description.0];
        let cut = self.cut();
        if tx.record(ContentType::alert, &alert, &mut self.sealer, cut).is_ok() {
            observer.event(&Trace::SendAlert(Alert { level, description }));
        }
    }

    pub(super) fn end(&mut self, error: Error) -> Error {
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
}
