//! Two threads beside one: all share the configurations, the ticket keys or the store of tickets, the client's tickets, and what is
//! remembered of certificates. Nothing of it may make them wait for each other.

use std::fmt;
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use serde::Serialize;
use symbolon::config::Resumption;
use symbolon::crypto::Ring;
use symbolon::resumption::StoredTickets;
use symbolon::x509::GoodSignatures;

use crate::clock::{run_delay, thread_time};
use crate::floor::{Bare, Floor as _};
use crate::library;
use crate::measure::{Times, connect, handshake};
use crate::peer::{Cipher, End, Error, Mode, Peer};
use crate::pki::Pki;
use crate::symbolon_peer::{Builders, Configs, InPlace, Symbolon, configs};

/// How many threads there are besides one.
const THREADS: u32 = 2;
/// So many that no thread ever finds the ticket gone that another one is just about to replace.
const TICKETS_PER_THREAD: u32 = 4;
/// Tickets that the client keeps.
pub const TICKETS: usize = 16;
const WINDOW: Duration = Duration::from_millis(5);
/// Of the other parts, for one round of these.
const WINDOWS_PER_ROUND: u32 = 3;

/// What two threads do, and what one does.
#[derive(Serialize)]
pub struct Row {
    /// What is shared.
    name: &'static str,
    /// By the clock, less what other programs had of the cores: waiting for each other counts.
    by_clock: Rates,
    /// By the time that the threads ran: what other programs do counts hardly, and neither does waiting.
    by_cpu: Rates,
}

/// Handshakes a second, both ends.
#[derive(Default, Serialize)]
struct Rates {
    one: f64,
    two: f64,
    /// `two`, divided by `one`.
    ratio: f64,
}

/// The rows of this part.
#[derive(Serialize)]
#[serde(transparent)]
pub struct Section(Vec<Row>);

/// Handshakes a second, in one window.
struct Measured {
    by_clock: f64,
    by_cpu: f64,
}

/// What a thread does over and over.
type Work<'p> = Box<dyn FnMut() -> Result<(), Error> + 'p>;

trait Shop: Sync {
    /// Before threads begin, each gets its work.
    fn work(&self) -> Result<Work<'_>, Error>;
}

/// The operations of the floor, once each, and nothing shared: what the machine gives.
struct Floor<'p>(&'p Pki);

impl Shop for Floor<'_> {
    fn work(&self) -> Result<Work<'_>, Error> {
        let mut bare = Bare::<library::Ring>::new(self.0)?;
        Ok(Box::new(move || bare.operations(1)))
    }
}

struct Handshakes {
    mode: Mode,
    configs: Configs<Ring>,
}

impl Shop for Handshakes {
    fn work(&self) -> Result<Work<'_>, Error> {
        let (peer, mut wire) = (Symbolon::<InPlace>::over(self.configs.clone())?, Vec::new());
        Ok(Box::new(move || connect(&peer, self.mode, &mut wire, &mut Times::new()).map(drop)))
    }
}

impl Handshakes {
    fn new(pki: &Pki, mode: Mode, change: &dyn Fn(Builders<Ring>) -> Builders<Ring>) -> Result<Self, Error> {
        let configs = configs(pki, mode, Cipher::Aes128Gcm, change)?;
        let mut first = Vec::new();
        for _ in 0..THREADS * TICKETS_PER_THREAD * u32::from(mode.resumes()) {
            // With buffers of its own, in which the ticket stays.
            let peer = Symbolon::<InPlace>::over(configs.clone())?;
            let (mut client, mut server) = (peer.client()?, peer.server()?);
            handshake(&mut client, &mut server, &mut Vec::new(), &mut Times::new())?;
            first.push(client);
        }
        // None takes its ticket before all have asked for one, or the later ones would resume.
        first.into_iter().try_for_each(|mut client| client.take_ticket())?;
        Ok(Self { mode, configs })
    }
}

/// One window.
fn measure(shop: &dyn Shop, threads: u32) -> Result<Measured, String> {
    let start = Barrier::new(threads as usize);
    let run = || {
        let work = shop.work();
        start.wait();
        let mut work = work?;
        let (begin, delayed, ran, mut count) = (Instant::now(), run_delay(), thread_time(), 0_u32);
        while begin.elapsed() < WINDOW {
            work()?;
            count += 1;
        }
        let ran = thread_time() - ran;
        // The delay is asked for within the time that it is taken from.
        let delay = run_delay() - delayed;
        let elapsed = begin.elapsed().saturating_sub(delay);
        Ok([elapsed, ran].map(|time| f64::from(count) / time.as_secs_f64()))
    };
    let rates = std::thread::scope(|scope| {
        let run = || run().map_err(|error: Error| error.to_string());
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        threads.into_iter().map(|thread| thread.join().map_err(|_| "a thread panicked")?).collect::<Result<Vec<_>, _>>()
    })?;
    let [by_clock, by_cpu] = [0, 1].map(|by| rates.iter().map(|rates| rates[by]).sum());
    Ok(Measured { by_clock, by_cpu })
}

/// One thread and two in turns; the least disturbed window of each counts.
pub fn run(pki: &Pki, windows: u32) -> Result<Section, Error> {
    let good = Arc::new(GoodSignatures::new(&Ring::new(), 1024).map_err(|_| "no randomness")?);
    let stored = Resumption::stored(Arc::new(StoredTickets::new(1 << 14, 1 << 24))).count(1);
    let has_met =
        |(client, server): Builders<Ring>| (client.good_signatures(good.clone()), server.good_signatures(good.clone()));
    let has_stored = |(client, server): Builders<Ring>| (client, server.resumption(stored.clone()));
    let shops: [(&str, Box<dyn Shop + '_>); 5] = [
        ("bare ring, nothing shared", Box::new(Floor(pki))),
        ("mutual", Box::new(Handshakes::new(pki, Mode::Mutual, &|builders| builders)?)),
        ("mutual, have met", Box::new(Handshakes::new(pki, Mode::Mutual, &has_met)?)),
        ("mutual, resumed, TicketKeys", Box::new(Handshakes::new(pki, Mode::MutualResumed, &|builders| builders)?)),
        ("mutual, resumed, StoredTickets", Box::new(Handshakes::new(pki, Mode::MutualResumed, &has_stored)?)),
    ];
    let mut rows = shops.each_ref().map(|(name, _)| Row { name, by_clock: Rates::default(), by_cpu: Rates::default() });
    for _ in 0..windows.div_ceil(WINDOWS_PER_ROUND) {
        for (row, (_, shop)) in rows.iter_mut().zip(&shops) {
            let (one, two) = (measure(&**shop, 1)?, measure(&**shop, THREADS)?);
            row.by_clock.offer(one.by_clock, two.by_clock);
            row.by_cpu.offer(one.by_cpu, two.by_cpu);
        }
    }
    Ok(Section(rows.into()))
}

impl Rates {
    fn offer(&mut self, one: f64, two: f64) {
        self.one = self.one.max(one);
        self.two = self.two.max(two);
        self.ratio = self.two / self.one;
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\n{:<40}{:>12}{:>12}{:>10}{:>20}",
            "Symbolon, handshakes/s of both ends", "1 thread", "2 threads", "ratio", "ratio by CPU time"
        )?;
        for Row { name, by_clock, by_cpu } in &self.0 {
            let Rates { one, two, ratio } = by_clock;
            writeln!(f, "{name:<40}{one:>12.0}{two:>12.0}{ratio:>9.2}×{:>19.2}×", by_cpu.ratio)?;
        }
        Ok(())
    }
}
