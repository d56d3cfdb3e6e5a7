//! Named policies: how strict path validation is where RFC 5280 leaves a choice, or where custom differs from it.

/// By which rules a chain is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profile {
    /// A CA of one's own: RFC 5280, with what the certificates of private CAs often lack or mark otherwise let pass.
    #[default]
    Private,
    /// The public web: RFC 5280 to the letter, and the profile of the CA/Browser Forum.
    #[cfg(feature = "alloc")]
    Web,
}
