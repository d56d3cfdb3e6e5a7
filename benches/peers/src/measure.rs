//! Windows of handshakes and of records, the same for every implementation.

use crate::clock::Stopwatch;
use crate::peer::{Cipher, End, Error, Mode, Peer};
use crate::pki::Pki;

/// Bytes of plaintext in a record: 2^14, the most there may be (RFC 8446 §5.1).
pub const RECORD: usize = 1 << 14;

/// Idle pairs held at once to find the heap bytes of one.
const IDLE_PAIRS: usize = 16;

/// A handshake takes two turns of each end, three with HelloRetryRequest.
const MOST_TURNS: usize = 4;

/// The shortest time offered: other programs can only lengthen it.
#[derive(Clone, Copy)]
pub struct Best(f64);

impl Default for Best {
    fn default() -> Self {
        Self(f64::INFINITY)
    }
}

impl Best {
    /// Keeps `nanos` if it is the shortest so far.
    pub fn offer(&mut self, nanos: f64) {
        self.0 = self.0.min(nanos);
    }

    /// The shortest, in nanoseconds.
    pub fn nanos(self) -> f64 {
        self.0
    }
}

/// The handshake window with the smallest sum, per handshake and end.
#[derive(Clone, Copy)]
pub struct BestHandshake {
    /// Nanoseconds of the client.
    pub client: f64,
    /// Nanoseconds of the server.
    pub server: f64,
}

impl Default for BestHandshake {
    fn default() -> Self {
        Self { client: f64::INFINITY, server: f64::INFINITY }
    }
}

/// The best record windows.
#[derive(Clone, Copy, Default)]
pub struct BestRecords {
    /// Sealing one record.
    pub seal: Best,
    /// Opening one record.
    pub open: Best,
}

impl BestRecords {
    /// Takes the times of a window of `count` records.
    pub fn offer(&mut self, seal: &Stopwatch, open: &Stopwatch, count: u32) {
        self.seal.offer(seal.nanos() / f64::from(count));
        self.open.offer(open.nanos() / f64::from(count));
    }
}

/// What connections take besides time.
pub struct Memory {
    /// Allocations of one handshake, both ends, until both are connected.
    pub allocations: Option<u64>,
    /// Heap bytes of one idle pair.
    pub heap: usize,
    /// Bytes of the pair's two structs.
    pub structs: usize,
}

/// A contender whose type is forgotten, so that all can take turns.
pub trait Contender {
    /// Name and version.
    fn name(&self) -> String;
    /// Runs a window of `count` handshakes.
    fn handshakes(&mut self, mode: Mode, count: u32) -> Result<(), Error>;
    /// Runs a window of `count` records from client to server.
    fn records(&mut self, cipher: Cipher, count: u32) -> Result<(), Error>;
    /// The best handshake window so far.
    fn best_handshake(&self, mode: Mode) -> BestHandshake;
    /// The best record windows so far.
    fn best_records(&self, cipher: Cipher) -> BestRecords;
    /// Measures allocations and heap of connections.
    fn memory(&mut self, mode: Mode) -> Result<Memory, Error>;
}

/// One implementation and what was measured of it.
pub struct Measured<P: Peer> {
    handshakes: [(P, BestHandshake); 4],
    records: [(Pair<P>, BestRecords); 2],
    wire: Vec<u8>,
}

/// Two connected ends.
pub struct Pair<P: Peer> {
    /// Who began.
    pub client: P::Client,
    /// Who answered.
    pub server: P::Server,
}

impl<P: Peer> Pair<P> {
    /// Passes one record from client to server: `text` is what the application writes, and where it gets a copy if it does.
    pub fn pass(
        &mut self,
        text: &mut [u8],
        wire: &mut Vec<u8>,
        seal: &mut Stopwatch,
        open: &mut Stopwatch,
    ) -> Result<(), Error> {
        self.client.place(text)?;
        seal.lap(|| self.client.seal(text))?;
        carry(&mut self.client, &mut self.server, wire)?;
        match open.lap(|| self.server.open(text))? {
            opened if opened == text.len() => Ok(()),
            opened => Err(format!("{}: opened {opened} bytes of {}", P::name(), text.len()).into()),
        }
    }
}

impl<P: Peer> Measured<P> {
    /// Makes the configurations and the connections that carry records.
    pub fn new(pki: &Pki) -> Result<Self, Error> {
        let mut wire = Vec::with_capacity(2 * RECORD);
        let mut pair = |cipher| {
            let peer = P::new(pki, Mode::Mutual, cipher)?;
            connect(&peer, Mode::Mutual, &mut wire, &mut Times::new())
        };
        let peer = |mode: Mode| first_met(P::new(pki, mode, Cipher::Aes128Gcm)?, mode);
        Ok(Self {
            records: [
                (pair(Cipher::Aes128Gcm)?, BestRecords::default()),
                (pair(Cipher::ChaCha20Poly1305)?, BestRecords::default()),
            ],
            handshakes: [
                peer(Mode::ServerAuth)?,
                peer(Mode::Mutual)?,
                peer(Mode::ServerAuthResumed)?,
                peer(Mode::MutualResumed)?,
            ],
            wire,
        })
    }
}

impl<P: Peer> Contender for Measured<P> {
    fn name(&self) -> String {
        P::name()
    }

    fn handshakes(&mut self, mode: Mode, count: u32) -> Result<(), Error> {
        let (peer, best) = &mut self.handshakes[mode as usize];
        // Not timed: whoever came before shares more or less code with this one.
        connect(peer, mode, &mut self.wire, &mut Times::new())?;
        let mut times = Times::new();
        for _ in 0..count {
            connect(peer, mode, &mut self.wire, &mut times)?;
        }
        let client = times.client.nanos() / f64::from(count);
        let server = times.server.nanos() / f64::from(count);
        if client + server < best.client + best.server {
            *best = BestHandshake { client, server };
        }
        Ok(())
    }

    fn records(&mut self, cipher: Cipher, count: u32) -> Result<(), Error> {
        let (pair, best) = &mut self.records[cipher as usize];
        let mut text = [0x5a; RECORD];
        // Not timed, as with handshakes.
        pair.pass(&mut text, &mut self.wire, &mut Stopwatch::new(), &mut Stopwatch::new())?;
        let (mut seal, mut open) = (Stopwatch::new(), Stopwatch::new());
        for _ in 0..count {
            pair.pass(&mut text, &mut self.wire, &mut seal, &mut open)?;
        }
        best.offer(&seal, &open, count);
        Ok(())
    }

    fn best_handshake(&self, mode: Mode) -> BestHandshake {
        self.handshakes[mode as usize].1
    }

    fn best_records(&self, cipher: Cipher) -> BestRecords {
        self.records[cipher as usize].1
    }

    fn memory(&mut self, mode: Mode) -> Result<Memory, Error> {
        let (peer, _) = &self.handshakes[mode as usize];
        let mut idle = Vec::with_capacity(IDLE_PAIRS);
        let allocations = P::allocations();
        let heap = P::heap_bytes();
        for _ in 0..IDLE_PAIRS {
            idle.push(connect(peer, mode, &mut self.wire, &mut Times::new())?);
        }
        let heap = P::heap_bytes().saturating_sub(heap) / IDLE_PAIRS;
        let allocations = P::allocations().zip(allocations).map(|(after, before)| (after - before) / IDLE_PAIRS as u64);
        Ok(Memory { allocations, heap, structs: P::struct_bytes() })
    }
}

/// The time of each end.
pub struct Times {
    client: Stopwatch,
    server: Stopwatch,
}

impl Times {
    /// At zero.
    pub fn new() -> Self {
        Self { client: Stopwatch::new(), server: Stopwatch::new() }
    }
}

/// From nothing to two connected ends, and to a ticket for the next in a mode that resumes. Dropping them is not timed.
pub fn connect<P: Peer>(peer: &P, mode: Mode, wire: &mut Vec<u8>, times: &mut Times) -> Result<Pair<P>, Error> {
    let mut client = times.client.lap(|| peer.client())?;
    let mut server = times.server.lap(|| peer.server())?;
    handshake(&mut client, &mut server, wire, times).map_err(|error| format!("{}: {error}", P::name()))?;
    if mode.resumes() {
        times.client.lap(|| client.take_ticket())?;
    }
    match (client.is_resumed(), server.is_resumed()) == (mode.resumes(), mode.resumes()) {
        true => Ok(Pair { client, server }),
        false => Err(format!("{}: a ticket is not used as the mode says", P::name()).into()),
    }
}

/// The connection that the first ticket comes from, in a mode that resumes.
fn first_met<P: Peer>(peer: P, mode: Mode) -> Result<(P, BestHandshake), Error> {
    if mode.resumes() {
        let (mut client, mut server) = (peer.client()?, peer.server()?);
        handshake(&mut client, &mut server, &mut Vec::new(), &mut Times::new())?;
        client.take_ticket()?;
    }
    Ok((peer, BestHandshake::default()))
}

/// Until both are connected; `wire` then holds what the server sent last.
pub fn handshake(
    client: &mut impl End,
    server: &mut impl End,
    wire: &mut Vec<u8>,
    times: &mut Times,
) -> Result<(), Error> {
    for _ in 0..MOST_TURNS {
        let client_connected = times.client.lap(|| client.advance())?;
        carry(client, server, wire)?;
        let server_connected = times.server.lap(|| server.advance())?;
        carry(server, client, wire)?;
        if client_connected && server_connected {
            return Ok(());
        }
    }
    Err(format!("not connected after {MOST_TURNS} turns").into())
}

/// Moves what waits to be sent. `wire` is reused, so that no implementation is charged for it.
fn carry(from: &mut impl End, to: &mut impl End, wire: &mut Vec<u8>) -> Result<(), Error> {
    wire.clear();
    from.send(wire)?;
    to.recv(wire)
}

/// That the rows measure what their names say. A new implementation is added to every test.
#[cfg(test)]
mod tests {
    use super::*;
    use crate::library;
    use crate::openssl_peer::Openssl;
    use crate::rustls_peer::Rustls;
    use crate::symbolon_peer::{InPlace, Symbolon};
    use symbolon::crypto::AwsLcRs;

    /// The bytes that the server sent after the client's Finished, or why there is no connection.
    fn last_words<P: Peer>(client: &P, server: &P) -> Result<usize, Error> {
        let mut wire = Vec::new();
        handshake(&mut client.client()?, &mut server.server()?, &mut wire, &mut Times::new())?;
        Ok(wire.len())
    }

    fn check_no_tickets<P: Peer>() {
        let pki = Pki::new().unwrap();
        for mode in [Mode::ServerAuth, Mode::Mutual] {
            let peer = P::new(&pki, mode, Cipher::Aes128Gcm).unwrap();
            assert_eq!(last_words(&peer, &peer).unwrap(), 0, "{}", P::name());
        }
    }

    #[test]
    fn servers_send_no_tickets() {
        check_no_tickets::<Symbolon<InPlace>>();
        check_no_tickets::<Symbolon<InPlace, AwsLcRs>>();
        check_no_tickets::<Rustls>();
        check_no_tickets::<Rustls<library::AwsLcRs>>();
        check_no_tickets::<Openssl>();
    }

    fn check_tickets_follow_one_another<P: Peer>() {
        let pki = Pki::new().unwrap();
        for mode in [Mode::ServerAuthResumed, Mode::MutualResumed] {
            let (peer, _) = first_met(P::new(&pki, mode, Cipher::Aes128Gcm).unwrap(), mode).unwrap();
            let connect = || connect(&peer, mode, &mut Vec::new(), &mut Times::new());
            for _ in 0..3 {
                let pair = connect().unwrap_or_else(|error| panic!("{error}"));
                assert!(pair.client.is_resumed() && pair.server.is_resumed(), "{}", P::name());
            }
        }
    }

    #[test]
    fn each_resumed_connection_hands_out_the_ticket_of_the_next() {
        check_tickets_follow_one_another::<Symbolon<InPlace>>();
        check_tickets_follow_one_another::<Symbolon<InPlace, AwsLcRs>>();
        check_tickets_follow_one_another::<Rustls>();
        check_tickets_follow_one_another::<Rustls<library::AwsLcRs>>();
        check_tickets_follow_one_another::<Openssl>();
    }

    fn check_client_certificate_is_required<P: Peer>() {
        let pki = Pki::new().unwrap();
        let silent = P::new(&pki, Mode::ServerAuth, Cipher::Aes128Gcm).unwrap();
        let mutual = P::new(&pki, Mode::Mutual, Cipher::Aes128Gcm).unwrap();
        assert!(last_words(&silent, &mutual).is_err(), "{}", P::name());
    }

    #[test]
    fn mutual_servers_refuse_a_client_without_certificate() {
        check_client_certificate_is_required::<Symbolon<InPlace>>();
        check_client_certificate_is_required::<Symbolon<InPlace, AwsLcRs>>();
        check_client_certificate_is_required::<Rustls>();
        check_client_certificate_is_required::<Rustls<library::AwsLcRs>>();
        check_client_certificate_is_required::<Openssl>();
    }

    /// The stranger's chain ends at another root; the other end's chain is good.
    fn check_chains_are_verified<P: Peer>() {
        let (ours, theirs) = (Pki::new().unwrap(), Pki::new().unwrap());
        let peer = P::new(&ours, Mode::Mutual, Cipher::Aes128Gcm).unwrap();
        let stranger = Pki { root: ours.root.clone(), ..theirs };
        let stranger = P::new(&stranger, Mode::Mutual, Cipher::Aes128Gcm).unwrap();
        assert!(last_words(&stranger, &peer).is_err(), "server of {}", P::name());
        assert!(last_words(&peer, &stranger).is_err(), "client of {}", P::name());
    }

    #[test]
    fn both_ends_refuse_a_chain_to_another_root() {
        check_chains_are_verified::<Symbolon<InPlace>>();
        check_chains_are_verified::<Symbolon<InPlace, AwsLcRs>>();
        check_chains_are_verified::<Rustls>();
        check_chains_are_verified::<Rustls<library::AwsLcRs>>();
        check_chains_are_verified::<Openssl>();
    }

    fn check_only_the_cipher_named_is_offered<P: Peer>() {
        let pki = Pki::new().unwrap();
        let aes = P::new(&pki, Mode::ServerAuth, Cipher::Aes128Gcm).unwrap();
        let chacha = P::new(&pki, Mode::ServerAuth, Cipher::ChaCha20Poly1305).unwrap();
        assert!(last_words(&aes, &chacha).is_err(), "{}", P::name());
        assert!(last_words(&chacha, &aes).is_err(), "{}", P::name());
    }

    #[test]
    fn ends_with_different_ciphers_do_not_connect() {
        check_only_the_cipher_named_is_offered::<Symbolon<InPlace>>();
        check_only_the_cipher_named_is_offered::<Symbolon<InPlace, AwsLcRs>>();
        check_only_the_cipher_named_is_offered::<Rustls>();
        check_only_the_cipher_named_is_offered::<Rustls<library::AwsLcRs>>();
        check_only_the_cipher_named_is_offered::<Openssl>();
    }
}
