//! The handshake: RFC 8446 Appendix A.
//!
//! `client/mod.rs` and `server/mod.rs` hold the two figures, each as one `match`; every box of a figure is a file beside it.
//! [`Machine`] holds the state and takes exactly one arrow a call. Handlers speak to the outside by the few verbs of
//! [`Effects`] and never see the record layer.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions
)]
// The sealed trait `Role` names these types in its methods, although nobody outside can.
#![allow(unreachable_pub, missing_docs)]

mod answer;
mod certificate;
mod choice;
pub(crate) mod client;
mod client_auth;
#[cfg(feature = "alloc")]
mod compressed_certificate;
mod connected;
mod desk;
mod effects;
mod finished;
#[cfg(feature = "alloc")]
mod grease;
mod inbound;
mod judge;
mod kind;
mod negotiated;
mod proof;
mod role;
pub(crate) mod server;

pub(crate) use answer::ask;
pub use answer::{Answer, Ask, Given, Need, SignRequest};
pub use choice::{Chosen, Unfit};
pub use client_auth::{ClientAuthState, Confirmation, WhyNothingSent};
#[cfg(feature = "alloc")]
pub(crate) use compressed_certificate::expand;
pub use desk::Desk;
pub use effects::{Base, Cx, Effects, Trace};
pub use inbound::{Arrived, Inbound};
pub use kind::Kind;
#[cfg(feature = "alloc")]
pub use negotiated::EarlyDataState;
pub use negotiated::Negotiated;
pub use proof::SignedContent;
pub use role::Role;

use crate::config::HasSettings;
use crate::crypto::{Crypto, MAX_SIGNATURE_LEN};
#[cfg(feature = "alloc")]
use crate::crypto::{HashAlgorithm, Secret};
use crate::fault::{Fault, Reason, Side, StateName};
use crate::identity::PeerIdentity;
#[cfg(feature = "alloc")]
use crate::resumption::Origin;
use crate::schedule::Vault;
use crate::shared::Kept;
use crate::wire::{AlertDescription, Certificate};
use crate::x509::{self, Time};
use core::cell::Cell;
use effects::in_message;
use proof::Judged;

/// What one call of [`Machine::arrow`] came to.
pub(crate) enum Outcome {
    /// An arrow was taken; the message, if `taken`, has left the buffer.
    Took { from: StateName, to: StateName, taken: bool },
    /// The application has to say something first.
    Ask(Need),
    /// The peer's chain is not judged yet: another call goes on with it.
    Yield,
}

/// An answer of the application, and how it is taken: what gives none does not link how.
pub(crate) struct Reply<'a, 'c, R: Role, C: Crypto> {
    answer: Answer<'a, 'c>,
    take: TakeAnswer<'c, R, C>,
}

type TakeAnswer<'c, R, C> =
    for<'m> fn(&mut Machine<'c, R, C>, Answer<'m, 'c>, &Inbound<'m>, &C) -> Result<Given<'m, 'c>, Fault>;

impl<'a, 'c, R: Role, C: Crypto> Reply<'a, 'c, R, C> {
    pub(crate) fn new(answer: Answer<'a, 'c>) -> Self {
        Self { answer, take: Machine::given }
    }
}

/// The state machine of one connection.
pub(crate) struct Machine<'c, R: Role, C: Crypto> {
    state: R::State,
    desk: Option<Kept<Desk<'c, C>>>,
    vault: Vault,
    negotiated: Negotiated,
    client_auth: client_auth::Known,
    peer: Option<Kept<PeerIdentity>>,
}

impl<'c, R: Role, C: Crypto> Machine<'c, R, C> {
    pub(crate) fn new(server_name: Option<x509::ServerName<'c>>, time: Time) -> Self {
        Self {
            state: R::start(),
            desk: Some(Kept::new(Desk::new(server_name, time))),
            vault: Vault::empty(),
            negotiated: Negotiated::default(),
            client_auth: client_auth::Known::default(),
            peer: None,
        }
    }

    pub(crate) fn name(&self) -> StateName {
        R::name(&self.state)
    }

    pub(crate) fn expects(&self) -> &'static [Kind] {
        R::expects(&self.state)
    }

    pub(crate) fn waits(&self) -> bool {
        R::waits(&self.state)
    }

    pub(crate) fn sends(&self) -> bool {
        R::sends(&self.state)
    }

    pub(crate) fn is_connected(&self) -> bool {
        R::is_connected(&self.state)
    }

    pub(crate) fn negotiated(&self) -> &Negotiated {
        &self.negotiated
    }

    /// The secrets that outlive the handshake; nothing is in there before CONNECTED, or after a failure.
    pub(crate) fn vault(&self) -> &Vault {
        &self.vault
    }

    /// What became of client authentication, in a connection that is in the state `at` or failed in it; `alert` is the server's.
    pub(crate) fn client_auth(&self, at: StateName, alert: Option<AlertDescription>) -> ClientAuthState {
        self.client_auth.state(R::SIDE, at, alert)
    }

    /// True in a client whose server may still judge what it sent.
    pub(crate) fn awaits_client_auth(&self) -> bool {
        R::SIDE == Side::Client && self.is_connected() && self.client_auth.is_open()
    }

    /// Who the peer's certificate names, proven or not.
    pub(crate) fn claimed_peer(&self) -> Option<&PeerIdentity> {
        self.peer.as_deref()
    }

    /// True if the arrow for this message needs this kind of answer.
    pub(crate) fn need(&self, message: Option<Arrived<'_>>, config: &R::Config<C>) -> Need {
        let taken = Cell::new(false);
        R::need(&self.state, &Inbound::new(message, &taken), config)
    }

    /// What is to be signed now.
    pub(crate) fn sign_request(&self) -> Result<SignRequest, Fault> {
        let desk = self.desk.as_deref().ok_or(Reason::Internal)?;
        let scheme = R::owed_scheme(&self.state).ok_or(Reason::Internal)?;
        Ok(SignRequest { scheme, content: SignedContent::new(R::SIDE, &desk.transcript.hash()?) })
    }

    /// Takes one arrow, with the message at the front of the receive buffer if there is one. A message that is refused before
    /// it is read is shown to the observer all the same.
    pub(crate) fn arrow(
        &mut self,
        config: &R::Config<C>,
        message: Option<Arrived<'_>>,
        reply: Option<Reply<'_, 'c, R, C>>,
        out: &mut dyn Effects,
    ) -> Result<Outcome, Fault> {
        let taken = Cell::new(false);
        let outcome = self.take_arrow(config, Inbound::new(message, &taken), reply, &mut *out);
        if let (Err(_), false, Some(bytes)) = (&outcome, taken.get(), message.map(Arrived::bytes)) {
            out.trace(Trace::Recv { kind: Kind::of(bytes), bytes });
        }
        outcome.map_err(in_message(message.map(Arrived::kind)))
    }

    /// Finds out what the arrow needs to be taken.
    fn take_arrow(
        &mut self,
        config: &R::Config<C>,
        msg: Inbound<'_>,
        reply: Option<Reply<'_, 'c, R, C>>,
        out: &mut dyn Effects,
    ) -> Result<Outcome, Fault> {
        let crypto = &config.settings().crypto;
        let need = R::need(&self.state, &msg, config);
        if need == Need::Chain {
            certificate::check(&msg.peek()?, config.settings().asks())?;
        }
        let given = match (need, reply) {
            (Need::Nothing, _) => Given::Nothing,
            (_, Some(Reply { answer, take })) => take(self, answer, &msg, crypto)?,
            #[cfg(feature = "alloc")]
            (Need::Psk, _) => {
                let desk = self.desk.as_deref().ok_or(Reason::Internal)?;
                Given::Psk(R::look_up_psks(&self.state, &msg, config, desk)?)
            }
            (Need::Credential, None) if !config.settings().ask_credential => {
                Given::Credential(R::choose(config, &msg, &mut *out)?)
            }
            (Need::Chain, None) if !config.settings().ask_chain => match self.judge_here(config, &msg)? {
                Some(judged) => Given::Chain(judged),
                None => return Ok(Outcome::Yield),
            },
            (Need::Signature, None) => return self.take_signed_arrow(config, msg, out),
            (need, None) => return Ok(Outcome::Ask(need)),
        };
        self.change_state(config, msg, given, out)
    }

    /// This is the only place where the state changes; while a handler runs it is already `Failed`.
    #[inline(never)]
    fn change_state(
        &mut self,
        config: &R::Config<C>,
        msg: Inbound<'_>,
        given: Given<'_, 'c>,
        out: &mut dyn Effects,
    ) -> Result<Outcome, Fault> {
        let taken = msg.taken();
        let (kind, from) = (msg.kind(), self.name());
        let crypto = &config.settings().crypto;
        let base = Base::new(crypto, &mut self.vault, &mut self.negotiated, R::SIDE, out);
        if R::is_connected(&self.state) {
            let state = core::mem::replace(&mut self.state, R::failed());
            self.state = R::recv_connected(state, msg, config, base)?;
            if R::SIDE == Side::Client && kind == Some(Kind::NewSessionTicket) {
                self.client_auth.recv_new_session_ticket();
            }
            return Ok(Outcome::Took { from, to: from, taken: taken.get() });
        }
        if let Given::Credential(chosen) = &given
            && R::SIDE == Side::Client
        {
            self.client_auth.sent = Some(match chosen {
                Ok(_) => Ok(()),
                Err(why) => Err(*why),
            });
        }
        let desk = self.desk.as_deref_mut().ok_or(Reason::Internal)?;
        let state = core::mem::replace(&mut self.state, R::failed());
        self.state = R::recv(state, msg, given, Cx { config, desk, base })?;
        let to = self.name();
        // Whoever does not hold the key of its chain leaves nothing behind.
        #[cfg(feature = "alloc")]
        if kind == Some(Kind::CertificateVerify)
            && let Some(good) = &config.settings().good_signatures
            && let Some(desk) = self.desk.as_deref()
        {
            good.remember(&desk.good_signatures);
        }
        if R::SIDE == Side::Server && kind == Some(Kind::Certificate) {
            self.client_auth.sent = Some(match &self.peer {
                Some(_) => Ok(()),
                None => Err(WhyNothingSent::Unknown),
            });
        }
        if self.is_connected() {
            // Who comes back by a ticket is who the full handshake proved it to be.
            #[cfg(feature = "alloc")]
            if self.negotiated.psk.is_some() {
                let origin = self.desk.as_deref().and_then(|desk| desk.origin.as_deref());
                self.peer = origin.and_then(Origin::identity).cloned().map(Kept::new);
                self.negotiated.peer_scheme = origin.and_then(|origin| origin.scheme);
                if origin.is_some_and(|origin| origin.knows_client(R::SIDE)) {
                    self.client_auth = client_auth::Known::by_resumption();
                }
            }
            // Transcript, key exchange and handshake secrets have no use any more.
            self.desk = None;
        }
        Ok(Outcome::Took { from, to, taken: taken.get() })
    }

    /// Takes the arrow that waits for our signature, if the key is in this process.
    // What is not inlined here and in `judge` has a large frame, which must not be there while another one is.
    #[inline(never)]
    fn take_signed_arrow(
        &mut self,
        config: &R::Config<C>,
        msg: Inbound<'_>,
        out: &mut dyn Effects,
    ) -> Result<Outcome, Fault> {
        let desk = self.desk.as_deref().ok_or(Reason::Internal)?;
        let mut signature = [0; MAX_SIGNATURE_LEN];
        let Some(len) = answer::sign_here(desk, &self.sign_request()?, &mut signature)? else {
            return Ok(Outcome::Ask(Need::Signature));
        };
        let signature = signature.get(..len).ok_or(Reason::Internal)?;
        self.change_state(config, msg, Given::Signature(signature), out)
    }

    /// The application's answer, in the form of the table.
    #[inline(never)]
    fn given<'a>(&mut self, answer: Answer<'a, 'c>, msg: &Inbound<'a>, crypto: &C) -> Result<Given<'a, 'c>, Fault> {
        Ok(match answer {
            Answer::Credential(credential) => Given::Credential(R::chosen_outside(credential, msg)?),
            Answer::Chain(verdict) => {
                let leaf = answer::leaf(msg.peek::<Certificate<'a>>()?.certificate_list)?;
                self.meet(PeerIdentity::of(crypto, &leaf));
                answer::judged_outside(verdict)?;
                Given::Chain(Judged::accept(&leaf)?)
            }
            Answer::Signature(signature) => Given::Signature(signature),
        })
    }

    /// The application wants to send early data.
    #[cfg(feature = "alloc")]
    pub(crate) fn offer_early_data(&mut self) {
        if let Some(desk) = self.desk.as_deref_mut() {
            desk.early = Some(alloc::boxed::Box::default());
        }
    }

    /// early_exporter_master_secret, while there is early data to be had.
    #[cfg(feature = "alloc")]
    pub(crate) fn early_exporter(&self) -> Option<(HashAlgorithm, &Secret)> {
        let (hash, secret) = self.desk.as_deref()?.early.as_deref()?.exporter.as_ref()?;
        Some((*hash, secret))
    }

    /// Bytes of early data that a client may still send.
    #[cfg(feature = "alloc")]
    pub(crate) fn early_data_left(&self) -> u32 {
        self.desk.as_deref().and_then(|desk| desk.early.as_deref()).map_or(0, |early| early.left)
    }

    /// True if a server may send application data already.
    #[cfg(feature = "alloc")]
    pub(crate) fn sends_half_rtt(&self) -> bool {
        R::sends_half_rtt(&self.state)
    }

    /// Early data went out.
    #[cfg(feature = "alloc")]
    pub(crate) fn sent_early_data(&mut self, bytes: usize) {
        if let Some(early) = self.desk.as_deref_mut().and_then(|desk| desk.early.as_deref_mut()) {
            early.left = early.left.saturating_sub(u32::try_from(bytes).unwrap_or(u32::MAX));
        }
    }

    /// The report on the peer's chain, if it was refused; once.
    #[cfg(feature = "alloc")]
    pub(crate) fn take_report(&mut self) -> Option<alloc::boxed::Box<x509::Report>> {
        self.desk.as_deref_mut()?.report.take()
    }

    /// Sends a KeyUpdate and changes K_send (§4.6.3).
    pub(crate) fn send_key_update(
        &mut self,
        config: &R::Config<C>,
        ask: bool,
        out: &mut dyn Effects,
    ) -> Result<(), Fault> {
        let crypto = &config.settings().crypto;
        let mut base = Base::new(crypto, &mut self.vault, &mut self.negotiated, R::SIDE, out);
        R::connected(&mut self.state).ok_or(Reason::Internal)?.send_key_update(ask, &mut base)
    }

    /// True if we asked the peer for a KeyUpdate that did not come yet.
    pub(crate) fn awaits_key_update(&mut self) -> bool {
        R::connected(&mut self.state).is_some_and(|connected| connected.awaits_key_update())
    }

    /// True if a KeyUpdate that the peer asked for has to go before our next application data.
    pub(crate) fn owes_key_update(&mut self) -> bool {
        R::connected(&mut self.state).is_some_and(|connected| connected.owes_key_update())
    }

    /// Our close_notify is out: nothing is sent any more.
    pub(crate) fn close(&mut self) {
        if let Some(connected) = R::connected(&mut self.state) {
            connected.close();
        }
    }

    /// Nothing is legal any more, and every secret is gone.
    pub(crate) fn fail(&mut self) {
        self.state = R::failed();
        self.desk = None;
        self.vault.wipe();
    }
}
