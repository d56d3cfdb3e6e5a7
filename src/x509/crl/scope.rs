//! Which certificates a CRL is about: issuingDistributionPoint against cRLDistributionPoints
//! (RFC 5280 §5.2.5, §4.2.1.13, §6.3.3 (b), (d)).

use crate::fault::{Fault, Reason};
use crate::x509::{
    Certificate,
    asn1::{Elements, Tag, boolean_of, context, malformed, only},
    extensions::id,
};

/// A set of revocation reasons: ReasonFlags (§4.2.1.13) without the first bit, which is unused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reasons(u16);

impl Reasons {
    pub(super) const NONE: Self = Self(0);
    pub(super) const ALL: Self = Self(0x7f80);

    fn read(bits: &[u8]) -> Result<Self, Fault> {
        let bits = match *bits {
            [0..=7, first] => u16::from_be_bytes([first, 0]),
            [0..=7, first, second] => u16::from_be_bytes([first, second]),
            _ => return Err(malformed("ReasonFlags")),
        };
        Ok(Self(bits & Self::ALL.0))
    }

    pub(super) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

/// DistributionPointName.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PointName<'a> {
    /// The content of GeneralNames.
    Full(&'a [u8]),
    /// The content of the RDN that goes behind the issuer's name.
    Relative(&'a [u8]),
}

impl<'a> PointName<'a> {
    /// `[0]` is explicit here, since the type is a CHOICE.
    fn read(explicit: &'a [u8]) -> Result<Self, Fault> {
        const FIELD: &str = "distributionPoint";
        let mut choice = Elements::of(explicit, FIELD);
        let name = choice.any()?;
        choice.end()?;
        match name.tag {
            tag if tag == context(0, true) => Ok(Self::Full(name.content)),
            tag if tag == context(1, true) => Ok(Self::Relative(name.content)),
            _ => Err(malformed(FIELD)),
        }
    }

    /// Whether the two share a name. §5.2.5 asks for the same encoding.
    fn meets(self, other: Self) -> Result<bool, Fault> {
        match (self, other) {
            (Self::Full(own), Self::Full(theirs)) => share_a_name(own, theirs),
            (Self::Relative(own), Self::Relative(theirs)) => Ok(own == theirs),
            (Self::Full(_), Self::Relative(_)) | (Self::Relative(_), Self::Full(_)) => Ok(false),
        }
    }
}

/// Names looked at in one list, which bounds the comparisons.
const MAX_NAMES: usize = 16;
/// Distribution points of a certificate that are looked at.
const MAX_POINTS: usize = 16;

fn share_a_name(own: &[u8], theirs: &[u8]) -> Result<bool, Fault> {
    let mut own = Elements::of(own, "fullName");
    for _ in 0..MAX_NAMES {
        if own.is_empty() {
            return Ok(false);
        }
        let name = own.any()?.whole;
        let mut theirs = Elements::of(theirs, "fullName");
        for _ in 0..MAX_NAMES {
            if theirs.is_empty() {
                break;
            }
            if theirs.any()?.whole == name {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Whether GeneralNames with this content have `name`, a whole Name in DER, among them.
pub(super) fn names_directory(names: &[u8], name: &[u8]) -> Result<bool, Fault> {
    let mut names = Elements::of(names, "GeneralNames");
    while !names.is_empty() {
        let element = names.any()?;
        if element.tag == context(4, true) && element.content == name {
            return Ok(true);
        }
    }
    Ok(false)
}

/// issuingDistributionPoint (§5.2.5).
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope<'a> {
    point: Option<PointName<'a>>,
    only_user: bool,
    only_ca: bool,
    only_attribute: bool,
    some_reasons: Option<Reasons>,
    /// It may have entries of other issuers, told by certificateIssuer.
    pub(super) indirect: bool,
}

impl<'a> Scope<'a> {
    pub(super) fn read(value: &'a [u8]) -> Result<Self, Fault> {
        const FIELD: &str = "issuingDistributionPoint";
        let mut fields = Elements::of(only(value, Tag::Sequence, FIELD)?, FIELD);
        let point = fields.optional(context(0, true), FIELD)?.map(PointName::read).transpose()?;
        let flag = |number, fields: &mut Elements<'a>| {
            let flag = fields.optional(context(number, false), FIELD)?;
            flag.map_or(Ok(false), |content| boolean_of(content, FIELD))
        };
        let (only_user, only_ca) = (flag(1, &mut fields)?, flag(2, &mut fields)?);
        let some_reasons = fields.optional(context(3, false), FIELD)?.map(Reasons::read).transpose()?;
        let (indirect, only_attribute) = (flag(4, &mut fields)?, flag(5, &mut fields)?);
        fields.end()?;
        // At most one of the three.
        if u8::from(only_user).saturating_add(only_ca.into()).saturating_add(only_attribute.into()) > 1 {
            return Err(malformed(FIELD));
        }
        Ok(Self { point, only_user, only_ca, only_attribute, some_reasons, indirect })
    }
}

/// DistributionPoint (§4.2.1.13).
struct Point<'a> {
    name: Option<PointName<'a>>,
    reasons: Option<Reasons>,
    /// The content of GeneralNames.
    crl_issuer: Option<&'a [u8]>,
}

impl<'a> Point<'a> {
    fn read(content: &'a [u8]) -> Result<Self, Fault> {
        const FIELD: &str = "cRLDistributionPoints";
        let mut fields = Elements::of(content, FIELD);
        let name = fields.optional(context(0, true), FIELD)?.map(PointName::read).transpose()?;
        let reasons = fields.optional(context(1, false), FIELD)?.map(Reasons::read).transpose()?;
        let crl_issuer = fields.optional(context(2, true), FIELD)?;
        fields.end()?;
        Ok(Self { name, reasons, crl_issuer })
    }
}

/// A certificate, by what CRLs are asked about it.
#[derive(Clone, Copy)]
pub(in crate::x509) struct Subject<'a> {
    /// A whole Name in DER.
    pub(in crate::x509) issuer: &'a [u8],
    /// The content of serialNumber.
    pub(in crate::x509) serial: &'a [u8],
    pub(in crate::x509) is_ca: bool,
    /// extnValue of cRLDistributionPoints.
    pub(in crate::x509) distribution_points: Option<&'a [u8]>,
}

impl<'a> Subject<'a> {
    pub(in crate::x509) fn of(certificate: &Certificate<'a>) -> Self {
        Self {
            issuer: certificate.issuer().der(),
            serial: certificate.serial,
            is_ca: certificate.basic_constraints().is_some_and(|constraints| constraints.ca),
            distribution_points: certificate.extension(id::CRL_DISTRIBUTION_POINTS).map(|extension| extension.value),
        }
    }
}

/// The reasons for which a CRL of the certificate's issuer, with this scope, tells whether `certificate` is revoked
/// (§6.3.3 (b), (d)).
///
/// # Errors
/// [`Reason::CrlScope`] if it does not tell at all, [`Reason::CertificateMalformed`] for cRLDistributionPoints that can't
/// be read.
pub(super) fn reasons(scope: Option<&Scope<'_>>, certificate: &Subject<'_>) -> Result<Reasons, Fault> {
    let outside = |field| Err(Fault::from(Reason::CrlScope).field(field));
    if let Some(scope) = scope {
        // [5280-5.2.5-1]
        match scope {
            Scope { only_user: true, .. } if certificate.is_ca => return outside("onlyContainsUserCerts"),
            Scope { only_ca: true, .. } if !certificate.is_ca => return outside("onlyContainsCACerts"),
            Scope { only_attribute: true, .. } => return outside("onlyContainsAttributeCerts"),
            _ => {}
        }
    }
    let of_crl = scope.and_then(|scope| scope.some_reasons).unwrap_or(Reasons::ALL);
    let (name, issuer) = (scope.and_then(|scope| scope.point), certificate.issuer);
    const FIELD: &str = "cRLDistributionPoints";
    let mut told = Reasons::NONE;
    if let Some(points) = certificate.distribution_points {
        let mut points = Elements::of(only(points, Tag::Sequence, FIELD)?, FIELD);
        for _ in 0..MAX_POINTS {
            if points.is_empty() {
                break;
            }
            let point = Point::read(points.one(Tag::Sequence, FIELD)?.content)?;
            if point.covers(name, issuer)? {
                told = told.with(of_crl.both(point.reasons.unwrap_or(Reasons::ALL)));
            }
        }
    }
    // §6.3.3, last paragraph: a CRL that no distribution point tells of goes by the issuer's name.
    let is_of_issuer = match name {
        None => true,
        Some(PointName::Full(names)) => names_directory(names, issuer)?,
        Some(PointName::Relative(_)) => false,
    };
    match told {
        Reasons::NONE if is_of_issuer => Ok(of_crl),
        Reasons::NONE => outside("distributionPoint"),
        told => Ok(told),
    }
}

impl Point<'_> {
    /// [5280-5.2.5-2] Whether a CRL of the certificate's issuer, with this name in its issuingDistributionPoint, is the one of
    /// this distribution point (§6.3.3 (b) (1), (2) (i)).
    fn covers(&self, name: Option<PointName<'_>>, issuer: &[u8]) -> Result<bool, Fault> {
        // A CRL of somebody else is meant.
        if let Some(crl_issuer) = self.crl_issuer
            && !names_directory(crl_issuer, issuer)?
        {
            return Ok(false);
        }
        match (name, self.name, self.crl_issuer) {
            (None, ..) => Ok(true),
            (Some(name), Some(own), _) => name.meets(own),
            (Some(PointName::Full(name)), None, Some(crl_issuer)) => share_a_name(name, crl_issuer),
            (Some(_), None, _) => Ok(false),
        }
    }
}
