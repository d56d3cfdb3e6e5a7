//! A client that connects over and over, on several threads.

use super::progress::Progress;
use super::tally::{Meter, Seen};
use crate::explain::{Case, agreed};
use crate::net::{self, Target, Wire};
use crate::options::Settings;
use crate::stop::Stop;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::Read;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use symbolon::crypto::Ring;
use symbolon::io::blocking::{Cause, ClientStream, Handshake};
use symbolon::resumption::{ClientTickets, PskKind, Ticket};
use symbolon::{ClientAuthState, ClientConfig, ClientWith, Error, ServerName, Side, UnixTime};

pub(super) struct Load {
    pub(super) target: Target,
    pub(super) addresses: Vec<SocketAddr>,
    pub(super) config: Arc<ClientConfig<Ring>>,
    pub(super) server_name: ServerName<'static>,
    /// What our trust is called.
    pub(super) ca: String,
    pub(super) settings: Settings,
    /// Each handshake is to be resumed; `config` has [`OwnTickets`].
    pub(super) resumes: bool,
}

/// A thread that never succeeds leaves the server alone after so many attempts.
const MOST_IN_A_ROW: usize = 10;
/// For the end of a connection that is closed both ways already.
const LAST_READ: Duration = Duration::from_millis(100);

impl Load {
    /// Connects from so many threads until the goal is reached. Each of them first connects once without being counted, unless
    /// that fails: code and data are warm then, and there is a ticket.
    pub(super) fn run(&self, threads: usize, meter: &Meter, progress: &Progress) -> Result<(), Stop> {
        let cold = AtomicUsize::new(threads);
        std::thread::scope(|scope| {
            let mut running = Vec::new();
            for _ in 0..threads {
                match std::thread::Builder::new().spawn_scoped(scope, || self.work(meter, &cold)) {
                    Ok(thread) => running.push(thread),
                    Err(error) => {
                        meter.stop.store(true, Ordering::Relaxed);
                        return Err(Stop::refused(format_args!("no thread for a connection: {error}"))
                            .hint("--concurrency takes fewer"));
                    }
                }
            }
            progress.follow(meter, || running.iter().all(|thread| thread.is_finished()));
            Ok(())
        })
    }

    fn work(&self, meter: &Meter, cold: &AtomicUsize) {
        let began = Instant::now();
        let first = self.connect(meter);
        cold.fetch_sub(1, Ordering::Relaxed);
        while cold.load(Ordering::Relaxed) > 0 && !meter.is_stopped() {
            std::thread::sleep(Duration::from_millis(1));
        }
        let mut in_a_row = 0;
        if first.is_err() && meter.take() {
            meter.add(began, first);
            in_a_row = 1;
        }
        while in_a_row < MOST_IN_A_ROW && meter.take() {
            let began = Instant::now();
            let outcome = self.next(meter);
            in_a_row = if outcome.is_ok() { 0 } else { in_a_row + 1 };
            meter.add(began, outcome);
        }
    }

    /// One handshake that counts.
    fn next(&self, meter: &Meter) -> Result<Seen, Stop> {
        if !self.resumes {
            return self.connect(meter);
        }
        if OwnTickets::are_none() {
            self.connect(meter)?;
        }
        if OwnTickets::are_none() {
            return Err(Stop::refused("the server gave no ticket to resume by")
                .hint("enable tickets there (symbolon server gives some unless --no-tickets), or leave out --resume"));
        }
        let seen = self.connect(meter)?;
        match seen.psk {
            Some(PskKind::Resumption) => Ok(seen),
            _ => Err(Stop::refused("the server did not take the ticket that it gave: there was a full handshake")
                .hint("do all servers behind this address have the same ticket keys?")),
        }
    }

    /// A connection from TCP's first packet to the last.
    fn connect(&self, meter: &Meter) -> Result<Seen, Stop> {
        let timeout = self.settings.timeout;
        let tcp = net::dial(&self.target, &self.addresses, Instant::now(), timeout)?;
        let began = Instant::now();
        let watch = self.settings.watch(Side::Client, 1)?;
        let name = self.server_name.to_string();
        let case = || Case { witness: watch.witness(), ca: &self.ca, server_name: &name, timeout };
        let conn = ClientWith::new(self.config.clone(), self.server_name.clone(), UnixTime::now());
        let wire = Wire::new(&tcp, timeout).stopped_by(&meter.stop);
        let mut tls = Handshake::new(conn, wire)
            .observer(watch.clone())
            .complete()
            .map_err(|failed| case().explain(&failed.cause, &failed.conn))?;
        let connected = began.elapsed();
        hear_out(&mut tls).map_err(|cause| case().explain(&cause, tls.conn()))?;
        let accepted = began.elapsed();
        wait_for_end(&tcp);
        let conn = tls.conn();
        Ok(Seen {
            connected: Some(connected),
            accepted,
            psk: conn.negotiated().psk,
            mutual: matches!(conn.client_auth(), ClientAuthState::Sent | ClientAuthState::Confirmed(_)),
            agreed: agreed(conn),
        })
    }
}

/// Says that we are done, and takes in what the server has to say to that: tickets, or a refusal, and its close_notify. Before it
/// answers it has judged what we showed.
fn hear_out(tls: &mut ClientStream<'_, Ring, Wire<'_>>) -> Result<(), Cause> {
    tls.close().map_err(Cause::Io)?;
    loop {
        let heard = match tls.read_some() {
            Ok(data) => data.len(),
            // After our close_notify, a server that just hangs up cuts nothing off.
            Err(Cause::Tls(Error::Truncated { .. })) => 0,
            Err(cause) => return Err(cause),
        };
        if heard == 0 {
            return Ok(());
        }
        tls.consume(heard);
    }
}

/// Whoever closes first keeps the port for a minute, and the server has its ports to itself.
fn wait_for_end(mut tcp: &TcpStream) {
    if tcp.set_read_timeout(Some(LAST_READ)).is_ok() {
        let _ = tcp.read(&mut [0]);
    }
}

thread_local!(static OWN: RefCell<VecDeque<Ticket>> = const { RefCell::new(VecDeque::new()) });

/// Tickets in memory, of one server; each thread has its own, so that none takes away what another came to resume by.
#[derive(Debug)]
pub(super) struct OwnTickets;

/// Tickets that a thread keeps at most.
const MOST_TICKETS: usize = 8;

impl OwnTickets {
    fn are_none() -> bool {
        OWN.with_borrow(VecDeque::is_empty)
    }
}

impl ClientTickets for OwnTickets {
    fn put(&self, _: &str, ticket: Ticket) {
        OWN.with_borrow_mut(|own| {
            own.truncate(MOST_TICKETS - 1);
            own.push_front(ticket);
        });
    }

    fn take(&self, _: &str) -> Option<Ticket> {
        OWN.with_borrow_mut(VecDeque::pop_front)
    }
}
