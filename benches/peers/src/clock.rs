//! Time that belongs to one end only.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// For how long this thread has run.
pub fn thread_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes to the struct that the pointer is to, and to nothing else.
    #[allow(unsafe_code)]
    unsafe {
        libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time);
    }
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// For how long this thread was ready to run while its core did something else.
pub fn run_delay() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split(' ').nth(1).and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

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
