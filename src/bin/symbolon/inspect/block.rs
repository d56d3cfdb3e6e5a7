//! A block of a file, and what there is to say about it.

use super::der::Malformed;
use super::kind::Kind;
use crate::tolerant::certificate::Certificate;
use zeroize::Zeroizing;

/// Something to say, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Remark {
    /// Of the file, counted from 1.
    pub(super) line: Option<usize>,
    /// In the DER of the block, counted from 0.
    pub(super) offset: Option<usize>,
    /// In the words of its definition.
    pub(super) field: Option<String>,
    pub(super) says: String,
}

impl Remark {
    pub(super) fn new(says: impl Into<String>) -> Self {
        Self { line: None, offset: None, field: None, says: says.into() }
    }

    pub(super) fn at_line(line: usize, says: impl Into<String>) -> Self {
        Self { line: Some(line), ..Self::new(says) }
    }
}

impl From<Malformed> for Remark {
    fn from(malformed: Malformed) -> Self {
        Self { line: None, offset: Some(malformed.offset), field: Some(malformed.path), says: malformed.what }
    }
}

/// One block.
pub(super) struct Block {
    /// Of its BEGIN; none in a file of DER.
    pub(super) line: Option<usize>,
    pub(super) label: Option<String>,
    pub(super) kind: Kind,
    /// Perhaps a private key, so it is wiped. Empty if it can't be decoded.
    pub(super) der: Zeroizing<Vec<u8>>,
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) problems: Vec<Remark>,
    pub(super) notes: Vec<Remark>,
    /// If it is one that can be read.
    pub(super) certificate: Option<Certificate>,
    /// The public half of a key, as far as it is known.
    pub(super) public: Option<Vec<u8>>,
}

impl Block {
    pub(super) fn new(line: Option<usize>, label: Option<String>, kind: Kind, der: Zeroizing<Vec<u8>>) -> Self {
        Self {
            line,
            label,
            kind,
            der,
            facts: Vec::new(),
            problems: Vec::new(),
            notes: Vec::new(),
            certificate: None,
            public: None,
        }
    }

    pub(super) fn fact(&mut self, name: &'static str, value: impl ToString) {
        self.facts.push((name, value.to_string()));
    }

    pub(super) fn problem(&mut self, says: impl Into<String>) {
        self.problems.push(Remark { line: self.line, ..Remark::new(says) });
    }

    /// How to speak of it elsewhere.
    pub(super) fn place(&self) -> String {
        self.line.map_or("the file".to_owned(), |line| format!("line {line}"))
    }
}
