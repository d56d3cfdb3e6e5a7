//! A server whose clients shake hands, and leave.

use super::tally::{Meter, Seen};
use crate::explain::{Case, agreed};
use crate::net::{self, Wire};
use crate::options::Settings;
use crate::stop::Stop;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Instant;
use symbolon::crypto::Ring;
use symbolon::io::blocking::Handshake;
use symbolon::{ServerConfig, ServerWith, Side, UnixTime};

pub(super) struct Serve {
    pub(super) listener: TcpListener,
    pub(super) config: Arc<ServerConfig<Ring>>,
    /// What our trust in clients is called.
    pub(super) ca: String,
    pub(super) settings: Settings,
}

impl Serve {
    /// Serves a client at a time on each of so many threads, which go on until the goal is reached or the tool ends.
    pub(super) fn start(self, threads: usize, meter: &Arc<Meter>) -> Result<(), Stop> {
        let serve = Arc::new(self);
        for _ in 0..threads {
            let (serve, meter) = (serve.clone(), meter.clone());
            let started = std::thread::Builder::new().spawn(move || serve.work(&meter));
            started.map_err(|error| Stop::refused(format_args!("no thread for a client: {error}")))?;
        }
        Ok(())
    }

    fn work(&self, meter: &Meter) {
        while meter.take() {
            let (tcp, _) = net::accept(&self.listener);
            let began = Instant::now();
            let outcome = self.attend(&tcp, began, meter);
            net::close(&tcp);
            meter.add(began, outcome);
        }
    }

    /// A handshake, and what the client says after it, which nobody hears.
    fn attend(&self, tcp: &TcpStream, began: Instant, meter: &Meter) -> Result<Seen, Stop> {
        let timeout = self.settings.timeout;
        let watch = self.settings.watch(Side::Server, 1)?;
        let conn = ServerWith::new(self.config.clone(), UnixTime::now());
        let wire = Wire::new(tcp, timeout).stopped_by(&meter.stop);
        let mut tls = Handshake::new(conn, wire).observer(watch.clone()).complete().map_err(|failed| {
            Case { witness: watch.witness(), ca: &self.ca, server_name: "", timeout }.explain_client(&failed)
        })?;
        let accepted = began.elapsed();
        tls.transport_mut().within(timeout);
        while let Ok(data @ [_, ..]) = tls.read_some() {
            let heard = data.len();
            tls.consume(heard);
        }
        let _ = tls.close();
        let conn = tls.conn();
        Ok(Seen {
            connected: None,
            accepted,
            psk: conn.negotiated().psk,
            mutual: conn.peer().is_some(),
            agreed: agreed(conn),
        })
    }
}
