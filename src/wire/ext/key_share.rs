//! `key_share` (RFC 8446 §4.2.8).
//!
//! ```text
//! struct {
//!     KeyShareEntry client_shares<0..2^16-1>;
//! } KeyShareClientHello;
//!
//! struct {
//!     NamedGroup selected_group;
//! } KeyShareHelloRetryRequest;
//!
//! struct {
//!     KeyShareEntry server_share;
//! } KeyShareServerHello;
//! ```

use super::super::{Element, NamedGroup, Reader, Vector, Writer};

/// A public value of one group.
///
/// ```text
/// struct {
///     NamedGroup group;
///     opaque key_exchange<1..2^16-1>;
/// } KeyShareEntry;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyShareEntry<'a> {
    /// The group.
    pub group: NamedGroup,
    /// The public value, in the encoding of the group (RFC 8446 §4.2.8.1, §4.2.8.2).
    pub key_exchange: &'a [u8],
}

impl<'a> Element<'a> for KeyShareEntry<'a> {
    fn read(r: &mut Reader<'a>) -> Self {
        let (group, key_exchange) = (NamedGroup(r.u16("group")), r.vec16("key_exchange"));
        Self { group, key_exchange: r.within("key_exchange", 1.., key_exchange) }
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.u16(self.group.0);
        w.opaque16(self.key_exchange)
    }
}

pub(in crate::wire) fn read<'a>(r: &mut Reader<'a>) -> Vector<'a, KeyShareEntry<'a>> {
    let shares = r.vec16("client_shares");
    Vector::read(r, "client_shares", 0, shares)
}

pub(in crate::wire) fn encode(shares: Vector<'_, KeyShareEntry<'_>>, w: &mut Writer<'_>) {
    w.vec16(|w| shares.encode(w))
}

pub(in crate::wire) fn read_selected_group(r: &mut Reader<'_>) -> NamedGroup {
    NamedGroup(r.u16("selected_group"))
}

pub(in crate::wire) fn encode_selected_group(group: NamedGroup, w: &mut Writer<'_>) {
    w.u16(group.0)
}

pub(in crate::wire) fn read_server_share<'a>(r: &mut Reader<'a>) -> KeyShareEntry<'a> {
    KeyShareEntry::read(r)
}

pub(in crate::wire) fn encode_server_share(share: KeyShareEntry<'_>, w: &mut Writer<'_>) {
    share.encode(w)
}
