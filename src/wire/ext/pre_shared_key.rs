//! `pre_shared_key` (RFC 8446 §4.2.11).
//!
//! ```text
//! struct {
//!     select (Handshake.msg_type) {
//!         case client_hello: OfferedPsks;
//!         case server_hello: uint16 selected_identity;
//!     };
//! } PreSharedKeyExtension;
//! ```

use super::super::reader::extension_data;
use super::super::{Element, Encode, ExtensionType, Malformed, Parse, Reader, Vector, Writer};

/// The PSKs that a client offers, most preferred first, and a proof for each that it holds it.
///
/// ```text
/// struct {
///     PskIdentity identities<7..2^16-1>;
///     PskBinderEntry binders<33..2^16-1>;
/// } OfferedPsks;
/// ```
///
/// The two lists may differ in length here; which binder belongs to which identity is judged in the handshake.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OfferedPsks<'a> {
    /// By which names the PSKs are known.
    pub identities: Vector<'a, PskIdentity<'a>>,
    /// The proofs, in the order of the identities.
    pub binders: Vector<'a, PskBinderEntry<'a>>,
}

/// The name of one PSK.
///
/// ```text
/// struct {
///     opaque identity<1..2^16-1>;
///     uint32 obfuscated_ticket_age;
/// } PskIdentity;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PskIdentity<'a> {
    /// A ticket, or a name that both ends were given.
    pub identity: &'a [u8],
    /// Milliseconds since the ticket came, plus its `ticket_age_add`, modulo 2^32; 0 without a ticket.
    pub obfuscated_ticket_age: u32,
}

/// The MAC by one PSK over the ClientHello up to the binders: `opaque PskBinderEntry<32..255>` (RFC 8446 §4.2.11.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PskBinderEntry<'a>(pub &'a [u8]);

impl OfferedPsks<'_> {
    /// Bytes of the field `binders` with its length. As the extension is the last one, a ClientHello without that many
    /// bytes at its end is what the binders are computed over (RFC 8446 §4.2.11.2).
    #[must_use]
    pub fn binders_len(&self) -> usize {
        // [4.2.11.2-1]
        self.binders.iter().fold(2, |len: usize, binder| len.saturating_add(1).saturating_add(binder.0.len()))
    }
}

/// Of the extension's body.
impl<'a> Parse<'a> for OfferedPsks<'a> {
    fn parse(body: &'a [u8]) -> Result<Self, Malformed> {
        // [4.2.11-5]
        extension_data(ExtensionType::pre_shared_key, body, |r| {
            let identities = r.vec16("identities");
            let identities = Vector::read(r, "identities", 7, identities);
            let binders = r.vec16("binders");
            Self { identities, binders: Vector::read(r, "binders", 33, binders) }
        })
    }
}

impl Encode for OfferedPsks<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.vec16(|w| self.identities.encode(w));
        w.vec16(|w| self.binders.encode(w));
    }
}

impl<'a> Element<'a> for PskIdentity<'a> {
    fn read(r: &mut Reader<'a>) -> Self {
        let identity = r.vec16("identity");
        r.within("identity", 1.., identity);
        Self { identity, obfuscated_ticket_age: r.u32("obfuscated_ticket_age") }
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.opaque16(self.identity);
        w.u32(self.obfuscated_ticket_age);
    }
}

impl<'a> Element<'a> for PskBinderEntry<'a> {
    fn read(r: &mut Reader<'a>) -> Self {
        let binder = r.vec8("PskBinderEntry");
        Self(r.within("PskBinderEntry", 32.., binder))
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.opaque8(self.0);
    }
}

pub(in crate::wire) fn read_selected(r: &mut Reader<'_>) -> u16 {
    r.u16("selected_identity")
}

pub(in crate::wire) fn encode_selected(identity: u16, w: &mut Writer<'_>) {
    w.u16(identity)
}
