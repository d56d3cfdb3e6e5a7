//! Mutual TLS 1.3 (RFC 8446, with the corrections of RFC 9846) as a sans-I/O state machine.
//!
//! Begin with `io::blocking` if you have a socket, with `io::tokio` if you have many, with `io::embedded` if you have a device,
//! with [`Connection`] if you drive it yourself.
//!
//! A configuration says by which rules the peer's certificates are judged (`x509::Profile`) and how revocation is looked at
//! (`x509::Revocation`); what time it is, and how sure that is, comes with each connection ([`Time`]). After a refusal the
//! connection has an `x509::Report` of every path and check, which `x509::explain` makes of any chain. A device with one core
//! can ask for steps of one public-key operation each (`one_operation_per_step`).
//!
//! The source is laid out in floors; a module sees only those below it:
//!
//! | floor | modules | what is there |
//! |---|---|---|
//! | 6 | [`io`], [`observe`] | drivers; who watches |
//! | 5 | `connection` | [`Connection`]: one arrow a [`step`](Connection::step), one place that fails |
//! | 4 | `handshake` | Appendix A: the two figures, each one `match`; every box a file |
//! | 3 | [`config`], [`identity`], `resumption` | what the user decided; who the peer is; keys and tickets of before |
//! | 2 | `transcript`, `schedule`, `record`, [`x509`] | four islands: hash, keys, records, paths (and revocation, profiles, reports) |
//! | 1 | [`crypto`] | the primitives, behind one trait |
//! | 0 | [`wire`], `fault` | bytes and messages; reasons and alerts |
//!
//! # Features
//!
//! - `std` (default): the blocking driver, the system's clock. Implies `alloc`.
//! - `ring` (default): the provider `crypto::Ring`. Implies `alloc`.
//! - `aws-lc-rs`: the provider `crypto::AwsLcRs`, faster in records and X25519 than `ring` where there is AVX-512. Implies `alloc`.
//! - `rustcrypto`: the provider `crypto::rustcrypto::RustCrypto`, which needs neither `std` nor a heap.
//! - `alloc`: buffers that grow, PEM, configurations behind `Arc`, the peer's whole identity.
//! - `embedded-io`, `embedded-io-async`: drivers over these crates' traits, which need no more than `core`.
//! - `brotli`, `zlib`: certificates compressed so (RFC 8879), where a configuration lists them. Imply `alloc`.
//! - `keylog`: lets observers that ask see the secrets of the key schedule (RFC 9850).
//! - `mlkem`: groups of ML-KEM (RFC 10024), which keep secret what is recorded until there are quantum computers; for all
//!   providers, and only where a configuration lists them.
//! - `redis`: servers that share in a Redis which early data they took. Implies `std`.
//! - `tokio`: the driver over tokio's `AsyncRead` and `AsyncWrite`, for as many connections as there are. Implies `std`.
//! - `cli`: the tool `symbolon`.
//! - `bogo`: the shim for BoringSSL's protocol tests; it is no part of the library, and opens nothing in it.
//!
//! Without any of them the library names nothing but `core`.
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
pub mod io;
pub mod observe;
mod record;
#[cfg(feature = "alloc")]
pub mod resumption;
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
#[cfg(feature = "alloc")]
pub use connection::{EarlyData, HalfRtt};
pub use error::{Error, Misuse, PeerAlert, Refusal};
pub use fault::{Detail, Fault, Place, Reason, Side, StateName};
#[cfg(feature = "alloc")]
pub use handshake::EarlyDataState;
pub use handshake::{
    Answer, Ask, ClientAuthState, Confirmation, Kind, Negotiated, Role, SignRequest, SignedContent, Trace, Unfit,
    WhyNothingSent,
};
pub use handshake::{client::Client as ClientRole, server::Server as ServerRole};
pub use identity::{Allow, PeerIdentity};
pub use record::{MAX_RECORD, RecvBuf, SendBuf};
pub use schedule::SecretName;
pub use shared::{List, Shared};
pub use x509::{Anchors, ServerName, Time, UnixTime};

/// The programs of the README, compiled.
#[cfg(all(doctest, feature = "ring", feature = "std", feature = "tokio"))]
#[doc = include_str!("../README.md")]
pub struct Readme;
