//! Certificates and private keys from files, and what is said about files that hold something else.
#![cfg(all(feature = "std", feature = "ring"))]

mod util;

use std::fs;
use symbolon::x509::{Anchors, LoadError, PrivateKeyDer, certificates_from_pem, pem, private_key_from_pem};
use util::ca::{Ca, unknown_critical};
use util::provider::{lacks_rsa, load};

fn file(name: &str) -> Vec<u8> {
    fs::read(format!("{}/vectors/x509/{name}.pem", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// DER as PEM, with lines of `width` characters.
fn to_pem(label: &str, der: &[u8], width: usize, newline: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in der.chunks(3) {
        let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for at in 0..4 {
            let digit = char::from(ALPHABET[(bits >> (18 - 6 * at)) as usize & 63]);
            text.push(if at <= three.len() { digit } else { '=' });
        }
    }
    let lines: Vec<_> = text.as_bytes().chunks(width).map(|line| str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----{newline}{}{newline}-----END {label}-----{newline}", lines.join(newline))
}

fn certificate(width: usize, newline: &str) -> (Vec<u8>, String) {
    let der = Ca::root("root").der;
    let text = to_pem("CERTIFICATE", &der, width, newline);
    (der, text)
}

fn says<T>(result: Result<T, LoadError>) -> String {
    match result {
        Ok(_) => panic!("loaded"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn pem_is_read_with_any_line_ends_any_width_and_text_around() {
    for newline in ["\n", "\r\n", "\r"] {
        for width in [1, 4, 63, 64, 76, 10_000] {
            let ((one, first), (two, second)) = (certificate(width, newline), certificate(64, newline));
            let text = ["Bag Attributes", "    friendlyName: one", &first, "subject=CN = two", "", &second, "end"]
                .join(newline);
            assert_eq!(certificates_from_pem(text.as_bytes()).unwrap(), [one, two], "{width} {newline:?}");
        }
    }
    let (der, text) = certificate(64, "\n");
    let with_mark = format!("\u{feff}{text}");
    assert_eq!(certificates_from_pem(with_mark.as_bytes()).unwrap(), [&der[..]]);
    let indented = text.replace('\n', " \n\t");
    assert_eq!(certificates_from_pem(indented.as_bytes()).unwrap(), [&der[..]]);
    let unended = text.trim_end();
    assert_eq!(certificates_from_pem(unended.as_bytes()).unwrap(), [&der[..]]);
    let old = text.replace("CERTIFICATE", "X509 CERTIFICATE");
    assert_eq!(certificates_from_pem(old.as_bytes()).unwrap(), [der]);
}

#[test]
fn every_length_of_base64_decodes_to_what_was_encoded() {
    for length in 0..100_u8 {
        let bytes: Vec<u8> = (0..length).map(|byte| byte.wrapping_mul(37) ^ 0xa5).collect();
        let text = to_pem("ANYTHING", &bytes, 64, "\n");
        let blocks: Vec<_> = pem::blocks(text.as_bytes()).collect::<Result<_, _>>().unwrap();
        let [block] = &blocks[..] else { panic!("{text}") };
        assert_eq!((&block.der[..], &block.label[..], block.line), (&bytes[..], "ANYTHING", 1));
    }
}

#[test]
fn damaged_pem_is_refused_with_the_line() {
    let block = |body: &str| format!("text\n-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n");
    for (text, said) in [
        (block("MIIB\nAAA!\n"), "line 4: not base64"),
        (block("MIIB\nAA=A\n"), "line 4: not base64"),
        (block("MA==\nMIIB\n"), "line 4: not base64"),
        (block("M===\n"), "line 3: not base64"),
        (block("MB==\n"), "line 3: not base64"),
        (block("MIIB\nMII\n"), "line 5: the base64 above ends too early"),
        ("-----BEGIN CERTIFICATE-----\nMIIB\n".into(), "line 1: BEGIN without END"),
        (block("MIIB\n-----BEGIN CERTIFICATE-----\n"), "line 2: BEGIN without END"),
        (block("MIIB\n-----END PRIVATE KEY-----\n"), "line 4: END names another label than BEGIN"),
        (block(""), "certificate 1 (line 2): a certificate cannot be parsed, field Certificate (RFC 5280 §4.1)"),
    ] {
        assert_eq!(says(certificates_from_pem(text.as_bytes())), said, "{text}");
        assert_eq!(says(Anchors::from_pem(text.as_bytes())), said, "{text}");
    }
}

#[test]
fn a_file_that_holds_something_else_is_called_what_it_is() {
    let (der, text) = certificate(64, "\n");
    for (content, said) in [
        (&b""[..], "holds no PEM block"),
        (b"hello\n", "holds no PEM block"),
        (&der, "is DER, not PEM (openssl x509 or openssl pkey with -inform DER converts it)"),
        (&file("key-p256-sec1"), "is a private key (EC PRIVATE KEY, line 1), not a certificate"),
        (&file("key-rsa-pkcs8"), "is a private key (PRIVATE KEY, line 1), not a certificate"),
        (
            b"\n-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----\n",
            "is a certificate request (CERTIFICATE REQUEST, line 2), not a certificate",
        ),
        (
            b"-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n",
            "is a public key (PUBLIC KEY, line 1), not a certificate",
        ),
    ] {
        assert_eq!(says(certificates_from_pem(content)), said);
        assert_eq!(says(Anchors::from_pem(content)), said);
    }
    // Short enough for a length of one byte.
    let sec1 = pem::blocks(&file("key-p256-sec1")).last().unwrap().unwrap();
    for (content, said) in [
        (&b""[..], "holds no PEM block"),
        (&der, "is DER, not PEM (openssl x509 or openssl pkey with -inform DER converts it)"),
        (&sec1.der, "is DER, not PEM (openssl x509 or openssl pkey with -inform DER converts it)"),
        (b"0 and no more\n", "holds no PEM block"),
        (text.as_bytes(), "is a certificate (CERTIFICATE, line 1), not a private key"),
        (
            b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n",
            "is a set of key parameters (EC PARAMETERS, line 1), not a private key",
        ),
    ] {
        assert_eq!(says(private_key_from_pem(content)), said);
    }
}

#[test]
fn a_file_of_certificates_and_a_key_serves_for_both() {
    let (der, text) = certificate(64, "\n");
    let key = file("key-p256-pkcs8");
    let both = [&key, text.as_bytes()].concat();
    assert_eq!(certificates_from_pem(&both).unwrap(), [der]);
    assert!(matches!(private_key_from_pem(&both), Ok(PrivateKeyDer::Pkcs8(_))));
    let two = [&key[..], &key].concat();
    assert_eq!(says(private_key_from_pem(&two)), "holds a second private key (line 6)");
}

#[test]
fn private_keys_of_every_form_can_sign() {
    let without_rsa = lacks_rsa("files of RSA keys");
    for name in
        ["p256-pkcs8", "p384-pkcs8", "ed25519-pkcs8", "rsa-pkcs8", "rsa-pkcs1", "p256-sec1", "p256-parameters-sec1"]
    {
        let signer = load(&private_key_from_pem(&file(&format!("key-{name}"))).unwrap());
        assert_eq!(signer.is_err(), without_rsa && name.starts_with("rsa"), "{name}");
    }
}

#[test]
fn a_curve_told_only_by_the_parameters_before_the_key_is_used() {
    let blocks: Vec<_> = pem::blocks(&file("key-p256-parameters-sec1")).collect::<Result<_, _>>().unwrap();
    let [parameters, key] = &blocks[..] else { panic!() };
    // The same key without its field `parameters`, which is `a0 0a` and the curve.
    let field = [b"\xa0\x0a", &parameters.der[..]].concat();
    let at = key.der.windows(field.len()).position(|bytes| bytes == field).unwrap();
    let mut short = key.der.to_vec();
    short.drain(at..at + field.len());
    short[1] -= field.len() as u8;
    let key = to_pem("EC PRIVATE KEY", &short, 64, "\n");
    let said = says(private_key_from_pem(key.as_bytes()));
    assert_eq!(said, "private key (EC PRIVATE KEY, line 1): it does not tell its curve");
    let with_parameters = to_pem("EC PARAMETERS", &parameters.der, 64, "\n") + &key;
    assert!(load(&private_key_from_pem(with_parameters.as_bytes()).unwrap()).is_ok());
}

#[test]
fn private_keys_that_cannot_be_used_are_refused_with_what_to_do() {
    for (name, says_this) in [
        ("p256-encrypted-pkcs8", "decrypt it (openssl pkey -in encrypted.key -out plain.key)"),
        ("p256-encrypted-sec1", "decrypt it (openssl pkey -in encrypted.key -out plain.key)"),
        (
            "p256-sec1-no-public",
            "it lacks the public key, which signing needs (openssl ec -in old.key -out new.key adds it)",
        ),
        (
            "p256-pkcs8-no-public",
            "it lacks the public key, which signing needs (openssl ec -in old.key -out new.key adds it)",
        ),
    ] {
        let said = says(private_key_from_pem(&file(&format!("key-{name}"))));
        assert!(said.contains(says_this), "{name}: {said}");
    }
    for (label, says_this) in [
        ("PRIVATE KEY", "not a PrivateKeyInfo (RFC 5958 §2)"),
        ("RSA PRIVATE KEY", "not an RSAPrivateKey (RFC 8017 A.1.2)"),
        ("EC PRIVATE KEY", "not an ECPrivateKey (RFC 5915 §3)"),
        ("OPENSSH PRIVATE KEY", "in the form of OpenSSH (ssh-keygen -p -m PKCS8 -f .. converts it)"),
        ("DSA PRIVATE KEY", "TLS 1.3 has no DSA"),
    ] {
        let said = says(private_key_from_pem(to_pem(label, b"\x04\x00", 64, "\n").as_bytes()));
        assert_eq!(said, format!("private key ({label}, line 1): {says_this}"));
    }
}

#[test]
fn a_private_key_is_not_printed() {
    let key = private_key_from_pem(&file("key-p256-pkcs8")).unwrap();
    assert_eq!(format!("{key:?}"), "Pkcs8(..)");
}

#[test]
fn anchors_are_read_once_and_in_order() {
    let (a, b) = (Ca::root("a"), Ca::root("b"));
    let text = to_pem("CERTIFICATE", &a.der, 64, "\n") + &to_pem("CERTIFICATE", &b.der, 64, "\n");
    let anchors = Anchors::from_pem(text.as_bytes()).unwrap();
    assert_eq!(anchors.len(), 2);
    let subject = |name: &[u8]| [b"\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01", name].concat();
    assert_eq!(anchors.subjects().collect::<Vec<_>>(), [subject(b"a"), subject(b"b")]);
    let copy = anchors.clone();
    drop(anchors);
    assert_eq!(copy.subjects().count(), 2);
    assert!(Anchors::default().is_empty());
}

#[test]
fn an_anchor_with_an_unknown_critical_extension_is_refused() {
    let odd = Ca::root_with("odd", |params| params.custom_extensions.push(unknown_critical()));
    let said = "certificate 2: a certificate has a critical extension that we do not process (RFC 5280 §4.2)";
    assert_eq!(says(Anchors::from_der([&Ca::root("root").der, &odd.der])), said);
}
