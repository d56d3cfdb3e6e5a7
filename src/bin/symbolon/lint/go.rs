//! Go's crypto/x509 (1.19 to 1.24), as crypto/tls calls `Certificate.Verify`. Every path is tried.

use super::constraints::{Fit, Subtrees, are_too_many, keeps_out};
use super::path::Asked;
use super::rule::{Finding, Rule, Stack, best};
use crate::tolerant::certificate::{Certificate, KeyUsage, oid};
use crate::tolerant::name::{GeneralName, Host, address_within, domain_within, matches_label_wise};
use crate::tolerant::signature::{self, Algorithm, Digest};

pub(super) const STACK: Stack = Stack { name: "go", models: "Go 1.23 crypto/x509: Certificate.Verify", judge };

fn judge(asked: &Asked) -> Vec<Finding> {
    // crypto/tls parses all that the peer sends before it looks for a path; AppendCertsFromPEM passes over what it can't.
    let chain: Vec<Certificate> = asked.chain.iter().map(parsed).collect();
    let (anchors, passed_over): (Vec<_>, Vec<_>) =
        asked.anchors.iter().map(parsed).partition(|it| unparsed(it).is_none());
    let refused: Vec<Finding> = chain.iter().filter_map(unparsed).collect();
    if !refused.is_empty() {
        return refused;
    }
    let asked = Asked { chain, anchors, ..asked.clone() };
    let mut findings = match asked.leaf_as_anchor() {
        Some(path) => best(&asked, &[path], &[RULES]),
        None => best(&asked, &asked.paths(), &[RULES]),
    };
    if !findings.is_empty() {
        findings.extend(passed_over.iter().filter_map(unparsed));
    }
    findings
}

/// Only version 3 has extensions.
fn parsed(certificate: &Certificate) -> Certificate {
    if certificate.version == 3 { certificate.clone() } else { certificate.without_extensions() }
}

/// What ParseCertificate refuses.
fn unparsed(certificate: &Certificate) -> Option<Finding> {
    const SOURCE: &str = "parseCertificate (parser.go)";
    let wrong = if certificate.repeated().next().is_some() {
        "has an extension twice"
    } else if certificate.algorithms_differ {
        "names two different signature algorithms"
    } else if certificate.has_malformed(READ) || certificate.has_empty_constraints() || has_odd_name(certificate) {
        "has an extension that can't be read"
    } else if certificate.serial.first().is_some_and(|byte| *byte >= 0x80) {
        "has a negative serial number (refused since Go 1.23)"
    } else {
        return None;
    };
    Some(Finding::about(certificate, wrong, SOURCE, "issue it anew"))
}

fn has_odd_name(certificate: &Certificate) -> bool {
    certificate.names().any(|name| match name {
        GeneralName::Dns(text) | GeneralName::Email(text) | GeneralName::Uri(text) => !text.is_ascii(),
        GeneralName::Ip(octets) => !matches!(octets.len(), 4 | 16),
        GeneralName::Malformed => true,
        GeneralName::Directory(_) | GeneralName::Other => false,
    })
}

/// Certificate.isValid (verify.go): comparisons of names with constraints.
const MAX_COMPARISONS: usize = 250_000;

/// Extensions that are processed.
const READ: &[&str] = &[
    oid::AUTHORITY_INFO_ACCESS,
    oid::AUTHORITY_KEY_ID,
    oid::BASIC_CONSTRAINTS,
    oid::CERTIFICATE_POLICIES,
    oid::CRL_DISTRIBUTION_POINTS,
    oid::EXTENDED_KEY_USAGE,
    oid::KEY_USAGE,
    oid::NAME_CONSTRAINTS,
    oid::SUBJECT_ALT_NAME,
    oid::SUBJECT_KEY_ID,
];

const RULES: &[Rule] = &[
    Rule {
        wrong: "has a critical extension that is not processed",
        source: "Certificate.isValid (verify.go): UnhandledCriticalExtensions",
        fix: "issue it without the extension, or with the extension not critical",
        broken_by: |path| path.link(has_unhandled),
    },
    Rule {
        wrong: "is not valid yet",
        source: "Certificate.isValid (verify.go)",
        fix: "wait, or correct a clock, here or where it was issued",
        broken_by: |path| path.link(|link| path.too_early(link)),
    },
    Rule {
        wrong: "has expired",
        source: "Certificate.isValid (verify.go)",
        fix: "renew it",
        broken_by: |path| path.link(|link| path.too_late(link)),
    },
    Rule {
        wrong: "issued another, and is no CA",
        source: "Certificate.isValid (verify.go), CheckSignatureFrom (x509.go)",
        fix: "issue it with basicConstraints critical,CA:TRUE",
        broken_by: |path| {
            path.among(1..path.links.len(), |at| {
                let link = path.links[at];
                let old_anchor = at == path.top() && link.version < 3 && link.basic_constraints.is_none();
                !link.is_ca() && !old_anchor
            })
        },
    },
    Rule {
        wrong: "issued another, which its keyUsage does not allow",
        source: "CheckSignatureFrom (x509.go)",
        fix: "issue it with keyUsage keyCertSign",
        broken_by: |path| {
            path.issuer(|link| link.key_usage.is_some_and(|it| !it.is_empty() && !it.has(KeyUsage::KEY_CERT_SIGN)))
        },
    },
    Rule {
        wrong: "has more intermediates below it than its pathLenConstraint allows",
        source: "Certificate.isValid (verify.go)",
        fix: "issue it with a larger pathlen, or shorten the chain",
        broken_by: |path| path.over_path_len(|_| true),
    },
    Rule {
        wrong: "is signed with a broken or unknown algorithm",
        source: "checkSignature (x509.go): InsecureAlgorithmError since Go 1.18",
        fix: "issue it anew with -sha256",
        broken_by: |path| path.issued(|link, _| !is_checked(link.algorithm)),
    },
    Rule {
        wrong: "is not signed by the key above it",
        source: "checkSignature (x509.go)",
        fix: "one of the two was issued anew with another key: use the matching pair",
        broken_by: |path| path.issued(signature::is_wrong),
    },
    Rule {
        wrong: "has an extendedKeyUsage that does not allow this purpose",
        source: "checkChainForKeyUsage (verify.go): every certificate that has one, the anchor too",
        fix: "issue it with serverAuth for servers, clientAuth for clients, or without extendedKeyUsage",
        broken_by: |path| {
            path.link(|link| link.extended_key_usage.is_some_and(|it| !(it.any || it.is_empty() || path.allows(it))))
        },
    },
    Rule {
        wrong: "is not for this name",
        source: "Certificate.VerifyHostname (verify.go)",
        fix: "issue it with the name in subjectAltName; commonName does not count since Go 1.15",
        broken_by: |path| path.at_leaf(|leaf| path.asked.host.as_ref().is_some_and(|host| !is_for(leaf, host))),
    },
    Rule {
        wrong: "keeps out names of the leaf, or of its own, by nameConstraints, or has too many to compare",
        source: "Certificate.isValid, checkNameConstraints (verify.go)",
        fix: "issue the leaf under a CA that may issue such names",
        broken_by: |path| {
            path.issuer(|link| {
                let mut names = path.leaf().names().chain(link.names());
                let count = path.leaf().names().count() + link.names().count();
                link.name_constraints.as_ref().is_some_and(|it| {
                    are_too_many(count, it, MAX_COMPARISONS) || names.any(|name| keeps_out(it, name, fit))
                })
            })
        },
    },
];

/// processExtensions: the known ones, unless a list of names has nothing in it that is understood.
fn has_unhandled(certificate: &Certificate) -> bool {
    let understood = |name: &GeneralName| {
        matches!(name, GeneralName::Dns(_) | GeneralName::Email(_) | GeneralName::Ip(_) | GeneralName::Uri(_))
    };
    let san = certificate.has_critical(oid::SUBJECT_ALT_NAME) && !certificate.names().any(understood);
    let constraints = certificate.name_constraints.as_ref().is_some_and(|it| {
        let mut bases = it.permitted.iter().chain(&it.excluded);
        certificate.has_critical(oid::NAME_CONSTRAINTS) && !bases.all(understood)
    });
    san || constraints || certificate.has_critical_besides(READ)
}

fn is_checked(algorithm: Algorithm) -> bool {
    match algorithm {
        Algorithm::RsaPss | Algorithm::Ed25519 => true,
        Algorithm::Other => false,
        Algorithm::RsaPkcs1(digest) | Algorithm::Ecdsa(digest) => {
            matches!(digest, Digest::Sha256 | Digest::Sha384 | Digest::Sha512)
        }
    }
}

/// VerifyHostname: IPv4 addresses may be written as IPv6 ones (RFC 4291 §2.5.5.2).
fn is_for(leaf: &Certificate, host: &Host) -> bool {
    match host {
        Host::Ip(address) => {
            let mapped = [&[0; 10][..], &[0xff; 2], address].concat();
            leaf.has_address(address) || leaf.has_address(&mapped)
        }
        Host::Dns(host) => leaf.dns_names().any(|pattern| match pattern {
            // matchHostnames: any single label.
            "*" => !host.contains('.'),
            pattern => matches_label_wise(pattern, host),
        }),
    }
}

/// The match functions of verify.go. The host of a mailbox or URI is compared like a domain.
fn fit(_: Subtrees, name: &GeneralName, base: &GeneralName) -> Fit {
    match (name, base) {
        (GeneralName::Dns(name), GeneralName::Dns(base)) => Fit::when(labels_within(name, base)),
        (GeneralName::Ip(address), GeneralName::Ip(base)) => Fit::when(address_within(address, base)),
        (GeneralName::Email(name), GeneralName::Email(base)) => match name.split_once('@') {
            None => Fit::Unknown,
            Some((local, host)) => Fit::when(match base.split_once('@') {
                Some((of, at)) => of == local && at.eq_ignore_ascii_case(host),
                None => labels_within(host, base),
            }),
        },
        (GeneralName::Uri(name), GeneralName::Uri(base)) => {
            let authority = name.split_once("://").and_then(|(_, rest)| rest.split(['/', '?', '#']).next());
            let host = authority.map(|authority| authority.rsplit('@').next().unwrap_or_default());
            match host.map(|host| host.split(':').next().unwrap_or_default()) {
                None | Some("") => Fit::Unknown,
                Some(host) if host.parse::<std::net::IpAddr>().is_ok() => Fit::Unknown,
                Some(host) => Fit::when(labels_within(host, base)),
            }
        }
        // Constraints of other kinds are not kept.
        _ => Fit::Inside,
    }
}

/// matchDomainConstraint.
fn labels_within(name: &str, base: &str) -> bool {
    name.len() > base.len() && domain_within(name, base) || name.eq_ignore_ascii_case(base)
}
