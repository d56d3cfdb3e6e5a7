//! The figures as `spec-notes/figures` transcribes them, and an arrow that was taken held against one that is drawn.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// One arrow of a figure.
#[derive(Debug)]
pub(crate) struct Drawn {
    pub(crate) from: String,
    pub(crate) trigger: String,
    pub(crate) to: String,
    pub(crate) fields: BTreeMap<String, String>,
}

impl Drawn {
    /// The message that has to be there, if one has to.
    pub(crate) fn message(&self) -> Option<&str> {
        self.trigger.strip_prefix("recv ")
    }

    pub(crate) fn is_peek(&self) -> bool {
        self.fields.get("message").is_some_and(|m| m == "peeked")
    }

    pub(crate) fn only_first_time(&self) -> bool {
        self.fields.get("if").is_some_and(|conditions| conditions.split(',').any(|c| c == "first_time"))
    }
}

/// The arrows of one figure.
pub(crate) fn figure(file: &str) -> Vec<Drawn> {
    let path = format!("{}/spec-notes/figures/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let mut parts = line.split("  ").map(str::trim).filter(|part| !part.is_empty());
            let mut next = || parts.next().unwrap_or_else(|| panic!("{file}: {line}")).to_owned();
            let (from, trigger, to) = (next(), next(), next());
            let fields = parts.map(|field| field.split_once('=').unwrap_or_else(|| panic!("{file}: {field}")));
            Drawn { from, trigger, to, fields: fields.map(|(k, v)| (k.to_owned(), v.to_owned())).collect() }
        })
        .collect()
}

/// One arrow that a connection took.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) from: String,
    pub(crate) to: String,
    /// What lay in the receive buffer before.
    pub(crate) message: Option<String>,
    /// What was added to the transcript, or after the handshake read.
    pub(crate) received: Option<String>,
    pub(crate) sends: Vec<String>,
    pub(crate) send_keys: Vec<String>,
    pub(crate) recv_keys: Vec<String>,
}

impl Taken {
    /// True if `drawn` is this arrow, except for what it does.
    pub(crate) fn is(&self, drawn: &Drawn) -> bool {
        let takes = if drawn.is_peek() { &None } else { &self.message };
        self.from == drawn.from
            && self.to == drawn.to
            && drawn.message().is_none_or(|message| self.message.as_deref() == Some(message))
            && self.received == *takes
    }

    /// Compares what it does, and counts which values in brackets were there.
    pub(crate) fn compare(&self, drawn: &Drawn, optional: &mut BTreeMap<String, BTreeSet<bool>>) {
        let columns =
            [("K_send", self.send_keys.clone()), ("K_recv", self.recv_keys.clone()), ("sends", self.sends.clone())];
        for (column, done) in columns {
            let mut done = VecDeque::from(done);
            let values = drawn.fields.get(column).map(String::as_str).unwrap_or_default();
            for value in values.split(',').filter(|value| !value.is_empty()) {
                let bare = value.trim_matches(['[', ']']);
                let there = done.front().is_some_and(|done| done == bare);
                if there {
                    done.pop_front();
                }
                if bare == value {
                    assert!(there, "{self:?} lacks {column} {value} of {drawn:?}");
                } else {
                    let key = format!("{} {} {}: {column}={value}", drawn.from, drawn.trigger, drawn.to);
                    optional.entry(key).or_default().insert(there);
                }
            }
            assert!(done.is_empty(), "{self:?} has more {column} than {drawn:?}");
        }
    }
}
