//! Which rules a certificate must keep beyond those that make a path sound.
//!
//! RFC 5280 and the CA/Browser Forum Baseline Requirements (BR) tell CAs how certificates must look. Much of it makes no
//! path wrong if it is broken, and what `openssl req` and `openssl x509` make breaks a good part. So a caller chooses a
//! [`Profile`]. Each rule is a small function, in the file of its subject, with one row in the table there; a row says
//! which profiles insist on it.

mod access;
mod authority;
mod fields;
mod key_identifiers;
mod keys;
mod names;
mod policies;
mod purposes;

use super::{
    Certificate, Question, Rule, ServerName,
    extensions::{Extension, id},
    witness::{At, Witness},
};
use crate::fault::{Fault, Reason};
use core::fmt;

/// By which rules certificates are judged, on top of the path validation of RFC 5280 §6.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profile {
    /// A CA of one's own: certificates as `openssl` recipes make them are accepted, and each rule of RFC 5280 that one
    /// of them breaks is a note in the report.
    #[default]
    Private,
    /// RFC 5280 to the letter: all that it demands of CAs and their certificates, without leniency.
    Rfc5280,
    /// The public web: RFC 5280, and what the CA/Browser Forum's Baseline Requirements (§7.1) demand of certificates.
    ///
    /// Left out is what tells nothing about a path: the presence of pointers (policies, CRL distribution points,
    /// authorityInfoAccess) and the limits on validity. Public suffixes other than top-level domains are known if
    /// [`Question::public_suffixes`] tells them.
    Web,
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Private => "private CA",
            Self::Rfc5280 => "RFC 5280 to the letter",
            Self::Web => "public web",
        })
    }
}

/// Holds a certificate against the rules that `question`'s profile insists on, and notes which of the others it breaks.
pub(super) fn check<W: Witness>(
    certificate: &Certificate<'_>,
    question: &Question<'_>,
    place: Place,
    at: &mut At<'_, W>,
) -> Result<(), Fault> {
    let seen = Seen { certificate, place, name: question.name, suffixes: question.public_suffixes };
    rows().try_for_each(|row| match row.by.insists(question.profile) {
        Some(strict) => at.check_if(strict, row.rule, || row.verdict(&seen)),
        None => Ok(()),
    })
}

/// Holds the certificate of an anchor against the rules that all profiles insist on.
pub(super) fn check_always(certificate: &Certificate<'_>) -> Result<(), Fault> {
    let seen = Seen { certificate, place: Place::Anchor, name: None, suffixes: None };
    rows().filter(|row| matches!(row.by, By::All)).try_for_each(|row| row.verdict(&seen))
}

fn rows() -> impl Iterator<Item = &'static Row> {
    TABLES.iter().flat_map(|table| table.iter())
}

const TABLES: [&[Row]; 8] = [
    fields::ROWS,
    access::ROWS,
    key_identifiers::ROWS,
    authority::ROWS,
    policies::ROWS,
    names::ROWS,
    purposes::ROWS,
    keys::ROWS,
];

/// Who insists on a rule.
#[derive(Clone, Copy)]
enum By {
    /// Every profile: the RFC tells users, not only CAs, to refuse, or users have to refuse anyway.
    All,
    /// RFC 5280 to the letter.
    Letter,
    /// The public web.
    Web,
    /// The letter and the web.
    Both,
}

impl By {
    /// Whether `profile` insists; `None` if it does not even care.
    fn insists(self, profile: Profile) -> Option<bool> {
        match (profile, self) {
            (_, Self::All) => Some(true),
            (Profile::Rfc5280, Self::Letter | Self::Both) | (Profile::Web, Self::Web | Self::Both) => Some(true),
            (Profile::Private, Self::Letter | Self::Both) | (Profile::Web, Self::Letter) => Some(false),
            (Profile::Private | Profile::Rfc5280, Self::Web) => None,
        }
    }
}

/// Where a certificate stands in a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The peer's own.
    Leaf,
    /// It issued one of the others.
    Issuer,
    /// The one that an anchor was made of, on top.
    Anchor,
}

/// One rule of a profile.
struct Row {
    rule: Rule,
    /// What it is about.
    field: &'static str,
    by: By,
    kept: fn(&Seen<'_, '_>) -> bool,
}

impl Row {
    fn verdict(&self, seen: &Seen<'_, '_>) -> Result<(), Fault> {
        if (self.kept)(seen) { Ok(()) } else { Err(Fault::from(Reason::CertificateProfile).field(self.field)) }
    }
}

/// A certificate at its place, as the rules see it.
struct Seen<'c, 'a> {
    certificate: &'c Certificate<'a>,
    place: Place,
    /// The server that the caller wants to reach.
    name: Option<&'c ServerName<'c>>,
    suffixes: Option<fn(&str) -> bool>,
}

impl<'a> Seen<'_, 'a> {
    fn extension(&self, oid: &[u8]) -> Option<Extension<'a>> {
        self.certificate.extension(oid)
    }

    fn has(&self, oid: &[u8]) -> bool {
        self.extension(oid).is_some()
    }

    /// One that is critical, and that nobody processes because it must not be.
    fn is_wrongly_critical(&self, oid: &[u8]) -> bool {
        self.certificate.extensions.unprocessed && self.is_critical(oid)
    }

    /// An extension that is not there is not critical.
    fn is_critical(&self, oid: &[u8]) -> bool {
        self.extension(oid).is_some_and(|extension| extension.critical)
    }

    /// basicConstraints says so.
    fn is_ca(&self) -> bool {
        self.certificate.basic_constraints().is_some_and(|constraints| constraints.ca)
    }

    /// keyUsage says so, or is not there to say otherwise.
    fn signs_certificates(&self) -> bool {
        self.certificate.key_usage().is_none_or(|usage| usage.key_cert_sign())
    }

    fn is_leaf(&self) -> bool {
        self.place == Place::Leaf
    }
}
