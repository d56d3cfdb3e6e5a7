//! `symbolon step`: a handshake one arrow at a time.

use crate::demo::World;
use crate::explain::{Case, hex, parameters, proven};
use crate::net::{self, Wire};
use crate::options::{ClientOptions, Target};
use crate::pki::SERVER;
use crate::stop::Stop;
use crate::watch::Watch;
use crate::wrap::{columns, print, wrapped};
use crossterm::event::{self, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::style::Stylize;
use crossterm::terminal;
use std::io::{IsTerminal, Read, Write};
use std::sync::Arc;
use symbolon::crypto::Ring;
use symbolon::io::blocking::Cause;
use symbolon::observe::dissect;
use symbolon::{
    ClientWith, Connection, Error, Event, Kind, Observer, RecvBuf, Role, SecretName, SendBuf, Side, StateName, Trace,
    UnixTime,
};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Goes through a handshake with this server, instead of one between two ends in memory.
    #[arg(long, value_name = "HOST:PORT")]
    connect: Option<Target>,
    /// Prints everything without waiting for keys.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    client: ClientOptions,
}

pub(crate) fn run(options: &Options) -> Result<(), Stop> {
    let terminal = std::io::stdout().is_terminal();
    let waits = terminal && std::io::stdin().is_terminal() && !options.all;
    let mut pages = Pages { number: 0, both: false, waits, terminal, columns: columns() };
    match &options.connect {
        Some(target) => live(options, target, &mut pages),
        None => {
            pages.both = true;
            in_memory(options, &mut pages)
        }
    }
}

/// One end, its buffers, and what was seen of it since its last arrow.
struct End<R: Role> {
    conn: Connection<'static, R, Ring>,
    rx: RecvBuf<'static>,
    tx: SendBuf<'static>,
    seen: Seen,
}

struct Seen {
    told: Vec<Told>,
    watch: Watch,
}

/// What an arrow does.
enum Told {
    Message { verb: &'static str, kind: Kind, bytes: Vec<u8> },
    Secret { name: SecretName, bytes: zeroize::Zeroizing<Vec<u8>> },
    Line(String),
}

/// What came of going on.
enum Went {
    Arrow(StateName, StateName),
    NeedRecv,
    Closed,
}

impl Observer for Seen {
    fn event(&mut self, event: &Trace<'_>) {
        self.watch.event(event);
        self.told.push(match *event {
            Trace::Recv { kind, bytes } => Told::Message { verb: "Recv", kind, bytes: bytes.to_vec() },
            Trace::Send { kind, bytes } => Told::Message { verb: "Send", kind, bytes: bytes.to_vec() },
            Trace::Secret { name, bytes, .. } => Told::Secret { name, bytes: bytes.to_vec().into() },
            Trace::SendChangeCipherSpec => {
                Told::Line("Send change_cipher_spec, for middleboxes (Appendix D.4)".to_owned())
            }
            Trace::SendKey(epoch) => Told::Line(format!("K_send = {epoch}")),
            Trace::RecvKey(epoch) => Told::Line(format!("K_recv = {epoch}")),
            Trace::PeerProven(scheme) => Told::Line(format!("the peer holds the key of its certificate ({scheme})")),
            Trace::SendAlert(alert) => Told::Line(format!("Send Alert {}", alert.description)),
            Trace::RecvAlert(alert) => Told::Line(format!("Recv Alert {}", alert.description)),
            _ => return,
        });
    }

    fn wants_secrets(&self) -> bool {
        true
    }
}

impl<R: Role> End<R> {
    fn new(conn: Connection<'static, R, Ring>, watch: Watch) -> Self {
        Self { conn, rx: RecvBuf::new(), tx: SendBuf::new(), seen: Seen { told: Vec::new(), watch } }
    }

    fn go_on(&mut self) -> Result<Went, Error> {
        loop {
            match self.conn.step_with(&mut self.rx, &mut self.tx, &mut self.seen)? {
                Event::Moved { from, to } => return Ok(Went::Arrow(from, to)),
                Event::NeedRecv | Event::NeedSend | Event::Ask(_) => return Ok(Went::NeedRecv),
                Event::PeerClosed => return Ok(Went::Closed),
                Event::Data(_) | Event::EarlyData(_) | Event::Yield => {}
            }
        }
    }

    fn case<'a>(&self, options: &Options, ca: &'a str, server_name: &'a str) -> Case<'a> {
        let timeout = options.client.settings.timeout;
        Case { witness: self.seen.watch.witness(), ca, server_name, timeout }
    }

    fn outcome(&self) {
        let side = self.conn.side();
        let head = format!("{side}  ");
        print(wrapped(&head, &parameters(&self.conn), columns()));
        print(wrapped(&head, &format!("the {} is {}", side.peer(), proven(&self.conn)), columns()));
    }
}

fn in_memory(options: &Options, pages: &mut Pages) -> Result<(), Stop> {
    let given = &options.client;
    if given.ca.is_some() || given.cert.is_some() || given.name.is_some() {
        return Err(Stop::usage("--ca, --cert, --key and --name are for --connect HOST:PORT"));
    }
    let world = World::new(&given.settings)?;
    let mut client = End::new(world.client_conn()?, given.settings.watch(Side::Client, 1)?);
    let mut server = End::new(world.server_conn(), given.settings.watch(Side::Server, 1)?);
    loop {
        if turn(&mut client, pages, options)? || turn(&mut server, pages, options)? {
            return Ok(());
        }
        let moved = client.tx.move_to(&mut server.rx) + server.tx.move_to(&mut client.rx);
        if moved == 0 {
            break;
        }
    }
    client.outcome();
    server.outcome();
    Ok(())
}

/// Takes all the arrows that an end can take without the other. True if the user has seen enough.
fn turn<R: Role>(end: &mut End<R>, pages: &mut Pages, options: &Options) -> Result<bool, Stop> {
    loop {
        match end.go_on() {
            Ok(Went::Arrow(from, to)) => {
                if pages.show(end, from, to) == Wish::Quit {
                    return Ok(true);
                }
            }
            Ok(Went::NeedRecv | Went::Closed) => return Ok(false),
            Err(error) => {
                pages.told(&end.seen.told);
                return Err(end.case(options, "the demo's CA", SERVER).error(&error, &end.conn));
            }
        }
    }
}

fn live(options: &Options, target: &Target, pages: &mut Pages) -> Result<(), Stop> {
    let trusting = options.client.config()?;
    let name = options.client.server_name(target)?;
    let watch = options.client.settings.watch(Side::Client, 1)?;
    let timeout = options.client.settings.timeout;
    let tcp = net::connect(target, timeout)?;
    let mut wire = Wire::new(&tcp, timeout);
    // People think between two keys: what the peer takes to answer is all that counts.
    wire.until_idle(timeout);
    let mut end = End::new(ClientWith::new(Arc::new(trusting.config), name.clone(), UnixTime::now()), watch);
    let done = converse(&mut end, &mut wire, pages);
    let name = name.to_string();
    match done {
        Ok(()) => Ok(()),
        Err(cause) => {
            pages.told(&end.seen.told);
            Err(end.case(options, &trusting.ca, &name).explain(&cause, &end.conn))
        }
    }
}

/// Goes to CONNECTED and beyond: what the server says in the second after it, tickets or a refusal of our certificate, too.
fn converse<R: Role>(end: &mut End<R>, wire: &mut Wire<'_>, pages: &mut Pages) -> Result<(), Cause> {
    let mut closed = false;
    loop {
        let went = end.go_on();
        let flushed = flush(&mut end.tx, wire);
        match went.map_err(Cause::Tls)? {
            Went::Arrow(from, to) => {
                if pages.show(end, from, to) == Wish::Quit {
                    return Ok(());
                }
                continue;
            }
            Went::Closed => return Ok(()),
            Went::NeedRecv => {}
        }
        if let Some(mut app) = end.conn.app().filter(|_| !closed) {
            app.close(&mut end.tx);
            closed = true;
            wire.until_idle(std::time::Duration::from_secs(1));
            end.outcome();
            print("");
            let _ = flush(&mut end.tx, wire);
        }
        match wire.read(end.rx.space()) {
            Ok(0) if closed => return Ok(()),
            Ok(0) => end.conn.end_of_input().map_err(Cause::Tls)?,
            Ok(n) => end.rx.received(n),
            Err(_) if closed => return Ok(()),
            Err(error) => return Err(Cause::Io(flushed.err().unwrap_or(error))),
        }
    }
}

fn flush(tx: &mut SendBuf<'_>, wire: &mut Wire<'_>) -> std::io::Result<()> {
    while !tx.to_send().is_empty() {
        let n = wire.write(tx.to_send())?;
        tx.sent(n);
    }
    Ok(())
}

#[derive(PartialEq, Eq)]
enum Wish {
    Next,
    Quit,
}

/// What is printed, arrow by arrow.
struct Pages {
    number: usize,
    /// Both ends are shown: what one sends need not be taken apart again where it is received.
    both: bool,
    waits: bool,
    terminal: bool,
    columns: usize,
}

impl Pages {
    fn show<R: Role>(&mut self, end: &mut End<R>, from: StateName, to: StateName) -> Wish {
        self.number += 1;
        let title = format!("── {} ── {} ── {from} → {to} ", self.number, end.conn.side());
        let rule = "─".repeat(self.columns.saturating_sub(title.chars().count() + 1));
        print(self.bold(&format!("{title}{rule}")));
        let told = std::mem::take(&mut end.seen.told);
        self.told(&told);
        match to {
            StateName::RecvdCh => print("  Recv ClientHello"),
            StateName::Negotiated => print(format_args!("  Select parameters: {}", parameters(&end.conn))),
            _ => {}
        }
        // A server reads the ClientHello for good only when it answers; it waits for no other.
        let waits = !matches!(to, StateName::RecvdCh | StateName::Negotiated);
        let expects: Vec<String> = end.conn.expects().iter().filter(|_| waits).map(ToString::to_string).collect();
        match expects.as_slice() {
            [] => print(format_args!("  the {} goes on without a message", end.conn.side())),
            kinds => print(format_args!("  may come next: {}", kinds.join(" or "))),
        }
        print("");
        if self.waits { self.ask() } else { Wish::Next }
    }

    /// What an arrow did.
    fn told(&self, told: &[Told]) {
        for told in told {
            match told {
                Told::Line(line) => print(format_args!("  {line}")),
                Told::Message { verb, kind, bytes } => self.message(verb, *kind, bytes),
                Told::Secret { name, bytes } => {
                    print(format_args!("  secret {name}"));
                    print(wrapped("    = ", &derivation(*name), self.columns));
                    print(wrapped("    = ", &hex(bytes), self.columns));
                }
            }
        }
    }

    fn message(&self, verb: &str, kind: Kind, bytes: &[u8]) {
        match (self.both && verb == "Recv", kind) {
            // Told when it came; read only now.
            (true, Kind::ClientHello) => return,
            (true, _) => return print(format_args!("  Recv {kind}")),
            (false, _) => print(self.bold(&format!("  {verb} {kind}, {} bytes", bytes.len()))),
        }
        for field in dissect(bytes) {
            let indent = 2 * usize::from(field.depth);
            let head =
                format!("  {:>6}  {:indent$}{:<name$}  ", field.offset, "", field.name, name = 30 - indent.min(20));
            if head.chars().count() > 42 {
                // A long name has its line, so that values stay in their column.
                print(head.trim_end());
                print(wrapped(&" ".repeat(42), &field.value, self.columns));
            } else {
                print(wrapped(&head, &field.value, self.columns));
            }
        }
    }

    /// Bold, where there is a terminal to show it.
    fn bold(&self, text: &str) -> String {
        if self.terminal { text.bold().to_string() } else { text.to_owned() }
    }

    /// Waits for a key.
    fn ask(&mut self) -> Wish {
        let prompt = "any key: the next arrow   a: all the rest   q: quit";
        let _ = write!(std::io::stdout(), "{prompt}").and_then(|()| std::io::stdout().flush());
        let key = key();
        let _ = write!(std::io::stdout(), "\r{:1$}\r", "", prompt.len());
        match key {
            Some(KeyEvent { code: KeyCode::Char('q') | KeyCode::Esc, .. }) => Wish::Quit,
            Some(KeyEvent { code: KeyCode::Char('c' | 'd'), modifiers, .. })
                if modifiers.contains(KeyModifiers::CONTROL) =>
            {
                Wish::Quit
            }
            // Without keys there is nobody to wait for.
            Some(KeyEvent { code: KeyCode::Char('a'), .. }) | None => {
                self.waits = false;
                Wish::Next
            }
            Some(_) => Wish::Next,
        }
    }
}

fn key() -> Option<KeyEvent> {
    terminal::enable_raw_mode().ok()?;
    let key = loop {
        match event::read() {
            Ok(event::Event::Key(key)) if key.kind == KeyEventKind::Press => break Some(key),
            Ok(_) => {}
            Err(_) => break None,
        }
    };
    let _ = terminal::disable_raw_mode();
    key
}

/// How a secret comes about (RFC 8446 §7.1, §7.2).
fn derivation(name: SecretName) -> String {
    let label = name.label();
    let (from, until) = match name {
        SecretName::ClientEarlyTraffic | SecretName::EarlyExporter => {
            return format!("Derive-Secret(Early Secret, {label:?}, ClientHello)");
        }
        SecretName::ClientHandshakeTraffic | SecretName::ServerHandshakeTraffic => ("Handshake Secret", "ServerHello"),
        SecretName::Resumption => ("Master Secret", "client Finished"),
        SecretName::ClientApplicationTraffic(1..) | SecretName::ServerApplicationTraffic(1..) => {
            return format!("HKDF-Expand-Label(the one before, {label:?}, \"\", Hash.length)");
        }
        _ => ("Master Secret", "server Finished"),
    };
    format!("Derive-Secret({from}, {label:?}, ClientHello...{until})")
}
