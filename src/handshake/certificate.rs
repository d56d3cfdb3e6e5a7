//! The Certificate message (RFC 8446 §4.4.2), as both roles read it.

use super::Cx;
#[cfg(feature = "alloc")]
use super::Trace;
use super::desk::PeerKey;
use super::proof::Judged;
use crate::config::{Beside, Credential, HasSettings};
use crate::crypto::Crypto;
use crate::fault::{Fault, Reason};
use crate::wire::{Certificate, In};

impl<K: HasSettings<Crypto = C>, C: Crypto> Cx<'_, '_, K, C> {
    /// Shows a credential, with what was asked for beside it.
    pub(super) fn send_certificate(&mut self, credential: &Credential, asked: Beside) -> Result<(), Fault> {
        let certificate_list = credential.shown(asked);
        #[cfg(feature = "alloc")]
        if self.send_compressed(certificate_list, credential)? {
            return Ok(());
        }
        self.send(&Certificate { certificate_request_context: &[], certificate_list })
    }
}

impl<K, C: Crypto> Cx<'_, '_, K, C> {
    /// Keeps the key of the leaf until CertificateVerify.
    pub(super) fn keep_peer_key(&mut self, judged: &Judged<'_>) -> Result<(), Fault> {
        // [4.4.2-6]
        let too_long = || Fault::from(Reason::CertificateAlgorithm).field("subjectPublicKey").certificate(0);
        self.desk.peer_key = Some(PeerKey::new(judged.key).ok_or_else(too_long)?);
        Ok(())
    }

    /// Tells the observer of the signed certificate timestamps that came with a chain.
    #[cfg_attr(not(feature = "alloc"), allow(unused_variables, clippy::unused_self, reason = "none are asked for"))]
    pub(super) fn show_timestamps(&mut self, certificate: &Certificate<'_>) -> Result<(), Fault> {
        #[cfg(feature = "alloc")]
        for (at, entry) in certificate.certificate_list.iter().enumerate() {
            if let Some(list) = entry.timestamps()? {
                self.base.trace(Trace::PeerTimestamps { at, list });
            }
        }
        Ok(())
    }
}

/// Checks what is not the path's business, before anybody judges: the context, and in every entry the extensions, which are
/// among those that we `asked` for.
pub(super) fn check(certificate: &Certificate<'_>, asked: Beside) -> Result<(), Fault> {
    check_context(certificate)?;
    for (index, entry) in certificate.certificate_list.iter().enumerate() {
        let extensions = entry.extensions;
        extensions.check(In::Certificate).map_err(|refused| Fault::from(refused).certificate(index))?;
        // [4.4.2-5] [8701-4.1-3]
        if let Some((t, _)) = extensions.iter().find(|(t, _)| !asked.has(*t)) {
            return Err(Fault::from(Reason::ExtensionUnsolicited).extension(t).certificate(index));
        }
        // [6962-3.3-1]
        #[cfg(feature = "alloc")]
        entry.ocsp_response().and(entry.timestamps()).map_err(|malformed| Fault::from(malformed).certificate(index))?;
    }
    Ok(())
}

/// [4.4.2-1] During the handshake the context is empty.
pub(super) fn check_context(certificate: &Certificate<'_>) -> Result<(), Fault> {
    if certificate.certificate_request_context.is_empty() {
        return Ok(());
    }
    Err(Fault::from(Reason::ContextNotEmpty).field("certificate_request_context"))
}
