//! Is this certificate from somebody we trust, for this purpose, under this name, now? (RFC 5280, RFC 9525)
//!
//! [`verify`] answers, and what it returns, [`Verified`], can't be made in any other way. Certificates are borrowed
//! views of the bytes that the peer sent. What needs a heap: loading files, stricter rules than those of a private CA
//! (`Profile`), CRLs and OCSP responses (`Revocation`), and `explain`, which answers with a `Report` of every path and check.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions
)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::arithmetic_side_effects))]

mod anchor;
mod asn1;
mod budget;
mod certificate;
mod checks;
mod constraints;
#[cfg(feature = "alloc")]
pub mod crl;
mod dn;
mod extensions;
#[cfg(feature = "alloc")]
mod fingerprints;
mod general_name;
#[cfg(feature = "alloc")]
mod good_signatures;
#[cfg(feature = "alloc")]
mod key_file;
#[cfg(feature = "alloc")]
mod key_identifiers;
mod link;
#[cfg(feature = "alloc")]
mod load;
mod name;
#[cfg(feature = "alloc")]
pub mod ocsp;
mod path;
#[cfg(feature = "alloc")]
pub mod pem;
#[cfg(feature = "alloc")]
mod policies;
#[cfg(feature = "alloc")]
mod profile;
mod question;
#[cfg(feature = "alloc")]
mod reach;
#[cfg(feature = "alloc")]
mod recheck;
#[cfg(feature = "alloc")]
mod report;
#[cfg(feature = "alloc")]
mod revocation;
mod rule;
#[cfg(feature = "alloc")]
mod spiffe;
mod spki;
mod time;
mod verdicts;
mod verified;
mod witness;

pub use anchor::{Anchor, Anchors};
pub use certificate::{Certificate, describe};
#[cfg(feature = "alloc")]
pub use crl::{Crl, Crls};
pub use dn::{Attribute, Attributes, Name};
#[cfg(feature = "alloc")]
pub(crate) use dn::{COMMON_NAME, ORGANIZATION, ORGANIZATIONAL_UNIT, Printable};
pub use extensions::{BasicConstraints, KeyPurposes, KeyUsage};
pub use general_name::{GeneralName, GeneralNames};
#[cfg(feature = "alloc")]
pub use good_signatures::GoodSignatures;
#[cfg(feature = "alloc")]
pub use key_file::{PrivateKeyDer, private_key_from_pem};
#[cfg(feature = "alloc")]
pub use load::{LoadError, certificates_from_pem};
pub use name::{NameError, ServerName, is_for};
#[cfg(feature = "alloc")]
pub use ocsp::OcspResponse;
pub(crate) use path::verify_in_runs;
pub use path::{MAX_CANDIDATES, MAX_CHAIN, verify};
#[cfg(feature = "alloc")]
pub use policies::PolicyDemand;
#[cfg(feature = "alloc")]
pub use profile::Profile;
pub use question::{Purpose, Question};
#[cfg(feature = "alloc")]
pub(crate) use recheck::Recheck;
#[cfg(feature = "alloc")]
pub use report::{Candidate, Check, Report, Standing, Verdict, explain};
#[cfg(feature = "alloc")]
pub use revocation::{Revocation, RevocationStatus, Teller};
pub use rule::Rule;
#[cfg(feature = "alloc")]
pub use spiffe::{SpiffeError, SpiffeId};
pub use spki::signed_with;
pub use time::{Time, UnixTime};
pub(crate) use verdicts::Verdicts;
pub use verified::{Unchecked, Verified};
