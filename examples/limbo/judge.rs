//! One case of x509-limbo, judged.

use serde_json::Value;
use symbolon::{
    Reason as R,
    crypto::Crypto,
    identity::{Allow, spki_sha256},
    x509::{
        Anchors, Certificate, Crls, GoodSignatures, KeyUsage, Profile, Purpose, Question, Report, Revocation,
        ServerName, UnixTime, explain, pem,
    },
};

/// For cases that are to be judged "now": a time at which the certificates of the suite are valid, or had expired when
/// the suite was made.
const MADE: &str = "2026-01-01T00:00:00+00:00";

/// By which rules a case is meant to be judged: its namespace says whose they are.
///
/// `bettertls` makes certificates as a private CA would, and asks only whether the path is right.
fn profile(id: &str) -> Profile {
    match id.split("::").next() {
        Some("webpki" | "online" | "cve") => Profile::Web,
        Some("bettertls") => Profile::Private,
        _ => Profile::Rfc5280,
    }
}

/// The verdict on a case, with signatures that are known from others if there are `good` ones; in either case with a summary.
pub(crate) fn judge(crypto: &impl Crypto, case: &Value, good: Option<&GoodSignatures>) -> Result<String, String> {
    let (anchors, unusable) = anchors(&texts(&case["trusted_certs"]).concat());
    let sent = text(&case["peer_certificate"]).to_owned() + &texts(&case["untrusted_intermediates"]).concat();
    let sent: Result<Vec<_>, _> = pem::blocks(sent.as_bytes()).collect();
    let sent = sent.map_err(|e| e.to_string())?;
    let chain: Vec<&[u8]> = sent.iter().map(|block| block.der.as_slice()).collect();
    let now = seconds(case["validation_time"].as_str().unwrap_or(MADE));
    let purpose = match case["validation_kind"].as_str() {
        Some("CLIENT") => Purpose::Client,
        _ => Purpose::Server,
    };
    let asked = case["expected_peer_name"]["value"].as_str().map(ServerName::parse).transpose();
    let revocation = revocation(crypto, case, &anchors)?;
    let question = Question::new(&anchors, now, purpose)
        .revocation(&revocation)
        .any_key_usage()
        .profile(profile(text(&case["id"])))
        .public_suffixes(is_public_suffix)
        .name(asked.as_ref().ok().and_then(Option::as_ref));
    let question = good.map_or(question, |good| question.good_signatures(good));
    let report = explain(crypto, &chain, &question);
    match (report.reason(), unusable) {
        (None, _) => {}
        // The issuer is there, but of no use.
        (Some(R::CertificateIssuerUnknown | R::CertificateSelfSigned | R::CertificateMalformed), Some(why)) => {
            return Err(why);
        }
        _ => return Err(report.summary().to_string()),
    }
    // The status of the other certificates need not be known, but none of them may be known to be revoked.
    let whole_path = Revocation::soft(revocation.crls().clone()).whole_path();
    if !revocation.crls().is_empty() {
        let report = explain(crypto, &chain, &question.revocation(&whole_path));
        if !report.is_accepted() {
            return Err(report.summary().to_string());
        }
    }
    // That nobody can have such a name is told only if nothing is wrong with the chain.
    asked.map_err(|e| e.to_string())?;
    beyond_the_path(crypto, case, &chain, &report)?;
    Ok(report.summary().to_string())
}

/// Cases with CRLs are about the status of the leaf, which must then be known.
fn revocation<C: Crypto>(crypto: &C, case: &Value, issuers: &Anchors) -> Result<Revocation, String> {
    match texts(&case["crls"]).concat() {
        none if none.is_empty() => Ok(Revocation::off()),
        crls => Crls::from_pem(crypto, crls.as_bytes(), issuers).map(Revocation::require).map_err(|e| e.to_string()),
    }
}

/// Those that can serve as anchors, and why the first of the others can't.
fn anchors(text: &str) -> (Anchors, Option<String>) {
    let mut usable = Vec::new();
    let mut unusable = None;
    for block in pem::blocks(text.as_bytes()) {
        let tried = block.map_err(|e| e.to_string()).and_then(|block| {
            Anchors::from_der([&block.der]).map_err(|e| e.to_string())?;
            Ok(block.der)
        });
        match tried {
            Ok(der) => usable.push(der),
            Err(why) => drop(unusable.get_or_insert(why)),
        }
    }
    (Anchors::from_der(usable).unwrap_or_default(), unusable)
}

fn is_public_suffix(name: &str) -> bool {
    psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix == name.as_bytes())
}

/// What the caller asks of a path that is valid.
fn beyond_the_path(crypto: &impl Crypto, case: &Value, chain: &[&[u8]], report: &Report) -> Result<(), String> {
    let leaf = &Certificate::parse(chain[0]).map_err(|fault| format!("{fault:?}"))?;
    for name in case["expected_peer_names"].as_array().into_iter().flatten() {
        let value = text(&name["value"]);
        let allow = match name["kind"].as_str() {
            Some("RFC822") => Allow::email(value),
            Some("DNS") => Allow::dns(value),
            Some("IP") => Allow::ip(value.parse().map_err(|_| format!("{value} is no address"))?),
            kind => return Err(format!("unknown kind of name {kind:?}")),
        };
        let key = spki_sha256(crypto, leaf);
        allow.check(leaf, &key).map_err(|_| format!("RFC 5280 §4.2.1.6: the leaf does not have the name {value}"))?;
    }
    for wanted in texts(&case["key_usage"]) {
        if leaf.key_usage().is_some_and(|usage| !allows(usage, wanted)) {
            return Err(format!("RFC 5280 §4.2.1.3: keyUsage of the leaf lacks {wanted}"));
        }
    }
    for wanted in texts(&case["extended_key_usage"]) {
        if leaf.extended_key_usage().is_some_and(|mut purposes| !purposes.any(|oid| Some(oid) == purpose_oid(wanted))) {
            return Err(format!("RFC 5280 §4.2.1.12: extendedKeyUsage of the leaf lacks {wanted}"));
        }
    }
    // As pathLenConstraint counts: a CA that certifies itself anew makes the path no deeper (RFC 5280 §4.2.1.9).
    let intermediates = report.path().skip(1).filter(|index| !is_self_issued(chain[*index])).count();
    match case["max_chain_depth"].as_u64() {
        Some(depth) if intermediates as u64 > depth => Err(format!(
            "RFC 5280 §6.1: the path is too long: {intermediates} intermediates, where {depth} is the limit"
        )),
        _ => Ok(()),
    }
}

fn is_self_issued(der: &[u8]) -> bool {
    Certificate::parse(der).is_ok_and(|certificate| certificate.is_self_issued())
}

fn allows(usage: KeyUsage, wanted: &str) -> bool {
    match wanted {
        "digitalSignature" => usage.digital_signature(),
        "keyCertSign" => usage.key_cert_sign(),
        "cRLSign" => usage.crl_sign(),
        _ => false,
    }
}

/// Content octets of the object identifier (RFC 5280 §4.2.1.12).
fn purpose_oid(name: &str) -> Option<&'static [u8]> {
    Some(match name {
        "anyExtendedKeyUsage" => &[0x55, 0x1d, 37, 0],
        "serverAuth" => &[0x2b, 6, 1, 5, 5, 7, 3, 1],
        "clientAuth" => &[0x2b, 6, 1, 5, 5, 7, 3, 2],
        "codeSigning" => &[0x2b, 6, 1, 5, 5, 7, 3, 3],
        "emailProtection" => &[0x2b, 6, 1, 5, 5, 7, 3, 4],
        "timeStamping" => &[0x2b, 6, 1, 5, 5, 7, 3, 8],
        "OCSPSigning" => &[0x2b, 6, 1, 5, 5, 7, 3, 9],
        _ => return None,
    })
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().map(text).collect()
}

/// `YYYY-MM-DDTHH:MM:SS+00:00`
fn seconds(time: &str) -> UnixTime {
    let field = |at: usize, len: usize| time[at..at + len].parse::<i64>().unwrap();
    assert!(time.ends_with("+00:00") || time.ends_with('Z'), "{time}");
    let (year, month, day) = (field(0, 4), field(5, 2), field(8, 2));
    // Months are counted from March, so that the leap day is the last of its year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 719_469;
    UnixTime(days * 86_400 + field(11, 2) * 3600 + field(14, 2) * 60 + field(17, 2))
}
