//! RFC 8446 Appendix A.1, the client. The `match` in [`recv`](Role::recv) is the figure; nothing else decides what may follow.

mod early_data;
#[cfg(feature = "alloc")]
mod offer;
mod start;
#[cfg(feature = "alloc")]
mod tickets;
mod wait_cert;
mod wait_cert_cr;
mod wait_cv;
mod wait_ee;
mod wait_finished;
mod wait_sh;

use super::choice::{choose_for_request, chosen_outside};
use super::connected::Connected;
use super::proof::{ByPsk, Proven, Unproven};
use super::{Base, Chosen, Cx, Effects, Given, Inbound, Kind, Need, Role};
use crate::config::{ClientConfig, Credential};
use crate::crypto::Crypto;
use crate::fault::{Fault, Reason, Side, StateName};
#[cfg(feature = "alloc")]
use crate::identity::Allow;
use crate::schedule::{AtHandshake, AtMaster};
use crate::shared::Shared;
#[cfg(feature = "alloc")]
use crate::wire::ExtensionType;
use crate::wire::{CertificateRequest, CipherSuite, In, NamedGroup, NewSessionTicket, SignatureScheme};
use crate::x509::{self, Question, Time};

#[cfg(feature = "alloc")]
pub(super) use offer::Offer;
#[cfg(feature = "alloc")]
pub use tickets::Keeper;

/// The client's states. `WAIT_FINISHED` has a second variant, in which it waits for its own signature.
pub enum State {
    Start(Start),
    WaitSh(WaitSh),
    WaitEe(WaitEe),
    WaitCertCr(WaitCertCr),
    WaitCert(WaitCert),
    WaitCv(WaitCv),
    WaitFinished(WaitFinished),
    WaitFinishedSigning(WaitFinishedSigning),
    Connected(Connected),
    Failed,
}

/// What a HelloRetryRequest settled.
#[derive(Clone, Copy)]
pub struct Retry {
    suite: CipherSuite,
    group: Option<NamedGroup>,
}

/// Nothing was sent yet, or a HelloRetryRequest waits to be answered.
pub struct Start {
    retry: Option<Retry>,
}

/// A ClientHello is out; nothing is known of the server.
pub struct WaitSh {
    retry: Option<Retry>,
}

/// Handshake keys protect both directions. The server is unknown.
pub struct WaitEe {
    at: AtHandshake,
    psk: Option<ByPsk>,
}

/// The server's extensions are known. It may ask for our certificate before it shows its own.
pub struct WaitCertCr {
    at: AtHandshake,
}

/// The server asked for our certificate; what we will answer is decided.
pub struct WaitCert {
    at: AtHandshake,
    asked: Asked,
}

/// The server's chain is valid and names the right host. It has not yet proved that it holds the key.
pub struct WaitCv {
    at: AtHandshake,
    asked: Asked,
    peer: Unproven,
}

/// The server is who it claims to be. Whether both ends saw the same handshake is open.
pub struct WaitFinished {
    at: AtHandshake,
    asked: Asked,
    peer: Proven,
}

/// The server's Finished is verified, our Certificate is written; our signature is missing.
pub struct WaitFinishedSigning {
    at: AtMaster,
    scheme: SignatureScheme,
    #[allow(dead_code)] // held as the proof without which CONNECTED can't be built
    peer: Proven,
}

/// Whether the server asked for our certificate, and what it gets. The credential lies on the desk.
#[derive(Clone, Copy)]
enum Asked {
    No,
    NothingToShow,
    Sign(SignatureScheme),
}

/// From WAIT_EE the figure leads past the certificates if a PSK stands in for them.
enum AfterExtensions {
    WaitCertCr(WaitCertCr),
    WaitFinished(WaitFinished),
}

impl From<AfterExtensions> for State {
    fn from(after: AfterExtensions) -> Self {
        match after {
            AfterExtensions::WaitCertCr(s) => Self::WaitCertCr(s),
            AfterExtensions::WaitFinished(s) => Self::WaitFinished(s),
        }
    }
}

/// From WAIT_FINISHED the figure leads to CONNECTED, by way of a signature if one is owed.
enum AfterFinished {
    Connected(Connected),
    Signing(WaitFinishedSigning),
}

impl From<AfterFinished> for State {
    fn from(after: AfterFinished) -> Self {
        match after {
            AfterFinished::Connected(s) => Self::Connected(s),
            AfterFinished::Signing(s) => Self::WaitFinishedSigning(s),
        }
    }
}

/// The context of the client's arrows.
type ClientCx<'m, 'c, C> = Cx<'m, 'c, ClientConfig<C>, C>;

/// The client's role.
#[derive(Debug)]
pub enum Client {}

impl Role for Client {
    const SIDE: Side = Side::Client;
    type Config<C: Crypto> = ClientConfig<C>;
    type State = State;

    #[inline(never)]
    fn recv<'c, C: Crypto>(
        state: State,
        msg: Inbound<'_>,
        given: Given<'_, 'c>,
        mut cx: ClientCx<'_, 'c, C>,
    ) -> Result<State, Fault> {
        use {Given as G, Kind as K, State as S};
        let cx = &mut cx;
        Ok(match (state, msg.kind(), given) {
            //                              START <----+
            //               Send ClientHello |        | Recv HelloRetryRequest
            //          [K_send = early data] |        |
            //                                v        |
            //           /                 WAIT_SH ----+
            // [4.1.2-1]
            (S::Start(s), None, _) => S::WaitSh(s.send_client_hello(cx)?),
            (S::WaitSh(s), Some(K::HelloRetryRequest), _) => S::Start(s.recv_hello_retry_request(&msg, cx)?),
            (S::Start(s), Some(K::HelloRetryRequest), _) => S::WaitSh(s.send_second_client_hello(msg, cx)?),
            //           |                    | Recv ServerHello
            //           |                    | K_recv = handshake
            (S::WaitSh(s), Some(K::ServerHello), _) => S::WaitEe(s.recv_server_hello(msg, cx)?),
            //       Can |                    V
            //      send |                 WAIT_EE
            //     early |                    | Recv EncryptedExtensions
            //      data |           +--------+--------+
            //           |     Using |                 | Using certificate
            //           |       PSK |                 v
            // [4.3.1-1]
            (S::WaitEe(s), Some(K::EncryptedExtensions), _) => s.recv_encrypted_extensions(msg, cx)?.into(),
            //           |           |            WAIT_CERT_CR
            //           |           |        Recv |       | Recv CertificateRequest
            //           |           | Certificate |       v
            // [4.3.2-3]
            (S::WaitCertCr(s), Some(K::CertificateRequest), G::Credential(chosen)) => {
                S::WaitCert(s.recv_certificate_request(msg, chosen, cx)?)
            }
            //           |           |             |    WAIT_CERT
            //           |           |             |       | Recv Certificate
            //           |           |             v       v
            (S::WaitCertCr(s), Some(K::Certificate), G::Chain(ok)) => {
                S::WaitCv(s.not_asked().recv_certificate(msg, ok, cx)?)
            }
            (S::WaitCert(s), Some(K::Certificate), G::Chain(ok)) => S::WaitCv(s.recv_certificate(msg, ok, cx)?),
            //           |           |              WAIT_CV
            //           |           |                 | Recv CertificateVerify
            // [4.4.3-1]
            (S::WaitCv(s), Some(K::CertificateVerify), _) => S::WaitFinished(s.recv_certificate_verify(msg, cx)?),
            //           |           +> WAIT_FINISHED <+
            //           |                  | Recv Finished
            //           \                  | [Send EndOfEarlyData]
            //                              | K_send = handshake
            //                              | [Send Certificate [+ CertificateVerify]]
            // [4.6.3-5]
            (S::WaitFinished(s), Some(K::Finished), _) => s.recv_finished(msg, cx)?.into(),
            (S::WaitFinishedSigning(s), None, G::Signature(signature)) => {
                S::Connected(s.send_certificate_verify(signature, cx)?)
            }
            //    Can send                  | Send Finished
            //    app data   -->            | K_send = K_recv = application
            //    after here                v
            //                          CONNECTED
            (_, None, _) => return Err(Reason::Internal.into()),
            // [4.5-4]
            // [4-1]
            (_, Some(_), _) => return Err(Reason::UnexpectedMessage.into()),
        })
    }

    #[inline(never)]
    fn recv_connected<C: Crypto>(
        state: State,
        msg: Inbound<'_>,
        config: &ClientConfig<C>,
        base: Base<'_, C>,
    ) -> Result<State, Fault> {
        use {Kind as K, State as S};
        Ok(match (state, msg.kind()) {
            (S::Connected(s), Some(K::NewSessionTicket)) => {
                S::Connected(recv_new_session_ticket(s, msg, config, base)?)
            }
            (S::Connected(s), Some(K::KeyUpdate)) => S::Connected(s.recv_key_update(msg, base)?),
            (_, None) => return Err(Reason::Internal.into()),
            // [4.6.2-1] [4-1]
            (_, Some(_)) => return Err(Reason::UnexpectedMessage.into()),
        })
    }

    fn expects(state: &State) -> &'static [Kind] {
        use Kind as K;
        match state {
            State::Start(Start { retry: None }) | State::WaitFinishedSigning(_) | State::Failed => &[],
            State::Start(_) => &[K::HelloRetryRequest],
            State::WaitSh(WaitSh { retry: None }) => &[K::ServerHello, K::HelloRetryRequest],
            State::WaitSh(_) => &[K::ServerHello],
            State::WaitEe(_) => &[K::EncryptedExtensions],
            State::WaitCertCr(_) => &[K::CertificateRequest, K::Certificate],
            State::WaitCert(_) => &[K::Certificate],
            State::WaitCv(_) => &[K::CertificateVerify],
            State::WaitFinished(_) => &[K::Finished],
            State::Connected(_) => &[K::NewSessionTicket, K::KeyUpdate],
        }
    }

    fn start() -> State {
        State::Start(Start { retry: None })
    }

    fn failed() -> State {
        State::Failed
    }

    fn name(state: &State) -> StateName {
        match state {
            State::Start(_) => StateName::Start,
            State::WaitSh(_) => StateName::WaitSh,
            State::WaitEe(_) => StateName::WaitEe,
            State::WaitCertCr(_) => StateName::WaitCertCr,
            State::WaitCert(_) => StateName::WaitCert,
            State::WaitCv(_) => StateName::WaitCv,
            State::WaitFinished(_) | State::WaitFinishedSigning(_) => StateName::WaitFinished,
            State::Connected(_) => StateName::Connected,
            State::Failed => StateName::Failed,
        }
    }

    fn waits(state: &State) -> bool {
        !matches!(state, State::Start(Start { retry: None }) | State::WaitFinishedSigning(_))
    }

    fn sends(state: &State) -> bool {
        matches!(state, State::Start(_) | State::WaitSh(_) | State::WaitFinished(_) | State::WaitFinishedSigning(_))
    }

    fn is_connected(state: &State) -> bool {
        matches!(state, State::Connected(_))
    }

    fn connected(state: &mut State) -> Option<&mut Connected> {
        match state {
            State::Connected(s) => Some(s),
            _ => None,
        }
    }

    fn need<C: Crypto>(state: &State, msg: &Inbound<'_>, _: &ClientConfig<C>) -> Need {
        match (state, msg.kind()) {
            (State::WaitCertCr(_), Some(Kind::CertificateRequest)) => Need::Credential,
            (State::WaitCertCr(_) | State::WaitCert(_), Some(Kind::Certificate)) => Need::Chain,
            (State::WaitFinishedSigning(_), None) => Need::Signature,
            _ => Need::Nothing,
        }
    }

    fn owed_scheme(state: &State) -> Option<SignatureScheme> {
        match state {
            State::WaitFinishedSigning(s) => Some(s.scheme),
            _ => None,
        }
    }

    fn choose<C: Crypto>(
        config: &ClientConfig<C>,
        msg: &Inbound<'_>,
        out: &mut dyn Effects,
    ) -> Result<Chosen<'static>, Fault> {
        choose_for_request(config, &msg.peek()?, out)
    }

    fn chosen_outside<'c>(credential: Option<Shared<'c, Credential>>, msg: &Inbound<'_>) -> Result<Chosen<'c>, Fault> {
        let request: CertificateRequest<'_> = msg.peek()?;
        chosen_outside(credential, request.extensions.signature_algorithms)
    }

    fn question<'q, C: Crypto>(
        config: &'q ClientConfig<C>,
        time: Time,
        server_name: Option<&'q x509::ServerName<'_>>,
    ) -> Question<'q> {
        config.question(time).name(server_name)
    }

    #[cfg(feature = "alloc")]
    fn rests_on<C: Crypto>(config: &ClientConfig<C>) -> Option<Option<&Allow>> {
        config.tickets.is_some().then_some(None)
    }

    fn admits<C: Crypto>(_: &ClientConfig<C>, _: &x509::Certificate<'_>, _: &[u8; 32]) -> Result<(), Fault> {
        // That it is the server meant is part of the path's verdict: the name.
        Ok(())
    }
}

/// Tickets are kept if the configuration keeps any (§4.6.1: a client may ignore them).
#[cfg_attr(not(feature = "alloc"), allow(unused_variables, reason = "without a heap tickets are not kept"))]
fn recv_new_session_ticket<C: Crypto>(
    #[cfg_attr(not(feature = "alloc"), allow(unused_mut))] mut s: Connected,
    msg: Inbound<'_>,
    config: &ClientConfig<C>,
    mut base: Base<'_, C>,
) -> Result<Connected, Fault> {
    // [4.6.1-1] [4.6.1-2]
    let ticket: NewSessionTicket<'_> = base.take(msg)?;
    ticket.extensions.check(In::NewSessionTicket)?;
    // [tlsflags-2-2]
    #[cfg(feature = "alloc")]
    if !ticket.flags.is_minimal() {
        return Err(Fault::from(Reason::TlsFlagsNotMinimal).extension(ExtensionType::tls_flags).field("flags"));
    }
    #[cfg(feature = "alloc")]
    if let Some(keeper) = &mut s.keeper {
        keeper.keep(&ticket, config, &mut base);
    }
    Ok(s)
}
