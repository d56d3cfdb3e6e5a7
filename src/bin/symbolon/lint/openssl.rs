//! OpenSSL 3.0, as `openssl verify -purpose sslserver` runs it: no security level, and subject commonName where there is
//! no dNSName. The functions named are those of crypto/x509/.

use super::constraints::keeps_out;
use super::openssl_names::{fit, is_for, looks_like_host};
use super::openssl_path;
use super::path::Asked;
use super::rule::{Finding, Rule, Stack, broken};
use crate::tolerant::certificate::{Certificate, KeyUsage, oid};
use crate::tolerant::name::GeneralName;
use crate::tolerant::signature;
use symbolon::x509::Purpose;

pub(super) const STACK: Stack = Stack {
    name: "openssl",
    models: "OpenSSL 3.0: openssl verify -purpose sslserver",
    judge: |asked| judge(asked, false, &[RULES, IDENTITY]),
};

/// Builds the one path that OpenSSL tries, and judges it.
pub(super) fn judge(asked: &Asked, partial_chain: bool, tables: &[&[Rule]]) -> Vec<Finding> {
    match openssl_path::build(asked, partial_chain) {
        Ok(path) => broken(&path, tables),
        Err(finding) => vec![finding],
    }
}

/// v3_ncons.c: comparisons of names with constraints.
const NAME_CHECK_MAX: usize = 1 << 20;

/// Extensions that are processed, so they may be critical.
const PROCESSED: &[&str] = &[
    oid::KEY_USAGE,
    oid::SUBJECT_ALT_NAME,
    oid::BASIC_CONSTRAINTS,
    oid::CERTIFICATE_POLICIES,
    oid::CRL_DISTRIBUTION_POINTS,
    oid::EXTENDED_KEY_USAGE,
    oid::POLICY_CONSTRAINTS,
    oid::NAME_CONSTRAINTS,
    oid::POLICY_MAPPINGS,
    oid::INHIBIT_ANY_POLICY,
    // Netscape's certificate type, addresses and AS numbers (RFC 3779), id-pkix-ocsp-nocheck, proxy certificates.
    "2.16.840.1.113730.1.1",
    "1.3.6.1.5.5.7.1.7",
    "1.3.6.1.5.5.7.1.8",
    "1.3.6.1.5.5.7.48.1.5",
    "1.3.6.1.5.5.7.1.14",
];

/// What every path is asked for.
pub(super) const RULES: &[Rule] = &[
    Rule {
        wrong: "has a critical extension that is not processed",
        source: "check_extensions (x509_vfy.c), X509_supported_extension (v3_purp.c)",
        fix: "issue it without the extension, or with the extension not critical",
        broken_by: |path| path.link(|link| link.has_critical_besides(PROCESSED)),
    },
    Rule {
        wrong: "issued another, and is no CA",
        source: "check_extensions (x509_vfy.c), check_ca (v3_purp.c)",
        fix: "issue it with basicConstraints critical,CA:TRUE and keyUsage keyCertSign",
        broken_by: |path| {
            path.among(1..path.links.len(), |at| match authority(path.links[at]) {
                Authority::None => true,
                Authority::Stated => false,
                Authority::Tolerated => at != path.top(),
            })
        },
    },
    Rule {
        wrong: "has an extendedKeyUsage that does not allow this purpose",
        source: "check_purpose_ssl_server, check_purpose_ssl_client (v3_purp.c)",
        fix: "issue it with serverAuth for servers, clientAuth for clients; anyExtendedKeyUsage does not count",
        broken_by: |path| {
            path.link(|link| {
                let gated = path.asked.purpose == Purpose::Server;
                link.extended_key_usage.is_some_and(|it| !(path.allows(it) || gated && it.server_gated))
            })
        },
    },
    Rule {
        wrong: "has a keyUsage that TLS has no use for",
        source: "check_purpose_ssl_server, check_purpose_ssl_client (v3_purp.c)",
        fix: "issue it with keyUsage digitalSignature",
        broken_by: |path| {
            let either = match path.asked.purpose {
                Purpose::Server => KeyUsage::DIGITAL_SIGNATURE | KeyUsage::KEY_ENCIPHERMENT | KeyUsage::KEY_AGREEMENT,
                Purpose::Client => KeyUsage::DIGITAL_SIGNATURE | KeyUsage::KEY_AGREEMENT,
            };
            path.at_leaf(|leaf| leaf.key_usage_forbids(either))
        },
    },
    Rule {
        wrong: "has more intermediates below it than its pathLenConstraint allows",
        source: "check_extensions (x509_vfy.c)",
        fix: "issue it with a larger pathlen, or shorten the chain",
        broken_by: |path| path.over_path_len(|link| !link.is_self_issued()),
    },
    Rule {
        wrong: "is not signed by the key above it",
        source: "internal_verify (x509_vfy.c)",
        fix: "one of the two was issued anew with another key: use the matching pair",
        broken_by: |path| path.issued(signature::is_wrong),
    },
    Rule {
        wrong: "names two different signature algorithms",
        source: "X509_verify (x_all.c)",
        fix: "issue it with a tool that works",
        broken_by: |path| path.below_anchor(|link| link.algorithms_differ),
    },
    Rule {
        wrong: "is not valid yet",
        source: "ossl_x509_check_cert_time (x509_vfy.c)",
        fix: "wait, or correct a clock, here or where it was issued",
        broken_by: |path| path.link(|link| path.too_early(link)),
    },
    Rule {
        wrong: "has expired",
        source: "ossl_x509_check_cert_time (x509_vfy.c)",
        fix: "renew it",
        broken_by: |path| path.link(|link| path.asked.at >= link.not_after),
    },
    Rule {
        wrong: "has names that the nameConstraints above it keep out, or too many to compare",
        source: "check_name_constraints (x509_vfy.c), NAME_CONSTRAINTS_check (v3_ncons.c)",
        fix: "issue it under a CA that may issue such names",
        broken_by: |path| {
            path.constrained(NAME_CHECK_MAX, name_count, |at, link, constraints| {
                let counts = at == 0 || !link.is_self_issued();
                counts && constrained_names(link).any(|name| keeps_out(constraints, &name, fit))
            })
        },
    },
    Rule {
        wrong: "has a commonName that the nameConstraints above it keep out",
        source: "NAME_CONSTRAINTS_check_CN (v3_ncons.c)",
        fix: "issue it with subjectAltName",
        broken_by: |path| {
            path.constrained(NAME_CHECK_MAX, name_count, |at, link, constraints| {
                let names = link.subject.common_names.iter().filter(|name| looks_like_host(name));
                let mut names = names.cloned().map(GeneralName::Dns);
                at == 0 && link.dns_names().next().is_none() && names.any(|name| keeps_out(constraints, &name, fit))
            })
        },
    },
];

/// Whom the leaf is for.
pub(super) const IDENTITY: &[Rule] = &[Rule {
    wrong: "is not for this name",
    source: "check_id (x509_vfy.c), X509_check_host, X509_check_ip (v3_utl.c)",
    fix: "issue it with the name in subjectAltName",
    broken_by: |path| path.at_leaf(|leaf| path.asked.host.as_ref().is_some_and(|host| !is_for(leaf, host, true))),
}];

/// Every attribute of the subject counts.
fn name_count(certificate: &Certificate) -> usize {
    certificate.subject.folded.iter().map(Vec::len).sum::<usize>() + certificate.names().count()
}

/// The subject, e-mail addresses in it, and all of subjectAltName.
fn constrained_names(certificate: &Certificate) -> impl Iterator<Item = GeneralName> {
    let subject = GeneralName::Directory(certificate.subject.clone());
    let subject = (!certificate.subject.is_empty()).then_some(subject);
    let emails = certificate.subject.emails.iter().cloned().map(GeneralName::Email);
    subject.into_iter().chain(emails).chain(certificate.names().cloned())
}

/// What makes a certificate a CA (check_ca).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Authority {
    None,
    /// basicConstraints says so.
    Stated,
    /// It is of version 1 and self-signed, or has no basicConstraints, but keyCertSign. Enough for an anchor.
    Tolerated,
}

pub(super) fn authority(certificate: &Certificate) -> Authority {
    if certificate.key_usage_forbids(KeyUsage::KEY_CERT_SIGN) {
        return Authority::None;
    }
    match certificate.basic_constraints {
        Some(constraints) if constraints.ca => Authority::Stated,
        Some(_) => Authority::None,
        None if certificate.version == 1 && openssl_path::is_self_signed(certificate) => Authority::Tolerated,
        None if certificate.key_usage.is_some() => Authority::Tolerated,
        None => Authority::None,
    }
}
