//! What a file really holds.
use alloc::vec::Vec;
use core::fmt;

/// Why a file can't be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError(());

impl fmt::Display for LoadError {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        todo!()
    }
}
impl core::error::Error for LoadError {}

/// The certificates of a PEM file, in order.
///
/// # Errors
/// [`LoadError`]
pub fn certificates_from_pem(_text: &[u8]) -> Result<Vec<Vec<u8>>, LoadError> {
    todo!()
}
