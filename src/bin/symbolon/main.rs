//! `symbolon`: mutual TLS 1.3 from the command line.

mod admission;
mod bench;
mod client;
mod demo;
mod explain;
mod files;
mod hints;
mod inspect;
mod instant;
mod json;
mod lint;
mod net;
mod openssl;
mod options;
mod outbox;
mod pki;
mod server;
mod step;
mod stop;
mod ticket_file;
mod ticket_keys;
mod tolerant;
mod trust;
mod verify;
mod watch;
mod world;
mod wrap;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Mutual TLS 1.3 (RFC 8446), to use and to watch.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 done; 1 the peer, the network or a check refused; 2 wrong usage, or a file that can't be used."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Shows a mutual handshake between the two ends of this tool, and with openssl if it is there.
    Demo(demo::Options),
    /// Connects; then standard input goes to the peer, and what the peer says to standard output.
    Client(client::Options),
    /// Listens; prints the address on its first line, and a line per connection on standard error.
    Server(server::Options),
    /// Measures handshakes over TCP: of a server, as a server, or of both ends on loopback.
    #[command(after_help = bench::MEASURES)]
    Bench(bench::Options),
    /// Goes through a handshake one arrow at a time, every message in fields, every secret shown.
    Step(step::Options),
    /// Shows what is in a file of certificates, requests, revocation lists or keys, and what is wrong on which line.
    Inspect(inspect::Options),
    /// Judges a chain: every path that was tried, every check on it, and what to do.
    Verify(verify::Options),
    /// Tells which TLS stacks accept a chain, why the others do not, and what to do.
    Lint(lint::Options),
}

fn main() -> ExitCode {
    let command = Cli::parse().command;
    let done = match &command {
        Command::Demo(options) => demo::run(options).map(|()| true),
        Command::Client(options) => client::run(options).map(|()| true),
        Command::Server(options) => server::run(options).map(|()| true),
        Command::Bench(options) => bench::run(options),
        Command::Step(options) => step::run(options).map(|()| true),
        Command::Inspect(options) => inspect::run(options),
        Command::Verify(options) => verify::run(options),
        Command::Lint(options) => lint::run(options),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        // What was looked at is shown; something is wrong with it.
        Ok(false) => ExitCode::FAILURE,
        Err(stop) => {
            if command.is_json() {
                wrap::print(stop.as_json());
            }
            stop.report()
        }
    }
}

impl Command {
    /// Whether a program reads standard output, and is to find an object there whatever happens.
    fn is_json(&self) -> bool {
        match self {
            Self::Bench(options) => options.json,
            Self::Inspect(options) => options.json,
            Self::Verify(options) => options.json,
            Self::Lint(options) => options.json,
            Self::Demo(_) | Self::Client(_) | Self::Server(_) | Self::Step(_) => false,
        }
    }
}
