//! Exporters (RFC 8446 §7.5), and the channel binding made of one (RFC 9266).

use super::Connection;
use crate::config::HasSettings;
use crate::crypto::{Crypto, HashAlgorithm, SuiteParams};
use crate::error::Misuse;
use crate::handshake::Role;
use crate::schedule;

/// Blocks of the hash that HKDF-Expand gives at most (RFC 5869 §2.3).
const MAX_BLOCKS: usize = 255;
/// `opaque label<7..255>` of HkdfLabel, less its prefix "tls13 " (RFC 8446 §7.1).
const MAX_LABEL: usize = 249;

impl<R: Role, C: Crypto> Connection<'_, R, C> {
    /// Keying material for another protocol (RFC 8446 §7.5), the same at both ends and at no other connection. `label` is one
    /// of IANA's TLS Exporter Labels, or begins with `EXPERIMENTAL`; an empty context is the same as none.
    ///
    /// It hangs from the handshake up to the server's Finished: what the client showed is not part of it, nor whether the
    /// server accepted that ([`Connection::client_auth`]).
    ///
    /// # Errors
    /// [`Misuse::NotConnected`] before CONNECTED and after a failure, [`Misuse::Closed`] once both ends said close_notify,
    /// [`Misuse::ExporterLabel`], and [`Misuse::ExportTooLong`]; `out` is unchanged then.
    pub fn export(&self, label: &str, context: &[u8], out: &mut [u8]) -> Result<(), Misuse> {
        let params = self.negotiated().suite.and_then(SuiteParams::of).filter(|_| self.is_connected());
        let hash = params.ok_or(Misuse::NotConnected(self.state()))?.hash;
        if self.closed.by_us && self.closed.by_peer {
            return Err(Misuse::Closed);
        }
        check(hash, label, out)?;
        let crypto = &self.config.settings().crypto;
        schedule::export(crypto, hash, self.machine.vault().exporter(), label, context, out);
        Ok(())
    }

    // [7.5-4]
    /// The same from the ClientHello alone (RFC 8446 §7.5), for early data: as long as the handshake runs, at a client that offers
    /// early data and was not refused, and at a server that takes it. It is no stronger than the early data itself: with the same
    /// ClientHello it comes again.
    ///
    /// # Errors
    /// [`Misuse::NoEarlyData`] at all other times; else as [`Connection::export`].
    #[cfg(feature = "alloc")]
    pub fn export_early(&self, label: &str, context: &[u8], out: &mut [u8]) -> Result<(), Misuse> {
        let (hash, secret) = self.machine.early_exporter().ok_or(Misuse::NoEarlyData)?;
        check(hash, label, out)?;
        schedule::export(&self.config.settings().crypto, hash, secret, label, context, out);
        Ok(())
    }

    /// `tls-exporter` (RFC 9266): what an authentication inside this connection is bound to, so that nobody in the middle can
    /// carry it elsewhere.
    ///
    /// # Errors
    /// As [`Connection::export`].
    pub fn channel_binding(&self) -> Result<[u8; 32], Misuse> {
        let mut binding = [0; 32];
        // [9266-2-1]
        self.export("EXPORTER-Channel-Binding", &[], &mut binding)?;
        Ok(binding)
    }
}

/// What HkdfLabel and HKDF-Expand have room for.
fn check(hash: HashAlgorithm, label: &str, out: &[u8]) -> Result<(), Misuse> {
    if label.is_empty() || label.len() > MAX_LABEL {
        return Err(Misuse::ExporterLabel);
    }
    // [7.5-3]
    if out.len() > hash.len().saturating_mul(MAX_BLOCKS) {
        return Err(Misuse::ExportTooLong);
    }
    Ok(())
}
