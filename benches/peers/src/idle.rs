//! Idle connections held at once, all through the blocking drivers, and what memory they keep the system from giving to others.

use std::fmt;
use std::fs;
use std::io::{Read, Write};

use rustls::StreamOwned;
use serde::Serialize;
use symbolon::io::blocking::Handshake;

use crate::alloc;
use crate::measure::{Pair, Times, connect};
use crate::met::Met;
use crate::peer::{Cipher, Error, Mode, Peer};
use crate::pki::Pki;
use crate::rustls_peer::Rustls;
use crate::streams::Pipe;

/// Memory of pairs that are connected and have nothing to say.
#[derive(Serialize)]
pub struct Row {
    /// Who was measured.
    name: &'static str,
    /// Pairs held at once.
    pairs: usize,
    /// Resident memory of the program without them, in KiB.
    before: usize,
    /// With them.
    after: usize,
    /// Resident bytes of a pair.
    resident: usize,
    /// Of these, bytes on the heap.
    heap: usize,
}

/// The rows of this part.
#[derive(Serialize)]
#[serde(transparent)]
pub struct Section(Vec<Row>);

/// Connects `pairs` pairs and holds them all; a tenth of it with rustls, which needs more.
pub fn run(pki: &Pki, pairs: usize) -> Result<Section, Error> {
    // Those who hold more are fewer, and first: what they leave behind is not taken for what others do not need.
    Ok(Section(vec![rustls(pki, pairs / 10)?, symbolon(pki, pairs)?]))
}

fn symbolon(pki: &Pki, pairs: usize) -> Result<Row, Error> {
    // They know each other, for it is their memory that counts, and that is the same.
    let peer = Met::new(pki, Mode::Mutual, Cipher::Aes128Gcm)?;
    let (one, other) = Pipe::new();
    let mut wire = Vec::new();
    hold("Symbolon, Stream", pairs, || {
        let Pair { client, server } = connect(&peer, Mode::Mutual, &mut wire, &mut Times::new())?;
        let client = Handshake::new(client.into_connection(), one.clone()).complete();
        let server = Handshake::new(server.into_connection(), other.clone()).complete();
        Ok((client.map_err(Error::from)?, server.map_err(Error::from)?))
    })
}

fn rustls(pki: &Pki, pairs: usize) -> Result<Row, Error> {
    let peer = Rustls::<crate::library::Ring>::new(pki, Mode::Mutual, Cipher::Aes128Gcm)?;
    let (one, other) = Pipe::new();
    let mut wire = Vec::new();
    hold("rustls, Stream", pairs, || {
        let Pair { client, server } = connect(&peer, Mode::Mutual, &mut wire, &mut Times::new())?;
        let client = StreamOwned::new(client.into_connection(), one.clone());
        Ok((client, StreamOwned::new(server.into_connection(), other.clone())))
    })
}

/// Makes pairs that echo a message once, and again when all are there.
fn hold<C: Read + Write, S: Read + Write>(
    name: &'static str,
    pairs: usize,
    mut connected: impl FnMut() -> Result<(C, S), Error>,
) -> Result<Row, Error> {
    drop(connected()?);
    let mut held = Vec::with_capacity(pairs);
    alloc::trim();
    let (before, heap) = (resident_kib()?, alloc::live_bytes());
    for _ in 0..pairs {
        let (mut client, mut server) = connected()?;
        echo(&mut client, &mut server)?;
        held.push((client, server));
    }
    let (after, heap) = (resident_kib()?, alloc::live_bytes().saturating_sub(heap));
    held.iter_mut().try_for_each(|(client, server)| echo(client, server))?;
    let resident = after.saturating_sub(before) * 1024 / pairs;
    Ok(Row { name, pairs, before, after, resident, heap: heap / pairs })
}

fn echo(client: &mut (impl Read + Write), server: &mut (impl Read + Write)) -> Result<(), Error> {
    let (said, mut heard) = (*b"Still there?", [0; 12]);
    client.write_all(&said)?;
    server.read_exact(&mut heard)?;
    server.write_all(&heard)?;
    client.read_exact(&mut heard)?;
    if heard == said { Ok(()) } else { Err("the echo is wrong".into()) }
}

/// Of this program, as Linux counts it.
fn resident_kib() -> Result<usize, Error> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\n{:<24}{:>10}{:>16}{:>16}{:>18}{:>18}",
            "idle pairs held at once", "pairs", "before, KiB", "after, KiB", "resident/pair, B", "heap/pair, B"
        )?;
        for Row { name, pairs, before, after, resident, heap } in &self.0 {
            writeln!(f, "{name:<24}{pairs:>10}{before:>16}{after:>16}{resident:>18}{heap:>18}")?;
        }
        Ok(())
    }
}
