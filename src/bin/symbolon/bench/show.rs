//! Tables and pictures of what was measured, and the same for programs.

use super::tally::{Failures, Meter, Tally};
use crate::stop::tell;
use crate::wrap::{columns, print, wrapped};
use hdrhistogram::Histogram;
use serde_json::{Value, json};
use std::fmt::Display;

/// Handshakes of one kind.
pub(super) struct Measured {
    /// Which they were to be, or where.
    pub(super) what: String,
    /// That is the name of another server than ours, of which the kind tells enough.
    pub(super) goes_by_name: bool,
    /// That made them.
    pub(super) threads: usize,
    pub(super) tally: Tally,
}

impl Measured {
    /// What the meter has seen.
    pub(super) fn new(what: impl Display, threads: usize, meter: &Meter) -> Self {
        Self { what: what.to_string(), goes_by_name: false, threads, tally: meter.finish() }
    }

    fn title(&self) -> String {
        let kind = self.tally.kind().filter(|_| !self.goes_by_name);
        kind.map_or(self.what.clone(), |kind| kind.join(", "))
    }

    /// The same in two lines.
    fn heads(&self) -> Option<[&str; 2]> {
        match self.what.split_once(' ') {
            Some(words) if self.goes_by_name => Some(words.into()),
            _ => self.tally.kind(),
        }
    }

    /// In milliseconds, of what was accepted.
    pub(super) fn p99(&self) -> Option<f64> {
        (self.tally.done() > 0).then(|| millis(self.tally.accepted.value_at_quantile(0.99)))
    }

    /// Whether nothing failed, and it was as fast as it had to be; tells what is wrong.
    pub(super) fn is_good(&self, p99_below: Option<f64>) -> bool {
        let (what, done, failed) = (&self.what, self.tally.done(), self.tally.failures.count());
        let Some(p99) = self.p99() else {
            tell(format_args!("{what}: no handshake was done, and {failed} failed"));
            return false;
        };
        if failed > 0 {
            tell(format_args!("{what}: {failed} of {} connections failed", done + failed));
        }
        let slow = p99_below.filter(|most| p99 >= *most);
        if let Some(most) = slow {
            tell(format_args!("{what}: p99 is {p99:.3} ms, which is not below {most} ms"));
        }
        failed == 0 && slow.is_none()
    }

    /// What was timed.
    fn times(&self) -> impl Iterator<Item = (&'static str, &Histogram<u64>)> {
        let both = [("connected", &self.tally.connected), ("accepted", &self.tally.accepted)];
        both.into_iter().filter(|(_, times)| !times.is_empty())
    }
}

const QUANTILES: [(&str, f64); 4] = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999)];

/// Nanoseconds in milliseconds: an f64 holds those of a hundred days.
fn millis(nanos: u64) -> f64 {
    nanos as f64 / 1e6
}

/// Prints all of it for people.
pub(super) fn table(measured: &[Measured]) {
    let done = measured.iter().any(|one| one.tally.done() > 0);
    if done {
        let heads: String =
            QUANTILES.iter().map(|(name, _)| *name).chain(["max"]).map(|name| format!("{name:>8}")).collect();
        print(format_args!("{:<31}{:>8}{heads}", "times in ms", "per s"));
    }
    for one in measured {
        for (at, (name, times)) in one.times().enumerate() {
            let values = QUANTILES.iter().map(|(_, quantile)| times.value_at_quantile(*quantile)).chain([times.max()]);
            let values: String = values.map(|nanos| in_8(millis(nanos))).collect();
            let (title, rate) = match at {
                0 => (one.title(), format!("{:.0}", one.tally.per_second())),
                _ => Default::default(),
            };
            print(format_args!("{title:<21}{name:<10}{rate:>8}{values}"));
        }
    }
    if done {
        print("");
        histogram(measured);
    }
    for one in measured {
        let tally = &one.tally;
        let (done, failed) = (tally.done(), tally.failures.count());
        let head = format!("{:<22}", one.title());
        let agreed = tally.agreed.as_ref().map(|agreed| format!("; {agreed}")).unwrap_or_default();
        let seconds = tally.elapsed().as_secs_f64();
        let threads = one.threads;
        let text = format!("{done} done, {failed} failed in {seconds:.2} s, {threads} at a time{agreed}");
        print(wrapped(&head, &text, columns()));
        failures(&tally.failures);
    }
}

/// So that it can be read beside others.
fn in_8(ms: f64) -> String {
    match ms {
        ..100.0 => format!("{ms:8.3}"),
        ..1000.0 => format!("{ms:8.2}"),
        _ => format!("{ms:8.0}"),
    }
}

fn failures(failures: &Failures) {
    for (stop, count) in &failures.causes {
        print(wrapped(&format!("{count:>8} failed  "), &stop.cause, columns()));
        stop.more.iter().for_each(|line| print(wrapped(&" ".repeat(18), line, columns())));
    }
    if failures.others > 0 {
        print(format_args!("{:>8} failed  of other causes", failures.others));
    }
}

/// Rows of a histogram at most.
const MOST_ROWS: usize = 16;

/// Draws how the times until `accepted` are spread, on one scale for all.
fn histogram(measured: &[Measured]) {
    let drawn: Vec<&Measured> = measured.iter().filter(|one| one.tally.done() > 0).collect();
    let bounds = bounds(&drawn);
    let room = (columns() - 12) / drawn.len().max(1);
    for (at, name) in ["accepted", ""].iter().enumerate() {
        let most = room.saturating_sub(1);
        let heads = drawn.iter().filter_map(|one| Some(format!("{:<room$.most$}", one.heads()?[at])));
        print(format!("{name:<12}{}", heads.collect::<String>()).trim_end());
    }
    let spread: Vec<Vec<u64>> = drawn.iter().map(|one| counts(&one.tally.accepted, &bounds)).collect();
    for (row, bound) in bounds.iter().enumerate() {
        let bars = spread.iter().map(|counts| {
            let most = counts.iter().max().copied().unwrap_or(0);
            bar(counts.get(row).copied().unwrap_or(0), most, room)
        });
        let line: String = bars.collect();
        print(format_args!("{} ms {}", in_8(millis(*bound)), line.trim_end()));
    }
}

/// Where the rows begin, in nanoseconds: the same factor lies between any two, the smallest that does with few rows.
fn bounds(drawn: &[&Measured]) -> Vec<u64> {
    let shortest = drawn.iter().map(|one| one.tally.accepted.min()).min().unwrap_or(1).max(1) as f64;
    let longest = drawn.iter().map(|one| one.tally.accepted.max()).max().unwrap_or(1) as f64;
    let rows = |per_octave: f64| ((shortest.log2() * per_octave).floor(), (longest.log2() * per_octave).floor());
    let fits = |per_octave: &f64| {
        let (first, last) = rows(*per_octave);
        last - first < MOST_ROWS as f64
    };
    let per_octave = [8.0, 4.0, 2.0, 1.0, 0.5].into_iter().find(fits).unwrap_or(0.25);
    let (first, last) = rows(per_octave);
    let mut bounds = Vec::new();
    let mut row = first;
    while row <= last {
        bounds.push((row / per_octave).exp2() as u64);
        row += 1.0;
    }
    bounds
}

/// How many times lie between each bound and the next.
fn counts(times: &Histogram<u64>, bounds: &[u64]) -> Vec<u64> {
    let mut counts = vec![0; bounds.len()];
    for step in times.iter_recorded() {
        let at = bounds.partition_point(|bound| *bound <= step.value_iterated_to());
        if let Some(count) = counts.get_mut(at.saturating_sub(1)) {
            *count += step.count_at_value();
        }
    }
    counts
}

/// A bar with its number, `room` columns wide. What is there at all is seen.
fn bar(count: u64, most: u64, room: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    if count == 0 {
        return " ".repeat(room);
    }
    let full = room.saturating_sub(9).max(1);
    let eighths = (count as f64 / most.max(1) as f64 * full as f64 * 8.0).ceil() as usize;
    let bar = "█".repeat(eighths / 8) + EIGHTHS[eighths % 8];
    let text = format!("{bar} {count}");
    format!("{text:<room$}")
}

/// All of it for programs.
pub(super) fn json(measured: &[Measured], p99_below: Option<f64>) -> Value {
    let mut object = json!({ "measured": measured.iter().map(one_json).collect::<Vec<_>>() });
    if let Some(most) = p99_below {
        object["p99_below_ms"] = most.into();
        object["p99_met"] = measured.iter().all(|one| one.p99().is_some_and(|p99| p99 < most)).into();
    }
    object
}

fn one_json(one: &Measured) -> Value {
    let tally = &one.tally;
    let causes = tally.failures.causes.iter().map(|(stop, count)| {
        let mut cause = stop.as_json();
        cause["count"] = (*count).into();
        cause
    });
    let mut object = json!({
        "name": one.what,
        "kind": tally.kind().map(|kind| kind.join(", ")),
        "agreed": tally.agreed,
        "threads": one.threads,
        "seconds": tally.elapsed().as_secs_f64(),
        "connections": tally.done() + tally.failures.count(),
        "done": tally.done(),
        "resumed": tally.resumed,
        "mutual": tally.mutual,
        "failed": tally.failures.count(),
        "failures": causes.collect::<Vec<_>>(),
        "failures_of_other_causes": tally.failures.others,
        "per_second": tally.per_second(),
    });
    for (name, times) in one.times() {
        object[format!("{name}_ms")] = times_json(times);
    }
    object
}

fn times_json(times: &Histogram<u64>) -> Value {
    let mut object = json!({ "min": millis(times.min()), "mean": times.mean() / 1e6, "max": millis(times.max()) });
    for (name, quantile) in QUANTILES {
        object[name] = millis(times.value_at_quantile(quantile)).into();
    }
    let steps = times.iter_recorded().map(|step| json!([millis(step.value_iterated_to()), step.count_at_value()]));
    object["histogram"] = steps.collect();
    object
}
