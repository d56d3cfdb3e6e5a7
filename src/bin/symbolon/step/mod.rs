//! `symbolon step`: a handshake one arrow at a time.

mod derivation;
mod offered;
mod pages;

use crate::demo::LINE;
use crate::explain::{Case, agreed, proven};
use crate::net::{self, Target, Wire};
use crate::pki::SERVER;
use crate::stop::Stop;
use crate::trust::ClientOptions;
use crate::watch::Watch;
use crate::world::{Clients, World};
use crate::wrap::{columns, print, wrapped};
use pages::{Pages, Told, Wish};
use std::io::{Read, Write};
use std::sync::Arc;
use symbolon::crypto::Ring;
use symbolon::io::blocking::Cause;
use symbolon::{
    ClientRole, ClientWith, Connection, Error, Event, Kind, Observer, RecvBuf, Role, SendBuf, ServerRole, Side,
    StateName, Trace, UnixTime,
};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Goes through a handshake with this server, instead of one between two ends in memory.
    #[arg(long, value_name = "HOST:PORT")]
    connect: Option<Target>,
    /// Shows how a client comes back: the ticket, and the handshake that rests on it.
    #[arg(long, conflicts_with = "connect")]
    resumed: bool,
    /// The same, with early data; without client certificates, as the two don't go together.
    #[arg(long, conflicts_with = "connect")]
    early_data: bool,
    /// Prints everything without waiting for keys.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    client: ClientOptions,
}

pub(crate) fn run(options: &Options) -> Result<(), Stop> {
    let mut pages = Pages::new(options.all, options.connect.is_none());
    match &options.connect {
        Some(target) => live(options, target, &mut pages),
        None => in_memory(options, &mut pages),
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
    side: Side,
    told: Vec<Told>,
    watch: Watch,
}

/// What came of going on.
enum Went {
    Arrow(StateName, StateName),
    EarlyData,
    NeedRecv,
    Closed,
}

impl Observer for Seen {
    fn event(&mut self, event: &Trace<'_>) {
        self.watch.event(event);
        self.told.push(match *event {
            Trace::Recv { kind, bytes } => Told::Message { verb: "Recv", kind, bytes: bytes.to_vec() },
            Trace::Send { kind, bytes } => Told::Message { verb: "Send", kind, bytes: bytes.to_vec() },
            Trace::Expanded { sender, bytes, .. } => {
                let verb = if sender == self.side { "Uncompressed" } else { "Expanded" };
                Told::Message { verb, kind: Kind::Certificate, bytes: bytes.to_vec() }
            }
            Trace::Secret { name, bytes, .. } => Told::Secret { name, bytes: bytes.to_vec().into() },
            Trace::SendChangeCipherSpec => {
                Told::Line("Send change_cipher_spec, for middleboxes (Appendix D.4)".to_owned())
            }
            Trace::SendKey(epoch) => Told::Line(format!("K_send = {epoch}")),
            Trace::RecvKey(epoch) => Told::Line(format!("K_recv = {epoch}")),
            Trace::PeerProven(scheme) => Told::Line(format!("the peer holds the key of its certificate ({scheme})")),
            Trace::CredentialUnfit { at, why } => {
                Told::Line(format!("credential {} is not for this peer: {why}", at + 1))
            }
            Trace::CredentialChosen { at, of, scheme } if of > 1 => {
                Told::Line(format!("credential {} of {of} is shown, and signs with {scheme}", at + 1))
            }
            Trace::PeerTimestamps { at, list } => {
                Told::Line(format!("{} timestamps beside certificate {at}, not judged", list.iter().count()))
            }
            Trace::SendAlert(alert) => Told::Line(format!("Send Alert {}", alert.description)),
            Trace::RecvAlert(alert) => Told::Line(format!("Recv Alert {}", alert.description)),
            Trace::PskDeclined(why) => Told::Line(format!("the PSK is declined, a full handshake follows: {why}")),
            Trace::EarlyDataDeclined(why) => Told::Line(format!("no early data: {why}")),
            Trace::TicketAge { skew } => Told::Line(format!("the age of the ticket is off by {skew} s")),
            Trace::SendEarlyData(bytes) => {
                Told::Line(format!("Send early data, {bytes} bytes under the key of early data"))
            }
            Trace::RecvEarlyData(bytes) => {
                Told::Line(format!("Recv early data, {bytes} bytes: from whom is not yet known"))
            }
            _ => return,
        });
    }

    fn wants_secrets(&self) -> bool {
        true
    }
}

impl<R: Role> End<R> {
    fn new(conn: Connection<'static, R, Ring>, watch: Watch) -> Self {
        let seen = Seen { side: R::SIDE, told: Vec::new(), watch };
        Self { conn, rx: RecvBuf::new(), tx: SendBuf::new(), seen }
    }

    fn go_on(&mut self) -> Result<Went, Error> {
        loop {
            match self.conn.step_with(&mut self.rx, &mut self.tx, &mut self.seen)? {
                Event::Moved { from, to } => return Ok(Went::Arrow(from, to)),
                Event::NeedRecv | Event::NeedSend | Event::Ask(_) => return Ok(Went::NeedRecv),
                Event::PeerClosed => return Ok(Went::Closed),
                Event::EarlyData(_) => return Ok(Went::EarlyData),
                Event::Data(_) | Event::Yield => {}
            }
        }
    }

    /// If the ClientHello offers it.
    fn send_early_data(&mut self, line: &[u8], pages: &mut Pages) -> Result<Wish, Stop> {
        let Some(mut early_data) = self.conn.early_data() else { return Ok(Wish::Next) };
        early_data.write_with(line, &mut self.tx, &mut self.seen).map_err(Stop::refused)?;
        let told = std::mem::take(&mut self.seen.told);
        Ok(pages.between(&self.conn, &told, "early data"))
    }

    fn case<'a>(&self, options: &Options, ca: &'a str, server_name: &'a str) -> Case<'a> {
        let timeout = options.client.settings.timeout;
        Case { witness: self.seen.watch.witness(), ca, server_name, timeout }
    }

    fn outcome(&self) {
        let side = self.conn.side();
        let head = format!("{side}  ");
        print(wrapped(&head, &agreed(&self.conn), columns()));
        print(wrapped(&head, &format!("the {} is {}", side.peer(), proven(&self.conn)), columns()));
    }
}

fn in_memory(options: &Options, pages: &mut Pages) -> Result<(), Stop> {
    let given = &options.client;
    if given.trust.ca.is_some()
        || !given.certificates.cert.is_empty()
        || given.trust.name.is_some()
        || given.tickets.is_some()
    {
        return Err(Stop::usage("--ca, --cert, --key, --name and --tickets are for --connect HOST:PORT"));
    }
    let clients = if options.early_data { Clients::Anybody } else { Clients::Known };
    let world = World::new(&given.settings, clients)?;
    let first = Both::new(world.client_conn()?, &world, options)?;
    if !options.resumed && !options.early_data {
        return first.go(pages, options, |_, _| true).map(|_| ());
    }
    pages.chapter("How a full handshake ends: the server gives a ticket.");
    let gives = |side, [from, to]: [StateName; 2]| {
        from == StateName::Connected || (side == Side::Server && to == StateName::Connected)
    };
    if first.go(pages, options, gives)? == Wish::Quit {
        return Ok(());
    }
    pages.chapter("How the client comes back by it.");
    let client = world.client_conn()?;
    let client = if options.early_data { client.offer_early_data() } else { client };
    Both::new(client, &world, options)?.go(pages, options, |_, _| true).map(|_| ())
}

/// Both ends of a handshake in memory.
struct Both {
    client: End<ClientRole>,
    server: End<ServerRole>,
}

impl Both {
    fn new(client: ClientWith<'static, Ring>, world: &World, options: &Options) -> Result<Self, Stop> {
        let watch = |side| options.client.settings.watch(side, 1);
        let server = End::new(world.server_conn(), watch(Side::Server)?);
        Ok(Self { client: End::new(client, watch(Side::Client)?), server })
    }

    /// Until neither has anything to say. `shown` tells which arrows of which end are.
    fn go(
        mut self,
        pages: &mut Pages,
        options: &Options,
        shown: impl Fn(Side, [StateName; 2]) -> bool,
    ) -> Result<Wish, Stop> {
        let mut first_data = Some(LINE.as_bytes());
        loop {
            if turn(&mut self.client, pages, options, &shown)? == Wish::Quit {
                return Ok(Wish::Quit);
            }
            if let Some(line) = first_data.take()
                && self.client.send_early_data(line, pages)? == Wish::Quit
            {
                return Ok(Wish::Quit);
            }
            if turn(&mut self.server, pages, options, &shown)? == Wish::Quit {
                return Ok(Wish::Quit);
            }
            let moved = self.client.tx.move_to(&mut self.server.rx) + self.server.tx.move_to(&mut self.client.rx);
            if moved == 0 {
                break;
            }
        }
        self.client.outcome();
        self.server.outcome();
        print("");
        Ok(Wish::Next)
    }
}

/// Takes all the arrows that an end can take without the other.
fn turn<R: Role>(
    end: &mut End<R>,
    pages: &mut Pages,
    options: &Options,
    shown: impl Fn(Side, [StateName; 2]) -> bool,
) -> Result<Wish, Stop> {
    loop {
        let went = end.go_on();
        let told = std::mem::take(&mut end.seen.told);
        let wish = match went {
            Ok(Went::Arrow(from, to)) if shown(end.conn.side(), [from, to]) => pages.arrow(&end.conn, &told, from, to),
            Ok(Went::Arrow(..)) => Wish::Next,
            Ok(Went::EarlyData) => pages.between(&end.conn, &told, "early data"),
            Ok(Went::NeedRecv | Went::Closed) => return Ok(Wish::Next),
            Err(error) => {
                pages.told(&told);
                return Err(end.case(options, "the demo's CA", SERVER).error(&error, &end.conn));
            }
        };
        if wish == Wish::Quit {
            return Ok(wish);
        }
    }
}

fn live(options: &Options, target: &Target, pages: &mut Pages) -> Result<(), Stop> {
    let trusting = options.client.config()?;
    let name = options.client.trust.server_name(target)?;
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
            net::close(&tcp);
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
                let told = std::mem::take(&mut end.seen.told);
                if pages.arrow(&end.conn, &told, from, to) == Wish::Quit {
                    return Ok(());
                }
                continue;
            }
            Went::Closed => return Ok(()),
            Went::NeedRecv | Went::EarlyData => {}
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
