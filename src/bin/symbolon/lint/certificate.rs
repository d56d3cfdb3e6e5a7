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
pub(super) enum Place {
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
pub(super) struct Certificate {
    pub(super) place: Place,
    pub(super) der: Vec<u8>,
    /// The signed bytes.
    pub(super) tbs: Vec<u8>,
    /// 1 to 3.
    pub(super) version: u32,
    /// The content of the INTEGER.
    pub(super) serial: Vec<u8>,
    pub(super) subject: DirectoryName,
    pub(super) issuer: DirectoryName,
    pub(super) not_before: UnixTime,
    pub(super) not_after: UnixTime,
    /// A time before 2050 that is written as GeneralizedTime (RFC 5280 §4.1.2.5).
    pub(super) early_generalized_time: bool,
    /// The whole SubjectPublicKeyInfo.
    pub(super) spki: Vec<u8>,
    pub(super) key: Key,
    pub(super) algorithm: Algorithm,
    /// As the signed part tells it.
    pub(super) inner_algorithm: Algorithm,
    /// The two are not told with the same bytes (RFC 5280 §4.1.1.2).
    pub(super) algorithms_differ: bool,
    pub(super) signature: Vec<u8>,
    pub(super) extensions: Vec<Extension>,
    pub(super) basic_constraints: Option<BasicConstraints>,
    pub(super) key_usage: Option<KeyUsage>,
    pub(super) extended_key_usage: Option<KeyPurposes>,
    pub(super) san: Option<Vec<GeneralName>>,
    pub(super) name_constraints: Option<NameConstraints>,
    pub(super) subject_key_id: Option<Vec<u8>>,
    pub(super) authority_key_id: Option<AuthorityKeyId>,
}

/// What is told of every extension.
#[derive(Clone)]
pub(super) struct Extension {
    /// In dotted form.
    pub(super) oid: String,
    pub(super) critical: bool,
    pub(super) malformed: bool,
}

#[derive(Clone, Copy)]
pub(super) struct BasicConstraints {
    pub(super) ca: bool,
    pub(super) path_len: Option<u32>,
}

/// The bits of keyUsage, digitalSignature being the lowest.
#[derive(Clone, Copy)]
pub(super) struct KeyUsage(u16);

impl KeyUsage {
    pub(super) const DIGITAL_SIGNATURE: u16 = 1;
    pub(super) const KEY_ENCIPHERMENT: u16 = 1 << 2;
    pub(super) const KEY_AGREEMENT: u16 = 1 << 4;
    pub(super) const KEY_CERT_SIGN: u16 = 1 << 5;
    pub(super) const CRL_SIGN: u16 = 1 << 6;

    pub(super) const fn has(self, any_of: u16) -> bool {
        self.0 & any_of != 0
    }
}

/// extendedKeyUsage, as far as it matters to TLS.
#[derive(Clone, Copy)]
pub(super) struct KeyPurposes {
    pub(super) any: bool,
    pub(super) server_auth: bool,
    pub(super) client_auth: bool,
    /// Server Gated Crypto, of Microsoft or Netscape: what servers were marked with before 2000.
    pub(super) server_gated: bool,
}

#[derive(Clone)]
pub(super) struct NameConstraints {
    pub(super) permitted: Vec<GeneralName>,
    pub(super) excluded: Vec<GeneralName>,
}

#[derive(Clone)]
pub(super) struct AuthorityKeyId {
    pub(super) key_id: Option<Vec<u8>>,
    pub(super) issuer: Option<DirectoryName>,
    pub(super) serial: Option<Vec<u8>>,
}

pub(super) mod oid {
    pub(in super::super) const AUTHORITY_KEY_ID: &str = "2.5.29.35";
    pub(in super::super) const BASIC_CONSTRAINTS: &str = "2.5.29.19";
    pub(in super::super) const CERTIFICATE_POLICIES: &str = "2.5.29.32";
    pub(in super::super) const CRL_DISTRIBUTION_POINTS: &str = "2.5.29.31";
    pub(in super::super) const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
    pub(in super::super) const INHIBIT_ANY_POLICY: &str = "2.5.29.54";
    pub(in super::super) const KEY_USAGE: &str = "2.5.29.15";
    pub(in super::super) const NAME_CONSTRAINTS: &str = "2.5.29.30";
    pub(in super::super) const POLICY_CONSTRAINTS: &str = "2.5.29.36";
    pub(in super::super) const POLICY_MAPPINGS: &str = "2.5.29.33";
    pub(in super::super) const SUBJECT_ALT_NAME: &str = "2.5.29.17";
    pub(in super::super) const SUBJECT_KEY_ID: &str = "2.5.29.14";
    pub(in super::super) const AUTHORITY_INFO_ACCESS: &str = "1.3.6.1.5.5.7.1.1";
}

impl Certificate {
    /// Reads one certificate.
    ///
    /// # Errors
    /// What the parser says of it.
    pub(super) fn read(place: Place, der: &[u8]) -> Result<Self, String> {
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
                self.extended_key_usage.get_or_insert(KeyPurposes {
                    any: it.any,
                    server_auth: it.server_auth,
                    client_auth: it.client_auth,
                    server_gated: it.other.iter().any(|oid| gated.contains(&oid.to_id_string().as_str())),
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
    pub(super) fn without_extensions(&self) -> Self {
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

    pub(super) fn extension(&self, oid: &str) -> Option<&Extension> {
        self.extensions.iter().find(|extension| extension.oid == oid)
    }

    /// Whether it has this extension, marked as critical.
    pub(super) fn has_critical(&self, oid: &str) -> bool {
        self.extension(oid).is_some_and(|extension| extension.critical)
    }

    /// Whether a critical extension is none of these.
    pub(super) fn has_critical_besides(&self, known: &[&str]) -> bool {
        self.extensions.iter().any(|extension| extension.critical && !known.contains(&extension.oid.as_str()))
    }

    /// Whether one of these extensions can't be read.
    pub(super) fn has_malformed(&self, of: &[&str]) -> bool {
        self.extensions.iter().any(|extension| extension.malformed && of.contains(&extension.oid.as_str()))
    }

    /// The extensions that occur again later.
    pub(super) fn repeated(&self) -> impl Iterator<Item = &str> {
        self.extensions.iter().enumerate().filter_map(|(at, extension)| {
            let again = self.extensions.iter().skip(at + 1).any(|later| later.oid == extension.oid);
            again.then_some(extension.oid.as_str())
        })
    }

    /// basicConstraints says that it is a CA.
    pub(super) fn is_ca(&self) -> bool {
        self.basic_constraints.is_some_and(|constraints| constraints.ca)
    }

    pub(super) fn path_len(&self) -> Option<u32> {
        self.basic_constraints.and_then(|constraints| constraints.path_len)
    }

    /// keyUsage is there, and allows none of these.
    pub(super) fn key_usage_forbids(&self, any_of: u16) -> bool {
        self.key_usage.is_some_and(|usage| !usage.has(any_of))
    }

    /// keyUsage is there, and allows one of these.
    pub(super) fn key_usage_has(&self, any_of: u16) -> bool {
        self.key_usage.is_some_and(|usage| usage.has(any_of))
    }

    /// Issuer and subject are the same name, compared as RFC 5280 §7.1 says.
    pub(super) fn is_self_issued(&self) -> bool {
        self.subject.folded == self.issuer.folded
    }

    /// The names of subjectAltName.
    pub(super) fn names(&self) -> impl Iterator<Item = &GeneralName> {
        self.san.iter().flatten()
    }

    /// The dNSNames of subjectAltName.
    pub(super) fn dns_names(&self) -> impl Iterator<Item = &str> {
        self.names().filter_map(|name| match name {
            GeneralName::Dns(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// Whether an iPAddress of subjectAltName is this one.
    pub(super) fn has_address(&self, address: &[u8]) -> bool {
        self.names().any(|name| matches!(name, GeneralName::Ip(octets) if octets == address))
    }
}
