//! The shim by which BoringSSL's protocol tests drive this library. `tests/bogo/README.md` says how to run them, and what
//! they come to.

#[path = "bogo_shim/checks.rs"]
mod checks;
#[path = "bogo_shim/compression.rs"]
mod compression;
#[path = "bogo_shim/configs.rs"]
mod configs;
#[path = "bogo_shim/exchange.rs"]
mod exchange;
#[path = "bogo_shim/flags.rs"]
mod flags;
#[path = "bogo_shim/kept.rs"]
mod kept;
#[path = "bogo_shim/scenario.rs"]
mod scenario;

use configs::{Application, ConfigFailure};
use exchange::Failure;
use flags::{FlagError, Phases};
use kept::Kept;
use std::io::Write;
use std::net::{Ipv6Addr, TcpStream};
use std::process::ExitCode;
use symbolon::{Client, Error, Server, ServerName, UnixTime};

/// The runner counts it apart from failures.
const UNIMPLEMENTED: u8 = 89;

fn main() -> ExitCode {
    let phases = match Phases::parse(std::env::args().skip(1)) {
        Ok(phases) => phases,
        Err(FlagError::Unimplemented(flag)) => return unimplemented(&format!("flag {flag}")),
        Err(FlagError::Incomplete(flag)) => return failed(&format!("flag {flag} has no value, or a wrong one")),
    };
    if phases.initial.is_handshaker_supported {
        println!("No");
        return ExitCode::SUCCESS;
    }
    match run(&phases) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Outcome::Unimplemented(what)) => unimplemented(&what),
        Err(Outcome::Failed(why)) => failed(&why),
    }
}

enum Outcome {
    Unimplemented(String),
    Failed(String),
}

impl From<ConfigFailure> for Outcome {
    fn from(failure: ConfigFailure) -> Self {
        match failure {
            ConfigFailure::Unimplemented(what) => Self::Unimplemented(what),
            ConfigFailure::Broken(what) => Self::Failed(what),
        }
    }
}

impl From<Failure> for Outcome {
    fn from(failure: Failure) -> Self {
        Self::Failed(match failure {
            // By the name of the reason the runner recognizes what it expected.
            Failure::Tls(error @ Error::Refused(refusal)) => format!("{}: {error}", refusal.reason.name()),
            Failure::Tls(error @ Error::PeerAlert(alert)) => format!("PeerAlert {}: {error}", alert.description),
            Failure::Tls(error @ Error::Truncated { .. }) => format!("Truncated: {error}"),
            Failure::Misuse(misuse) => format!("{misuse:?}: {misuse}"),
            Failure::Io(error) => format!("transport: {error}"),
            Failure::Unexpected(what) => what,
        })
    }
}

fn run(phases: &Phases) -> Result<(), Outcome> {
    let mut now = UnixTime::now();
    let kept = Kept::new()?;
    for nth in 0..=phases.initial.resume_count.unwrap_or(0) {
        let (options, retry) =
            if nth == 0 { (&phases.initial, &phases.initial) } else { (&phases.resume, &phases.retry) };
        if nth > 0 {
            now.0 = now.0.saturating_add(options.resumption_delay.unwrap_or(0));
        }
        let phase = scenario::Phase { options, retry, resumes: nth > 0, kept: &kept };
        let application = Application::new(options, nth > 0);
        if options.server {
            let config = configs::server(options, &application, &kept)?;
            scenario::run(Server::new(&config, now), connect(options)?, application, &phase)?;
        } else {
            let config = configs::client(options, &application, &kept)?;
            let name = options.host_name.as_deref().unwrap_or("test");
            let name = ServerName::dns(name).map_err(|e| Outcome::Failed(e.to_string()))?;
            let mut client = Client::new(&config, name, now);
            if options.enable_early_data {
                client = client.offer_early_data();
            }
            scenario::run(client, connect(options)?, application, &phase)?;
        }
    }
    Ok(())
}

fn connect(options: &flags::Options) -> Result<TcpStream, Failure> {
    let port = options.port.ok_or_else(|| Failure::Unexpected("-port is missing".into()))?;
    let mut socket = match options.ipv6 {
        true => TcpStream::connect((Ipv6Addr::LOCALHOST, port))?,
        false => TcpStream::connect(("127.0.0.1", port))?,
    };
    socket.set_nodelay(true)?;
    socket.write_all(&options.shim_id.unwrap_or(0).to_le_bytes())?;
    Ok(socket)
}

fn unimplemented(what: &str) -> ExitCode {
    eprintln!("not implemented: {what}");
    ExitCode::from(UNIMPLEMENTED)
}

fn failed(why: &str) -> ExitCode {
    eprintln!("{why}");
    ExitCode::FAILURE
}
