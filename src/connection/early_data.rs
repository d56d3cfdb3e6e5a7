//! Early data, on the client's side: what is sent before the server has said anything (RFC 8446 §4.2.10).

use super::{ClientWith, Connection, Observer, Unobserved};
use crate::config::HasSettings;
use crate::crypto::Crypto;
use crate::error::Error;
use crate::fault::Side;
use crate::handshake::{Role, Trace};
use crate::record::SendBuf;

/// Records of early data: what one key of any suite may protect (RFC 8446 §5.5).
const MAX_RECORDS: u64 = 1 << 24;

/// The sending side of a client whose ClientHello offers early data.
pub struct EarlyData<'a, 'c, R: Role, C: Crypto> {
    conn: &'a mut Connection<'c, R, C>,
}

impl<C: Crypto> ClientWith<'_, C> {
    /// Lets this connection send early data, if there is a ticket that allows it and no certificate of ours was shown when it was
    /// given out. Only before the first step.
    ///
    /// Early data can be recorded and sent again by anybody, and the server may refuse it: see
    /// [`Negotiated::early_data`](crate::Negotiated). What was refused was not delivered, and has to be sent again.
    #[must_use]
    pub fn offer_early_data(mut self) -> Self {
        // [4.2.10-14]
        self.machine.offer_early_data();
        self
    }
}

impl<'c, R: Role, C: Crypto> Connection<'c, R, C> {
    /// Sending of early data: from the ClientHello until the server's Finished, or until it is refused. `None` at all other times,
    /// once the ticket allows no more of it, and at servers.
    pub fn early_data(&mut self) -> Option<EarlyData<'_, 'c, R, C>> {
        let sends = R::SIDE == Side::Client && self.machine.early_data_left() > 0 && self.failure.is_none();
        sends.then_some(EarlyData { conn: self })
    }
}

impl<R: Role, C: Crypto> EarlyData<'_, '_, R, C> {
    /// Bytes that the ticket still allows.
    #[must_use]
    pub fn left(&self) -> usize {
        usize::try_from(self.conn.machine.early_data_left()).unwrap_or(usize::MAX)
    }

    /// Protects as much of `bytes` as the ticket allows and the send buffer takes, and returns how much that was.
    ///
    /// # Errors
    /// Why the connection is over.
    pub fn write(&mut self, bytes: &[u8], tx: &mut SendBuf<'_>) -> Result<usize, Error> {
        self.write_with(bytes, tx, &mut Unobserved)
    }

    /// [`EarlyData::write`], with somebody watching.
    ///
    /// # Errors
    /// As [`EarlyData::write`].
    pub fn write_with(
        &mut self,
        bytes: &[u8],
        tx: &mut SendBuf<'_>,
        observer: &mut dyn Observer,
    ) -> Result<usize, Error> {
        // [4.6.1-13]
        let bytes = bytes.get(..self.left()).unwrap_or(bytes);
        self.conn.write_before_connected(bytes, tx, observer, |conn, n, observer| {
            conn.machine.sent_early_data(n);
            observer.event(&Trace::SendEarlyData(n));
        })
    }
}

impl<R: Role, C: Crypto> Connection<'_, R, C> {
    /// Protects as much as the send buffer takes, without a KeyUpdate; `wrote` is told of each record.
    pub(super) fn write_before_connected(
        &mut self,
        bytes: &[u8],
        tx: &mut SendBuf<'_>,
        observer: &mut dyn Observer,
        wrote: impl Fn(&mut Self, usize, &mut dyn Observer),
    ) -> Result<usize, Error> {
        let suite = self.negotiated().suite;
        let records = suite.map_or(MAX_RECORDS, |suite| self.config.settings().records_per_key(suite));
        let mut written: usize = 0;
        while let Some(rest) = bytes.get(written..).filter(|rest| !rest.is_empty()) {
            // [5.5-1] There is no KeyUpdate yet: the rest has to wait for CONNECTED.
            if self.sealer.used() >= records {
                break;
            }
            let cut = self.cut();
            let n = match tx.write_data(rest, &mut self.sealer, cut) {
                Ok(0) => break,
                Ok(n) => n,
                Err(fault) => {
                    let state = self.state();
                    return Err(self.fail(fault, state, tx, observer));
                }
            };
            wrote(self, n, observer);
            written = written.saturating_add(n);
        }
        Ok(written)
    }
}
