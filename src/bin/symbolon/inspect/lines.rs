//! A text cut into blocks and what lies between (RFC 7468), however broken it is. Nothing of a line is ever shown: it may
//! be part of a key.

use super::block::{Block, Remark};
use super::kind::Kind;
use symbolon::x509::{LoadError, pem};
use zeroize::Zeroizing;

/// A text as a whole.
#[derive(Default)]
pub(super) struct Text {
    pub(super) blocks: Vec<Block>,
    pub(super) problems: Vec<Remark>,
    pub(super) notes: Vec<Remark>,
}

/// A line: its number, and where it begins and ends.
#[derive(Clone, Copy)]
struct Line<'a> {
    number: usize,
    begin: usize,
    text: &'a [u8],
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

pub(super) fn read(text: &[u8]) -> Text {
    let mut read = Text::default();
    let body = match text.strip_prefix(BYTE_ORDER_MARK) {
        Some(body) => {
            let says = "a byte order mark stands in front, which OpenSSL takes for a part of the first BEGIN";
            read.problems.push(Remark::at_line(1, says));
            body
        }
        None => text,
    };
    let all = lines(body);
    if let Some(line) = all.iter().find(|line| body.get(line.begin + line.text.len()) == Some(&b'\r')) {
        read.notes.push(Remark::at_line(line.number, "lines end with CR, as on Windows"));
    }
    let mut outside = Outside::default();
    let mut rest = all.as_slice();
    while let Some((line, behind)) = rest.split_first() {
        rest = behind;
        let Some(label) = boundary(line.text, b"-----BEGIN ") else {
            outside.line(*line, &mut read);
            continue;
        };
        outside.end(&mut read);
        if line.text.starts_with(b" ") || line.text.starts_with(b"\t") {
            let says = "BEGIN is indented, and OpenSSL finds no block here";
            read.problems.push(Remark::at_line(line.number, says));
        }
        let more = behind.iter().position(|line| boundary(line.text, b"-----").is_some()).unwrap_or(behind.len());
        let ends = behind.get(more).filter(|line| boundary(line.text, b"-----END ").is_some());
        let block = behind.get(..more + usize::from(ends.is_some())).unwrap_or_default();
        rest = behind.get(block.len()..).unwrap_or_default();
        let end = block.last().unwrap_or(line);
        let bytes = body.get(line.begin..end.begin + end.text.len()).unwrap_or_default();
        read.blocks.push(decode(line.number, &String::from_utf8_lossy(label), bytes));
    }
    outside.end(&mut read);
    read
}

/// What lies outside of all blocks, up to the next.
#[derive(Default)]
struct Outside {
    /// The first and the last line of text.
    text: Option<(usize, usize)>,
    /// The last line that looks like base64.
    base64: Option<usize>,
}

impl Outside {
    fn line(&mut self, line: Line<'_>, read: &mut Text) {
        let text = line.text.trim_ascii();
        let mut problem = |says: &str| read.problems.push(Remark::at_line(line.number, says));
        if boundary(text, b"-----END ").is_some() {
            problem("END without BEGIN");
        } else if text.starts_with(b"-") && (contains(text, b"BEGIN") || contains(text, b"END")) {
            problem("a damaged BEGIN or END: it has five hyphens on either side");
        } else if is_base64(text) {
            // Once for all lines in a row.
            if self.base64.is_none_or(|last| last + 1 != line.number) {
                problem("base64 outside of any block");
            }
            self.base64 = Some(line.number);
        } else if !text.is_empty() {
            let (first, _) = self.text.unwrap_or((line.number, line.number));
            self.text = Some((first, line.number));
        }
    }

    fn end(&mut self, read: &mut Text) {
        if let Some((first, last)) = self.text.take() {
            let until = if last > first { format!(" (to line {last})") } else { String::new() };
            read.notes.push(Remark::at_line(first, format!("text outside of blocks{until}, which is passed over")));
        }
    }
}

/// A line that is as long as lines of base64 are, and of nothing else.
fn is_base64(text: &[u8]) -> bool {
    text.len() >= 40 && text.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window == word)
}

/// The label of a line that begins like this.
fn boundary<'a>(line: &'a [u8], front: &[u8]) -> Option<&'a [u8]> {
    line.trim_ascii().strip_prefix(front)?.strip_suffix(b"-----")
}

fn lines(text: &[u8]) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut begin = 0;
    while begin < text.len() {
        let rest = &text[begin..];
        let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
        lines.push(Line { number: lines.len() + 1, begin, text: &rest[..end] });
        begin += end + if rest[end..].starts_with(b"\r\n") { 2 } else { 1 };
    }
    lines
}

/// Decodes the bytes from BEGIN to END.
fn decode(line: usize, label: &str, bytes: &[u8]) -> Block {
    let kind = Kind::of_label(label);
    let block = |der| Block::new(Some(line), Some(label.to_owned()), kind, der);
    match pem::blocks(bytes).next() {
        Some(Ok(read)) => block(read.der),
        Some(Err(LoadError::Encrypted { .. })) => {
            let mut block = block(Zeroizing::default());
            block.kind = Kind::EncryptedPrivateKey;
            block
        }
        Some(Err(LoadError::Line { line: within, what })) => {
            let mut block = block(Zeroizing::default());
            block.problems.push(Remark::at_line(line + within - 1, what));
            block
        }
        Some(Err(error)) => {
            let mut block = block(Zeroizing::default());
            block.problem(error.to_string());
            block
        }
        None => block(Zeroizing::default()),
    }
}
