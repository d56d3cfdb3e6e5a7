//! What a file really holds, said so that the reader knows what to do.

use super::{Certificate, pem, rule::section_of};
use crate::fault::{Detail, Fault, Reason};
use alloc::{format, string::String, vec::Vec};
use core::fmt;

/// Why a file can't be loaded. It reads well behind the name of the file, which the caller knows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadError {
    /// It has no PEM block at all.
    NoPem,
    /// It is DER.
    Der,
    /// A line is not what it must be.
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// It holds something, but not what was asked for.
    Other {
        /// The label of its first block.
        label: String,
        /// The line of that block, counted from 1.
        line: usize,
        /// What was asked for: `certificate` or `private key`.
        wanted: &'static str,
    },
    /// A certificate in it can't be used.
    Certificate {
        /// Which one, counted from 1.
        number: usize,
        /// The line at which it begins, if it is from a text.
        line: Option<usize>,
        /// What is wrong.
        what: String,
    },
    /// A CRL in it can't be read.
    Crl {
        /// Which one, counted from 1.
        number: usize,
        /// The line at which it begins, if it is from a text.
        line: Option<usize>,
        /// What is wrong.
        what: String,
    },
    /// A private key is encrypted.
    Encrypted {
        /// The label of its block.
        label: String,
        /// The line at which it begins, counted from 1.
        line: usize,
    },
    /// It holds two private keys: which one is meant?
    TwoKeys {
        /// The line of the second, counted from 1.
        line: usize,
    },
    /// A private key is not of the form that its label promises.
    Key {
        /// The label of its block.
        label: String,
        /// The line at which it begins, counted from 1.
        line: usize,
        /// What is wrong.
        what: &'static str,
    },
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPem => f.write_str("holds no PEM block"),
            Self::Der => f.write_str("is DER, not PEM (openssl x509 or openssl pkey with -inform DER converts it)"),
            Self::Line { line, what } => write!(f, "line {line}: {what}"),
            Self::Other { label, line, wanted } => {
                write!(f, "is {} ({label}, line {line}), not a {wanted}", kind_of(label))
            }
            Self::Certificate { number, line: Some(line), what } => {
                write!(f, "certificate {number} (line {line}): {what}")
            }
            Self::Certificate { number, line: None, what } => write!(f, "certificate {number}: {what}"),
            Self::Crl { number, line: Some(line), what } => write!(f, "CRL {number} (line {line}): {what}"),
            Self::Crl { number, line: None, what } => write!(f, "CRL {number}: {what}"),
            Self::Encrypted { label, line } => write!(
                f,
                "is an encrypted private key ({label}, line {line}), and there is nobody to ask for its passphrase: \
                 decrypt it (openssl pkey -in encrypted.key -out plain.key)"
            ),
            Self::TwoKeys { line } => write!(f, "holds a second private key (line {line})"),
            Self::Key { label, line, what } => write!(f, "private key ({label}, line {line}): {what}"),
        }
    }
}

impl core::error::Error for LoadError {}

fn kind_of(label: &str) -> &'static str {
    match label {
        CERTIFICATE | OLD_CERTIFICATE => "a certificate",
        "TRUSTED CERTIFICATE" => "a certificate with OpenSSL's trust settings",
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => "a certificate request",
        "PUBLIC KEY" | "RSA PUBLIC KEY" => "a public key",
        CRL => "a revocation list",
        "PKCS7" | "CMS" => "a PKCS#7 message",
        _ if label.ends_with("PRIVATE KEY") => "a private key",
        _ if label.ends_with("PARAMETERS") => "a set of key parameters",
        _ => "something else",
    }
}

/// The label of a CRL (RFC 7468 §6).
pub(super) const CRL: &str = "X509 CRL";
pub(super) const CERTIFICATE: &str = "CERTIFICATE";
/// As very old tools write it (RFC 7468 §5.1).
const OLD_CERTIFICATE: &str = "X509 CERTIFICATE";

impl LoadError {
    /// `index` counts from 0.
    pub(super) fn of_fault(index: usize, line: Option<usize>, fault: &Fault) -> Self {
        Self::Certificate { number: index.saturating_add(1), line, what: told(fault) }
    }

    /// The same for a CRL.
    pub(super) fn of_crl(index: usize, line: Option<usize>, fault: &Fault) -> Self {
        Self::Crl { number: index.saturating_add(1), line, what: told(fault) }
    }

    /// When no block is of the kind that was wanted.
    pub(super) fn without(wanted: &'static str, text: &[u8], first: Option<pem::Block>) -> Self {
        match first {
            Some(pem::Block { label, line, .. }) => Self::Other { label, line, wanted },
            None if looks_like_der(text) => Self::Der,
            None => Self::NoPem,
        }
    }
}

fn told(fault: &Fault) -> String {
    let place = match fault.place().field {
        "" => String::new(),
        field => format!(", field {field}"),
    };
    let figures = match fault.figures() {
        Detail::None => String::new(),
        detail => format!(": {detail}"),
    };
    let rule = match fault.reason() {
        Reason::CertificateMalformed | Reason::CertificateProfile => section_of(fault.place().field),
        reason => reason.rule(),
    };
    format!("{}{place}{figures} ({rule})", fault.reason().says())
}

/// A SEQUENCE of more than 127 bytes, as every certificate is, or of just the bytes that follow, as a short key is.
fn looks_like_der(text: &[u8]) -> bool {
    match text {
        [0x30, 0x81..=0x84, ..] => true,
        [0x30, length, content @ ..] => usize::from(*length) == content.len(),
        _ => false,
    }
}

/// The certificate blocks of a PEM file; there is at least one.
pub(super) fn certificate_blocks(text: &[u8]) -> Result<Vec<pem::Block>, LoadError> {
    let mut found = Vec::new();
    let mut other = None;
    for block in pem::blocks(text) {
        let block = block?;
        if matches!(block.label.as_str(), CERTIFICATE | OLD_CERTIFICATE) {
            found.push(block);
        } else {
            other.get_or_insert(block);
        }
    }
    if found.is_empty() { Err(LoadError::without("certificate", text, other)) } else { Ok(found) }
}

/// The certificates of a PEM file in DER, in order; other blocks are passed over.
///
/// # Errors
/// [`LoadError`]: there is none, or one can't be parsed.
pub fn certificates_from_pem(text: &[u8]) -> Result<Vec<Vec<u8>>, LoadError> {
    let der = |(index, mut block): (usize, pem::Block)| {
        Certificate::parse(&block.der).map_err(|fault| LoadError::of_fault(index, Some(block.line), &fault))?;
        Ok(core::mem::take::<Vec<u8>>(&mut block.der))
    };
    certificate_blocks(text)?.into_iter().enumerate().map(der).collect()
}

/// The only private key of a PEM file, and the block of elliptic curve parameters, if there is one.
pub(super) fn key_block(text: &[u8]) -> Result<(pem::Block, Option<pem::Block>), LoadError> {
    let (mut key, mut parameters, mut other): (Option<pem::Block>, _, _) = (None, None, None);
    for block in pem::blocks(text) {
        let block = block?;
        if block.label.ends_with("PRIVATE KEY") {
            if key.is_some() {
                return Err(LoadError::TwoKeys { line: block.line });
            }
            key = Some(block);
        } else if block.label == "EC PARAMETERS" {
            parameters = Some(block);
        } else {
            other.get_or_insert(block);
        }
    }
    match key {
        Some(key) => Ok((key, parameters)),
        None => Err(LoadError::without("private key", text, other.or(parameters))),
    }
}
