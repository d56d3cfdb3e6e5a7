//! A peer's identity as a ticket carries it, so that who resumes is who was met first.

use super::{
    PeerIdentity,
    kept::Names,
    path::{PathEnd, Seconds},
};
use crate::wire::Reader;
use alloc::vec::Vec;

impl PeerIdentity {
    /// The anchor stands elsewhere in the configuration that the peer comes back to.
    pub(crate) fn set_anchor(&mut self, index: usize) {
        self.names.set_anchor(u16::try_from(index).unwrap_or(u16::MAX));
    }

    /// Appends it to `out`, in at most 2098 bytes.
    pub fn pack(&self, out: &mut Vec<u8>) {
        let Self { spki_sha256, not_before, not_after, path, names } = self;
        out.extend_from_slice(spki_sha256);
        for seconds in [not_before, not_after, &path.not_after] {
            out.extend_from_slice(&seconds.0);
        }
        out.push(path.open);
        names.pack(out);
    }

    /// What [`PeerIdentity::pack`] appended. `None` for other bytes, if `r` has not failed before. That the bytes are from
    /// there, and say who the peer proved to be, is for the caller to know.
    #[must_use]
    pub fn unpack(r: &mut Reader<'_>) -> Option<Self> {
        let spki_sha256 = *r.array_ref("spki_sha256");
        let [not_before, not_after, end] =
            ["not_before", "not_after", "path"].map(|field| Seconds(*r.array_ref(field)));
        let path = PathEnd { not_after: end, open: r.u8("unchecked") };
        let names = Names::unpack(r)?;
        path.is_known().then_some(Self { spki_sha256, not_before, not_after, path, names })
    }
}
