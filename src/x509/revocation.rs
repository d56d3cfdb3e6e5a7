//! Is it still what it was when it was issued? By CRLs (RFC 5280 §6.3) and by what the peer stapled (RFC 6960).
//!
//! Nothing here asks the network: what is not at hand, and not stapled, is unknown.

use super::{Anchor, Certificate, Crls, KeyUsage, Time, UnixTime, budget::Budget, crl::Subject, ocsp};
use crate::{
    crypto::Crypto,
    fault::{Detail, Fault, Reason},
};
use alloc::sync::Arc;
use core::{
    fmt,
    sync::atomic::{AtomicUsize, Ordering},
};

/// How revocation is looked at: not at all unless said otherwise.
#[derive(Clone, Debug, Default)]
pub struct Revocation {
    pub(super) mode: Mode,
    pub(super) whole_path: bool,
    pub(super) staple: bool,
    crls: Crls,
    unknown: Arc<AtomicUsize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mode {
    #[default]
    Off,
    Soft,
    Require,
}

/// Whether a certificate is revoked, and how that is known. One that is revoked is never accepted, so it does not stand here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RevocationStatus {
    /// Nobody wanted to know.
    #[default]
    NotAsked,
    /// It is not revoked.
    Good {
        /// Who tells.
        by: Teller,
        /// As of when: thisUpdate.
        this_update: UnixTime,
        /// When more will be known: nextUpdate.
        next_update: Option<UnixTime>,
    },
    /// Its issuer tells nobody (noRevAvail, RFC 9608), since it does not live long.
    NotAvailable,
    /// That could not be found out: why.
    Unknown(Reason),
}

/// A status in few bytes.
pub(crate) type Packed = [u8; 17];

/// Who tells whether a certificate is revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Teller {
    /// A CRL.
    Crl,
    /// An OCSP response.
    Ocsp,
}

impl RevocationStatus {
    /// How old the knowledge is, in seconds.
    #[must_use]
    pub fn age(&self, now: UnixTime) -> Option<i64> {
        match self {
            Self::Good { this_update, .. } => Some(now.0.saturating_sub(this_update.0)),
            Self::NotAsked | Self::NotAvailable | Self::Unknown(_) => None,
        }
    }

    /// In as few bytes as an idle connection should keep: a number for what it is, thisUpdate, nextUpdate.
    pub(crate) fn pack(self) -> Packed {
        let mut packed = [0; 17];
        let [kind, rest @ ..] = &mut packed;
        let (a, b) = rest.split_at_mut(8);
        let mut times = |this: i64, next: i64| {
            a.copy_from_slice(&this.to_be_bytes());
            b.copy_from_slice(&next.to_be_bytes());
        };
        *kind = match self {
            Self::NotAsked => 0,
            Self::Good { by, this_update, next_update } => {
                times(this_update.0, next_update.map_or(i64::MAX, |next| next.0));
                if by == Teller::Crl { 1 } else { 2 }
            }
            Self::NotAvailable => 3,
            Self::Unknown(reason) => {
                let at = Reason::ALL.iter().position(|other| *other == reason);
                times(at.and_then(|at| i64::try_from(at).ok()).unwrap_or(0), 0);
                4
            }
        };
        packed
    }

    /// What [`pack`](Self::pack) made.
    pub(crate) fn unpack(packed: Packed) -> Self {
        let [kind, rest @ ..] = packed;
        let number = |bytes: Option<&[u8; 8]>| bytes.map_or(0, |bytes| i64::from_be_bytes(*bytes));
        let (first, second) = (number(rest.first_chunk()), number(rest.last_chunk()));
        let next_update = (second != i64::MAX).then_some(UnixTime(second));
        let good = |by| Self::Good { by, this_update: UnixTime(first), next_update };
        match kind {
            1 => good(Teller::Crl),
            2 => good(Teller::Ocsp),
            3 => Self::NotAvailable,
            4 => {
                let at = usize::try_from(first).ok().and_then(|at| Reason::ALL.get(at));
                Self::Unknown(at.copied().unwrap_or(Reason::RevocationUnknown))
            }
            _ => Self::NotAsked,
        }
    }

    /// Of the certificates of a path, leaf first: what is known least, or is oldest.
    pub(super) fn of_path(path: &[Self]) -> Self {
        path.iter().rev().fold(Self::NotAsked, |least, status| match status {
            Self::NotAsked => least,
            Self::Unknown(_) => *status,
            Self::Good { .. } | Self::NotAvailable => least.and(*status),
        })
    }

    /// The last second at which this is known.
    pub(super) fn until(&self) -> Option<UnixTime> {
        match self {
            Self::Good { by: Teller::Ocsp, this_update, next_update } => Some(ocsp::until(*this_update, *next_update)),
            Self::Good { by: Teller::Crl, next_update, .. } => *next_update,
            Self::NotAsked | Self::NotAvailable | Self::Unknown(_) => None,
        }
    }

    /// Of two certificates of a path: what holds for both.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Good { this_update: own, .. }, Self::Good { this_update, .. }) if this_update < own => other,
            (Self::Good { .. }, Self::Good { .. } | Self::NotAvailable) => self,
            (Self::Good { .. } | Self::NotAvailable, Self::NotAsked) => self,
            (Self::Good { .. } | Self::NotAvailable, _) => other,
            (Self::NotAsked, _) => other,
            (Self::Unknown(_), _) => self,
        }
    }
}

impl fmt::Display for RevocationStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAsked => f.write_str("not looked at"),
            Self::Good { by, this_update, next_update } => {
                write!(f, "not revoked, by {by} of {this_update}")?;
                next_update.map_or(Ok(()), |next| write!(f, ", good until {next}"))
            }
            Self::NotAvailable => f.write_str("not available (noRevAvail, RFC 9608)"),
            Self::Unknown(reason) => write!(f, "unknown: {} ({})", reason.says(), reason.rule()),
        }
    }
}

impl fmt::Display for Teller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Crl => "the CRL",
            Self::Ocsp => "the OCSP response",
        })
    }
}

impl Revocation {
    /// Not looked at.
    #[must_use]
    pub fn off() -> Self {
        Self::default()
    }

    /// A certificate of which these CRLs (or a stapled response, see [`Revocation::ask_staple`]) don't tell that it is not
    /// revoked is refused. One that is itself an anchor is not looked at: its issuer has no say in it.
    #[must_use]
    pub fn require(crls: Crls) -> Self {
        Self { mode: Mode::Require, crls, ..Self::default() }
    }

    /// A certificate that is revoked is refused; one of which that is unknown is accepted, counted, and said to be such.
    #[must_use]
    pub fn soft(crls: Crls) -> Self {
        Self { mode: Mode::Soft, crls, ..Self::default() }
    }

    /// Looks at all certificates of the path, and not only at the peer's own.
    #[must_use]
    pub fn whole_path(mut self) -> Self {
        self.whole_path = true;
        self
    }

    /// Asks the peer to staple an OCSP response (status_request, RFC 8446 §4.4.2.1). One that is stapled must be in order:
    /// else the peer is refused, whatever the CRLs tell (RFC 6066 §8).
    #[must_use]
    pub fn ask_staple(mut self) -> Self {
        self.staple = true;
        self
    }

    pub(super) fn is_off(&self) -> bool {
        self.mode == Mode::Off
    }

    /// Whether peers are asked to staple.
    #[must_use]
    pub fn asks_staple(&self) -> bool {
        self.staple && !self.is_off()
    }

    /// The CRLs.
    #[must_use]
    pub fn crls(&self) -> &Crls {
        &self.crls
    }

    /// How many peers were accepted of whose certificates that was not known, here and in clones of this policy.
    #[must_use]
    pub fn unknown(&self) -> usize {
        self.unknown.load(Ordering::Relaxed)
    }

    pub(crate) fn count(&self, status: RevocationStatus) {
        if matches!(status, RevocationStatus::Unknown(_)) {
            // It stands still rather than to begin anew.
            let _ = self.unknown.try_update(Ordering::Relaxed, Ordering::Relaxed, |count| count.checked_add(1));
        }
    }

    /// Judges the certificate at this place of a path, 0 for the peer's own; `staple` is what the peer sent with it.
    pub(super) fn judge<C: Crypto>(
        &self,
        certificate: &Certificate<'_>,
        depth: u8,
        issuer: &Issuer<'_>,
        staple: Option<&[u8]>,
        judge: &mut Judge<'_, C>,
    ) -> Result<RevocationStatus, Fault> {
        if self.is_off() || (depth > 0 && !self.whole_path) {
            return Ok(RevocationStatus::NotAsked);
        }
        // [9608-2-1]
        let is_ca = certificate.basic_constraints().is_some_and(|constraints| constraints.ca);
        if !is_ca && certificate.extensions.no_rev_avail {
            return Ok(RevocationStatus::NotAvailable);
        }
        let good = |by| move |(this_update, next_update)| RevocationStatus::Good { by, this_update, next_update };
        let stapled = match staple {
            None => None,
            // [6066-8-1] A staple that is not in order ends the handshake; that the responder does not know is no fault of it.
            Some(der) => match ocsp::judge(der, certificate, issuer, judge) {
                Err(fault) if fault.reason() == Reason::OcspStatusUnknown => Some(Err(fault)),
                verdict => Some(Ok(good(Teller::Ocsp)(verdict?))),
            },
        };
        let listed = self.crls.judge(&Subject::of(certificate), issuer, judge).map(good(Teller::Crl));
        match (stapled, listed) {
            (_, Err(fault)) if matches!(fault.reason(), Reason::CertificateRevoked | Reason::CertificateBudget) => {
                Err(fault)
            }
            (Some(Ok(status)), _) | (_, Ok(status)) => Ok(status),
            (Some(Err(fault)), Err(_)) | (None, Err(fault)) => match self.mode {
                Mode::Require => Err(fault),
                Mode::Soft | Mode::Off => Ok(RevocationStatus::Unknown(fault.reason())),
            },
        }
    }
}

/// The issuer of the certificate that is judged, itself trusted by the path above it.
pub(super) struct Issuer<'a> {
    /// A whole SubjectPublicKeyInfo.
    pub(super) spki: &'a [u8],
    /// Its keyUsage, if there is one, has cRLSign (RFC 5280 §4.2.1.3).
    pub(super) crl_sign: bool,
}

impl<'a> Issuer<'a> {
    pub(super) fn of(certificate: &Certificate<'a>) -> Self {
        Self { spki: certificate.spki(), crl_sign: certificate.key_usage().is_none_or(KeyUsage::crl_sign) }
    }

    pub(super) fn of_anchor(anchor: &Anchor<'a>) -> Self {
        Self { spki: anchor.spki, crl_sign: anchor.limits.crl_sign }
    }
}

/// What judging takes.
pub(super) struct Judge<'j, C> {
    pub(super) crypto: &'j C,
    pub(super) time: Time,
    pub(super) budget: &'j mut Budget,
}

impl<C> Judge<'_, C> {
    /// Whether what is told from `this_update` to `next_update`, both included, is told for now. A time that is only the least
    /// there can be proves nothing but that it is stale; how far time is trusted is told by the verdict as a whole.
    pub(super) fn is_current(
        &self,
        this_update: UnixTime,
        next_update: UnixTime,
        not_yet_valid: Reason,
        stale: Reason,
    ) -> Result<(), Fault> {
        let outside = |reason: Reason, field, bound: UnixTime, now: UnixTime| {
            Err(Fault::from(reason).field(field).detail(Detail::Time { bound: bound.0, now: now.0 }))
        };
        match self.time {
            Time::Known(now) if now < this_update => outside(not_yet_valid, "thisUpdate", this_update, now),
            Time::Known(now) | Time::AtLeast(now) if now > next_update => {
                outside(stale, "nextUpdate", next_update, now)
            }
            Time::Known(_) | Time::AtLeast(_) | Time::Unknown => Ok(()),
        }
    }
}
