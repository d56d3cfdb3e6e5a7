//! What a CRL revokes (RFC 5280 §5.1.2.6, §5.3).

use crate::fault::{Fault, Reason};
use crate::x509::{
    UnixTime,
    asn1::{Elements, Tag, integer, malformed, only},
    extensions::Extension,
};

/// One revoked certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// userCertificate: the content of its INTEGER, big-endian in two's complement.
    pub serial: &'a [u8],
    /// revocationDate.
    pub since: UnixTime,
    /// reasonCode (§5.3.1); 0, unspecified, if it is not told.
    pub reason: u8,
    /// certificateIssuer: the content of its GeneralNames (§5.3.3). Entries that follow are of the same issuer.
    pub certificate_issuer: Option<&'a [u8]>,
    /// It has a critical extension that is not processed here.
    pub unprocessed: bool,
}

/// removeFromCRL, which has a meaning in delta CRLs only.
const REMOVE_FROM_CRL: u8 = 8;

impl<'a> Entry<'a> {
    fn read(content: &'a [u8], v2: bool) -> Result<Self, Fault> {
        let mut fields = Elements::of(content, "revokedCertificates");
        let serial = integer(&mut fields, "userCertificate")?;
        let since = UnixTime::read(&fields.any()?, "revocationDate")?;
        let mut entry = Self { serial, since, reason: 0, certificate_issuer: None, unprocessed: false };
        if let Some(list) = fields.optional(Tag::Sequence, "crlEntryExtensions")? {
            if !v2 {
                return Err(malformed("crlEntryExtensions"));
            }
            let mut extensions = Elements::of(list, "crlEntryExtensions");
            while !extensions.is_empty() {
                entry.take(&Extension::next(&mut extensions)?)?;
            }
        }
        fields.end()?;
        Ok(entry)
    }

    fn take(&mut self, extension: &Extension<'a>) -> Result<(), Fault> {
        match extension.oid {
            [0x55, 0x1d, 21] => {
                self.reason = match only(extension.value, Tag::Enumerated, "reasonCode")? {
                    [REMOVE_FROM_CRL] => return Err(malformed("reasonCode (removeFromCRL)")),
                    [reason @ (0..=6 | 9 | 10)] => *reason,
                    _ => return Err(malformed("reasonCode")),
                };
            }
            // invalidityDate says since when the key is not to be trusted, which changes nothing for a handshake now.
            [0x55, 0x1d, 24] => {}
            [0x55, 0x1d, 29] => {
                self.certificate_issuer = Some(only(extension.value, Tag::Sequence, "certificateIssuer")?);
            }
            _ => self.unprocessed |= extension.critical,
        }
        Ok(())
    }
}

/// The entries of a CRL, in its order; after an error there is no more.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    rest: Elements<'a>,
    v2: bool,
    over: bool,
}

impl<'a> Entries<'a> {
    pub(super) fn of(revoked: &'a [u8], v2: bool) -> Self {
        Self { rest: Elements::of(revoked, "revokedCertificates"), v2, over: false }
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<Entry<'a>, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over || self.rest.is_empty() {
            return None;
        }
        let entry = self.rest.one(Tag::Sequence, "revokedCertificates");
        let entry = entry.and_then(|entry| Entry::read(entry.content, self.v2));
        self.over = entry.is_err();
        Some(entry.map_err(|fault| fault.because(Reason::CrlMalformed)))
    }
}
