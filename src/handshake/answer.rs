//! The questions of the handshake, and their answers: from the configuration where it can tell, else from the application.

use super::proof::{Judged, SignedContent};
use super::{Desk, WhyNothingSent};
use crate::config::{AuthorityHints, ClientConfig, Credential, ServerConfig};
use crate::crypto::{Crypto, SignatureAlgorithm};
use crate::fault::{Fault, Reason, Side};
use crate::shared::Shared;
use crate::wire::{
    Certificate, CertificateEntry, CertificateRequest, ClientHello, DistinguishedName, ExtensionType, HEADER_LEN,
    Parse, SignatureScheme, Vector,
};
use crate::x509::{self, MAX_CHAIN, ServerName};

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

/// A credential and the scheme to sign with, or why there is none.
pub type Chosen<'c> = Result<(Shared<'c, Credential>, SignatureScheme), WhyNothingSent>;

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

/// [4.4.2.2-2] [4.4.2.3-1] [4.4.3-6] The first scheme of the peer's that this credential can make in CertificateVerify.
fn scheme_for(credential: &Credential, offered: Vector<'_, SignatureScheme>) -> Option<SignatureScheme> {
    offered.iter().find(|s| credential.schemes().contains(s) && SignatureAlgorithm::of_scheme(*s).is_some())
}

/// The credential that can sign what the peer accepts and ranks highest; the first of equals. A single one is not ranked.
fn best(
    credentials: &[Shared<'static, Credential>],
    offered: Vector<'_, SignatureScheme>,
    rank: impl Fn(&Credential) -> (bool, bool),
) -> Option<(Shared<'static, Credential>, SignatureScheme)> {
    let mut best: Option<(&Shared<'static, Credential>, SignatureScheme)> = None;
    for credential in credentials {
        let Some(scheme) = scheme_for(credential, offered) else { continue };
        if best.is_none_or(|(best, _)| rank(credential) > rank(best)) {
            best = Some((credential, scheme));
        }
    }
    best.map(|(credential, scheme)| (credential.clone(), scheme))
}

/// [4.2.3-2] True if every signature in the chain is of a scheme that the peer accepts in certificates. A self-signed
/// certificate is not judged by its signature (§4.2.3).
fn is_signed_with(credential: &Credential, schemes: Vector<'_, SignatureScheme>) -> bool {
    credential.chain().iter().filter_map(|entry| x509::Certificate::parse(entry.cert_data).ok()).all(|certificate| {
        certificate.is_self_issued() || x509::signed_with(&certificate).iter().any(|s| schemes.contains(*s))
    })
}

/// True if a certificate of the chain was issued by one of the authorities (RFC 8446 §4.2.4).
fn issued_under(credential: &Credential, authorities: Vector<'_, DistinguishedName<'_>>) -> bool {
    credential
        .chain()
        .iter()
        .filter_map(|entry| x509::Certificate::parse(entry.cert_data).ok())
        .any(|certificate| authorities.iter().any(|name| name.0 == certificate.issuer().der()))
}

/// A client's choice among its credentials (RFC 8446 §4.4.2.3).
#[inline(never)]
pub(super) fn choose_for_request<C>(
    config: &ClientConfig<C>,
    cr: &CertificateRequest<'_>,
) -> Result<Chosen<'static>, Fault> {
    // [4.3.2-2]
    let missing = || Fault::from(Reason::ExtensionMissing).extension(ExtensionType::signature_algorithms);
    let offered = cr.extensions.signature_algorithms.ok_or_else(missing)?;
    if config.credentials.is_empty() {
        return Ok(Err(WhyNothingSent::NoCredential));
    }
    let in_certificates = cr.extensions.signature_algorithms_cert.unwrap_or(offered);
    // [4.2.4-1]
    let is_named = |c: &Credential| cr.extensions.certificate_authorities.is_none_or(|names| issued_under(c, names));
    let Some(chosen) = best(&config.credentials, offered, |c| (is_named(c), is_signed_with(c, in_certificates))) else {
        return Ok(Err(WhyNothingSent::NoCommonScheme));
    };
    Ok(match config.authority_hints {
        AuthorityHints::Require if !is_named(&chosen.0) => Err(WhyNothingSent::NoCommonAuthority),
        AuthorityHints::Require | AuthorityHints::Prefer => Ok(chosen),
    })
}

/// A server's choice among its credentials: the names that the client asks for, then the schemes (RFC 8446 §4.4.2.2).
#[inline(never)]
pub(super) fn choose_for_hello<C>(config: &ServerConfig<C>, ch: &ClientHello<'_>) -> Result<Chosen<'static>, Fault> {
    #[cfg(feature = "alloc")]
    if config.credentials.is_empty() {
        return Err(Reason::PskUnknown.into());
    }
    let offered = ch.extensions.signature_algorithms.ok_or(Reason::ExtensionMissing)?;
    let name = ch
        .extensions
        .server_name
        .and_then(|name| core::str::from_utf8(name).ok())
        .and_then(|name| ServerName::dns(name).ok());
    let in_certificates = ch.extensions.signature_algorithms_cert.unwrap_or(offered);
    // [4.4.2.2-4]
    let is_named = |credential: &Credential| {
        let leaf = x509::Certificate::parse(credential.leaf()).ok();
        leaf.zip(name.as_ref()).is_some_and(|(leaf, name)| x509::is_for(&leaf, name))
    };
    let chosen = best(&config.credentials, offered, |c| (is_named(c), is_signed_with(c, in_certificates)));
    // [4.1.1-5]
    Ok(Ok(chosen.ok_or(Reason::NoCommonScheme)?))
}

/// The application's choice, checked against what the peer offered.
pub(super) fn chosen_outside<'c>(
    credential: Option<Shared<'c, Credential>>,
    offered: Option<Vector<'_, SignatureScheme>>,
) -> Result<Chosen<'c>, Fault> {
    let Some(credential) = credential else { return Ok(Err(WhyNothingSent::Declined)) };
    let offered = offered.ok_or(Reason::ExtensionMissing)?;
    Ok(scheme_for(&credential, offered).map(|scheme| (credential, scheme)).ok_or(WhyNothingSent::NoCommonScheme))
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
    /// The OCSP responses that came with them, if they were asked for.
    #[cfg(feature = "alloc")]
    pub(super) staples: &'s [Option<&'a [u8]>],
}

/// The DER slices of a chain, at most as many as are looked at. `asked`: OCSP responses are wanted.
pub(super) fn with_chain<'a, T>(
    list: Vector<'a, CertificateEntry<'a>>,
    asked: bool,
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
        if asked && let Some(staple) = staples.get_mut(len) {
            *staple = entry.ocsp_response().map_err(|malformed| Fault::from(malformed).certificate(len))?;
        }
        #[cfg(not(feature = "alloc"))]
        let _ = asked;
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
