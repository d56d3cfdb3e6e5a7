//! Every rule that a path is checked by, in one table.

#[cfg(feature = "alloc")]
use crate::fault::Reason;

/// One line of this table is one rule: its name, where it is written, and what it demands.
macro_rules! rules {
    ($($name:ident => $section:literal, $says:literal;)+) => {
        /// A rule that a certificate or a path is checked by.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Rule { $(#[doc = concat!($says, " (", $section, ").")] $name,)+ }

        impl Rule {
            /// Every rule there is.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The document and section that demands it.
            #[must_use]
            pub const fn section(self) -> &'static str {
                match self { $(Self::$name => $section,)+ }
            }

            /// What it demands, in words.
            #[must_use]
            pub const fn says(self) -> &'static str {
                match self { $(Self::$name => $says,)+ }
            }

            /// The rule's name in this table.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)+ }
            }
        }
    };
}

rules! {
    // One certificate
    Encoding => "RFC 5280 §4.1", "it is a certificate in DER";
    Version => "RFC 5280 §4.1.2.1, RFC 8446 §4.4.2.2", "it is of version 3";
    IssuerNamed => "RFC 5280 §4.1.2.4", "its issuer has a name";
    CriticalExtensions => "RFC 5280 §4.2", "every critical extension is one that is processed here";
    Validity => "RFC 5280 §4.1.2.5, §6.1.3 (a) (2)", "the time is within its validity";
    Key => "RFC 8446 §4.2.3", "its key is of a kind and size that is accepted";
    SignatureAlgorithm => "RFC 8446 §4.2.3, §4.4.2.4", "it is signed with an algorithm that is accepted";
    // The leaf
    LeafKeyUsage => "RFC 8446 §4.4.2.2", "keyUsage, if there, allows digitalSignature";
    LeafExtendedKeyUsage => "RFC 5280 §4.2.1.12", "extendedKeyUsage, if there, has the purpose";
    LeafNameConstraints => "RFC 5280 §4.2.1.10", "only a CA has nameConstraints";
    SubjectAltName => "RFC 5280 §4.2.1.6", "every name of subjectAltName can be read";
    ServerName => "RFC 9525 §6", "a name of subjectAltName is the one expected";
    // An issuer
    BasicConstraints => "RFC 5280 §4.2.1.9, §6.1.4 (k)", "basicConstraints says that it is a CA";
    PathLength => "RFC 5280 §4.2.1.9, §6.1.4 (m)", "no more CAs are below it than pathLenConstraint allows";
    IssuerKeyUsage => "RFC 5280 §4.2.1.3, §6.1.4 (n)", "keyUsage, if there, allows keyCertSign";
    IssuerExtendedKeyUsage => "RFC 5280 §4.2.1.12", "extendedKeyUsage, if there, has the purpose";
    NameConstraints => "RFC 5280 §4.2.1.10, §6.1.3 (b), (c)", "the names below it are within its nameConstraints";
    Signature => "RFC 5280 §6.1.3 (a) (1)", "its key made the signature of the certificate below it";
    // The path
    Chain => "RFC 8446 §4.4.2", "there are certificates, and no more than are looked at";
    Issuer => "RFC 5280 §6.1", "an issuer of it is an anchor, or was sent";
    Budget => "RFC 5280 §6.1", "judging the chain takes no more work than is allowed";
    // An anchor
    AnchorMayIssue => "RFC 5280 §6.1.1 (d)", "the certificate that the anchor is made of is one of a CA";
}

#[cfg(feature = "alloc")]
impl Rule {
    /// The rule behind a reason that is not the outcome of a check on one certificate.
    pub(super) const fn of(reason: Reason) -> Self {
        match reason {
            Reason::CertificateIssuerUnknown | Reason::CertificateSelfSigned => Self::Issuer,
            Reason::CertificateBudget => Self::Budget,
            Reason::CertificateMalformed => Self::Encoding,
            _ => Self::Chain,
        }
    }
}
