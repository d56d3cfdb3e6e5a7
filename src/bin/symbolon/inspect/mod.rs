//! `symbolon inspect`: what is in a file, block by block, and what is wrong with it on which line.

mod block;
mod contents;
mod definitions;
mod der;
mod keys;
mod kind;
mod lines;
mod relations;

use crate::files;
use crate::instant::instant;
use crate::stop::Stop;
use crate::wrap::{columns, print, wrapped};
use block::{Block, Remark};
use der::{Malformed, walk};
use kind::Kind;
use lines::Text;
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use symbolon::UnixTime;
use zeroize::Zeroizing;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Certificates, requests, revocation lists or keys: PEM, or one of them in DER.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The time at which all should be valid, as 2026-05-28, 2026-05-28T12:00:00Z or seconds since 1970 [default: now].
    #[arg(long, value_name = "TIME", value_parser = instant)]
    at: Option<UnixTime>,
    /// Prints one JSON object; it has only `error` and `more` if a file can't be used.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Whether nothing is wrong.
pub(crate) fn run(options: &Options) -> Result<bool, Stop> {
    let bytes = files::read(&options.file)?;
    let (format, mut read) = read(&bytes);
    let at = options.at.unwrap_or_else(UnixTime::now);
    read.blocks.iter_mut().for_each(|block| contents::describe(block, at));
    relations::check(&mut read.blocks);
    let wrong = read.problems.len() + read.blocks.iter().map(|block| block.problems.len()).sum::<usize>();
    if options.json {
        print(as_json(format, &read, wrong));
    } else {
        print(format_args!("{}: {format}", options.file.display()));
        show(&read, wrong);
    }
    Ok(wrong == 0)
}

/// The label of what DER holds, if that is known and no certificate.
pub(crate) fn is_no_certificate(der: &[u8]) -> Option<&'static str> {
    match Kind::of_content(der) {
        Kind::Certificate | Kind::Other => None,
        other => other.label(),
    }
}

/// The first byte that keeps `der` from being a certificate, and why.
pub(crate) fn damage(der: &[u8]) -> Option<String> {
    let Malformed { path, offset, what } = walk(der, &definitions::CERTIFICATE).err()?;
    Some(format!("byte {offset}: {path}: {what}"))
}

/// Finds out how the file is written.
fn read(bytes: &Zeroizing<Vec<u8>>) -> (&'static str, Text) {
    let alone = |says: &str| Text { problems: vec![Remark::at_line(1, says)], ..Text::default() };
    match bytes.as_slice() {
        [] => ("empty", alone("nothing is in it")),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            ("UTF-16", alone("is UTF-16, as PowerShell writes it: convert it to ASCII (Out-File -Encoding ascii)"))
        }
        [0x30, ..] => ("DER", Text { blocks: vec![of_der(bytes)], ..Text::default() }),
        _ => {
            let mut text = lines::read(bytes);
            if text.blocks.is_empty() && text.problems.is_empty() {
                text.problems.push(Remark::at_line(1, "there is no PEM block in it, and it is no DER"));
            }
            ("PEM", text)
        }
    }
}

fn of_der(bytes: &Zeroizing<Vec<u8>>) -> Block {
    let mut kind = Kind::of_content(bytes);
    if kind == Kind::Other {
        // It is told what keeps it from being what such files hold most often.
        kind = Kind::Certificate;
    }
    Block::new(None, None, kind, bytes.clone())
}

fn show(read: &Text, wrong: usize) {
    let columns = columns();
    for block in &read.blocks {
        let line = block.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        print(format_args!("\n{line}{}", block.kind.name()));
        for (name, value) in &block.facts {
            print(wrapped(&format!("  {name:<12} "), value, columns));
        }
        show_remarks("  wrong:", &block.problems, columns);
        show_remarks("  note:", &block.notes, columns);
    }
    if !(read.problems.is_empty() && read.notes.is_empty()) {
        print("");
    }
    show_remarks("wrong:", &read.problems, columns);
    show_remarks("note:", &read.notes, columns);
    print(match wrong {
        0 => "\nnothing is wrong".to_owned(),
        1 => "\n1 thing is wrong".to_owned(),
        n => format!("\n{n} things are wrong"),
    });
}

fn show_remarks(head: &str, remarks: &[Remark], columns: usize) {
    for remark in remarks {
        let line = remark.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        let offset = remark.offset.map(|offset| format!("byte {offset}: ")).unwrap_or_default();
        let field = remark.field.as_ref().map(|field| format!("{field}: ")).unwrap_or_default();
        print(wrapped(&format!("{head} "), &format!("{line}{offset}{field}{}", remark.says), columns));
    }
}

fn as_json(format: &str, read: &Text, wrong: usize) -> Value {
    let remark = |remark: &Remark| json!({ "line": remark.line, "offset": remark.offset, "field": remark.field, "says": remark.says });
    let remarks = |all: &[Remark]| all.iter().map(remark).collect::<Value>();
    let block = |block: &Block| {
        let facts = block.facts.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into()));
        json!({
            "line": block.line,
            "label": block.label,
            "kind": block.kind.name(),
            "facts": facts.collect::<Map<String, Value>>(),
            "problems": remarks(&block.problems),
            "notes": remarks(&block.notes),
        })
    };
    json!({
        "format": format,
        "ok": wrong == 0,
        "blocks": read.blocks.iter().map(block).collect::<Value>(),
        "problems": remarks(&read.problems),
        "notes": remarks(&read.notes),
    })
}
