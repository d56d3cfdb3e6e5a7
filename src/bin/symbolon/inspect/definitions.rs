//! What certificates, requests, revocation lists and keys are made of.

use super::der::{Field, Shape};

const fn field(name: &'static str, tags: &'static [u8], shape: Shape) -> Field {
    Field { name, tags, optional: false, shape }
}

const fn optional(name: &'static str, tags: &'static [u8], shape: Shape) -> Field {
    Field { name, tags, optional: true, shape }
}

const INTEGER: &[u8] = &[2];
const BIT_STRING: &[u8] = &[3];
const OCTET_STRING: &[u8] = &[4];
const OBJECT_IDENTIFIER: &[u8] = &[6];
const SEQUENCE: &[u8] = &[0x30];
const SET: &[u8] = &[0x31];
const TIME: &[u8] = &[0x17, 0x18];

/// AlgorithmIdentifier (RFC 5280 §4.1.1.2).
const ALGORITHM: Shape = Shape::Fields(&[
    field("algorithm", OBJECT_IDENTIFIER, Shape::ObjectIdentifier),
    optional("parameters", &[], Shape::Any),
]);

/// Name (RFC 5280 §4.1.2.4).
const NAME: Shape = Shape::Many(&field(
    "rdn",
    SET,
    Shape::Many(&field(
        "attribute",
        SEQUENCE,
        Shape::Fields(&[field("type", OBJECT_IDENTIFIER, Shape::ObjectIdentifier), field("value", &[], Shape::Any)]),
    )),
));

/// SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).
const SPKI: Shape =
    Shape::Fields(&[field("algorithm", SEQUENCE, ALGORITHM), field("subjectPublicKey", BIT_STRING, Shape::BitString)]);

/// Extensions (RFC 5280 §4.1.2.9).
const EXTENSIONS: Shape = Shape::Many(&field(
    "extension",
    SEQUENCE,
    Shape::Fields(&[
        field("extnID", OBJECT_IDENTIFIER, Shape::ObjectIdentifier),
        optional("critical", &[1], Shape::Boolean),
        field("extnValue", OCTET_STRING, Shape::Any),
    ]),
));

/// RFC 5280 §4.1.
pub(super) const CERTIFICATE: Field = field(
    "Certificate",
    SEQUENCE,
    Shape::Fields(&[
        field(
            "tbsCertificate",
            SEQUENCE,
            Shape::Fields(&[
                optional("version", &[0xa0], Shape::Fields(&[field("version", INTEGER, Shape::Integer)])),
                field("serialNumber", INTEGER, Shape::Integer),
                field("signature", SEQUENCE, ALGORITHM),
                field("issuer", SEQUENCE, NAME),
                field(
                    "validity",
                    SEQUENCE,
                    Shape::Fields(&[field("notBefore", TIME, Shape::Time), field("notAfter", TIME, Shape::Time)]),
                ),
                field("subject", SEQUENCE, NAME),
                field("subjectPublicKeyInfo", SEQUENCE, SPKI),
                optional("issuerUniqueID", &[0x81], Shape::BitString),
                optional("subjectUniqueID", &[0x82], Shape::BitString),
                optional("extensions", &[0xa3], Shape::Fields(&[field("extensions", SEQUENCE, EXTENSIONS)])),
            ]),
        ),
        field("signatureAlgorithm", SEQUENCE, ALGORITHM),
        field("signatureValue", BIT_STRING, Shape::BitString),
    ]),
);

/// RFC 5280 §5.1.
pub(super) const CERTIFICATE_LIST: Field = field(
    "CertificateList",
    SEQUENCE,
    Shape::Fields(&[
        field(
            "tbsCertList",
            SEQUENCE,
            Shape::Fields(&[
                optional("version", INTEGER, Shape::Integer),
                field("signature", SEQUENCE, ALGORITHM),
                field("issuer", SEQUENCE, NAME),
                field("thisUpdate", TIME, Shape::Time),
                optional("nextUpdate", TIME, Shape::Time),
                optional("revokedCertificates", SEQUENCE, Shape::Many(&REVOKED)),
                optional("crlExtensions", &[0xa0], Shape::Fields(&[field("extensions", SEQUENCE, EXTENSIONS)])),
            ]),
        ),
        field("signatureAlgorithm", SEQUENCE, ALGORITHM),
        field("signatureValue", BIT_STRING, Shape::BitString),
    ]),
);

const REVOKED: Field = field(
    "revoked",
    SEQUENCE,
    Shape::Fields(&[
        field("userCertificate", INTEGER, Shape::Integer),
        field("revocationDate", TIME, Shape::Time),
        optional("crlEntryExtensions", SEQUENCE, EXTENSIONS),
    ]),
);

/// RFC 2986 §4.
pub(super) const CERTIFICATION_REQUEST: Field = field(
    "CertificationRequest",
    SEQUENCE,
    Shape::Fields(&[
        field(
            "certificationRequestInfo",
            SEQUENCE,
            Shape::Fields(&[
                field("version", INTEGER, Shape::Integer),
                field("subject", SEQUENCE, NAME),
                field("subjectPKInfo", SEQUENCE, SPKI),
                optional("attributes", &[0xa0], Shape::Any),
            ]),
        ),
        field("signatureAlgorithm", SEQUENCE, ALGORITHM),
        field("signature", BIT_STRING, Shape::BitString),
    ]),
);

/// RFC 5280 §4.1.2.7.
pub(super) const SUBJECT_PUBLIC_KEY_INFO: Field = field("SubjectPublicKeyInfo", SEQUENCE, SPKI);

/// RFC 8017 A.1.1.
pub(super) const RSA_PUBLIC_KEY: Field = field(
    "RSAPublicKey",
    SEQUENCE,
    Shape::Fields(&[field("modulus", INTEGER, Shape::Integer), field("publicExponent", INTEGER, Shape::Integer)]),
);

/// RFC 8017 A.1.2, of two primes.
pub(super) const RSA_PRIVATE_KEY: Field = field(
    "RSAPrivateKey",
    SEQUENCE,
    Shape::Fields(&[
        field("version", INTEGER, Shape::Integer),
        field("modulus", INTEGER, Shape::Integer),
        field("publicExponent", INTEGER, Shape::Integer),
        field("privateExponent", INTEGER, Shape::Integer),
        field("prime1", INTEGER, Shape::Integer),
        field("prime2", INTEGER, Shape::Integer),
        field("exponent1", INTEGER, Shape::Integer),
        field("exponent2", INTEGER, Shape::Integer),
        field("coefficient", INTEGER, Shape::Integer),
    ]),
);

/// RFC 5915 §3.
pub(super) const EC_PRIVATE_KEY: Field = field(
    "ECPrivateKey",
    SEQUENCE,
    Shape::Fields(&[
        field("version", INTEGER, Shape::Integer),
        field("privateKey", OCTET_STRING, Shape::Any),
        optional("parameters", &[0xa0], Shape::Any),
        optional("publicKey", &[0xa1], Shape::Fields(&[field("publicKey", BIT_STRING, Shape::BitString)])),
    ]),
);

/// RFC 5958 §2.
pub(super) const PRIVATE_KEY_INFO: Field = field(
    "PrivateKeyInfo",
    SEQUENCE,
    Shape::Fields(&[
        field("version", INTEGER, Shape::Integer),
        field("privateKeyAlgorithm", SEQUENCE, ALGORITHM),
        field("privateKey", OCTET_STRING, Shape::Any),
        optional("attributes", &[0xa0], Shape::Any),
        optional("publicKey", &[0x81], Shape::BitString),
    ]),
);

/// RFC 5958 §3.
pub(super) const ENCRYPTED_PRIVATE_KEY_INFO: Field = field(
    "EncryptedPrivateKeyInfo",
    SEQUENCE,
    Shape::Fields(&[
        field("encryptionAlgorithm", SEQUENCE, ALGORITHM),
        field("encryptedData", OCTET_STRING, Shape::Any),
    ]),
);

/// RFC 7292 §4.
pub(super) const PFX: Field = field(
    "PFX",
    SEQUENCE,
    Shape::Fields(&[
        field("version", INTEGER, Shape::Integer),
        field("authSafe", SEQUENCE, Shape::Any),
        optional("macData", SEQUENCE, Shape::Any),
    ]),
);

/// RFC 2315 §7.
pub(super) const CONTENT_INFO: Field = field(
    "ContentInfo",
    SEQUENCE,
    Shape::Fields(&[
        field("contentType", OBJECT_IDENTIFIER, Shape::ObjectIdentifier),
        field("content", &[0xa0], Shape::Any),
    ]),
);
