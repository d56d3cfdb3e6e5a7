//! The questions of the handshake, and their answers: from the configuration where it can tell, else from the application.

use super::proof::{Judged, SignedContent};
use super::{Chosen, Desk};
use crate::config::Credential;
use crate::crypto::Crypto;
use crate::fault::{Fault, Reason, Side};
use crate::shared::Shared;
use crate::wire::{
    Certificate, CertificateEntry, CertificateRequest, ClientHello, HEADER_LEN, Parse, SignatureScheme, Vector,
};
use crate::x509::{self, MAX_CHAIN};

/// A decision that the handshake stops for. It borrows what is needed to decide.
#[derive(Debug)]
pub enum Ask<'rx> {
    /// Server, RECVD_CH: which credential for this ClientHello? Answer: [`Answer::Credential`].
    ClientHello(ClientHello<'rx>),
    /// Client, WAIT_CERT_CR: which credential for this CertificateRequest? Answer: [`Answer::Credential`].
    CertificateRequest(CertificateRequest<'rx>),
    /// WAIT_CERT: is the peer's chain good? Answer: [`Answer::Chain`].
    PeerChain(Certificate<'rx>),
    /// Our CertificateVerify: sign these bytes. Answer: [`Answer::Signature`].
    Sign(SignRequest),
}

/// What to sign, and how.
#[derive(Clone, Debug)]
pub struct SignRequest {
    /// The scheme.
    pub scheme: SignatureScheme,
    /// The bytes to sign, not yet hashed.
    pub content: SignedContent,
}

/// What the caller says to an [`Ask`].
#[derive(Debug)]
pub enum Answer<'a, 'c> {
    /// The credential to show. `None`: a client sends no certificate, a server refuses (`unrecognized_name`).
    Credential(Option<Shared<'c, Credential>>),
    /// The chain is good, or why not; a reason that is not about certificates counts as [`Reason::CertificateRefused`].
    Chain(Result<(), Reason>),
    /// The signature.
    Signature(&'a [u8]),
}

/// What an arrow must know before it can be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    Nothing,
    /// Which PSK, if any: the configuration always knows.
    #[cfg(feature = "alloc")]
    Psk,
    Credential,
    Chain,
    Signature,
}

impl Need {
    /// True if `answer` is one to this question.
    pub(crate) fn fits(self, answer: &Answer<'_, '_>) -> bool {
        matches!(
            (self, answer),
            (Self::Credential, Answer::Credential(_))
                | (Self::Chain, Answer::Chain(_))
                | (Self::Signature, Answer::Signature(_))
        )
    }
}

/// An answer as the table takes it.
pub enum Given<'a, 'c> {
    Nothing,
    #[cfg(feature = "alloc")]
    Psk(super::server::LookedUp),
    Credential(Chosen<'c>),
    Chain(Judged<'a>),
    Signature(&'a [u8]),
}

/// The question as the application sees it.
pub(crate) fn ask<'rx>(
    need: Need,
    side: Side,
    message: &'rx [u8],
    sign: impl FnOnce() -> Result<SignRequest, Fault>,
) -> Result<Ask<'rx>, Fault> {
    let body = message.get(HEADER_LEN..).unwrap_or_default();
    Ok(match (need, side) {
        (Need::Credential, Side::Server) => Ask::ClientHello(ClientHello::parse(body)?),
        (Need::Credential, Side::Client) => Ask::CertificateRequest(CertificateRequest::parse(body)?),
        (Need::Chain, _) => Ask::PeerChain(Certificate::parse(body)?),
        (Need::Signature, _) => Ask::Sign(sign()?),
        (Need::Nothing, _) => return Err(Reason::Internal.into()),
        #[cfg(feature = "alloc")]
        (Need::Psk, _) => return Err(Reason::Internal.into()),
    })
}

/// The application's judgement of the peer's chain.
pub(super) fn judged_outside(verdict: Result<(), Reason>) -> Result<(), Fault> {
    match verdict {
        Ok(()) => Ok(()),
        // [4.4.2.4-3]
        Err(reason) if reason.is_about_certificates() => Err(reason.into()),
        Err(_) => Err(Reason::CertificateRefused.into()),
    }
}

/// The peer's own certificate.
pub(super) fn leaf<'a>(list: Vector<'a, CertificateEntry<'a>>) -> Result<x509::Certificate<'a>, Fault> {
    let leaf = list.iter().next().ok_or_else(no_leaf)?;
    x509::Certificate::parse(leaf.cert_data).map_err(|f| f.certificate(0))
}

/// [4.4.2-9] Only a server's list can be empty here: a client without a certificate is not judged.
fn no_leaf() -> Fault {
    Fault::from(Reason::ServerCertificateEmpty).field("certificate_list")
}

/// What a Certificate message has in its entries.
#[derive(Clone, Copy)]
pub struct Shown<'s, 'a> {
    /// In DER.
    pub(super) chain: &'s [&'a [u8]],
    /// The OCSP responses that came with them.
    #[cfg(feature = "alloc")]
    pub(super) staples: &'s [Option<&'a [u8]>],
}

/// The DER slices of a chain, at most as many as are looked at.
pub(super) fn with_chain<'a, T>(
    list: Vector<'a, CertificateEntry<'a>>,
    f: impl FnOnce(Shown<'_, 'a>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    if list.is_empty() {
        return Err(no_leaf());
    }
    let mut chain: [&[u8]; MAX_CHAIN] = [&[]; MAX_CHAIN];
    #[cfg(feature = "alloc")]
    let mut staples = [None; MAX_CHAIN];
    let mut len: usize = 0;
    for entry in list.iter() {
        #[cfg(feature = "alloc")]
        if let Some(staple) = staples.get_mut(len) {
            *staple = entry.ocsp_response().map_err(|malformed| Fault::from(malformed).certificate(len))?;
        }
        let slot = chain.get_mut(len).ok_or_else(|| Fault::from(Reason::CertificateChainTooLong).certificate(len))?;
        *slot = entry.cert_data;
        len = len.saturating_add(1);
    }
    f(Shown {
        chain: chain.get(..len).unwrap_or_default(),
        #[cfg(feature = "alloc")]
        staples: &staples,
    })
}

/// Signs with a key in this process, and returns the length; `None` if the key is elsewhere.
#[inline(never)]
pub(super) fn sign_here<C: Crypto>(
    desk: &Desk<'_, C>,
    request: &SignRequest,
    signature: &mut [u8],
) -> Result<Option<usize>, Fault> {
    let Some(signer) = desk.credential()?.signing().signer() else { return Ok(None) };
    let len = signer.sign(request.scheme, request.content.as_ref(), signature).map_err(|_| Reason::SigningFailed)?;
    Ok(Some(len))
}
