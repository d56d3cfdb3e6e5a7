//! The server's settings.

use super::credential::Credential;
#[cfg(feature = "alloc")]
use super::resumption::{MAX_COUNT, MAX_TICKET_SENT, Resumption};
#[cfg(feature = "alloc")]
use super::setters::psk_setters;
use super::setters::settings_setters;
use super::settings::{AuthorityHints, ConfigError, HasSettings, Protocols, Settings, record_size_limit_of};
#[cfg(feature = "alloc")]
use super::settings::{check_psks, names_on_wire};
use crate::crypto::Crypto;
use crate::identity::Allow;
#[cfg(feature = "alloc")]
use crate::resumption::{Live, Psk};
use crate::shared::{List, Shared};
use crate::wire::{CipherSuite, ClientHello, NamedGroup, ProtocolName, SignatureScheme};
use crate::x509::{Anchors, Purpose, Question, Time};
#[cfg(feature = "alloc")]
use alloc::vec::Vec;

/// Whether a server asks for a client certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientAuthMode {
    /// It does not ask.
    #[default]
    None,
    /// It asks, and a client without one is served all the same.
    Request,
    /// It asks, and a client without one is refused.
    Require,
}

/// Whom a server admits.
#[derive(Debug, Default)]
pub struct ClientAuth {
    pub(crate) mode: ClientAuthMode,
    pub(crate) anchors: Anchors,
    pub(crate) allow: Allow,
    pub(crate) send_authorities: bool,
    /// In place of the names of the anchors.
    #[cfg(feature = "alloc")]
    authorities: Option<Vec<Vec<u8>>>,
}

impl ClientAuth {
    /// No client certificate is asked for.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// A client may show a certificate; if it does, it must lead to one of the anchors and be on the list.
    #[must_use]
    pub fn request(anchors: Anchors, allow: Allow) -> Self {
        Self::of(ClientAuthMode::Request, anchors, allow)
    }

    /// A client must show a certificate that leads to one of the anchors and is on the list.
    #[must_use]
    pub fn require(anchors: Anchors, allow: Allow) -> Self {
        Self::of(ClientAuthMode::Require, anchors, allow)
    }

    fn of(mode: ClientAuthMode, anchors: Anchors, allow: Allow) -> Self {
        Self {
            mode,
            anchors,
            allow,
            send_authorities: true,
            #[cfg(feature = "alloc")]
            authorities: None,
        }
    }

    /// Whether the names of the anchors are told to the client (`certificate_authorities`, RFC 8446 §4.2.4), as is usual.
    #[must_use]
    pub fn send_authorities(mut self, send: bool) -> Self {
        self.send_authorities = send;
        self
    }

    /// Tells the client these names (in DER) instead of those of the anchors: for an application that judges by itself, or that
    /// knows which of many anchors its clients have.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn authorities<T: Into<Vec<u8>>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.authorities = Some(names.into_iter().map(Into::into).collect());
        self
    }
}

/// What a server speaks, shows and demands. Made by [`ServerConfig::builder`]; shared by any number of connections.
#[derive(Debug)]
pub struct ServerConfig<C> {
    pub(crate) settings: Settings<C>,
    pub(crate) credentials: List<Shared<'static, Credential>>,
    pub(crate) client_auth: ClientAuth,
    #[cfg(feature = "alloc")]
    pub(crate) psks: Vec<Psk>,
    #[cfg(feature = "alloc")]
    pub(crate) psk_ke: bool,
    #[cfg(feature = "alloc")]
    pub(crate) resumption: Option<Resumption>,
    /// What tickets are held against.
    #[cfg(feature = "alloc")]
    pub(crate) live: Option<Live>,
    #[cfg(feature = "alloc")]
    pub(crate) confirm_client_auth: bool,
    #[cfg(feature = "alloc")]
    use_server_name: bool,
    /// DistinguishedName vector of the anchors, as it goes on the wire.
    #[cfg(feature = "alloc")]
    pub(crate) authorities: alloc::vec::Vec<u8>,
}

/// Collects the settings of a server.
#[derive(Debug)]
pub struct ServerConfigBuilder<C> {
    settings: Settings<C>,
    credentials: List<Shared<'static, Credential>>,
    client_auth: ClientAuth,
    #[cfg(feature = "alloc")]
    psks: Vec<Psk>,
    #[cfg(feature = "alloc")]
    psk_ke: bool,
    #[cfg(feature = "alloc")]
    resumption: Option<Resumption>,
    #[cfg(feature = "alloc")]
    confirm_client_auth: bool,
    #[cfg(feature = "alloc")]
    use_server_name: bool,
}

impl<C: Crypto> ServerConfig<C> {
    /// Starts with everything that the provider has, no credential, and no client authentication.
    pub fn builder(crypto: C) -> ServerConfigBuilder<C> {
        ServerConfigBuilder {
            settings: Settings::new(crypto),
            credentials: List::Static(&[]),
            client_auth: ClientAuth::none(),
            #[cfg(feature = "alloc")]
            psks: Vec::new(),
            #[cfg(feature = "alloc")]
            psk_ke: false,
            #[cfg(feature = "alloc")]
            resumption: None,
            #[cfg(feature = "alloc")]
            confirm_client_auth: false,
            #[cfg(feature = "alloc")]
            use_server_name: true,
        }
    }

    // [6066-3-6]
    /// `server_name` of the ClientHello, if it counts here.
    pub(crate) fn server_name<'m>(&self, hello: &ClientHello<'m>) -> Option<&'m [u8]> {
        #[cfg(feature = "alloc")]
        return hello.extensions.server_name.filter(|_| self.use_server_name);
        #[cfg(not(feature = "alloc"))]
        return hello.extensions.server_name;
    }

    /// What a client's chain is asked, but for the time and the response that it staples.
    pub(crate) fn question(&self, time: Time) -> Question<'_> {
        self.settings.question(&self.client_auth.anchors, time, Purpose::Client)
    }

    /// True if PSKs of a ClientHello are looked at.
    #[cfg(feature = "alloc")]
    pub(crate) fn takes_psks(&self) -> bool {
        !self.psks.is_empty() || self.resumption.is_some()
    }

    /// The provider.
    pub fn crypto(&self) -> &C {
        &self.settings.crypto
    }
}

impl<C: Crypto> HasSettings for ServerConfig<C> {
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

    #[cfg(feature = "alloc")]
    fn psks_len(&self) -> usize {
        // A client may ask for more than are configured.
        self.resumption.as_ref().map_or(0, |_| usize::from(MAX_COUNT).saturating_mul(MAX_TICKET_SENT))
    }

    fn authorities(&self) -> &[u8] {
        #[cfg(feature = "alloc")]
        return &self.authorities;
        #[cfg(not(feature = "alloc"))]
        return &[];
    }
}

impl<C: Crypto> ServerConfigBuilder<C> {
    settings_setters!();

    /// Adds a credential; which of several is chosen, [`Credential`] tells: names first, then schemes and authorities.
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

    /// Asks clients for records that fit into a receive buffer of `len` bytes: as
    /// [`ClientConfigBuilder::fit_recv_buf`](super::ClientConfigBuilder::fit_recv_buf), but by `record_size_limit` alone, which
    /// a server may only say to a client that did so. The other extension is the client's to choose.
    #[must_use]
    pub fn fit_recv_buf(self, len: usize) -> Self {
        self.record_size_limit(record_size_limit_of(len))
    }

    /// Whom to admit.
    #[must_use]
    pub fn client_auth(mut self, client_auth: ClientAuth) -> Self {
        self.client_auth = client_auth;
        self
    }

    /// Lets clients come back by tickets.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn resumption(mut self, resumption: Resumption) -> Self {
        self.resumption = Some(resumption);
        self
    }

    #[cfg(feature = "alloc")]
    psk_setters!();

    /// Whether the client's `server_name` counts; it does unless set. Where it does not, it has no part in which credential is
    /// chosen, tickets are not bound to it, and the server does not say that it used it (RFC 6066 §3).
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn use_server_name(mut self, on: bool) -> Self {
        self.use_server_name = on;
        self
    }

    /// Tells each client whose certificate is accepted that it is, which TLS 1.3 alone does not do: by a NewSessionTicket with
    /// a lifetime of 0, which every client discards (RFC 8446 §4.6.1), and one of ours takes for the confirmation
    /// ([`Confirmation::NewSessionTicket`](crate::Confirmation)). It is one record of 55 bytes or so behind the handshake.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn confirm_client_auth(mut self) -> Self {
        self.confirm_client_auth = true;
        self
    }

    /// Checks the settings.
    ///
    /// # Errors
    /// [`ConfigError`] names the setting that can't work.
    pub fn build(self) -> Result<ServerConfig<C>, ConfigError> {
        let settings = self.settings.check()?;
        #[cfg(feature = "alloc")]
        let settings = settings.prepared(&self.credentials);
        #[cfg(feature = "alloc")]
        check_psks(&self.psks)?;
        #[cfg(feature = "alloc")]
        let can_do_without = !self.psks.is_empty();
        #[cfg(not(feature = "alloc"))]
        let can_do_without = false;
        if self.credentials.is_empty() && !settings.ask_credential && !can_do_without {
            return Err(ConfigError::Empty("credentials"));
        }
        let asked = self.client_auth.mode != ClientAuthMode::None;
        if asked && self.client_auth.anchors.is_empty() && !settings.ask_chain {
            return Err(ConfigError::ClientAuthWithoutAnchors);
        }
        #[cfg(feature = "alloc")]
        let live = self.resumption.is_some().then(|| {
            let question = settings.question(&self.client_auth.anchors, Time::Unknown, Purpose::Client);
            Live::of(&settings.crypto, &question, Some(&self.client_auth.allow))
        });
        Ok(ServerConfig {
            #[cfg(feature = "alloc")]
            authorities: authorities(&self.client_auth),
            settings,
            credentials: self.credentials,
            client_auth: self.client_auth,
            #[cfg(feature = "alloc")]
            // In order, to be found fast.
            psks: {
                let mut psks = self.psks;
                psks.sort_by(|a, b| a.identity().cmp(b.identity()));
                psks
            },
            #[cfg(feature = "alloc")]
            psk_ke: self.psk_ke,
            #[cfg(feature = "alloc")]
            resumption: self.resumption,
            #[cfg(feature = "alloc")]
            live,
            #[cfg(feature = "alloc")]
            confirm_client_auth: self.confirm_client_auth,
            #[cfg(feature = "alloc")]
            use_server_name: self.use_server_name,
        })
    }
}

/// The extensions of a CertificateRequest have a length of two bytes, and the lists of schemes stand beside the authorities.
#[cfg(feature = "alloc")]
const MAX_AUTHORITIES: usize = (1 << 16) - 512;

#[cfg(feature = "alloc")]
fn authorities(client_auth: &ClientAuth) -> Vec<u8> {
    match (&client_auth.authorities, client_auth.send_authorities) {
        (Some(names), true) => names_on_wire(names.iter().map(Vec::as_slice), MAX_AUTHORITIES),
        (None, true) => names_on_wire(client_auth.anchors.subjects(), MAX_AUTHORITIES),
        (_, false) => Vec::new(),
    }
}
