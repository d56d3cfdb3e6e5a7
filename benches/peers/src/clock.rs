//! Time that belongs to one end only.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Adds up the time of the calls it is wrapped around.
pub struct Stopwatch {
    total: Duration,
    laps: u32,
}

impl Stopwatch {
    /// At zero.
    pub fn new() -> Self {
        Self { total: Duration::ZERO, laps: 0 }
    }

    /// Runs `work` and adds its time.
    pub fn lap<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let done = work();
        self.total += start.elapsed();
        self.laps += 1;
        done
    }

    /// Nanoseconds so far, less what reading the clock itself took.
    pub fn nanos(&self) -> f64 {
        self.total.as_nanos() as f64 - f64::from(self.laps) * cost_of_a_lap()
    }
}

/// Nanoseconds that a lap around nothing shows.
fn cost_of_a_lap() -> f64 {
    static COST: OnceLock<f64> = OnceLock::new();
    const LAPS: u32 = 1000;
    *COST.get_or_init(|| {
        (0..100)
            .map(|_| {
                let mut empty = Stopwatch::new();
                (0..LAPS).for_each(|_| empty.lap(|| ()));
                empty.total.as_nanos() as f64 / f64::from(LAPS)
            })
            .fold(f64::INFINITY, f64::min)
    })
}
