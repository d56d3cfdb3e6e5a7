//! The driver over tokio, or rather over any `AsyncRead + AsyncWrite`: nothing else of tokio is used.
//!
//! [`connect`] and [`accept`] return a [`Stream`] once the connection is CONNECTED, or a [`Failed`] that still has the
//! connection, so that one can ask it who the peer claimed to be. A `Stream` therefore never carries data before CONNECTED.
//!
//! What the configuration leaves open is asked by [`Handshake::question`] and answered by whatever code stands in between:
//!
//! ```
//! use symbolon::io::tokio::{Failed, Handshake, Reply, ServerStream};
//! use symbolon::{Ask, ServerRole, ServerWith, crypto::Crypto};
//! use tokio::net::TcpStream;
//! # mod hsm { pub async fn sign(_: symbolon::wire::SignatureScheme, _: &[u8]) -> Vec<u8> { Vec::new() } }
//!
//! /// The key is elsewhere: the credential was made with `Signing::External`.
//! async fn accept<'c, C: Crypto>(
//!     conn: ServerWith<'c, C>, tcp: TcpStream,
//! ) -> Result<ServerStream<'c, C, TcpStream>, Box<Failed<'c, ServerRole, C>>> {
//!     let mut handshake = Handshake::new(conn, tcp);
//!     while let Some(ask) = handshake.question().await {
//!         let Ask::Sign(request) = ask else { break };
//!         let signature = hsm::sign(request.scheme, request.content.as_ref()).await;
//!         handshake.answer(Reply::Signature(signature)).expect("the answer is one to the question");
//!     }
//!     handshake.complete().await
//! }
//! ```

#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions
)]

mod handshake;
mod stream;
mod waiting;

pub use super::outcome::{Cause, Failed, Reply};
pub use handshake::Handshake;
pub use stream::Stream;

use crate::config::{ClientConfig, ServerConfig};
use crate::connection::{ClientWith, ServerWith};
use crate::crypto::Crypto;
use crate::shared::Shared;
use crate::x509::{ServerName, UnixTime};
use alloc::boxed::Box;
use tokio::io::{AsyncRead, AsyncWrite};

/// A client's stream.
pub type ClientStream<'c, C, T> = Stream<'c, crate::ClientRole, C, T>;
/// A server's stream.
pub type ServerStream<'c, C, T> = Stream<'c, crate::ServerRole, C, T>;

/// Connects as a client, judging certificates at the system's time.
///
/// # Errors
/// [`Failed`]
pub async fn connect<'c, C: Crypto, T: AsyncRead + AsyncWrite + Unpin>(
    config: impl Into<Shared<'c, ClientConfig<C>>>,
    server_name: ServerName<'c>,
    io: T,
) -> Result<ClientStream<'c, C, T>, Box<Failed<'c, crate::ClientRole, C>>> {
    Handshake::new(ClientWith::new(config, server_name, UnixTime::now()), io).complete().await
}

/// Accepts a client, judging certificates at the system's time.
///
/// # Errors
/// [`Failed`]
pub async fn accept<'c, C: Crypto, T: AsyncRead + AsyncWrite + Unpin>(
    config: impl Into<Shared<'c, ServerConfig<C>>>,
    io: T,
) -> Result<ServerStream<'c, C, T>, Box<Failed<'c, crate::ServerRole, C>>> {
    Handshake::new(ServerWith::new(config, UnixTime::now()), io).complete().await
}
