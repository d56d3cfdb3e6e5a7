//! What happens on one connection, in the order that the options ask for.

use crate::checks;
use crate::configs::{Kept, refuses_peer};
use crate::exchange::{Exchange, Failure, Told};
use crate::flags::Options;
use std::net::TcpStream;
use symbolon::crypto::Ring;
use symbolon::{Connection, EarlyDataState, Role, Side};

/// One of the connections of a test.
pub(crate) struct Phase<'a> {
    pub(crate) options: &'a Options,
    /// What holds once early data was refused.
    pub(crate) retry: &'a Options,
    /// Not the first connection.
    pub(crate) resumes: bool,
    pub(crate) kept: &'a Kept,
}

/// Runs a connection to its end, whatever that is.
pub(crate) fn run<R: Role>(conn: Connection<'_, R, Ring>, socket: TcpStream, phase: &Phase<'_>) -> Result<(), Failure> {
    let mut exchange = Exchange::new(conn, socket, phase.options, refuses_peer(phase.options));
    let result = play(&mut exchange, phase);
    exchange.drain();
    result
}

fn play<R: Role>(exchange: &mut Exchange<'_, R>, phase: &Phase<'_>) -> Result<(), Failure> {
    let options = phase.options;
    let mut early = false;
    while !exchange.conn.is_connected() {
        match exchange.step()? {
            Told::Progress => {}
            Told::Data(bytes) => echo(exchange, bytes, options)?,
            Told::Closed => return Err(Failure::Unexpected("closed during the handshake".into())),
        }
        if !early && exchange.conn.early_data().is_some() && options.shim_writes_first {
            early = true;
            for _ in 0..options.repeat_shim_initial_write.unwrap_or(1) {
                exchange.write_early(initial_write(options))?;
            }
        }
    }
    exchange.flush()?;
    let rejected = exchange.conn.negotiated().early_data == EarlyDataState::Rejected;
    let is_client = exchange.conn.side() == Side::Client;
    let options = if rejected && is_client { phase.retry } else { options };
    checks::after_handshake(exchange, options, phase)?;
    if let Some(len) = options.export_keying_material {
        let mut out = vec![0; len.into()];
        let label = options.export_label.as_deref().unwrap_or_default();
        let context = options.export_context.as_deref().unwrap_or_default().as_bytes();
        exchange.conn.export(label, context, &mut out)?;
        exchange.write(&out)?;
    }
    if options.read_with_unfinished_write {
        exchange.holds_back = true;
        exchange.write(initial_write(options))?;
        exchange.flush_one_byte()?;
    } else if options.shim_writes_first && (!early || rejected) {
        for _ in 0..options.repeat_shim_initial_write.unwrap_or(1) {
            exchange.write(initial_write(options))?;
        }
    }
    if !options.shim_shuts_down {
        loop {
            if options.key_update_before_read {
                exchange.update_keys()?;
                exchange.flush()?;
            }
            match exchange.step()? {
                Told::Progress => {}
                Told::Data(bytes) => echo(exchange, bytes, options)?,
                Told::Closed => break,
            }
        }
    }
    checks::at_the_end(options, phase, is_client)?;
    exchange.close()?;
    if options.check_close_notify {
        while !matches!(exchange.step()?, Told::Closed) {}
    }
    Ok(())
}

fn initial_write(options: &Options) -> &[u8] {
    options.shim_initial_write.as_deref().unwrap_or("hello").as_bytes()
}

fn echo<R: Role>(exchange: &mut Exchange<'_, R>, mut bytes: Vec<u8>, options: &Options) -> Result<(), Failure> {
    exchange.holds_back = false;
    exchange.flush()?;
    if options.key_update {
        exchange.update_keys()?;
    }
    for byte in &mut bytes {
        *byte ^= 0xff;
    }
    exchange.write(&bytes)
}
