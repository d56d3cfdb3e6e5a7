//! The board's cable: two FIFOs on the host, opened by semihosting.

use crate::board;
use semihosting::fs::File;
use semihosting::io::{Read, Write};
use symbolon::{RecvBuf, SendBuf};

pub(crate) struct Link {
    from_peer: File,
    to_peer: File,
}

impl Link {
    pub(crate) fn open() -> Self {
        let (Ok(from_peer), Ok(to_peer)) = (File::open(c"from-peer"), File::create(c"to-peer")) else {
            board::give_up("no FIFOs")
        };
        Self { from_peer, to_peer }
    }

    /// Sends all that waits.
    pub(crate) fn send(&mut self, tx: &mut SendBuf<'_>) {
        while !tx.is_empty() {
            match self.to_peer.write(tx.to_send()) {
                Ok(n) if n > 0 => tx.sent(n),
                Ok(_) | Err(_) => board::give_up("the peer does not read"),
            }
        }
    }

    /// Waits for some bytes.
    pub(crate) fn recv(&mut self, rx: &mut RecvBuf<'_>) {
        match self.from_peer.read(rx.space()) {
            Ok(n) if n > 0 => rx.received(n),
            Ok(_) | Err(_) => board::give_up("the peer hung up"),
        }
    }
}
