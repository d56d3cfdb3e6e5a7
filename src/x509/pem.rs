//! PEM (RFC 7468), read tolerantly: text around and between blocks, CRLF, lines of any length, header lines as in
//! "Proc-Type: 4,ENCRYPTED" (RFC 1421 §4.6).

use super::LoadError;
use alloc::{string::String, vec::Vec};
use zeroize::Zeroizing;

/// One block.
#[derive(Clone)]
pub struct Block {
    /// What stands behind BEGIN, e.g. `CERTIFICATE`.
    pub label: String,
    /// The decoded bytes. They may be a private key, so they are wiped.
    pub der: Zeroizing<Vec<u8>>,
    /// The line of BEGIN, counted from 1.
    pub line: usize,
}

/// The blocks of a text, in order. After an error there is no more.
#[must_use]
pub fn blocks(text: &[u8]) -> Blocks<'_> {
    // Editors of some systems mark UTF-8 with three bytes in front.
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    Blocks { rest: text, line: 0 }
}

/// Made by [`blocks`].
#[derive(Clone, Debug)]
pub struct Blocks<'a> {
    rest: &'a [u8],
    /// Of the line read last.
    line: usize,
}

impl<'a> Blocks<'a> {
    fn next_line(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        // A lone CR ends a line as well.
        let end = self.rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(self.rest.len());
        let (line, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest.strip_prefix(b"\r\n").or_else(|| rest.get(1..)).unwrap_or_default();
        self.line = self.line.saturating_add(1);
        Some(line.trim_ascii())
    }

    fn body(&mut self, label: &[u8]) -> Result<Block, LoadError> {
        let begin = self.line;
        let label = String::from_utf8_lossy(label).into_owned();
        // Decoded bytes never outnumber the text, so the vector does not grow and leave copies of a key behind.
        let length = self.rest.windows(5).position(|next| next == b"-----").unwrap_or(self.rest.len());
        let mut der = Zeroizing::new(Vec::with_capacity(length));
        let mut base64 = Base64::default();
        let mut headers = true;
        while let Some(line) = self.next_line() {
            if let Some(end) = boundary(line, b"-----END ") {
                let wrong = |what| Err(LoadError::Line { line: self.line, what });
                if end != label.as_bytes() {
                    return wrong("END names another label than BEGIN");
                }
                if !base64.is_complete() {
                    return wrong("the base64 above ends too early");
                }
                return Ok(Block { label, der, line: begin });
            }
            if boundary(line, b"-----BEGIN ").is_some() {
                break;
            }
            if headers && line.contains(&b':') {
                if line.starts_with(b"Proc-Type:") && line.ends_with(b"ENCRYPTED") {
                    return Err(LoadError::Encrypted { label, line: begin });
                }
                continue;
            }
            headers &= line.is_empty();
            base64.decode(line, &mut der).map_err(|what| LoadError::Line { line: self.line, what })?;
        }
        Err(LoadError::Line { line: begin, what: "BEGIN without END" })
    }
}

impl Iterator for Blocks<'_> {
    type Item = Result<Block, LoadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(label) = boundary(self.next_line()?, b"-----BEGIN ") {
                let block = self.body(label);
                if block.is_err() {
                    self.rest = &[];
                }
                return Some(block);
            }
        }
    }
}

/// The label of a line `-----BEGIN label-----`.
fn boundary<'a>(line: &'a [u8], front: &[u8]) -> Option<&'a [u8]> {
    line.strip_prefix(front)?.strip_suffix(b"-----")
}

/// Four characters carry three bytes (RFC 4648 §4).
#[derive(Default)]
struct Base64 {
    bits: u32,
    characters: u8,
    padding: u8,
}

impl Base64 {
    fn decode(&mut self, line: &[u8], out: &mut Vec<u8>) -> Result<(), &'static str> {
        const NOT_BASE64: &str = "not base64";
        for character in line.iter().filter(|character| !character.is_ascii_whitespace()) {
            let value = match character {
                b'A'..=b'Z' => character.checked_sub(b'A'),
                b'a'..=b'z' => character.checked_sub(b'a' - 26),
                b'0'..=b'9' => character.checked_add(52 - b'0'),
                b'+' => Some(62),
                b'/' => Some(63),
                b'=' if self.characters >= 2 => {
                    self.padding = self.padding.saturating_add(1);
                    Some(0)
                }
                _ => None,
            };
            let value = value.ok_or(NOT_BASE64)?;
            // Padding ends the text.
            if self.is_over() || (self.padding > 0 && *character != b'=') {
                return Err(NOT_BASE64);
            }
            self.bits = (self.bits << 6) | u32::from(value);
            self.characters = self.characters.saturating_add(1);
            if self.characters == 4 {
                let [_, bytes @ ..] = self.bits.to_be_bytes();
                let (kept, cut) =
                    bytes.split_at_checked(3_usize.saturating_sub(self.padding.into())).ok_or(NOT_BASE64)?;
                if cut.iter().any(|byte| *byte != 0) {
                    return Err(NOT_BASE64);
                }
                out.extend_from_slice(kept);
                (self.bits, self.characters) = (0, 0);
            }
        }
        Ok(())
    }

    fn is_over(&self) -> bool {
        self.padding > 0 && self.characters == 0
    }

    fn is_complete(&self) -> bool {
        self.characters == 0
    }
}
