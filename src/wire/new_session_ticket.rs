//! NewSessionTicket (RFC 8446 §4.6.1).

use super::ext::early_data;
#[cfg(feature = "alloc")]
use super::ext::{TlsFlags, tls_flags};
use super::extensions::put;
use super::{Encode, ExtensionType, Extensions, HandshakeType, Malformed, Message, Parse, Writer, exactly};

/// A ticket for resumption.
///
/// ```text
/// struct {
///     uint32 ticket_lifetime;
///     uint32 ticket_age_add;
///     opaque ticket_nonce<0..255>;
///     opaque ticket<1..2^16-1>;
///     Extension extensions<0..2^16-2>;
/// } NewSessionTicket;
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NewSessionTicket<'a> {
    /// Seconds.
    pub ticket_lifetime: u32,
    /// What the client adds to the age it tells, in milliseconds.
    pub ticket_age_add: u32,
    /// Makes the PSK of each ticket its own.
    pub ticket_nonce: &'a [u8],
    /// The identity of the PSK.
    pub ticket: &'a [u8],
    /// The block as received, which is not encoded. In our own: extensions that have no field here, the first of them ahead of
    /// all others; with a heap only.
    pub extensions: Extensions<'a>,
    /// Bytes, of the extension `early_data` (RFC 8446 §4.2.10). Where it occurs twice, the last one stands here.
    pub max_early_data_size: Option<u32>,
    /// Of the extension `tls_flags` (draft-ietf-tls-tlsflags), which is left out without any.
    #[cfg(feature = "alloc")]
    pub flags: TlsFlags<'a>,
}

impl<'a> Parse<'a> for NewSessionTicket<'a> {
    fn parse(body: &'a [u8]) -> Result<Self, Malformed> {
        exactly("NewSessionTicket", body, |r| {
            let (ticket_lifetime, ticket_age_add) = (r.u32("ticket_lifetime"), r.u32("ticket_age_add"));
            let (ticket_nonce, ticket) = (r.vec8("ticket_nonce"), r.vec16("ticket"));
            // [4.6.1-5]
            r.within("ticket", 1.., ticket);
            let block = r.vec16("extensions");
            r.within("extensions", ..=65534, block);
            let mut max_early_data_size = None;
            #[cfg(feature = "alloc")]
            let mut flags = TlsFlags::default();
            let extensions = Extensions::read_block(r, block);
            extensions.read_each(r, |t, r| match t {
                ExtensionType::early_data => max_early_data_size = Some(early_data::read(r)),
                #[cfg(feature = "alloc")]
                ExtensionType::tls_flags => flags = tls_flags::read(r),
                _ => r.skip(),
            });
            Self {
                ticket_lifetime,
                ticket_age_add,
                ticket_nonce,
                ticket,
                extensions,
                max_early_data_size,
                #[cfg(feature = "alloc")]
                flags,
            }
        })
    }
}

impl Encode for NewSessionTicket<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u32(self.ticket_lifetime);
        w.u32(self.ticket_age_add);
        w.opaque8(self.ticket_nonce);
        w.opaque16(self.ticket);
        w.vec16(|w| {
            #[cfg(feature = "alloc")]
            let (ahead, behind) = self.extensions.ours();
            #[cfg(feature = "alloc")]
            ahead.encode(w);
            put(w, ExtensionType::early_data, self.max_early_data_size, early_data::encode);
            #[cfg(feature = "alloc")]
            put(w, ExtensionType::tls_flags, Some(self.flags).filter(|flags| !flags.is_empty()), tls_flags::encode);
            #[cfg(feature = "alloc")]
            behind.encode(w);
        });
    }
}

impl Message for NewSessionTicket<'_> {
    fn kind(&self) -> HandshakeType {
        HandshakeType::new_session_ticket
    }
}
