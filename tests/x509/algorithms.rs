//! Chains that OpenSSL made in every algorithm.

use super::*;
/// The certificates that OpenSSL made are judged an hour after they became valid.
fn judge_file(path: &std::path::Path) -> Result<(), (Reason, Option<u8>)> {
    let chain = certificates_from_pem(&fs::read(path).unwrap()).unwrap();
    let [leaf, root] = &chain[..] else { panic!("{path:?}") };
    let now = Certificate::parse(root).unwrap().not_before();
    let now = UnixTime(now.0 + 3600);
    judge_at(now, &[leaf], &[root]).map(|_| ()).map_err(|fault| (fault.reason(), fault.place().certificate))
}

// [4.4.2.4-1] [9.1-2]
#[test]
fn chains_of_openssl_are_accepted_in_every_algorithm_that_is_not_refused() {
    let mut judged = 0;
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/x509")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let Some(name) = name.strip_prefix("chain-") else { continue };
        let expected = match name.strip_prefix("refused-") {
            None if name.starts_with("rsa-") && !Provider::HAS_RSA => Err((Reason::CertificateAlgorithm, Some(0))),
            None => Ok(()),
            Some("rsa-sha1" | "rsa-md5") => Err((Reason::CertificateHashWeak, Some(0))),
            Some("rsa-pss-salt-20" | "ecdsa-p256-sha512") => Err((Reason::CertificateAlgorithm, Some(0))),
            Some("ecdsa-p521") => Err((Reason::CertificateAlgorithm, Some(0))),
            Some("root-rsa-1024") => Err((Reason::CertificateKeyWeak, None)),
            Some("leaf-rsa-1024") => Err((Reason::CertificateKeyWeak, Some(0))),
            Some("leaf-p521") => Err((Reason::CertificateAlgorithm, Some(0))),
            Some("leaf-compressed") => Err((Reason::CertificateMalformed, Some(0))),
            Some("v1") => Err((Reason::CertificateVersion, Some(0))),
            Some(_) => panic!("{path:?}"),
        };
        assert_eq!(judge_file(&path), expected, "{name}");
        judged += 1;
    }
    assert_eq!(judged, 23);
}
