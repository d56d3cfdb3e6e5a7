//! What became of client authentication: in TLS 1.3 a client is CONNECTED before the server has judged its certificate.

use crate::fault::{Reason, Side, StateName};
use crate::wire::AlertDescription;
use core::fmt;

/// What became of client authentication, seen from either end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientAuthState {
    /// Not asked for, or not answered yet.
    #[default]
    NotRequested,
    /// Asked for, and no certificate was sent: why. A server that insists on one may still refuse that.
    NothingSent(WhyNothingSent),
    /// A certificate was sent and its signature made. The verdict is not known, and need not ever be: a server that
    /// accepts a certificate does not have to say so.
    Sent,
    /// The certificate that was sent, and its signature, are accepted.
    Confirmed(Confirmation),
    /// The server refused the certificate, or to go on without one: [`ClientAuthState::meaning`].
    Refused {
        /// The server's alert.
        alert: AlertDescription,
        /// Why there was none, if none was sent.
        nothing_sent: Option<WhyNothingSent>,
    },
}

/// How it is known that a client's certificate was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// A NewSessionTicket came after the client's Finished: a server that asked for a certificate sends none before it has
    /// judged what it got (RFC 8446 §4.6.1).
    NewSessionTicket,
    /// The server took a ticket that goes back to a handshake in which it accepted the certificate.
    Resumption,
    /// This is the server, which judged it.
    OwnVerdict,
}

/// Why a client that was asked for a certificate sent none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyNothingSent {
    /// It has no credential.
    NoCredential,
    /// No credential can sign with a scheme that the server accepts.
    NoCommonScheme,
    /// No credential is issued under an authority that the server names, and the configuration insists on one.
    NoCommonAuthority,
    /// The application chose to send none.
    Declined,
    /// The peer did not say: this is the server's view.
    Unknown,
}

impl WhyNothingSent {
    /// For an end that fails without a credential.
    pub(super) const fn reason(self) -> Reason {
        match self {
            // [6066-3-3]
            Self::Declined => Reason::ServerNameUnknown,
            #[cfg(feature = "alloc")]
            Self::NoCommonAuthority => Reason::NoCommonAuthority,
            _ => Reason::NoCommonScheme,
        }
    }
}

/// What an end keeps of it. How the connection stands, or ended, tells the rest.
#[derive(Clone, Copy, Default)]
pub struct Known {
    /// What a client sends, or sent, if it is asked.
    pub(super) sent: Option<Result<(), WhyNothingSent>>,
    pub(super) confirmed: Option<Confirmation>,
}

impl Known {
    /// A client received a NewSessionTicket.
    pub(super) fn recv_new_session_ticket(&mut self) {
        // [4.6.1-6]
        self.confirmed = self.confirmed.or(self.sent.and(Some(Confirmation::NewSessionTicket)));
    }

    /// The client's certificate was accepted in the handshake that the ticket comes from.
    #[cfg(feature = "alloc")]
    pub(super) fn by_resumption() -> Self {
        Self { sent: Some(Ok(())), confirmed: Some(Confirmation::Resumption) }
    }

    /// True if the server may still judge what the client sent.
    pub(super) fn is_open(self) -> bool {
        self.sent.is_some() && self.confirmed.is_none()
    }

    /// For `side`, whose connection is in the state `at`, or failed in it; then `alert` is the server's, if it sent one.
    pub(super) fn state(self, side: Side, at: StateName, alert: Option<AlertDescription>) -> ClientAuthState {
        let asked = match side {
            // What it chose goes out on the way to CONNECTED.
            Side::Client if at != StateName::Connected => return ClientAuthState::NotRequested,
            Side::Client => self.sent.is_some(),
            Side::Server => matches!(at, StateName::WaitCert | StateName::WaitCv),
        };
        let nothing_sent = match self.sent {
            Some(sent) => sent.err(),
            None => (alert == Some(AlertDescription::certificate_required)).then_some(WhyNothingSent::Unknown),
        };
        if let Some(alert) = alert
            && asked
            && refuses(alert, nothing_sent.is_none(), self.confirmed.is_some())
        {
            return ClientAuthState::Refused { alert, nothing_sent };
        }
        match (self.sent, self.confirmed) {
            (Some(Err(why)), _) => ClientAuthState::NothingSent(why),
            (_, Some(by)) => ClientAuthState::Confirmed(by),
            (Some(Ok(())), None) if side == Side::Server && at == StateName::Connected => {
                ClientAuthState::Confirmed(Confirmation::OwnVerdict)
            }
            (Some(Ok(())), None) => ClientAuthState::Sent,
            (None, None) => ClientAuthState::NotRequested,
        }
    }
}

/// Whether an alert of a server that has the client's whole flight is its verdict on the certificate, or on the lack of one.
fn refuses(alert: AlertDescription, sent: bool, confirmed: bool) -> bool {
    match alert {
        // A signature that does not verify, or a Finished: which of them, the alert does not tell. But both ends agreed on the
        // transcript up to the server's Finished, and the rest of it only the client has written.
        AlertDescription::decrypt_error => sent && !confirmed,
        // It is for what can't be negotiated, and all that was settled long before.
        AlertDescription::handshake_failure => !confirmed,
        // These are about nothing else, also later on, when a status changed.
        alert => of_certificate(alert).is_some(),
    }
}

/// What an alert that is about certificates alone says of a client's.
const fn of_certificate(alert: AlertDescription) -> Option<&'static str> {
    Some(match alert {
        AlertDescription::bad_certificate => "something about it, or about its chain, is not as the server demands",
        AlertDescription::unsupported_certificate => {
            "the server takes none of its kind: its key, its purpose, its form"
        }
        AlertDescription::certificate_revoked => "its issuer revoked it",
        AlertDescription::certificate_expired => "it has expired, or is not valid yet",
        AlertDescription::certificate_unknown => "for a reason that no alert names, or that the server keeps to itself",
        AlertDescription::unknown_ca => {
            "the server trusts no CA that its chain leads to, or an intermediate between them was not sent"
        }
        AlertDescription::access_denied => "it is valid, and its holder is not let in",
        AlertDescription::certificate_required => "the server insists on one",
        AlertDescription::bad_certificate_status_response => "the OCSP response with it is not acceptable",
        _ => return None,
    })
}

impl ClientAuthState {
    /// What the alert of a refusal says of a client's certificate; nothing in the other states.
    #[must_use]
    pub const fn meaning(self) -> Option<&'static str> {
        match self {
            Self::Refused { alert: AlertDescription::decrypt_error, .. } => {
                Some("its key did not make the signature that came with it")
            }
            Self::Refused { alert: AlertDescription::handshake_failure, .. } => {
                Some("the server gives no reason, and had nothing else left to judge")
            }
            Self::Refused { alert, .. } => of_certificate(alert),
            Self::NotRequested | Self::NothingSent(_) | Self::Sent | Self::Confirmed(_) => None,
        }
    }
}

impl fmt::Display for ClientAuthState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRequested => f.write_str("the server asked for no client certificate"),
            Self::NothingSent(why) => write!(f, "the server asked for a client certificate, and none was sent: {why}"),
            Self::Sent => f.write_str("a client certificate was sent; whether the server accepts it is not known"),
            Self::Confirmed(by) => write!(f, "the client certificate is accepted: {by}"),
            Self::Refused { nothing_sent: Some(why), .. } => {
                write!(f, "refused for want of a client certificate: {why}")
            }
            Self::Refused { alert, .. } => {
                write!(f, "the client certificate is refused by {alert}: {}", self.meaning().unwrap_or_default())
            }
        }
    }
}

impl fmt::Display for Confirmation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NewSessionTicket => "the server sent a ticket after it",
            Self::Resumption => "the server took a ticket that rests on it",
            Self::OwnVerdict => "by this server",
        })
    }
}

impl fmt::Display for WhyNothingSent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoCredential => "no client certificate is configured",
            Self::NoCommonScheme => "no configured client key can sign with a scheme that the server accepts",
            Self::NoCommonAuthority => {
                "no configured client certificate is issued under an authority that the server names"
            }
            Self::Declined => "the application chose to send no certificate",
            Self::Unknown => "the client sent no certificate",
        })
    }
}
