//! `symbolon demo`: mutual handshakes to look at.

mod cost;
mod figure;
mod openssl;
mod pair;
mod talk;
mod trust;

use crate::options::{CompressionOptions, Settings};
use crate::stop::Stop;
use crate::world::{Clients, World};
use crate::wrap::{columns, print, wrapped};
use figure::{Figure, Recorder};
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::time::Duration;
use symbolon::StateName;
use symbolon::observe::Row;
use talk::{Said, ask_once, serve_once};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Leaves the handshakes with openssl out.
    #[arg(long)]
    no_openssl: bool,
    #[command(flatten)]
    compression: CompressionOptions,
}

/// Everything on loopback is done long before.
pub(crate) const TIME: Duration = Duration::from_secs(10);
/// The line that travels.
pub(crate) const LINE: &str = "Each half proves the other.";

/// The application protocol of the demo.
pub(crate) const PROTOCOL: &str = "symbolon-demo";

fn world(options: &Options, clients: Clients) -> Result<World, Stop> {
    let (alpn, compression) = (vec![PROTOCOL.to_owned()], options.compression.clone());
    World::new(&Settings { alpn, compression, ..Settings::default() }, clients)
}

pub(crate) fn run(options: &Options) -> Result<(), Stop> {
    let known = world(options, Clients::Known)?;
    print("Mutual TLS 1.3 between two ends of symbolon, over TCP\n");
    let full = Shown::go(&known)?;
    print("\n  +  an extension    {..}  under handshake keys    [..]  under application keys\n");
    full.paths();
    full.outcome()?;

    print("\nThe client comes back by its ticket: no certificate, no signature\n");
    let resumed = Shown::go(&known)?;
    print("");
    resumed.paths();
    resumed.came_back(false)?;
    print("");
    cost::compare(&known.pki)?;

    print("\nWhat the ticket rests on is looked at again each time it comes back\n");
    trust::try_all(&known.pki)?;

    print("\nEarly data, at a server that asks nobody for certificates: the line goes with\nthe first flight\n");
    let anybody = world(options, Clients::Anybody)?;
    Shown::silently(&anybody)?;
    let early = Shown::go(&anybody)?;
    print("\n (..)  under the key of early data, which anybody can record and send again\n");
    early.came_back(true)?;

    print("");
    if options.no_openssl {
        print("openssl: left out, as asked");
        return Ok(());
    }
    openssl::run(options)
}

fn item(name: &str, text: &str) {
    print(wrapped(&format!("{name:<12}"), text, columns()));
}

/// What client and server found out, or why one of them refused.
type Outcome = Result<(Said, Said), Stop>;

/// A conversation between our two ends, and its figure.
struct Shown {
    figure: Figure,
    client: Said,
    server: Said,
}

impl Shown {
    /// Draws it, whatever comes of it.
    fn go(world: &World) -> Result<Self, Stop> {
        let (figure, said) = Self::talk(world)?;
        print(format_args!("{:<14}{:<50}  server\n", "client", ""));
        let data = said.is_ok().then(Row::application_data);
        figure.rows.iter().chain(&data).for_each(|row| {
            let _ = write!(std::io::stdout().lock(), "{row}");
        });
        let (client, server) = said?;
        Ok(Self { figure, client, server })
    }

    fn silently(world: &World) -> Result<(), Stop> {
        Self::talk(world)?.1.map(|_| ())
    }

    fn talk(world: &World) -> Result<(Figure, Outcome), Stop> {
        let listener = TcpListener::bind("127.0.0.1:0").map_err(Stop::refused)?;
        let address = listener.local_addr().map_err(Stop::refused)?;
        let (client_saw, server_saw) = (Recorder::default(), Recorder::default());
        let server = {
            let (conn, recorder) = (world.server_conn(), server_saw.clone());
            std::thread::spawn(move || serve_once(&listener, conn, recorder))
        };
        let tcp = TcpStream::connect(address).map_err(Stop::refused)?;
        let said = ask_once(&tcp, world.client_conn()?, client_saw.clone());
        let served = server.join().map_err(|_| Stop::refused("the server's thread ended early"))?;
        // Why the server refused says more than that the client was refused.
        let both = served.and_then(|served| said.map(|said| (said, served)));
        Ok((figure::draw(&client_saw, &server_saw), both))
    }

    fn paths(&self) {
        item("client", &path(&self.figure.client));
        item("server", &path(&self.figure.server));
        print("");
    }

    fn outcome(&self) -> Result<(), Stop> {
        self.agree()?;
        item("negotiated", &self.client.parameters);
        item("server is", &self.client.proven);
        item("client is", &self.server.proven);
        item("echoed", &format!("{:?}", self.client.answer));
        Ok(())
    }

    fn agree(&self) -> Result<(), Stop> {
        let (said, served) = (&self.client, &self.server);
        if said.answer != LINE || said.parameters != served.parameters {
            return Err(Stop::refused(format_args!(
                "the two ends differ: {} and {}; {LINE:?} came back as {:?}",
                said.parameters, served.parameters, said.answer
            )));
        }
        Ok(())
    }

    /// The server knows the client again, and took its line as early data if `early`.
    fn came_back(&self, early: bool) -> Result<(), Stop> {
        self.agree()?;
        if !self.client.resumed || self.client.early != early {
            return Err(Stop::refused(format_args!("the client did not come back: {}", self.client.parameters)));
        }
        item("negotiated", &self.client.parameters);
        item("client is", &self.server.proven);
        Ok(())
    }
}

/// States joined by arrows.
fn path(states: &[StateName]) -> String {
    states.iter().map(|state| state.name()).collect::<Vec<_>>().join(" → ")
}
