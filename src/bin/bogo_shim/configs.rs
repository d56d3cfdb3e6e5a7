//! Configurations of the library, as the options ask for them.

use crate::compression::algorithms;
use crate::flags::{CredentialOptions, Options};
use crate::kept::Kept;
use std::fs;
use std::sync::Arc;
use symbolon::config::{AuthorityHints, CertificateCompression, EarlyData, Resumption};
use symbolon::crypto::Ring;
use symbolon::wire::{AlertDescription, NamedGroup, SignatureScheme};
use symbolon::{Allow, Anchors, ClientAuth, ClientConfig, Credential, ServerConfig};

/// Why there is no configuration for these options.
pub(crate) enum ConfigFailure {
    /// The library can't do this: why.
    Unimplemented(String),
    /// The options, or their files, are broken: how.
    Broken(String),
}

pub(crate) type Configured<T> = Result<T, ConfigFailure>;

pub(crate) fn broken(what: impl std::fmt::Display) -> ConfigFailure {
    ConfigFailure::Broken(what.to_string())
}

fn unimplemented(what: impl std::fmt::Display) -> ConfigFailure {
    ConfigFailure::Unimplemented(what.to_string())
}

fn read(path: &str) -> Configured<Vec<u8>> {
    fs::read(path).map_err(|e| broken(format_args!("{path}: {e}")))
}

fn anchors(options: &Options) -> Configured<Option<Anchors>> {
    let Some(path) = options.trust_cert.as_ref().filter(|path| !path.is_empty()) else { return Ok(None) };
    Anchors::from_pem(&read(path)?).map(Some).map_err(|e| broken(format_args!("{path}: {e}")))
}

fn credential(options: &CredentialOptions, staples: bool) -> Configured<Option<Credential>> {
    let (Some(chain), Some(key)) = (&options.cert_file, &options.key_file) else { return Ok(None) };
    let mut credential = Credential::from_pem(&read(chain)?, &read(key)?).map_err(unimplemented)?;
    if let Some(response) = options.ocsp_response.as_ref().filter(|_| staples) {
        credential = credential.staple_unchecked(&response.0).map_err(broken)?;
    }
    if let Some(list) = &options.signed_cert_timestamps {
        credential = credential.timestamps(&list.0).map_err(|e| broken(format_args!("InvalidTimestamps: {e}")))?;
    }
    if !options.signing_prefs.is_empty() {
        let schemes = options.signing_prefs.iter().map(|scheme| SignatureScheme(*scheme));
        credential = credential.sign_with(schemes.collect::<Vec<_>>());
    }
    if options.must_match_issuer {
        credential = credential.authority_hints(AuthorityHints::Require);
    }
    Ok(Some(credential))
}

/// In order of preference: that of no number comes last.
fn credentials(options: &Options) -> Configured<Vec<Credential>> {
    let staples = !(options.use_ocsp_callback && options.decline_ocsp_callback);
    let all = options.credentials.iter().chain([&options.credential]);
    all.filter_map(|one| credential(one, staples).transpose()).collect()
}

/// What BoringSSL speaks unless told.
const DEFAULT_GROUPS: [NamedGroup; 4] =
    [NamedGroup::X25519MLKEM768, NamedGroup::x25519, NamedGroup::secp256r1, NamedGroup::secp384r1];

fn groups(options: &Options) -> Configured<Vec<NamedGroup>> {
    let groups: Vec<_> = options.curves.iter().map(|group| NamedGroup(*group)).collect();
    if groups.is_empty() {
        return Ok(DEFAULT_GROUPS.to_vec());
    }
    let known = symbolon::crypto::Crypto::groups(&Ring::new()).to_vec();
    match groups.iter().find(|group| !known.contains(group)) {
        Some(group) => Err(unimplemented(format_args!("group {group}"))),
        None => Ok(groups),
    }
}

/// The groups that have a key share, if the options name them. What the application heard of the server, from DNS say, goes
/// first: the one of our groups that it is said to have.
fn key_shares(options: &Options) -> Configured<Option<Vec<NamedGroup>>> {
    let predicted = groups(options)?.into_iter().find(|group| options.server_supported_groups_hint.contains(&group.0));
    let groups = match &options.key_shares {
        _ if predicted.is_some() => predicted.into_iter().collect(),
        _ if options.no_key_shares => Vec::new(),
        groups if groups.is_empty() => return Ok(None),
        groups => groups.iter().map(|group| NamedGroup(*group)).collect(),
    };
    if groups.len() > 2 {
        return Err(unimplemented("more than two key shares"));
    }
    Ok(Some(groups))
}

/// What BoringSSL verifies unless told: Ed25519 is not among it.
const DEFAULT_SCHEMES: [SignatureScheme; 5] = [
    SignatureScheme::ecdsa_secp256r1_sha256,
    SignatureScheme::rsa_pss_rsae_sha256,
    SignatureScheme::ecdsa_secp384r1_sha384,
    SignatureScheme::rsa_pss_rsae_sha384,
    SignatureScheme::rsa_pss_rsae_sha512,
];

/// What BoringSSL can be told to verify in TLS 1.2, and never does in TLS 1.3: with PKCS #1, SHA-1 or MD5.
const OF_TLS_1_2: [u16; 6] = [0x0201, 0x0203, 0x0401, 0x0501, 0x0601, 0xff01];

fn schemes(options: &Options) -> Configured<Vec<SignatureScheme>> {
    let listed = options.verify_prefs.iter().filter(|scheme| !OF_TLS_1_2.contains(scheme));
    let schemes: Vec<_> = listed.map(|scheme| SignatureScheme(*scheme)).collect();
    if schemes.is_empty() {
        return Ok(DEFAULT_SCHEMES.to_vec());
    }
    let known = symbolon::crypto::Crypto::schemes(&Ring::new()).to_vec();
    match schemes.iter().find(|scheme| !known.contains(scheme)) {
        Some(scheme) => Err(unimplemented(format_args!("signature scheme {scheme}"))),
        None => Ok(schemes),
    }
}

/// ALPN names as the runner gives them: each behind its length.
fn protocols(list: &str) -> Vec<&[u8]> {
    let mut rest = list.as_bytes();
    let mut names = Vec::new();
    while let Some((len, tail)) = rest.split_first() {
        let (name, tail) = tail.split_at(tail.len().min((*len).into()));
        names.push(name);
        rest = tail;
    }
    names
}

/// What no TLS 1.3 peer without older versions can do.
fn versions(options: &Options) -> Configured<()> {
    match options.max_version {
        Some(version) if version < 0x0304 => Err(unimplemented("TLS 1.2 and older")),
        Some(_) | None => Ok(()),
    }
}

/// What the application on top of the connection, which this shim plays, refuses; and by which alert.
pub(crate) struct Application {
    /// Once it sees the ClientHello, or at a client the CertificateRequest.
    pub(crate) refuses_hello: Option<AlertDescription>,
    /// Once it sees the peer's chain.
    pub(crate) refuses_peer: Option<AlertDescription>,
}

impl Application {
    pub(crate) fn new(options: &Options, resumes: bool) -> Self {
        let refuses_hello = [
            (options.fail_early_callback, AlertDescription::handshake_failure),
            (options.fail_cert_callback, AlertDescription::internal_error),
            (
                options.server && options.use_ocsp_callback && options.fail_ocsp_callback,
                AlertDescription::internal_error,
            ),
            (options.reject_alpn, AlertDescription::no_application_protocol),
            (options.select_empty_alpn, AlertDescription::internal_error),
        ];
        let first = |all: &[(bool, AlertDescription)]| all.iter().find(|(on, _)| *on).map(|(_, alert)| *alert);
        // A resumption is looked at only if the options say so; without `-verify-peer` the verdict does not count.
        let refuses = options.verify_fail && options.verify_peer && (!resumes || options.reverify_on_resume);
        let refuses_peer = [
            (refuses, refusal(options)),
            (
                !options.server && options.use_ocsp_callback && options.fail_ocsp_callback,
                AlertDescription::bad_certificate_status_response,
            ),
        ];
        Self { refuses_hello: first(&refuses_hello), refuses_peer: first(&refuses_peer) }
    }
}

/// The alert of an application that refuses a chain: the two callbacks of BoringSSL differ.
pub(crate) fn refusal(options: &Options) -> AlertDescription {
    match options.use_custom_verify_callback {
        true => AlertDescription::certificate_unknown,
        false => AlertDescription::handshake_failure,
    }
}

/// Names of CAs as the runner gives them: in hexadecimal, between commas; `<EMPTY>` and `<NULL>` are none.
pub(crate) fn ca_names(list: &str) -> Vec<Vec<u8>> {
    let names = list.split(',').filter(|name| !name.starts_with('<') && !name.is_empty());
    let byte = |digits: &[u8]| str::from_utf8(digits).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok());
    names.map(|name| name.as_bytes().chunks(2).filter_map(byte).collect()).collect()
}

fn compression(options: &Options) -> Vec<Arc<dyn CertificateCompression>> {
    match options.install_one_cert_compression_alg {
        None if !options.install_cert_compression_algs => Vec::new(),
        one => algorithms(one),
    }
}

pub(crate) fn client(options: &Options, application: &Application, kept: &Kept) -> Configured<ClientConfig<Ring>> {
    versions(options)?;
    let anchors = anchors(options)?;
    let mut builder = ClientConfig::builder(Ring::new())
        .groups(groups(options)?)
        .schemes(schemes(options)?)
        .certificate_compression(compression(options))
        .grease(options.enable_grease)
        .send_server_name(options.host_name.is_some())
        .tickets(kept.last_ticket.clone());
    if let Some(bytes) = options.max_send_fragment {
        builder = builder.max_send_fragment(bytes);
    }
    if let Some(groups) = key_shares(options)? {
        builder = builder.key_shares(groups);
    }
    if anchors.is_none() || application.refuses_peer.is_some() {
        builder = builder.ask_chain();
    }
    if application.refuses_hello.is_some() {
        builder = builder.ask_credential();
    }
    if let Some(anchors) = anchors {
        builder = builder.anchors(anchors);
    }
    let credentials = credentials(options)?;
    // BoringSSL has no empty Certificate where it has a credential.
    builder = builder.never_anonymous(!credentials.is_empty());
    for credential in credentials {
        builder = builder.credential(credential);
    }
    builder = builder.ask_staple(options.enable_ocsp_stapling).ask_timestamps(options.enable_signed_cert_timestamps);
    if let Some(names) = &options.advertise_alpn {
        builder = builder.alpn(protocols(names));
    }
    builder.build().map_err(unimplemented)
}

pub(crate) fn server(options: &Options, application: &Application, kept: &Kept) -> Configured<ServerConfig<Ring>> {
    versions(options)?;
    let anchors = anchors(options)?;
    let asks = options.require_any_client_certificate || options.verify_peer;
    let mut builder = ServerConfig::builder(Ring::new())
        .groups(groups(options)?)
        .schemes(schemes(options)?)
        .certificate_compression(compression(options))
        // As every server of BoringSSL does.
        .grease(true)
        .use_server_name(!options.no_server_name_ack);
    if let Some(bytes) = options.max_send_fragment {
        builder = builder.max_send_fragment(bytes);
    }
    if asks && (anchors.is_none() || application.refuses_peer.is_some()) {
        builder = builder.ask_chain();
    }
    if application.refuses_hello.is_some() {
        builder = builder.ask_credential();
    }
    if asks {
        let anchors = anchors.unwrap_or_default();
        let client_auth = match options.require_any_client_certificate {
            true => ClientAuth::require(anchors, Allow::anyone()),
            false => ClientAuth::request(anchors, Allow::anyone()),
        };
        builder = builder.client_auth(match &options.use_client_ca_list {
            Some(names) => client_auth.authorities(ca_names(names)),
            None => client_auth,
        });
    }
    for credential in credentials(options)? {
        builder = builder.credential(credential);
    }
    if let Some(name) = options.select_alpn.as_ref().filter(|name| !name.is_empty()) {
        builder = builder.alpn([name]);
    }
    if !options.no_ticket {
        let mut resumption = match options.use_ticket_callback {
            true => Resumption::stored(kept.tickets.clone()),
            false => Resumption::stateless(kept.ticket_keys.clone()),
        }
        .across_names(options.resumption_across_names_enabled)
        // The library keeps hashes and names of a client, and no chain. An application that wants the chain has to see it, and
        // does not take back a ticket of when it did not.
        .scope(if options.retain_only_sha256_client_cert { "without chain" } else { "" });
        if options.skip_ticket {
            resumption = resumption.count(0);
        }
        if options.enable_early_data {
            // The limit and the window are BoringSSL's.
            resumption = resumption.early_data(EarlyData::new(14336, kept.single_use.clone()).window(60));
        }
        builder = builder.resumption(resumption);
    }
    builder.build().map_err(unimplemented)
}
