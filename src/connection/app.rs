//! Application data, and what else is sent once CONNECTED.

use super::{Connection, Observer, Unobserved};
use crate::config::HasSettings;
use crate::crypto::Crypto;
use crate::error::{Error, Misuse};
use crate::fault::Fault;
use crate::handshake::Role;
use crate::record::SendBuf;
use crate::wire::AlertDescription;

/// The sending side of a connection that is CONNECTED.
pub struct App<'a, 'c, R: Role, C: Crypto> {
    pub(super) conn: &'a mut Connection<'c, R, C>,
}

impl<R: Role, C: Crypto> App<'_, '_, R, C> {
    /// Protects as much of `bytes` as the send buffer takes, and returns how much that was.
    ///
    /// # Errors
    /// [`Misuse::Closed`] after [`App::close`]. The inner error is why the connection is over.
    pub fn write(&mut self, bytes: &[u8], tx: &mut SendBuf<'_>) -> Result<Result<usize, Error>, Misuse> {
        self.write_with(bytes, tx, &mut Unobserved)
    }

    /// [`App::write`], with somebody watching: a KeyUpdate may be due before the data.
    ///
    /// # Errors
    /// As [`App::write`].
    pub fn write_with(
        &mut self,
        bytes: &[u8],
        tx: &mut SendBuf<'_>,
        observer: &mut dyn Observer,
    ) -> Result<Result<usize, Error>, Misuse> {
        let mut written: usize = 0;
        while let Some(rest) = bytes.get(written..).filter(|rest| !rest.is_empty()) {
            if self.conn.closed.by_us {
                return Err(Misuse::Closed);
            }
            let wrote = match self.renew_key(tx, observer) {
                Ok(true) => {
                    let cut = self.conn.cut();
                    tx.write_data(rest, &mut self.conn.sealer, cut)
                }
                Ok(false) => break,
                Err(fault) => Err(fault),
            };
            match wrote {
                Ok(0) => break,
                Ok(n) => written = written.saturating_add(n),
                Err(fault) => return Ok(Err(self.failed(fault, tx))),
            }
        }
        Ok(Ok(written))
    }

    /// Room for plaintext inside the next record, which [`App::commit`] protects where it lies. Empty if the send buffer is full.
    ///
    /// # Errors
    /// As [`App::write`].
    pub fn space<'t>(&mut self, tx: &'t mut SendBuf<'_>) -> Result<Result<&'t mut [u8], Error>, Misuse> {
        self.space_with(tx, &mut Unobserved)
    }

    /// [`App::space`], with somebody watching.
    ///
    /// # Errors
    /// As [`App::write`].
    pub fn space_with<'t>(
        &mut self,
        tx: &'t mut SendBuf<'_>,
        observer: &mut dyn Observer,
    ) -> Result<Result<&'t mut [u8], Error>, Misuse> {
        if self.conn.closed.by_us {
            return Err(Misuse::Closed);
        }
        match self.renew_key(tx, observer) {
            Ok(true) => {}
            Ok(false) => return Ok(Ok(&mut [])),
            Err(fault) => return Ok(Err(self.failed(fault, tx))),
        }
        let cut = self.conn.cut();
        // Records that wait are never dropped for want of room: there is just none.
        Ok(Ok(tx.data_space(&mut self.conn.sealer, cut).unwrap_or_default()))
    }

    /// Protects the first `n` bytes of [`App::space`] as one record. Every record takes a new [`App::space`].
    ///
    /// # Errors
    /// [`Misuse::TooMuch`] if that is more than there was room for, or the room is gone; else as [`App::write`].
    pub fn commit(&mut self, n: usize, tx: &mut SendBuf<'_>) -> Result<Result<(), Error>, Misuse> {
        if self.conn.closed.by_us {
            return Err(Misuse::Closed);
        }
        let cut = self.conn.cut();
        if n > tx.offered().min(tx.data_room(&self.conn.sealer, cut)) {
            return Err(Misuse::TooMuch);
        }
        Ok(tx.commit_data(n, &mut self.conn.sealer, cut).map_err(|fault| self.failed(fault, tx)))
    }

    /// Sends a KeyUpdate (RFC 8446 §4.6.3) and goes on with new keys; asks the peer for new ones too, if `both`.
    ///
    /// # Errors
    /// [`Misuse::NoRoom`] if what waits has to be sent first; else as [`App::write`].
    pub fn update_keys(&mut self, both: bool, tx: &mut SendBuf<'_>) -> Result<Result<(), Error>, Misuse> {
        self.update_keys_with(both, tx, &mut Unobserved)
    }

    /// [`App::update_keys`], with somebody watching.
    ///
    /// # Errors
    /// As [`App::update_keys`].
    pub fn update_keys_with(
        &mut self,
        both: bool,
        tx: &mut SendBuf<'_>,
        observer: &mut dyn Observer,
    ) -> Result<Result<(), Error>, Misuse> {
        if self.conn.closed.by_us {
            return Err(Misuse::Closed);
        }
        if !tx.takes_key_update(self.conn.cut()) {
            return Err(Misuse::NoRoom);
        }
        Ok(self.conn.send_key_update(both, tx, observer).map_err(|fault| self.failed(fault, tx)))
    }

    /// Says that we will send no more (close_notify, RFC 8446 §6.1). The peer may go on. Saying it twice sends it once.
    pub fn close(&mut self, tx: &mut SendBuf<'_>) {
        if !self.conn.closed.by_us {
            self.conn.closed.by_us = true;
            self.conn.machine.close();
            // [6.1-1]
            self.conn.send_alert(AlertDescription::close_notify, tx, &mut Unobserved);
        }
    }

    /// [5.5-1] [4.6.3-3] A key is not used beyond its limit, nor after the peer asked for another: a KeyUpdate comes first. False
    /// if there is no room for it yet.
    fn renew_key(&mut self, tx: &mut SendBuf<'_>, observer: &mut dyn Observer) -> Result<bool, Fault> {
        let Some(suite) = self.conn.negotiated().suite else { return Ok(true) };
        let fresh = self.conn.sealer.used() < self.conn.config.settings().records_per_key(suite);
        if fresh && !self.conn.machine.owes_key_update() {
            return Ok(true);
        }
        if !tx.takes_key_update(self.conn.cut()) {
            return Ok(false);
        }
        self.conn.send_key_update(false, tx, observer)?;
        Ok(true)
    }

    fn failed(&mut self, fault: Fault, tx: &mut SendBuf<'_>) -> Error {
        let state = self.conn.state();
        self.conn.fail(fault, state, tx, &mut Unobserved)
    }
}
