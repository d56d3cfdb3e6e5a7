//! What to do about the refusals that people meet most, in the words of this tool's options; the report of a chain has a remedy
//! for the others.

use crate::explain::{Case, hex};
use symbolon::wire::{AlertDescription, CertificateRequest, Parse};
use symbolon::x509::{Certificate, Name};
use symbolon::{ClientAuthState, PeerAlert, PeerIdentity, Reason, Refusal, Side, StateName, WhyNothingSent};

/// About a refusal of ours; `der` is the certificate that it is about.
pub(crate) fn for_refusal(
    refusal: &Refusal,
    der: Option<&[u8]>,
    peer: Option<&PeerIdentity>,
    case: &Case<'_>,
) -> Vec<String> {
    let certificate = der.and_then(|der| Certificate::parse(der).ok());
    let (us, them) = (refusal.side, refusal.side.peer());
    let trust = match us {
        Side::Client => "--ca",
        Side::Server => "--client-ca",
    };
    let hint = match refusal.reason {
        Reason::CertificateIssuerUnknown => {
            let issuer = certificate.map_or("its issuer".to_owned(), |certificate| certificate.issuer().to_string());
            return vec![format!(
                "the certificate of {issuer} is missing: it is neither in what the {them} sent nor in {}. If it is a CA to \
                 be trusted, give it by {trust}; if it is an intermediate, the {them} must send it behind its own",
                case.ca
            )];
        }
        Reason::CertificateSelfSigned => format!("to trust just this certificate, give it itself by {trust}"),
        Reason::CertificateNameMismatch => {
            let names: Vec<_> =
                certificate.map(|certificate| certificate.san().take(16).map(|name| name.to_string()).collect()).unwrap_or_default();
            let names = if names.is_empty() { "no name at all".to_owned() } else { names.join(", ") };
            format!("the certificate is for {names}, and not for {}; --name NAME checks another name", case.server_name)
        }
        Reason::RevocationUnknown | Reason::CrlIssuerWrong => format!(
            "--crl FILE gives the CRL of its issuer, or the {them} staples an OCSP response; --revocation soft accepts the unknown"
        ),
        Reason::CertificateExpired => format!("the {them} must renew it, unless our clock is wrong"),
        Reason::CertificateNotYetValid => "is a clock wrong, here or where it was issued?".to_owned(),
        Reason::ClientCertificateMissing => {
            "the client must show a certificate: --cert and --key of symbolon client, -cert and -key of openssl s_client, \
             --cert and --key of curl"
                .to_owned()
        }
        Reason::PeerNotAllowed => match peer {
            Some(peer) => format!(
                "it is {peer}, spki-sha256:{}; --allow with one of these names, or with the key, lets it in",
                hex(peer.spki_sha256())
            ),
            None => "--allow names who is let in".to_owned(),
        },
        Reason::PeerIsOlder | Reason::VersionUnsupported | Reason::Ssl2Hello => {
            format!("this tool speaks TLS 1.3 and nothing older: the {them} must be updated, or TLS 1.3 enabled there")
        }
        Reason::PlainHttp => match us {
            Side::Server => "the client must use https:// instead of http://".to_owned(),
            Side::Client => "this port speaks plain HTTP: TLS is probably on another one, as 443 or 8443".to_owned(),
        },
        Reason::NotTls => format!("the {them} speaks another protocol: is it the right port?"),
        Reason::NoCommonSuite => "--suites restricts what we take; without it all three common ones are".to_owned(),
        Reason::NoCommonGroup => "--groups restricts what we take; without it the usual ones are".to_owned(),
        Reason::NoCommonScheme | Reason::NoCommonAuthority => return unfit(case),
        Reason::PskBinderMismatch => format!("the {them} has another secret for this identity: it must be the same in --psk of both ends"),
        Reason::PskUnknown => {
            "the identities in --psk of both ends must be the same, and clients without one need --cert and --key here".to_owned()
        }
        Reason::NoApplicationProtocol => "--alpn lists ours: the two lists must have one in common".to_owned(),
        _ => return Vec::new(),
    };
    vec![hint]
}

/// About an alert of the peer.
pub(crate) fn for_alert(alert: &PeerAlert, auth: ClientAuthState, case: &Case<'_>) -> Vec<String> {
    use AlertDescription as A;
    if alert.side == Side::Server {
        return match alert.description {
            A::unknown_ca | A::bad_certificate | A::certificate_unknown | A::certificate_expired => {
                vec![
                    "the client did not accept our certificate: it must trust the CA of --cert, ask for a name in it, \
                     and find what it demands of revocation (--staple)"
                        .to_owned(),
                ]
            }
            A::unsupported_certificate => {
                vec![
                    "symbolon lint tells who takes the certificate of --cert for a server's, and what to change"
                        .to_owned(),
                ]
            }
            description => about_status(description).into_iter().collect(),
        };
    }
    match (alert.description, sent(auth)) {
        (A::certificate_required, Some(Err(WhyNothingSent::NoCommonScheme))) => unfit(case),
        (A::certificate_required | A::handshake_failure | A::bad_certificate, Some(Err(_))) => {
            vec!["--cert and --key give the certificate to show".to_owned()]
        }
        (A::unknown_ca, Some(Ok(()))) => {
            let names = authorities(case);
            let wanted = if names.is_empty() {
                "the server names no CA that it wants".to_owned()
            } else {
                format!("the server wants a certificate under one of: {}", names.join("; "))
            };
            vec![
                wanted,
                "a file of --cert with the intermediate behind the certificate may be all that is missing".to_owned(),
            ]
        }
        (A::access_denied, Some(Ok(()))) => {
            vec!["the server knows who we are, and must be told to let us in (symbolon server: --allow)".to_owned()]
        }
        (A::protocol_version, _) => vec!["the server speaks no TLS 1.3, and this tool nothing older".to_owned()],
        (A::handshake_failure, _) => {
            vec![
                "suites, groups and signature schemes have nothing in common: --suites, --groups and --sigalgs"
                    .to_owned(),
            ]
        }
        (A::no_application_protocol, _) => vec!["--alpn lists ours".to_owned()],
        (A::certificate_unknown, Some(Ok(()))) => {
            vec![
                "the log of the server tells why; one that asks for the state of revocation takes an OCSP response by --staple"
                    .to_owned(),
            ]
        }
        (A::unsupported_certificate | A::bad_certificate, Some(Ok(()))) => {
            vec![
                "symbolon lint --purpose client tells who takes the certificate of --cert, and what to change"
                    .to_owned(),
            ]
        }
        // Nothing else was there to be verified.
        (A::decrypt_error, _) if alert.state == StateName::WaitSh => {
            vec!["the server has another secret for our PSK: it must be the same in --psk of both ends".to_owned()]
        }
        (A::unknown_psk_identity, _) => {
            vec!["the server goes by PSKs, and knows none of ours: --psk gives one that it has".to_owned()]
        }
        (A::unrecognized_name, _) => vec![format!("we asked for {}; --name asks for another", case.server_name)],
        (description, _) => about_status(description).into_iter().collect(),
    }
}

/// What each of our certificates lacks for the peer, which takes none of them.
fn unfit(case: &Case<'_>) -> Vec<String> {
    let mut all: Vec<_> =
        case.witness.unfit.iter().map(|(at, why)| format!("certificate {} of --cert: {why}", at + 1)).collect();
    all.push("another one is needed: --cert and --key can be given again, and the first that fits is shown".to_owned());
    all
}

/// What the server got that asked for a certificate.
fn sent(auth: ClientAuthState) -> Option<Result<(), WhyNothingSent>> {
    match auth {
        ClientAuthState::NotRequested => None,
        ClientAuthState::NothingSent(why) | ClientAuthState::Refused { nothing_sent: Some(why), .. } => Some(Err(why)),
        ClientAuthState::Sent | ClientAuthState::Confirmed(_) | ClientAuthState::Refused { .. } => Some(Ok(())),
    }
}

/// Alerts about the revocation of our certificate, which either end may get.
fn about_status(description: AlertDescription) -> Option<String> {
    match description {
        AlertDescription::certificate_revoked => {
            Some("a new key is needed, and a certificate for it: --cert and --key".to_owned())
        }
        AlertDescription::bad_certificate_status_response => {
            Some("the OCSP response of --staple must be a fresh one, for the certificate of --cert".to_owned())
        }
        _ => None,
    }
}

/// The CAs that the server named; a few are enough.
fn authorities(case: &Case<'_>) -> Vec<String> {
    let Ok(request) = CertificateRequest::parse(&case.witness.certificate_request) else { return Vec::new() };
    let names = request.extensions.certificate_authorities.into_iter().flat_map(|names| names.iter());
    names.filter_map(|name| Some(Name::parse(name.0).ok()?.to_string())).take(8).collect()
}
