//! What certificates, requests and revocation lists say.

use super::block::{Block, Remark};
use super::der::{Found, walk};
use super::keys;
use super::kind::Kind;
use crate::explain::hex;
use crate::tolerant::certificate::{Certificate, Place};
use crate::tolerant::name::{DirectoryName, GeneralName};
use crate::tolerant::signature::{Algorithm, Key};
use ring::digest::{SHA256, digest};
use symbolon::UnixTime;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::FromDer;
use x509_parser::revocation_list::CertificateRevocationList;

/// Compares a block with the definition of its kind, and says what is in it.
pub(super) fn describe(block: &mut Block, at: UnixTime) {
    if !block.problems.is_empty() || (block.der.is_empty() && block.kind != Kind::EncryptedPrivateKey) {
        return;
    }
    let found = match block.kind.definition().filter(|_| !block.der.is_empty()).map(|it| walk(&block.der, it)) {
        None => Vec::new(),
        Some(Ok(found)) => found,
        Some(Err(malformed)) => {
            match Kind::of_content(&block.der) {
                Kind::Other => block.problems.push(Remark { line: block.line, ..malformed.into() }),
                other => {
                    let label = other.label().unwrap_or_default();
                    let told = block.label.clone().unwrap_or_default();
                    block.problem(format!("the label says {told}, but this is a {}: {label}", other.name()));
                    block.kind = other;
                    return describe_content(block, &[], at);
                }
            }
            return;
        }
    };
    describe_content(block, &found, at);
}

fn describe_content(block: &mut Block, found: &[Found], at: UnixTime) {
    match block.kind {
        Kind::Certificate => certificate(block, found, at),
        Kind::Request => request(block),
        Kind::RevocationList => revocation_list(block, at),
        Kind::Pkcs12 => {
            block.problem("is PKCS#12, which no PEM reader takes (openssl pkcs12 -in FILE -nodes unpacks it)")
        }
        Kind::Pkcs7 => block.problem("is PKCS#7 (openssl pkcs7 -print_certs -in FILE unpacks its certificates)"),
        Kind::Other if block.label.as_deref() == Some("TRUSTED CERTIFICATE") => {
            block.problem("is in a form that only OpenSSL reads (openssl x509 -in FILE writes a CERTIFICATE)")
        }
        Kind::Other => block.problem("is of a kind that is not known here"),
        _ => keys::describe(block),
    }
}

fn certificate(block: &mut Block, found: &[Found], at: UnixTime) {
    let read = match Certificate::read(Place::Chain(0), &block.der) {
        Ok(read) => read,
        Err(error) => return block.problem(format!("is no certificate: {error}")),
    };
    let serial = read.serial.strip_prefix(&[0]).filter(|rest| !rest.is_empty()).unwrap_or(&read.serial);
    block.fact("subject", &read.subject);
    block.fact("issuer", if read.is_self_issued() { "itself".to_owned() } else { read.issuer.to_string() });
    block.fact("serial", hex(serial));
    block.fact("version", read.version);
    block.fact("valid", format!("{} to {}", read.not_before, read.not_after));
    block.fact("key", &read.key);
    block.fact("signature", read.algorithm);
    if let Some(san) = &read.san {
        block.fact("names", san.iter().map(GeneralName::text).collect::<Vec<_>>().join(" "));
    }
    let path_len = read.path_len().map(|most| format!(", pathlen {most}")).unwrap_or_default();
    block.fact("CA", format!("{}{path_len}", if read.is_ca() { "yes" } else { "no" }));
    if let Some(usage) = read.key_usage {
        block.fact("keyUsage", usage);
    }
    if let Some(purposes) = read.extended_key_usage {
        block.fact("extKeyUsage", purposes);
    }
    block.fact("sha256", hex(digest(&SHA256, &block.der).as_ref()));
    if at < read.not_before {
        block.problem("is not valid yet");
    } else if at > read.not_after {
        block.problem("has expired");
    }
    let problems = extension_problems(&read, found, block.line);
    let sound = problems.is_empty();
    block.problems.extend(problems);
    if let (true, Err(fault)) = (sound, symbolon::x509::Certificate::parse(&block.der)) {
        let field = fault.place().field;
        block.problems.push(Remark {
            line: block.line,
            offset: found.iter().find(|found| found.path.ends_with(&format!(".{field}"))).map(|found| found.offset),
            field: Some(field.to_owned()).filter(|field| !field.is_empty()),
            says: format!("{} ({})", fault.reason().says(), fault.reason().rule()),
        });
    }
    block.public = keys::public_of(&read.spki);
    block.certificate = Some(read);
}

/// Extensions that can't be read, each at the byte where it begins, and those that occur again.
fn extension_problems(read: &Certificate, found: &[Found], line: Option<usize>) -> Vec<Remark> {
    let begins = found.iter().filter(|found| found.path.ends_with(".extension"));
    let begins: Vec<usize> = begins.map(|found| found.offset).collect();
    let remark = |at: usize, oid: &str, says: &str| Remark {
        line,
        offset: begins.get(at).copied(),
        field: Some(format!("extension {oid}")),
        says: says.to_owned(),
    };
    let mut remarks = Vec::new();
    for (at, extension) in read.extensions.iter().enumerate() {
        if extension.malformed {
            remarks.push(remark(at, &extension.oid, "its value is not what its definition demands"));
        }
        if read.extensions.iter().take(at).any(|earlier| earlier.oid == extension.oid) {
            remarks.push(remark(at, &extension.oid, "it occurs a second time (RFC 5280 §4.2)"));
        }
    }
    remarks
}

fn request(block: &mut Block) {
    let der = block.der.clone();
    let Ok((_, read)) = X509CertificationRequest::from_der(&der) else {
        return block.problem("is no certificate request");
    };
    let about = &read.certification_request_info;
    block.fact("subject", DirectoryName::of(&about.subject));
    block.fact("key", Key::of(&about.subject_pki));
    block.fact("signature", Algorithm::of(&read.signature_algorithm));
    for extension in read.requested_extensions().into_iter().flatten() {
        if let ParsedExtension::SubjectAlternativeName(names) = extension {
            let names: Vec<String> = names.general_names.iter().map(|name| GeneralName::of(name).text()).collect();
            block.fact("names", names.join(" "));
        }
    }
    block.public = keys::public_of(about.subject_pki.raw);
}

fn revocation_list(block: &mut Block, at: UnixTime) {
    let der = block.der.clone();
    let Ok((_, read)) = CertificateRevocationList::from_der(&der) else {
        return block.problem("is no revocation list");
    };
    block.fact("issuer", DirectoryName::of(read.issuer()));
    block.fact("thisUpdate", UnixTime(read.last_update().timestamp()));
    let next = read.next_update().map(|next| UnixTime(next.timestamp()));
    block.fact("nextUpdate", next.map_or("not told".to_owned(), |next| next.to_string()));
    if let Some(number) = read.crl_number() {
        block.fact("number", number);
    }
    block.fact("entries", read.iter_revoked_certificates().count());
    block.fact("signature", Algorithm::of(&read.signature_algorithm));
    if next.is_some_and(|next| at > next) {
        block.problem("is stale: its nextUpdate has passed");
    }
}
