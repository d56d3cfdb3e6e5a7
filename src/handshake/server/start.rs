//! START: only the type of the message is looked at.

use super::{RecvdCh, Start};

impl Start {
    pub(super) fn recv_client_hello(self) -> RecvdCh {
        RecvdCh {
            retry: self.retry,
            #[cfg(feature = "alloc")]
            looked_up: None,
        }
    }
}
