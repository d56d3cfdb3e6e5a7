//! What the options expect of a connection, held against what it came to.

use crate::configs::ca_names;
use crate::exchange::{Exchange, Failure, Speaks};
use crate::flags::Options;
use crate::scenario::Phase;
use std::fmt::Debug;
use symbolon::resumption::{EarlyDataDeclined, Ticket};
use symbolon::wire::{CipherSuite, NamedGroup, SignatureScheme};
use symbolon::x509::certificates_from_pem;
use symbolon::{EarlyDataState, Side};

fn same<T: PartialEq + Debug>(what: &str, got: T, wanted: T) -> Result<(), Failure> {
    if got == wanted {
        return Ok(());
    }
    Err(Failure::Unexpected(format!("{what}: {got:?} where {wanted:?} is expected")))
}

/// Once the handshake is complete.
pub(crate) fn after_handshake<R: Speaks>(
    exchange: &Exchange<'_, R>,
    options: &Options,
    phase: &Phase<'_>,
) -> Result<(), Failure> {
    let conn = &exchange.conn;
    let negotiated = conn.negotiated();
    let is_server = conn.side() == Side::Server;
    same("resumed", negotiated.psk.is_some(), phase.resumes && !options.expect_session_miss)?;
    if let Some(version) = options.expect_version {
        same("version", 0x0304, version)?;
    }
    let aes = options.expect_cipher_aes.filter(|_| has_fast_aes());
    let no_aes = options.expect_cipher_no_aes.filter(|_| !has_fast_aes());
    for suite in [options.expect_cipher, aes, no_aes].into_iter().flatten() {
        same("cipher suite", negotiated.suite, Some(CipherSuite(suite)))?;
    }
    if let Some(group) = options.expect_curve_id {
        same("group", negotiated.group, Some(NamedGroup(group)))?;
    }
    if let Some(scheme) = options.expect_peer_signature_algorithm {
        same("the peer's scheme", negotiated.peer_scheme, Some(SignatureScheme(scheme)))?;
    }
    if options.expect_hrr {
        same("HelloRetryRequest", negotiated.retried, true)?;
    }
    if options.expect_no_hrr {
        same("HelloRetryRequest", negotiated.retried, false)?;
    }
    if let Some(name) = &options.expect_server_name {
        same("server_name", exchange.seen.server_name.as_deref(), Some(name.as_bytes()))?;
    }
    if let Some(names) = &options.expect_advertised_alpn {
        same("protocols offered", exchange.seen.advertised_alpn.as_slice(), names.as_bytes())?;
    }
    if let Some(file) = options.expect_peer_cert_file.as_ref().filter(|_| negotiated.psk.is_none()) {
        let pem = std::fs::read(file)?;
        let chain = certificates_from_pem(&pem).map_err(|e| Failure::Unexpected(e.to_string()))?;
        same("the peer's chain", &exchange.seen.peer_chain, &chain)?;
    }
    // Nothing is shown at a resumption; it is the first connection that has it.
    if let Some(staple) = options.expect_ocsp_response.as_ref().filter(|_| negotiated.psk.is_none()) {
        same("OCSP response", exchange.seen.peer_staple.as_ref(), Some(&staple.0))?;
    }
    if let Some(list) = options.expect_signed_cert_timestamps.as_ref().filter(|_| negotiated.psk.is_none()) {
        same("timestamps", exchange.seen.peer_timestamps.as_ref(), Some(&list.0))?;
    }
    if !options.expect_peer_verify_prefs.is_empty() {
        same("the peer's schemes", &exchange.seen.peer_schemes, &options.expect_peer_verify_prefs)?;
    }
    if let Some(names) = &options.expect_client_ca_list {
        same("names of CAs", &exchange.seen.authorities, &ca_names(names))?;
    }
    // Where the application refuses and goes on, there is no verdict to be told, nor of a peer that shows nothing.
    if options.expect_verify_result && !options.verify_fail && !exchange.seen.peer_chain.is_empty() {
        same("the peer is known", conn.peer().is_some(), true)?;
    }
    if let Some(number) = options.expect_selected_credential {
        // The one without a number comes last.
        let numbered = options.credentials.len();
        let number = usize::try_from(number).unwrap_or(numbered);
        same("our credential", exchange.seen.chosen.map(|(at, _)| at), Some(number))?;
    }
    let alpn = if is_server { &options.select_alpn } else { &options.expect_alpn };
    same("application protocol", conn.alpn().unwrap_or_default(), alpn.as_deref().unwrap_or_default().as_bytes())?;
    if options.expect_accept_early_data {
        same("early data", negotiated.early_data, EarlyDataState::Accepted)?;
    }
    if options.expect_reject_early_data && negotiated.early_data == EarlyDataState::Accepted {
        return Err(Failure::Unexpected("early data was accepted".into()));
    }
    if let Some(reason) = &options.expect_early_data_reason {
        same("the reason of early data", early_data_reason(exchange, options), reason.as_str())?;
    }
    if let Some(skew) = options.expect_ticket_age_skew.filter(|_| phase.resumes) {
        same("skew of the ticket's age", exchange.seen.ticket_age_skew, Some(skew))?;
    }
    // Nothing but hashes and names is ever kept of a client.
    if options.expect_sha256_client_cert {
        same("the client's identity", conn.peer().is_some(), true)?;
    }
    if options.use_ticket_callback {
        same("times that a ticket was looked for", phase.kept.tickets.take_asked(), usize::from(phase.resumes))?;
    }
    if phase.resumes && options.expect_no_offer_early_data {
        same("early data", negotiated.early_data, EarlyDataState::NotOffered)?;
    }
    Ok(())
}

/// What BoringSSL calls that which became of early data.
fn early_data_reason<R: Speaks>(exchange: &Exchange<'_, R>, options: &Options) -> &'static str {
    use EarlyDataDeclined as Why;
    let negotiated = exchange.conn.negotiated();
    match exchange.seen.no_early_data {
        _ if !options.enable_early_data => "disabled",
        _ if negotiated.early_data == EarlyDataState::Accepted => "accept",
        Some(Why::NoTicket) => "no_session_offered",
        Some(Why::PskDeclined) => "session_not_resumed",
        Some(Why::OtherProtocol) => "alpn_mismatch",
        Some(Why::HelloRetryRequest) => "hello_retry_request",
        Some(Why::NotFresh { .. }) => "ticket_age_skew",
        Some(Why::ByServer) => "peer_declined",
        Some(_) => "unsupported_for_session",
        None if negotiated.psk.is_none() => "no_session_offered",
        None => "peer_declined",
    }
}

/// Once the peer has closed its end, or we want to close ours.
pub(crate) fn at_the_end(options: &Options, phase: &Phase<'_>, is_client: bool) -> Result<(), Failure> {
    if !is_client {
        return Ok(());
    }
    let max_early_data = phase.kept.last_ticket.told(Ticket::max_early_data);
    let expected = !options.expect_no_session && !options.shim_shuts_down;
    same("ticket", max_early_data.is_some(), expected)?;
    if options.expect_resumable_across_names || options.expect_not_resumable_across_names {
        let across_names = phase.kept.last_ticket.told(Ticket::resumable_across_names);
        same("ticket for all names", across_names, Some(options.expect_resumable_across_names))?;
    }
    if expected {
        let allows = max_early_data.is_some_and(|max| max > 0);
        same("ticket for early data", allows, options.expect_ticket_supports_early_data)?;
    }
    Ok(())
}

#[cfg(target_arch = "x86_64")]
fn has_fast_aes() -> bool {
    std::arch::is_x86_feature_detected!("aes")
}

#[cfg(not(target_arch = "x86_64"))]
fn has_fast_aes() -> bool {
    cfg!(target_arch = "aarch64")
}
