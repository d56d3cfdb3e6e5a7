//! What the user decided, checked once when it is built.

mod chain;
mod client;
#[cfg(feature = "alloc")]
mod compression;
mod credential;
#[cfg(feature = "alloc")]
mod resumption;
mod server;
mod setters;
mod settings;

pub(crate) use chain::Beside;
pub use client::{ClientConfig, ClientConfigBuilder};
#[cfg(feature = "brotli")]
pub use compression::Brotli;
#[cfg(feature = "zlib")]
pub use compression::Zlib;
#[cfg(feature = "alloc")]
pub use compression::{CertificateCompression, CompressionError};
#[cfg(feature = "alloc")]
pub(crate) use compression::{Compression, Mutual, certificate_message};
pub use credential::{Credential, CredentialError, Signing};
#[cfg(feature = "alloc")]
pub use resumption::{EarlyData, Resumption};
#[cfg(feature = "alloc")]
pub(crate) use resumption::{MAX_COUNT, MAX_TICKET_SENT};
pub use server::{ClientAuth, ClientAuthMode, ServerConfig, ServerConfigBuilder};
pub use settings::{AuthorityHints, ConfigError};
pub(crate) use settings::{HasSettings, MAX_FRAGMENT, MAX_SCHEMES, MAX_SHARES, Settings, authority_names};
