//! Rules, each of one stack, and what comes of them.

use super::path::{Asked, Path};
use crate::tolerant::certificate::{Certificate, Place};
use symbolon::x509::Name;

/// What a stack asks of a path.
pub(super) struct Rule {
    /// What is wrong with a certificate that breaks it.
    pub(super) wrong: &'static str,
    /// Which function of the stack asks for it.
    pub(super) source: &'static str,
    /// What to do.
    pub(super) fix: &'static str,
    /// The links of the path that break it, as indices.
    pub(super) broken_by: fn(&Path<'_>) -> Vec<usize>,
}

/// A TLS stack, and how it judges.
pub(super) struct Stack {
    pub(super) name: &'static str,
    /// Which version, called how.
    pub(super) models: &'static str,
    /// What it has against the chain; nothing if it accepts.
    pub(super) judge: fn(&Asked) -> Vec<Finding>,
}

/// Why a stack refuses.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) place: Option<Place>,
    /// Whose certificate it is.
    pub(super) subject: Option<String>,
    pub(super) wrong: String,
    /// `wrong` is a whole sentence, and not what its subject is.
    pub(super) is_sentence: bool,
    pub(super) source: String,
    pub(super) fix: Option<String>,
}

impl Finding {
    /// About no certificate of the chain.
    pub(super) fn elsewhere(wrong: &str, source: &str) -> Self {
        let (wrong, source) = (wrong.to_owned(), source.to_owned());
        Self { place: None, subject: None, wrong, is_sentence: true, source, fix: None }
    }

    pub(super) fn about(certificate: &Certificate, wrong: &str, source: &str, fix: &str) -> Self {
        Self {
            place: Some(certificate.place),
            subject: Name::parse(&certificate.subject.der).ok().map(|name| name.to_string()),
            wrong: wrong.to_owned(),
            is_sentence: false,
            source: source.to_owned(),
            fix: Some(fix.to_owned()),
        }
    }
}

/// Everything that one path breaks.
pub(super) fn broken(path: &Path<'_>, tables: &[&[Rule]]) -> Vec<Finding> {
    let of = |rule: &Rule| -> Vec<Finding> {
        let links = (rule.broken_by)(path).into_iter().map(|at| path.links[at]);
        links.map(|link| Finding::about(link, rule.wrong, rule.source, rule.fix)).collect()
    };
    tables.iter().copied().flatten().flat_map(of).collect()
}

/// The judgement of a stack that tries every path: of the best one.
pub(super) fn best(asked: &Asked, paths: &[Path<'_>], tables: &[&[Rule]]) -> Vec<Finding> {
    let findings = paths.iter().map(|path| broken(path, tables));
    findings.min_by_key(Vec::len).unwrap_or_else(|| vec![no_path(asked)])
}

/// No path leads from the leaf to an anchor: names the certificate at which the search ends.
pub(super) fn no_path(asked: &Asked) -> Finding {
    const SOURCE: &str = "RFC 5280 §6.1: a path ends at a trust anchor";
    let top = asked.highest();
    if top.is_self_issued() {
        let wrong = "is self-signed, and not among the anchors";
        return Finding::about(top, wrong, SOURCE, "trust its issuer, or itself, by --ca");
    }
    let issuer = Name::parse(&top.issuer.der).map_or("its issuer".to_owned(), |name| name.to_string());
    let wrong = format!("{issuer}, which issued it, is neither in the chain nor among the anchors");
    Finding::about(top, &wrong, SOURCE, "put the missing intermediate into the chain, or its CA into --ca")
}
