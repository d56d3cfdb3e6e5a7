//! What was measured, as a table for people and as JSON for programs.

use std::fmt;

use serde::Serialize;

/// All rows of one run. Times are microseconds of CPU, rates 10^6 bytes of plaintext a second.
#[derive(Serialize)]
pub struct Report {
    /// True if the run was too short to be quoted.
    pub quick: bool,
    /// Single operations of the libraries.
    pub operations: Vec<Operation>,
    /// One handshake.
    pub handshakes: Vec<Handshake>,
    /// Records of 16 KiB.
    pub records: Vec<Records>,
    /// Allocations and bytes of a mutual connection, both ends together.
    pub memory: Vec<Memory>,
    /// Through drivers, and of 64 bytes.
    pub streams: crate::streams::Section,
    /// Connections that are idle.
    pub idle: crate::idle::Section,
    /// Handshakes of peers that have met.
    pub met: crate::met::Section,
    /// Handshakes of two threads.
    pub cores: crate::cores::Section,
    /// Many connections over tokio.
    pub tokio_echo: crate::tokio_echo::Section,
}

/// One asymmetric operation.
#[derive(Serialize)]
pub struct Operation {
    /// Whose it is.
    pub library: &'static str,
    /// What it does.
    pub name: &'static str,
    /// Its time.
    pub micros: f64,
}

/// The time of a handshake, per end, and how often the floor's time it is.
#[derive(Serialize)]
pub struct Handshake {
    /// Who shows a certificate.
    pub mode: &'static str,
    /// Who was measured.
    pub name: String,
    /// Microseconds of the client.
    pub client: f64,
    /// Of the server.
    pub server: f64,
    /// Of both.
    pub both: f64,
    /// `client`, divided by the floor's.
    pub client_ratio: f64,
    /// `server`, divided by the floor's.
    pub server_ratio: f64,
    /// `both`, divided by the floor's.
    pub both_ratio: f64,
}

impl Handshake {
    /// Takes nanoseconds: those measured and those of the floor, client first.
    pub fn new(mode: &'static str, name: String, measured: (f64, f64), floor: (f64, f64)) -> Self {
        let (client, server) = measured;
        Self {
            mode,
            name,
            client: client / 1e3,
            server: server / 1e3,
            both: (client + server) / 1e3,
            client_ratio: client / floor.0,
            server_ratio: server / floor.1,
            both_ratio: (client + server) / (floor.0 + floor.1),
        }
    }
}

/// The rate of a cipher, and which part of the bare cipher's it is.
#[derive(Serialize)]
pub struct Records {
    /// The AEAD.
    pub cipher: &'static str,
    /// Who was measured.
    pub name: String,
    /// Megabytes a second sealed.
    pub seal: f64,
    /// Megabytes a second opened.
    pub open: f64,
    /// `seal`, divided by the floor's.
    pub seal_ratio: f64,
    /// `open`, divided by the floor's.
    pub open_ratio: f64,
}

impl Records {
    /// Takes nanoseconds for a record of `bytes`: those measured and those of the floor, sealing first.
    pub fn new(cipher: &'static str, name: String, bytes: usize, measured: (f64, f64), floor: (f64, f64)) -> Self {
        let (seal, open) = measured;
        Self {
            cipher,
            name,
            seal: bytes as f64 * 1e3 / seal,
            open: bytes as f64 * 1e3 / open,
            seal_ratio: floor.0 / seal,
            open_ratio: floor.1 / open,
        }
    }
}

/// What a mutual connection takes of the heap.
#[derive(Serialize)]
pub struct Memory {
    /// With or without tickets.
    pub mode: &'static str,
    /// Who was measured.
    pub name: String,
    /// Allocations during the handshake, if they can be counted.
    pub allocations: Option<u64>,
    /// Heap bytes while idle.
    pub heap: usize,
    /// Bytes of the two structs.
    pub structs: usize,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.quick {
            writeln!(f, "A quick run: these figures show that it runs, no more.\n")?;
        }
        writeln!(f, "{:<54}{:>18}{:>18}{:>18}", "handshake, µs of CPU (of the floor)", "client", "server", "both")?;
        for row in &self.handshakes {
            write!(f, "{:<22}{:<32}", row.mode, row.name)?;
            for (micros, ratio) in
                [(row.client, row.client_ratio), (row.server, row.server_ratio), (row.both, row.both_ratio)]
            {
                write!(f, "{micros:>10.1} ({ratio:>4.2}×)")?;
            }
            writeln!(f)?;
        }

        for operations in self.operations.chunk_by(|one, next| one.library == next.library) {
            let library = operations.first().map_or("", |operation| operation.library);
            let operations: Vec<_> =
                operations.iter().map(|operation| format!("{} {:.1}", operation.name, operation.micros)).collect();
            writeln!(f, "floor ({library}): {}", operations.join(", "))?;
        }

        writeln!(f, "\n{:<54}{:>18}{:>18}", "16 KiB records, MB/s (of the bare cipher)", "seal", "open")?;
        for row in &self.records {
            write!(f, "{:<22}{:<32}", row.cipher, row.name)?;
            for (rate, ratio) in [(row.seal, row.seal_ratio), (row.open, row.open_ratio)] {
                write!(f, "{rate:>10.0} ({ratio:>4.2}×)")?;
            }
            writeln!(f)?;
        }

        writeln!(f, "\n{:<54}{:>14}{:>14}{:>14}", "mutual, both ends", "allocations", "idle heap, B", "structs, B")?;
        for row in &self.memory {
            let allocations = row.allocations.map_or("-".to_owned(), |n| n.to_string());
            writeln!(f, "{:<22}{:<32}{allocations:>14}{:>14}{:>14}", row.mode, row.name, row.heap, row.structs)?;
        }
        self.streams.fmt(f)?;
        self.idle.fmt(f)?;
        self.met.fmt(f)?;
        self.cores.fmt(f)?;
        self.tokio_echo.fmt(f)
    }
}
