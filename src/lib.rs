//! Mutual TLS 1.3 (RFC 8446, with the corrections of RFC 9846) as a sans-I/O state machine.
#![no_std]
#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod buffer;
pub mod config;
mod connection;
pub mod crypto;
mod error;
mod fault;
mod handshake;
pub mod identity;
#[cfg(feature = "std")]
pub mod io;
pub mod observe;
mod record;
mod schedule;
mod shared;
mod transcript;
pub mod wire;
pub mod x509;

pub use config::{
    AuthorityHints, ClientAuth, ClientAuthMode, ClientConfig, ConfigError, Credential, CredentialError, ServerConfig,
    Signing,
};
pub use connection::{App, ClientWith, Connection, Event, Observer, ServerWith, Unobserved};
#[cfg(feature = "ring")]
pub use connection::{Client, Server};
pub use error::{Error, Misuse, PeerAlert, Refusal};
pub use fault::{Detail, Fault, Place, Reason, Side, StateName};
pub use handshake::{
    Answer, Ask, ClientAuthState, Kind, Negotiated, Role, SignRequest, SignedContent, Trace, WhyNothingSent,
};
pub use handshake::{client::Client as ClientRole, server::Server as ServerRole};
pub use identity::{Allow, PeerIdentity};
pub use record::{MAX_RECORD, RecvBuf, SendBuf};
pub use schedule::SecretName;
pub use shared::{List, Shared};
pub use x509::{Anchors, ServerName, UnixTime};
