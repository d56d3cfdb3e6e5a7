//! Why there is no early data.

use core::fmt;

/// Why early data that was offered, or could have been, is not taken (RFC 8446 §4.2.10). The handshake goes on without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EarlyDataDeclined {
    /// The server takes none from anybody.
    NotEnabled,
    /// The client has no ticket of this server that holds.
    NoTicket,
    /// No PSK that was offered is used, and it would be under the first.
    PskDeclined,
    /// Another PSK than the first is used.
    NotFirstPsk,
    /// The PSK is an external one: only tickets say how much may be sent, and for what.
    ExternalPsk,
    /// The ticket was issued without.
    NotWithTicket,
    /// The ticket allows more bytes than the server takes by now.
    LimitLowered,
    /// A certificate of the client is behind the ticket, in whose name nothing is said before its end of the handshake.
    ClientCertificate,
    /// Another cipher suite is used than the ticket is for.
    OtherSuite,
    /// Another application protocol is used than the ticket is for.
    OtherProtocol,
    /// There is a HelloRetryRequest.
    HelloRetryRequest,
    /// The age of the ticket is not what the client says (RFC 8446 §8.3).
    NotFresh {
        /// Seconds by which the client says more than the server's clock, as in [`Trace::TicketAge`](crate::Trace::TicketAge).
        skew: i64,
    },
    /// It came before, or it can't be found out whether it did (RFC 8446 §8).
    SeenBefore,
    /// The server resumes and takes none, for a reason that it does not tell.
    ByServer,
}

impl fmt::Display for EarlyDataDeclined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotEnabled => "this server takes none",
            Self::NoTicket => "there is no ticket for this server",
            Self::PskDeclined => "no PSK is used",
            Self::NotFirstPsk => "the PSK is not the first",
            Self::ExternalPsk => "the PSK is not of a ticket",
            Self::NotWithTicket => "the ticket does not allow it",
            Self::LimitLowered => "the ticket allows more than is taken now",
            Self::ClientCertificate => "the ticket stands for a client certificate",
            Self::OtherSuite => "the ticket is for another cipher suite",
            Self::OtherProtocol => "the ticket is for another application protocol",
            Self::HelloRetryRequest => "the ClientHello has to be sent again",
            Self::NotFresh { skew } => return write!(f, "the age of the ticket is wrong by {skew} s"),
            Self::SeenBefore => "it may have come before",
            Self::ByServer => "the server resumes without",
        })
    }
}
