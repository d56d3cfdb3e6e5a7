//! What a server says before the client's Finished, "0.5-RTT data" (RFC 8446 §2.3, §4.4.4).

use super::{Connection, ServerWith, Unobserved};
use crate::crypto::Crypto;
use crate::error::Error;
use crate::handshake::server;
use crate::record::SendBuf;

/// The sending side of a server whose Finished is out, and the client's not yet in.
pub struct HalfRtt<'a, 'c, C: Crypto> {
    conn: &'a mut Connection<'c, server::Server, C>,
}

impl<'c, C: Crypto> ServerWith<'c, C> {
    /// Sending before the client has answered: what early data asked for, or what everybody may know. `None` before our Finished
    /// and from CONNECTED on, and to a client that shows a certificate: before Finished it is not known whose handshake that
    /// was.
    ///
    /// Whoever reads it holds the secrets of this handshake; but the ClientHello may be a replay, so that nobody might be there.
    pub fn half_rtt(&mut self) -> Option<HalfRtt<'_, 'c, C>> {
        (self.machine.sends_half_rtt() && self.failure.is_none()).then_some(HalfRtt { conn: self })
    }
}

impl<C: Crypto> HalfRtt<'_, '_, C> {
    /// Protects as much of `bytes` as the send buffer takes, and returns how much that was.
    ///
    /// # Errors
    /// Why the connection is over.
    pub fn write(&mut self, bytes: &[u8], tx: &mut SendBuf<'_>) -> Result<usize, Error> {
        self.conn.write_before_connected(bytes, tx, &mut Unobserved, |_, _, _| {})
    }
}
