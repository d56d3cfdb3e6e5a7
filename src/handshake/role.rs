//! What the machine asks of a role: the seam between the two tables and everything that they share.

#[cfg(feature = "alloc")]
use super::Desk;
use super::connected::Connected;
#[cfg(feature = "alloc")]
use super::server::LookedUp;
use super::{Base, Chosen, Cx, Effects, Given, Inbound, Kind, Need};
use crate::config::HasSettings;
use crate::crypto::Crypto;
#[cfg(feature = "alloc")]
use crate::fault::Reason;
use crate::fault::{Fault, Side, StateName};
#[cfg(feature = "alloc")]
use crate::identity::Allow;
use crate::x509::{self, Question, Time};

/// What each role has of its own: its states, and its table.
pub trait Role: Sized + 'static {
    const SIDE: Side;
    type Config<C: Crypto>: HasSettings<Crypto = C> + 'static;
    type State;

    fn start() -> Self::State;
    fn failed() -> Self::State;
    fn name(state: &Self::State) -> StateName;
    /// The messages that are legal now.
    fn expects(state: &Self::State) -> &'static [Kind];
    /// False if the next arrow needs no message.
    fn waits(state: &Self::State) -> bool;
    /// True if the next arrow sends. Room in the send buffer is looked for before it is taken.
    fn sends(state: &Self::State) -> bool;
    fn is_connected(state: &Self::State) -> bool;
    /// True if application data may go before the peer has answered (§4.4.4).
    #[cfg(feature = "alloc")]
    fn sends_half_rtt(_: &Self::State) -> bool {
        false
    }
    /// CONNECTED, once it is.
    fn connected(state: &mut Self::State) -> Option<&mut Connected>;
    /// What must be known before the arrow is taken.
    fn need<C: Crypto>(state: &Self::State, msg: &Inbound<'_>, config: &Self::Config<C>) -> Need;
    /// The scheme that our CertificateVerify is owed with.
    fn owed_scheme(state: &Self::State) -> Option<crate::wire::SignatureScheme>;
    /// The configuration's choice of a credential.
    fn choose<C: Crypto>(
        config: &Self::Config<C>,
        msg: &Inbound<'_>,
        out: &mut dyn Effects,
    ) -> Result<Chosen<'static>, Fault>;
    /// The application's choice of a credential.
    fn chosen_outside<'c>(
        credential: Option<crate::shared::Shared<'c, crate::config::Credential>>,
        msg: &Inbound<'_>,
    ) -> Result<Chosen<'c>, Fault>;
    /// What the configuration asks of the peer's chain, besides revocation.
    fn question<'q, C: Crypto>(
        config: &'q Self::Config<C>,
        time: Time,
        server_name: Option<&'q x509::ServerName<'_>>,
    ) -> Question<'q>;
    /// The rules that a peer's admission rests on, if tickets are kept or handed out: of a server, for a client has none.
    #[cfg(feature = "alloc")]
    fn rests_on<C: Crypto>(config: &Self::Config<C>) -> Option<Option<&Allow>>;
    /// What becomes of the PSKs that a client offers.
    #[cfg(feature = "alloc")]
    fn look_up_psks<C: Crypto>(
        _: &Self::State,
        _: &Inbound<'_>,
        _: &Self::Config<C>,
        _: &Desk<'_, C>,
    ) -> Result<LookedUp, Fault> {
        Err(Reason::Internal.into())
    }
    /// Whether the holder of a valid certificate is let in.
    fn admits<C: Crypto>(
        config: &Self::Config<C>,
        leaf: &x509::Certificate<'_>,
        spki_sha256: &[u8; 32],
    ) -> Result<(), Fault>;
    /// Takes the arrow that the table has for this state and message.
    fn recv<'c, C: Crypto>(
        state: Self::State,
        msg: Inbound<'_>,
        given: Given<'_, 'c>,
        cx: Cx<'_, 'c, Self::Config<C>, C>,
    ) -> Result<Self::State, Fault>;
    /// Takes an arrow that leads from CONNECTED to itself.
    fn recv_connected<C: Crypto>(
        state: Self::State,
        msg: Inbound<'_>,
        config: &Self::Config<C>,
        base: Base<'_, C>,
    ) -> Result<Self::State, Fault>;
}
