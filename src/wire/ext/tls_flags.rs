//! `tls_flags` (draft-ietf-tls-tlsflags §2), of a NewSessionTicket.

use super::super::{Reader, TlsFlag, Writer};

/// Flags, a bit each, from the lowest bit of the first byte on.
///
/// ```text
/// struct {
///    opaque flags<0..255>;
/// } FlagExtensions;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TlsFlags<'a>(&'a [u8]);

impl TlsFlags<'static> {
    /// [`TlsFlag::resumption_across_names`] and no other.
    pub const RESUMPTION_ACROSS_NAMES: Self = Self(&[0b0000_0000, 0b0000_0001]);
}

impl<'a> TlsFlags<'a> {
    /// These bytes, whatever their bits stand for.
    #[must_use]
    pub const fn of(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Whether the flag is set.
    #[must_use]
    pub fn contains(self, flag: TlsFlag) -> bool {
        let byte = self.0.get(usize::from(flag.0 / 8)).copied().unwrap_or_default();
        byte & (1 << (flag.0 % 8)) != 0
    }

    /// Whether no byte at the end could be left out: the last one says something.
    #[must_use]
    pub fn is_minimal(self) -> bool {
        self.0.last() != Some(&0)
    }

    /// True without flags.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

// [tlsflags-2-1]
pub(in crate::wire) fn read<'a>(r: &mut Reader<'a>) -> TlsFlags<'a> {
    let flags = r.vec8("flags");
    TlsFlags(r.within("flags", 1.., flags))
}

pub(in crate::wire) fn encode(flags: TlsFlags<'_>, w: &mut Writer<'_>) {
    w.opaque8(flags.0);
}
