//! `symbolon server`: many clients at once, a line for each.

use crate::admission::AdmissionOptions;
use crate::explain::{Case, manner, parameters, proven};
use crate::net::{self, Wire};
use crate::options::{CertificateOptions, Settings, TicketOptions, seconds};
use crate::stop::{Stop, on_signal, tell};
use crate::ticket_keys::LiveKeys;
use crate::watch::Watch;
use std::io::{ErrorKind, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, mpsc};
use std::time::Duration;
use symbolon::crypto::Ring;
use symbolon::io::blocking::{Cause, Handshake, ServerStream};
use symbolon::{EarlyDataState, ServerConfig, ServerWith, Side, UnixTime};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Address and port to listen on, as in 127.0.0.1:4433; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", value_parser = net::address)]
    listen: SocketAddr,
    #[command(flatten)]
    admission: AdmissionOptions,
    #[command(flatten)]
    certificates: CertificateOptions,
    #[command(flatten)]
    tickets: TicketOptions,
    #[command(flatten)]
    settings: Settings,
    /// Serves one client, and ends.
    #[arg(long)]
    once: bool,
    /// Sends back what comes.
    #[arg(long, conflicts_with = "www")]
    echo: bool,
    /// Answers a GET with a page that says what was negotiated, and who the client is.
    #[arg(long)]
    www: bool,
    /// Drops clients that say nothing for so long after the handshake.
    #[arg(long, value_name = "SECONDS", default_value = "300", value_parser = seconds)]
    idle: Duration,
}

/// What is done with a client that is CONNECTED.
#[derive(Clone, Copy)]
enum Service {
    Echo,
    Www,
    /// What it says goes to standard output.
    Print,
}

/// Clients that are served at the same time; more wait to be accepted.
const MOST_CLIENTS: usize = 256;
/// After a signal, clients have this long to take note.
const FAREWELL: Duration = Duration::from_secs(3);

pub(crate) fn run(options: &Options) -> Result<(), Stop> {
    let ticket_keys = options.tickets.keys()?;
    let server = Arc::new(Server::new(options, ticket_keys.as_ref())?);
    let (listener, address) = net::listen(options.listen)?;
    {
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "{address}").and_then(|()| out.flush());
    }
    let (to, ends) = mpsc::channel();
    {
        let (to, server) = (to.clone(), server.clone());
        on_signal(move || {
            server.stop.store(true, Ordering::Relaxed);
            let _ = to.send(Ok(()));
        });
    }
    let once = options.once;
    let accepting = server.clone();
    std::thread::spawn(move || {
        let end = accepting.accept(&listener, once, ticket_keys);
        let _ = to.send(end);
    });
    let end = ends.recv().unwrap_or(Ok(()));
    server.wait_for_clients(FAREWELL);
    end
}

struct Server {
    config: Arc<ServerConfig<Ring>>,
    settings: Settings,
    service: Service,
    idle: Duration,
    /// What our trust in clients is called.
    ca: String,
    /// A signal came: everybody closes.
    stop: AtomicBool,
    clients: Mutex<usize>,
    left: Condvar,
}

impl Server {
    fn new(options: &Options, ticket_keys: Option<&LiveKeys>) -> Result<Self, Stop> {
        // Files that can't be written are found out before somebody connects.
        options.settings.watch(Side::Server, 0)?;
        let Options { admission, certificates, tickets, settings, .. } = options;
        Ok(Self {
            config: Arc::new(admission.config(certificates, tickets, ticket_keys, settings)?),
            settings: settings.clone(),
            service: match (options.echo, options.www) {
                (true, _) => Service::Echo,
                (_, true) => Service::Www,
                _ => Service::Print,
            },
            idle: options.idle,
            ca: admission.ca(),
            stop: AtomicBool::new(false),
            clients: Mutex::new(0),
            left: Condvar::new(),
        })
    }

    fn accept(
        self: Arc<Self>,
        listener: &TcpListener,
        once: bool,
        mut ticket_keys: Option<LiveKeys>,
    ) -> Result<(), Stop> {
        for number in 1.. {
            self.wait_for_room();
            let (tcp, address) = net::accept(listener);
            if let Some(keys) = &mut ticket_keys {
                keys.refresh();
            }
            *self.clients.lock().unwrap_or_else(PoisonError::into_inner) += 1;
            if once {
                let _leaving = Leaving(&self);
                return self.serve(&tcp, address, number).map_err(|stop| stop.with(address));
            }
            let server = self.clone();
            let started = std::thread::Builder::new().spawn(move || {
                let _leaving = Leaving(&server);
                if let Err(stop) = server.serve(&tcp, address, number) {
                    let more: String = stop.more.iter().map(|line| format!("; {line}")).collect();
                    tell(format_args!("{}{more}", stop.with(address).cause));
                }
            });
            if let Err(error) = started {
                self.one_left();
                tell(format_args!("{address}: no thread for it: {error}"));
            }
        }
        Ok(())
    }

    /// One connection, from its first byte to its last.
    fn serve(&self, tcp: &TcpStream, address: SocketAddr, number: u64) -> Result<(), Stop> {
        let watch = self.settings.watch(Side::Server, number)?;
        let case = || Case { witness: watch.witness(), ca: &self.ca, server_name: "", timeout: self.settings.timeout };
        let conn = ServerWith::new(self.config.clone(), UnixTime::now());
        let wire = Wire::new(tcp, self.settings.timeout).stopped_by(&self.stop);
        let done = match Handshake::new(conn, wire).observer(watch.clone()).complete() {
            Ok(mut tls) => {
                self.tell_of(&tls, address, &watch);
                match self.service {
                    // One request is all that comes, so that it has an end.
                    Service::Www => tls.transport_mut().within(self.idle),
                    Service::Echo | Service::Print => tls.transport_mut().until_idle(self.idle),
                }
                let done = self.attend(&mut tls);
                // A signal, or silence: the client is told that nothing more comes.
                let _ = tls.close();
                match done {
                    Ok(()) => Ok(()),
                    Err(Cause::Io(error)) if error.kind() == ErrorKind::ConnectionAborted => Ok(()),
                    Err(Cause::Io(error)) if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock) => {
                        Err(Stop::refused(format_args!(
                            "the client was silent for {} s; dropped",
                            self.idle.as_secs_f32()
                        )))
                    }
                    Err(cause) => Err(case().explain(&cause, tls.conn())),
                }
            }
            Err(failed) => Err(case().explain_client(&failed)),
        };
        net::close(tcp);
        done
    }

    fn tell_of(&self, tls: &Tls<'_, '_>, address: SocketAddr, watch: &Watch) {
        let conn = tls.conn();
        let client = match (conn.peer(), conn.external_psk()) {
            (None, None) => "a client without certificate".to_owned(),
            _ => proven(conn),
        };
        let early_data = match conn.negotiated().early_data {
            EarlyDataState::Accepted => format!("; {} bytes of early data", tls.early_data().len()),
            EarlyDataState::Rejected => {
                let why = watch.witness().no_early_data.map(|why| format!(": {why}"));
                format!("; early data rejected{}", why.unwrap_or_default())
            }
            EarlyDataState::NotOffered | EarlyDataState::Offered => String::new(),
        };
        let witness = watch.witness();
        let timestamps = match witness.timestamps {
            0 => String::new(),
            count => format!("; {count} certificate timestamps, not verified"),
        };
        let manner = manner(conn, witness.declined);
        tell(format_args!("{address}: {client}; {}; {manner}{timestamps}{early_data}", parameters(conn)));
    }

    /// Nothing here is done that may not be done twice, so that early data is taken for what it is at its begin.
    fn attend(&self, tls: &mut Tls<'_, '_>) -> Result<(), Cause> {
        let early_data = tls.early_data().to_vec();
        match self.service {
            Service::Www => www(tls, early_data),
            Service::Echo => each(tls, early_data, |tls, data| tls.write_all(data)),
            Service::Print => each(tls, early_data, |_, data| {
                let mut out = std::io::stdout().lock();
                // Nobody may be reading there, which is not the client's fault.
                let _ = out.write_all(data).and_then(|()| out.flush());
                Ok(())
            }),
        }
    }

    fn wait_for_room(&self) {
        let clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.left.wait_while(clients, |clients| *clients >= MOST_CLIENTS));
    }

    fn wait_for_clients(&self, time: Duration) {
        let clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = self.left.wait_timeout_while(clients, time, |clients| *clients > 0);
    }

    fn one_left(&self) {
        *self.clients.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.left.notify_all();
    }
}

/// Counts a client out, however its thread ends.
struct Leaving<'s>(&'s Server);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.one_left();
    }
}

type Tls<'s, 't> = ServerStream<'s, Ring, Wire<'t>>;

/// Does the same with all data, of which some is there, until the client closes.
fn each<'s, 't>(
    tls: &mut Tls<'s, 't>,
    mut data: Vec<u8>,
    mut with: impl FnMut(&mut Tls<'s, 't>, &[u8]) -> std::io::Result<()>,
) -> Result<(), Cause> {
    loop {
        with(tls, &data).map_err(Cause::Io)?;
        data = tls.read_some()?.to_vec();
        if data.is_empty() {
            return Ok(());
        }
        tls.consume(data.len());
    }
}

/// Reads the rest of one request and answers it.
fn www(tls: &mut Tls<'_, '_>, mut request: Vec<u8>) -> Result<(), Cause> {
    const MOST: usize = 1 << 14;
    while !request.windows(4).any(|end| end == b"\r\n\r\n") && !request.windows(2).any(|end| end == b"\n\n") {
        let data = tls.read_some()?;
        if data.is_empty() || request.len() > MOST {
            break;
        }
        request.extend_from_slice(data);
        let n = data.len();
        tls.consume(n);
    }
    if request.is_empty() {
        return Ok(());
    }
    let (status, body) = match request.split(|byte| *byte == b' ').next() {
        Some(b"GET" | b"HEAD") => ("200 OK", format!("{}\nclient: {}\n", parameters(tls.conn()), proven(tls.conn()))),
        _ => ("405 Method Not Allowed", "only GET is answered here\n".to_owned()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let body = if request.starts_with(b"HEAD ") { "" } else { &body };
    tls.write_all(format!("{head}{body}").as_bytes()).map_err(Cause::Io)
}
