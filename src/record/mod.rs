//! The record layer (RFC 8446 §5): framing and protection, in place, in buffers of the caller.
//!
//! It knows keys, never secrets, and nothing of the handshake: what may come when is told to it by [`Rules`].
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions
)]

mod protect;
mod recv_buf;
mod send_buf;

pub(crate) use protect::{Opener, Sealer};
pub use recv_buf::RecvBuf;
pub(crate) use recv_buf::{Opened, Rules};
pub(crate) use send_buf::Cut;
pub use send_buf::SendBuf;

/// Bytes of a record's header.
pub(crate) const HEADER_LEN: usize = crate::wire::RecordHeader::LEN;
pub(crate) use crate::wire::MAX_PLAINTEXT;
/// The most that protection may add to it, as a receiver must tolerate (RFC 8446 §5.2).
pub(crate) const MAX_EXPANSION: usize = 256;
/// What we add ourselves: the inner content type and the tag.
pub(crate) const OVERHEAD: usize = 1 + crate::crypto::TAG_LEN;
/// The largest record that can arrive, header included.
pub const MAX_RECORD: usize = HEADER_LEN + MAX_PLAINTEXT + MAX_EXPANSION;

#[cfg(feature = "alloc")]
const _: () = assert!(crate::buffer::WHOLE_RECORD == HEADER_LEN + MAX_PLAINTEXT + OVERHEAD);
