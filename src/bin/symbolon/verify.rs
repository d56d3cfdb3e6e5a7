//! `symbolon verify`: whether a chain is good, by which path, and why not.

use crate::files;
use crate::instant::instant;
use crate::options::{ChainOptions, StatusOptions};
use crate::stop::Stop;
use crate::trust::server_name;
use crate::wrap::print;
use serde_json::{Value, json};
use std::path::PathBuf;
use symbolon::crypto::Ring;
use symbolon::x509::{Candidate, Check, Profile, Question, Report, Standing, Time, Verdict, explain};
use symbolon::{Anchors, UnixTime};

#[derive(clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    asked: ChainOptions,
    /// The time to judge at, as 2026-05-28, 2026-05-28T12:00:00Z or seconds since 1970; unknown leaves validity unchecked
    /// [default: now].
    #[arg(long, value_name = "TIME", value_parser = time)]
    at: Option<Time>,
    /// A time that has certainly come, as of a build: only what had expired by then is refused.
    #[arg(long, value_name = "TIME", value_parser = instant, conflicts_with = "at")]
    at_least: Option<UnixTime>,
    /// How strict: as a private CA's certificates are made, RFC 5280 to the letter, or as the public web demands.
    #[arg(long, value_enum, default_value = "private")]
    policy: Policy,
    /// Shows the checks that were passed too, and not only how many.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    status: StatusOptions,
    /// The OCSP response (DER) that was stapled to the leaf; it is looked at as a CRL is.
    #[arg(long, value_name = "FILE")]
    staple: Option<PathBuf>,
    /// Prints one JSON object; it has only `error` and `more` if a file can't be used.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Policy {
    Private,
    Rfc5280,
    Web,
}

fn time(text: &str) -> Result<Time, String> {
    if text == "unknown" { Ok(Time::Unknown) } else { instant(text).map(Time::Known) }
}

/// Whether the chain is accepted.
pub(crate) fn run(options: &Options) -> Result<bool, Stop> {
    let chain = files::certificates(&options.asked.chain)?;
    let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
    let anchors = match &options.asked.ca {
        Some(path) => files::anchors(path)?,
        None => files::system_anchors()?.0,
    };
    let name = options.asked.name.as_deref().map(server_name).transpose()?;
    let revocation = options.status.policy(&options.crl_issuers(&chain)?, options.staple.is_some())?;
    let staple = options.staple.as_deref().map(files::read).transpose()?;
    let staples = [staple.as_deref().map(Vec::as_slice)];
    let (purpose, profile) = (options.asked.purpose.purpose(), options.policy.profile());
    let question = Question::new(&anchors, options.time(), purpose).name(name.as_ref()).profile(profile);
    let question = question.revocation(&revocation).staples(&staples);
    let report = explain(&Ring::new(), &chain, &question);
    if options.json {
        print(as_json(&report, options.time()));
    } else {
        show(&report, options.all);
    }
    Ok(report.is_accepted())
}

impl Options {
    /// Who can have signed the CRLs: also the intermediates of the chain. A CRL counts only where its issuer is on the path.
    fn crl_issuers(&self, chain: &[&[u8]]) -> Result<Anchors, Stop> {
        let trusted = match &self.asked.ca {
            Some(path) => files::certificates(path)?,
            None => files::system_certificates()?.0,
        };
        let all = trusted.iter().map(Vec::as_slice).chain(chain.iter().skip(1).copied());
        Ok(Anchors::from_der(all.filter(|der| Anchors::from_der([der]).is_ok())).unwrap_or_default())
    }

    fn time(&self) -> Time {
        match (self.at, self.at_least) {
            (Some(time), _) => time,
            (None, Some(least)) => Time::AtLeast(least),
            (None, None) => Time::Known(UnixTime::now()),
        }
    }
}

impl Policy {
    fn profile(self) -> Profile {
        match self {
            Self::Private => Profile::Private,
            Self::Rfc5280 => Profile::Rfc5280,
            Self::Web => Profile::Web,
        }
    }
}

fn show(report: &Report, all: bool) {
    let drawing = if all { format!("{report:#}") } else { report.to_string() };
    print(drawing.trim_end());
    let top = report.failures().next().filter(|_| !report.is_accepted());
    if let Some(remedy) = top.as_ref().and_then(Check::remedy) {
        print(format_args!("\nto do: {remedy}"));
    }
}

fn as_json(report: &Report, time: Time) -> Value {
    let age = match time {
        Time::Known(now) => report.revocation().age(now),
        Time::AtLeast(_) | Time::Unknown => None,
    };
    json!({
        "accepted": report.is_accepted(),
        "summary": report.summary().to_string(),
        "reason": report.reason().map(|reason| reason.name()),
        "alert": report.reason().map(|reason| reason.alert().to_string()),
        "path": report.path().collect::<Vec<_>>(),
        "anchor": report.anchor(),
        "not_after": report.not_after().map(|time| time.to_string()),
        "revocation": report.revocation().to_string(),
        "revocation_age_seconds": age,
        "unchecked": report.unchecked().map(|open| open.to_string()).collect::<Vec<_>>(),
        "notes": report.notes().map(|check| check_as_json(&check)).collect::<Vec<_>>(),
        "failures": report.failures().map(|check| check_as_json(&check)).collect::<Vec<_>>(),
        "paths": report.paths().map(|path| path_as_json(&path)).collect::<Vec<_>>(),
        "cut": report.is_cut(),
    })
}

fn path_as_json(path: &Candidate<'_>) -> Value {
    json!({
        "valid": path.is_valid(),
        "standings": path.standings().map(standing).collect::<Vec<_>>(),
        "checks": path.checks().map(|check| check_as_json(&check)).collect::<Vec<_>>(),
    })
}

fn standing(on: Standing) -> Value {
    match on {
        Standing::Certificate(index) => json!({ "certificate": index }),
        Standing::Anchor(index) => json!({ "anchor": index }),
    }
}

fn check_as_json(check: &Check<'_>) -> Value {
    json!({
        "rule": check.rule().name(),
        "section": check.section(),
        "says": check.rule().says(),
        "verdict": match check.verdict() {
            Verdict::Passed => "passed",
            Verdict::Failed => "failed",
            Verdict::Tolerated => "tolerated",
            Verdict::Unchecked => "unchecked",
        },
        "reason": check.reason().map(|reason| reason.name()),
        "on": check.on().map(standing),
        "certificate": check.certificate(),
        "offset": check.offset(),
        "expected": check.expected().to_string(),
        "actual": check.actual().to_string(),
        "remedy": check.remedy().map(|remedy| remedy.to_string()),
    })
}
