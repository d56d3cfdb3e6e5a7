//! Extensions that say something by being there, with an empty body: `early_data` (RFC 8446 §4.2.10),
//! `post_handshake_auth` (§4.2.6), `server_name` of a server (RFC 6066 §3), `status_request` of a CertificateRequest
//! (RFC 8446 §4.4.2.1), `signed_certificate_timestamp` of whoever asks for it (RFC 6962 §3.3.1).

use super::super::{Reader, Writer};

/// True, if the body is empty.
pub(in crate::wire) fn read(_: &mut Reader<'_>) -> bool {
    true
}

pub(in crate::wire) fn encode((): (), _: &mut Writer<'_>) {}
