//! Configurations of the library, as the options ask for them.

use crate::flags::{CredentialOptions, Options};
use std::fs;
use std::sync::{Arc, Mutex, PoisonError};
use symbolon::config::{EarlyData, Resumption};
use symbolon::crypto::Ring;
use symbolon::resumption::{ClientTickets, SingleUseKeys, Ticket, TicketKeys};
use symbolon::wire::{NamedGroup, SignatureScheme};
use symbolon::{Allow, Anchors, ClientAuth, ClientConfig, Credential, ServerConfig, UnixTime};

/// Why there is no configuration for these options.
pub(crate) enum ConfigFailure {
    /// The library can't do this: why.
    Unimplemented(String),
    /// The options, or their files, are broken: how.
    Broken(String),
}

type Configured<T> = Result<T, ConfigFailure>;

fn broken(what: impl std::fmt::Display) -> ConfigFailure {
    ConfigFailure::Broken(what.to_string())
}

fn unimplemented(what: impl std::fmt::Display) -> ConfigFailure {
    ConfigFailure::Unimplemented(what.to_string())
}

/// What outlives a connection: keys and tickets last as long as the process.
pub(crate) struct Kept {
    pub(crate) ticket_keys: Arc<TicketKeys>,
    pub(crate) single_use: Arc<SingleUseKeys>,
    pub(crate) last_ticket: Arc<LastTicket>,
}

impl Kept {
    pub(crate) fn new(started: UnixTime) -> Configured<Self> {
        Ok(Self {
            ticket_keys: Arc::new(TicketKeys::generate(&Ring::new()).map_err(|_| broken("no randomness"))?),
            single_use: Arc::new(SingleUseKeys::new(1000, started)),
            last_ticket: Arc::default(),
        })
    }
}

/// The newest ticket, whatever server it is of: all of them are called `test`.
#[derive(Debug, Default)]
pub(crate) struct LastTicket(Mutex<Option<Ticket>>);

impl LastTicket {
    /// Bytes of early data that the newest ticket allows, if there is one.
    pub(crate) fn max_early_data(&self) -> Option<u32> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(Ticket::max_early_data)
    }
}

impl ClientTickets for LastTicket {
    fn put(&self, _: &str, ticket: Ticket) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(ticket);
    }

    fn take(&self, _: &str) -> Option<Ticket> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

fn read(path: &str) -> Configured<Vec<u8>> {
    fs::read(path).map_err(|e| broken(format_args!("{path}: {e}")))
}

fn anchors(options: &Options) -> Configured<Option<Anchors>> {
    let Some(path) = &options.trust_cert else { return Ok(None) };
    Anchors::from_pem(&read(path)?).map(Some).map_err(|e| broken(format_args!("{path}: {e}")))
}

fn credential(options: &CredentialOptions) -> Configured<Option<Credential>> {
    let (Some(chain), Some(key)) = (&options.cert_file, &options.key_file) else { return Ok(None) };
    let credential = Credential::from_pem(&read(chain)?, &read(key)?).map_err(unimplemented)?;
    Ok(Some(credential))
}

fn credentials(options: &Options) -> Configured<Vec<Credential>> {
    let all = options.credentials.iter().chain([&options.credential]);
    all.filter_map(|one| credential(one).transpose()).collect()
}

fn groups(options: &Options) -> Configured<Vec<NamedGroup>> {
    let groups: Vec<_> = options.curves.iter().map(|group| NamedGroup(*group)).collect();
    let known = symbolon::crypto::Crypto::groups(&Ring::new()).to_vec();
    match groups.iter().find(|group| !known.contains(group)) {
        Some(group) => Err(unimplemented(format_args!("group {group}"))),
        None => Ok(groups),
    }
}

fn schemes(options: &Options) -> Configured<Vec<SignatureScheme>> {
    let schemes: Vec<_> = options.verify_prefs.iter().map(|scheme| SignatureScheme(*scheme)).collect();
    let known = symbolon::crypto::Crypto::schemes(&Ring::new()).to_vec();
    match schemes.iter().find(|scheme| !known.contains(scheme)) {
        Some(scheme) => Err(unimplemented(format_args!("signature scheme {scheme}"))),
        None => Ok(schemes),
    }
}

/// ALPN names as the runner gives them: each behind its length.
fn protocols(list: &str) -> Vec<&[u8]> {
    let mut rest = list.as_bytes();
    let mut names = Vec::new();
    while let Some((len, tail)) = rest.split_first() {
        let (name, tail) = tail.split_at(tail.len().min((*len).into()));
        names.push(name);
        rest = tail;
    }
    names
}

/// What no TLS 1.3 peer without older versions can do.
fn versions(options: &Options) -> Configured<()> {
    match options.max_version {
        Some(version) if version < 0x0304 => Err(unimplemented("TLS 1.2 and older")),
        Some(_) | None => Ok(()),
    }
}

/// True if the chain is judged by the shim itself, as it stands in for an application.
fn judges_itself(options: &Options, anchors: Option<&Anchors>) -> bool {
    anchors.is_none() || refuses_peer(options)
}

/// True if the application refuses whatever chain the peer shows. Without `-verify-peer` it does not mind.
pub(crate) fn refuses_peer(options: &Options) -> bool {
    options.verify_fail && options.verify_peer
}

pub(crate) fn client(options: &Options, kept: &Kept) -> Configured<ClientConfig<Ring>> {
    versions(options)?;
    let anchors = anchors(options)?;
    let mut builder = ClientConfig::builder(Ring::new())
        .groups(groups(options)?)
        .schemes(schemes(options)?)
        .tickets(kept.last_ticket.clone());
    if judges_itself(options, anchors.as_ref()) {
        builder = builder.ask_chain();
    }
    if let Some(anchors) = anchors {
        builder = builder.anchors(anchors);
    }
    for credential in credentials(options)? {
        builder = builder.credential(credential);
    }
    if let Some(names) = &options.advertise_alpn {
        builder = builder.alpn(protocols(names));
    }
    builder.build().map_err(unimplemented)
}

pub(crate) fn server(options: &Options, kept: &Kept) -> Configured<ServerConfig<Ring>> {
    versions(options)?;
    let anchors = anchors(options)?;
    let asks = options.require_any_client_certificate || options.verify_peer;
    let mut builder = ServerConfig::builder(Ring::new()).groups(groups(options)?).schemes(schemes(options)?);
    if asks && judges_itself(options, anchors.as_ref()) {
        builder = builder.ask_chain();
    }
    if asks {
        let anchors = anchors.unwrap_or_default();
        builder = builder.client_auth(match options.require_any_client_certificate {
            true => ClientAuth::require(anchors, Allow::anyone()),
            false => ClientAuth::request(anchors, Allow::anyone()),
        });
    }
    for credential in credentials(options)? {
        builder = builder.credential(credential);
    }
    if let Some(name) = options.select_alpn.as_ref().filter(|name| !name.is_empty()) {
        builder = builder.alpn([name]);
    }
    if !options.no_ticket {
        let mut resumption = Resumption::stateless(kept.ticket_keys.clone());
        if options.enable_early_data {
            // The limit and the window are BoringSSL's.
            resumption = resumption.early_data(EarlyData::new(14336, kept.single_use.clone()).window(60));
        }
        builder = builder.resumption(resumption);
    }
    builder.build().map_err(unimplemented)
}
