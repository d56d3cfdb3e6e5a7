//! Certificate revocation lists (RFC 5280 §5): read here, kept in `list`, looked up in `index`;
//! `scope` tells which certificates one is about.

mod entry;
mod index;
mod list;
mod scope;

pub use entry::{Entries, Entry};
pub use index::Revoked;
pub use list::{Crls, List};
pub(super) use scope::Subject;

use super::{
    Name, UnixTime,
    asn1::{Elements, Tag, context, integer, malformed, octets, only},
    extensions::Extension,
};
use crate::fault::{Fault, Reason};
use scope::{Scope, names_directory};

/// A CRL: well-formed, but not judged, and its entries not read.
#[derive(Clone, Debug)]
pub struct Crl<'a> {
    /// The signed bytes.
    tbs: &'a [u8],
    /// The content of `signatureAlgorithm`.
    signature_algorithm: &'a [u8],
    signature: &'a [u8],
    /// Version 2, which has extensions.
    v2: bool,
    issuer: Name<'a>,
    this_update: UnixTime,
    next_update: Option<UnixTime>,
    /// The content of `revokedCertificates`.
    revoked: &'a [u8],
    extensions: CrlExtensions<'a>,
}

/// What is kept of crlExtensions (§5.2).
#[derive(Clone, Debug, Default)]
struct CrlExtensions<'a> {
    /// The content of cRLNumber, and whether it is critical.
    number: Option<(&'a [u8], bool)>,
    /// extnValue of issuingDistributionPoint.
    scope: Option<&'a [u8]>,
    delta: bool,
    /// A critical one is not processed here.
    unprocessed: bool,
}

/// More than any CRL needs.
const MAX_EXTENSIONS: usize = 32;

impl<'a> Crl<'a> {
    /// Reads `der`, which is one CRL and nothing behind it.
    ///
    /// # Errors
    /// [`Reason::CrlMalformed`], with the field of RFC 5280 §5.1 that is not as drawn there.
    pub fn parse(der: &'a [u8]) -> Result<Self, Fault> {
        Self::read(der).map_err(|fault| fault.because(Reason::CrlMalformed))
    }

    fn read(der: &'a [u8]) -> Result<Self, Fault> {
        // [5280-5.1-1]
        let mut list = Elements::of(only(der, Tag::Sequence, "CertificateList")?, "CertificateList");
        let tbs = list.one(Tag::Sequence, "tbsCertList")?;
        let signature_algorithm = list.one(Tag::Sequence, "signatureAlgorithm")?.content;
        let signature = octets(&mut list, "signatureValue")?;
        list.end()?;

        let mut fields = Elements::of(tbs.content, "tbsCertList");
        let v2 = match fields.optional(Tag::Integer, "version")? {
            None => false,
            Some([1]) => true,
            Some(_) => return Err(malformed("version")),
        };
        // [5280-5.1.1.2-1]
        if fields.one(Tag::Sequence, "signature")?.content != signature_algorithm {
            return Err(malformed("signatureAlgorithm"));
        }
        let issuer = fields.one(Tag::Sequence, "issuer")?;
        // §5.1.2.3
        if issuer.content.is_empty() {
            return Err(malformed("issuer"));
        }
        let this_update = UnixTime::read(&fields.any()?, "thisUpdate")?;
        let next_update = next_update(&mut fields)?;
        let revoked = fields.optional(Tag::Sequence, "revokedCertificates")?.unwrap_or_default();
        let extensions = match fields.optional(context(0, true), "crlExtensions")? {
            None => CrlExtensions::default(),
            // [5280-5.1.2.7-1] §5.1.2.1, §5.1.2.7
            Some(_) if !v2 => return Err(malformed("crlExtensions")),
            Some(explicit) => CrlExtensions::read(only(explicit, Tag::Sequence, "crlExtensions")?)?,
        };
        fields.end()?;
        let issuer = Name::new(issuer.whole, issuer.content);
        Ok(Self {
            tbs: tbs.whole,
            signature_algorithm,
            signature,
            v2,
            issuer,
            this_update,
            next_update,
            revoked,
            extensions,
        })
    }

    /// Who signed it.
    #[must_use]
    pub fn issuer(&self) -> Name<'a> {
        self.issuer
    }

    /// When it was issued (§5.1.2.4).
    #[must_use]
    pub fn this_update(&self) -> UnixTime {
        self.this_update
    }

    /// By when the next one will be there (§5.1.2.5).
    #[must_use]
    pub fn next_update(&self) -> Option<UnixTime> {
        self.next_update
    }

    /// cRLNumber, big-endian (§5.2.3).
    #[must_use]
    pub fn number(&self) -> Option<&'a [u8]> {
        self.extensions.number.map(|(number, _)| number)
    }

    /// What is revoked. It ends at the first entry that can't be read.
    #[must_use]
    pub fn entries(&self) -> Entries<'a> {
        Entries::of(self.revoked, self.v2)
    }

    /// Whether it may be used at all: what does not depend on the certificate, the issuer or the time.
    ///
    /// # Errors
    /// [`Reason::CrlDelta`], [`Reason::CrlCriticalUnknown`], [`Reason::CrlNumber`].
    pub fn check(&self) -> Result<(), Fault> {
        // [5280-5.2.4-1]
        if self.extensions.delta {
            return Err(Reason::CrlDelta.into());
        }
        // [5280-5.2-1]
        if self.extensions.unprocessed {
            return Err(Fault::from(Reason::CrlCriticalUnknown).field("crlExtensions"));
        }
        // [5280-5.2.3-1] Version 1 has no place for it.
        match self.extensions.number {
            None if !self.v2 => Ok(()),
            None => Err(Fault::from(Reason::CrlNumber).field("crlExtensions (cRLNumber is missing)")),
            Some((_, true)) => Err(Fault::from(Reason::CrlNumber).field("cRLNumber (critical)")),
            Some(([0x80..=0xff, ..], _)) => Err(Fault::from(Reason::CrlNumber).field("cRLNumber (negative)")),
            Some((number, _)) if number.len() > 20 => {
                Err(Fault::from(Reason::CrlNumber).field("cRLNumber (longer than 20 octets)"))
            }
            Some(_) => Ok(()),
        }
    }

    /// The certificates that it is about.
    fn scope(&self) -> Result<Option<Scope<'a>>, Fault> {
        let scope = self.extensions.scope.map(Scope::read).transpose();
        scope.map_err(|fault| fault.because(Reason::CrlMalformed))
    }
}

/// nextUpdate is an optional `CHOICE` without a tag of its own.
fn next_update(fields: &mut Elements<'_>) -> Result<Option<UnixTime>, Fault> {
    let mut ahead = fields.clone();
    match ahead.any() {
        Ok(time) if matches!(time.tag, Tag::UtcTime | Tag::GeneralizedTime) => {
            *fields = ahead;
            UnixTime::read(&time, "nextUpdate").map(Some)
        }
        _ => Ok(None),
    }
}

impl<'a> CrlExtensions<'a> {
    fn read(list: &'a [u8]) -> Result<Self, Fault> {
        let mut found = Self::default();
        let mut elements = Elements::of(list, "crlExtensions");
        let mut seen: [&[u8]; MAX_EXTENSIONS] = [&[]; MAX_EXTENSIONS];
        let mut slots = seen.iter_mut();
        while !elements.is_empty() {
            let Extension { oid, critical, value } = Extension::next(&mut elements)?;
            found.take(oid, critical, value)?;
            *slots.next().ok_or_else(|| malformed("crlExtensions"))? = oid;
        }
        // §4.2, which §5.2 builds on: none twice.
        let twice = |(n, oid): (usize, &&[u8])| !oid.is_empty() && seen.iter().take(n).any(|before| before == oid);
        let twice = seen.iter().enumerate().any(twice);
        if twice { Err(malformed("crlExtensions (one occurs twice)")) } else { Ok(found) }
    }

    fn take(&mut self, oid: &[u8], critical: bool, value: &'a [u8]) -> Result<(), Fault> {
        match oid {
            [0x55, 0x1d, 20] => {
                let mut number = Elements::of(value, "cRLNumber");
                self.number = Some((integer(&mut number, "cRLNumber")?, critical));
                number.end()?;
            }
            [0x55, 0x1d, 27] => self.delta = true,
            [0x55, 0x1d, 28] => {
                Scope::read(value)?;
                self.scope = Some(value);
            }
            // authorityKeyIdentifier: a hint at the key, which the signature proves anyway.
            [0x55, 0x1d, 35] => {
                only(value, Tag::Sequence, "authorityKeyIdentifier")?;
            }
            _ => self.unprocessed |= critical,
        }
        Ok(())
    }
}
