//! The client's settings.

use super::credential::Credential;
#[cfg(feature = "alloc")]
use super::setters::psk_setters;
use super::setters::settings_setters;
use super::settings::{
    AuthorityHints, ConfigError, HasSettings, MAX_SHARES, Protocols, Settings, check_fragment, fragment_within,
    record_size_limit_of,
};
#[cfg(feature = "alloc")]
use super::settings::{check_psks, names_on_wire};
use crate::crypto::Crypto;
#[cfg(feature = "alloc")]
use crate::crypto::MAX_HASH_LEN;
#[cfg(feature = "alloc")]
use crate::resumption::{ClientTickets, Live, MAX_TICKET, Psk};
use crate::shared::{List, Shared};
use crate::wire::{CipherSuite, MaxFragmentLength, NamedGroup, ProtocolName, SignatureScheme};
#[cfg(feature = "alloc")]
use crate::wire::{PskKeyExchangeMode, TicketRequest};
use crate::x509::{Anchors, Purpose, Question, ServerName, Time};
#[cfg(feature = "alloc")]
use alloc::{sync::Arc, vec::Vec};

/// What a client offers, shows and trusts. Made by [`ClientConfig::builder`]; shared by any number of connections.
#[derive(Debug)]
pub struct ClientConfig<C> {
    pub(crate) settings: Settings<C>,
    pub(crate) anchors: Anchors,
    pub(crate) credentials: List<Shared<'static, Credential>>,
    /// `None`: as few as serve every server well.
    shares: Option<usize>,
    /// The groups to have a share of, where they are named.
    #[cfg(feature = "alloc")]
    key_shares: Option<Vec<NamedGroup>>,
    #[cfg(feature = "alloc")]
    pub(crate) never_anonymous: bool,
    pub(crate) max_fragment_length: Option<MaxFragmentLength>,
    pub(crate) middlebox_compatibility: bool,
    #[cfg(feature = "alloc")]
    pub(crate) send_server_name: bool,
    #[cfg(feature = "alloc")]
    pub(crate) psks: Vec<Psk>,
    #[cfg(feature = "alloc")]
    pub(crate) psk_ke: bool,
    #[cfg(feature = "alloc")]
    pub(crate) tickets: Option<Arc<dyn ClientTickets>>,
    #[cfg(feature = "alloc")]
    pub(crate) ticket_request: Option<TicketRequest>,
    /// The names of the anchors that are told to servers, as they go on the wire.
    #[cfg(feature = "alloc")]
    pub(crate) authorities: Vec<u8>,
    /// What tickets are held against.
    #[cfg(feature = "alloc")]
    pub(crate) live: Option<Live>,
    /// Fingerprints of the chains that we may show.
    #[cfg(feature = "alloc")]
    pub(crate) own_chains: Vec<[u8; 32]>,
}

/// Beside it a ClientHello has room for PSKs.
#[cfg(feature = "alloc")]
const MAX_AUTHORITIES: usize = 1 << 15;

/// Collects the settings of a client.
#[derive(Debug)]
pub struct ClientConfigBuilder<C> {
    settings: Settings<C>,
    anchors: Anchors,
    credentials: List<Shared<'static, Credential>>,
    shares: Option<usize>,
    /// The groups to have a share of, where they are named.
    #[cfg(feature = "alloc")]
    key_shares: Option<Vec<NamedGroup>>,
    #[cfg(feature = "alloc")]
    never_anonymous: bool,
    #[cfg(feature = "alloc")]
    send_authorities: bool,
    max_fragment_length: Option<MaxFragmentLength>,
    middlebox_compatibility: bool,
    #[cfg(feature = "alloc")]
    send_server_name: bool,
    #[cfg(feature = "alloc")]
    psks: Vec<Psk>,
    #[cfg(feature = "alloc")]
    psk_ke: bool,
    #[cfg(feature = "alloc")]
    tickets: Option<Arc<dyn ClientTickets>>,
    #[cfg(feature = "alloc")]
    ticket_request: Option<TicketRequest>,
}

impl<C: Crypto> ClientConfig<C> {
    /// Starts with everything that the provider has, no anchor and no credential.
    pub fn builder(crypto: C) -> ClientConfigBuilder<C> {
        ClientConfigBuilder {
            settings: Settings::new(crypto),
            anchors: Anchors::default(),
            credentials: List::Static(&[]),
            shares: None,
            #[cfg(feature = "alloc")]
            key_shares: None,
            #[cfg(feature = "alloc")]
            never_anonymous: false,
            #[cfg(feature = "alloc")]
            send_authorities: false,
            max_fragment_length: None,
            middlebox_compatibility: true,
            #[cfg(feature = "alloc")]
            send_server_name: true,
            #[cfg(feature = "alloc")]
            psks: Vec::new(),
            #[cfg(feature = "alloc")]
            psk_ke: false,
            #[cfg(feature = "alloc")]
            tickets: None,
            #[cfg(feature = "alloc")]
            ticket_request: None,
        }
    }

    /// What a server's chain is asked, but for its name, the time, and the response that it staples.
    pub(crate) fn question(&self, time: Time) -> Question<'_> {
        self.settings.question(&self.anchors, time, Purpose::Server)
    }

    /// `server_name` of the ClientHello for this server.
    pub(crate) fn server_name<'n>(&self, server: Option<&'n ServerName<'_>>) -> Option<&'n str> {
        let name = server.and_then(ServerName::as_dns);
        #[cfg(feature = "alloc")]
        let name = name.filter(|_| self.send_server_name);
        name
    }

    /// The groups that the first ClientHello has a share of.
    pub(crate) fn shared_groups(&self) -> impl Iterator<Item = NamedGroup> {
        let groups = self.settings.groups();
        let front = self.shares.unwrap_or(1);
        #[cfg(feature = "alloc")]
        let named = self.key_shares.as_deref();
        #[cfg(not(feature = "alloc"))]
        let named: Option<&[NamedGroup]> = None;
        let listed = groups.iter().enumerate().filter(move |(at, group)| match named {
            Some(named) => named.contains(group),
            None => *at < front,
        });
        let listed = listed.map(|(_, group)| *group);
        #[cfg(feature = "mlkem")]
        let listed = {
            let is_first = |group: NamedGroup| {
                groups.first().map(|first| first.is_post_quantum()) == Some(group.is_post_quantum())
            };
            let other = groups.iter().copied().find(|group| !is_first(*group));
            listed.chain(other.filter(|_| self.shares.is_none() && named.is_none()))
        };
        listed
    }

    /// psk_key_exchange_modes (§4.2.9): of what is offered, and of tickets to come.
    #[cfg(feature = "alloc")]
    pub(crate) fn psk_modes(&self) -> Option<&'static [u8]> {
        // [4.2.9-3]
        const DHE: u8 = PskKeyExchangeMode::psk_dhe_ke.0;
        let modes: &[u8] = if self.psk_ke { &[DHE, PskKeyExchangeMode::psk_ke.0] } else { &[DHE] };
        (self.tickets.is_some() || !self.psks.is_empty()).then_some(modes)
    }

    /// The provider.
    pub fn crypto(&self) -> &C {
        &self.settings.crypto
    }
}

impl<C: Crypto> HasSettings for ClientConfig<C> {
    type Crypto = C;
    fn settings(&self) -> &Settings<C> {
        &self.settings
    }

    fn credentials(&self) -> &[Shared<'static, Credential>] {
        &self.credentials
    }

    #[cfg(feature = "alloc")]
    fn psks(&self) -> &[Psk] {
        &self.psks
    }

    fn authorities(&self) -> &[u8] {
        #[cfg(feature = "alloc")]
        return &self.authorities;
        #[cfg(not(feature = "alloc"))]
        return &[];
    }

    #[cfg(feature = "alloc")]
    fn psks_len(&self) -> usize {
        // Beside each identity stand its length, its age and its binder (RFC 8446 §4.2.11).
        let offered = |identity: usize| identity.saturating_add(7).saturating_add(MAX_HASH_LEN);
        let ticket = self.tickets.as_ref().map_or(0, |_| offered(MAX_TICKET));
        self.psks.iter().map(|psk| offered(psk.identity().len())).fold(ticket, usize::saturating_add)
    }
}

impl<C: Crypto> ClientConfigBuilder<C> {
    settings_setters!();

    /// The CAs that a server's chain may lead to.
    #[must_use]
    pub fn anchors(mut self, anchors: Anchors) -> Self {
        self.anchors = anchors;
        self
    }

    /// Adds a credential to show when the server asks for one; which of several is chosen, [`Credential`] tells.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn credential(mut self, credential: Credential) -> Self {
        let mut all = self.credentials.to_vec();
        all.push(alloc::sync::Arc::new(credential).into());
        self.credentials = all.into();
        self
    }

    /// The credentials to choose from, without a heap.
    #[must_use]
    pub fn credentials_static(mut self, credentials: &'static [Shared<'static, Credential>]) -> Self {
        self.credentials = credentials.into();
        self
    }

    /// Fails (`handshake_failure`) if the server asks for a certificate and none of ours fits, where RFC 8446 §4.4.2 has a client
    /// send an empty Certificate and leave it to the server: for a client that is not to be served as nobody. An application
    /// that chooses (`ask_credential`) may still choose none.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn never_anonymous(mut self, on: bool) -> Self {
        self.never_anonymous = on;
        self
    }

    /// Whether the names of the anchors are told to the server (`certificate_authorities`, RFC 8446 §4.2.4), which may choose
    /// its certificate by them; off unless switched on, as a ClientHello can be read by everybody. A list beyond 32 KiB is cut.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn send_authorities(mut self, send: bool) -> Self {
        self.send_authorities = send;
        self
    }

    /// For how many groups, from the front of the list, a key share is sent in the first ClientHello: 0 to 2. With 0 every
    /// handshake goes through a HelloRetryRequest. Unless set, there is one of the first group, and if groups with ML-KEM and
    /// without are listed, one of the first of the other kind.
    #[must_use]
    pub fn shares(mut self, shares: usize) -> Self {
        self.shares = Some(shares.min(MAX_SHARES));
        self
    }

    /// The groups that a key share is sent for in the first ClientHello, up to two of those listed; in place of
    /// [`ClientConfigBuilder::shares`], if they are not the first ones.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn key_shares(mut self, groups: impl IntoIterator<Item = NamedGroup>) -> Self {
        self.key_shares = Some(groups.into_iter().collect());
        self
    }

    /// Asks the server for shorter records by the older extension (RFC 6066 §4), which more servers know than RFC 8449.
    #[must_use]
    pub fn max_fragment_length(mut self, length: MaxFragmentLength) -> Self {
        self.max_fragment_length = Some(length);
        self
    }

    /// Asks the server for records that fit into a receive buffer of `len` bytes, by both extensions.
    ///
    /// That is the largest `record_size_limit` (RFC 8449) whose record, with header and tag, takes no more than `len`; below 85
    /// bytes there is none, and [`ClientConfigBuilder::build`] fails. And it is the largest `max_fragment_length` (RFC 6066 §4)
    /// whose record does, for servers that know only that one: there is none below 534 bytes, and none is asked for where the
    /// longest record fits. It holds for what we send too.
    ///
    /// A handshake message that is spread over records is joined in the buffer, so it must fit there together with the record
    /// that completes it. A server that knows neither extension may send records of up to [`MAX_RECORD`](crate::MAX_RECORD)
    /// bytes; the first that does not fit ends the connection
    /// ([`ReceiveBufferTooSmall`](crate::Reason::ReceiveBufferTooSmall)).
    #[must_use]
    pub fn fit_recv_buf(mut self, len: usize) -> Self {
        let limit = record_size_limit_of(len);
        self.max_fragment_length = fragment_within(limit);
        self.record_size_limit(limit)
    }

    /// Whether to look like a resumed TLS 1.2 handshake to middleboxes (RFC 8446 Appendix D.4); on unless switched off.
    #[must_use]
    pub fn middlebox_compatibility(mut self, on: bool) -> Self {
        self.middlebox_compatibility = on;
        self
    }

    /// Whether the ClientHello names the server (RFC 6066 §3), in the clear; it does unless switched off. The server's certificate
    /// has to be for the name in any case.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn send_server_name(mut self, on: bool) -> Self {
        self.send_server_name = on;
        self
    }

    /// Where tickets are kept, by which later connections to the same server come back without certificates; none is kept unless
    /// set. A ticket is used only while everything holds that the server was trusted for.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn tickets(mut self, tickets: Arc<dyn ClientTickets>) -> Self {
        self.tickets = Some(tickets);
        self
    }

    /// Tells the server how many tickets are wanted after a full handshake, and after a resumption (RFC 9149).
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn request_tickets(mut self, after_full_handshake: u8, after_resumption: u8) -> Self {
        self.ticket_request =
            Some(TicketRequest { new_session_count: after_full_handshake, resumption_count: after_resumption });
        self
    }

    #[cfg(feature = "alloc")]
    psk_setters!();

    /// Checks the settings.
    ///
    /// # Errors
    /// [`ConfigError`] names the setting that can't work.
    pub fn build(self) -> Result<ClientConfig<C>, ConfigError> {
        check_fragment(self.max_fragment_length)?;
        let settings = self.settings.check()?;
        #[cfg(feature = "alloc")]
        let settings = settings.prepared(&self.credentials);
        #[cfg(feature = "alloc")]
        if self.never_anonymous && self.credentials.is_empty() && !settings.ask_credential {
            return Err(ConfigError::Empty("credentials"));
        }
        #[cfg(feature = "alloc")]
        check_psks(&self.psks)?;
        #[cfg(feature = "alloc")]
        if let Some(named) = &self.key_shares {
            if let Some(group) = named.iter().find(|group| !settings.groups().contains(group)) {
                return Err(ConfigError::KeyShare(*group));
            }
            if named.len() > MAX_SHARES {
                return Err(ConfigError::TooMany("key shares"));
            }
        }
        #[cfg(feature = "alloc")]
        let live = self.tickets.is_some().then(|| {
            let question = settings.question(&self.anchors, Time::Unknown, Purpose::Server);
            Live::of(&settings.crypto, &question, None)
        });
        #[cfg(feature = "alloc")]
        let authorities = match self.send_authorities {
            true => names_on_wire(self.anchors.subjects(), MAX_AUTHORITIES),
            false => Vec::new(),
        };
        #[cfg(feature = "alloc")]
        let own_chains = self.credentials.iter().map(|credential| credential.fingerprint(&settings.crypto)).collect();
        Ok(ClientConfig {
            settings,
            anchors: self.anchors,
            credentials: self.credentials,
            #[cfg(feature = "alloc")]
            never_anonymous: self.never_anonymous,
            #[cfg(feature = "alloc")]
            authorities,
            shares: self.shares,
            #[cfg(feature = "alloc")]
            key_shares: self.key_shares,
            max_fragment_length: self.max_fragment_length,
            middlebox_compatibility: self.middlebox_compatibility,
            #[cfg(feature = "alloc")]
            send_server_name: self.send_server_name,
            #[cfg(feature = "alloc")]
            psks: self.psks,
            #[cfg(feature = "alloc")]
            psk_ke: self.psk_ke,
            #[cfg(feature = "alloc")]
            tickets: self.tickets,
            #[cfg(feature = "alloc")]
            ticket_request: self.ticket_request,
            #[cfg(feature = "alloc")]
            live,
            #[cfg(feature = "alloc")]
            own_chains,
        })
    }
}
