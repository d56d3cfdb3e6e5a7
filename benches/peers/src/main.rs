//! Measures implementations of TLS 1.3 beside each other and beside bare cryptography. See README.md.

mod alloc;
mod clock;
mod cores;
mod floor;
mod idle;
mod library;
mod measure;
mod met;
mod openssl_peer;
mod peer;
mod pki;
mod report;
mod rustls_peer;
mod streams;
mod symbolon_peer;
mod tokio_echo;

use std::process::ExitCode;

use floor::{Bare, Floor};
use measure::{BestRecords, Contender, Measured, RECORD};
use openssl_peer::Openssl;
use peer::{Cipher, Error, Mode};
use pki::Pki;
use report::{Handshake, Memory, Operation, Records, Report};
use rustls_peer::Rustls;
use symbolon::crypto::AwsLcRs;
use symbolon_peer::{Copied, InPlace, Symbolon};

#[global_allocator]
static HEAP: alloc::Counting = alloc::Counting;

const MODES: [(Mode, &str); 4] = [
    (Mode::ServerAuth, "server-auth"),
    (Mode::Mutual, "mutual"),
    (Mode::ServerAuthResumed, "server-auth, resumed"),
    (Mode::MutualResumed, "mutual, resumed"),
];
const CIPHERS: [(Cipher, &str); 2] =
    [(Cipher::Aes128Gcm, "AES-128-GCM"), (Cipher::ChaCha20Poly1305, "ChaCha20-Poly1305")];

fn main() -> ExitCode {
    let (mut quick, mut json) = (false, false);
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--quick" => quick = true,
            "--json" => json = true,
            other => {
                eprintln!("unknown argument {other:?}; usage: peers [--quick] [--json]");
                return ExitCode::from(2);
            }
        }
    }
    match run(quick).and_then(|report| print(&report, json)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn print(report: &Report, json: bool) -> Result<(), Error> {
    if json {
        println!("{}", serde_json::to_string_pretty(report)?);
    } else {
        print!("{report}");
    }
    match report.tokio_echo.errors() {
        0 => Ok(()),
        n => Err(format!("{n} errors among the connections over tokio").into()),
    }
}

// Short windows, so that some of them pass undisturbed, and many.
const WINDOWS: u32 = 500;
const QUICK_WINDOWS: u32 = 40;
const HANDSHAKES: u32 = 4;
const RECORDS: u32 = 64;

fn run(quick: bool) -> Result<Report, Error> {
    let windows = if quick { QUICK_WINDOWS } else { WINDOWS };
    let pki = Pki::new()?;
    // Those that share code are kept apart, so that none finds the caches warm because of another.
    let mut fields = [
        Field {
            floor: Box::new(Bare::<library::Ring>::new(&pki)?),
            contenders: vec![
                Box::new(Measured::<Symbolon<InPlace>>::new(&pki)?),
                Box::new(Measured::<Rustls>::new(&pki)?),
                Box::new(Measured::<Symbolon<Copied>>::new(&pki)?),
                Box::new(Measured::<Openssl>::new(&pki)?),
            ],
        },
        Field {
            floor: Box::new(Bare::<library::AwsLcRs>::new(&pki)?),
            contenders: vec![
                Box::new(Measured::<Symbolon<InPlace, AwsLcRs>>::new(&pki)?),
                Box::new(Measured::<Rustls<library::AwsLcRs>>::new(&pki)?),
                Box::new(Measured::<Symbolon<Copied, AwsLcRs>>::new(&pki)?),
            ],
        },
    ];

    for window in 1..=windows {
        for field in &mut fields {
            field.floor.operations(HANDSHAKES)?;
        }
        for (mode, _) in MODES {
            for contender in in_turn(&mut fields, window) {
                contender.handshakes(mode, HANDSHAKES)?;
            }
        }
        for (cipher, _) in CIPHERS {
            // One library after the other: the wide instructions of one slow the core's clock down for those who come next.
            for field in &mut fields {
                field.floor.records(cipher, RECORDS)?;
                for contender in in_turn(std::slice::from_mut(field), window) {
                    contender.records(cipher, RECORDS)?;
                }
            }
        }
        if window % (windows / 10) == 0 {
            eprintln!("{window} of {windows} windows");
        }
    }
    let streams = streams::run(&pki, windows)?;
    let idle = idle::run(&pki, if quick { 2_000 } else { 100_000 })?;
    let (met, cores) = (met::run(&pki, windows)?, cores::run(&pki, windows)?);
    let tokio_echo = tokio_echo::run(&pki, quick)?;
    report(quick, &mut fields, streams, idle, met, cores, tokio_echo)
}

/// A floor, and who is held against it.
struct Field {
    floor: Box<dyn Floor>,
    contenders: Vec<Box<dyn Contender>>,
}

/// All of them, with another one first in each window: who comes behind whom makes a difference to the caches.
fn in_turn(fields: &mut [Field], window: u32) -> Vec<&mut Box<dyn Contender>> {
    let mut contenders: Vec<_> = fields.iter_mut().flat_map(|field| &mut field.contenders).collect();
    let first = window as usize % contenders.len();
    contenders.rotate_left(first);
    contenders
}

fn report(
    quick: bool,
    fields: &mut [Field],
    streams: streams::Section,
    idle: idle::Section,
    met: met::Section,
    cores: cores::Section,
    tokio_echo: tokio_echo::Section,
) -> Result<Report, Error> {
    let mut handshakes = Vec::new();
    for (mode, mode_name) in MODES {
        for Field { floor, contenders } in &*fields {
            let operations = floor.best_operations();
            let floor_time = (operations.client(mode), operations.server(mode));
            handshakes.push(Handshake::new(mode_name, floor_name(&**floor), floor_time, floor_time));
            handshakes.extend(contenders.iter().map(|contender| {
                let best = contender.best_handshake(mode);
                Handshake::new(mode_name, contender.name(), (best.client, best.server), floor_time)
            }));
        }
    }

    let mut records = Vec::new();
    for (cipher, cipher_name) in CIPHERS {
        for Field { floor, contenders } in &*fields {
            let nanos = |best: BestRecords| (best.seal.nanos(), best.open.nanos());
            let floor_time = nanos(floor.best_records(cipher));
            records.push(Records::new(cipher_name, floor_name(&**floor), RECORD, floor_time, floor_time));
            records.extend(contenders.iter().map(|contender| {
                let measured = nanos(contender.best_records(cipher));
                Records::new(cipher_name, contender.name(), RECORD, measured, floor_time)
            }));
        }
    }

    let mut memory = Vec::new();
    for (mode, mode_name) in MODES.into_iter().filter(|(mode, _)| mode.is_mutual()) {
        for contender in fields.iter_mut().flat_map(|field| &mut field.contenders) {
            let measure::Memory { allocations, heap, structs } = contender.memory(mode)?;
            memory.push(Memory { mode: mode_name, name: contender.name(), allocations, heap, structs });
        }
    }

    let operations = fields.iter().flat_map(|field| operations(&*field.floor)).collect();
    Ok(Report { quick, operations, handshakes, records, memory, streams, idle, met, cores, tokio_echo })
}

fn floor_name(floor: &dyn Floor) -> String {
    format!("floor (bare {})", floor.library())
}

fn operations(floor: &dyn Floor) -> [Operation; 4] {
    let best = floor.best_operations();
    [("X25519 keygen", best.keygen), ("agreement", best.agreement), ("P-256 sign", best.sign), ("verify", best.verify)]
        .map(|(name, best)| Operation { library: floor.library(), name, micros: best.nanos() / 1e3 })
}
