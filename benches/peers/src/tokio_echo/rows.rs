//! The rows of many connections over tokio.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::{ECHO, THREADS, Took, Window};

/// How many of something were done, the least disturbed of all windows.
#[derive(Serialize)]
pub struct Rate {
    /// In a second, by both threads.
    pub(super) per_second: f64,
    /// `per_second`, divided by that of tokio-rustls.
    ratio: f64,
    /// Microseconds of CPU that one takes of both ends, kernel included.
    micros: f64,
    /// `micros`, divided by those of tokio-rustls.
    micros_ratio: f64,
}

impl Rate {
    fn new(windows: &[Window], took: fn(&Window) -> (&Took, usize)) -> Self {
        let each = |of: fn(&Took) -> Duration| {
            let seconds = windows.iter().map(took).map(|(took, count)| of(took).as_secs_f64() / count as f64);
            seconds.fold(f64::INFINITY, f64::min)
        };
        let (wall, cpu) = (each(|took| took.wall), each(|took| took.cpu));
        Self { per_second: 1.0 / wall, ratio: 1.0, micros: cpu * 1e6, micros_ratio: 1.0 }
    }

    fn hold_against(&mut self, other: &Self) {
        self.ratio = self.per_second / other.per_second;
        self.micros_ratio = self.micros / other.micros;
    }
}

/// The least disturbed of each figure, and all errors.
#[derive(Serialize)]
pub struct Row {
    /// Who was measured.
    name: &'static str,
    /// Mutual handshakes, TCP's included.
    connections: Rate,
    /// Echoes.
    pub(super) echoes: Rate,
    /// Milliseconds that half of the echoes take at most.
    pub(super) p50: f64,
    /// Milliseconds that 99 of 100 echoes take at most.
    pub(super) p99: f64,
    /// Bytes of the heap of an idle connection, both ends, with their tasks.
    pub(super) heap: usize,
    /// Connections that were not made, echoes that were not right, and ends that were not clean, of all windows.
    errors: usize,
}

impl Row {
    pub(super) fn new(name: &'static str, windows: &[Window]) -> Self {
        let least = |figure: fn(&Window) -> f64| windows.iter().map(figure).fold(f64::INFINITY, f64::min);
        Self {
            name,
            connections: Rate::new(windows, |window| (&window.connecting, window.connections)),
            echoes: Rate::new(windows, |window| (&window.echoing, window.latencies.len())),
            p50: least(|window| window.percentile(50)),
            p99: least(|window| window.percentile(99)),
            heap: windows.iter().map(|window| window.heap / window.connections.max(1)).min().unwrap_or(0),
            errors: windows.iter().map(|window| window.errors.len()).sum(),
        }
    }
}

/// The rows of this part.
#[derive(Serialize)]
pub struct Section {
    /// Connections that there are at once.
    connections: usize,
    /// Threads that serve them, both ends.
    threads: usize,
    /// Bytes of an echo.
    echo: usize,
    /// Ours first.
    pub(super) rows: Vec<Row>,
}

impl Section {
    pub(super) fn new(connections: usize, mut ours: Row, rustls: Row) -> Self {
        ours.connections.hold_against(&rustls.connections);
        ours.echoes.hold_against(&rustls.echoes);
        Self { connections, threads: THREADS, echo: ECHO, rows: vec![ours, rustls] }
    }

    /// What failed in any row.
    pub fn errors(&self) -> usize {
        self.rows.iter().map(|row| row.errors).sum()
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { connections, threads, echo, rows } = self;
        writeln!(
            f,
            "\n{connections} mutual connections at once over loopback, echoing {echo} B, {threads} threads (of tokio-rustls)"
        )?;
        writeln!(
            f,
            "{:<26}{:>18}{:>18}{:>18}{:>18}{:>9}{:>9}{:>14}{:>8}",
            "", "connections/s", "µs of CPU", "echoes/s", "µs of CPU", "p50, ms", "p99, ms", "idle heap, B", "errors"
        )?;
        for row in rows {
            write!(f, "{:<26}", row.name)?;
            for Rate { per_second, ratio, micros, micros_ratio } in [&row.connections, &row.echoes] {
                write!(f, "{per_second:>10.0} ({ratio:>4.2}×){micros:>10.1} ({micros_ratio:>4.2}×)")?;
            }
            writeln!(f, "{:>9.1}{:>9.1}{:>14}{:>8}", row.p50, row.p99, row.heap, row.errors)?;
        }
        Ok(())
    }
}
