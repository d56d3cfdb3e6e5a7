//! OCSP responses (RFC 6960), as they are stapled to certificates: read here, judged in `judge`.

mod judge;

pub(super) use judge::{judge, until};

use super::{
    UnixTime,
    asn1::{Element, Elements, Tag, context, integer, malformed, octets, only},
    extensions::Extension,
    spki::{NULL, SHA256},
};
use crate::fault::{Detail, Fault, Reason};

/// A response that tells something: BasicOCSPResponse, well-formed, but not judged.
#[derive(Clone, Debug)]
pub struct OcspResponse<'a> {
    /// The signed bytes.
    tbs: &'a [u8],
    /// The content of `signatureAlgorithm`.
    signature_algorithm: &'a [u8],
    signature: &'a [u8],
    responder: Responder<'a>,
    produced_at: UnixTime,
    /// The content of `responses`.
    responses: &'a [u8],
    /// The content of `certs`.
    certs: &'a [u8],
    /// It has a critical extension: none is processed here.
    unprocessed: bool,
}

/// ResponderID (§4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Responder<'a> {
    /// A whole Name in DER.
    Name(&'a [u8]),
    /// SHA-1 of the key.
    Key(&'a [u8]),
}

/// What is told of one certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SingleResponse<'a> {
    id: CertId<'a>,
    /// Its status.
    pub status: CertStatus,
    /// As of when.
    pub this_update: UnixTime,
    /// When more will be known; without it, at any time.
    pub next_update: Option<UnixTime>,
    unprocessed: bool,
}

/// CertID (§4.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct CertId<'a> {
    hash: Option<IdHash>,
    name: &'a [u8],
    key: &'a [u8],
    /// The content of serialNumber.
    serial: &'a [u8],
}

/// A hash that identifies an issuer here; nothing is proven by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum IdHash {
    Sha1,
    Sha256,
}

/// CertStatus (§2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertStatus {
    /// Not revoked, as far as the responder knows.
    Good,
    /// Revoked.
    Revoked {
        /// revocationTime.
        since: UnixTime,
        /// revocationReason (RFC 5280 §5.3.1); 0, unspecified, if it is not told.
        reason: u8,
    },
    /// The responder does not know the certificate.
    Unknown,
}

const BASIC: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 48, 1, 1];
const SHA1: &[u8] = b"\x06\x05\x2b\x0e\x03\x02\x1a";

impl<'a> OcspResponse<'a> {
    /// Reads `der`, which is one OCSPResponse and nothing behind it.
    ///
    /// # Errors
    /// [`Reason::OcspUnsuccessful`] for an error message of the responder; [`Reason::OcspMalformed`], with the field of
    /// RFC 6960 §4.2.1 that is not as drawn there.
    pub fn parse(der: &'a [u8]) -> Result<Self, Fault> {
        Self::read(der).map_err(as_malformed)
    }

    fn read(der: &'a [u8]) -> Result<Self, Fault> {
        // [6960-4.2.1-1]
        let mut response = Elements::of(only(der, Tag::Sequence, "OCSPResponse")?, "OCSPResponse");
        match response.one(Tag::Enumerated, "responseStatus")?.content {
            [0] => {}
            // [6960-4.2.1-2]
            [status] => return Err(Fault::from(Reason::OcspUnsuccessful).detail(Detail::Value((*status).into()))),
            _ => return Err(malformed("responseStatus")),
        }
        let bytes = response.one(context(0, true), "responseBytes")?.content;
        response.end()?;
        let mut bytes = Elements::of(only(bytes, Tag::Sequence, "responseBytes")?, "responseBytes");
        if bytes.one(Tag::ObjectIdentifier, "responseType")?.content != BASIC {
            return Err(malformed("responseType"));
        }
        let basic = bytes.one(Tag::OctetString, "response")?.content;
        bytes.end()?;

        let mut basic = Elements::of(only(basic, Tag::Sequence, "BasicOCSPResponse")?, "BasicOCSPResponse");
        let tbs = basic.one(Tag::Sequence, "tbsResponseData")?;
        let signature_algorithm = basic.one(Tag::Sequence, "signatureAlgorithm")?.content;
        let signature = octets(&mut basic, "signature")?;
        let certs = basic.optional(context(0, true), "certs")?;
        let certs = certs.map_or(Ok(&[][..]), |explicit| only(explicit, Tag::Sequence, "certs"))?;
        basic.end()?;

        let mut fields = Elements::of(tbs.content, "tbsResponseData");
        // v1, the default, which DER leaves out.
        if fields.optional(context(0, true), "version")?.is_some() {
            return Err(malformed("version"));
        }
        let responder = Responder::read(&fields.any()?)?;
        let produced_at = time(&fields.any()?, "producedAt")?;
        let responses = fields.one(Tag::Sequence, "responses")?.content;
        let unprocessed = has_critical(fields.optional(context(1, true), "responseExtensions")?)?;
        fields.end()?;
        Ok(Self {
            tbs: tbs.whole,
            signature_algorithm,
            signature,
            responder,
            produced_at,
            responses,
            certs,
            unprocessed,
        })
    }

    /// When it was signed.
    #[must_use]
    pub fn produced_at(&self) -> UnixTime {
        self.produced_at
    }

    /// What it tells, of one certificate each. It ends with the first that can't be read.
    pub fn responses(&self) -> impl Iterator<Item = Result<SingleResponse<'a>, Fault>> {
        let mut rest = Some(Elements::of(self.responses, "responses"));
        core::iter::from_fn(move || {
            let elements = rest.as_mut().filter(|elements| !elements.is_empty())?;
            let single =
                elements.one(Tag::Sequence, "responses").and_then(|single| SingleResponse::read(single.content));
            if single.is_err() {
                rest = None;
            }
            Some(single.map_err(as_malformed))
        })
    }
}

fn as_malformed(fault: Fault) -> Fault {
    if fault.reason() == Reason::CertificateMalformed { fault.because(Reason::OcspMalformed) } else { fault }
}

impl<'a> Responder<'a> {
    fn read(element: &Element<'a>) -> Result<Self, Fault> {
        const FIELD: &str = "responderID";
        match element.tag {
            tag if tag == context(1, true) => {
                only(element.content, Tag::Sequence, FIELD).map(|_| Self::Name(element.content))
            }
            tag if tag == context(2, true) => only(element.content, Tag::OctetString, FIELD).map(Self::Key),
            _ => Err(malformed(FIELD)),
        }
    }
}

impl<'a> SingleResponse<'a> {
    fn read(content: &'a [u8]) -> Result<Self, Fault> {
        let mut fields = Elements::of(content, "SingleResponse");
        let id = CertId::read(fields.one(Tag::Sequence, "certID")?.content)?;
        let status = CertStatus::read(&fields.any()?)?;
        let this_update = time(&fields.any()?, "thisUpdate")?;
        let next_update = match fields.optional(context(0, true), "nextUpdate")? {
            None => None,
            Some(explicit) => {
                let mut explicit = Elements::of(explicit, "nextUpdate");
                let next = time(&explicit.any()?, "nextUpdate")?;
                explicit.end()?;
                Some(next)
            }
        };
        let unprocessed = has_critical(fields.optional(context(1, true), "singleExtensions")?)?;
        fields.end()?;
        Ok(Self { id, status, this_update, next_update, unprocessed })
    }
}

impl<'a> CertId<'a> {
    fn read(content: &'a [u8]) -> Result<Self, Fault> {
        let mut fields = Elements::of(content, "certID");
        let algorithm = fields.one(Tag::Sequence, "hashAlgorithm")?.content;
        let name = fields.one(Tag::OctetString, "issuerNameHash")?.content;
        let key = fields.one(Tag::OctetString, "issuerKeyHash")?.content;
        let serial = integer(&mut fields, "serialNumber")?;
        fields.end()?;
        let hash = match algorithm.strip_suffix(NULL).unwrap_or(algorithm) {
            SHA1 => Some(IdHash::Sha1),
            SHA256 => Some(IdHash::Sha256),
            _ => None,
        };
        Ok(Self { hash, name, key, serial })
    }
}

impl CertStatus {
    fn read(element: &Element<'_>) -> Result<Self, Fault> {
        const FIELD: &str = "certStatus";
        match (element.tag, element.content) {
            (tag, []) if tag == context(0, false) => Ok(Self::Good),
            (tag, content) if tag == context(1, true) => {
                let mut fields = Elements::of(content, FIELD);
                let since = time(&fields.any()?, "revocationTime")?;
                let reason = match fields.optional(context(0, true), "revocationReason")? {
                    None => 0,
                    Some(explicit) => match only(explicit, Tag::Enumerated, "revocationReason")? {
                        [reason @ (0..=6 | 8..=10)] => *reason,
                        _ => return Err(malformed("revocationReason")),
                    },
                };
                fields.end()?;
                Ok(Self::Revoked { since, reason })
            }
            (tag, []) if tag == context(2, false) => Ok(Self::Unknown),
            _ => Err(malformed(FIELD)),
        }
    }
}

/// A GeneralizedTime; a UTCTime does not occur here.
fn time(element: &Element<'_>, field: &'static str) -> Result<UnixTime, Fault> {
    if element.tag == Tag::GeneralizedTime { UnixTime::read(element, field) } else { Err(malformed(field)) }
}

/// Whether one of these extensions is critical; `explicit` is the content of the tag around them.
fn has_critical(explicit: Option<&[u8]>) -> Result<bool, Fault> {
    let Some(explicit) = explicit else { return Ok(false) };
    let mut extensions = Elements::of(only(explicit, Tag::Sequence, "extensions")?, "extensions");
    let mut critical = false;
    while !extensions.is_empty() {
        critical |= Extension::next(&mut extensions)?.critical;
    }
    Ok(critical)
}
