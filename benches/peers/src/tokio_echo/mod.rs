//! Many mutual connections at once over loopback TCP, each of which echoes. Clients and servers are tasks of one tokio runtime with
//! two threads: Symbolon's driver beside tokio-rustls.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};
use rustls::pki_types;
use symbolon::crypto::Ring;
use symbolon::io::tokio::{ClientStream, ServerStream};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::{TlsAcceptor, TlsConnector, client, server};

mod rows;

use rows::Row;
pub use rows::Section;

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

/// What a phase took.
struct Took {
    wall: Duration,
    /// Of both threads, the kernel's work for them included.
    cpu: Duration,
}

struct Clock {
    begun: Instant,
    cpu: Duration,
}

impl Clock {
    fn start() -> Self {
        Self { begun: Instant::now(), cpu: Self::cpu() }
    }

    fn stop(&self) -> Took {
        Took { wall: self.begun.elapsed(), cpu: Self::cpu().saturating_sub(self.cpu) }
    }

    fn cpu() -> Duration {
        let used = clock_gettime(ClockId::ProcessCPUTime);
        Duration::new(used.tv_sec as u64, used.tv_nsec as u32)
    }
}

/// One run of one implementation.
struct Window {
    /// Those that were made.
    connections: usize,
    /// Until both ends of all connections were connected.
    connecting: Took,
    /// Until the last echo was heard.
    echoing: Took,
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

    let clock = Clock::start();
    let (clients, servers) = connect(&driver, connections, &mut errors).await?;
    let connecting = clock.stop();
    let made = clients.len().min(servers.len());

    let (echoed, mut echoes) = mpsc::unbounded_channel();
    let (close, closing) = watch::channel(false);
    let clock = Clock::start();
    // In boxes, as the future of an `async fn` has room for its arguments twice.
    let servers: JoinSet<_> = servers.into_iter().map(|tls| serve(Box::new(tls))).collect();
    let clients: JoinSet<_> =
        clients.into_iter().map(|tls| ask(Box::new(tls), echoed.clone(), closing.clone())).collect();
    drop(echoed);
    while let Some(took) = echoes.recv().await {
        latencies.extend(took);
    }
    let echoing = clock.stop();
    latencies.sort_unstable();

    // Until the last servers wait for more.
    sleep(Duration::from_millis(100)).await;
    let heap = alloc::malloc_bytes().saturating_sub(heap);
    close.send(true)?;
    all(clients, &mut errors).await;
    all(servers, &mut errors).await;
    Ok(Window { connections: made, connecting, echoing, latencies, heap, errors })
}

impl Window {
    /// In milliseconds.
    fn percentile(&self, percent: usize) -> f64 {
        let at = self.latencies.len() * percent / 100;
        self.latencies.get(at).map_or(f64::INFINITY, |latency| latency.as_secs_f64() * 1e3)
    }
}

/// Takes turns, window by window.
pub fn run(pki: &Pki, quick: bool) -> Result<Section, Error> {
    let (connections, windows) = if quick { (QUICK_CONNECTIONS, QUICK_WINDOWS) } else { (CONNECTIONS, WINDOWS) };
    measure(pki, connections, windows)
}

fn measure(pki: &Pki, connections: usize, windows: usize) -> Result<Section, Error> {
    let connections = connections.min(allowed_connections(2 * connections as u64 + OTHER_FILES));
    let runtime = Builder::new_multi_thread().worker_threads(THREADS).enable_all().build()?;
    let (ours, rustls) = (Arc::new(Ours::new(pki)?), Arc::new(TokioRustls::new(pki)?));
    let mut measured = (Vec::new(), Vec::new());
    for _ in 0..windows {
        measured.0.push(run_window(&runtime, &ours, connections)?);
        measured.1.push(run_window(&runtime, &rustls, connections)?);
    }
    Ok(Section::new(connections, Row::new(Ours::NAME, &measured.0), Row::new(TokioRustls::NAME, &measured.1)))
}

/// Asks for so many open files, and returns how many connections may be had.
fn allowed_connections(files: u64) -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(files, |maximum| maximum.min(files));
    let raised = match current {
        Some(current) if current < wanted => {
            setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum }).map_or(current, |()| wanted)
        }
        _ => wanted,
    };
    (raised.saturating_sub(OTHER_FILES) / 2) as usize
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_connection_of_both_has_its_echoes_and_ends_cleanly() {
        let section = measure(&Pki::new().unwrap(), 20, 1).unwrap();
        assert_eq!(section.rows.len(), 2);
        assert_eq!(section.errors(), 0);
        // The heap is the process', in which other tests run.
        assert!(section.rows.iter().all(|row| row.p99 >= row.p50 && row.echoes.per_second > 0.0));
    }
}
