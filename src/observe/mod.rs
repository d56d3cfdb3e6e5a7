//! Who watches: the handshake printed, and key logs.

#[cfg(all(feature = "keylog", feature = "std"))]
mod keylog;

#[cfg(all(feature = "keylog", feature = "std"))]
pub use keylog::KeyLog;
