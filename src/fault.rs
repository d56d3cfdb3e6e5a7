//! Why a connection stops, and where in the peer's bytes. The reasons stand in one table, `fault/reason.rs`.
//!
//! Code below `connection` returns a [`Fault`]; only `connection` turns it into a public error and sends its alert, once.

mod reason;

pub use reason::Reason;

use crate::wire::{
    AlertDescription, ExtensionRefused, ExtensionType, HandshakeType, In, Malformed, ProtocolVersion, Shape,
};
use core::fmt;
#[cfg(not(feature = "alloc"))]
use core::num::NonZeroU32;

/// One of the two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Side {
    Client,
    Server,
}

impl Side {
    /// The other end.
    #[must_use]
    pub const fn peer(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Client => "client",
            Self::Server => "server",
        })
    }
}

/// The boxes of RFC 8446 Appendix A, and `Failed`, where nothing is legal any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum StateName {
    Start,
    WaitSh,
    WaitEe,
    WaitCertCr,
    WaitCert,
    WaitCv,
    WaitFinished,
    RecvdCh,
    Negotiated,
    WaitEoed,
    WaitFlight2,
    Connected,
    Failed,
}

impl StateName {
    /// The name as the figures of Appendix A spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Start => "START",
            Self::WaitSh => "WAIT_SH",
            Self::WaitEe => "WAIT_EE",
            Self::WaitCertCr => "WAIT_CERT_CR",
            Self::WaitCert => "WAIT_CERT",
            Self::WaitCv => "WAIT_CV",
            Self::WaitFinished => "WAIT_FINISHED",
            Self::RecvdCh => "RECVD_CH",
            Self::Negotiated => "NEGOTIATED",
            Self::WaitEoed => "WAIT_EOED",
            Self::WaitFlight2 => "WAIT_FLIGHT2",
            Self::Connected => "CONNECTED",
            Self::Failed => "FAILED",
        }
    }
}

impl fmt::Display for StateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Where in the peer's bytes the trouble is. What is unknown stays empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The handshake message.
    pub message: Option<HandshakeType>,
    /// The extension inside of it.
    pub extension: Option<ExtensionType>,
    /// The field, spelled as in the RFC; empty if it is the whole.
    pub field: &'static str,
    /// Which certificate of the peer's chain, counted from 0 for its own.
    pub certificate: Option<u8>,
}

/// Figures that belong to a reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Detail {
    /// None.
    #[default]
    None,
    /// How the bytes are of the wrong shape.
    Shape(Shape),
    /// The version found.
    Version(ProtocolVersion),
    /// The value found.
    Value(u32),
    /// What was found, and the most or the one value that is allowed.
    Limit {
        /// Found.
        got: u32,
        /// Allowed.
        limit: u32,
    },
    /// The alert that the application chose.
    Alert(AlertDescription),
    /// A time that is past or not yet reached, both in seconds since 1970-01-01 UTC.
    Time {
        /// The end or start of the certificate's validity.
        bound: i64,
        /// The time that was used to judge.
        now: i64,
    },
    /// A revocation.
    #[cfg(feature = "alloc")]
    Revoked {
        /// The day or second since which, in seconds since 1970-01-01 UTC.
        since: i64,
        /// CRLReason (RFC 5280 §5.3.1); 0 if it was not told.
        reason: u8,
    },
}

/// Why we stop. Not `Clone`: on a connection it becomes one error and one alert.
///
/// Nearly every function can fail, so what a failure takes is taken everywhere. Without a heap it is one word, which a
/// register holds; the name of the field and the figures are left out then.
#[cfg(feature = "alloc")]
#[must_use]
#[derive(Debug)]
pub struct Fault {
    reason: Reason,
    /// 0 for none: hello_request does not occur.
    message: HandshakeType,
    certificate: Option<u8>,
    extension: Option<ExtensionType>,
    field: &'static str,
    detail: Detail,
}

#[cfg(feature = "alloc")]
impl Fault {
    const fn new(reason: Reason) -> Self {
        let (message, field, detail) = (HandshakeType(0), "", Detail::None);
        Self { reason, message, certificate: None, extension: None, field, detail }
    }

    /// Why, and so with which alert and by which rule.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        self.reason
    }

    /// Where in the peer's bytes.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            message: Some(self.message).filter(|message| message.0 != 0),
            extension: self.extension,
            field: self.field,
            certificate: self.certificate,
        }
    }

    /// The figures that belong to it.
    #[must_use]
    pub const fn figures(&self) -> Detail {
        self.detail
    }

    pub(crate) fn message(mut self, kind: HandshakeType) -> Self {
        if self.message.0 == 0 {
            self.message = kind;
        }
        self
    }

    pub(crate) fn extension(mut self, extension: ExtensionType) -> Self {
        self.extension.get_or_insert(extension);
        self
    }

    pub(crate) fn field(self, field: &'static str) -> Self {
        Self { field, ..self }
    }

    /// The same place, for another reason.
    #[cfg(feature = "alloc")]
    pub(crate) fn because(self, reason: Reason) -> Self {
        Self { reason, ..self }
    }

    pub(crate) fn certificate(mut self, index: usize) -> Self {
        self.certificate.get_or_insert(u8::try_from(index).unwrap_or(u8::MAX));
        self
    }

    pub(crate) fn detail(self, detail: Detail) -> Self {
        Self { detail, ..self }
    }
}

/// Why we stop. Not `Clone`: on a connection it becomes one error and one alert.
///
/// Nearly every function can fail, so what a failure takes is taken everywhere. Without a heap it is one word, which a
/// register holds; the name of the field and the figures are left out then.
// From the lowest byte: 1 + the number of the reason; the message, or 0x80 + the certificate, or 0; the extension, inverted,
// or 0. So a type of 0xffff, which nobody may assign (RFC 8446 §11), is not told, nor a msg_type above 127.
#[cfg(not(feature = "alloc"))]
#[must_use]
#[derive(Debug)]
pub struct Fault(NonZeroU32);

#[cfg(not(feature = "alloc"))]
impl Fault {
    const CERTIFICATE: u8 = 0x80;

    const fn new(reason: Reason) -> Self {
        Self(NonZeroU32::MIN.saturating_add(reason as u32))
    }

    /// Why, and so with which alert and by which rule.
    #[must_use]
    pub fn reason(&self) -> Reason {
        let [number, ..] = self.0.get().to_le_bytes();
        Reason::ALL.get(usize::from(number.wrapping_sub(1))).copied().unwrap_or(Reason::Internal)
    }

    /// Where in the peer's bytes.
    #[must_use]
    pub fn place(&self) -> Place {
        let [_, at, low, high] = self.0.get().to_le_bytes();
        let extension = Some(!u16::from_le_bytes([low, high])).filter(|extension| *extension != u16::MAX);
        let (message, certificate) = match at {
            0 => (None, None),
            Self::CERTIFICATE.. => (Some(HandshakeType::certificate), Some(at & !Self::CERTIFICATE)),
            message => (Some(HandshakeType(message)), None),
        };
        Place { message, extension: extension.map(ExtensionType), field: "", certificate }
    }

    /// The figures that belong to it: none are kept.
    #[must_use]
    pub const fn figures(&self) -> Detail {
        Detail::None
    }

    pub(crate) fn message(self, kind: HandshakeType) -> Self {
        if kind.0 < Self::CERTIFICATE { self.at(kind.0) } else { self }
    }

    pub(crate) fn certificate(self, index: usize) -> Self {
        self.at(Self::CERTIFICATE | u8::try_from(index).unwrap_or(u8::MAX))
    }

    /// What is said first is closest to the trouble, and stays.
    fn at(self, at: u8) -> Self {
        match self.0.get().to_le_bytes() {
            [_, 0, ..] => Self(self.0 | u32::from_le_bytes([0, at, 0, 0])),
            _ => self,
        }
    }

    pub(crate) fn extension(self, extension: ExtensionType) -> Self {
        match self.0.get().to_le_bytes() {
            [_, _, 0, 0] => {
                let [low, high] = (!extension.0).to_le_bytes();
                Self(self.0 | u32::from_le_bytes([0, 0, low, high]))
            }
            _ => self,
        }
    }

    pub(crate) fn field(self, _: &'static str) -> Self {
        self
    }

    pub(crate) fn detail(self, _: Detail) -> Self {
        self
    }
}

impl From<Reason> for Fault {
    #[cold]
    fn from(reason: Reason) -> Self {
        Self::new(reason)
    }
}

impl From<ExtensionRefused> for Fault {
    #[cold]
    #[inline(never)]
    fn from(refused: ExtensionRefused) -> Self {
        match refused {
            // [4.2-5]
            ExtensionRefused::Duplicate(t, In::ClientHello | In::EncryptedExtensions) => {
                Self::from(Reason::ExtensionTwice).extension(t)
            }
            ExtensionRefused::Duplicate(t, _) => Self::from(Reason::ExtensionDuplicate).extension(t),
            ExtensionRefused::Forbidden(t) => Self::from(Reason::ExtensionForbidden).extension(t),
            #[cfg(not(feature = "alloc"))]
            ExtensionRefused::TooMany => Reason::TooManyExtensions.into(),
        }
    }
}

impl From<Malformed> for Fault {
    #[cold]
    #[inline(never)]
    fn from(m: Malformed) -> Self {
        // [6-3]
        let fault = Self::from(Reason::Malformed);
        #[cfg(feature = "alloc")]
        let fault = fault.field(m.field()).detail(Detail::Shape(m.shape()));
        match m.extension() {
            Some(extension) => fault.extension(extension),
            None => fault,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut gap = "";
        if let Some(message) = self.message {
            write!(f, "{message}")?;
            gap = ", ";
        }
        if let Some(extension) = self.extension {
            write!(f, "{gap}extension {extension}")?;
            gap = ", ";
        }
        if !self.field.is_empty() {
            write!(f, "{gap}field {}", self.field)?;
            gap = ", ";
        }
        if let Some(index) = self.certificate {
            write!(f, "{gap}certificate {index}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Shape(Shape::Truncated) => f.write_str("it ends too early"),
            Self::Shape(Shape::Trailing) => f.write_str("bytes are left over"),
            Self::Shape(Shape::Length) => f.write_str("its length is out of bounds"),
            Self::Shape(Shape::Value) => f.write_str("its value is not allowed"),
            Self::Version(version) => write!(f, "{version}"),
            Self::Value(value) => write!(f, "{value:#x}"),
            Self::Alert(alert) => write!(f, "by {alert}"),
            Self::Limit { got, limit } => write!(f, "{got}, where {limit} is the limit"),
            Self::Time { bound, now } => write!(f, "at {}, judged at {}", UtcTime(*bound), UtcTime(*now)),
            #[cfg(feature = "alloc")]
            Self::Revoked { since, reason } => write!(f, "since {}: {}", UtcTime(*since), crl_reason(*reason)),
        }
    }
}

/// The names of CRLReason (RFC 5280 §5.3.1).
#[cfg(feature = "alloc")]
const fn crl_reason(reason: u8) -> &'static str {
    match reason {
        1 => "keyCompromise",
        2 => "cACompromise",
        3 => "affiliationChanged",
        4 => "superseded",
        5 => "cessationOfOperation",
        6 => "certificateHold",
        9 => "privilegeWithdrawn",
        10 => "aACompromise",
        _ => "unspecified",
    }
}

/// Prints seconds since 1970 as `2026-11-21T09:08:00Z`.
pub(crate) struct UtcTime(pub(crate) i64);

impl fmt::Display for UtcTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Days to a civil date, proleptic Gregorian calendar: years are counted from March so that leap days come last.
        let (days, second) = (self.0.div_euclid(86_400), self.0.rem_euclid(86_400));
        let z = days.saturating_add(719_468);
        let (era, day_of_era) = (z.div_euclid(146_097), z.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era.saturating_mul(400) + i64::from(month <= 2);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}
