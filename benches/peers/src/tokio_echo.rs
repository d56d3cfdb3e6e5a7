//! Many mutual connections at once over loopback TCP, each of which echoes. Clients and servers are tasks of one tokio runtime with
//! two threads: Symbolon's driver beside tokio-rustls.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types;
use serde::Serialize;
use symbolon::crypto::Ring;
use symbolon::io::tokio::{ClientStream, ServerStream};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::{TlsAcceptor, TlsConnector, client, server};

use crate::alloc;
use crate::peer::{Cipher, Error, Mode, Peer};
use crate::pki::{Pki, SERVER_NAME};
use crate::rustls_peer::Rustls;
use crate::symbolon_peer::{InPlace, Symbolon};

const THREADS: usize = 2;
const CONNECTIONS: usize = 2000;
const WINDOWS: usize = 5;
const QUICK_CONNECTIONS: usize = 100;
const QUICK_WINDOWS: usize = 2;
/// Echoes of each connection in a window.
const ECHOES: usize = 20;
/// Bytes of an echo.
const ECHO: usize = 1024;
/// Files of the program besides the two sockets of each connection.
const OTHER_FILES: u64 = 100;
/// A window that takes longer never ends.
const PATIENCE: Duration = Duration::from_secs(120);

/// What went wrong in one task.
type TaskError = Box<dyn std::error::Error + Send + Sync>;

/// An implementation as a task uses it.
trait Driver: Send + Sync + Sized + 'static {
    const NAME: &str;
    type Client: AsyncRead + AsyncWrite + Unpin + Send + 'static;
    type Server: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    fn new(pki: &Pki) -> Result<Self, Error>;
    fn connect(&self, tcp: TcpStream) -> impl Future<Output = Result<Self::Client, TaskError>> + Send;
    fn accept(&self, tcp: TcpStream) -> impl Future<Output = Result<Self::Server, TaskError>> + Send;
}

struct Ours {
    client: Arc<symbolon::ClientConfig<Ring>>,
    server: Arc<symbolon::ServerConfig<Ring>>,
}

impl Driver for Ours {
    const NAME: &str = "Symbolon";
    type Client = ClientStream<'static, Ring, TcpStream>;
    type Server = ServerStream<'static, Ring, TcpStream>;

    fn new(pki: &Pki) -> Result<Self, Error> {
        let Symbolon { client, server, .. } = <Symbolon<InPlace>>::new(pki, Mode::Mutual, Cipher::Aes128Gcm)?;
        Ok(Self { client, server })
    }

    async fn connect(&self, tcp: TcpStream) -> Result<Self::Client, TaskError> {
        let server_name = symbolon::ServerName::dns(SERVER_NAME)?;
        Ok(symbolon::io::tokio::connect(self.client.clone(), server_name, tcp).await?)
    }

    async fn accept(&self, tcp: TcpStream) -> Result<Self::Server, TaskError> {
        Ok(symbolon::io::tokio::accept(self.server.clone(), tcp).await?)
    }
}

struct TokioRustls {
    client: TlsConnector,
    server: TlsAcceptor,
}

impl Driver for TokioRustls {
    const NAME: &str = "tokio-rustls 0.26 + ring";
    type Client = client::TlsStream<TcpStream>;
    type Server = server::TlsStream<TcpStream>;

    fn new(pki: &Pki) -> Result<Self, Error> {
        let Rustls { client, server, .. } = <Rustls>::new(pki, Mode::Mutual, Cipher::Aes128Gcm)?;
        Ok(Self { client: client.into(), server: server.into() })
    }

    async fn connect(&self, tcp: TcpStream) -> Result<Self::Client, TaskError> {
        Ok(self.client.connect(pki_types::ServerName::try_from(SERVER_NAME)?, tcp).await?)
    }

    async fn accept(&self, tcp: TcpStream) -> Result<Self::Server, TaskError> {
        Ok(self.server.accept(tcp).await?)
    }
}

/// Says back what it hears, until the client closes.
async fn serve(mut tls: impl AsyncRead + AsyncWrite + Unpin) -> Result<(), TaskError> {
    let mut heard = [0; ECHO];
    loop {
        match tls.read(&mut heard).await? {
            0 => return Ok(tls.shutdown().await?),
            n => tls.write_all(&heard[..n]).await?,
        }
    }
}

/// Has its echoes, tells how long each took, and waits in silence until it may close.
async fn ask(
    mut tls: impl AsyncRead + AsyncWrite + Unpin,
    echoed: mpsc::UnboundedSender<Vec<Duration>>,
    mut close: watch::Receiver<bool>,
) -> Result<(), TaskError> {
    let mut heard = [0; ECHO];
    let mut took = Vec::with_capacity(ECHOES);
    for round in 0..ECHOES {
        let said = [round as u8; ECHO];
        let begun = Instant::now();
        tls.write_all(&said).await?;
        tls.read_exact(&mut heard).await?;
        took.push(begun.elapsed());
        if heard != said {
            return Err("an echo said something else".into());
        }
    }
    echoed.send(took)?;
    drop(echoed);
    tokio::select! {
        closing = close.changed() => closing?,
        read = tls.read(&mut heard) => return Err(format!("nobody was asked, and said {read:?}").into()),
    }
    tls.shutdown().await?;
    match tls.read(&mut heard).await? {
        0 => Ok(()),
        n => Err(format!("{n} bytes instead of the end").into()),
    }
}

/// One run of one implementation.
struct Window {
    /// Until both ends of all connections were connected.
    connecting: Duration,
    /// Until the last echo was heard.
    echoing: Duration,
    /// Of each echo, the shortest first.
    latencies: Vec<Duration>,
    /// Bytes of the heap when all connections are idle.
    heap: usize,
    errors: Vec<TaskError>,
}

/// What the tasks came to; those that failed are counted among the errors.
async fn all<T: 'static>(mut tasks: JoinSet<Result<T, TaskError>>, errors: &mut Vec<TaskError>) -> Vec<T> {
    let mut done = Vec::with_capacity(tasks.len());
    while let Some(task) = tasks.join_next().await {
        match task.map_err(TaskError::from).flatten() {
            Ok(task) => done.push(task),
            Err(error) => errors.push(error),
        }
    }
    done
}

/// Both ends of that many connections.
async fn connect<D: Driver>(
    driver: &Arc<D>,
    connections: usize,
    errors: &mut Vec<TaskError>,
) -> Result<(Vec<D::Client>, Vec<D::Server>), TaskError> {
    let socket = TcpSocket::new_v4()?;
    socket.bind("127.0.0.1:0".parse()?)?;
    // All come at once.
    let listener = socket.listen(connections.try_into()?)?;
    let address = listener.local_addr()?;
    let mut clients = JoinSet::new();
    for _ in 0..connections {
        let driver = driver.clone();
        clients.spawn(async move {
            let tcp = TcpStream::connect(address).await?;
            tcp.set_nodelay(true)?;
            driver.connect(tcp).await
        });
    }
    let mut servers = JoinSet::new();
    for _ in 0..connections {
        let (tcp, _) = listener.accept().await?;
        let driver = driver.clone();
        servers.spawn(async move {
            tcp.set_nodelay(true)?;
            driver.accept(tcp).await
        });
    }
    Ok((all(clients, errors).await, all(servers, errors).await))
}

async fn window<D: Driver>(driver: Arc<D>, connections: usize) -> Result<Window, TaskError> {
    let mut errors = Vec::new();
    let mut latencies = Vec::with_capacity(connections * ECHOES);
    let heap = alloc::malloc_bytes();

    let begun = Instant::now();
    let (clients, servers) = connect(&driver, connections, &mut errors).await?;
    let connecting = begun.elapsed();

    let (echoed, mut echoes) = mpsc::unbounded_channel();
    let (close, closing) = watch::channel(false);
    let begun = Instant::now();
    // In boxes, as the future of an `async fn` has room for its arguments twice.
    let servers: JoinSet<_> = servers.into_iter().map(|tls| serve(Box::new(tls))).collect();
    let clients: JoinSet<_> =
        clients.into_iter().map(|tls| ask(Box::new(tls), echoed.clone(), closing.clone())).collect();
    drop(echoed);
    while let Some(took) = echoes.recv().await {
        latencies.extend(took);
    }
    let echoing = begun.elapsed();
    latencies.sort_unstable();

    // Until the last servers wait for more.
    sleep(Duration::from_millis(100)).await;
    let heap = alloc::malloc_bytes().saturating_sub(heap);
    close.send(true)?;
    all(clients, &mut errors).await;
    all(servers, &mut errors).await;
    Ok(Window { connecting, echoing, latencies, heap, errors })
}

/// The least disturbed of each figure, and all errors.
#[derive(Serialize)]
pub struct Row {
    /// Who was measured.
    name: &'static str,
    /// Mutual handshakes in a second, TCP's included.
    connections_per_second: f64,
    /// `connections_per_second`, divided by that of tokio-rustls.
    connections_ratio: f64,
    /// Echoes in a second.
    echoes_per_second: f64,
    /// `echoes_per_second`, divided by that of tokio-rustls.
    echoes_ratio: f64,
    /// Milliseconds that half of the echoes take at most.
    p50: f64,
    /// Milliseconds that 99 of 100 echoes take at most.
    p99: f64,
    /// Bytes of the heap of an idle connection, both ends, with their tasks.
    heap: usize,
    /// Connections that were not made, echoes that were not right, and ends that were not clean, of all windows.
    errors: usize,
}

impl Row {
    fn new<D: Driver>(connections: usize, windows: &[Window]) -> Self {
        let least = |figure: fn(&Window) -> f64| windows.iter().map(figure).fold(f64::INFINITY, f64::min);
        let echoes = |window: &Window| window.echoing.as_secs_f64() / window.latencies.len() as f64;
        Self {
            name: D::NAME,
            connections_per_second: connections as f64 / least(|window| window.connecting.as_secs_f64()),
            connections_ratio: 1.0,
            echoes_per_second: 1.0 / least(echoes),
            echoes_ratio: 1.0,
            p50: least(|window| window.percentile(50)),
            p99: least(|window| window.percentile(99)),
            heap: least(|window| window.heap as f64) as usize / connections,
            errors: windows.iter().map(|window| window.errors.len()).sum(),
        }
    }
}

impl Window {
    /// In milliseconds.
    fn percentile(&self, percent: usize) -> f64 {
        let at = self.latencies.len() * percent / 100;
        self.latencies.get(at).map_or(f64::INFINITY, |latency| latency.as_secs_f64() * 1e3)
    }
}

/// The rows of this part.
#[derive(Serialize)]
pub struct Section {
    /// Connections that there are at once.
    connections: usize,
    /// Threads that serve them, both ends.
    threads: usize,
    /// Bytes of an echo.
    echo: usize,
    /// Ours first.
    rows: Vec<Row>,
}

impl Section {
    /// What failed in any row.
    pub fn errors(&self) -> usize {
        self.rows.iter().map(|row| row.errors).sum()
    }
}

/// Takes turns, window by window.
pub fn run(pki: &Pki, quick: bool) -> Result<Section, Error> {
    let (connections, windows) = if quick { (QUICK_CONNECTIONS, QUICK_WINDOWS) } else { (CONNECTIONS, WINDOWS) };
    measure(pki, connections, windows)
}

fn measure(pki: &Pki, connections: usize, windows: usize) -> Result<Section, Error> {
    let files = rlimit::increase_nofile_limit(2 * connections as u64 + OTHER_FILES)?;
    let connections = connections.min((files.saturating_sub(OTHER_FILES) / 2) as usize);
    let runtime = Builder::new_multi_thread().worker_threads(THREADS).enable_all().build()?;
    let (ours, rustls) = (Arc::new(Ours::new(pki)?), Arc::new(TokioRustls::new(pki)?));
    let mut measured = (Vec::new(), Vec::new());
    for _ in 0..windows {
        measured.0.push(run_window(&runtime, &ours, connections)?);
        measured.1.push(run_window(&runtime, &rustls, connections)?);
    }
    let mut ours = Row::new::<Ours>(connections, &measured.0);
    let rustls = Row::new::<TokioRustls>(connections, &measured.1);
    ours.connections_ratio = ours.connections_per_second / rustls.connections_per_second;
    ours.echoes_ratio = ours.echoes_per_second / rustls.echoes_per_second;
    Ok(Section { connections, threads: THREADS, echo: ECHO, rows: vec![ours, rustls] })
}

/// In the threads of the runtime, and in none besides.
fn run_window<D: Driver>(runtime: &Runtime, driver: &Arc<D>, connections: usize) -> Result<Window, Error> {
    let driver = driver.clone();
    let window = async move { timeout(PATIENCE, window(driver, connections)).await };
    let window = runtime.block_on(runtime.spawn(window))??.map_err(|error| -> Error { error })?;
    for error in &window.errors {
        eprintln!("{}: {error}", D::NAME);
    }
    Ok(window)
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { connections, threads, echo, rows } = self;
        writeln!(
            f,
            "\n{connections} mutual connections at once over loopback, echoing {echo} B, {threads} threads (of tokio-rustls)"
        )?;
        writeln!(
            f,
            "{:<26}{:>18}{:>18}{:>10}{:>10}{:>14}{:>8}",
            "", "connections/s", "echoes/s", "p50, ms", "p99, ms", "idle heap, B", "errors"
        )?;
        for row in rows {
            write!(f, "{:<26}", row.name)?;
            for (rate, ratio) in
                [(row.connections_per_second, row.connections_ratio), (row.echoes_per_second, row.echoes_ratio)]
            {
                write!(f, "{rate:>10.0} ({ratio:>4.2}×)")?;
            }
            writeln!(f, "{:>10.1}{:>10.1}{:>14}{:>8}", row.p50, row.p99, row.heap, row.errors)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_connection_of_both_has_its_echoes_and_ends_cleanly() {
        let section = measure(&Pki::new().unwrap(), 20, 1).unwrap();
        assert_eq!(section.rows.len(), 2);
        assert_eq!(section.errors(), 0);
        assert!(section.rows.iter().all(|row| row.p99 >= row.p50 && row.echoes_per_second > 0.0 && row.heap > 0));
    }
}
