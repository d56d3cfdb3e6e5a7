//! Who the boards are and whom they trust; made by `pki/generate.sh`.

use symbolon::crypto::rustcrypto::P256Signer;
use symbolon::wire::CertificateEntry;
use symbolon::x509::Anchor;
use symbolon::{Credential, Shared, Signing};

/// The one root that is trusted.
pub(crate) static ANCHORS: [Anchor<'static>; 1] =
    [Anchor::new(include_bytes!("../pki/root.subject"), include_bytes!("../pki/root.spki"))];

static CLIENT_CHAIN: [CertificateEntry<'static>; 1] = [CertificateEntry::new(include_bytes!("../pki/client.der"))];
static CLIENT_KEY: P256Signer = P256Signer::new(*include_bytes!("../pki/client.key"));
static CLIENT: Credential = Credential::from_static(&CLIENT_CHAIN, Signing::Static(&CLIENT_KEY));
/// The client's only credential.
pub(crate) static CLIENT_CREDENTIALS: [Shared<'static, Credential>; 1] = [Shared::borrowed(&CLIENT)];

static SERVER_CHAIN: [CertificateEntry<'static>; 2] = [
    CertificateEntry::new(include_bytes!("../pki/server.der")),
    CertificateEntry::new(include_bytes!("../pki/intermediate.der")),
];
static SERVER_KEY: P256Signer = P256Signer::new(*include_bytes!("../pki/server.key"));
static SERVER: Credential = Credential::from_static(&SERVER_CHAIN, Signing::Static(&SERVER_KEY));
/// The server's only credential.
pub(crate) static SERVER_CREDENTIALS: [Shared<'static, Credential>; 1] = [Shared::borrowed(&SERVER)];
