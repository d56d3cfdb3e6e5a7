//! Files, and what is wrong with them, said with their names.

use crate::inspect;
use crate::stop::Stop;
use std::fmt::Display;
use std::fs::{File, OpenOptions};
use std::io::Read;
use std::path::Path;
use symbolon::crypto::Ring;
use symbolon::x509::{Crls, pem};
use symbolon::{Anchors, Credential, CredentialError};
use zeroize::Zeroizing;

pub(crate) fn credential(cert: &Path, key: &Path) -> Result<Credential, Stop> {
    let (chain, private) = (read(cert)?, read(key)?);
    Credential::from_pem(&chain, &private).map_err(|error| match error {
        CredentialError::KeyMismatch => {
            let (cert, key) = (cert.display(), key.display());
            Stop::usage(format_args!("{key}: {error} in {cert}: the public keys differ"))
        }
        CredentialError::Key(_) | CredentialError::KeyUnsupported => unusable(key, &error),
        _ => unusable(cert, &error),
    })
}

/// What is wrong with a file that was read.
pub(crate) fn unusable(path: &Path, what: &dyn Display) -> Stop {
    let path = path.display();
    Stop::usage(format_args!("{path}: {what}"))
        .hint(format_args!("symbolon inspect {path} shows what is in it, and where it breaks"))
}

/// The CAs of a file: PEM, or one in DER.
pub(crate) fn anchors(path: &Path) -> Result<Anchors, Stop> {
    let bytes = read(path)?;
    let anchors = if is_der(&bytes) { Anchors::from_der([&bytes]) } else { Anchors::from_pem(&bytes) };
    anchors.map_err(|error| unusable(path, &error))
}

/// A SEQUENCE, as all that files hold here is.
fn is_der(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x30])
}

/// The CRLs of a file: PEM, or one in DER. `issuers` are tried as their issuers, and so are certificates in the file.
pub(crate) fn crls(path: &Path, issuers: &Anchors) -> Result<Crls, Stop> {
    let bytes = read_up_to(path, MAX_CRL)?;
    let crls = if is_der(&bytes) {
        Crls::from_der(&Ring::new(), &[&bytes], issuers)
    } else {
        Crls::from_pem(&Ring::new(), &bytes, issuers)
    };
    crls.map_err(|error| unusable(path, &error))
}

/// `credential` with the OCSP response of a file.
pub(crate) fn staple(credential: Credential, path: &Path) -> Result<Credential, Stop> {
    credential.staple(&read(path)?).map_err(|error| Stop::usage(format_args!("{}: {error}", path.display())))
}

/// `credential` with the certificate timestamps of a file.
pub(crate) fn timestamps(credential: Credential, path: &Path) -> Result<Credential, Stop> {
    credential.timestamps(&read(path)?).map_err(|error| Stop::usage(format_args!("{}: {error}", path.display())))
}

/// Where systems keep the certificates of the CAs that they trust.
const STORES: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// The anchors that the system trusts, and the file they are from. A certificate that can't be an anchor is passed over:
/// nobody who runs this tool chose it.
pub(crate) fn system_anchors() -> Result<(Anchors, &'static str), Stop> {
    let (certificates, store) = system_certificates()?;
    let usable = certificates.iter().filter(|der| Anchors::from_der([der]).is_ok());
    Ok((Anchors::from_der(usable).unwrap_or_default(), store))
}

/// The certificates of the CAs that the system trusts, and the file they are from.
pub(crate) fn system_certificates() -> Result<(Vec<Vec<u8>>, &'static str), Stop> {
    for store in STORES {
        let Ok(text) = std::fs::read(store) else { continue };
        let certificates = pem::blocks(&text).map_while(Result::ok).filter(|block| block.label == "CERTIFICATE");
        let certificates: Vec<Vec<u8>> = certificates.map(|block| block.der.to_vec()).collect();
        if !certificates.is_empty() {
            return Ok((certificates, store));
        }
    }
    Err(Stop::usage(format_args!("nobody is trusted: there is no --ca, and no trust store at {}", STORES.join(", ")))
        .hint("--ca FILE names the certificates (PEM) of the CAs that the chain may lead to"))
}

/// The certificates of a file, PEM or DER, whatever is wrong with them; there is at least one.
pub(crate) fn certificates(path: &Path) -> Result<Vec<Vec<u8>>, Stop> {
    let wrong = |what: &dyn Display| unusable(path, what);
    let bytes = read(path)?;
    if is_der(&bytes) {
        return match inspect::is_no_certificate(&bytes) {
            Some(label) => Err(wrong(&format_args!("holds no certificate, but {label} (DER)"))),
            None => Ok(vec![bytes.to_vec()]),
        };
    }
    let blocks = pem::blocks(&bytes).collect::<Result<Vec<_>, _>>().map_err(|error| wrong(&error))?;
    let found = blocks.iter().filter(|block| matches!(block.label.as_str(), "CERTIFICATE" | "X509 CERTIFICATE"));
    let found: Vec<Vec<u8>> = found.map(|block| block.der.to_vec()).collect();
    if found.is_empty() {
        let what =
            blocks.first().map(|block| format!(", but {} (line {})", block.label, block.line)).unwrap_or_default();
        return Err(wrong(&format_args!("holds no certificate{what}")));
    }
    Ok(found)
}

/// A key log to append to. Its lines open every connection in it, so only the owner may read a file that is made here.
pub(crate) fn key_log(path: &Path) -> Result<File, Stop> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| Stop::usage(format_args!("{}: {error}", path.display())))
}

/// More than any bundle of certificates. Without a bound, a device that never ends would be read until memory does.
const MAX_FILE: u64 = 16 << 20;
/// A CRL may have millions of entries.
const MAX_CRL: u64 = 512 << 20;

/// A whole file.
pub(crate) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Stop> {
    read_up_to(path, MAX_FILE)
}

fn read_up_to(path: &Path, most: u64) -> Result<Zeroizing<Vec<u8>>, Stop> {
    let mut bytes = Zeroizing::new(Vec::new());
    File::open(path)
        .and_then(|file| file.take(most + 1).read_to_end(&mut bytes))
        .map_err(|error| Stop::usage(format_args!("{}: {error}", path.display())))?;
    match u64::try_from(bytes.len()) {
        Ok(length) if length <= most => Ok(bytes),
        _ => Err(Stop::usage(format_args!("{}: is longer than {} MiB", path.display(), most >> 20))),
    }
}
