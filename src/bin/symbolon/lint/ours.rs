//! This library itself: the only judge here that is no model.

use super::path::Asked;
use super::rule::{Finding, Stack};
use symbolon::Reason;
use symbolon::crypto::Ring;
use symbolon::x509::{Anchors, Check, Question, ServerName, explain};

pub(super) const STACK: Stack = Stack { name: "symbolon", models: "symbolon::x509::explain, this version", judge };

fn judge(asked: &Asked) -> Vec<Finding> {
    let anchors = match Anchors::from_der(asked.anchors.iter().map(|anchor| &anchor.der)) {
        Ok(anchors) => anchors,
        Err(error) => {
            return vec![Finding::elsewhere(&format!("among the anchors, {error}"), "symbolon::Anchors::from_der")];
        }
    };
    let name = match asked.name.as_deref().map(ServerName::parse).transpose() {
        Ok(name) => name,
        Err(error) => return vec![Finding::elsewhere(&error.to_string(), "symbolon::ServerName::parse")],
    };
    let chain: Vec<&[u8]> = asked.chain.iter().map(|certificate| certificate.der.as_slice()).collect();
    let question = Question::new(&anchors, asked.at, asked.purpose).name(name.as_ref());
    let report = explain(&Ring::new(), &chain, &question);
    match report.failures().next().filter(|_| !report.is_accepted()) {
        None if report.is_accepted() => Vec::new(),
        None => vec![Finding::elsewhere(&report.summary().to_string(), "symbolon::x509::explain")],
        Some(check) => vec![finding(asked, &check)],
    }
}

/// Of the check that tells most.
fn finding(asked: &Asked, check: &Check<'_>) -> Finding {
    let wrong = check.reason().map_or(check.rule().says(), Reason::says);
    let found = match check.certificate().and_then(|at| asked.chain.get(at)) {
        Some(certificate) => Finding::about(certificate, wrong, check.section(), ""),
        None => Finding::elsewhere(wrong, check.section()),
    };
    Finding { is_sentence: true, fix: check.remedy().map(|remedy| remedy.to_string()), ..found }
}
