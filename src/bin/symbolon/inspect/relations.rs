//! What the blocks of a file are to each other: issuer and issued, key and certificate, the same twice.

use super::block::{Block, Remark};
use crate::tolerant::certificate::Certificate;
use crate::tolerant::signature;

/// Adds what is wrong between blocks to the one that is to blame.
pub(super) fn check(blocks: &mut [Block]) {
    let mut remarks = Vec::new();
    duplicates(blocks, &mut remarks);
    order(blocks, &mut remarks);
    keys(blocks, &mut remarks);
    for (at, says) in remarks {
        if let Some(block) = blocks.get_mut(at) {
            block.problems.push(Remark { line: block.line, ..Remark::new(says) });
        }
    }
}

/// The index of a block, and what is wrong with it.
type Remarks = Vec<(usize, String)>;

fn duplicates(blocks: &[Block], remarks: &mut Remarks) {
    for (at, block) in blocks.iter().enumerate() {
        let earlier = blocks.iter().take(at).find(|earlier| earlier.der == block.der);
        if let Some(earlier) = earlier.filter(|_| !block.der.is_empty()) {
            remarks.push((at, format!("is the same as at {}", earlier.place())));
        }
    }
}

/// Each certificate should directly certify the one before it (RFC 8446 §4.4.2). A list of roots is no chain.
fn order(blocks: &[Block], remarks: &mut Remarks) {
    let certificates = blocks.iter().enumerate().filter_map(|(at, block)| Some((at, block.certificate.as_ref()?)));
    let certificates: Vec<(usize, &Certificate)> = certificates.collect();
    for (n, (at, certificate)) in certificates.iter().enumerate() {
        let named = |issuer: &Certificate| issuer.subject.folded == certificate.issuer.folded;
        if certificate.is_self_issued() {
            continue;
        }
        let next = certificates.get(n + 1);
        let issuers = certificates.iter().enumerate().filter(|(m, (_, issuer))| *m != n && named(issuer));
        let mut issuers = issuers.peekable();
        if issuers.peek().is_none()
            || next.is_some_and(|(_, next)| named(next) && !signature::is_wrong(certificate, next))
        {
            continue;
        }
        let place = |at: usize| blocks.get(at).map(Block::place).unwrap_or_default();
        let signed = issuers.find(|(_, (_, issuer))| !signature::is_wrong(certificate, issuer));
        match signed {
            None => {
                remarks.push((*at, "is not signed by the certificate here that has the name of its issuer".to_owned()))
            }
            Some((m, (issuer, _))) if m < n => {
                remarks.push((*at, format!("stands below its issuer ({}): a chain goes upwards", place(*issuer))));
            }
            Some((_, (issuer, _))) => {
                remarks.push((*at, format!("its issuer ({}) does not stand directly below", place(*issuer))));
            }
        }
    }
}

/// A private key belongs to the nearest certificate above, or else to the first.
fn keys(blocks: &[Block], remarks: &mut Remarks) {
    for (at, key) in blocks.iter().enumerate().filter(|(_, block)| block.kind.is_private()) {
        let Some(public) = &key.public else { continue };
        let has_certificate = |block: &&Block| block.certificate.is_some();
        let above = blocks.iter().take(at).find(has_certificate).or_else(|| blocks.iter().find(has_certificate));
        let Some(certificate) = above else { continue };
        if certificate.public.as_ref() == Some(public) {
            continue;
        }
        let fits = blocks.iter().filter(has_certificate).find(|block| block.public.as_ref() == Some(public));
        remarks.push((
            at,
            match fits {
                Some(other) => format!(
                    "belongs to the certificate at {}, not to the leaf at {}",
                    other.place(),
                    certificate.place()
                ),
                None => {
                    format!("does not belong to the certificate at {}: the public keys differ", certificate.place())
                }
            },
        ));
    }
}
