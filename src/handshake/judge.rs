//! The judgement of the peer's chain, where the configuration makes it.

use super::proof::Judged;
use super::{Inbound, Machine, Role, answer};
use crate::config::HasSettings;
use crate::crypto::Crypto;
use crate::fault::{Fault, Reason};
use crate::identity::PeerIdentity;
#[cfg(feature = "alloc")]
use crate::resumption::{Origin, Trust};
use crate::shared::Kept;
use crate::wire::Certificate;
#[cfg(feature = "alloc")]
use crate::wire::{CertificateEntry, Vector};
use crate::x509::{self, Question, Time};

impl<R: Role, C: Crypto> Machine<'_, R, C> {
    /// Remembers who the peer's leaf names.
    pub(super) fn meet(&mut self, identity: PeerIdentity) -> [u8; 32] {
        let spki_sha256 = *identity.spki_sha256();
        self.peer = Some(Kept::new(identity));
        spki_sha256
    }

    /// The configuration's judgement of the peer's chain. Who it names is remembered, whatever the verdict; why it was
    /// refused, where there is a heap. `None` if there is a signature left for another call.
    #[inline(never)]
    pub(super) fn judge_here<'m>(
        &mut self,
        config: &R::Config<C>,
        msg: &Inbound<'m>,
    ) -> Result<Option<Judged<'m>>, Fault> {
        let settings = config.settings();
        let crypto = &settings.crypto;
        let list = msg.peek::<Certificate<'m>>()?.certificate_list;
        let desk = self.desk.as_deref_mut().ok_or(Reason::Internal)?;
        let verdicts = settings.one_operation_per_step.then_some(&mut desk.verdicts);
        let verdict = answer::with_chain(list, |shown| {
            let question = question::<R, C>(config, desk.time, desk.server_name.as_ref(), &shown);
            x509::verify_in_runs(crypto, shown.chain, &question, verdicts)
        });
        if desk.verdicts.stopped() {
            return Ok(None);
        }
        let admitted = match &verdict {
            Ok(verified) => {
                #[cfg(feature = "alloc")]
                settings.revocation.count(verified.revocation());
                let spki_sha256 = self.meet(PeerIdentity::of_verified(crypto, verified));
                #[cfg(feature = "alloc")]
                self.keep_origin(config, list, verified);
                R::admits(config, verified.leaf(), &spki_sha256).map_err(|f| f.certificate(0))
            }
            Err(_) => {
                if let Ok(leaf) = answer::leaf(list) {
                    self.meet(PeerIdentity::of(crypto, &leaf));
                }
                Ok(())
            }
        };
        #[cfg(feature = "alloc")]
        if verdict.is_err() || admitted.is_err() {
            self.explain(config, list, verdict.as_ref());
        }
        admitted?;
        let verified = verdict?;
        #[cfg(feature = "alloc")]
        if let Some(desk) = self.desk.as_deref_mut() {
            desk.good_signatures = verified.good_signatures().into();
        }
        Judged::accept(verified.leaf()).map(Some)
    }

    /// What the peer's trust rests on, for tickets to be held against.
    #[cfg(feature = "alloc")]
    fn keep_origin(
        &mut self,
        config: &R::Config<C>,
        list: Vector<'_, CertificateEntry<'_>>,
        verified: &x509::Verified<'_>,
    ) {
        let (Some(allow), Some(desk), Some(peer)) = (R::rests_on(config), self.desk.as_deref_mut(), &self.peer) else {
            return;
        };
        let Time::Known(now) = desk.time else { return };
        let chain: alloc::vec::Vec<_> = list.iter().map(|entry| entry.cert_data).collect();
        let question = R::question(config, desk.time, desk.server_name.as_ref());
        let trust = Trust::of(&config.settings().crypto, verified, &chain, &question, allow);
        desk.origin = trust.map(|trust| {
            let peer = Some((trust, (**peer).clone()));
            alloc::sync::Arc::new(Origin { peer, ..Origin::anonymous(now) })
        });
    }

    /// Why the peer's chain was refused, for the error to carry.
    #[cfg(feature = "alloc")]
    fn explain(
        &mut self,
        config: &R::Config<C>,
        list: Vector<'_, CertificateEntry<'_>>,
        verdict: Result<&x509::Verified<'_>, &Fault>,
    ) {
        if let Some(desk) = self.desk.as_deref_mut() {
            let chain: alloc::vec::Vec<_> = list.iter().map(|entry| entry.cert_data).collect();
            let staples: alloc::vec::Vec<_> = list.iter().map(|entry| entry.ocsp_response().ok().flatten()).collect();
            let shown = answer::Shown { chain: &chain, staples: &staples };
            let question = question::<R, C>(config, desk.time, desk.server_name.as_ref(), &shown);
            let report = x509::Report::of(&config.settings().crypto, &chain, &question, verdict);
            desk.report = Some(alloc::boxed::Box::new(report));
        }
    }
}

/// What is asked of a chain that the peer showed.
#[cfg_attr(not(feature = "alloc"), allow(unused_variables, reason = "revocation takes a heap"))]
fn question<'q, R: Role, C: Crypto>(
    config: &'q R::Config<C>,
    time: Time,
    server_name: Option<&'q x509::ServerName<'_>>,
    shown: &'q answer::Shown<'_, '_>,
) -> Question<'q> {
    let question = R::question(config, time, server_name);
    #[cfg(feature = "alloc")]
    let question = question.staples(shown.staples);
    question
}
