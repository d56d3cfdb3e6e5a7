//! Why a pre-shared key is not used.

use core::fmt;

/// Why a PSK that was offered, or is at hand, is not used. A full handshake follows: none of this is a failure
/// (RFC 8446 §4.2.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Declined {
    /// Its identity names nothing that is known here: a ticket of other keys, or one that was used up.
    Unknown,
    /// Its ticket was opened, and what is in it can't be read: it is of another version.
    Malformed,
    /// Its lifetime is over (RFC 8446 §4.6.1).
    Expired,
    /// It was issued for another host name (RFC 8446 §4.6.1).
    OtherServerName,
    /// It was issued by a listener that is for something else.
    OtherScope,
    /// Its hash is that of no cipher suite that both have (RFC 8446 §4.2.11).
    OtherHash,
    /// The peer does not take its key exchange mode (RFC 8446 §4.2.9).
    OtherMode,
    /// Clients are asked for certificates in another way since.
    ClientAuthChanged,
    /// The client would show another certificate by now.
    OwnChainChanged,
    /// What time it is is not known well enough to tell whether the peer's certificates still count.
    TimeUnknown,
    /// A certificate on the peer's path has expired, or its anchor.
    PathExpired,
    /// The anchor of the peer's path is no longer trusted.
    AnchorRemoved,
    /// Certificates are judged by other rules since.
    PolicyChanged,
    /// The rule that admitted the peer is gone.
    NoLongerAllowed,
    /// A certificate on the peer's path was revoked since.
    Revoked,
    /// It is no longer known that no certificate on the peer's path is revoked.
    RevocationUnknown,
}

impl fmt::Display for Declined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "the identity is not known here",
            Self::Malformed => "the content of the ticket can't be read",
            Self::Expired => "its lifetime is over",
            Self::OtherServerName => "it is for another server name",
            Self::OtherScope => "it is of another listener",
            Self::OtherHash => "no cipher suite in common has its hash",
            Self::OtherMode => "no key exchange mode in common",
            Self::ClientAuthChanged => "clients are authenticated in another way now",
            Self::OwnChainChanged => "the client's own certificate is another now",
            Self::TimeUnknown => "the time is not known, so the peer's certificates may have expired",
            Self::PathExpired => "a certificate on the peer's path has expired",
            Self::AnchorRemoved => "the anchor of the peer's path is no longer trusted",
            Self::PolicyChanged => "certificates are judged by other rules now",
            Self::NoLongerAllowed => "the rule that admitted the peer is gone",
            Self::Revoked => "a certificate on the peer's path has been revoked",
            Self::RevocationUnknown => "it is not known whether the peer's certificate has been revoked",
        })
    }
}
