//! Whom a server lets in, and the configuration that this comes to.

use crate::files;
use crate::options::{CertificateOptions, Settings, TicketOptions, restrict};
use crate::stop::{Stop, tell};
use crate::ticket_keys::LiveKeys;
use std::path::PathBuf;
use symbolon::crypto::Ring;
use symbolon::{Allow, ClientAuth, ClientAuthMode, ServerConfig};

/// Which clients a server lets in.
#[derive(clap::Args)]
pub(crate) struct AdmissionOptions {
    /// The CAs that a client's chain may lead to (PEM, or one in DER).
    #[arg(long, value_name = "FILE")]
    client_ca: Option<PathBuf>,
    /// Whether clients are asked for a certificate [default: require with --client-ca, else none].
    #[arg(long, value_name = "MODE")]
    client_auth: Option<Mode>,
    /// Who is let in: dns:NAME, spiffe://DOMAIN/PATH, uri:URI, ip:ADDRESS, email:ADDRESS, spki-sha256:HEX [default: all whom --client-ca vouches for].
    #[arg(long, value_name = "RULE,..", value_delimiter = ',')]
    allow: Vec<String>,
    /// Does not tell clients that their certificate is accepted, which is done by a ticket with a lifetime of 0.
    #[arg(long)]
    no_confirm_client_auth: bool,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    None,
    Request,
    Require,
}

impl AdmissionOptions {
    /// Of a server with these certificates, whose tickets are under `keys`.
    pub(crate) fn config(
        &self,
        certificates: &CertificateOptions,
        tickets: &TicketOptions,
        keys: Option<&LiveKeys>,
        settings: &Settings,
    ) -> Result<ServerConfig<Ring>, Stop> {
        if certificates.cert.is_empty() && settings.psk.is_empty() {
            return Err(Stop::usage(
                "a server needs --cert and --key, or --psk for clients that share a secret with it",
            ));
        }
        let issuers = self.client_ca.as_deref().map(files::anchors).transpose()?.unwrap_or_default();
        let mut builder = ServerConfig::builder(Ring::new())
            .client_auth(self.client_auth(certificates, tickets)?)
            .revocation(certificates.policy(&issuers)?)
            .ask_timestamps(certificates.ask_timestamps);
        if !self.no_confirm_client_auth {
            builder = builder.confirm_client_auth();
        }
        for credential in certificates.credentials()? {
            builder = builder.credential(credential);
        }
        if let Some(keys) = keys {
            builder = builder.resumption(tickets.resumption(keys));
        }
        restrict!(builder, settings)
    }

    /// What our trust in clients is called.
    pub(crate) fn ca(&self) -> String {
        self.client_ca.as_ref().map(|path| path.display().to_string()).unwrap_or_default()
    }

    fn client_auth(&self, certificates: &CertificateOptions, tickets: &TicketOptions) -> Result<ClientAuth, Stop> {
        let mode = match (self.client_auth, &self.client_ca) {
            (Some(Mode::None), _) | (None, None) => ClientAuthMode::None,
            (Some(Mode::Request), Some(_)) => ClientAuthMode::Request,
            (Some(Mode::Require) | None, Some(_)) => ClientAuthMode::Require,
            (Some(Mode::Request | Mode::Require), None) => {
                return Err(Stop::usage(
                    "--client-auth request and require need --client-ca: by whom are clients to be vouched for?",
                ));
            }
        };
        let mut allow = Allow::nobody();
        for rule in &self.allow {
            allow = allow.or(Allow::parse(rule).map_err(|error| Stop::usage(format_args!("--allow {error}")))?);
        }
        let Some(ca) = self.client_ca.as_ref().filter(|_| mode != ClientAuthMode::None) else {
            let idle = match () {
                () if !self.allow.is_empty() => "--allow says",
                () if certificates.concerns_peer() => "--crl and --revocation say",
                () => return Ok(ClientAuth::none()),
            };
            return Err(Stop::usage(format_args!(
                "{idle} nothing without client certificates: they are asked for by --client-ca FILE, unless --client-auth is none",
            )));
        };
        let anchors = files::anchors(ca)?;
        if self.allow.is_empty() {
            tell(format_args!("without --allow, every client that {} vouches for is let in", ca.display()));
            allow = Allow::anyone();
        }
        if mode == ClientAuthMode::Require && tickets.takes_early_data() {
            return Err(Stop::usage("--early-data takes nothing of clients that must show certificates")
                .hint("leave it out, or let clients do without: --client-auth request"));
        }
        Ok(match mode {
            ClientAuthMode::Request => ClientAuth::request(anchors, allow),
            _ => ClientAuth::require(anchors, allow),
        })
    }
}
