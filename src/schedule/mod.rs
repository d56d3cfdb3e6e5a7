//! The key schedule (RFC 8446 §7.1): Early Secret, Handshake Secret, Master Secret, and what hangs from each.
//!
//! ```text
//!            0 | PSK -> HKDF-Extract = Early Secret          Early
//!                            | ext | res | imp binder, c e traffic, e exp master
//!                            | Derive-Secret "derived"
//!   0 | (EC)DHE  -> HKDF-Extract = Handshake Secret          AtHandshakeSecret
//!                            | c hs traffic, s hs traffic    AtHandshake
//!                            | Derive-Secret "derived"
//!            0   -> HKDF-Extract = Master Secret             AtMaster
//!                            | c ap traffic, s ap traffic, exp master
//!                            | res master                    Complete
//! ```
//!
//! The secrets lie still in [`Schedule`] and [`Vault`]; what travels through the states of the handshake are the tokens on
//! the right, which have no size. An arrow of the figure consumes one token and returns the next.

mod early;
mod exporter;
#[cfg(feature = "alloc")]
mod psk;
mod vault;

pub(crate) use early::Early;
use early::derived;
pub(crate) use exporter::export;
#[cfg(feature = "alloc")]
pub(crate) use psk::resumption_psk;
pub(crate) use vault::Vault;

use crate::crypto::{Crypto, Digest, Epoch, Expand, Hkdf, Hmac, Iv, Secret, SharedSecret, SuiteParams, TrafficKeys};
use crate::fault::Side;

/// The Handshake Secret is there. What hangs from it waits for ServerHello.
#[must_use]
pub(crate) struct AtHandshakeSecret(());
/// The handshake traffic secrets are there as well.
#[must_use]
pub(crate) struct AtHandshake(());
/// The Master Secret and the first application traffic secrets are there.
#[must_use]
pub(crate) struct AtMaster(());
/// Everything is derived; only the [`Vault`] is left.
#[must_use]
#[allow(unreachable_pub)] // named by a sealed trait
pub struct Complete(());

/// The stages at which handshake traffic secrets exist.
pub(crate) trait HasHandshakeTraffic {}
impl HasHandshakeTraffic for AtHandshake {}
impl HasHandshakeTraffic for AtMaster {}

/// The names of RFC 8446 §7.1 for secrets that an observer may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum SecretName {
    /// Of each PSK that a client offers, and of what both go by in the end.
    Early,
    /// With the label that tells where the PSK comes from.
    Binder(&'static str),
    ClientEarlyTraffic,
    EarlyExporter,
    Handshake,
    ClientHandshakeTraffic,
    ServerHandshakeTraffic,
    Master,
    ClientApplicationTraffic(u64),
    ServerApplicationTraffic(u64),
    Exporter,
    Resumption,
    /// Of one ticket (RFC 8446 §4.6.1).
    TicketPsk,
}

impl SecretName {
    /// The label of Derive-Secret or HKDF-Expand-Label (RFC 8446 §4.6.1, §7.1, §7.2); empty for the results of HKDF-Extract.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Early | Self::Handshake | Self::Master => "",
            Self::Binder(label) => label,
            Self::ClientEarlyTraffic => "c e traffic",
            Self::EarlyExporter => "e exp master",
            Self::ClientHandshakeTraffic => "c hs traffic",
            Self::ServerHandshakeTraffic => "s hs traffic",
            Self::ClientApplicationTraffic(0) => "c ap traffic",
            Self::ServerApplicationTraffic(0) => "s ap traffic",
            Self::ClientApplicationTraffic(_) | Self::ServerApplicationTraffic(_) => "traffic upd",
            Self::Exporter => "exp master",
            Self::Resumption => "res master",
            Self::TicketPsk => "resumption",
        }
    }

    /// The secret's name in the figure of RFC 8446 §7.1; the number of an application traffic secret is left to `Display`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Early => "Early Secret",
            Self::Binder(_) => "binder_key",
            Self::ClientEarlyTraffic => "client_early_traffic_secret",
            Self::EarlyExporter => "early_exporter_master_secret",
            Self::Handshake => "Handshake Secret",
            Self::ClientHandshakeTraffic => "client_handshake_traffic_secret",
            Self::ServerHandshakeTraffic => "server_handshake_traffic_secret",
            Self::Master => "Master Secret",
            Self::ClientApplicationTraffic(_) => "client_application_traffic_secret",
            Self::ServerApplicationTraffic(_) => "server_application_traffic_secret",
            Self::Exporter => "exporter_master_secret",
            Self::Resumption => "resumption_master_secret",
            Self::TicketPsk => "PSK",
        }
    }
}

impl core::fmt::Display for SecretName {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::ClientApplicationTraffic(n) | Self::ServerApplicationTraffic(n) => write!(f, "_{n}"),
            _ => Ok(()),
        }
    }
}

/// `[sender]_write_key` and `[sender]_write_iv` (§7.3); `secret` is a traffic secret.
fn traffic_keys<M: Hmac>(suite: SuiteParams, secret: &Expand<M>, epoch: Epoch) -> TrafficKeys {
    let mut keys = TrafficKeys { epoch, suite: suite.suite, key: [0; 32], key_len: suite.key_len, iv: Iv([0; _]) };
    // [7.3-1]
    secret.expand_label("key", &[], keys.key.get_mut(..suite.key_len).unwrap_or_default());
    secret.expand_label("iv", &[], &mut keys.iv.0);
    keys
}

/// The secrets that live only as long as the handshake.
pub(crate) struct Schedule {
    suite: SuiteParams,
    /// The Handshake Secret, then the salt of the Master Secret, then that.
    running: Secret,
    /// Of each sender: its handshake traffic secret, and once its keys are taken, finished_key.
    client: Secret,
    server: Secret,
}

impl Schedule {
    /// From the Early Secret on. The key exchange led to this secret; with a PSK alone (psk_ke) there is none.
    pub(crate) fn begin<C: Crypto>(
        crypto: &C,
        early: Early,
        shared: Option<&SharedSecret>,
    ) -> (Self, AtHandshakeSecret) {
        let suite = early.suite;
        let salt = early.salt(crypto);
        let hkdf = Hkdf::new(crypto, suite.hash);
        let running = match shared {
            Some(shared) => hkdf.extract(salt.as_bytes(), shared.as_bytes()),
            // [7.1-4]
            None => hkdf.extract_zeros(salt.as_bytes()),
        };
        let none = || Secret::zeros(suite.hash.len());
        (Self { suite, running, client: none(), server: none() }, AtHandshakeSecret(()))
    }

    /// `hello` is Transcript-Hash(ClientHello..ServerHello).
    pub(crate) fn enter_handshake<C: Crypto>(
        &mut self,
        crypto: &C,
        _: AtHandshakeSecret,
        hello: &Digest,
    ) -> AtHandshake {
        let expand = Hkdf::new(crypto, self.suite.hash).from(&self.running);
        self.client = expand.derive_secret("c hs traffic", hello.as_ref());
        self.server = expand.derive_secret("s hs traffic", hello.as_ref());
        self.running = derived(self.suite, &expand);
        AtHandshake(())
    }

    /// `server_finished` is Transcript-Hash(ClientHello..server Finished). Fills the vault.
    pub(crate) fn enter_master<C: Crypto>(
        &mut self,
        crypto: &C,
        _: AtHandshake,
        server_finished: &Digest,
        vault: &mut Vault,
    ) -> AtMaster {
        let hkdf = Hkdf::new(crypto, self.suite.hash);
        self.running = hkdf.extract_zeros(self.running.as_bytes());
        // [7.1-1]
        let expand = hkdf.from(&self.running);
        let derive = |label| expand.derive_secret(label, server_finished.as_ref());
        vault.begin(self.suite, derive("c ap traffic"), derive("s ap traffic"), derive("exp master"));
        AtMaster(())
    }

    /// resumption_master_secret; `client_finished` is Transcript-Hash(ClientHello..client Finished).
    pub(crate) fn resumption<C: Crypto>(&self, crypto: &C, _: &AtMaster, client_finished: &Digest) -> Secret {
        Hkdf::new(crypto, self.suite.hash).derive_secret(&self.running, "res master", client_finished.as_ref())
    }

    /// Nothing is derived from the Master Secret after.
    pub(crate) fn enter_complete(&mut self, _: AtMaster) -> Complete {
        // [7.1-3]
        self.running = Secret::zeros(0);
        Complete(())
    }

    /// The secret that the others hang from at this stage.
    pub(crate) fn running(&self) -> &Secret {
        &self.running
    }

    /// The handshake traffic secret of a sender, until its keys are taken.
    pub(crate) fn handshake_traffic(&self, sender: Side, _: &impl HasHandshakeTraffic) -> &Secret {
        self.of(sender)
    }

    fn of(&self, sender: Side) -> &Secret {
        match sender {
            Side::Client => &self.client,
            Side::Server => &self.server,
        }
    }

    /// The handshake keys of a sender. What else hangs from its traffic secret is finished_key, which takes its place.
    pub(crate) fn take_handshake_keys<C: Crypto>(
        &mut self,
        crypto: &C,
        sender: Side,
        _: &impl HasHandshakeTraffic,
    ) -> TrafficKeys {
        let secret = match sender {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        };
        let expand = Hkdf::new(crypto, self.suite.hash).from(secret);
        *secret = expand.derive_secret("finished", &[]);
        traffic_keys(self.suite, &expand, Epoch::Handshake)
    }

    /// The verify_data of a sender's Finished (§4.4.4), whose keys were taken, given the transcript hash before it.
    pub(crate) fn verify_data<C: Crypto>(
        &self,
        crypto: &C,
        sender: Side,
        before: &Digest,
        _: &impl HasHandshakeTraffic,
    ) -> Secret {
        let finished_key = self.of(sender);
        // [4.4.4-1]
        Hkdf::new(crypto, self.suite.hash).mac(finished_key, before.as_ref())
    }
}
