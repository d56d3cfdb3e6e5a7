//! `symbolon bench`: how many handshakes over TCP, and how long one takes.

mod load;
mod progress;
mod serve;
mod show;
mod tally;

use crate::admission::AdmissionOptions;
use crate::net::{self, Target};
use crate::openssl::{self, Files, Openssl};
use crate::options::{CertificateOptions, Settings, TicketOptions, restrict, seconds};
use crate::pki::{CLIENT, Pki, SERVER};
use crate::stop::{Stop, on_signal, tell};
use crate::trust::{TrustOptions, server_name};
use crate::world::ticket_keys;
use crate::wrap::print;
use load::{Load, OwnTickets};
use progress::Progress;
use serve::Serve;
use show::Measured;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use symbolon::config::Resumption;
use symbolon::crypto::Ring;
use symbolon::resumption::ClientTickets;
use symbolon::{Allow, ClientAuth, ClientConfig, ServerConfig};
use tally::{Goal, Meter};

/// What `--help` says at its end.
pub(crate) const MEASURES: &str = "\
Two times are taken of each handshake, both from the moment that TCP is connected:
  connected  until the client is CONNECTED: the server has proved who it is, and data may be sent, but it has not yet judged \
the client's certificate
  accepted   until the server's answer to the close_notify that follows at once: before it, the server has judged what the client \
showed; with --listen, until the server is CONNECTED

Each thread connects once before it is counted. Without --connect and --listen both ends are of this tool and have throw-away \
certificates: mutual and server-auth handshakes, full and resumed; with --openssl, full mutual ones of our client and \
`openssl s_server` as well.";

#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("end").args(["connect", "listen"])))]
#[command(group(clap::ArgGroup::new("own").multiple(true).requires("end").args(OF_ONE_END)))]
pub(crate) struct Options {
    /// The server whose handshakes are measured.
    #[arg(long, value_name = "HOST:PORT", conflicts_with_all = ["AdmissionOptions", "TicketOptions"])]
    connect: Option<Target>,
    /// Is the server, at this address and port; port 0 takes a free one, and the first line tells which. A signal, as by Ctrl-C, or
    /// --connections ends it.
    #[arg(long, value_name = "ADDR", conflicts_with = "TrustOptions", value_parser = net::address)]
    listen: Option<SocketAddr>,
    /// Handshakes that are resumed, each by a ticket of a connection before. It is an error if the server gives none.
    #[arg(long, requires = "connect", conflicts_with = "listen")]
    resume: bool,
    /// Measures `openssl s_server` beside our own server, if there is one on the PATH.
    #[arg(long, conflicts_with = "end")]
    openssl: bool,
    /// Ends after so many connections of each kind, whether they fail or not.
    #[arg(long, value_name = "N", conflicts_with = "seconds", value_parser = clap::value_parser!(u64).range(1..))]
    connections: Option<u64>,
    /// Ends after so long for each kind [default: 5; with --listen, never].
    #[arg(long, value_name = "SECONDS", conflicts_with = "listen", value_parser = seconds)]
    seconds: Option<Duration>,
    /// Connections at the same time, each on a thread of its own [default: 1; with --listen, one for each core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    concurrency: Option<u16>,
    /// Exit code 1 unless 99 of 100 handshakes were accepted in less than so many milliseconds.
    #[arg(long, value_name = "MS", value_parser = milliseconds)]
    p99_below: Option<f64>,
    /// Prints one JSON object; it has only `error` and `more` if nothing could be measured. With --listen, one with `listen` comes
    /// before it.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    certificates: CertificateOptions,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten, next_help_heading = "With --connect")]
    trust: TrustOptions,
    #[command(flatten, next_help_heading = "With --listen")]
    admission: AdmissionOptions,
    #[command(flatten)]
    tickets: TicketOptions,
}

/// Options that make no sense where both ends have throw-away certificates.
const OF_ONE_END: [&str; 11] = [
    "cert",
    "crl",
    "revocation",
    "ask_timestamps",
    "psk",
    "ca",
    "name",
    "client_ca",
    "client_auth",
    "allow",
    "no_tickets",
];

/// What trust is called where certificates are thrown away.
const CA: &str = "the throw-away CA";
const S_SERVER: &str = "openssl s_server";
/// What a run without an end in sight takes.
const USUALLY: Duration = Duration::from_secs(5);

/// True if all was well, and as fast as it had to be.
pub(crate) fn run(options: &Options) -> Result<bool, Stop> {
    // A file that can't be written is found out before somebody connects.
    options.settings.watch(symbolon::Side::Client, 0)?;
    let stop = Arc::new(AtomicBool::new(false));
    {
        let stop = stop.clone();
        on_signal(move || stop.store(true, Ordering::Relaxed));
    }
    let measured = match (&options.connect, options.listen) {
        (Some(target), _) => vec![connect(options, target, &stop)?],
        (None, Some(address)) => vec![listen(options, address, &stop)?],
        (None, None) => loopback(options, &stop)?,
    };
    match options.json {
        true => print(show::json(&measured, options.p99_below)),
        false => show::table(&measured),
    }
    // All that is wrong is told, not only what is wrong first.
    let wrong = measured.iter().filter(|one| !one.is_good(options.p99_below)).count();
    Ok(wrong == 0)
}

impl Options {
    fn goal(&self) -> Goal {
        match (self.connections, self.listen) {
            (Some(count), _) => Goal::Connections(count),
            (None, Some(_)) => Goal::Signal,
            (None, None) => Goal::Time(self.seconds.unwrap_or(USUALLY)),
        }
    }

    /// Threads of the client: no more than there is to do for.
    fn clients(&self) -> usize {
        let threads = self.concurrency.map_or(1, usize::from);
        let connections = self.connections.and_then(|count| usize::try_from(count).ok());
        threads.min(connections.unwrap_or(threads))
    }
}

fn connect(options: &Options, target: &Target, stop: &Arc<AtomicBool>) -> Result<Measured, Stop> {
    let Options { trust, certificates, settings, .. } = options;
    let tickets = options.resume.then(|| Arc::new(OwnTickets) as Arc<dyn ClientTickets>);
    let trusting = trust.config(certificates, settings, tickets)?;
    let load = Load {
        addresses: net::look_up(target, settings.timeout)?,
        target: target.clone(),
        config: Arc::new(trusting.config),
        server_name: trust.server_name(target)?,
        ca: trusting.ca,
        settings: settings.clone(),
        resumes: options.resume,
    };
    let meter = Meter::new(options.goal(), stop.clone());
    load.run(options.clients(), &meter, &Progress::new(""))?;
    Ok(Measured::new(target, options.clients(), &meter))
}

fn listen(options: &Options, address: SocketAddr, stop: &Arc<AtomicBool>) -> Result<Measured, Stop> {
    let Options { admission, certificates, tickets, settings, .. } = options;
    let mut keys = tickets.keys()?;
    let config = admission.config(certificates, tickets, keys.as_ref(), settings)?;
    let (listener, address) = net::listen(address)?;
    match options.json {
        true => print(serde_json::json!({ "listen": address.to_string() })),
        false => print(address),
    }
    let serve = Serve { listener, config: Arc::new(config), ca: admission.ca(), settings: settings.clone() };
    let threads = options.concurrency.map_or_else(cores, usize::from);
    let meter = Arc::new(Meter::new(options.goal(), stop.clone()));
    serve.start(threads, &meter)?;
    Progress::new("").follow(&meter, || {
        keys.iter_mut().for_each(|keys| keys.refresh());
        meter.is_over()
    });
    Ok(Measured::new(address, threads, &meter))
}

/// Both ends with throw-away certificates.
fn loopback(options: &Options, stop: &Arc<AtomicBool>) -> Result<Vec<Measured>, Stop> {
    let pki = Pki::new("Symbolon bench")?;
    let mut measured = Vec::new();
    for (what, mutual, resumes) in [
        ("mutual, full", true, false),
        ("mutual, resumed", true, true),
        ("server-auth, full", false, false),
        ("server-auth, resumed", false, true),
    ] {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let (listener, address) = net::listen((Ipv4Addr::LOCALHOST, 0).into())?;
        let settings = options.settings.clone();
        let served = Arc::new(Meter::new(Goal::Signal, Arc::default()));
        let config = Arc::new(server(&pki, mutual, &settings)?);
        Serve { listener, config, ca: CA.to_owned(), settings }.start(cores(), &served)?;
        measured.push(nearby(options, stop, &pki, address, what, resumes)?);
    }
    if options.openssl && !stop.load(Ordering::Relaxed) {
        match openssl::version() {
            Ok(_) => measured.push(s_server(options, stop, &pki)),
            Err(why) => tell(format_args!("{S_SERVER}: skipped: {why}")),
        }
    }
    Ok(measured)
}

/// Our client and `openssl s_server`. If that can't be run, it is what failed, and the others are told of all the same.
fn s_server(options: &Options, stop: &Arc<AtomicBool>, pki: &Pki) -> Measured {
    let measured = beside(options, stop, pki).unwrap_or_else(|why| {
        let meter = Meter::new(options.goal(), stop.clone());
        meter.add(Instant::now(), Err(why));
        Measured::new(S_SERVER, options.clients(), &meter)
    });
    Measured { goes_by_name: true, ..measured }
}

fn beside(options: &Options, stop: &Arc<AtomicBool>, pki: &Pki) -> Result<Measured, Stop> {
    let files = Files::write(pki)?;
    let mut openssl =
        Openssl::start(files.command("s_server", "server").args(["-accept", "127.0.0.1:0", "-Verify", "4"]))?;
    let address = openssl.accepts()?.parse().map_err(Stop::refused)?;
    nearby(options, stop, pki, address, S_SERVER, false).map_err(|stop| openssl.blamed(stop))
}

/// Our client and a server with throw-away certificates.
fn nearby(
    options: &Options,
    stop: &Arc<AtomicBool>,
    pki: &Pki,
    address: SocketAddr,
    what: &'static str,
    resumes: bool,
) -> Result<Measured, Stop> {
    let settings = options.settings.clone();
    let load = Load {
        target: Target { host: address.ip().to_string(), port: address.port() },
        addresses: vec![address],
        config: Arc::new(client(pki, &settings, resumes)?),
        server_name: server_name(SERVER)?,
        ca: CA.to_owned(),
        settings,
        resumes,
    };
    let meter = Meter::new(options.goal(), stop.clone());
    load.run(options.clients(), &meter, &Progress::new(what))?;
    Ok(Measured::new(what, options.clients(), &meter))
}

fn client(pki: &Pki, settings: &Settings, resumes: bool) -> Result<ClientConfig<Ring>, Stop> {
    let mut builder = ClientConfig::builder(Ring::new()).anchors(pki.anchors()?).credential(pki.client.credential()?);
    if resumes {
        builder = builder.tickets(Arc::new(OwnTickets));
    }
    restrict!(builder, settings)
}

fn server(pki: &Pki, mutual: bool, settings: &Settings) -> Result<ServerConfig<Ring>, Stop> {
    let client_auth = match mutual {
        true => ClientAuth::require(pki.anchors()?, Allow::dns(CLIENT)),
        false => ClientAuth::none(),
    };
    let builder = ServerConfig::builder(Ring::new())
        .credential(pki.server.credential()?)
        .client_auth(client_auth)
        .resumption(Resumption::stateless(ticket_keys()?));
    restrict!(builder, settings)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

fn milliseconds(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|ms| ms.is_finite() && *ms > 0.0);
    number.ok_or_else(|| "not a number of milliseconds above 0".to_owned())
}
