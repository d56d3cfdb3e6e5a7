//! Reader of `vectors/*/*.kv`: `[title]`, then lines `Name = hex` or `Name = "text"`, in blocks parted by
//! blank lines. A block without a title of its own has that of the block above. `#` starts a comment line.
//! Whatever is wrong panics and says in which file, block and key.

use std::{fs, path::Path};

/// The blocks of a file, in its order.
pub struct File {
    path: String,
    pub blocks: Vec<Block>,
}

/// The entries of a block, in the order of the file. No name occurs twice.
pub struct Block {
    place: String,
    pub title: String,
    pub entries: Vec<(String, Vec<u8>)>,
}

impl File {
    /// `path` is relative to the root of the crate.
    pub fn read(path: &str) -> Self {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
        Self::parse(path, &text.unwrap_or_else(|e| panic!("{path}: {e}")))
    }

    pub fn parse(path: &str, text: &str) -> Self {
        let mut blocks: Vec<Block> = Vec::new();
        let (mut title, mut open) = ("", false);
        for line in text.lines().map(str::trim).filter(|l| !l.starts_with('#')) {
            let heading = line.strip_prefix('[').and_then(|l| l.strip_suffix(']'));
            title = heading.unwrap_or(title);
            if heading.is_some() || !(open || line.is_empty()) {
                blocks.push(Block { place: format!("{path} [{title}]"), title: title.into(), entries: Vec::new() });
            }
            open = !line.is_empty();
            if let (None, true, Some(block)) = (heading, open, blocks.last_mut()) {
                block.push(line);
            }
        }
        Self { path: path.into(), blocks }
    }

    /// Every block of this title, in order.
    pub fn all(&self, title: &str) -> Vec<&Block> {
        self.blocks.iter().filter(|b| b.title == title).collect()
    }

    /// The only block of this title.
    pub fn block(&self, title: &str) -> &Block {
        match self.all(title)[..] {
            [block] => block,
            ref blocks => panic!("{} [{title}]: {} such blocks, not 1", self.path, blocks.len()),
        }
    }
}

impl Block {
    fn push(&mut self, line: &str) {
        let at = &self.place;
        let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("{at}: no `=`: {line}"));
        let (name, value) = (name.trim(), value.trim());
        let value = match value.strip_prefix('"').and_then(|v| v.strip_suffix('"')) {
            Some(text) => text.into(),
            None => hex::decode(value).unwrap_or_else(|e| panic!("{at} {name}: {e}")),
        };
        assert!(self.find(name).is_none(), "{at} {name}: occurs twice");
        self.entries.push((name.into(), value));
    }

    pub fn find(&self, name: &str) -> Option<&[u8]> {
        self.entries.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_slice())
    }

    pub fn bytes(&self, name: &str) -> &[u8] {
        self.find(name).unwrap_or_else(|| panic!("{} {name}: missing", self.place))
    }

    /// A value that has to be N bytes long.
    pub fn array<const N: usize>(&self, name: &str) -> [u8; N] {
        let (at, value) = (&self.place, self.bytes(name));
        value.try_into().unwrap_or_else(|_| panic!("{at} {name}: {} bytes, not {N}", value.len()))
    }

    pub fn text(&self, name: &str) -> &str {
        let text = str::from_utf8(self.bytes(name));
        text.unwrap_or_else(|e| panic!("{} {name}: {e}", self.place))
    }
}
