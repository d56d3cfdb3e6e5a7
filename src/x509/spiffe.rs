//! SPIFFE IDs and the certificates that carry one (SPIFFE-ID §2, X509-SVID §3 to §5).

use super::{Certificate, GeneralName};
use core::fmt;

/// A SPIFFE ID: `spiffe://` and a trust domain, then the path of a workload in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SpiffeId<'a> {
    trust_domain: &'a str,
    /// Empty, or with a slash in front.
    path: &'a str,
}

impl<'a> SpiffeId<'a> {
    /// [SPIFFE-2-1] Reads an ID. It is compared byte for byte, so there is just one spelling of each.
    ///
    /// # Errors
    /// [`SpiffeError`]: which rule of SPIFFE-ID §2 it breaks.
    pub fn parse(id: &'a str) -> Result<Self, SpiffeError> {
        const SCHEME: &str = "spiffe://";
        // §2.3
        if id.len() > 2048 {
            return Err(SpiffeError::TooLong);
        }
        // §2: the scheme is compared without regard to case (RFC 3986 §3.1).
        let (scheme, rest) = id.split_at_checked(SCHEME.len()).ok_or(SpiffeError::Scheme)?;
        if !scheme.eq_ignore_ascii_case(SCHEME) {
            return Err(SpiffeError::Scheme);
        }
        let (trust_domain, path) = match rest.find('/') {
            Some(slash) => rest.split_at_checked(slash).ok_or(SpiffeError::Path)?,
            None => (rest, ""),
        };
        // §2.1
        let in_domain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'_');
        if !(1..=255).contains(&trust_domain.len()) || !trust_domain.bytes().all(in_domain) {
            return Err(SpiffeError::TrustDomain);
        }
        // §2.2
        let in_segment = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        let segment = |text: &str| !matches!(text, "" | "." | "..") && text.bytes().all(in_segment);
        if !path.is_empty() && !path.split('/').skip(1).all(segment) {
            return Err(SpiffeError::Path);
        }
        Ok(Self { trust_domain, path })
    }

    /// The ID of a leaf certificate.
    ///
    /// # Errors
    /// [`SpiffeError`]: what makes it no X509-SVID.
    pub fn of(leaf: &Certificate<'a>) -> Result<Self, SpiffeError> {
        // [SVID-5.2-1] X509-SVID §2: exactly one URI; more of them must be refused.
        let mut uris = leaf.san().filter_map(|name| match name {
            GeneralName::Uri(uri) => Some(uri),
            _ => None,
        });
        let id = Self::parse(uris.next().ok_or(SpiffeError::NoUri)?)?;
        if uris.next().is_some() {
            return Err(SpiffeError::ManyUris);
        }
        // §3.1: a leaf's ID names a workload. §4.1 to §4.3, §5.2: it is no CA in any way, and signs.
        if id.path.is_empty() {
            return Err(SpiffeError::NoWorkload);
        }
        if leaf.basic_constraints().is_some_and(|constraints| constraints.ca) {
            return Err(SpiffeError::Ca);
        }
        match leaf.key_usage() {
            Some(usage) if usage.digital_signature() && !usage.key_cert_sign() && !usage.crl_sign() => Ok(id),
            _ => Err(SpiffeError::KeyUsage),
        }
    }

    /// Whether `other` is this workload, or, if this is a trust domain, one in it.
    #[must_use]
    pub fn includes(&self, other: &SpiffeId<'_>) -> bool {
        self.trust_domain == other.trust_domain && (self.path.is_empty() || self.path == other.path)
    }

    /// `works` in `spiffe://works/robot`.
    #[must_use]
    pub const fn trust_domain(&self) -> &'a str {
        self.trust_domain
    }

    /// `/robot` in `spiffe://works/robot`; empty for the trust domain itself.
    #[must_use]
    pub const fn path(&self) -> &'a str {
        self.path
    }
}

impl fmt::Display for SpiffeId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "spiffe://{}{}", self.trust_domain, self.path)
    }
}

/// Why a text is no SPIFFE ID, or a certificate no X509-SVID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpiffeError {
    /// It is longer than 2048 bytes (SPIFFE-ID §2.3).
    TooLong,
    /// It does not begin with `spiffe://` (SPIFFE-ID §2).
    Scheme,
    /// The trust domain is not of 1 to 255 lower-case letters, digits, dots, hyphens, underscores (SPIFFE-ID §2.1).
    TrustDomain,
    /// A segment of the path is empty, `.`, `..`, or not of letters, digits, dots, hyphens, underscores (SPIFFE-ID §2.2).
    Path,
    /// The certificate has no URI in subjectAltName (X509-SVID §2).
    NoUri,
    /// The certificate has more than one URI in subjectAltName (X509-SVID §2).
    ManyUris,
    /// The ID of a leaf has no path (X509-SVID §3.1).
    NoWorkload,
    /// The leaf is a CA (X509-SVID §4.1).
    Ca,
    /// keyUsage of the leaf lacks digitalSignature, or has keyCertSign or cRLSign, or is not there (X509-SVID §4.3).
    KeyUsage,
}

impl SpiffeError {
    /// In words.
    #[must_use]
    pub const fn says(self) -> &'static str {
        match self {
            Self::TooLong => "a SPIFFE ID is not longer than 2048 bytes",
            Self::Scheme => "a SPIFFE ID begins with spiffe://",
            Self::TrustDomain => {
                "the trust domain of a SPIFFE ID is 1 to 255 lower-case letters, digits, dots, hyphens, underscores"
            }
            Self::Path => {
                "the path of a SPIFFE ID is segments of letters, digits, dots, hyphens, underscores, none of them empty, . or .."
            }
            Self::NoUri => "an X509-SVID has a URI in subjectAltName",
            Self::ManyUris => "an X509-SVID has just one URI in subjectAltName",
            Self::NoWorkload => "the SPIFFE ID of a leaf names a workload, not only a trust domain",
            Self::Ca => "an X509-SVID that is a leaf is no CA",
            Self::KeyUsage => "keyUsage of an X509-SVID has digitalSignature, and neither keyCertSign nor cRLSign",
        }
    }
}

impl fmt::Display for SpiffeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.says())
    }
}

impl core::error::Error for SpiffeError {}

#[cfg(test)]
mod tests;
