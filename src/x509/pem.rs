//! PEM (RFC 7468), read tolerantly.
use super::LoadError;
use alloc::{string::String, vec::Vec};

/// One block.
#[derive(Clone, Debug)]
pub struct Block {
    /// What stands behind BEGIN.
    pub label: String,
    /// The decoded bytes.
    pub der: Vec<u8>,
    /// The line of BEGIN, counted from 1.
    pub line: usize,
}

/// The blocks of a text.
#[must_use]
pub fn blocks(text: &[u8]) -> Blocks<'_> {
    Blocks(text)
}

/// Iterator over blocks.
#[derive(Clone, Debug)]
pub struct Blocks<'a>(&'a [u8]);
impl Iterator for Blocks<'_> {
    type Item = Result<Block, LoadError>;
    fn next(&mut self) -> Option<Self::Item> {
        todo!()
    }
}
