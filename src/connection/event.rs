//! What a step comes to.

use crate::fault::StateName;
use crate::handshake::Ask;

/// What a step came to.
// The largest variant is a borrowed ClientHello, which only servers that ask for it ever see.
#[allow(clippy::large_enum_variant)]
#[derive(Debug)]
pub enum Event<'rx> {
    /// An arrow of the figures of RFC 8446 Appendix A was taken; also one that leads back to the same box.
    Moved {
        /// The box left.
        from: StateName,
        /// The box entered.
        to: StateName,
    },
    /// Application data, lent from the receive buffer. The next step ends the loan; `RecvBuf::data` has it until then.
    Data(&'rx [u8]),
    /// Early data (RFC 8446 §4.2.10), lent as [`Event::Data`] is; only at a server that takes it. The client is unknown, and what it
    /// says may be a replay: no more must be done with it than what may be done twice.
    #[cfg(feature = "alloc")]
    EarlyData(&'rx [u8]),
    /// The application has to decide: see [`Connection::answer`](crate::Connection::answer). Asked again until it does.
    Ask(Ask<'rx>),
    /// Another public-key operation comes next: step again, after whatever else there is to do. Only if the configuration says
    /// `one_operation_per_step`.
    Yield,
    /// Nothing can be done before more bytes arrive.
    NeedRecv,
    /// The send buffer must be emptied before the next arrow: it may not have the room.
    NeedSend,
    /// The peer will send no more (close_notify). We still may.
    PeerClosed,
}
