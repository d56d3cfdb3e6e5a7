//! What people see while handshakes are made: a bar on a terminal, and elsewhere a line now and then.

use super::tally::{Goal, Meter};
use crate::stop::tell;
use indicatif::{ProgressBar, ProgressStyle};
use std::time::{Duration, Instant};

pub(super) struct Progress {
    bar: ProgressBar,
    /// Which handshakes they are, if there are others.
    what: &'static str,
}

/// How often it is looked whether there is news.
const GLANCE: Duration = Duration::from_millis(50);
/// Between two lines where there is no terminal.
const INTERVAL: Duration = Duration::from_secs(5);

impl Progress {
    pub(super) fn new(what: &'static str) -> Self {
        Self { bar: ProgressBar::no_length(), what }
    }

    /// Shows it until `done`.
    pub(super) fn follow(&self, meter: &Meter, mut done: impl FnMut() -> bool) {
        let (length, template) = match meter.goal() {
            Goal::Connections(count) => (Some(count), "{prefix}[{bar:30}] {msg}"),
            Goal::Time(time) => (Some(millis(time)), "{prefix}[{bar:30}] {msg}"),
            Goal::Signal => (None, "{prefix}{spinner} {msg}"),
        };
        // The style first: a bar that is given a length is drawn.
        self.bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        length.iter().for_each(|length| self.bar.set_length(*length));
        self.bar.set_prefix(format!("{:<22}", self.what));
        let mut told = Instant::now();
        while !done() {
            std::thread::sleep(GLANCE);
            let line = self.glance(meter);
            if self.bar.is_hidden() && told.elapsed() >= INTERVAL {
                told = Instant::now();
                tell(line);
            }
        }
        self.bar.finish_and_clear();
    }

    fn glance(&self, meter: &Meter) -> String {
        let tally = meter.lock();
        let (done, failed) = (tally.done(), tally.failures.count());
        let mut line = format!("{done} handshakes, {:.0} per second", tally.per_second());
        if failed > 0 {
            line.push_str(&format!(", {failed} failed"));
        }
        self.bar.set_position(match meter.goal() {
            Goal::Time(_) => millis(tally.elapsed()),
            Goal::Connections(_) | Goal::Signal => done + failed,
        });
        drop(tally);
        self.bar.set_message(line.clone());
        line
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
