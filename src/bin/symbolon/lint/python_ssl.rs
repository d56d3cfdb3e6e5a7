//! Python's `ssl` as `create_default_context` sets it up since 3.13: strict, any anchor ends a path, security level 2, no
//! wildcards beside other letters. commonName still counts (SSLContext.hostname_checks_common_name).

use super::openssl;
use super::openssl_names::is_for;
use super::openssl_strict;
use super::rule::{Rule, Stack};
use crate::tolerant::signature::Algorithm;

pub(super) const STACK: Stack = Stack {
    name: "python-ssl",
    models: "Python 3.13 ssl.create_default_context() on OpenSSL 3.0",
    judge: |asked| openssl::judge(asked, true, &[openssl::RULES, openssl_strict::RULES, RULES]),
};

/// Security level 2 (SSL_CTX_set_security_level) asks for as much.
const SECURITY_BITS: u32 = 112;

const RULES: &[Rule] = &[
    Rule {
        wrong: "has a key that is too weak",
        source: "check_key_level (x509_vfy.c), at the security level that ssl.create_default_context sets",
        fix: "issue it for an RSA key of 2048 bits or more, or an EC key",
        broken_by: |path| path.link(|link| link.key.security_bits() < SECURITY_BITS),
    },
    Rule {
        wrong: "is signed with a broken hash function",
        source: "check_sig_level (x509_vfy.c), at the security level that ssl.create_default_context sets",
        fix: "issue it anew with -sha256",
        broken_by: |path| path.below_anchor(|link| link.algorithm == Algorithm::Other || link.algorithm.is_broken()),
    },
    Rule {
        wrong: "is not for this name",
        source: "_ssl.c: X509_VERIFY_PARAM_set1_host, with X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS",
        fix: "issue it with the name in subjectAltName",
        broken_by: |path| path.at_leaf(|leaf| path.asked.host.as_ref().is_some_and(|host| !is_for(leaf, host, false))),
    },
];
