//! Mutual TLS on a board without a heap: what the images in `bin/` share.
#![no_std]

pub mod board;
mod client;
mod figures;
mod link;
mod pki;
mod random;
pub mod selection;
mod server;

pub use client::client;
pub use server::server;

use board::Moment;
use figures::Figures;
use link::Link;
use symbolon::crypto::Crypto;
use symbolon::{Connection, Error, Event, RecvBuf, Role, SendBuf, StateName, Time, UnixTime};

/// These boards have no clock. They know when their image was made: it is at least that late. So a certificate that ran out
/// after the image was made is still accepted. A board that hears the time from somebody it trusts takes that instead.
const AT_LEAST: Time = Time::AtLeast(UnixTime(1_795_500_000));

/// Sends and receives until the handshake is over, and notes how long the longest step was: whatever else the board has to do
/// would have its turn between any two.
fn handshake<R: Role, C: Crypto>(
    tls: &mut Connection<'_, R, C>,
    rx: &mut RecvBuf<'_>,
    tx: &mut SendBuf<'_>,
    link: &mut Link,
    figures: &mut Figures,
) -> Result<(), Error> {
    loop {
        let before = Moment::now();
        let event = tls.step(rx, tx);
        figures.stepped(before);
        match event? {
            Event::Moved { to: StateName::Connected, .. } => {
                link.send(tx);
                figures.connected();
                return Ok(());
            }
            Event::NeedRecv => {
                link.send(tx);
                link.recv(rx);
            }
            Event::NeedSend => link.send(tx),
            Event::Moved { .. } | Event::Yield | Event::Data(_) | Event::Ask(_) | Event::PeerClosed => {}
        }
    }
}

/// The next line of the peer.
fn line<'b, R: Role, C: Crypto>(
    tls: &mut Connection<'_, R, C>,
    rx: &mut RecvBuf<'_>,
    tx: &mut SendBuf<'_>,
    link: &mut Link,
    line: &'b mut [u8],
) -> Result<&'b [u8], Error> {
    let mut len = 0;
    while !line[..len].ends_with(b"\n") && len < line.len() {
        match tls.step(rx, tx)? {
            Event::Data(data) => {
                let n = data.len().min(line.len() - len);
                line[len..len + n].copy_from_slice(&data[..n]);
                len += n;
            }
            Event::NeedRecv => {
                link.send(tx);
                link.recv(rx);
            }
            Event::NeedSend => link.send(tx),
            Event::Moved { .. } | Event::Yield | Event::Ask(_) => {}
            Event::PeerClosed => break,
        }
    }
    Ok(&line[..len])
}

/// Sends one line.
fn say<R: Role, C: Crypto>(
    tls: &mut Connection<'_, R, C>,
    tx: &mut SendBuf<'_>,
    link: &mut Link,
    line: &[u8],
) -> Result<(), Error> {
    let Some(mut app) = tls.app() else { board::give_up("not connected") };
    match app.write(line, tx) {
        Ok(Ok(n)) if n == line.len() => link.send(tx),
        Ok(Err(error)) => return Err(error),
        Ok(Ok(_)) | Err(_) => board::give_up("a line does not fit"),
    }
    Ok(())
}

/// Ends an image, with the figures or the reason.
fn finish(outcome: Result<(), Error>, figures: Figures) -> ! {
    match outcome {
        Ok(()) => figures.report(),
        #[cfg(feature = "explain")]
        Err(error) => {
            semihosting::eprintln!("{error}");
            board::give_up("the handshake failed")
        }
        #[cfg(not(feature = "explain"))]
        Err(_) => board::give_up("the handshake failed; build with --features explain to hear why"),
    }
}
