//! The verbs of the handshake, applied: to the send buffer, the two cipher halves and the observer.

use super::{Limits, Observer};
use crate::config::HasSettings;
use crate::crypto::{Crypto, TrafficKeys};
use crate::fault::{Fault, Reason};
use crate::handshake::{Effects, Kind, Role, Trace};
use crate::record::{Cut, Opener, Sealer, SendBuf};
use crate::wire::{ContentType, Message};

/// Parts of a connection, borrowed for one arrow. The receive buffer is not among them: the message lies in it.
pub(super) struct Out<'a, 't, R: Role, C: Crypto> {
    pub(super) config: &'a R::Config<C>,
    pub(super) tx: &'a mut SendBuf<'t>,
    pub(super) sealer: &'a mut Sealer<C::Aead>,
    pub(super) opener: &'a mut Opener<C::Aead>,
    pub(super) limits: &'a mut Limits,
    pub(super) pad_to: usize,
    /// The message ends its record.
    pub(super) aligned: bool,
    pub(super) observer: &'a mut dyn Observer,
}

impl<R: Role, C: Crypto> Out<'_, '_, R, C> {
    fn cut(&self) -> Cut {
        Cut { fragment: self.limits.send.into(), pad_to: self.pad_to }
    }
}

impl<R: Role, C: Crypto> Effects for Out<'_, '_, R, C> {
    fn send(&mut self, msg: &dyn Message) -> Result<&[u8], Fault> {
        let cut = self.cut();
        let bytes = self.tx.message(msg, self.sealer, cut)?;
        self.observer.event(&Trace::Send { kind: Kind::of(bytes), bytes });
        Ok(bytes)
    }

    // [5-3] [D.4-2]
    fn send_change_cipher_spec(&mut self) -> Result<(), Fault> {
        self.tx.record(ContentType::change_cipher_spec, &[1], self.sealer, self.cut())
    }

    fn set_send_key(&mut self, keys: TrafficKeys) -> Result<(), Fault> {
        // [5.1-5]
        self.tx.close(self.sealer, self.cut())?;
        self.sealer.set_key(&self.config.settings().crypto, &keys)
    }

    #[cfg(feature = "alloc")]
    fn drop_send_key(&mut self) -> Result<(), Fault> {
        self.tx.close(self.sealer, self.cut())?;
        self.sealer.drop_key();
        Ok(())
    }

    fn set_recv_key(&mut self, keys: TrafficKeys) -> Result<(), Fault> {
        // [5.1-4] A key change in the middle of a record would leave bytes that nobody knows the key of.
        self.check_end_of_record()?;
        self.opener.set_key(&self.config.settings().crypto, &keys)
    }

    fn check_end_of_record(&self) -> Result<(), Fault> {
        if !self.aligned {
            return Err(Reason::KeyChangeInsideRecord.into());
        }
        Ok(())
    }

    fn set_limits(&mut self, send: Option<u16>, recv: Option<u16>) {
        let ours = self.config.settings().max_send_fragment();
        *self.limits =
            Limits { send: send.unwrap_or(Limits::NONE.send).min(ours), recv: recv.unwrap_or(Limits::NONE.recv) };
    }

    fn skip_early_data(&mut self, bytes: u32) {
        self.opener.skip_early_data(bytes);
    }

    #[cfg(feature = "alloc")]
    fn take_early_data(&mut self, bytes: u32) {
        self.opener.take_early_data(bytes);
    }

    fn trace(&mut self, event: Trace<'_>) {
        self.observer.event(&event);
    }

    fn wants_secrets(&self) -> bool {
        self.observer.wants_secrets()
    }
}
