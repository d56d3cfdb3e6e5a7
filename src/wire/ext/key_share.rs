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

use super::super::{Element, Malformed, NamedGroup, NoRoom, Reader, Vector, Writer, exactly, within};
use super::BODY;

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
    fn read(r: &mut Reader<'_, 'a>) -> Result<Self, Malformed> {
        let group = NamedGroup(r.u16("group")?);
        let key_exchange = within("key_exchange", 1.., r.vec16("key_exchange")?)?;
        Ok(Self { group, key_exchange })
    }

    fn encode(&self, w: &mut Writer<'_>) -> Result<(), NoRoom> {
        w.u16(self.group.0)?;
        w.vec16(|w| w.put(self.key_exchange))
    }
}

pub(in crate::wire) fn read(body: &[u8]) -> Result<Vector<'_, KeyShareEntry<'_>>, Malformed> {
    exactly(BODY, body, |r| Vector::wire("client_shares", 0, r.vec16("client_shares")?))
}

pub(in crate::wire) fn encode(shares: Vector<'_, KeyShareEntry<'_>>, w: &mut Writer<'_>) -> Result<(), NoRoom> {
    w.vec16(|w| shares.encode(w))
}

pub(in crate::wire) fn read_selected_group(body: &[u8]) -> Result<NamedGroup, Malformed> {
    exactly(BODY, body, |r| Ok(NamedGroup(r.u16("selected_group")?)))
}

pub(in crate::wire) fn encode_selected_group(group: NamedGroup, w: &mut Writer<'_>) -> Result<(), NoRoom> {
    w.u16(group.0)
}

pub(in crate::wire) fn read_server_share(body: &[u8]) -> Result<KeyShareEntry<'_>, Malformed> {
    exactly(BODY, body, KeyShareEntry::read)
}

pub(in crate::wire) fn encode_server_share(share: KeyShareEntry<'_>, w: &mut Writer<'_>) -> Result<(), NoRoom> {
    share.encode(w)
}
