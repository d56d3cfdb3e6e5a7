//! This library itself: the only judge here that is no model.

use super::path::Asked;
use super::rule::{Finding, Stack};
use symbolon::Fault;
use symbolon::crypto::Ring;
use symbolon::x509::{Anchors, Question, ServerName, verify};

pub(super) const STACK: Stack = Stack { name: "symbolon", models: "symbolon::x509::verify, this version", judge };

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
    match verify(&Ring::new(), &chain, &question) {
        Ok(_) => Vec::new(),
        Err(fault) => vec![finding(asked, &fault)],
    }
}

fn finding(asked: &Asked, fault: &Fault) -> Finding {
    let (reason, place) = (fault.reason(), fault.place());
    let wrong = match place.field {
        "" => reason.says().to_owned(),
        field => format!("{} ({field})", reason.says()),
    };
    match place.certificate.and_then(|at| asked.chain.get(usize::from(at))) {
        Some(certificate) => Finding { fix: None, ..Finding::about(certificate, &wrong, reason.rule(), "") },
        None => Finding::elsewhere(&wrong, reason.rule()),
    }
}
