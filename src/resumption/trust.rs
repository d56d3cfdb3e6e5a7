//! What an accepted peer's trust rested on, held against what a configuration goes by now.

use super::Declined;
use crate::{
    crypto::{Crypto, fingerprint},
    fault::Reason,
    identity::Allow,
    wire::Reader,
    x509::{Question, Recheck, Revocation, Time, UnixTime, Verified},
};
use alloc::{boxed::Box, vec::Vec};

/// What it rested on that a peer was accepted in a full handshake. A ticket carries it, so that whoever opens the ticket can tell
/// whether all of that still holds ([`Trust::still_holds`]).
///
/// It is the same on every server of a fleet: nothing in it counts, or points to, what a single one has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    chain: [u8; 32],
    policy: [u8; 32],
    anchor: [u8; 32],
    /// The rule of [`Allow`]; none where nobody is chosen from, as on a client.
    admitted_by: Option<[u8; 32]>,
    not_after: UnixTime,
    revocation: Recheck,
}

impl Trust {
    /// Of a peer whose `chain`, as sent, was `verified` as an answer to `question`, and that a rule of `allow` admitted, if
    /// there are rules to choose by.
    ///
    /// `None` if there is nothing that a ticket could rest on: the time was not known, so that validity is open
    /// ([`Verified::unchecked`]); no rule admits the peer; or what is to be kept is longer than 4 KiB.
    #[must_use]
    pub fn of<C: Crypto>(
        crypto: &C,
        verified: &Verified<'_>,
        chain: &[&[u8]],
        question: &Question<'_>,
        allow: Option<&Allow>,
    ) -> Option<Self> {
        if verified.unchecked().next().is_some() {
            return None;
        }
        let admitted_by = match allow {
            Some(allow) => Some(allow.admitting(crypto, verified.leaf())?),
            None => None,
        };
        Some(Self {
            chain: chain_fingerprint(crypto, chain.iter().copied()),
            policy: question.policy_fingerprint(crypto),
            anchor: question.anchors().at(verified.anchor())?.fingerprint(crypto),
            admitted_by,
            not_after: verified.not_after(),
            revocation: Recheck::of(crypto, verified, chain, question)?,
        })
    }

    /// The fingerprint of the chain as sent, by [`chain_fingerprint`].
    #[must_use]
    pub fn chain(&self) -> &[u8; 32] {
        &self.chain
    }

    /// The earliest end of validity on the path, the anchor's included.
    #[must_use]
    pub fn not_after(&self) -> UnixTime {
        self.not_after
    }

    /// Whether the peer would still be accepted, as far as that can have changed since it was. That takes no public-key
    /// operation, and the same few comparisons however much there is to go by. While the CRLs are those of the full handshake they
    /// are not looked at; in others, each certificate is looked up. Only a CRL whose signature could not be checked when it
    /// was loaded is hashed and verified for that, as in every full handshake (see [`Crls`](crate::x509::Crls)).
    ///
    /// # Errors
    /// [`Declined`]: what no longer holds, or is not known any more.
    pub fn still_holds<C: Crypto>(&self, crypto: &C, live: &Live, now: Time) -> Result<(), Declined> {
        let Time::Known(now) = now else { return Err(Declined::TimeUnknown) };
        if now > self.not_after {
            return Err(Declined::PathExpired);
        }
        if self.policy != live.policy {
            return Err(Declined::PolicyChanged);
        }
        if self.anchor_in(live).is_none() {
            return Err(Declined::AnchorRemoved);
        }
        if let Some(rules) = &live.allow
            && self.admitted_by.is_none_or(|rule| rules.binary_search(&rule).is_err())
        {
            return Err(Declined::NoLongerAllowed);
        }
        let good = self.revocation.still_good(crypto, &live.crls, &live.revocation, now);
        good.map_err(|fault| match fault.reason() {
            Reason::CertificateRevoked => Declined::Revoked,
            _ => Declined::RevocationUnknown,
        })
    }

    /// Where its anchor stands among those of a configuration: that may be elsewhere by now, or on another server.
    pub(super) fn anchor_in(&self, live: &Live) -> Option<usize> {
        let at = live.anchors.binary_search_by(|(fingerprint, _)| fingerprint.cmp(&self.anchor)).ok()?;
        live.anchors.get(at).map(|(_, index)| *index)
    }

    /// Appends it to `out`, in at most 4.5 KiB; mostly it takes about 350 bytes.
    pub fn pack(&self, out: &mut Vec<u8>) {
        let Self { chain, policy, anchor, admitted_by, not_after, revocation } = self;
        for fingerprint in [chain, policy, anchor] {
            out.extend_from_slice(fingerprint);
        }
        out.push(admitted_by.is_some().into());
        out.extend_from_slice(admitted_by.as_ref().map_or(&[], |rule| rule));
        out.extend_from_slice(&not_after.0.to_be_bytes());
        revocation.pack(out);
    }

    /// What [`Trust::pack`] appended. `None` for other bytes, if `r` has not failed before.
    #[must_use]
    pub fn unpack(r: &mut Reader<'_>) -> Option<Self> {
        let [chain, policy, anchor] = ["chain", "policy", "anchor"].map(|field| *r.array_ref(field));
        let admitted_by = match r.u8("admitted_by") {
            0 => None,
            1 => Some(*r.array_ref("admitted_by")),
            _ => return None,
        };
        let not_after = UnixTime(i64::from_be_bytes(*r.array_ref("not_after")));
        Some(Self { chain, policy, anchor, admitted_by, not_after, revocation: Recheck::unpack(r)? })
    }
}

/// What certificates are recognized by as a chain: SHA-256 over all of them, each in DER behind its length.
#[must_use]
pub fn chain_fingerprint<'a, C: Crypto>(crypto: &C, chain: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
    fingerprint(crypto, "chain", chain)
}

/// What a configuration goes by, in the form that a [`Trust`] is held against. Made once, with the configuration.
#[derive(Clone, Debug)]
pub struct Live {
    policy: [u8; 32],
    /// By fingerprint, with their place in the configuration; in order, as are the rules.
    anchors: Box<[([u8; 32], usize)]>,
    allow: Option<Box<[[u8; 32]]>>,
    crls: [u8; 32],
    revocation: Revocation,
}

impl Live {
    /// Of what each chain is asked, whatever the time and the name in `question`, and of the rules by which peers are
    /// admitted, if there are some to choose by.
    #[must_use]
    pub fn of<C: Crypto>(crypto: &C, question: &Question<'_>, allow: Option<&Allow>) -> Self {
        let revocation = question.revocation_policy().cloned().unwrap_or_default();
        Self {
            policy: question.policy_fingerprint(crypto),
            anchors: in_order(question.anchors().iter().map(|anchor| anchor.fingerprint(crypto)).zip(0..)),
            allow: allow.map(|allow| in_order(allow.fingerprints(crypto))),
            crls: revocation.crls().fingerprint(crypto),
            revocation,
        }
    }
}

fn in_order<T: Ord>(items: impl Iterator<Item = T>) -> Box<[T]> {
    let mut all: Vec<_> = items.collect();
    all.sort_unstable();
    all.into()
}
