//! Every rule that a path is checked by, in one table.

#[cfg(feature = "alloc")]
use crate::fault::Reason;

/// One line of this table is one rule: its name, where it is written, and what it demands.
macro_rules! rules {
    ($($(#[$on:meta])? $name:ident => $section:literal, $says:literal;)+) => {
        /// A rule that a certificate or a path is checked by.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Rule { $($(#[$on])? #[doc = concat!($says, " (", $section, ").")] $name,)+ }

        impl Rule {
            /// Every rule there is.
            pub const ALL: &'static [Self] = &[$($(#[$on])? Self::$name),+];

            /// The document and section that demands it.
            #[must_use]
            pub const fn section(self) -> &'static str {
                match self { $($(#[$on])? Self::$name => $section,)+ }
            }

            /// What it demands, in words.
            #[must_use]
            pub const fn says(self) -> &'static str {
                match self { $($(#[$on])? Self::$name => $says,)+ }
            }

            /// The rule's name in this table.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $($(#[$on])? Self::$name => stringify!($name),)+ }
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
    #[cfg(feature = "alloc")]
    Revocation => "RFC 5280 §6.3.3, RFC 6960 §3.2", "a CRL or an OCSP response tells that it is not revoked";
    // The path
    Chain => "RFC 8446 §4.4.2", "there are certificates, and no more than are looked at";
    Issuer => "RFC 5280 §6.1", "an issuer of it is an anchor, or was sent";
    Budget => "RFC 5280 §6.1", "judging the chain takes no more work than is allowed";
    // An anchor
    AnchorMayIssue => "RFC 5280 §6.1.1 (d)", "the certificate that the anchor is made of is one of a CA";
    // By profile: fields
    SerialNumber => "RFC 5280 §4.1.2.2", "a serial number is positive";
    TimeEncoding => "RFC 5280 §4.1.2.5", "dates before 2050 are UTCTime";
    UniqueIdentifiers => "RFC 5280 §4.1.2.8", "there are no unique identifiers";
    // By profile: where to find more
    AuthorityInfoAccessCritical => "RFC 5280 §4.2.2.1", "authorityInfoAccess is not critical";
    SubjectInfoAccessCritical => "RFC 5280 §4.2.2.2", "subjectInfoAccess is not critical";
    AuthorityInfoAccess => "RFC 5280 §4.2.2.1", "authorityInfoAccess is a list of at least one access method and its location";
    NoRevAvail => "RFC 9608 §2, §3", "noRevAvail is NULL, not critical, and never in a CA";
    NoRevAvailAlone => "RFC 9608 §3", "a certificate with noRevAvail points to no CRL and no OCSP responder";
    // By profile: key identifiers
    AuthorityKeyIdentifierCritical => "RFC 5280 §4.2.1.1", "authorityKeyIdentifier is not critical";
    SubjectKeyIdentifierCritical => "RFC 5280 §4.2.1.2", "subjectKeyIdentifier is not critical";
    AuthorityKeyIdentifier => "RFC 5280 §4.2.1.1", "a certificate that is not self-issued has an authorityKeyIdentifier";
    AuthorityKeyIdentifierBelowRoot => "BR §7.1.2.7.6, §7.1.2.6.1", "a certificate below a root has an authorityKeyIdentifier";
    AuthorityKeyIdentifierFields => "RFC 5280 §4.2.1.1", "an authorityKeyIdentifier has a keyIdentifier, and names issuer and serial number both or not at all";
    AuthorityKeyIdentifierKeyOnly => "BR §7.1.2.1.3, §7.1.2.11.1", "an authorityKeyIdentifier has no authorityCertIssuer and no authorityCertSerialNumber";
    RootNamesItself => "BR §7.1.2.1.3", "the authorityKeyIdentifier of a root is its subjectKeyIdentifier";
    SubjectKeyIdentifier => "RFC 5280 §4.2.1.2", "a CA has a subjectKeyIdentifier";
    // By profile: what a CA is
    CaVersion => "RFC 5280 §4.1.2.1", "a CA certificate is of version 3";
    BasicConstraintsCritical => "RFC 5280 §4.2.1.9", "basicConstraints of a CA is critical";
    CaKeyUsage => "RFC 5280 §4.2.1.3", "a CA has keyUsage";
    KeyCertSign => "RFC 5280 §4.2.1.9", "keyCertSign is for CAs only";
    PathLengthOfCa => "RFC 5280 §4.2.1.9", "pathLenConstraint is for CAs that sign certificates only";
    LeafNoCa => "BR §7.1.2.7.8, §7.1.2.7.11", "the certificate of a server or client is not one of a CA";
    LeafNoCrlSign => "BR §7.1.2.7.11", "the key of a server or client does not sign CRLs";
    NameConstraintsCritical => "RFC 5280 §4.2.1.10", "nameConstraints is critical";
    PolicyConstraintsCritical => "RFC 5280 §4.2.1.11", "policyConstraints is critical";
    InhibitAnyPolicyCritical => "RFC 5280 §4.2.1.14", "inhibitAnyPolicy is critical";
    // By profile: policies
    CertificatePolicies => "RFC 5280 §4.2.1.4", "certificatePolicies is a list of at least one policy";
    PolicyMappings => "RFC 5280 §4.2.1.5, §6.1.4 (a)", "policyMappings is a list of at least one pair of policies, none of them anyPolicy";
    // By profile: names of the leaf
    SubjectOrNames => "RFC 5280 §4.2.1.6", "a certificate with an empty subject has a subjectAltName, and it is critical";
    SubjectAltNameNotCritical => "BR §7.1.2.7.12", "a certificate with a subject has no critical subjectAltName";
    SubjectAltNamePresent => "BR §7.1.2.7.12", "the certificate of a server or client has a subjectAltName";
    DnsSyntax => "RFC 5280 §4.2.1.6", "a dNSName is of letters, digits and hyphens, or such a name behind *.";
    DnsNoAddress => "RFC 5280 §4.2.1.6", "a dNSName is not an IP address: that is an iPAddress";
    EmailSyntax => "RFC 5280 §4.2.1.6", "an rfc822Name is a mailbox: one local part, one @, one host";
    UriSyntax => "RFC 5280 §4.2.1.6", "a uniformResourceIdentifier is absolute: a scheme, and something behind it";
    WildcardBelowPublicSuffix => "BR §3.2.2.6", "more covers the name asked for than a wildcard directly below a public suffix";
    CommonNameInNames => "BR §7.1.4.3", "there is one commonName at most, and it is a name of subjectAltName, character for character, or the domain of a wildcard there";
    // By profile: purposes
    LeafExtendedKeyUsagePresent => "BR §7.1.2.7.10", "the certificate of a server or client has extendedKeyUsage";
    LeafExtendedKeyUsageNotCritical => "BR §7.1.2.7.6", "extendedKeyUsage of a server or client is not critical";
    LeafNotAnyPurpose => "BR §7.1.2.7.10", "extendedKeyUsage of a server or client has no anyExtendedKeyUsage";
    RootExtendedKeyUsage => "BR §7.1.2.1.2", "a root has no extendedKeyUsage";
    // By profile: keys
    WebKey => "BR §6.1.5, §7.1.3.1", "a key is RSA of 2048 bits at least, or ECDSA on P-256 or P-384, called by name; P-521 is allowed too, but not known here";
    WebSignature => "BR §7.1.3.2", "a certificate is signed by RSA or ECDSA, with SHA-256, SHA-384 or SHA-512";
    RsaSize => "BR §6.1.5", "the size of an RSA key is a multiple of 8 bits";
    RsaExponent => "BR §6.1.6", "the exponent of an RSA key is odd and at least 3";
    // Policies
    Policy => "RFC 5280 §6.1.5 (g), RFC 9618", "it is valid for a certificate policy, where one is demanded";
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

/// The section that says how a field is written, for one that is not.
#[cfg(feature = "alloc")]
pub(super) fn section_of(field: &str) -> &'static str {
    match field {
        "version" => "RFC 5280 §4.1.2.1",
        "serialNumber" => "RFC 5280 §4.1.2.2",
        "signatureAlgorithm" => "RFC 5280 §4.1.1.2, §4.1.2.3",
        "issuer" => "RFC 5280 §4.1.2.4",
        "validity" | "notBefore" | "notAfter" => "RFC 5280 §4.1.2.5",
        "subject" => "RFC 5280 §4.1.2.6",
        "subjectPublicKeyInfo" | "RSAPublicKey" | "modulus" | "publicExponent" => "RFC 5280 §4.1.2.7",
        "issuerUniqueID" | "subjectUniqueID" => "RFC 5280 §4.1.2.8",
        "extensions" | "extnID" | "critical" | "extnValue" => "RFC 5280 §4.1.2.9, §4.2",
        "authorityKeyIdentifier" => "RFC 5280 §4.2.1.1",
        "subjectKeyIdentifier" => "RFC 5280 §4.2.1.2",
        "keyUsage" => "RFC 5280 §4.2.1.3",
        "certificatePolicies" => "RFC 5280 §4.2.1.4",
        "policyMappings" => "RFC 5280 §4.2.1.5",
        "subjectAltName" => "RFC 5280 §4.2.1.6",
        "basicConstraints" => "RFC 5280 §4.2.1.9",
        "nameConstraints" => "RFC 5280 §4.2.1.10",
        "policyConstraints" => "RFC 5280 §4.2.1.11",
        "extKeyUsage" => "RFC 5280 §4.2.1.12",
        "inhibitAnyPolicy" => "RFC 5280 §4.2.1.14",
        "authorityInfoAccess" => "RFC 5280 §4.2.2.1",
        "subjectInfoAccess" => "RFC 5280 §4.2.2.2",
        _ => "RFC 5280 §4.1",
    }
}
