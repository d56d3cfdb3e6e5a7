//! The driver over tokio: over pipes in memory, over loopback TCP, and to OpenSSL.
#![cfg(all(feature = "tokio", feature = "ring", feature = "std"))]

mod asks;
mod cancelled;
mod endings;
mod halves;
mod many;
mod openssl;
mod stream;
#[path = "../util/mod.rs"]
mod util;
mod wire;

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use symbolon::io::tokio::{ClientStream, Handshake, ServerStream};
use symbolon::{ClientWith, Error, ServerName, ServerWith, UnixTime};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, duplex};
use tokio::runtime::Builder;
use tokio::time::timeout;
use util::pair::World;
use util::pki::NOW;
use util::provider::Provider;

/// Nothing here takes nearly as long, unless it never ends.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs it in one thread, without a network. Time passes only when nothing else can happen, so what hangs fails at once.
fn run<F: Future>(test: F) -> F::Output {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async { timeout(PATIENCE, test).await.expect("everybody waits") })
}

/// The same with a network, which takes its time.
fn run_over_tcp<F: Future>(test: F) -> F::Output {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async { timeout(PATIENCE, test).await.expect("it takes too long") })
}

/// True if this does not come to an end as things are; it is given up then.
async fn hangs(future: impl Future) -> bool {
    timeout(Duration::from_secs(1), future).await.is_err()
}

fn client(world: &World) -> ClientWith<'static, Provider> {
    let config = Arc::new(world.client_config().build().unwrap());
    ClientWith::new(config, ServerName::dns("server.test").unwrap().into_owned(), UnixTime(NOW))
}

fn server(world: &World) -> ServerWith<'static, Provider> {
    ServerWith::new(Arc::new(world.server_config().build().unwrap()), UnixTime(NOW))
}

type Ends<A, B> = (ClientStream<'static, Provider, A>, ServerStream<'static, Provider, B>);

/// Both ends CONNECTED, over these.
async fn connected<A, B>(world: &World, a: A, b: B) -> Ends<A, B>
where
    A: AsyncRead + AsyncWrite + Unpin,
    B: AsyncRead + AsyncWrite + Unpin,
{
    let (client, server) =
        tokio::join!(Handshake::new(client(world), a).complete(), Handshake::new(server(world), b).complete());
    (client.unwrap(), server.unwrap())
}

/// Both ends over a pipe that holds so many bytes each way.
async fn over_a_pipe(bytes: usize) -> Ends<DuplexStream, DuplexStream> {
    let (a, b) = duplex(bytes);
    connected(&World::new(), a, b).await
}

/// Bytes that tell where they belong.
fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i / 3 + i % 251).to_le_bytes()[0]).collect()
}

/// What the connection said, inside what the stream says.
fn error(error: &io::Error) -> Error {
    *error.get_ref().and_then(|error| error.downcast_ref()).unwrap_or_else(|| panic!("{error}"))
}
