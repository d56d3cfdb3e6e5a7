//! `symbolon demo`: a mutual handshake to look at.

use crate::explain::{self, Case};
use crate::figure::{self, Recorder};
use crate::net::{self, Wire};
use crate::openssl;
use crate::options::{Settings, restrict};
use crate::pki::{Pki, SERVER};
use crate::stop::Stop;
use crate::watch::Witness;
use crate::wrap::{columns, print, wrapped};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;
use symbolon::crypto::Ring;
use symbolon::io::blocking::{Handshake, Stream};
use symbolon::observe::Row;
use symbolon::{
    Allow, ClientAuth, ClientConfig, ClientWith, Connection, Role, ServerConfig, ServerName, ServerWith, StateName,
    UnixTime,
};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Leaves the handshakes with openssl out.
    #[arg(long)]
    no_openssl: bool,
}

/// Everything on loopback is done long before.
pub(crate) const TIME: Duration = Duration::from_secs(10);
/// The line that travels.
pub(crate) const LINE: &str = "Each half proves the other.";

/// What both ends are configured with.
pub(crate) struct World {
    pub(crate) pki: Pki,
    pub(crate) client: Arc<ClientConfig<Ring>>,
    pub(crate) server: Arc<ServerConfig<Ring>>,
}

/// The application protocol of the demo.
pub(crate) const PROTOCOL: &str = "symbolon-demo";

impl World {
    /// Both ends speak what `settings` leaves.
    pub(crate) fn new(settings: &Settings) -> Result<Self, Stop> {
        let pki = Pki::new()?;
        let client = ClientConfig::builder(Ring::new()).anchors(pki.anchors()?).credential(pki.client.credential()?);
        let server = ServerConfig::builder(Ring::new())
            .credential(pki.server.credential()?)
            .client_auth(ClientAuth::require(pki.anchors()?, Allow::dns(crate::pki::CLIENT)));
        let (client, server) = (restrict!(client, settings)?, restrict!(server, settings)?);
        Ok(Self { pki, client: Arc::new(client), server: Arc::new(server) })
    }

    pub(crate) fn client_conn(&self) -> Result<ClientWith<'static, Ring>, Stop> {
        let name = ServerName::dns(SERVER).map_err(Stop::refused)?;
        Ok(ClientWith::new(self.client.clone(), name, UnixTime::now()))
    }

    pub(crate) fn server_conn(&self) -> ServerWith<'static, Ring> {
        ServerWith::new(self.server.clone(), UnixTime::now())
    }
}

pub(crate) fn run(options: &Options) -> Result<(), Stop> {
    let world = World::new(&Settings { alpn: vec![PROTOCOL.to_owned()], ..Settings::default() })?;
    with_ourselves(&world)?;
    print("");
    if options.no_openssl {
        print("openssl: left out, as asked");
        return Ok(());
    }
    let version = match openssl::version() {
        Ok(version) => version,
        Err(why) => {
            item("openssl", &format!("skipped: {why}"));
            return Ok(());
        }
    };
    print(format_args!("The same with {version}"));
    let results = [
        ("our client and openssl s_server", openssl::server_for_us(&world)),
        ("openssl s_client and our server", openssl::client_for_us(&world)),
    ];
    let mut failed = Vec::new();
    for (pair, result) in results {
        match result {
            Ok(said) => {
                print(format_args!("\n{pair}: ok"));
                item("negotiated", &said.parameters);
                item("the peer is", &said.proven);
                item("answered", &format!("{:?}", said.answer));
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

fn item(name: &str, text: &str) {
    print(wrapped(&format!("{name:<12}"), text, columns()));
}

fn with_ourselves(world: &World) -> Result<(), Stop> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(Stop::refused)?;
    let address = listener.local_addr().map_err(Stop::refused)?;
    let (client_saw, server_saw) = (Recorder::default(), Recorder::default());
    let server = {
        let (conn, recorder) = (world.server_conn(), server_saw.clone());
        std::thread::spawn(move || serve_once(&listener, conn, recorder))
    };
    let said = ask_once(&TcpStream::connect(address).map_err(Stop::refused)?, world.client_conn()?, client_saw.clone());
    let served = server.join().map_err(|_| Stop::refused("the server's thread ended early"))?;
    // Why the server refused says more than that the client was refused.
    let served = served.and_then(|served| said.map(|said| (said, served)));
    let figure = figure::draw(&client_saw, &server_saw);
    print(format_args!("Mutual TLS 1.3 between two ends of symbolon, over TCP at {address}\n"));
    print(format_args!("{:<14}{:<50}  server\n", "client", ""));
    let data = served.is_ok().then(Row::application_data);
    figure.rows.iter().chain(&data).for_each(|row| {
        let _ = write!(std::io::stdout().lock(), "{row}");
    });
    print("\n  +  an extension    {..}  under handshake keys    [..]  under application keys\n");
    item("client", &path(&figure.client));
    item("server", &path(&figure.server));
    print("");
    let (said, served) = served?;
    item("negotiated", &said.parameters);
    item("server is", &said.proven);
    item("client is", &served.proven);
    item("echoed", &format!("{:?}", said.answer));
    if said.answer != LINE || said.parameters != served.parameters {
        return Err(Stop::refused(format_args!(
            "the two ends differ: {} and {}; {LINE:?} came back as {:?}",
            said.parameters, served.parameters, said.answer
        )));
    }
    Ok(())
}

/// States joined by arrows.
fn path(states: &[StateName]) -> String {
    states.iter().map(|state| state.name()).collect::<Vec<_>>().join(" → ")
}

/// What one end found out.
pub(crate) struct Said {
    pub(crate) parameters: String,
    pub(crate) proven: String,
    /// The line that came.
    pub(crate) answer: String,
}

impl Said {
    pub(crate) fn of<R: Role>(conn: &Connection<'_, R, Ring>, answer: &str) -> Self {
        Self {
            parameters: explain::parameters(conn),
            proven: explain::proven(conn),
            answer: answer.trim_end().to_owned(),
        }
    }
}

/// A server for one client: echoes what comes.
pub(crate) fn serve_once(
    listener: &TcpListener,
    conn: ServerWith<'static, Ring>,
    recorder: Recorder,
) -> Result<Said, Stop> {
    let tcp = accept_within(listener, TIME)?;
    let mut tls = shake(&tcp, conn, recorder)?;
    let mut line = Vec::new();
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

/// A client that says a line and waits for one.
pub(crate) fn ask_once(tcp: &TcpStream, conn: ClientWith<'static, Ring>, recorder: Recorder) -> Result<Said, Stop> {
    let mut tls = shake(tcp, conn, recorder)?;
    tls.write_all(format!("{LINE}\n").as_bytes()).map_err(Stop::refused)?;
    let mut line = String::new();
    BufReader::new(&mut tls).read_line(&mut line).map_err(Stop::refused)?;
    tls.close().map_err(Stop::refused)?;
    // The peer's close_notify, or whatever it ends with.
    let _ = tls.read(&mut [0]);
    Ok(Said::of(tls.conn(), &line))
}

fn shake<'t, R: Role>(
    tcp: &'t TcpStream,
    conn: Connection<'static, R, Ring>,
    recorder: Recorder,
) -> Result<Stream<'static, R, Ring, Wire<'t>>, Stop> {
    Handshake::new(conn, Wire::new(tcp, TIME)).observer(recorder).complete().map_err(|failed| {
        let case = Case { witness: Witness::default(), ca: "the demo's CA", server_name: SERVER, timeout: TIME };
        case.explain(&failed.cause, &failed.conn)
    })
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
