//! Which of our credentials is shown. The rules are those that [`Credential`] lists, and nothing else chooses.

#[cfg(feature = "alloc")]
use super::Trace;
use super::{Effects, WhyNothingSent};
use crate::config::{AuthorityHints, ClientConfig, Credential, ServerConfig};
use crate::crypto::Crypto;
use crate::fault::{Fault, Reason};
use crate::shared::Shared;
use crate::wire::{CertificateRequest, ClientHello, DistinguishedName, ExtensionType, SignatureScheme, Vector};
use crate::x509::{self, ServerName};
use core::fmt;

/// A credential and the scheme to sign with, or why there is none.
pub type Chosen<'c> = Result<(Shared<'c, Credential>, SignatureScheme), WhyNothingSent>;

/// Why a credential is not for a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It can sign with no scheme that the peer lists.
    Scheme,
    /// No authority that the peer names has issued a certificate of its chain, and it [must](AuthorityHints::Require) be one.
    Authority,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "its key can sign with no scheme that the peer accepts",
            Self::Authority => "it is issued under no authority that the peer names",
        })
    }
}

impl From<Unfit> for WhyNothingSent {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Scheme => Self::NoCommonScheme,
            Unfit::Authority => Self::NoCommonAuthority,
        }
    }
}

/// What a peer says of the credentials that it takes.
struct Wanted<'a> {
    schemes: Vector<'a, SignatureScheme>,
    authorities: Option<Vector<'a, DistinguishedName<'a>>>,
    in_certificates: Vector<'a, SignatureScheme>,
}

impl Wanted<'_> {
    /// The scheme that this credential signs with for this peer, or why it does not fit.
    fn fits(&self, credential: &Credential, hints: AuthorityHints) -> Result<SignatureScheme, Unfit> {
        let scheme = credential.scheme_for(self.schemes).ok_or(Unfit::Scheme)?;
        #[cfg(feature = "alloc")]
        let hints = credential.hints_or(hints);
        match hints {
            AuthorityHints::Require if !self.names_authority_of(credential) => Err(Unfit::Authority),
            AuthorityHints::Require | AuthorityHints::Prefer => Ok(scheme),
        }
    }

    /// [4.2.4-1] True if a certificate of the chain was issued by one of the authorities, or none is named.
    fn names_authority_of(&self, credential: &Credential) -> bool {
        let Some(authorities) = self.authorities else { return true };
        credential
            .chain()
            .iter()
            .filter_map(|entry| x509::Certificate::parse(entry.cert_data).ok())
            .any(|certificate| authorities.iter().any(|name| name.0 == certificate.issuer().der()))
    }

    /// [4.2.3-2] True if every signature in the chain is of a scheme that the peer accepts in certificates. A self-signed
    /// certificate is not judged by its signature (§4.2.3).
    fn takes_signatures_of(&self, credential: &Credential) -> bool {
        credential.chain().iter().filter_map(|entry| x509::Certificate::parse(entry.cert_data).ok()).all(
            |certificate| {
                certificate.is_self_issued()
                    || x509::signed_with(&certificate).iter().any(|s| self.in_certificates.contains(*s))
            },
        )
    }

    /// The credential that fits and ranks highest; the first of equals. A single one is not ranked.
    #[cfg_attr(
        not(feature = "alloc"),
        allow(unused_variables, unused_assignments, reason = "without a heap nobody is told")
    )]
    fn choose(
        &self,
        credentials: &[Shared<'static, Credential>],
        hints: AuthorityHints,
        rank: impl Fn(&Credential) -> (bool, bool, bool),
        out: &mut dyn Effects,
    ) -> Chosen<'static> {
        let mut best: Chosen<'_> = Err(WhyNothingSent::NoCredential);
        let mut chosen = 0;
        for (at, credential) in credentials.iter().enumerate() {
            match (self.fits(credential, hints), &best) {
                (Ok(_), Ok((best, _))) if rank(best) >= rank(credential) => {}
                (Ok(scheme), _) => (best, chosen) = (Ok((credential.clone(), scheme)), at),
                (Err(why), _) => {
                    #[cfg(feature = "alloc")]
                    out.trace(Trace::CredentialUnfit { at, why });
                    // What came closest tells best what is missing.
                    if let Err(WhyNothingSent::NoCredential | WhyNothingSent::NoCommonScheme) = best {
                        best = Err(why.into());
                    }
                }
            }
        }
        #[cfg(feature = "alloc")]
        if let Ok((_, scheme)) = &best {
            out.trace(Trace::CredentialChosen { at: chosen, of: credentials.len(), scheme: *scheme });
        }
        best
    }
}

/// A client's choice among its credentials (RFC 8446 §4.4.2.3).
#[inline(never)]
pub(super) fn choose_for_request<C>(
    config: &ClientConfig<C>,
    cr: &CertificateRequest<'_>,
    out: &mut dyn Effects,
) -> Result<Chosen<'static>, Fault> {
    // [4.3.2-2]
    let missing = || Fault::from(Reason::ExtensionMissing).extension(ExtensionType::signature_algorithms);
    let schemes = cr.extensions.signature_algorithms.ok_or_else(missing)?;
    let in_certificates = cr.extensions.signature_algorithms_cert.unwrap_or(schemes);
    let wanted = Wanted { schemes, authorities: cr.extensions.certificate_authorities, in_certificates };
    let rank = |c: &Credential| (false, wanted.names_authority_of(c), wanted.takes_signatures_of(c));
    Ok(wanted.choose(&config.credentials, config.settings.authority_hints, rank, out))
}

/// A server's choice among its credentials (RFC 8446 §4.4.2.2).
#[inline(never)]
pub(super) fn choose_for_hello<C: Crypto>(
    config: &ServerConfig<C>,
    ch: &ClientHello<'_>,
    out: &mut dyn Effects,
) -> Result<Chosen<'static>, Fault> {
    #[cfg(feature = "alloc")]
    if config.credentials.is_empty() {
        return Err(Reason::PskUnknown.into());
    }
    let schemes = ch.extensions.signature_algorithms.ok_or(Reason::ExtensionMissing)?;
    let in_certificates = ch.extensions.signature_algorithms_cert.unwrap_or(schemes);
    #[cfg(feature = "alloc")]
    let authorities = ch.extensions.certificate_authorities;
    #[cfg(not(feature = "alloc"))]
    let authorities = None;
    // [6066-3-6]
    let name = config
        .server_name(ch)
        .and_then(|name| core::str::from_utf8(name).ok())
        .and_then(|name| ServerName::dns(name).ok());
    let wanted = Wanted { schemes, authorities, in_certificates };
    // [4.4.2.2-4]
    let is_for_name = |credential: &Credential| {
        let leaf = x509::Certificate::parse(credential.leaf()).ok();
        leaf.zip(name.as_ref()).is_some_and(|(leaf, name)| x509::is_for(&leaf, name))
    };
    #[cfg(feature = "alloc")]
    let (hints, names_authority) = (config.settings.authority_hints, |c: &Credential| wanted.names_authority_of(c));
    // Without a heap there is nothing to look at: the code for it is not linked.
    #[cfg(not(feature = "alloc"))]
    let (hints, names_authority) = (AuthorityHints::Prefer, |_: &Credential| true);
    let rank = |c: &Credential| (is_for_name(c), names_authority(c), wanted.takes_signatures_of(c));
    Ok(wanted.choose(&config.credentials, hints, rank, out))
}

/// The application's choice, checked against what the peer offered.
pub(super) fn chosen_outside<'c>(
    credential: Option<Shared<'c, Credential>>,
    offered: Option<Vector<'_, SignatureScheme>>,
) -> Result<Chosen<'c>, Fault> {
    let Some(credential) = credential else { return Ok(Err(WhyNothingSent::Declined)) };
    let offered = offered.ok_or(Reason::ExtensionMissing)?;
    Ok(credential.scheme_for(offered).map(|scheme| (credential, scheme)).ok_or(WhyNothingSent::NoCommonScheme))
}
