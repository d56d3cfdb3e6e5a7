//! The demo's handshakes with openssl, as a client and as a server.

use super::figure::Recorder;
use super::talk::{Said, ask_once, serve_once};
use super::{LINE, Options, PROTOCOL, item, world};
use crate::openssl::{Files, Openssl, version};
use crate::pki::SERVER;
use crate::stop::Stop;
use crate::world::{Clients, World};
use crate::wrap::print;
use std::net::{TcpListener, TcpStream};
use std::process::Command;

/// Each of our ends with openssl as the other: a full handshake, and one by its ticket.
pub(super) fn run(options: &Options) -> Result<(), Stop> {
    let version = match version() {
        Ok(version) => version,
        Err(why) => {
            item("openssl", &format!("skipped: {why}"));
            return Ok(());
        }
    };
    print(format_args!("The same with {version}"));
    let world = world(options, Clients::Known)?;
    let results = [
        ("our client and openssl s_server", server_for_us(&world)),
        ("openssl s_client and our server", client_for_us(&world)),
    ];
    let mut failed = Vec::new();
    for (pair, result) in results {
        match result {
            Ok([said, again]) => {
                print(format_args!("\n{pair}: ok"));
                item("negotiated", &said.parameters);
                item("the peer is", &said.proven);
                item("answered", &format!("{:?}", said.answer));
                item("and again", &again.parameters);
            }
            Err(stop) => {
                print(format_args!("\n{pair}: FAILED"));
                failed.push(stop);
            }
        }
    }
    match failed.into_iter().reduce(|first, second| first.line(second.cause)) {
        Some(stop) => Err(stop),
        None => Ok(()),
    }
}

/// The second goes by a ticket of the first.
fn twice(mut once: impl FnMut(usize) -> Result<Said, Stop>) -> Result<[Said; 2], Stop> {
    let both = [once(1)?, once(2)?];
    match [both[0].resumed, both[1].resumed] {
        [false, true] => Ok(both),
        _ => Err(Stop::refused(format_args!("{}; and again: {}", both[0].parameters, both[1].parameters))),
    }
}

/// Our client and `openssl s_server`, which sends every line back reversed.
fn server_for_us(world: &World) -> Result<[Said; 2], Stop> {
    let files = Files::write(&world.pki)?;
    let mut openssl = Openssl::start(files.command("s_server", "server").args([
        "-accept",
        "127.0.0.1:0",
        "-naccept",
        "2",
        "-rev",
        "-Verify",
        "4",
        "-alpn",
        PROTOCOL,
    ]))?;
    let address = openssl.accepts()?;
    let reversed: String = LINE.chars().rev().collect();
    twice(|_| {
        let tcp = TcpStream::connect(&address);
        let tcp = tcp.map_err(|e| Stop::refused(format_args!("openssl s_server: {address}: {e}")))?;
        let said = ask_once(&tcp, world.client_conn()?, Recorder::default()).map_err(|stop| openssl.blamed(stop))?;
        match said.answer == reversed {
            true => Ok(said),
            false => {
                Err(Stop::refused(format_args!("openssl s_server answered {:?} instead of {reversed:?}", said.answer)))
            }
        }
    })
}

/// `openssl s_client` and our server, which sends back what comes.
fn client_for_us(world: &World) -> Result<[Said; 2], Stop> {
    let files = Files::write(&world.pki)?;
    twice(|time| {
        let mut command = files.command("s_client", "client");
        command.arg(if time == 1 { "-sess_out" } else { "-sess_in" }).arg(files.path("ticket.pem"));
        client_once(world, &mut command)
    })
}

fn client_once(world: &World, command: &mut Command) -> Result<Said, Stop> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(Stop::refused)?;
    let address = listener.local_addr().map_err(Stop::refused)?.to_string();
    let conn = world.server_conn();
    let server = std::thread::spawn(move || serve_once(&listener, conn, Recorder::default()));
    let mut openssl = Openssl::start(command.args([
        "-quiet",
        "-no_ign_eof",
        "-connect",
        &address,
        "-servername",
        SERVER,
        "-verify_hostname",
        SERVER,
        "-alpn",
        PROTOCOL,
    ]))?;
    openssl.say(LINE)?;
    let answer = openssl.line_with("");
    openssl.hang_up();
    let said = server.join().map_err(|_| Stop::refused("the server's thread ended early"))?;
    let said = said.map_err(|stop| openssl.blamed(stop))?;
    match answer? {
        answer if answer.trim_end() == LINE => Ok(said),
        answer => Err(Stop::refused(format_args!("openssl s_client received {answer:?} instead of {LINE:?}"))),
    }
}
