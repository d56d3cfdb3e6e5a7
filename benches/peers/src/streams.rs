//! `write` and `read` through the blocking drivers, over a pipe in memory whose copying counts as theirs; and records of 64 bytes,
//! with a driver and without.

use std::cell::RefCell;
use std::fmt;
use std::hint::black_box;
use std::io::{self, ErrorKind, Read, Write};
use std::rc::Rc;

use rustls::StreamOwned;
use serde::Serialize;
use symbolon::io::blocking::Handshake;

use crate::alloc;
use crate::clock::Stopwatch;
use crate::library::{Library, Ring};
use crate::measure::{BestRecords, Pair, RECORD, Times, connect};
use crate::openssl_peer::Openssl;
use crate::peer::{Cipher, Error, Mode, Peer};
use crate::pki::Pki;
use crate::rustls_peer::Rustls;
use crate::symbolon_peer::{Copied, InPlace, Symbolon};

/// Bytes of plaintext in a small record.
const SMALL: usize = 64;
/// Records of each length in a window.
const RECORDS: u32 = 64;
const BOTH: [usize; 2] = [RECORD, SMALL];

/// Whoever moves plaintext from one end to the other.
pub trait Carrier {
    /// Protects the application's `text` and removes the protection again, into the same place where that is a copy.
    fn pass(&mut self, text: &mut [u8], times: &mut Records) -> Result<(), Error>;
}

/// What it took.
pub struct Records {
    seal: Stopwatch,
    open: Stopwatch,
}

impl Records {
    fn new() -> Self {
        Self { seal: Stopwatch::new(), open: Stopwatch::new() }
    }
}

/// The bare cipher on one buffer, in place.
struct Bare {
    key: <Ring as Library>::Key,
    buffer: Vec<u8>,
}

impl Carrier for Bare {
    fn pass(&mut self, text: &mut [u8], times: &mut Records) -> Result<(), Error> {
        self.buffer.clear();
        self.buffer.extend_from_slice(text);
        times.seal.lap(|| Ring::seal(&self.key, &mut self.buffer))?;
        let opened = times.open.lap(|| Ring::open(&self.key, black_box(&mut self.buffer)))?;
        assert_eq!(opened, text.len());
        Ok(())
    }
}

/// Without a driver.
struct Bytes<P: Peer> {
    pair: Pair<P>,
    wire: Vec<u8>,
}

impl<P: Peer> Carrier for Bytes<P> {
    fn pass(&mut self, text: &mut [u8], times: &mut Records) -> Result<(), Error> {
        self.pair.pass(text, &mut self.wire, &mut times.seal, &mut times.open)
    }
}

/// With a driver.
struct Streams<W, R> {
    from: W,
    to: R,
}

impl<W: Write, R: Read> Carrier for Streams<W, R> {
    fn pass(&mut self, text: &mut [u8], times: &mut Records) -> Result<(), Error> {
        times.seal.lap(|| self.from.write_all(text))?;
        Ok(times.open.lap(|| self.to.read_exact(text))?)
    }
}

/// One direction of a transport.
#[derive(Default)]
struct Direction {
    bytes: Vec<u8>,
    read: usize,
}

/// One end of a transport. A copy is the same end.
#[derive(Clone)]
pub struct Pipe {
    from: Rc<RefCell<Direction>>,
    to: Rc<RefCell<Direction>>,
}

impl Pipe {
    /// Both ends.
    pub fn new() -> (Self, Self) {
        let (one, other) = (Rc::default(), Rc::default());
        (Self { from: Rc::clone(&one), to: Rc::clone(&other) }, Self { from: other, to: one })
    }
}

impl Read for Pipe {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let Direction { bytes, read } = &mut *self.from.borrow_mut();
        let n = (&bytes[*read..]).read(room)?;
        if n == 0 {
            return Err(ErrorKind::WouldBlock.into());
        }
        *read += n;
        if *read == bytes.len() {
            bytes.clear();
            *read = 0;
        }
        Ok(n)
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.to.borrow_mut().bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A way of moving plaintext, and what was measured of it.
struct Measured {
    name: String,
    carrier: Box<dyn Carrier>,
    /// By the bytes of plaintext.
    records: Vec<Measurement>,
}

/// Of records of one length.
struct Measurement {
    bytes: usize,
    best: BestRecords,
    /// In the last window.
    allocations: u64,
}

impl Measured {
    fn new(name: &str, lengths: &[usize], carrier: impl Carrier + 'static) -> Self {
        let measurement = |&bytes| Measurement { bytes, best: BestRecords::default(), allocations: 0 };
        let records = lengths.iter().map(measurement).collect();
        Self { name: name.to_owned(), carrier: Box::new(carrier), records }
    }

    fn window(&mut self) -> Result<(), Error> {
        let mut text = [0x5a; RECORD];
        for Measurement { bytes, best, allocations } in &mut self.records {
            let text = &mut text[..*bytes];
            // Not timed, as with handshakes.
            self.carrier.pass(text, &mut Records::new())?;
            let mut times = Records::new();
            let before = alloc::allocations();
            for _ in 0..RECORDS {
                self.carrier.pass(text, &mut times)?;
            }
            *allocations = alloc::allocations() - before;
            best.offer(&times.seal, &times.open, RECORDS);
        }
        Ok(())
    }
}

/// Connected ends over a pipe.
fn streams(pki: &Pki, cipher: Cipher) -> Result<[Measured; 2], Error> {
    let Pair { client, server } = pair::<Symbolon<Copied>>(pki, cipher)?;
    let (one, other) = Pipe::new();
    let from = Handshake::new(client.into_connection(), one).complete().map_err(Error::from)?;
    let to = Handshake::new(server.into_connection(), other).complete().map_err(Error::from)?;
    let symbolon = Streams { from, to };
    let Pair { client, server } = pair::<Rustls>(pki, cipher)?;
    let (one, other) = Pipe::new();
    let rustls = Streams {
        from: StreamOwned::new(client.into_connection(), one),
        to: StreamOwned::new(server.into_connection(), other),
    };
    Ok([Measured::new("Symbolon, Stream", &BOTH, symbolon), Measured::new("rustls, Stream", &BOTH, rustls)])
}

fn pair<P: Peer>(pki: &Pki, cipher: Cipher) -> Result<Pair<P>, Error> {
    connect(&P::new(pki, Mode::Mutual, cipher)?, Mode::Mutual, &mut Vec::new(), &mut Times::new())
}

fn bytes<P: Peer + 'static>(pki: &Pki, cipher: Cipher) -> Result<Measured, Error> {
    Ok(Measured::new(
        &P::name(),
        &[SMALL],
        Bytes { pair: pair::<P>(pki, cipher)?, wire: Vec::with_capacity(2 * RECORD) },
    ))
}

/// Time of a record.
#[derive(Serialize)]
pub struct Row {
    /// The AEAD.
    cipher: &'static str,
    /// Bytes of plaintext.
    bytes: usize,
    /// Who was measured.
    name: String,
    /// Nanoseconds of `write`, or of sealing.
    write: f64,
    /// Nanoseconds of `read`, or of opening.
    read: f64,
    /// `write`, and how often the bare cipher's time fits into it.
    write_ratio: f64,
    /// The same of `read`.
    read_ratio: f64,
    /// Allocations of the last 64 records, both ends.
    allocations: u64,
}

/// The rows of this part.
#[derive(Serialize)]
#[serde(transparent)]
pub struct Section(Vec<Row>);

fn of_length(measured: &[Measured], bytes: usize) -> impl Iterator<Item = (&Measured, &Measurement)> {
    let records = measured.iter().flat_map(|one| one.records.iter().map(move |record| (one, record)));
    records.filter(move |(_, record)| record.bytes == bytes)
}

/// Takes turns.
pub fn run(pki: &Pki, windows: u32) -> Result<Section, Error> {
    let mut rows = Vec::new();
    for (cipher, cipher_name) in crate::CIPHERS {
        let bare = Bare { key: Ring::key(cipher)?, buffer: Vec::with_capacity(2 * RECORD) };
        let mut measured = vec![Measured::new("floor (bare ring)", &BOTH, bare)];
        measured.extend(streams(pki, cipher)?);
        measured.push(bytes::<Symbolon<InPlace>>(pki, cipher)?);
        measured.push(bytes::<Rustls>(pki, cipher)?);
        measured.push(bytes::<Symbolon<Copied>>(pki, cipher)?);
        measured.push(bytes::<Openssl>(pki, cipher)?);
        for _ in 0..windows {
            measured.iter_mut().try_for_each(Measured::window)?;
        }
        for bytes in BOTH {
            let mut floor = None;
            for (Measured { name, .. }, Measurement { best, allocations, .. }) in of_length(&measured, bytes) {
                let (write, read) = (best.seal.nanos(), best.open.nanos());
                // It is the first.
                let (floor_write, floor_read) = *floor.get_or_insert((write, read));
                rows.push(Row {
                    cipher: cipher_name,
                    bytes,
                    name: name.clone(),
                    write,
                    read,
                    write_ratio: floor_write / write,
                    read_ratio: floor_read / read,
                    allocations: *allocations,
                });
            }
        }
    }
    Ok(Section(rows))
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{:<48}{:>18}{:>18}{:>14}", "records, ns (of the bare cipher)", "write", "read", "allocations")?;
        for row in &self.0 {
            write!(f, "{:<20}{:>6} {:<24}", row.cipher, row.bytes, row.name)?;
            for (nanos, ratio) in [(row.write, row.write_ratio), (row.read, row.read_ratio)] {
                write!(f, "{nanos:>10.0} ({ratio:>4.2}×)")?;
            }
            writeln!(f, "{:>14}", row.allocations)?;
        }
        Ok(())
    }
}
