//! The extensions of a certificate (RFC 5280 §4.2): which are known, and which make it unusable.

use super::asn1::{Elements, Tag, boolean, context, integer, malformed, only};
use crate::fault::Fault;

/// Object identifiers of extensions and of what stands in them, as content octets (RFC 5280 §4.2, RFC 9608 §2).
#[cfg(feature = "alloc")]
pub(super) mod id {
    pub(crate) const SUBJECT_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1d, 14];
    pub(crate) const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 17];
    pub(crate) const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
    pub(crate) const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 30];
    pub(crate) const CRL_DISTRIBUTION_POINTS: &[u8] = &[0x55, 0x1d, 31];
    pub(crate) const CERTIFICATE_POLICIES: &[u8] = &[0x55, 0x1d, 32];
    pub(crate) const ANY_POLICY: &[u8] = &[0x55, 0x1d, 32, 0];
    pub(crate) const POLICY_MAPPINGS: &[u8] = &[0x55, 0x1d, 33];
    pub(crate) const AUTHORITY_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1d, 35];
    pub(crate) const POLICY_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 36];
    pub(crate) const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];
    pub(crate) const ANY_EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37, 0];
    pub(crate) const FRESHEST_CRL: &[u8] = &[0x55, 0x1d, 46];
    pub(crate) const INHIBIT_ANY_POLICY: &[u8] = &[0x55, 0x1d, 54];
    pub(crate) const NO_REV_AVAIL: &[u8] = &[0x55, 0x1d, 56];
    pub(crate) const AUTHORITY_INFO_ACCESS: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 1, 1];
    pub(crate) const SUBJECT_INFO_ACCESS: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 1, 11];
    pub(crate) const AD_OCSP: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 48, 1];
}

/// basicConstraints (RFC 5280 §4.2.1.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BasicConstraints {
    /// cA: the key may verify signatures of certificates.
    pub ca: bool,
    /// pathLenConstraint: how many intermediate certificates may follow, self-issued ones not counted; 255 stands for
    /// more as well.
    pub path_len: Option<u8>,
}

/// keyUsage (RFC 5280 §4.2.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUsage(u16);

impl KeyUsage {
    /// Whether the bit of this number is set; digitalSignature is 0.
    #[cfg(feature = "alloc")]
    pub(super) fn has(self, bit: usize) -> bool {
        u32::try_from(bit).ok().and_then(|bit| 0x8000_u16.checked_shr(bit)).is_some_and(|mask| self.0 & mask != 0)
    }

    /// digitalSignature: what CertificateVerify needs (RFC 8446 §4.4.2.2).
    #[must_use]
    pub const fn digital_signature(self) -> bool {
        self.0 & 0x8000 != 0
    }

    /// keyCertSign: what an issuer needs.
    #[must_use]
    pub const fn key_cert_sign(self) -> bool {
        self.0 & 0x0400 != 0
    }

    /// cRLSign: what the issuer of a CRL needs.
    #[must_use]
    pub const fn crl_sign(self) -> bool {
        self.0 & 0x0200 != 0
    }
}

/// What is kept of the extensions. `san`, `extended_key_usage` and `name_constraints` are contents of their outermost
/// SEQUENCE, read when they are needed.
#[derive(Clone, Debug, Default)]
pub(super) struct Extensions<'a> {
    pub(super) basic_constraints: Option<BasicConstraints>,
    pub(super) key_usage: Option<KeyUsage>,
    pub(super) extended_key_usage: Option<&'a [u8]>,
    pub(super) san: Option<&'a [u8]>,
    pub(super) name_constraints: Option<&'a [u8]>,
    /// There is one that changes the meaning of the certificate in a way that is not processed here.
    pub(super) unprocessed: bool,
    /// policyConstraints or inhibitAnyPolicy is there, so that policies matter even to a caller who asks for none.
    #[cfg(feature = "alloc")]
    pub(super) restricts_policies: bool,
    /// The issuer publishes nothing about revocation (RFC 9608).
    #[cfg(feature = "alloc")]
    pub(super) no_rev_avail: bool,
    /// The content of the whole list.
    #[cfg(feature = "alloc")]
    list: &'a [u8],
}

/// `Extension ::= SEQUENCE { extnID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }`
#[derive(Clone, Copy, Debug)]
pub(super) struct Extension<'a> {
    pub(super) oid: &'a [u8],
    pub(super) critical: bool,
    pub(super) value: &'a [u8],
}

impl<'a> Extension<'a> {
    pub(super) fn next(list: &mut Elements<'a>) -> Result<Self, Fault> {
        let extension = list.one(Tag::Sequence, "extensions")?.content;
        let mut extension = Elements::of(extension, "extensions");
        let oid = extension.one(Tag::ObjectIdentifier, "extnID")?.content;
        let critical = boolean(&mut extension, "critical")?;
        let value = extension.one(Tag::OctetString, "extnValue")?.content;
        extension.end()?;
        Ok(Self { oid, critical, value })
    }
}

/// More than any certificate needs; it bounds the search for duplicates.
const MAX_EXTENSIONS: usize = 64;

impl<'a> Extensions<'a> {
    /// Reads `Extensions`; `list` is its content.
    pub(super) fn parse(list: &'a [u8]) -> Result<Self, Fault> {
        let mut found = Self {
            #[cfg(feature = "alloc")]
            list,
            ..Self::default()
        };
        let mut seen: [&[u8]; MAX_EXTENSIONS] = [&[]; MAX_EXTENSIONS];
        let mut slots = seen.iter_mut();
        let mut before = 0_usize;
        let mut elements = Elements::of(list, "extensions");
        // §4.1.2.9: at least one.
        if elements.is_empty() {
            return Err(malformed("extensions"));
        }
        while !elements.is_empty() {
            let extension = Extension::next(&mut elements)?;
            found.take(&extension)?;
            *slots.next().ok_or_else(|| malformed("extensions"))? = extension.oid;
            before = before.saturating_add(1);
        }
        // [5280-4.2-2] §4.2: an extension must not occur twice: which of the two would count?
        let seen = seen.get(..before).unwrap_or_default();
        let twice = seen.iter().enumerate().any(|(i, oid)| seen.iter().take(i).any(|earlier| earlier == oid));
        if twice { Err(malformed("extensions (one occurs twice)")) } else { Ok(found) }
    }

    /// All of them, in order.
    #[cfg(feature = "alloc")]
    pub(super) fn all(&self) -> impl Iterator<Item = Extension<'a>> + use<'a> {
        let mut list = Elements::of(self.list, "extensions");
        core::iter::from_fn(move || Extension::next(&mut list).ok())
    }

    fn take(&mut self, &Extension { oid, critical, value }: &Extension<'a>) -> Result<(), Fault> {
        match oid {
            [0x55, 0x1d, 15] => self.key_usage = Some(key_usage(value)?),
            [0x55, 0x1d, 17] => self.san = Some(filled(value, "subjectAltName")?),
            [0x55, 0x1d, 19] => self.basic_constraints = Some(basic_constraints(value)?),
            [0x55, 0x1d, 30] => self.name_constraints = Some(filled(value, "nameConstraints")?),
            [0x55, 0x1d, 37] => self.extended_key_usage = Some(filled(value, "extKeyUsage")?),
            // §6.1.1 (c)-(e): unless a policy is asked for, certificatePolicies can't make a path invalid, critical or not.
            [0x55, 0x1d, 32] => {}
            // [5280-4.2.1.11-1] policyMappings (33) is processed with policyConstraints (36) and inhibitAnyPolicy (54),
            // which can demand a policy.
            #[cfg(feature = "alloc")]
            [0x55, 0x1d, 33] => {}
            #[cfg(feature = "alloc")]
            [0x55, 0x1d, 36 | 54] => self.restricts_policies = true,
            // Where policies are not processed, §4.2.1.11 and §4.2.1.14 do not let an issuer make these two optional.
            #[cfg(not(feature = "alloc"))]
            [0x55, 0x1d, 36 | 54] => self.unprocessed = true,
            #[cfg(feature = "alloc")]
            id::NO_REV_AVAIL => self.no_rev_avail = true,
            _ => self.unprocessed |= critical,
        }
        Ok(())
    }
}

/// The content of a `SEQUENCE SIZE (1..MAX)`, which all lists in extensions are.
fn filled<'a>(value: &'a [u8], field: &'static str) -> Result<&'a [u8], Fault> {
    match only(value, Tag::Sequence, field)? {
        [] => Err(malformed(field)),
        content => Ok(content),
    }
}

fn basic_constraints(value: &[u8]) -> Result<BasicConstraints, Fault> {
    const FIELD: &str = "basicConstraints";
    let mut elements = Elements::of(only(value, Tag::Sequence, FIELD)?, FIELD);
    let ca = boolean(&mut elements, FIELD)?;
    let path_len = if elements.is_empty() {
        None
    } else {
        match integer(&mut elements, FIELD)? {
            [0x80..=0xff, ..] => return Err(malformed(FIELD)),
            [len] | [0x00, len] => Some(*len),
            _ => Some(u8::MAX),
        }
    };
    elements.end()?;
    Ok(BasicConstraints { ca, path_len })
}

fn key_usage(value: &[u8]) -> Result<KeyUsage, Fault> {
    const FIELD: &str = "keyUsage";
    let (unused, first, second) = match *only(value, Tag::BitString, FIELD)? {
        [unused, first] => (unused, first, 0),
        [unused, first, second] => (unused, first, second),
        _ => return Err(malformed(FIELD)),
    };
    let bits = u16::from_be_bytes([first, second]);
    // §4.2.1.3: at least one bit is set.
    if unused > 7 || bits == 0 { Err(malformed(FIELD)) } else { Ok(KeyUsage(bits)) }
}

/// The purposes of an extendedKeyUsage (RFC 5280 §4.2.1.12): content octets of object identifiers.
#[derive(Clone, Debug)]
pub struct KeyPurposes<'a>(Elements<'a>);

impl<'a> KeyPurposes<'a> {
    pub(super) fn of(content: &'a [u8]) -> Self {
        Self(Elements::of(content, "extKeyUsage"))
    }
}

impl<'a> Iterator for KeyPurposes<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.0.is_empty() {
            return None;
        }
        self.0.one(Tag::ObjectIdentifier, "extKeyUsage").ok().map(|oid| oid.content)
    }
}

/// The content of `extensions [3] EXPLICIT`, if it is there.
pub(super) fn field<'a>(tbs: &mut Elements<'a>) -> Result<Option<&'a [u8]>, Fault> {
    match tbs.optional(context(3, true), "extensions")? {
        Some(explicit) => only(explicit, Tag::Sequence, "extensions").map(Some),
        None => Ok(None),
    }
}
