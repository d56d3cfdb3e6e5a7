//! What a rule expects, and what was found: read from the certificate again.

use super::{Check, Standing, Verdict, offset};
use crate::{
    crypto::KeyKind,
    fault::{Detail, Reason},
    x509::{
        Anchor, Certificate, KeyUsage, Name, Purpose, Rule, UnixTime,
        asn1::{Elements, context},
        certificate::Version,
        dn::{COMMON_NAME, Oid, Printable},
        general_name::{self, Kind, raw},
        spki,
    },
};
use core::fmt::{self, Display, Formatter};

/// Names and other lists are printed up to here; a certificate may carry thousands.
const MOST: usize = 16;

/// What is checked.
pub(super) enum On<'r> {
    Certificate(Certificate<'r>),
    Anchor(Anchor<'r>),
    Nothing,
}

impl<'r> Check<'r> {
    pub(super) fn subject(&self) -> On<'r> {
        let report = self.report;
        let at = self.record.step.and_then(|at| report.step(at)).map(|step| step.on);
        match at {
            Some(Standing::Certificate(index)) => report.certificate(index).map_or(On::Nothing, On::Certificate),
            Some(Standing::Anchor(index)) => report.anchors.at(index).map_or(On::Nothing, On::Anchor),
            None => On::Nothing,
        }
    }

    /// The certificate that it is about, which can be another one than what was checked.
    pub(super) fn blamed(&self) -> Option<Certificate<'r>> {
        self.report.certificate(self.certificate()?)
    }

    /// Intermediate certificates below that are not self-issued (RFC 5280 §6.1.4 (l)).
    fn intermediates_below(&self) -> usize {
        let below = self.record.step.and_then(|at| self.report.step(at)?.below);
        let steps = below.into_iter().flat_map(|below| self.report.down(below));
        let issuers = steps.filter(|step| step.below.is_some());
        let counted = |on| match on {
            Standing::Certificate(index) => self.report.certificate(index).is_some_and(|c| !c.is_self_issued()),
            Standing::Anchor(_) => false,
        };
        issuers.filter(|step| counted(step.on)).count()
    }
}

pub(super) struct Expected<'r>(pub(super) Check<'r>);

impl Display for Expected<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let check = &self.0;
        let report = check.report;
        match (check.rule(), check.subject()) {
            (Rule::Version, _) => f.write_str("3"),
            (Rule::Validity, On::Certificate(c)) => write!(f, "{} to {}", c.not_before(), c.not_after()),
            (Rule::Validity, On::Anchor(anchor)) => {
                let limits = anchor.limits;
                match (limits.not_before, limits.not_after) {
                    (UnixTime(i64::MIN), UnixTime(i64::MAX)) => f.write_str("any time"),
                    (from, to) => write!(f, "{from} to {to}"),
                }
            }
            (Rule::Key, _) => f.write_str("RSA of 2048 to 8192 bits, P-256, P-384 or Ed25519"),
            (Rule::SignatureAlgorithm, _) => f.write_str("RSA or ECDSA with SHA-256, SHA-384 or SHA-512, or Ed25519"),
            (Rule::LeafKeyUsage, _) => f.write_str("digitalSignature, or no keyUsage"),
            (Rule::IssuerKeyUsage, _) => f.write_str("keyCertSign, or no keyUsage"),
            (Rule::LeafExtendedKeyUsage, _) => write!(f, "{}, or no extendedKeyUsage", auth(report.purpose)),
            (Rule::IssuerExtendedKeyUsage, _) => {
                write!(f, "{} or anyExtendedKeyUsage, or no extendedKeyUsage", auth(report.purpose))
            }
            (Rule::ServerName, _) => match &report.name {
                Some(name) => write!(f, "{name}"),
                None => f.write_str("any name"),
            },
            (Rule::BasicConstraints, _) => f.write_str("cA"),
            (Rule::PathLength, subject) => {
                let limit = match subject {
                    On::Certificate(c) => c.basic_constraints().and_then(|constraints| constraints.path_len),
                    On::Anchor(anchor) => anchor.limits.path_len,
                    On::Nothing => None,
                };
                match limit {
                    Some(limit) => write!(f, "at most {limit}"),
                    None => f.write_str("any number"),
                }
            }
            (Rule::NameConstraints, subject) => {
                let constraints = match subject {
                    On::Certificate(c) => c.extensions.name_constraints,
                    On::Anchor(anchor) => anchor.name_constraints,
                    On::Nothing => None,
                };
                match constraints {
                    Some(content) => subtrees(content, f),
                    None => f.write_str("any names"),
                }
            }
            (Rule::Signature, On::Certificate(c)) => write!(f, "made with the key of {}", c.subject()),
            (Rule::Issuer, _) => match check.blamed() {
                Some(c) => write!(f, "{}, sent or trusted", c.issuer()),
                None => f.write_str("an issuer that is sent or trusted"),
            },
            (Rule::Encoding, _) => f.write_str("a certificate in DER"),
            (Rule::Revocation, _) => f.write_str("not revoked"),
            (Rule::SubjectAltName, _) => f.write_str("names of ASCII characters, and addresses of 4 or 16 octets"),
            (rule, _) => f.write_str(rule.says()),
        }
    }
}

pub(super) struct Actual<'r>(pub(super) Check<'r>);

impl Display for Actual<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let check = &self.0;
        match (check.rule(), check.subject()) {
            (Rule::Version, On::Certificate(c)) => f.write_str(match c.version {
                Version::V1 => "1",
                Version::V2 => "2",
                Version::V3 => "3",
            }),
            (Rule::IssuerNamed, On::Certificate(c)) => write!(f, "{}", c.issuer()),
            (Rule::CriticalExtensions, On::Certificate(c)) => unprocessed(&c, f),
            (Rule::Validity, _) => write!(f, "{}", check.report.time),
            (Rule::Key, On::Certificate(c)) => key(c.spki(), f),
            (Rule::Key, On::Anchor(anchor)) => key(anchor.spki, f),
            (Rule::SignatureAlgorithm, On::Certificate(c)) => algorithm(&c, f),
            (Rule::LeafKeyUsage | Rule::IssuerKeyUsage, On::Certificate(c)) => key_usage(c.key_usage(), f),
            (Rule::LeafExtendedKeyUsage | Rule::IssuerExtendedKeyUsage, On::Certificate(c)) => purposes(&c, f),
            (Rule::SubjectAltName, On::Certificate(c)) if check.verdict() == Verdict::Failed => {
                write!(f, "{}, then one that can't be read", Names(&c))
            }
            (Rule::SubjectAltName | Rule::ServerName, On::Certificate(c)) => write!(f, "{}", Names(&c)),
            (Rule::BasicConstraints, On::Certificate(c)) => f.write_str(match c.basic_constraints() {
                None => "no basicConstraints",
                Some(constraints) if constraints.ca => "cA",
                Some(_) => "not cA",
            }),
            (Rule::PathLength, _) => write!(f, "{}", check.intermediates_below()),
            (Rule::NameConstraints, _) => match (check.verdict(), check.reason()) {
                (Verdict::Passed, _) => f.write_str("all names below are within"),
                (_, Some(Reason::CertificateMalformed)) => finding(check, f),
                _ => match check.blamed() {
                    Some(below) => write!(f, "{}, {}", below.subject(), Names(&below)),
                    None => finding(check, f),
                },
            },
            (Rule::Signature, _) if check.verdict() == Verdict::Passed => f.write_str("it is"),
            (Rule::Revocation, _) if check.report.is_accepted() => write!(f, "{}", check.report.revocation()),
            (Rule::Revocation, _) if check.verdict() == Verdict::Unchecked => f.write_str("nothing that tells"),
            (Rule::Issuer, _) if check.blamed().is_some_and(|c| c.is_self_issued()) => f.write_str("nobody but itself"),
            (Rule::Issuer, _) => f.write_str("nobody"),
            _ => finding(check, f),
        }
    }
}

/// In the words of the reason, where nothing can be shown that is more exact.
fn finding(check: &Check<'_>, f: &mut Formatter<'_>) -> fmt::Result {
    let Some(finding) = check.record.finding else { return f.write_str("so it is") };
    match finding.reason {
        Reason::CertificateProfile => return write!(f, "otherwise, in {}", finding.place.field),
        Reason::CertificateMalformed => return write!(f, "otherwise: {}", finding.place.field),
        _ => {}
    }
    f.write_str(finding.reason.says())?;
    if !finding.place.field.is_empty() {
        write!(f, ": {}", finding.place.field)?;
    }
    if finding.detail != Detail::None {
        write!(f, " ({})", finding.detail)?;
    }
    Ok(())
}

pub(super) fn auth(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Server => "serverAuth",
        Purpose::Client => "clientAuth",
    }
}

fn key(spki: &[u8], f: &mut Formatter<'_>) -> fmt::Result {
    let Ok(key) = spki::public_key(spki) else { return f.write_str("another kind, or a broken one") };
    match key.kind {
        KeyKind::Rsa => write!(f, "RSA of {} bits", spki::rsa_bits(key.bytes).unwrap_or(0)),
        KeyKind::EcdsaP256 => f.write_str("P-256"),
        KeyKind::EcdsaP384 => f.write_str("P-384"),
        KeyKind::Ed25519 => f.write_str("Ed25519"),
    }
}

fn algorithm(certificate: &Certificate<'_>, f: &mut Formatter<'_>) -> fmt::Result {
    match spki::signed_with(certificate).first() {
        Some(scheme) => write!(f, "{scheme}"),
        None => {
            let oid = Elements::of(certificate.signature_algorithm, "").any();
            write!(f, "{}", Oid(oid.map_or(&[], |oid| oid.content)))
        }
    }
}

fn key_usage(usage: Option<KeyUsage>, f: &mut Formatter<'_>) -> fmt::Result {
    const BITS: [&str; 9] = [
        "digitalSignature",
        "nonRepudiation",
        "keyEncipherment",
        "dataEncipherment",
        "keyAgreement",
        "keyCertSign",
        "cRLSign",
        "encipherOnly",
        "decipherOnly",
    ];
    let Some(usage) = usage else { return f.write_str("no keyUsage") };
    let set = BITS.iter().enumerate().filter(|(bit, _)| usage.has(*bit)).map(|(_, name)| name);
    list(set, f)
}

fn purposes(certificate: &Certificate<'_>, f: &mut Formatter<'_>) -> fmt::Result {
    const KNOWN: [(&[u8], &str); 7] = [
        (&[0x2b, 6, 1, 5, 5, 7, 3, 1], "serverAuth"),
        (&[0x2b, 6, 1, 5, 5, 7, 3, 2], "clientAuth"),
        (&[0x2b, 6, 1, 5, 5, 7, 3, 3], "codeSigning"),
        (&[0x2b, 6, 1, 5, 5, 7, 3, 4], "emailProtection"),
        (&[0x2b, 6, 1, 5, 5, 7, 3, 8], "timeStamping"),
        (&[0x2b, 6, 1, 5, 5, 7, 3, 9], "OCSPSigning"),
        (&[0x55, 0x1d, 37, 0], "anyExtendedKeyUsage"),
    ];
    struct Purpose<'a>(&'a [u8]);
    impl Display for Purpose<'_> {
        fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
            match KNOWN.iter().find(|(oid, _)| *oid == self.0) {
                Some((_, name)) => f.write_str(name),
                None => write!(f, "{}", Oid(self.0)),
            }
        }
    }
    match certificate.extended_key_usage() {
        Some(purposes) => list(purposes.map(Purpose), f),
        None => f.write_str("no extendedKeyUsage"),
    }
}

/// A certificate without subjectAltName is often one that relies on its commonName.
struct Names<'c, 'a>(&'c Certificate<'a>);

impl Display for Names<'_, '_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0.extensions.san.is_some() {
            return list(self.0.san(), f);
        }
        f.write_str("no subjectAltName")?;
        let common_name = self.0.subject().attributes().filter(|a| a.oid() == COMMON_NAME).find_map(|a| a.text());
        match common_name {
            Some(name) => write!(f, "; the commonName {} is not a name of a server", Printable(name)),
            None => Ok(()),
        }
    }
}

/// The content of a nameConstraints extension.
fn subtrees(content: &[u8], f: &mut Formatter<'_>) -> fmt::Result {
    let mut lists = Elements::of(content, "");
    let mut gap = "";
    for (number, kind) in [(0, "permitted"), (1, "excluded")] {
        if let Ok(Some(trees)) = lists.optional(context(number, true), "") {
            write!(f, "{gap}{kind} ")?;
            let mut trees = Elements::of(trees, "");
            let bases = core::iter::from_fn(|| {
                let base = Elements::of(trees.any().ok()?.content, "").any().ok()?;
                raw(&base, "").ok().map(|(kind, base)| Base(kind, base))
            });
            list(bases, f)?;
            gap = "; ";
        }
    }
    Ok(())
}

/// What a constraint is made of.
struct Base<'a>(Kind, &'a [u8]);

impl Display for Base<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let text = Printable(core::str::from_utf8(self.1).unwrap_or("?"));
        match self.0 {
            Kind::Dns => write!(f, "dns:{text}"),
            Kind::Email => write!(f, "email:{text}"),
            Kind::Uri => write!(f, "uri:{text}"),
            Kind::Directory => write!(f, "dn:{}", Name::of_rdns(self.1)),
            Kind::Ip => address(self.1, f),
            _ => f.write_str("other"),
        }
    }
}

/// An address and its mask, as CIDR writes them.
fn address(base: &[u8], f: &mut Formatter<'_>) -> fmt::Result {
    let (address, mask) = base.split_at(base.len().checked_div(2).unwrap_or(0));
    let bits: u32 = mask.iter().map(|byte| byte.count_ones()).fold(0, u32::saturating_add);
    match general_name::address(address) {
        Some(address) => write!(f, "ip:{address}/{bits}"),
        None => f.write_str("ip:?"),
    }
}

fn unprocessed(certificate: &Certificate<'_>, f: &mut Formatter<'_>) -> fmt::Result {
    if !certificate.extensions.unprocessed {
        return f.write_str("all are");
    }
    list(offset::unprocessed(certificate.der()).map(Oid), f)?;
    f.write_str(" not")
}

/// The items with commas between them, or that there is none.
fn list(mut items: impl Iterator<Item = impl Display>, f: &mut Formatter<'_>) -> fmt::Result {
    match items.next() {
        Some(first) => write!(f, "{first}")?,
        None => return f.write_str("none"),
    }
    for (at, item) in items.enumerate() {
        if at.saturating_add(1) == MOST {
            return f.write_str(", ..");
        }
        write!(f, ", {item}")?;
    }
    Ok(())
}
