//! pyca/cryptography 48, `x509.verification` with its default policies: the profile of the CA/Browser Forum. Every path is
//! tried. The functions named are those of src/rust/cryptography-x509-verification/src/.

use super::constraints::{Fit, Subtrees, are_too_many, keeps_out};
use super::path::{Asked, Path};
use super::rule::{Finding, Rule, Stack, best};
use crate::tolerant::certificate::{Certificate, KeyUsage, oid};
use crate::tolerant::name::{GeneralName, Host, address_within, domain_within, matches_label_wise};
use crate::tolerant::signature::{self, Algorithm, Digest, Key};

pub(super) const STACK: Stack = Stack {
    name: "cryptography",
    models: "Python cryptography 48: PolicyBuilder().build_server_verifier, build_client_verifier",
    judge,
};

fn judge(asked: &Asked) -> Vec<Finding> {
    match asked.leaf_as_anchor() {
        Some(path) => best(asked, &[path], &[LEAF, LINKS]),
        None => best(asked, &asked.paths(), &[LEAF, LINKS, ISSUERS]),
    }
}

/// Budget::DEFAULT_NAME_CONSTRAINT_CHECK_LIMIT (lib.rs).
const MAX_COMPARISONS: usize = 1 << 20;

/// Extensions that a policy has a say on; of others none may be critical.
const KNOWN: &[&str] = &[
    oid::AUTHORITY_INFO_ACCESS,
    oid::AUTHORITY_KEY_ID,
    oid::BASIC_CONSTRAINTS,
    oid::EXTENDED_KEY_USAGE,
    oid::KEY_USAGE,
    oid::NAME_CONSTRAINTS,
    oid::SUBJECT_ALT_NAME,
    oid::SUBJECT_KEY_ID,
];

/// What every certificate is asked for, the anchor included.
const LINKS: &[Rule] = &[
    Rule {
        wrong: "is not of version 3",
        source: "permits_basic (policy/mod.rs)",
        fix: "issue it as version 3: with openssl x509, give -extfile",
        broken_by: |path| path.link(|link| link.version != 3),
    },
    Rule {
        wrong: "names two different signature algorithms",
        source: "permits_basic (policy/mod.rs)",
        fix: "issue it with a tool that works",
        broken_by: |path| path.link(|link| link.algorithms_differ),
    },
    Rule {
        wrong: "has a serial number that is negative or longer than 20 bytes",
        source: "permits_basic (policy/mod.rs)",
        fix: "issue it with a serial number of 1 to 20 bytes, the first below 0x80",
        broken_by: |path| {
            path.link(|link| link.serial.len() > 21 || link.serial.first().is_some_and(|byte| *byte >= 0x80))
        },
    },
    Rule {
        wrong: "has no issuer name",
        source: "permits_basic (policy/mod.rs)",
        fix: "issue it under a CA that has a name",
        broken_by: |path| path.link(|link| link.issuer.is_empty()),
    },
    Rule {
        wrong: "writes a time before 2050 as GeneralizedTime",
        source: "permits_validity_date (policy/mod.rs)",
        fix: "issue it with UTCTime (RFC 5280 §4.1.2.5)",
        broken_by: |path| path.link(|link| link.early_generalized_time),
    },
    Rule {
        wrong: "is not valid yet",
        source: "permits_basic (policy/mod.rs)",
        fix: "wait, or correct a clock, here or where it was issued",
        broken_by: |path| path.link(|link| path.too_early(link)),
    },
    Rule {
        wrong: "has expired",
        source: "permits_basic (policy/mod.rs)",
        fix: "renew it",
        broken_by: |path| path.link(|link| path.too_late(link)),
    },
    Rule {
        wrong: "has an extension twice",
        source: "Certificate::extensions: DuplicateExtensionsError",
        fix: "issue it with each extension once",
        broken_by: |path| path.link(|link| link.repeated().next().is_some()),
    },
    Rule {
        wrong: "has an extension that can't be read",
        source: "Extension::value",
        fix: "issue it anew",
        broken_by: |path| path.link(|link| link.has_malformed(KNOWN)),
    },
    Rule {
        wrong: "has a critical extension that is not processed",
        source: "ExtensionPolicy::permits (policy/extension.rs)",
        fix: "issue it without the extension, or with the extension not critical",
        broken_by: |path| path.link(|link| link.has_critical_besides(KNOWN)),
    },
    Rule {
        wrong: "has a critical extension that must not be critical",
        source: "Criticality::permits (policy/extension.rs)",
        fix: "issue it with authorityKeyIdentifier, extendedKeyUsage and authorityInfoAccess not critical",
        broken_by: |path| {
            path.link(|link| {
                [oid::AUTHORITY_INFO_ACCESS, oid::AUTHORITY_KEY_ID, oid::EXTENDED_KEY_USAGE]
                    .iter()
                    .any(|oid| link.has_critical(oid))
            })
        },
    },
];

/// What only the leaf is asked for.
const LEAF: &[Rule] = &[
    Rule {
        wrong: "has no authorityKeyIdentifier",
        source: "default end-entity policy (policy/mod.rs)",
        fix: "issue it with authorityKeyIdentifier=keyid",
        broken_by: |path| path.at_leaf(|leaf| leaf.extension(oid::AUTHORITY_KEY_ID).is_none()),
    },
    Rule {
        wrong: "has no subjectAltName",
        source: "default end-entity policy (policy/mod.rs)",
        fix: "issue it with subjectAltName; commonName does not count",
        broken_by: |path| path.at_leaf(|leaf| leaf.san.is_none()),
    },
    Rule {
        wrong: "is a CA, and is used as a leaf",
        source: "ee::basic_constraints (policy/extension.rs)",
        fix: "issue a leaf with CA:FALSE, and trust the CA: openssl req -x509 makes a CA unless told otherwise",
        broken_by: |path| path.at_leaf(Certificate::is_ca),
    },
    Rule {
        wrong: "is a leaf with keyUsage keyCertSign",
        source: "ee::key_usage (policy/extension.rs)",
        fix: "issue it without keyCertSign",
        broken_by: |path| path.at_leaf(|leaf| leaf.key_usage_has(KeyUsage::KEY_CERT_SIGN)),
    },
    Rule {
        wrong: "is a leaf with nameConstraints",
        source: "default end-entity policy (policy/mod.rs)",
        fix: "issue it without them",
        broken_by: |path| path.at_leaf(|leaf| leaf.extension(oid::NAME_CONSTRAINTS).is_some()),
    },
    Rule {
        wrong: "has an extendedKeyUsage that does not allow this purpose",
        source: "ee::extended_key_usage (policy/extension.rs)",
        fix: "issue it with serverAuth for servers, clientAuth for clients; anyExtendedKeyUsage does not count",
        broken_by: |path| path.at_leaf(|leaf| leaf.extended_key_usage.is_some_and(|purposes| !path.allows(purposes))),
    },
    Rule {
        wrong: "has a subjectAltName that is critical beside a subject, or not critical without one",
        source: "ee::subject_alternative_name (policy/extension.rs)",
        fix: "issue it with subjectAltName critical exactly if the subject is empty",
        broken_by: |path| {
            path.at_leaf(|leaf| {
                leaf.san.is_some() && leaf.subject.is_empty() != leaf.has_critical(oid::SUBJECT_ALT_NAME)
            })
        },
    },
    Rule {
        wrong: "is not for this name",
        source: "ee::subject_alternative_name (policy/extension.rs)",
        fix: "issue it with the name in subjectAltName; commonName does not count",
        broken_by: |path| path.at_leaf(|leaf| path.asked.host.as_ref().is_some_and(|host| !is_for(leaf, host))),
    },
];

/// What issuers are asked for, the anchor included, and the signatures of those below.
const ISSUERS: &[Rule] = &[
    Rule {
        wrong: "issued another, and is no CA",
        source: "ca::basic_constraints (policy/extension.rs)",
        fix: "issue it with basicConstraints critical,CA:TRUE",
        broken_by: |path| path.issuer(|link| !link.is_ca()),
    },
    Rule {
        wrong: "is a CA whose basicConstraints are not critical",
        source: "default CA policy (policy/mod.rs)",
        fix: "issue it with basicConstraints critical,CA:TRUE",
        broken_by: |path| path.issuer(|link| link.is_ca() && !link.has_critical(oid::BASIC_CONSTRAINTS)),
    },
    Rule {
        wrong: "is a CA without keyUsage keyCertSign",
        source: "ca::key_usage (policy/extension.rs)",
        fix: "issue it with keyUsage critical,keyCertSign,cRLSign",
        broken_by: |path| path.issuer(|link| !link.key_usage_has(KeyUsage::KEY_CERT_SIGN)),
    },
    Rule {
        wrong: "is a CA with a critical subjectKeyIdentifier",
        source: "default CA policy (policy/mod.rs)",
        fix: "issue it with subjectKeyIdentifier not critical",
        broken_by: |path| path.issuer(|link| link.has_critical(oid::SUBJECT_KEY_ID)),
    },
    Rule {
        wrong: "is a CA whose authorityKeyIdentifier has no key identifier",
        source: "ca::authority_key_identifier (policy/extension.rs)",
        fix: "issue it with authorityKeyIdentifier=keyid",
        broken_by: |path| path.issuer(|link| link.authority_key_id.as_ref().is_some_and(|id| id.key_id.is_none())),
    },
    Rule {
        wrong: "is a CA with an extendedKeyUsage that does not allow this purpose",
        source: "ca::extended_key_usage (policy/extension.rs)",
        fix: "issue it with the purpose, or without extendedKeyUsage",
        broken_by: |path| path.issuer(|link| link.extended_key_usage.is_some_and(|it| !it.any && !path.allows(it))),
    },
    Rule {
        wrong: "has empty nameConstraints",
        source: "ca::name_constraints (policy/extension.rs)",
        fix: "issue it without them",
        broken_by: |path| path.issuer(Certificate::has_empty_constraints),
    },
    Rule {
        wrong: "has more intermediates below it than its pathLenConstraint allows",
        source: "permits_ca (policy/mod.rs)",
        fix: "issue it with a larger pathlen, or shorten the chain",
        broken_by: |path| path.over_path_len(|_| true),
    },
    Rule {
        wrong: "is a CA with a key that the CA/Browser Forum does not know, or that is too short",
        source: "valid_issuer (policy/mod.rs): WEBPKI_PERMITTED_SPKI_ALGORITHMS, WEBPKI_MINIMUM_RSA_MODULUS",
        fix: "use RSA of 2048 bits or more, P-256, P-384 or P-521; Ed25519 is not among them",
        broken_by: |path| path.issuer(|link| !matches!(link.key, Key::Rsa(2048..) | Key::P256 | Key::P384 | Key::P521)),
    },
    Rule {
        wrong: "is signed in a way that the CA/Browser Forum does not know",
        source: "valid_issuer (policy/mod.rs): WEBPKI_PERMITTED_SIGNATURE_ALGORITHMS",
        fix: "issue it anew with -sha256, by an RSA or EC key",
        broken_by: |path| path.below_anchor(|link| !is_permitted(link.algorithm)),
    },
    Rule {
        wrong: "is not signed by the key above it",
        source: "valid_issuer (policy/mod.rs)",
        fix: "one of the two was issued anew with another key: use the matching pair",
        broken_by: |path| path.issued(signature::is_wrong),
    },
    Rule {
        wrong: "has names that nameConstraints keep out, or too many to compare",
        source: "NameChain::evaluate_constraints (lib.rs)",
        fix: "issue it under a CA that may issue such names",
        broken_by: kept_out,
    },
];

/// The constraints of a CA count for its own names as well; names of self-issued CAs do not count.
fn kept_out(path: &Path<'_>) -> Vec<usize> {
    path.among(0..path.links.len(), |at| {
        let link = path.links[at];
        let counts = at == 0 || link.subject.der != link.issuer.der;
        let mut constraints = path.links[at.max(1)..].iter().filter_map(|link| link.name_constraints.as_ref());
        let count = link.names().count();
        let keep_out =
            |it| are_too_many(count, it, MAX_COMPARISONS) || link.names().any(|name| keeps_out(it, name, fit));
        counts && constraints.any(keep_out)
    })
}

fn is_permitted(algorithm: Algorithm) -> bool {
    match algorithm {
        Algorithm::RsaPss => true,
        Algorithm::RsaPkcs1(digest) | Algorithm::Ecdsa(digest) => {
            matches!(digest, Digest::Sha256 | Digest::Sha384 | Digest::Sha512)
        }
        Algorithm::Ed25519 | Algorithm::Other => false,
    }
}

fn is_for(leaf: &Certificate, host: &Host) -> bool {
    match host {
        Host::Ip(address) => leaf.has_address(address),
        Host::Dns(host) => is_dns_name(host) && leaf.dns_names().any(|pattern| matches_label_wise(pattern, host)),
    }
}

/// DNSName::new (types.rs): labels of letters, digits and `-` inside.
fn is_dns_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..64).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    name.split('.').all(is_label)
}

/// evaluate_single_constraint: for a wildcard it is enough that one name that it stands for lies inside.
fn fit(list: Subtrees, name: &GeneralName, base: &GeneralName) -> Fit {
    match (name, base) {
        (GeneralName::Dns(name), GeneralName::Dns(base)) => {
            let parent = name.strip_prefix("*.");
            let name = parent.unwrap_or(name);
            let overlaps = base.split_once('.').is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(name));
            match is_dns_name(name) && is_dns_name(base) {
                true => Fit::when(domain_within(name, base) || parent.is_some() && overlaps),
                false => Fit::Unknown,
            }
        }
        (GeneralName::Ip(address), GeneralName::Ip(base)) => Fit::when(address_within(address, base)),
        (GeneralName::Email(name), GeneralName::Email(base)) => match (name.rsplit_once('@'), base.rsplit_once('@')) {
            (None, _) => Fit::Unknown,
            (Some((local, _)), _) if local.contains('@') => Fit::Unknown,
            (Some((local, host)), Some((of, at))) => Fit::when(of == local && at.eq_ignore_ascii_case(host)),
            (Some((_, host)), None) if base.starts_with('.') => Fit::when(domain_within(host, base)),
            (Some((_, host)), None) => Fit::when(host.eq_ignore_ascii_case(base)),
        },
        (GeneralName::Directory(_), _) if list == Subtrees::Excluded => Fit::Outside,
        _ => Fit::Unknown,
    }
}
