//! rustls-webpki 0.103 with the algorithms of ring, as rustls calls it. Every path is tried. Of an anchor it keeps the
//! name, the key and the name constraints, and nothing else.

use super::constraints::{Fit, Subtrees, keeps_out};
use super::rule::{Rule, Stack, best};
use crate::tolerant::certificate::{Certificate, oid};
use crate::tolerant::name::{GeneralName, Host, address_within, domain_within, matches_label_wise};
use crate::tolerant::signature::{self, Algorithm, Digest, Key};

pub(super) const STACK: Stack = Stack {
    name: "webpki",
    models: "rustls-webpki 0.103 with ring: verify_for_usage, verify_is_valid_for_subject_name",
    judge: |asked| best(asked, &asked.paths(), &[RULES]),
};

/// Budget::name_constraint_comparisons (verify_cert.rs).
const MAX_COMPARISONS: usize = 250_000;

/// Extensions that are kept; of each, one.
const KEPT: &[&str] = &[
    oid::KEY_USAGE,
    oid::SUBJECT_ALT_NAME,
    oid::BASIC_CONSTRAINTS,
    oid::NAME_CONSTRAINTS,
    oid::CRL_DISTRIBUTION_POINTS,
    oid::EXTENDED_KEY_USAGE,
];

const RULES: &[Rule] = &[
    Rule {
        wrong: "is not of version 3",
        source: "Cert::from_der, version3 (cert.rs): UnsupportedCertVersion",
        fix: "issue it as version 3: with openssl x509, give -extfile",
        broken_by: |path| path.below_anchor(|link| link.version != 3),
    },
    Rule {
        wrong: "is an anchor of neither version 3 nor version 1 as it should be, without extensions",
        source: "anchor_from_trusted_cert (trust_anchor.rs)",
        fix: "issue it as version 3",
        broken_by: |path| {
            let fits = |link: &Certificate| link.version == 3 || link.version == 1 && link.extensions.is_empty();
            path.among(path.top()..path.links.len(), |at| !fits(path.links[at]))
        },
    },
    Rule {
        wrong: "names two different signature algorithms",
        source: "Cert::from_der (cert.rs): SignatureAlgorithmMismatch",
        fix: "issue it with a tool that works",
        broken_by: |path| path.link(|link| link.version == 3 && link.algorithms_differ),
    },
    Rule {
        wrong: "has an extension twice",
        source: "remember_cert_extension (cert.rs): ExtensionValueInvalid",
        fix: "issue it with each extension once",
        broken_by: |path| path.link(|link| link.repeated().any(|oid| KEPT.contains(&oid))),
    },
    Rule {
        wrong: "has an extension that can't be read",
        source: "remember_cert_extension (cert.rs): BadDer; keyUsage is not read",
        fix: "issue it anew",
        broken_by: |path| path.link(|link| KEPT.iter().any(|oid| *oid != oid::KEY_USAGE && link.has_malformed(&[oid]))),
    },
    Rule {
        wrong: "has a critical extension that is not processed",
        source: "remember_extension (x509.rs): UnsupportedCriticalExtension",
        fix: "issue it without the extension, or with the extension not critical",
        broken_by: |path| path.below_anchor(|link| link.has_critical_besides(KEPT)),
    },
    Rule {
        wrong: "is not valid yet",
        source: "check_validity (verify_cert.rs): CertNotValidYet",
        fix: "wait, or correct a clock, here or where it was issued",
        broken_by: |path| path.below_anchor(|link| path.too_early(link)),
    },
    Rule {
        wrong: "has expired",
        source: "check_validity (verify_cert.rs): CertExpired",
        fix: "renew it",
        broken_by: |path| path.below_anchor(|link| path.too_late(link)),
    },
    Rule {
        wrong: "is a CA, and is used as a leaf",
        source: "check_basic_constraints (verify_cert.rs): CaUsedAsEndEntity",
        fix: "issue a leaf with CA:FALSE, and trust the CA: openssl req -x509 makes a CA unless told otherwise",
        broken_by: |path| path.at_leaf(Certificate::is_ca),
    },
    Rule {
        wrong: "issued another, and is no CA",
        source: "check_basic_constraints (verify_cert.rs): EndEntityUsedAsCa",
        fix: "issue it with basicConstraints critical,CA:TRUE",
        broken_by: |path| path.below_anchor(|link| link.place != path.leaf().place && !link.is_ca()),
    },
    Rule {
        wrong: "has more intermediates below it than its pathLenConstraint allows",
        source: "check_basic_constraints (verify_cert.rs): PathLenConstraintViolated",
        fix: "issue it with a larger pathlen, or shorten the chain",
        broken_by: |path| path.over_path_len(|_| true).into_iter().filter(|at| *at < path.top()).collect(),
    },
    Rule {
        wrong: "has an extendedKeyUsage that does not allow this purpose",
        source: "check_eku (verify_cert.rs): RequiredEkuNotFoundContext",
        fix: "issue it with serverAuth for servers, clientAuth for clients; anyExtendedKeyUsage does not count",
        broken_by: |path| path.below_anchor(|link| link.extended_key_usage.is_some_and(|it| !path.allows(it))),
    },
    Rule {
        wrong: "is signed in a way that is not supported",
        source: "verify_signed_data (signed_data.rs), the algorithms of ring",
        fix: "issue it anew with -sha256, by an RSA key of 2048 bits or more, P-256, P-384 or Ed25519",
        broken_by: |path| path.issued(|link, issuer| !is_supported(link.algorithm, &issuer.key)),
    },
    Rule {
        wrong: "is not signed by the key above it",
        source: "verify_signed_data (signed_data.rs): InvalidSignatureForPublicKey",
        fix: "one of the two was issued anew with another key: use the matching pair",
        broken_by: |path| path.issued(signature::is_wrong),
    },
    Rule {
        wrong: "has names that the nameConstraints above it keep out, or too many to compare",
        source: "check_name_constraints (subject_name/mod.rs): NameConstraintViolation",
        fix: "issue it under a CA that may issue such names; constraints on directoryName keep out everything",
        broken_by: |path| {
            path.constrained(
                MAX_COMPARISONS,
                |link| link.names().count() + 1,
                |_, link, constraints| {
                    let subject = GeneralName::Directory(link.subject.clone());
                    let mut names = link.names().chain([&subject]);
                    names.any(|name| keeps_out(constraints, name, fit))
                },
            )
        },
    },
    Rule {
        wrong: "is not for this name",
        source: "verify_dns_names, verify_ip_address_names (subject_name/): CertNotValidForName",
        fix: "issue it with the name in subjectAltName; commonName does not count",
        broken_by: |path| path.at_leaf(|leaf| path.asked.host.as_ref().is_some_and(|host| !is_for(leaf, host))),
    },
];

fn is_supported(algorithm: Algorithm, key: &Key) -> bool {
    match (algorithm, key) {
        (Algorithm::RsaPkcs1(Digest::Sha256 | Digest::Sha384 | Digest::Sha512), Key::Rsa(bits)) => *bits >= 2048,
        (Algorithm::RsaPss, Key::Rsa(bits)) => *bits >= 2048,
        (Algorithm::Ecdsa(Digest::Sha256 | Digest::Sha384), Key::P256 | Key::P384) => true,
        (Algorithm::Ed25519, Key::Ed25519) => true,
        _ => false,
    }
}

fn is_for(leaf: &Certificate, host: &Host) -> bool {
    match host {
        Host::Ip(address) => leaf.has_address(address),
        Host::Dns(host) => {
            leaf.dns_names().any(|pattern| is_presented_id(pattern) && matches_label_wise(pattern, host))
        }
    }
}

/// is_valid_dns_id: labels of letters, digits, `-` inside and `_`, the last not a number; a wildcard has two more labels.
fn is_presented_id(pattern: &str) -> bool {
    let parent = pattern.strip_prefix("*.");
    let is_label = |label: &str| {
        (1..64).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let labels: Vec<&str> = parent.unwrap_or(pattern).split('.').collect();
    let number = labels.last().is_some_and(|label| label.bytes().all(|byte| byte.is_ascii_digit()));
    labels.iter().copied().all(is_label) && !number && (parent.is_none() || labels.len() >= 2)
}

/// check_presented_id_conforms_to_constraints.
fn fit(list: Subtrees, name: &GeneralName, base: &GeneralName) -> Fit {
    match (name, base) {
        (GeneralName::Dns(name), GeneralName::Dns(base)) => {
            // To be excluded, it is enough that one name that a wildcard stands for is.
            let wildcard_of = |name: &str| name.strip_prefix("*.").map(str::to_ascii_lowercase);
            let excluded = list == Subtrees::Excluded
                && wildcard_of(name).is_some_and(|parent| {
                    base.to_ascii_lowercase()
                        .split_once('.')
                        .is_some_and(|(first, rest)| !first.is_empty() && rest == parent)
                });
            if is_presented_id(name) { Fit::when(excluded || domain_within(name, base)) } else { Fit::Unknown }
        }
        (GeneralName::Ip(address), GeneralName::Ip(base)) => Fit::when(address_within(address, base)),
        // Not implemented there: nothing is permitted, everything is excluded.
        (GeneralName::Directory(_) | GeneralName::Uri(_), _) => Fit::when(list == Subtrees::Excluded),
        _ => Fit::Unknown,
    }
}
