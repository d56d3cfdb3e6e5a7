//! The Certificate message (RFC 8446 §4.4.2), as both roles read it.

use super::Cx;
use super::desk::PeerKey;
use super::proof::Judged;
use crate::crypto::Crypto;
use crate::fault::{Fault, Reason};
use crate::wire::{Certificate, ExtensionType, In};

impl<K, C: Crypto> Cx<'_, '_, K, C> {
    /// Checks what is not the path's business, and keeps the key of the leaf until CertificateVerify.
    /// `staple`: we asked for an OCSP response.
    pub(super) fn keep_peer_key(
        &mut self,
        certificate: &Certificate<'_>,
        judged: &Judged<'_>,
        staple: bool,
    ) -> Result<(), Fault> {
        check_context(certificate)?;
        for (index, entry) in certificate.certificate_list.iter().enumerate() {
            let extensions = entry.extensions;
            extensions.check(In::Certificate).map_err(|refused| Fault::from(refused).certificate(index))?;
            // [4.4.2-5] [8701-4.1-3]
            let asked = |t: ExtensionType| staple && t == ExtensionType::status_request;
            if let Some((t, _)) = extensions.iter().find(|(t, _)| !asked(*t)) {
                return Err(Fault::from(Reason::ExtensionUnsolicited).extension(t).certificate(index));
            }
        }
        // [4.4.2-6]
        let too_long = || Fault::from(Reason::CertificateAlgorithm).field("subjectPublicKey").certificate(0);
        self.desk.peer_key = Some(PeerKey::new(judged.key).ok_or_else(too_long)?);
        Ok(())
    }
}

/// [4.4.2-1] During the handshake the context is empty.
pub(super) fn check_context(certificate: &Certificate<'_>) -> Result<(), Fault> {
    if certificate.certificate_request_context.is_empty() {
        return Ok(());
    }
    Err(Fault::from(Reason::ContextNotEmpty).field("certificate_request_context"))
}
