//! Peers that have met: each end remembers which signatures on the other's certificates were good, and still verifies
//! CertificateVerify, validity, names and all the rest. rustls remembers nothing but tickets.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use symbolon::crypto::Ring;
use symbolon::x509::GoodSignatures;

use crate::measure::{Contender, Measured};
use crate::peer::{Cipher, Error, Mode, Peer};
use crate::pki::Pki;
use crate::rustls_peer::Rustls;
use crate::symbolon_peer::{InPlace, Symbolon, configs};

/// Symbolon whose ends have met.
pub struct Met(Symbolon<InPlace>);

impl Peer for Met {
    type Client = <Symbolon<InPlace> as Peer>::Client;
    type Server = <Symbolon<InPlace> as Peer>::Server;

    fn new(pki: &Pki, mode: Mode, cipher: Cipher) -> Result<Self, Error> {
        let room = || GoodSignatures::new(&Ring::new(), 1024).map(Arc::new).map_err(|_| "no randomness");
        let (by_client, by_server) = (room()?, room()?);
        let configs = configs(pki, mode, cipher, |(client, server)| {
            (client.good_signatures(by_client), server.good_signatures(by_server))
        });
        Ok(Self(Symbolon::over(configs?)?))
    }

    fn name() -> String {
        "Symbolon + ring, have met".to_owned()
    }

    fn allocations() -> Option<u64> {
        Symbolon::<InPlace>::allocations()
    }

    fn heap_bytes() -> usize {
        Symbolon::<InPlace>::heap_bytes()
    }

    fn client(&self) -> Result<Self::Client, Error> {
        self.0.client()
    }

    fn server(&self) -> Result<Self::Server, Error> {
        self.0.server()
    }
}

const MODES: [(Mode, &str); 2] = [(Mode::ServerAuth, "server-auth"), (Mode::Mutual, "mutual")];
const HANDSHAKES: u32 = 4;

/// How many handshakes one core does, both ends.
#[derive(Serialize)]
pub struct Row {
    /// Who shows a certificate.
    mode: &'static str,
    /// Who was measured.
    name: String,
    /// Handshakes in a second.
    rate: f64,
    /// `rate`, divided by that of rustls.
    ratio: f64,
}

/// The rows of this part.
#[derive(Serialize)]
#[serde(transparent)]
pub struct Section(Vec<Row>);

/// Takes turns like the other handshakes.
pub fn run(pki: &Pki, windows: u32) -> Result<Section, Error> {
    let mut contenders: [Box<dyn Contender>; 3] = [
        Box::new(Measured::<Met>::new(pki)?),
        Box::new(Measured::<Symbolon<InPlace>>::new(pki)?),
        Box::new(Measured::<Rustls>::new(pki)?),
    ];
    for _ in 0..windows {
        for (mode, _) in MODES {
            for contender in &mut contenders {
                contender.handshakes(mode, HANDSHAKES)?;
            }
        }
    }
    let mut rows = Vec::new();
    for (mode, mode_name) in MODES {
        let rate = |contender: &dyn Contender| {
            let best = contender.best_handshake(mode);
            1e9 / (best.client + best.server)
        };
        let [.., rustls] = &contenders;
        let of_rustls = rate(&**rustls);
        rows.extend(contenders.iter().map(|contender| {
            let rate = rate(&**contender);
            Row { mode: mode_name, name: contender.name(), rate, ratio: rate / of_rustls }
        }));
    }
    Ok(Section(rows))
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{:<54}{:>18}", "peers that have met, handshakes/s of one core", "(of rustls)")?;
        for Row { mode, name, rate, ratio } in &self.0 {
            writeln!(f, "{mode:<22}{name:<32}{rate:>10.0} ({ratio:>4.2}×)")?;
        }
        Ok(())
    }
}
