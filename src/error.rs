//! What a user of a connection is told.

use crate::fault::{Detail, Place, Reason, Side, StateName};
use crate::wire::AlertDescription;
use core::fmt;

/// Why a connection is over. It was told to the peer by one alert, unless the peer told us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// We refused to go on, and sent the alert that belongs to the reason, unless our close_notify went before.
    Refused(Refusal),
    /// The peer refused to go on, and told us by an alert.
    PeerAlert(PeerAlert),
    /// The peer closed the transport without close_notify: what was received may not be all (RFC 8446 §6.1).
    Truncated {
        /// The state in which the bytes ended.
        state: StateName,
    },
}

impl Error {
    /// Our state when it happened.
    #[must_use]
    pub const fn state(&self) -> StateName {
        match self {
            Self::Refused(refusal) => refusal.state,
            Self::PeerAlert(alert) => alert.state,
            Self::Truncated { state } => *state,
        }
    }

    /// The alert that `sender` gave up with, if it was that end.
    pub(crate) fn alert_of(&self, sender: Side) -> Option<AlertDescription> {
        match self {
            Self::Refused(refusal) => (refusal.side == sender).then_some(refusal.alert()),
            Self::PeerAlert(alert) => (alert.side != sender).then_some(alert.description),
            Self::Truncated { .. } => None,
        }
    }
}

/// What we refused, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// Which of the two ends we are.
    pub side: Side,
    /// The state in which it happened.
    pub state: StateName,
    /// Which part of what the peer sent.
    pub place: Place,
    /// Figures.
    pub detail: Detail,
}

impl Refusal {
    /// The alert that was sent.
    #[must_use]
    pub const fn alert(&self) -> AlertDescription {
        match self.detail {
            Detail::Alert(chosen) => chosen,
            _ => self.reason.alert(),
        }
    }
}

/// A fatal alert of the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerAlert {
    /// The alert.
    pub description: AlertDescription,
    /// Which of the two ends we are.
    pub side: Side,
    /// Our state when it came.
    pub state: StateName,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::PeerAlert(alert) => alert.fmt(f),
            Self::Truncated { state: StateName::Connected } => f.write_str(
                "the peer closed the connection without close_notify; what was received may not be all (RFC 8446 §6.1)",
            ),
            Self::Truncated { state } => {
                write!(f, "{state}: the peer closed the connection in the middle of the handshake, without an alert")
            }
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.state, self.reason.says())?;
        if self.place != Place::default() {
            write!(f, " [{}]", self.place)?;
        }
        if !matches!(self.detail, Detail::None | Detail::Alert(_)) {
            write!(f, " ({})", self.detail)?;
        }
        write!(f, "; {}; sent alert {}", self.reason.rule(), self.alert())
    }
}

impl fmt::Display for PeerAlert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let peer = self.side.peer();
        write!(f, "{}: the {peer} sent alert {}: {}", self.state, self.description, self.description.meaning())
    }
}

impl core::error::Error for Error {}

/// A call that the connection is not in a state for. It changes nothing, and nothing is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Misuse {
    /// The handshake is not complete.
    NotConnected(StateName),
    /// No question is open, or another one.
    AnswerDoesNotFit,
    /// We already said that we will send no more (close_notify).
    Closed,
    /// More was committed than there was room for.
    TooMuch,
    /// What waits in the send buffer must be sent first.
    NoRoom,
    /// No early data is offered, or the server did not take it.
    #[cfg(feature = "alloc")]
    NoEarlyData,
    /// An exporter's label has 1 to 249 bytes (RFC 8446 §7.1).
    ExporterLabel,
    /// An exporter gives at most 255 blocks of the suite's hash (RFC 5869 §2.3): 8160 bytes, with SHA-384 12240.
    ExportTooLong,
}

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotConnected(state) => write!(f, "the handshake is not complete (state {state})"),
            Self::AnswerDoesNotFit => f.write_str("no question is open that this would answer"),
            Self::Closed => f.write_str("close_notify was sent: nothing can follow it"),
            Self::TooMuch => f.write_str("more bytes than there was room for"),
            Self::NoRoom => f.write_str("what waits in the send buffer must be sent first"),
            #[cfg(feature = "alloc")]
            Self::NoEarlyData => f.write_str("no early data is offered, or it was refused, or the handshake is over"),
            Self::ExporterLabel => f.write_str("an exporter's label must have 1 to 249 bytes (RFC 8446 §7.1)"),
            Self::ExportTooLong => f.write_str("an exporter gives at most 255 blocks of the hash (RFC 5869 §2.3)"),
        }
    }
}

impl core::error::Error for Misuse {}
