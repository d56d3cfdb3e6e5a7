//! A certificate as the rules see it: read as tolerantly as can be, and judged by nobody.

use super::name::{DirectoryName, GeneralName};
use super::signature::{Algorithm, Key};
use std::fmt;
use symbolon::UnixTime;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralSubtree, ParsedExtension};
use x509_parser::prelude::FromDer;

/// Where a certificate was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the chain, counted from 0, which is the leaf.
    Chain(usize),
    /// Among the anchors.
    Anchor,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chain(index) => write!(f, "certificate {index}"),
            Self::Anchor => f.write_str("the anchor"),
        }
    }
}

#[derive(Clone)]
pub(crate) struct Certificate {
    pub(crate) place: Place,
    pub(crate) der: Vec<u8>,
    /// The signed bytes.
    pub(crate) tbs: Vec<u8>,
    /// 1 to 3.
    pub(crate) version: u32,
    /// The content of the INTEGER.
    pub(crate) serial: Vec<u8>,
    pub(crate) subject: DirectoryName,
    pub(crate) issuer: DirectoryName,
    pub(crate) not_before: UnixTime,
    pub(crate) not_after: UnixTime,
    /// A time before 2050 that is written as GeneralizedTime (RFC 5280 §4.1.2.5).
    pub(crate) early_generalized_time: bool,
    /// The whole SubjectPublicKeyInfo.
    pub(crate) spki: Vec<u8>,
    pub(crate) key: Key,
    pub(crate) algorithm: Algorithm,
    /// As the signed part tells it.
    pub(crate) inner_algorithm: Algorithm,
    /// The two are not told with the same bytes (RFC 5280 §4.1.1.2).
    pub(crate) algorithms_differ: bool,
    pub(crate) signature: Vec<u8>,
    pub(crate) extensions: Vec<Extension>,
    pub(crate) basic_constraints: Option<BasicConstraints>,
    pub(crate) key_usage: Option<KeyUsage>,
    pub(crate) extended_key_usage: Option<KeyPurposes>,
    pub(crate) san: Option<Vec<GeneralName>>,
    pub(crate) name_constraints: Option<NameConstraints>,
    pub(crate) subject_key_id: Option<Vec<u8>>,
    pub(crate) authority_key_id: Option<AuthorityKeyId>,
}

/// What is told of every extension.
#[derive(Clone)]
pub(crate) struct Extension {
    /// In dotted form.
    pub(crate) oid: String,
    pub(crate) critical: bool,
    pub(crate) malformed: bool,
}

#[derive(Clone, Copy)]
pub(crate) struct BasicConstraints {
    pub(crate) ca: bool,
    pub(crate) path_len: Option<u32>,
}

/// The bits of keyUsage, digitalSignature being the lowest.
#[derive(Clone, Copy)]
pub(crate) struct KeyUsage(u16);

impl KeyUsage {
    pub(crate) const DIGITAL_SIGNATURE: u16 = 1;
    pub(crate) const KEY_ENCIPHERMENT: u16 = 1 << 2;
    pub(crate) const KEY_AGREEMENT: u16 = 1 << 4;
    pub(crate) const KEY_CERT_SIGN: u16 = 1 << 5;
    pub(crate) const CRL_SIGN: u16 = 1 << 6;

    pub(crate) const fn has(self, any_of: u16) -> bool {
        self.0 & any_of != 0
    }

    /// No bit is set, against RFC 5280 §4.2.1.3.
    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for KeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [&str; 9] = [
            "digitalSignature",
            "nonRepudiation",
            "keyEncipherment",
            "dataEncipherment",
            "keyAgreement",
            "keyCertSign",
            "cRLSign",
            "encipherOnly",
            "decipherOnly",
        ];
        let set = NAMES.iter().enumerate().filter(|(bit, _)| self.0 >> bit & 1 == 1).map(|(_, name)| *name);
        f.write_str(&set.collect::<Vec<_>>().join(" "))
    }
}

/// extendedKeyUsage, as far as it matters to TLS.
#[derive(Clone, Copy)]
pub(crate) struct KeyPurposes {
    pub(crate) any: bool,
    pub(crate) server_auth: bool,
    pub(crate) client_auth: bool,
    /// Server Gated Crypto, of Microsoft or Netscape: what servers were marked with before 2000.
    pub(crate) server_gated: bool,
    /// There are others.
    pub(crate) others: bool,
}

impl KeyPurposes {
    /// There is none in it, against RFC 5280 §4.2.1.12.
    pub(crate) const fn is_empty(self) -> bool {
        !(self.any || self.server_auth || self.client_auth || self.server_gated || self.others)
    }
}

impl fmt::Display for KeyPurposes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = [
            (self.any, "any"),
            (self.server_auth, "serverAuth"),
            (self.client_auth, "clientAuth"),
            (self.server_gated, "serverGatedCrypto"),
            (self.others, "others"),
        ];
        let set = all.iter().filter(|(there, _)| *there).map(|(_, name)| *name);
        f.write_str(&set.collect::<Vec<_>>().join(" "))
    }
}

#[derive(Clone)]
pub(crate) struct NameConstraints {
    pub(crate) permitted: Vec<GeneralName>,
    pub(crate) excluded: Vec<GeneralName>,
}

#[derive(Clone)]
pub(crate) struct AuthorityKeyId {
    pub(crate) key_id: Option<Vec<u8>>,
    pub(crate) issuer: Option<DirectoryName>,
    pub(crate) serial: Option<Vec<u8>>,
}

pub(crate) mod oid {
    pub(crate) const AUTHORITY_KEY_ID: &str = "2.5.29.35";
    pub(crate) const BASIC_CONSTRAINTS: &str = "2.5.29.19";
    pub(crate) const CERTIFICATE_POLICIES: &str = "2.5.29.32";
    pub(crate) const CRL_DISTRIBUTION_POINTS: &str = "2.5.29.31";
    pub(crate) const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
    pub(crate) const INHIBIT_ANY_POLICY: &str = "2.5.29.54";
    pub(crate) const KEY_USAGE: &str = "2.5.29.15";
    pub(crate) const NAME_CONSTRAINTS: &str = "2.5.29.30";
    pub(crate) const POLICY_CONSTRAINTS: &str = "2.5.29.36";
    pub(crate) const POLICY_MAPPINGS: &str = "2.5.29.33";
    pub(crate) const SUBJECT_ALT_NAME: &str = "2.5.29.17";
    pub(crate) const SUBJECT_KEY_ID: &str = "2.5.29.14";
    pub(crate) const AUTHORITY_INFO_ACCESS: &str = "1.3.6.1.5.5.7.1.1";
}

impl Certificate {
    /// Reads one certificate.
    ///
    /// # Errors
    /// What the parser says of it.
    pub(crate) fn read(place: Place, der: &[u8]) -> Result<Self, String> {
        let (rest, parsed) = X509Certificate::from_der(der).map_err(|error| match error {
            x509_parser::nom::Err::Incomplete(_) => "it ends too early".to_owned(),
            x509_parser::nom::Err::Error(error) | x509_parser::nom::Err::Failure(error) => error.to_string(),
        })?;
        if !rest.is_empty() {
            return Err(format!("{} bytes follow it", rest.len()));
        }
        let times = [parsed.validity().not_before, parsed.validity().not_after];
        let inner = &parsed.tbs_certificate.signature;
        let mut certificate = Self {
            place,
            der: der.to_vec(),
            tbs: parsed.tbs_certificate.as_ref().to_vec(),
            version: parsed.version().0.saturating_add(1),
            serial: parsed.raw_serial().to_vec(),
            subject: DirectoryName::of(parsed.subject()),
            issuer: DirectoryName::of(parsed.issuer()),
            not_before: UnixTime(times[0].timestamp()),
            not_after: UnixTime(times[1].timestamp()),
            early_generalized_time: times
                .iter()
                .any(|time| time.is_generalizedtime() && (1950..2050).contains(&time.to_datetime().year())),
            spki: parsed.public_key().raw.to_vec(),
            key: Key::of(parsed.public_key()),
            algorithm: Algorithm::of(&parsed.signature_algorithm),
            inner_algorithm: Algorithm::of(inner),
            algorithms_differ: *inner != parsed.signature_algorithm,
            signature: parsed.signature_value.data.to_vec(),
            extensions: Vec::new(),
            basic_constraints: None,
            key_usage: None,
            extended_key_usage: None,
            san: None,
            name_constraints: None,
            subject_key_id: None,
            authority_key_id: None,
        };
        parsed.extensions().iter().for_each(|extension| certificate.take(extension));
        Ok(certificate)
    }

    /// Keeps an extension; of several of a kind, the first.
    fn take(&mut self, extension: &x509_parser::extensions::X509Extension<'_>) {
        let parsed = extension.parsed_extension();
        self.extensions.push(Extension {
            oid: extension.oid.to_id_string(),
            critical: extension.critical,
            malformed: parsed.error().is_some(),
        });
        match parsed {
            ParsedExtension::BasicConstraints(it) => {
                self.basic_constraints.get_or_insert(BasicConstraints { ca: it.ca, path_len: it.path_len_constraint });
            }
            ParsedExtension::KeyUsage(it) => {
                self.key_usage.get_or_insert(KeyUsage(it.flags));
            }
            ParsedExtension::ExtendedKeyUsage(it) => {
                let gated = ["1.3.6.1.4.1.311.10.3.3", "2.16.840.1.113730.4.1"];
                let is_gated =
                    |oid: &x509_parser::der_parser::oid::Oid<'_>| gated.contains(&oid.to_id_string().as_str());
                self.extended_key_usage.get_or_insert(KeyPurposes {
                    any: it.any,
                    server_auth: it.server_auth,
                    client_auth: it.client_auth,
                    server_gated: it.other.iter().any(is_gated),
                    others: it.code_signing
                        || it.email_protection
                        || it.time_stamping
                        || it.ocsp_signing
                        || !it.other.iter().all(is_gated),
                });
            }
            ParsedExtension::SubjectAlternativeName(it) => {
                self.san.get_or_insert_with(|| it.general_names.iter().map(GeneralName::of).collect());
            }
            ParsedExtension::NameConstraints(it) => {
                let bases = |list: &Option<Vec<GeneralSubtree<'_>>>| {
                    list.iter().flatten().map(|subtree| GeneralName::of(&subtree.base)).collect()
                };
                self.name_constraints.get_or_insert_with(|| NameConstraints {
                    permitted: bases(&it.permitted_subtrees),
                    excluded: bases(&it.excluded_subtrees),
                });
            }
            ParsedExtension::SubjectKeyIdentifier(it) => {
                self.subject_key_id.get_or_insert_with(|| it.0.to_vec());
            }
            ParsedExtension::AuthorityKeyIdentifier(it) => {
                let directory = |name: &x509_parser::extensions::GeneralName<'_>| match GeneralName::of(name) {
                    GeneralName::Directory(name) => Some(name),
                    _ => None,
                };
                self.authority_key_id.get_or_insert_with(|| AuthorityKeyId {
                    key_id: it.key_identifier.as_ref().map(|id| id.0.to_vec()),
                    issuer: it.authority_cert_issuer.iter().flatten().find_map(directory),
                    serial: it.authority_cert_serial.map(<[u8]>::to_vec),
                });
            }
            _ => {}
        }
    }

    /// The same without extensions.
    pub(crate) fn without_extensions(&self) -> Self {
        Self {
            extensions: Vec::new(),
            basic_constraints: None,
            key_usage: None,
            extended_key_usage: None,
            san: None,
            name_constraints: None,
            subject_key_id: None,
            authority_key_id: None,
            ..self.clone()
        }
    }

    pub(crate) fn extension(&self, oid: &str) -> Option<&Extension> {
        self.extensions.iter().find(|extension| extension.oid == oid)
    }

    /// Whether it has this extension, marked as critical.
    pub(crate) fn has_critical(&self, oid: &str) -> bool {
        self.extension(oid).is_some_and(|extension| extension.critical)
    }

    /// Whether a critical extension is none of these.
    pub(crate) fn has_critical_besides(&self, known: &[&str]) -> bool {
        self.extensions.iter().any(|extension| extension.critical && !known.contains(&extension.oid.as_str()))
    }

    /// Whether one of these extensions can't be read.
    pub(crate) fn has_malformed(&self, of: &[&str]) -> bool {
        self.extensions.iter().any(|extension| extension.malformed && of.contains(&extension.oid.as_str()))
    }

    /// The extensions that occur again later.
    pub(crate) fn repeated(&self) -> impl Iterator<Item = &str> {
        self.extensions.iter().enumerate().filter_map(|(at, extension)| {
            let again = self.extensions.iter().skip(at + 1).any(|later| later.oid == extension.oid);
            again.then_some(extension.oid.as_str())
        })
    }

    /// basicConstraints says that it is a CA.
    pub(crate) fn is_ca(&self) -> bool {
        self.basic_constraints.is_some_and(|constraints| constraints.ca)
    }

    pub(crate) fn path_len(&self) -> Option<u32> {
        self.basic_constraints.and_then(|constraints| constraints.path_len)
    }

    /// keyUsage is there, and allows none of these.
    pub(crate) fn key_usage_forbids(&self, any_of: u16) -> bool {
        self.key_usage.is_some_and(|usage| !usage.has(any_of))
    }

    /// nameConstraints are there, and both of their lists are empty or missing.
    pub(crate) fn has_empty_constraints(&self) -> bool {
        self.name_constraints.as_ref().is_some_and(|it| it.permitted.is_empty() && it.excluded.is_empty())
    }

    /// keyUsage is there, and allows one of these.
    pub(crate) fn key_usage_has(&self, any_of: u16) -> bool {
        self.key_usage.is_some_and(|usage| usage.has(any_of))
    }

    /// Issuer and subject are the same name, compared as RFC 5280 §7.1 says.
    pub(crate) fn is_self_issued(&self) -> bool {
        self.subject.folded == self.issuer.folded
    }

    /// The names of subjectAltName.
    pub(crate) fn names(&self) -> impl Iterator<Item = &GeneralName> {
        self.san.iter().flatten()
    }

    /// The dNSNames of subjectAltName.
    pub(crate) fn dns_names(&self) -> impl Iterator<Item = &str> {
        self.names().filter_map(|name| match name {
            GeneralName::Dns(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// Whether an iPAddress of subjectAltName is this one.
    pub(crate) fn has_address(&self, address: &[u8]) -> bool {
        self.names().any(|name| matches!(name, GeneralName::Ip(octets) if octets == address))
    }
}
