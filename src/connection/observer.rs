//! Who watches a connection.

use crate::handshake::Trace;

/// Is told of everything that a connection does, as it happens.
pub trait Observer {
    /// Something happened.
    fn event(&mut self, event: &Trace<'_>);

    /// True to be shown the secrets of the key schedule too, under feature `keylog`. Whoever sees them reads the connection.
    fn wants_secrets(&self) -> bool {
        false
    }
}

/// Nobody watches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn event(&mut self, _: &Trace<'_>) {}
}
