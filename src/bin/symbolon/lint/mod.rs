//! `symbolon lint`: which TLS stacks accept a chain, and why the others do not.
//!
//! The other stacks are models: a table of rules for each ([`rule::Rule`]), every one naming the function that it models,
//! over a chain that is read more tolerantly than any of them would ([`crate::tolerant`]). Paths are searched as the stack
//! does: OpenSSL builds one ([`openssl_path`]), the others try all ([`path`]).

mod constraints;
mod cryptography;
mod go;
mod openssl;
mod openssl_names;
mod openssl_path;
mod openssl_strict;
mod ours;
mod path;
mod python_ssl;
mod rule;
mod webpki;

use crate::files;
use crate::inspect;
use crate::instant::instant;
use crate::options::{ChainOptions, Role};
use crate::stop::Stop;
use crate::tolerant::certificate::{Certificate, Place};
use crate::tolerant::name::Host;
use crate::trust::server_name;
use crate::wrap::{columns, print, wrapped};
use path::Asked;
use rule::{Finding, Stack};
use serde_json::{Value, json};
use std::path::Path;
use symbolon::UnixTime;

#[derive(clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    asked: ChainOptions,
    /// The time to judge at, as 2026-05-28, 2026-05-28T12:00:00Z or seconds since 1970 [default: now].
    #[arg(long, value_name = "TIME", value_parser = instant)]
    at: Option<UnixTime>,
    /// Prints one JSON object; it has only `error` and `more` if a file can't be used.
    #[arg(long)]
    pub(crate) json: bool,
}

/// In the order they are shown.
const STACKS: &[Stack] = &[
    openssl::STACK,
    openssl_strict::STACK,
    python_ssl::STACK,
    go::STACK,
    webpki::STACK,
    cryptography::STACK,
    ours::STACK,
];

/// What one stack says.
struct Verdict {
    stack: &'static Stack,
    findings: Vec<Finding>,
}

/// Whether all stacks accept.
pub(crate) fn run(options: &Options) -> Result<bool, Stop> {
    let asked = asked(options)?;
    let judged = STACKS.iter().map(|stack| Verdict { stack, findings: (stack.judge)(&asked) });
    let verdicts: Vec<Verdict> = judged.collect();
    if options.json {
        print(as_json(&verdicts));
    } else {
        show(&verdicts);
    }
    Ok(verdicts.iter().all(|verdict| verdict.findings.is_empty()))
}

fn asked(options: &Options) -> Result<Asked, Stop> {
    let anchors = match &options.asked.ca {
        Some(path) => read(path, &files::certificates(path)?, |_| Place::Anchor)?,
        // Nobody who runs this tool chose these: what can't be read is passed over.
        None => {
            let store = files::system_certificates()?.0;
            store.iter().filter_map(|der| Certificate::read(Place::Anchor, der).ok()).collect()
        }
    };
    let name = options.asked.name.as_deref().filter(|_| matches!(options.asked.purpose, Role::Server));
    // Of names that we do not take, other stacks take some, as those with an underscore; but no stack takes these.
    if let Some(name) = name.filter(|name| name.is_empty() || name.contains(['/', ':', '[', '*', ' '])) {
        server_name(name)?;
    }
    Ok(Asked {
        chain: read(&options.asked.chain, &files::certificates(&options.asked.chain)?, Place::Chain)?,
        anchors,
        purpose: options.asked.purpose.purpose(),
        host: name.map(Host::of),
        name: name.map(str::to_owned),
        at: options.at.unwrap_or_else(UnixTime::now),
    })
}

fn read(path: &Path, ders: &[Vec<u8>], place: impl Fn(usize) -> Place) -> Result<Vec<Certificate>, Stop> {
    let read = |(index, der): (usize, &Vec<u8>)| {
        Certificate::read(place(index), der).map_err(|error| {
            let error = inspect::damage(der).unwrap_or(error);
            files::unusable(path, &format_args!("certificate {index} can't be read by anybody: {error}"))
        })
    };
    ders.iter().enumerate().map(read).collect()
}

fn show(verdicts: &[Verdict]) {
    let columns = columns();
    for Verdict { stack, findings } in verdicts {
        let word = if findings.is_empty() { "accepts" } else { "refuses" };
        let head = format!("{:<15} {word:<8} ", stack.name);
        if findings.is_empty() {
            print(head.trim_end());
        }
        for (n, finding) in findings.iter().enumerate() {
            let head = if n == 0 { head.clone() } else { " ".repeat(head.len()) };
            print(wrapped(&head, &sentence(finding), columns));
            if let Some(fix) = &finding.fix {
                print(wrapped(&format!("{:25}-> ", ""), fix, columns));
            }
        }
    }
    print("");
    let refusing = verdicts.iter().filter(|verdict| !verdict.findings.is_empty()).count();
    print(match refusing {
        0 => "all accept".to_owned(),
        n => format!("{n} of {} refuse; --json names the function that each rule models", verdicts.len()),
    });
}

fn sentence(finding: &Finding) -> String {
    let gap = if finding.is_sentence { ": " } else { " " };
    match (finding.place, &finding.subject) {
        (Some(place), Some(subject)) if !subject.is_empty() => format!("{place} ({subject}){gap}{}", finding.wrong),
        (Some(place), _) => format!("{place}{gap}{}", finding.wrong),
        (None, _) => finding.wrong.clone(),
    }
}

fn as_json(verdicts: &[Verdict]) -> Value {
    let finding = |finding: &Finding| {
        json!({
            "certificate": match finding.place {
                Some(Place::Chain(index)) => index.into(),
                Some(Place::Anchor) => "anchor".into(),
                None => Value::Null,
            },
            "subject": finding.subject,
            "wrong": finding.wrong,
            "source": finding.source,
            "fix": finding.fix,
        })
    };
    let verdict = |Verdict { stack, findings }: &Verdict| {
        json!({
            "stack": stack.name,
            "models": stack.models,
            "accepts": findings.is_empty(),
            "findings": findings.iter().map(finding).collect::<Vec<_>>(),
        })
    };
    json!({
        "accepted": verdicts.iter().all(|verdict| verdict.findings.is_empty()),
        "stacks": verdicts.iter().map(verdict).collect::<Vec<_>>(),
    })
}
