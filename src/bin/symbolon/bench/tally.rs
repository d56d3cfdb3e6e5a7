//! What came of many handshakes: how long they took, and why some failed.

use crate::stop::Stop;
use hdrhistogram::Histogram;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use symbolon::resumption::PskKind;

/// When it is enough.
#[derive(Clone, Copy)]
pub(super) enum Goal {
    Connections(u64),
    Time(Duration),
    /// A signal ends it.
    Signal,
}

/// One handshake that went well.
pub(super) struct Seen {
    /// Until a client was CONNECTED; a server does not know.
    pub(super) connected: Option<Duration>,
    /// Until the server had accepted what the client showed.
    pub(super) accepted: Duration,
    /// What stood in for certificates.
    pub(super) psk: Option<PskKind>,
    /// The client has proved who it is by a certificate, in this handshake or in the one that its ticket is of.
    pub(super) mutual: bool,
    /// Parameters, for people.
    pub(super) agreed: String,
}

/// Handshakes of one kind.
pub(super) struct Tally {
    /// In nanoseconds.
    pub(super) connected: Histogram<u64>,
    /// In nanoseconds.
    pub(super) accepted: Histogram<u64>,
    pub(super) resumed: u64,
    pub(super) by_external_psk: u64,
    pub(super) mutual: u64,
    /// What the first of them agreed on.
    pub(super) agreed: Option<String>,
    pub(super) failures: Failures,
    /// From the begin of the first to the end of the last.
    span: Option<(Instant, Instant)>,
}

/// Counted by cause, the first in full.
#[derive(Default)]
pub(super) struct Failures {
    pub(super) causes: Vec<(Stop, u64)>,
    pub(super) others: u64,
}

/// Causes that are told apart; a peer may think of many.
const MOST_CAUSES: usize = 16;

impl Tally {
    fn new() -> Self {
        let day = 24 * 3600 * 1_000_000_000;
        let histogram = || Histogram::new_with_bounds(1, day, 3).expect("the bounds are in order");
        Self {
            connected: histogram(),
            accepted: histogram(),
            resumed: 0,
            by_external_psk: 0,
            mutual: 0,
            agreed: None,
            failures: Failures::default(),
            span: None,
        }
    }

    /// Handshakes that went well.
    pub(super) fn done(&self) -> u64 {
        self.accepted.len()
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.span.map_or(Duration::ZERO, |(began, ended)| ended.saturating_duration_since(began))
    }

    pub(super) fn per_second(&self) -> f64 {
        // Counts are far below what an f64 holds exactly.
        self.done() as f64 / self.elapsed().as_secs_f64().max(1e-9)
    }

    /// What kind of handshakes they were, if there were any.
    pub(super) fn kind(&self) -> Option<[&'static str; 2]> {
        let all = |part: u64, all, none| match part {
            0 => none,
            _ if part == self.done() => all,
            _ => "mixed",
        };
        let manner = match self.by_external_psk {
            0 => all(self.resumed, "resumed", "full"),
            part => all(part, "by PSK", "full"),
        };
        (self.done() > 0).then_some([all(self.mutual, "mutual", "server-auth"), manner])
    }

    fn add(&mut self, began: Instant, outcome: Result<Seen, Stop>) {
        let now = Instant::now();
        let first = self.span.map_or(began, |(first, _)| first.min(began));
        self.span = Some((first, now));
        match outcome {
            Ok(seen) => {
                let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
                seen.connected.iter().for_each(|time| self.connected.saturating_record(nanos(*time)));
                self.accepted.saturating_record(nanos(seen.accepted));
                self.resumed += u64::from(seen.psk == Some(PskKind::Resumption));
                let by_external_psk = seen.psk.is_some_and(|psk| psk != PskKind::Resumption);
                self.by_external_psk += u64::from(by_external_psk);
                // Both ends have proved that they know its secret.
                self.mutual += u64::from(seen.mutual || by_external_psk);
                self.agreed.get_or_insert(seen.agreed);
            }
            Err(stop) => self.failures.add(stop),
        }
    }
}

impl Failures {
    fn add(&mut self, stop: Stop) {
        if let Some((_, count)) = self.causes.iter_mut().find(|(known, _)| known.cause == stop.cause) {
            *count += 1;
        } else if self.causes.len() < MOST_CAUSES {
            self.causes.push((stop, 1));
        } else {
            self.others += 1;
        }
    }

    pub(super) fn count(&self) -> u64 {
        self.causes.iter().map(|(_, count)| count).sum::<u64>() + self.others
    }
}

/// A tally that several threads fill.
pub(super) struct Meter {
    goal: Goal,
    tally: Mutex<Tally>,
    taken: AtomicU64,
    /// A signal, or whoever started the threads, says that it is enough.
    pub(super) stop: Arc<AtomicBool>,
}

impl Meter {
    pub(super) fn new(goal: Goal, stop: Arc<AtomicBool>) -> Self {
        Self { goal, tally: Mutex::new(Tally::new()), taken: AtomicU64::new(0), stop }
    }

    pub(super) fn goal(&self) -> Goal {
        self.goal
    }

    /// Whether there is to be one more handshake.
    pub(super) fn take(&self) -> bool {
        let wanted = match self.goal {
            Goal::Connections(most) => self.taken.fetch_add(1, Ordering::Relaxed) < most,
            Goal::Time(time) => self.lock().span.is_none_or(|(first, _)| first.elapsed() < time),
            Goal::Signal => true,
        };
        wanted && !self.is_stopped()
    }

    /// What came of one that began then. What a signal ended is nobody's failure.
    pub(super) fn add(&self, began: Instant, outcome: Result<Seen, Stop>) {
        if outcome.is_ok() || !self.is_stopped() {
            self.lock().add(began, outcome);
        }
    }

    /// Whether there is nothing left to do, nor to wait for.
    pub(super) fn is_over(&self) -> bool {
        let tally = self.lock();
        self.is_stopped()
            || matches!(self.goal, Goal::Connections(most) if tally.done() + tally.failures.count() >= most)
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The tally, which is empty then.
    pub(super) fn finish(&self) -> Tally {
        std::mem::replace(&mut self.lock(), Tally::new())
    }
}
