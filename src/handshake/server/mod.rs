//! RFC 8446 Appendix A.2, the server. The `match` in [`recv`](Role::recv) is the figure; nothing else decides what may follow.

mod negotiate;
mod negotiated;
#[cfg(feature = "alloc")]
mod psk;
mod recvd_ch;
mod start;
#[cfg(feature = "alloc")]
mod tickets;
mod wait_cert;
mod wait_cv;
#[cfg(feature = "alloc")]
mod wait_eoed;
mod wait_finished;
mod wait_flight2;

use super::choice::{choose_for_hello, chosen_outside};
use super::connected::Connected;
#[cfg(feature = "alloc")]
use super::desk::Desk;
use super::proof::{ByPsk, ClientProof, Unproven};
use super::{Base, Chosen, Cx, Effects, Given, Inbound, Kind, Need, Role};
use crate::config::{ClientAuthMode, Credential, ServerConfig};
use crate::crypto::Crypto;
use crate::fault::{Fault, Reason, Side, StateName};
#[cfg(feature = "alloc")]
use crate::identity::Allow;
use crate::schedule::{AtHandshake, AtHandshakeSecret, AtMaster};
use crate::shared::Shared;
use crate::wire::{Certificate, CipherSuite, ClientHello, NamedGroup, SignatureScheme};
use crate::x509::{self, Question, Time};
use negotiate::Choice;
#[cfg(feature = "alloc")]
pub use psk::LookedUp;

/// The server's states. `NEGOTIATED` has a second variant, in which it waits for its own signature.
pub enum State {
    Start(Start),
    RecvdCh(RecvdCh),
    Negotiated(Negotiated),
    NegotiatedSigning(NegotiatedSigning),
    #[cfg(feature = "alloc")]
    WaitEoed(WaitEoed),
    WaitFlight2(WaitFlight2),
    WaitCert(WaitCert),
    WaitCv(WaitCv),
    WaitFinished(WaitFinished),
    Connected(Connected),
    Failed,
}

/// What our HelloRetryRequest settled.
#[derive(Clone, Copy)]
pub struct Retry {
    suite: CipherSuite,
    group: NamedGroup,
    /// It was sent to a PSK that is good.
    #[cfg(feature = "alloc")]
    psk: bool,
}

/// Nothing was received, or our HelloRetryRequest waits to be answered.
pub struct Start {
    retry: Option<Retry>,
}

/// A ClientHello lies in the receive buffer.
pub struct RecvdCh {
    retry: Option<Retry>,
    /// The PSKs that it offers were looked up, and there is none to go by: bytes of early data that a ticket among them is for.
    #[cfg(feature = "alloc")]
    looked_up: Option<u32>,
}

/// It is decided what both will use, and how we prove who we are; the secret of both is known here, and our share of it not yet
/// there. The ClientHello still lies in the receive buffer.
pub struct Negotiated {
    choice: Choice,
    by: By,
    at: AtHandshakeSecret,
}

/// How the two ends prove who they are.
enum By {
    /// By certificates: ours signs with this scheme.
    Certificate(SignatureScheme),
    /// By the PSK that stands here in the ClientHello.
    #[cfg(feature = "alloc")]
    Psk(u16, ByPsk),
}

/// Our flight is written up to Certificate; our signature is missing.
pub struct NegotiatedSigning {
    at: AtHandshake,
    scheme: SignatureScheme,
}

/// Our flight is out, and the client sends early data.
#[cfg(feature = "alloc")]
pub struct WaitEoed {
    at: AtMaster,
    psk: ByPsk,
}

/// Our flight is out. Nothing is known of the client but that it holds the PSK, if there is one.
pub struct WaitFlight2 {
    at: AtMaster,
    psk: Option<ByPsk>,
}

/// We asked for a certificate.
pub struct WaitCert {
    at: AtMaster,
}

/// The client's chain is valid and its holder is admitted. It has not yet proved that it holds the key.
pub struct WaitCv {
    at: AtMaster,
    peer: Unproven,
}

/// The client is who it claims to be, or is not asked. Whether both ends saw the same handshake is open.
pub struct WaitFinished {
    at: AtMaster,
    peer: ClientProof,
}

/// RECVD_CH leads by a PSK to START or NEGOTIATED, and without one on to the credential.
#[cfg(feature = "alloc")]
enum AfterPsks {
    RecvdCh(RecvdCh),
    Start(Start),
    Negotiated(Negotiated),
}

#[cfg(feature = "alloc")]
impl From<AfterPsks> for State {
    fn from(after: AfterPsks) -> Self {
        match after {
            AfterPsks::RecvdCh(s) => Self::RecvdCh(s),
            AfterPsks::Start(s) => Self::Start(s),
            AfterPsks::Negotiated(s) => Self::Negotiated(s),
        }
    }
}

/// NEGOTIATED leads to the signature that it owes, or with a PSK straight on.
enum AfterFlight {
    Signing(NegotiatedSigning),
    #[cfg(feature = "alloc")]
    WaitEoed(WaitEoed),
    #[cfg(feature = "alloc")]
    WaitFlight2(WaitFlight2),
}

impl From<AfterFlight> for State {
    fn from(after: AfterFlight) -> Self {
        match after {
            AfterFlight::Signing(s) => Self::NegotiatedSigning(s),
            #[cfg(feature = "alloc")]
            AfterFlight::WaitEoed(s) => Self::WaitEoed(s),
            #[cfg(feature = "alloc")]
            AfterFlight::WaitFlight2(s) => Self::WaitFlight2(s),
        }
    }
}

/// WAIT_FLIGHT2 leads to WAIT_CERT or WAIT_FINISHED.
enum AfterFlight2 {
    WaitCert(WaitCert),
    WaitFinished(WaitFinished),
}

impl From<AfterFlight2> for State {
    fn from(after: AfterFlight2) -> Self {
        match after {
            AfterFlight2::WaitCert(s) => Self::WaitCert(s),
            AfterFlight2::WaitFinished(s) => Self::WaitFinished(s),
        }
    }
}

/// The context of the server's arrows.
type ServerCx<'m, 'c, C> = Cx<'m, 'c, ServerConfig<C>, C>;

/// The server's role.
#[derive(Debug)]
pub enum Server {}

impl Role for Server {
    const SIDE: Side = Side::Server;
    type Config<C: Crypto> = ServerConfig<C>;
    type State = State;

    #[inline(never)]
    fn recv<'c, C: Crypto>(
        state: State,
        msg: Inbound<'_>,
        given: Given<'_, 'c>,
        mut cx: ServerCx<'_, 'c, C>,
    ) -> Result<State, Fault> {
        use {Given as G, Kind as K, State as S};
        let cx = &mut cx;
        Ok(match (state, msg.kind(), given) {
            //                              START <-----+
            //               Recv ClientHello |         | Send HelloRetryRequest
            //                                v         |
            (S::Start(s), Some(K::ClientHello), _) => S::RecvdCh(s.recv_client_hello()),
            //                             RECVD_CH ----+
            //                                | Select parameters
            //                                v
            #[cfg(feature = "alloc")]
            (S::RecvdCh(s), Some(K::ClientHello), G::Psk(looked_up)) => s.with_psks(looked_up, msg, cx)?.into(),
            (S::RecvdCh(s), Some(K::ClientHello), G::Credential(chosen)) => S::Negotiated(s.select(&msg, chosen, cx)?),
            (S::RecvdCh(s), Some(K::ClientHello), _) => S::Start(s.retry(msg, cx)?),
            //                             NEGOTIATED
            //                                | Send ServerHello
            //                                | K_send = handshake
            //                                | Send EncryptedExtensions
            //                                | [Send CertificateRequest]
            // Can send                       | [Send Certificate + CertificateVerify]
            // app data                       | Send Finished
            // after   -->                    | K_send = application
            // here                  +--------+--------+
            //              No 0-RTT |                 | 0-RTT
            (S::Negotiated(s), Some(K::ClientHello), _) => s.send_server_hello(msg, cx)?.into(),
            (S::NegotiatedSigning(s), None, G::Signature(signature)) => {
                S::WaitFlight2(s.send_certificate_verify(signature, cx)?)
            }
            //                       |                 |
            //   K_recv = handshake  |                 | K_recv = early data
            // [Skip decrypt errors] |    +------> WAIT_EOED -+
            //                       |    |       Recv |      | Recv EndOfEarlyData
            //                       |    | early data |      | K_recv = handshake
            //                       |    +------------+      |
            #[cfg(feature = "alloc")]
            (S::WaitEoed(s), Some(K::EndOfEarlyData), _) => S::WaitFlight2(s.recv_end_of_early_data(msg, cx)?),
            //                       +> WAIT_FLIGHT2 <--------+
            //                                |
            //                       +--------+--------+
            //               No auth |                 | Client auth
            // [4.6.2-2]
            (S::WaitFlight2(s), None, _) => s.decide(cx).into(),
            //                       |                 v
            //                       |             WAIT_CERT
            //                       |        Recv |       | Recv Certificate
            //                       |       empty |       v
            //                       | Certificate |    WAIT_CV
            (S::WaitCert(s), Some(K::Certificate), G::Chain(ok)) => S::WaitCv(s.recv_certificate(msg, ok, cx)?),
            (S::WaitCert(s), Some(K::Certificate), _) => S::WaitFinished(s.recv_empty_certificate(msg, cx)?),
            //                       |             |       | Recv
            //                       |             v       | CertificateVerify
            // [4.4.3-1]
            (S::WaitCv(s), Some(K::CertificateVerify), _) => S::WaitFinished(s.recv_certificate_verify(msg, cx)?),
            //                       +-> WAIT_FINISHED <---+
            //                                | Recv Finished
            //                                | K_recv = application
            //                                v
            //                            CONNECTED
            // [4.6.3-5]
            (S::WaitFinished(s), Some(K::Finished), _) => S::Connected(s.recv_finished(msg, cx)?),
            (_, None, _) => return Err(Reason::Internal.into()),
            // [4-1] [4.1.2-9]
            (_, Some(_), _) => return Err(Reason::UnexpectedMessage.into()),
        })
    }

    #[inline(never)]
    fn recv_connected<C: Crypto>(
        state: State,
        msg: Inbound<'_>,
        _: &ServerConfig<C>,
        base: Base<'_, C>,
    ) -> Result<State, Fault> {
        use {Kind as K, State as S};
        Ok(match (state, msg.kind()) {
            (S::Connected(s), Some(K::KeyUpdate)) => S::Connected(s.recv_key_update(msg, base)?),
            (_, None) => return Err(Reason::Internal.into()),
            // [4.6.1-3] [4.1.2-9]
            (_, Some(_)) => return Err(Reason::UnexpectedMessage.into()),
        })
    }

    fn expects(state: &State) -> &'static [Kind] {
        use Kind as K;
        match state {
            State::Start(_) | State::RecvdCh(_) | State::Negotiated(_) => &[K::ClientHello],
            State::NegotiatedSigning(_) | State::WaitFlight2(_) | State::Failed => &[],
            #[cfg(feature = "alloc")]
            State::WaitEoed(_) => &[K::EndOfEarlyData],
            State::WaitCert(_) => &[K::Certificate],
            State::WaitCv(_) => &[K::CertificateVerify],
            State::WaitFinished(_) => &[K::Finished],
            State::Connected(_) => &[K::KeyUpdate],
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
            State::RecvdCh(_) => StateName::RecvdCh,
            State::Negotiated(_) | State::NegotiatedSigning(_) => StateName::Negotiated,
            #[cfg(feature = "alloc")]
            State::WaitEoed(_) => StateName::WaitEoed,
            State::WaitFlight2(_) => StateName::WaitFlight2,
            State::WaitCert(_) => StateName::WaitCert,
            State::WaitCv(_) => StateName::WaitCv,
            State::WaitFinished(_) => StateName::WaitFinished,
            State::Connected(_) => StateName::Connected,
            State::Failed => StateName::Failed,
        }
    }

    fn waits(state: &State) -> bool {
        !matches!(state, State::NegotiatedSigning(_) | State::WaitFlight2(_))
    }

    fn sends(state: &State) -> bool {
        // In WAIT_FINISHED tickets may follow.
        let tickets = cfg!(feature = "alloc") && matches!(state, State::WaitFinished(_));
        tickets || matches!(state, State::RecvdCh(_) | State::Negotiated(_) | State::NegotiatedSigning(_))
    }

    fn is_connected(state: &State) -> bool {
        matches!(state, State::Connected(_))
    }

    // [4.4.4-5]
    #[cfg(feature = "alloc")]
    fn sends_half_rtt(state: &State) -> bool {
        match state {
            State::WaitEoed(_) => true,
            State::WaitFinished(s) => !matches!(s.peer, ClientProof::Proven(_)),
            _ => false,
        }
    }

    fn connected(state: &mut State) -> Option<&mut Connected> {
        match state {
            State::Connected(s) => Some(s),
            _ => None,
        }
    }

    fn need<C: Crypto>(state: &State, msg: &Inbound<'_>, config: &ServerConfig<C>) -> Need {
        match (state, msg.kind()) {
            (State::RecvdCh(s), Some(Kind::ClientHello)) => s.need(msg, config),
            (State::WaitCert(_), Some(Kind::Certificate)) => match msg.peek::<Certificate<'_>>() {
                Ok(certificate) if !certificate.certificate_list.is_empty() => Need::Chain,
                Ok(_) | Err(_) => Need::Nothing,
            },
            (State::NegotiatedSigning(_), None) => Need::Signature,
            _ => Need::Nothing,
        }
    }

    fn owed_scheme(state: &State) -> Option<SignatureScheme> {
        match state {
            State::NegotiatedSigning(s) => Some(s.scheme),
            _ => None,
        }
    }

    fn choose<C: Crypto>(
        config: &ServerConfig<C>,
        msg: &Inbound<'_>,
        out: &mut dyn Effects,
    ) -> Result<Chosen<'static>, Fault> {
        choose_for_hello(config, &msg.peek()?, out)
    }

    fn chosen_outside<'c>(credential: Option<Shared<'c, Credential>>, msg: &Inbound<'_>) -> Result<Chosen<'c>, Fault> {
        let hello: ClientHello<'_> = msg.peek()?;
        chosen_outside(credential, hello.extensions.signature_algorithms)
    }

    fn question<'q, C: Crypto>(
        config: &'q ServerConfig<C>,
        time: Time,
        _: Option<&'q x509::ServerName<'_>>,
    ) -> Question<'q> {
        config.question(time)
    }

    #[cfg(feature = "alloc")]
    fn look_up_psks<C: Crypto>(
        state: &State,
        msg: &Inbound<'_>,
        config: &ServerConfig<C>,
        desk: &Desk<'_, C>,
    ) -> Result<LookedUp, Fault> {
        match state {
            State::RecvdCh(s) => psk::look_up(msg, s.retry, config, desk),
            _ => Err(Reason::Internal.into()),
        }
    }

    #[cfg(feature = "alloc")]
    fn rests_on<C: Crypto>(config: &ServerConfig<C>) -> Option<Option<&Allow>> {
        config.resumption.is_some().then_some(Some(&config.client_auth.allow))
    }

    fn admits<C: Crypto>(
        config: &ServerConfig<C>,
        leaf: &x509::Certificate<'_>,
        spki_sha256: &[u8; 32],
    ) -> Result<(), Fault> {
        config.client_auth.allow.check(leaf, spki_sha256)
    }
}

/// True if a client certificate is asked for.
fn asks<C>(config: &ServerConfig<C>) -> bool {
    config.client_auth.mode != ClientAuthMode::None
}
