//! Measures implementations of TLS 1.3 beside each other and beside bare cryptography. See README.md.

mod alloc;
mod clock;
mod floor;
mod measure;
mod met;
mod openssl_peer;
mod peer;
mod pki;
mod report;
mod rustls_peer;
mod symbolon_peer;

use std::process::ExitCode;

use floor::{BareCipher, Operations};
use measure::{Contender, Measured, RECORD};
use openssl_peer::Openssl;
use peer::{Cipher, Error, Mode};
use pki::Pki;
use report::{Handshake, Memory, Operation, Records, Report};
use rustls_peer::Rustls;
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
const FLOOR: &str = "floor (bare ring)";

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
    Ok(())
}

// Short windows, so that some of them pass undisturbed, and many.
const WINDOWS: u32 = 500;
const QUICK_WINDOWS: u32 = 40;
const HANDSHAKES: u32 = 4;
const RECORDS: u32 = 64;

fn run(quick: bool) -> Result<Report, Error> {
    let windows = if quick { QUICK_WINDOWS } else { WINDOWS };
    let pki = Pki::new()?;
    let mut operations = Operations::new(&pki)?;
    let mut bare = [BareCipher::new(CIPHERS[0].0)?, BareCipher::new(CIPHERS[1].0)?];
    // The two that share code are kept apart, so that neither finds the caches warm because of the other.
    let mut contenders: Vec<Box<dyn Contender>> = vec![
        Box::new(Measured::<Symbolon<InPlace>>::new(&pki)?),
        Box::new(Measured::<Rustls>::new(&pki)?),
        Box::new(Measured::<Openssl>::new(&pki)?),
        Box::new(Measured::<Symbolon<Copied>>::new(&pki)?),
    ];

    for window in 1..=windows {
        operations.window(HANDSHAKES)?;
        for (mode, _) in MODES {
            for contender in in_turn(&mut contenders, window) {
                contender.handshakes(mode, HANDSHAKES)?;
            }
        }
        for ((cipher, _), bare) in CIPHERS.into_iter().zip(&mut bare) {
            bare.window(RECORDS)?;
            for contender in in_turn(&mut contenders, window) {
                contender.records(cipher, RECORDS)?;
            }
        }
        if window % (windows / 10) == 0 {
            eprintln!("{window} of {windows} windows");
        }
    }
    let met = met::run(&pki, windows)?;
    report(quick, &operations, &bare, &mut contenders, met)
}

/// All of them, with another one first in each window: who comes behind whom makes a difference to the caches.
fn in_turn(contenders: &mut [Box<dyn Contender>], window: u32) -> impl Iterator<Item = &mut Box<dyn Contender>> {
    let (before, after) = contenders.split_at_mut(window as usize % contenders.len());
    after.iter_mut().chain(before)
}

fn report(
    quick: bool,
    operations: &Operations,
    bare: &[BareCipher; 2],
    contenders: &mut [Box<dyn Contender>],
    met: met::Section,
) -> Result<Report, Error> {
    let mut handshakes = Vec::new();
    for (mode, mode_name) in MODES {
        let floor = (operations.client(mode), operations.server(mode));
        handshakes.push(Handshake::new(mode_name, FLOOR.to_owned(), floor, floor));
        handshakes.extend(contenders.iter().map(|contender| {
            let best = contender.best_handshake(mode);
            Handshake::new(mode_name, contender.name(), (best.client, best.server), floor)
        }));
    }

    let mut records = Vec::new();
    for ((cipher, cipher_name), bare) in CIPHERS.into_iter().zip(bare) {
        let floor = (bare.best.seal.nanos(), bare.best.open.nanos());
        records.push(Records::new(cipher_name, FLOOR.to_owned(), RECORD, floor, floor));
        records.extend(contenders.iter().map(|contender| {
            let best = contender.best_records(cipher);
            let measured = (best.seal.nanos(), best.open.nanos());
            Records::new(cipher_name, contender.name(), RECORD, measured, floor)
        }));
    }

    let mut memory = Vec::new();
    for (mode, mode_name) in MODES.into_iter().filter(|(mode, _)| mode.is_mutual()) {
        for contender in &mut *contenders {
            let measure::Memory { allocations, heap, structs } = contender.memory(mode)?;
            memory.push(Memory { mode: mode_name, name: contender.name(), allocations, heap, structs });
        }
    }

    Ok(Report {
        quick,
        operations: [
            ("X25519 keygen", operations.keygen),
            ("agreement", operations.agreement),
            ("P-256 sign", operations.sign),
            ("verify", operations.verify),
        ]
        .map(|(name, best)| Operation { name, micros: best.nanos() / 1e3 })
        .into(),
        handshakes,
        records,
        memory,
        met,
    })
}
