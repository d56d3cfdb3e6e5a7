//! Whom a client trusts, who it is, and the configuration that this comes to.

use crate::files;
use crate::net::Target;
use crate::options::{CertificateOptions, Settings, restrict};
use crate::stop::Stop;
use crate::ticket_file::TicketFile;
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;
use symbolon::crypto::Ring;
use symbolon::resumption::ClientTickets;
use symbolon::{Anchors, ClientConfig, ServerName};

/// Which servers a client trusts.
#[derive(Args, Clone, Debug)]
pub(crate) struct TrustOptions {
    /// The CAs that the server's chain may lead to (PEM, or one in DER) [default: those that the system trusts].
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// The name that the server's certificate must be for, and that is sent as server_name [default: HOST].
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Tells the server the names of the CAs of --ca, by which it may choose its certificate. Everybody on the way can read them.
    #[arg(long, requires = "ca")]
    send_authorities: bool,
}

/// The same, who the client is, and what it keeps.
#[derive(Args, Clone, Debug)]
pub(crate) struct ClientOptions {
    #[command(flatten)]
    pub(crate) trust: TrustOptions,
    #[command(flatten)]
    pub(crate) certificates: CertificateOptions,
    /// Keeps tickets in this file, so that the next connection resumes. It is as secret as a key.
    #[arg(long, value_name = "FILE")]
    pub(crate) tickets: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) settings: Settings,
}

/// A client's configuration, and what to call the source of its trust.
pub(crate) struct Trusting {
    pub(crate) config: ClientConfig<Ring>,
    pub(crate) ca: String,
}

impl ClientOptions {
    pub(crate) fn config(&self) -> Result<Trusting, Stop> {
        let tickets = self.tickets.as_deref().map(TicketFile::open).transpose()?;
        let tickets = tickets.map(|file| Arc::new(file) as Arc<dyn ClientTickets>);
        self.trust.config(&self.certificates, &self.settings, tickets)
    }
}

impl TrustOptions {
    /// Of a client with these certificates, which keeps its tickets there.
    pub(crate) fn config(
        &self,
        certificates: &CertificateOptions,
        settings: &Settings,
        tickets: Option<Arc<dyn ClientTickets>>,
    ) -> Result<Trusting, Stop> {
        let (anchors, ca) = match &self.ca {
            Some(path) => (files::anchors(path)?, path.display().to_string()),
            // Then the PSK is what counts, and a certificate in its place is not accepted.
            None if !settings.psk.is_empty() => (Anchors::default(), "--ca, which is not given".to_owned()),
            None => files::system_anchors().map(|(anchors, store)| (anchors, format!("{store} (the system's)")))?,
        };
        let revocation = certificates.policy(&anchors)?;
        let mut builder = ClientConfig::builder(Ring::new())
            .anchors(anchors)
            .revocation(revocation)
            .ask_timestamps(certificates.ask_timestamps)
            .send_authorities(self.send_authorities);
        for credential in certificates.credentials()? {
            builder = builder.credential(credential);
        }
        if let Some(tickets) = tickets {
            builder = builder.tickets(tickets);
        }
        Ok(Trusting { config: restrict!(builder, settings)?, ca })
    }

    /// The name to check and to send.
    pub(crate) fn server_name(&self, target: &Target) -> Result<ServerName<'static>, Stop> {
        server_name(self.name.as_deref().unwrap_or(&target.host))
    }
}

/// The name that a server's certificate must be for.
pub(crate) fn server_name(name: &str) -> Result<ServerName<'static>, Stop> {
    ServerName::parse(name).map(ServerName::into_owned).map_err(|error| {
        Stop::usage(format_args!("{name:?}: {error}"))
            .hint("--name takes a host name or an IP address, without scheme, port, brackets or wildcard")
    })
}
