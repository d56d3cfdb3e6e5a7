//! What the user decided, checked once when it is built.

mod client;
mod credential;
mod server;
mod settings;

pub use client::{ClientConfig, ClientConfigBuilder};
pub use credential::{Credential, CredentialError, Signing};
pub use server::{ClientAuth, ClientAuthMode, ServerConfig, ServerConfigBuilder};
pub use settings::{AuthorityHints, ConfigError};
pub(crate) use settings::{HasSettings, MAX_SCHEMES, MAX_SHARES, Settings};
