//! Whether what was not revoked still is not, when no more is left of a path than what CRLs are asked by.

use super::{
    Certificate, Question, Revocation, RevocationStatus, Teller, Time, UnixTime, Verified,
    budget::Budget,
    crl::Subject,
    revocation::{Issuer, Judge, Mode},
};
use crate::{
    crypto::Crypto,
    fault::{Fault, Reason},
    wire::{Reader, Writer, exactly},
};
use alloc::{boxed::Box, vec::Vec};

/// What the revocation status of an accepted path rested on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recheck {
    /// The fingerprint of the CRLs that were asked.
    crls: [u8; 32],
    /// The last second at which they, and what was stapled, tell enough.
    until: UnixTime,
    /// A [`Kept`] for each certificate that was looked at, one behind the other.
    certificates: Box<[u8]>,
}

/// What is kept of all certificates together never takes more.
const MAX_KEPT: usize = 4096;

impl Recheck {
    /// Of a path that was accepted. `None` if it takes too much room.
    pub(crate) fn of<C: Crypto>(
        crypto: &C,
        verified: &Verified<'_>,
        chain: &[&[u8]],
        question: &Question<'_>,
    ) -> Option<Self> {
        let Some(revocation) = question.revocation.filter(|revocation| !revocation.is_off()) else {
            return Some(Self { crls: [0; 32], until: UnixTime(i64::MAX), certificates: Box::default() });
        };
        let anchor = question.anchors.at(verified.anchor())?;
        let mut room = [0; MAX_KEPT];
        let mut w = Writer::new(&mut room);
        let mut until = UnixTime(i64::MAX);
        let certificate = |index: usize| Certificate::parse(chain.get(index)?).ok();
        let path = verified.path().map(certificate).collect::<Option<Vec<_>>>()?;
        for (certificate, (depth, status)) in path.iter().zip((0_usize..).zip(&verified.path.revocation)) {
            if matches!(status, RevocationStatus::NotAsked | RevocationStatus::NotAvailable) {
                continue;
            }
            let issuer = match path.get(depth.saturating_add(1)) {
                Some(issuer) => Issuer::of(issuer),
                None => Issuer::of_anchor(&anchor),
            };
            let stapled = matches!(status, RevocationStatus::Good { by: Teller::Ocsp, .. });
            let stapled_until = status.until().filter(|_| stapled);
            Kept { subject: Subject::of(certificate), issuer, stapled_until }.write(&mut w);
            until = status.until().map_or(until, |end| end.min(until));
        }
        let certificates = w.written().ok()?.into();
        Some(Self { crls: revocation.crls().fingerprint(crypto), until, certificates })
    }

    /// Whether nothing of the path is revoked by what `revocation` goes by now; its CRLs have the fingerprint `crls`.
    ///
    /// # Errors
    /// [`Reason::CertificateRevoked`]; any other reason tells why that is not known, where it must be.
    pub(crate) fn still_good<C: Crypto>(
        &self,
        crypto: &C,
        crls: &[u8; 32],
        revocation: &Revocation,
        now: UnixTime,
    ) -> Result<(), Fault> {
        let required = revocation.mode == Mode::Require;
        if revocation.is_off() || (*crls == self.crls && (!required || now <= self.until)) {
            return Ok(());
        }
        let mut judge = Judge { crypto, time: Time::Known(now), budget: &mut Budget::of_one_chain() };
        let mut verdict = Ok(());
        exactly("certificates", &self.certificates, |r| {
            while !r.at_end() {
                let kept = Kept::read(r);
                if verdict.is_ok() {
                    verdict = kept.judge(revocation, now, &mut judge);
                }
            }
        })?;
        verdict
    }

    pub(crate) fn pack(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.crls);
        out.extend_from_slice(&self.until.0.to_be_bytes());
        out.extend_from_slice(&u16::try_from(self.certificates.len()).unwrap_or(0).to_be_bytes());
        out.extend_from_slice(&self.certificates);
    }

    pub(crate) fn unpack(r: &mut Reader<'_>) -> Option<Self> {
        let crls = *r.array_ref("crls");
        let until = UnixTime(i64::from_be_bytes(*r.array_ref("until")));
        let certificates = r.vec16("certificates");
        let all = exactly("certificates", certificates, |r| {
            while !r.at_end() {
                Kept::read(r);
            }
        });
        (all.is_ok() && certificates.len() <= MAX_KEPT).then(|| Self { crls, until, certificates: certificates.into() })
    }
}

/// What is left of one certificate.
struct Kept<'a> {
    subject: Subject<'a>,
    issuer: Issuer<'a>,
    /// How long the OCSP response counts that came with it.
    stapled_until: Option<UnixTime>,
}

const IS_CA: u8 = 1;
const CRL_SIGN: u8 = 2;
const STAPLED: u8 = 4;
const POINTS: u8 = 8;

impl<'a> Kept<'a> {
    fn write(&self, w: &mut Writer<'_>) {
        let Subject { issuer, serial, is_ca, distribution_points } = self.subject;
        let flags = [
            (is_ca, IS_CA),
            (self.issuer.crl_sign, CRL_SIGN),
            (self.stapled_until.is_some(), STAPLED),
            (distribution_points.is_some(), POINTS),
        ];
        w.u8(flags.into_iter().filter(|(set, _)| *set).fold(0, |flags, (_, flag)| flags | flag));
        w.opaque16(issuer);
        w.opaque8(serial);
        w.opaque16(self.issuer.spki);
        if let Some(until) = self.stapled_until {
            w.put(&until.0.to_be_bytes());
        }
        if let Some(points) = distribution_points {
            w.opaque16(points);
        }
    }

    fn read(r: &mut Reader<'a>) -> Self {
        let flags = r.u8("flags");
        let (issuer, serial) = (r.vec16("issuer"), r.vec8("serialNumber"));
        let spki = r.vec16("subjectPublicKeyInfo");
        let stapled_until = (flags & STAPLED != 0).then(|| UnixTime(i64::from_be_bytes(*r.array_ref("until"))));
        let distribution_points = (flags & POINTS != 0).then(|| r.vec16("cRLDistributionPoints"));
        Self {
            subject: Subject { issuer, serial, is_ca: flags & IS_CA != 0, distribution_points },
            issuer: Issuer { spki, crl_sign: flags & CRL_SIGN != 0 },
            stapled_until,
        }
    }

    fn judge<C: Crypto>(&self, revocation: &Revocation, now: UnixTime, judge: &mut Judge<'_, C>) -> Result<(), Fault> {
        match revocation.crls().judge(&self.subject, &self.issuer, judge) {
            Ok(_) => Ok(()),
            Err(fault) if matches!(fault.reason(), Reason::CertificateRevoked | Reason::CertificateBudget) => {
                Err(fault)
            }
            Err(_) if self.stapled_until.is_some_and(|until| now <= until) => Ok(()),
            Err(_) if revocation.mode != Mode::Require => Ok(()),
            Err(fault) => Err(fault),
        }
    }
}
