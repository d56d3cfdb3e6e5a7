//! What an implementation of TLS 1.3 must offer to be measured.
//!
//! The clock runs during [`Peer::client`], [`Peer::server`], [`End::advance`], [`End::seal`] and
//! [`End::open`]; bytes move between the ends while it stands, as the transport's work is nobody's.

use crate::pki::Pki;

/// The error of whatever can go wrong; a measurement that fails ends the program.
pub type Error = Box<dyn std::error::Error>;

/// Who shows a certificate, now or in the connection that a ticket comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The server only.
    ServerAuth,
    /// Both ends.
    Mutual,
    /// As [`ServerAuth`](Self::ServerAuth), but by a ticket of the connection before, with a key exchange (psk_dhe_ke).
    ServerAuthResumed,
    /// The same after [`Mutual`](Self::Mutual).
    MutualResumed,
}

impl Mode {
    /// The client has a certificate, and the server requires one.
    pub fn is_mutual(self) -> bool {
        matches!(self, Self::Mutual | Self::MutualResumed)
    }

    /// Each connection hands out one stateless ticket, and all but the first begin with one.
    pub fn resumes(self) -> bool {
        matches!(self, Self::ServerAuthResumed | Self::MutualResumed)
    }
}

/// The AEAD of the only cipher suite on offer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Cipher {
    /// TLS_AES_128_GCM_SHA256.
    Aes128Gcm,
    /// TLS_CHACHA20_POLY1305_SHA256.
    ChaCha20Poly1305,
}

/// One implementation with its two configurations, shared by all connections made from them.
///
/// Both configurations offer TLS 1.3, X25519 and one cipher suite; tickets only in a mode that resumes. Each
/// end verifies the peer's chain to the root; the client also that the leaf is for
/// [`SERVER_NAME`](crate::pki::SERVER_NAME).
pub trait Peer: Sized {
    /// The client's end.
    type Client: End;
    /// The server's end.
    type Server: End;

    /// Makes the configurations.
    fn new(pki: &Pki, mode: Mode, cipher: Cipher) -> Result<Self, Error>;

    /// Name and version, for the table.
    fn name() -> String;

    /// Bytes of the two connection structs themselves, heap excluded.
    fn struct_bytes() -> usize {
        size_of::<Self::Client>() + size_of::<Self::Server>()
    }

    /// Allocations so far in this program, where they can be counted.
    fn allocations() -> Option<u64>;

    /// Heap bytes in use by this program now.
    fn heap_bytes() -> usize;

    /// A client that has not sent anything yet.
    fn client(&self) -> Result<Self::Client, Error>;

    /// A server that has not received anything yet.
    fn server(&self) -> Result<Self::Server, Error>;
}

/// One end of one connection.
pub trait End {
    /// Goes as far as what was received allows. True once the handshake is over for this end.
    fn advance(&mut self) -> Result<bool, Error>;

    /// After the handshake, the client takes in what the server sent last: a ticket, if there is one.
    fn take_ticket(&mut self) -> Result<(), Error> {
        self.advance().map(|_| ())
    }

    /// True if a ticket stood in for certificates.
    fn is_resumed(&self) -> bool;

    /// Appends to `wire` what waits to be sent. Transport only: all other work belongs in the timed calls.
    fn send(&mut self, wire: &mut Vec<u8>) -> Result<(), Error>;

    /// Takes all of `wire` into the receive buffer, unread. Transport only.
    fn recv(&mut self, wire: &[u8]) -> Result<(), Error>;

    /// The application writes `plaintext` to the place from which [`seal`](Self::seal) takes it.
    /// Only for interfaces that lend room in the record itself: elsewhere the application has its
    /// own buffer. Not timed.
    fn place(&mut self, _plaintext: &[u8]) -> Result<(), Error> {
        Ok(())
    }

    /// Protects `plaintext` (or what was placed) as one record, ready to be sent.
    fn seal(&mut self, plaintext: &[u8]) -> Result<(), Error>;

    /// Removes the protection of all that was received until the application can read it: lent as a
    /// slice, or else copied to `room`. Returns the length of the plaintext.
    fn open(&mut self, room: &mut [u8]) -> Result<usize, Error>;
}
