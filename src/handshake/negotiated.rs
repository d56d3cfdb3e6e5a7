//! What both ends agreed on.

#[cfg(feature = "alloc")]
use crate::resumption::PskKind;
use crate::wire::{CipherSuite, NamedGroup, SignatureScheme};
#[cfg(feature = "alloc")]
use core::num::NonZeroU8;

/// What both ends agreed on, as far as the handshake has come. It says nothing about who the peer is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Negotiated {
    /// The cipher suite.
    pub suite: Option<CipherSuite>,
    /// The group of the key exchange.
    pub group: Option<NamedGroup>,
    /// The kind of PSK that stands in for certificates, if one does.
    #[cfg(feature = "alloc")]
    pub psk: Option<PskKind>,
    /// Which PSK of the configuration that is, counted from 0; `Connection::external_psk` gives it.
    #[cfg(feature = "alloc")]
    pub external_psk: Option<u16>,
    /// What became of early data.
    #[cfg(feature = "alloc")]
    pub early_data: EarlyDataState,
    /// The scheme of the peer's CertificateVerify; once a resumption is complete, of the one in the handshake that it goes back to.
    pub peer_scheme: Option<SignatureScheme>,
    /// The scheme of our own CertificateVerify.
    pub own_scheme: Option<SignatureScheme>,
    /// By which algorithm the peer's certificate came compressed (RFC 8879), if it did, counted from 1 in our own list;
    /// `Connection::peer_compression` gives its name.
    #[cfg(feature = "alloc")]
    pub peer_compression: Option<NonZeroU8>,
    /// By which algorithm our own certificate went compressed, likewise.
    #[cfg(feature = "alloc")]
    pub own_compression: Option<NonZeroU8>,
    /// A HelloRetryRequest was needed.
    pub retried: bool,
    /// The server used the client's `server_name` (RFC 6066 §3), and says so; of a resumption nothing is said.
    pub server_name_used: bool,
    /// The chosen application protocol, counted from 0 in our own list; `Connection::alpn` gives its name.
    pub alpn: Option<u16>,
    /// The most content that we may put into a record, if the peer set a limit.
    pub send_limit: Option<u16>,
    /// The most content that the peer may put into a record, if it took our limit.
    pub recv_limit: Option<u16>,
}

/// What became of early data (RFC 8446 §4.2.10), seen from either end.
#[cfg(feature = "alloc")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EarlyDataState {
    /// The client offered none.
    #[default]
    NotOffered,
    /// The client offered it, and has no answer yet.
    Offered,
    /// The server refused it: what was sent of it was dropped unread, and has to be sent again.
    Rejected,
    /// The server takes it.
    Accepted,
}
