//! What `openssl verify -x509_strict` asks for besides: RFC 5280 as it is written (check_extensions in x509_vfy.c,
//! X509_V_FLAG_X509_STRICT). A path of one certificate is spared most of it.

use super::openssl::{self, Authority, authority};
use super::path::Path;
use super::rule::{Rule, Stack};
use crate::tolerant::certificate::{Certificate, KeyUsage, oid};

pub(super) const STACK: Stack = Stack {
    name: "openssl-strict",
    models: "OpenSSL 3.0: openssl verify -x509_strict -purpose sslserver",
    judge: |asked| openssl::judge(asked, false, &[openssl::RULES, openssl::IDENTITY, RULES]),
};

const SOURCE: &str = "check_extensions (x509_vfy.c), with X509_V_FLAG_X509_STRICT";

/// The links of which this is true, unless there is only one.
fn of_several(path: &Path<'_>, wrong: impl Fn(&Certificate) -> bool) -> Vec<usize> {
    path.link(|link| path.links.len() > 1 && wrong(link))
}

pub(super) const RULES: &[Rule] = &[
    Rule {
        wrong: "is a CA only by tolerance: of version 1, or without basicConstraints",
        source: SOURCE,
        fix: "issue it with basicConstraints critical,CA:TRUE, as version 3",
        broken_by: |path| path.link(|link| authority(link) == Authority::Tolerated),
    },
    Rule {
        wrong: "has a pathLenConstraint, and is no CA",
        source: SOURCE,
        fix: "issue it without pathlen",
        broken_by: |path| of_several(path, |link| link.path_len().is_some() && !link.is_ca()),
    },
    Rule {
        wrong: "has a pathLenConstraint, but no keyUsage keyCertSign",
        source: SOURCE,
        fix: "issue it with keyUsage keyCertSign",
        broken_by: |path| {
            of_several(path, |link| link.path_len().is_some() && !link.key_usage_has(KeyUsage::KEY_CERT_SIGN))
        },
    },
    Rule {
        wrong: "is a CA whose basicConstraints are not critical",
        source: SOURCE,
        fix: "issue it with basicConstraints critical,CA:TRUE",
        broken_by: |path| of_several(path, |link| link.is_ca() && !link.has_critical(oid::BASIC_CONSTRAINTS)),
    },
    Rule {
        wrong: "is a CA without keyUsage",
        source: SOURCE,
        fix: "issue it with keyUsage critical,keyCertSign,cRLSign",
        broken_by: |path| of_several(path, |link| link.is_ca() && link.key_usage.is_none()),
    },
    Rule {
        wrong: "has keyUsage keyCertSign, and is no CA",
        source: SOURCE,
        fix: "issue it without keyCertSign",
        broken_by: |path| of_several(path, |link| !link.is_ca() && link.key_usage_has(KeyUsage::KEY_CERT_SIGN)),
    },
    Rule {
        wrong: "has no issuer name",
        source: SOURCE,
        fix: "issue it under a CA that has a name",
        broken_by: |path| of_several(path, |link| link.issuer.is_empty()),
    },
    Rule {
        wrong: "has no subject name, and is a CA or has no subjectAltName",
        source: SOURCE,
        fix: "issue it with a subject",
        broken_by: |path| {
            of_several(path, |link| {
                let needs = link.is_ca() || link.key_usage_has(KeyUsage::CRL_SIGN) || link.san.is_none();
                needs && link.subject.is_empty()
            })
        },
    },
    Rule {
        wrong: "has no subject name, and a subjectAltName that is not critical",
        source: SOURCE,
        fix: "issue it with subjectAltName critical, or with a subject",
        broken_by: |path| {
            of_several(path, |link| {
                link.subject.is_empty() && link.san.is_some() && !link.has_critical(oid::SUBJECT_ALT_NAME)
            })
        },
    },
    Rule {
        wrong: "has an empty subjectAltName",
        source: SOURCE,
        fix: "issue it with a name in it, or without it",
        broken_by: |path| of_several(path, |link| link.san.as_ref().is_some_and(Vec::is_empty)),
    },
    Rule {
        wrong: "names two different signature algorithms",
        source: SOURCE,
        fix: "issue it with a tool that works",
        broken_by: |path| of_several(path, |link| link.algorithms_differ),
    },
    Rule {
        wrong: "has a critical authorityKeyIdentifier or subjectKeyIdentifier",
        source: SOURCE,
        fix: "issue it with both not critical",
        broken_by: |path| {
            of_several(path, |link| link.has_critical(oid::AUTHORITY_KEY_ID) || link.has_critical(oid::SUBJECT_KEY_ID))
        },
    },
    Rule {
        wrong: "has no authorityKeyIdentifier with a key identifier",
        source: SOURCE,
        fix: "issue it with authorityKeyIdentifier=keyid",
        broken_by: |path| {
            path.below_anchor(|link| {
                let id = link.authority_key_id.as_ref().and_then(|authority| authority.key_id.as_ref());
                link.version == 3 && id.is_none()
            })
        },
    },
    Rule {
        wrong: "is a CA without subjectKeyIdentifier",
        source: SOURCE,
        fix: "issue it with subjectKeyIdentifier=hash",
        broken_by: |path| of_several(path, |link| link.version == 3 && link.is_ca() && link.subject_key_id.is_none()),
    },
    Rule {
        wrong: "has extensions, and is not of version 3",
        source: SOURCE,
        fix: "issue it as version 3",
        broken_by: |path| of_several(path, |link| link.version < 3 && !link.extensions.is_empty()),
    },
];
