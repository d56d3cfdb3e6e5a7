//! What happens on one connection, in the order that the options ask for.

use crate::checks;
use crate::configs::{Application, refusal};
use crate::exchange::{Exchange, Failure, Speaks, Told};
use crate::flags::Options;
use crate::kept::Kept;
use std::collections::VecDeque;
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
    exchange.seen.wants_secrets = phase.options.export_traffic_secrets;
    let result = play(&mut exchange, phase);
    exchange.drain();
    result
}

fn play<R: Speaks>(exchange: &mut Exchange<'_, R>, phase: &Phase<'_>) -> Result<(), Failure> {
    let unsent = handshake(exchange, phase)?;
    exchange.flush()?;
    let is_client = exchange.conn.side() == Side::Client;
    let rejected = is_client && exchange.conn.negotiated().early_data == EarlyDataState::Rejected;
    let options = if rejected { phase.retry } else { phase.options };
    if rejected && options.verify_fail && options.reverify_on_resume {
        return Err(exchange.refuse(refusal(options)));
    }
    checks::after_handshake(exchange, options, phase)?;
    export(exchange, options)?;
    if options.export_traffic_secrets {
        export_traffic_secrets(exchange)?;
    }
    if options.send_alert {
        exchange.refuse(AlertDescription::decompression_failure);
        return Ok(());
    }
    // Nothing of what was rejected was delivered.
    for bytes in if rejected { initial_writes(options) } else { unsent } {
        exchange.holds_back = options.read_with_unfinished_write;
        exchange.write(&bytes)?;
        if exchange.holds_back {
            exchange.flush_one_byte()?;
        }
    }
    if !options.shim_shuts_down {
        echo_all(exchange, options)?;
    }
    checks::at_the_end(options, phase, is_client)?;
    exchange.close()?;
    if options.check_close_notify {
        while !matches!(exchange.step()?, Told::Closed) {}
    }
    Ok(())
}

/// Up to CONNECTED, with early data and what may answer it; returns what could not be sent so early.
fn handshake<R: Speaks>(exchange: &mut Exchange<'_, R>, phase: &Phase<'_>) -> Result<VecDeque<Vec<u8>>, Failure> {
    let options = phase.options;
    let mut unsent = initial_writes(options);
    while !exchange.conn.is_connected() {
        match exchange.step()? {
            Told::Progress => {}
            Told::Data(bytes) => {
                let mut reply = inverted(bytes);
                let n = exchange.write_half_rtt(&reply)?;
                unsent.push_back(reply.split_off(n));
            }
            Told::Closed => return Err(Failure::Unexpected("closed during the handshake".into())),
        }
        let last = exchange.seen.last_message.map(|message| u16::from(message.0));
        let is_time = options.early_write_after_message.is_none_or(|message| last == Some(message));
        if is_time && exchange.conn.early_data().is_some() {
            // What an application does that takes early data for the connection itself.
            export(exchange, options)?;
            while let Some(bytes) = unsent.front_mut() {
                let n = exchange.write_early(bytes)?;
                let rest = bytes.split_off(n);
                if !rest.is_empty() {
                    *bytes = rest;
                    break;
                }
                unsent.pop_front();
            }
        }
    }
    Ok(unsent)
}

fn echo_all<R: Speaks>(exchange: &mut Exchange<'_, R>, options: &Options) -> Result<(), Failure> {
    loop {
        if options.key_update_before_read {
            exchange.update_keys()?;
            exchange.flush()?;
        }
        match exchange.step()? {
            Told::Progress => {}
            Told::Data(bytes) => {
                exchange.holds_back = false;
                exchange.flush()?;
                if options.key_update {
                    exchange.update_keys()?;
                }
                exchange.write(&inverted(bytes))?;
            }
            Told::Closed => return Ok(()),
        }
    }
}

/// Sends keying material, so that the runner can compare it.
fn export<R: Speaks>(exchange: &mut Exchange<'_, R>, options: &Options) -> Result<(), Failure> {
    let Some(len) = options.export_keying_material else { return Ok(()) };
    let mut out = vec![0; len.into()];
    let label = options.export_label.as_deref().unwrap_or_default();
    let context = options.export_context.as_deref().unwrap_or_default().as_bytes();
    exchange.conn.export(label, context, &mut out)?;
    exchange.write(&out)
}

/// Sends the secrets by which the shim receives and sends, behind the length of each.
fn export_traffic_secrets<R: Speaks>(exchange: &mut Exchange<'_, R>) -> Result<(), Failure> {
    let (client, server) = (exchange.seen.client_traffic.clone(), exchange.seen.server_traffic.clone());
    let [receives, sends] = if exchange.conn.side() == Side::Client { [server, client] } else { [client, server] };
    let len = u16::try_from(sends.len()).unwrap_or(0).to_le_bytes();
    exchange.write(&[&len, &receives[..], &sends].concat())
}

/// Everything that is written before anything is read.
fn initial_writes(options: &Options) -> VecDeque<Vec<u8>> {
    let bytes = options.shim_initial_write.as_deref().unwrap_or("hello").as_bytes().to_vec();
    let writes_first = options.shim_writes_first || options.read_with_unfinished_write;
    let times = if writes_first { options.repeat_shim_initial_write.unwrap_or(1) } else { 0 };
    vec![bytes; times.into()].into()
}

fn inverted(mut bytes: Vec<u8>) -> Vec<u8> {
    for byte in &mut bytes {
        *byte ^= 0xff;
    }
    bytes
}
