//! What happens on one connection, in the order that the options ask for.

use crate::checks;
use crate::configs::{Application, Kept, refusal};
use crate::exchange::{Exchange, Failure, Speaks, Told};
use crate::flags::Options;
use std::net::TcpStream;
use symbolon::crypto::Ring;
use symbolon::wire::AlertDescription;
use symbolon::{Connection, EarlyDataState, Side};

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
pub(crate) fn run<R: Speaks>(
    conn: Connection<'_, R, Ring>,
    socket: TcpStream,
    application: Application,
    phase: &Phase<'_>,
) -> Result<(), Failure> {
    let mut exchange = Exchange::new(conn, socket, application, phase.options.async_);
    let result = play(&mut exchange, phase);
    exchange.drain();
    result
}

fn play<R: Speaks>(exchange: &mut Exchange<'_, R>, phase: &Phase<'_>) -> Result<(), Failure> {
    let mut to_write = initial_writes(phase.options);
    let mut early = 0;
    let mut unsent = Vec::new();
    while !exchange.conn.is_connected() {
        match exchange.step()? {
            Told::Progress => {}
            Told::Data(bytes) => {
                let reply = inverted(bytes);
                let n = exchange.write_half_rtt(&reply)?;
                unsent.extend_from_slice(reply.get(n..).unwrap_or_default());
            }
            Told::Closed => return Err(Failure::Unexpected("closed during the handshake".into())),
        }
        let waits_for = phase.options.early_write_after_message;
        let last = exchange.seen.last_message.map(|message| u16::from(message.0));
        if waits_for.is_none_or(|message| last == Some(message)) && exchange.conn.early_data().is_some() {
            early += exchange.write_early(to_write.get(early..).unwrap_or_default())?;
        }
    }
    exchange.flush()?;
    exchange.write(&unsent)?;
    let rejected = exchange.conn.negotiated().early_data == EarlyDataState::Rejected;
    let is_client = exchange.conn.side() == Side::Client;
    let options = if rejected && is_client { phase.retry } else { phase.options };
    if rejected && is_client {
        // None of it was delivered.
        (to_write, early) = (initial_writes(options), 0);
        if options.verify_fail && options.reverify_on_resume {
            return Err(exchange.refuse(refusal(options)));
        }
    }
    checks::after_handshake(exchange, options, phase)?;
    if let Some(len) = options.export_keying_material {
        let mut out = vec![0; len.into()];
        let label = options.export_label.as_deref().unwrap_or_default();
        let context = options.export_context.as_deref().unwrap_or_default().as_bytes();
        exchange.conn.export(label, context, &mut out)?;
        exchange.write(&out)?;
    }
    if options.send_alert {
        exchange.refuse(AlertDescription::decompression_failure);
        return Ok(());
    }
    let rest = to_write.get(early..).unwrap_or_default();
    if options.read_with_unfinished_write && early == 0 {
        exchange.holds_back = true;
        exchange.write(initial_write(options))?;
        exchange.flush_one_byte()?;
    } else {
        exchange.write(rest)?;
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

/// Everything that is written before anything is read.
fn initial_writes(options: &Options) -> Vec<u8> {
    let times = if options.shim_writes_first { options.repeat_shim_initial_write.unwrap_or(1) } else { 0 };
    initial_write(options).repeat(times.into())
}

fn inverted(mut bytes: Vec<u8>) -> Vec<u8> {
    for byte in &mut bytes {
        *byte ^= 0xff;
    }
    bytes
}

fn echo<R: Speaks>(exchange: &mut Exchange<'_, R>, bytes: Vec<u8>, options: &Options) -> Result<(), Failure> {
    exchange.holds_back = false;
    exchange.flush()?;
    if options.key_update {
        exchange.update_keys()?;
    }
    exchange.write(&inverted(bytes))
}
