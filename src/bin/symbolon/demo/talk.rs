//! A conversation over TCP: the client says a line, the server sends it back.

use super::figure::Recorder;
use super::{LINE, TIME};
use crate::explain::{self, Case};
use crate::net::{self, Wire};
use crate::pki::SERVER;
use crate::stop::Stop;
use crate::watch::Witness;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;
use symbolon::crypto::Ring;
use symbolon::io::blocking::{Failed, Handshake};
use symbolon::resumption::PskKind;
use symbolon::{ClientWith, Connection, EarlyDataState, Role, ServerWith};

/// What one end found out.
pub(crate) struct Said {
    pub(crate) parameters: String,
    pub(crate) proven: String,
    /// The line that came.
    pub(crate) answer: String,
    /// By a ticket.
    pub(crate) resumed: bool,
    /// The line went with the first flight.
    pub(crate) early: bool,
}

impl Said {
    pub(crate) fn of<R: Role>(conn: &Connection<'_, R, Ring>, answer: &str) -> Self {
        Self {
            parameters: explain::agreed(conn),
            proven: explain::proven(conn),
            answer: answer.trim_end().to_owned(),
            resumed: conn.negotiated().psk == Some(PskKind::Resumption),
            early: conn.negotiated().early_data == EarlyDataState::Accepted,
        }
    }
}

/// A server for one client: echoes what comes, also early data.
pub(crate) fn serve_once(
    listener: &TcpListener,
    conn: ServerWith<'static, Ring>,
    recorder: Recorder,
) -> Result<Said, Stop> {
    let tcp = accept_within(listener, TIME)?;
    let handshake = Handshake::new(conn, Wire::new(&tcp, TIME)).observer(recorder);
    let mut tls = handshake.complete().map_err(|failed| explained(&failed))?;
    let mut line = tls.early_data().to_vec();
    tls.write_all(&line).map_err(Stop::refused)?;
    let mut some = [0; 1024];
    loop {
        match tls.read(&mut some).map_err(Stop::refused)? {
            0 => break,
            n => {
                let some = some.get(..n).unwrap_or_default();
                line.extend_from_slice(some);
                tls.write_all(some).map_err(Stop::refused)?;
            }
        }
    }
    // The client has all that it wanted, and may be gone.
    let _ = tls.close();
    let said = Said::of(tls.conn(), &String::from_utf8_lossy(&line));
    drop(tls);
    net::close(&tcp);
    Ok(said)
}

/// A client that says a line, as early data if it can, and waits for one.
pub(crate) fn ask_once(tcp: &TcpStream, conn: ClientWith<'static, Ring>, recorder: Recorder) -> Result<Said, Stop> {
    let line = format!("{LINE}\n");
    let handshake = Handshake::new(conn, Wire::new(tcp, TIME)).observer(recorder).first_data(line.as_bytes());
    let mut tls = handshake.complete().map_err(|failed| explained(&failed))?;
    let mut line = String::new();
    BufReader::new(&mut tls).read_line(&mut line).map_err(Stop::refused)?;
    tls.close().map_err(Stop::refused)?;
    // The peer's close_notify, or whatever it ends with.
    let _ = tls.read(&mut [0]);
    Ok(Said::of(tls.conn(), &line))
}

fn explained<R: Role>(failed: &Failed<'_, R, Ring>) -> Stop {
    let case = Case { witness: Witness::default(), ca: "the demo's CA", server_name: SERVER, timeout: TIME };
    case.explain(&failed.cause, &failed.conn)
}

fn accept_within(listener: &TcpListener, time: Duration) -> Result<TcpStream, Stop> {
    let until = std::time::Instant::now() + time;
    listener.set_nonblocking(true).map_err(Stop::refused)?;
    loop {
        match listener.accept() {
            Ok((tcp, _)) => {
                tcp.set_nonblocking(false).map_err(Stop::refused)?;
                return Ok(tcp);
            }
            Err(e) if e.kind() == std::io::ErrorKind::WouldBlock && std::time::Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(e) => return Err(Stop::refused(format_args!("nobody connected: {e}"))),
        }
    }
}
