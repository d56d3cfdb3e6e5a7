//! The offer of the client against our configuration (RFC 8446 §4.1.1). Pure: it reads, and decides.

use super::Retry;
use crate::config::{HasSettings, ServerConfig, Settings};
use crate::crypto::{Crypto, Digest, Hash, HashAlgorithm};
use crate::fault::{Detail, Fault, Reason};
use crate::wire::{
    CipherSuite, ClientHello, ExtensionType, In, KeyShareEntry, MAX_RECORD_SIZE_LIMIT, MIN_RECORD_SIZE_LIMIT,
    MaxFragmentLength, NamedGroup, ProtocolVersion, Vector,
};
#[cfg(feature = "alloc")]
use crate::wire::{OfferedPsks, Parse};

/// What both will use.
#[derive(Clone, Copy)]
pub(super) struct Choice {
    pub(super) suite: CipherSuite,
    /// None where a PSK stands alone.
    pub(super) group: Option<NamedGroup>,
    /// Counted from 0 in our list.
    pub(super) alpn: Option<u16>,
    pub(super) limit: Limit,
}

/// How the client bounds our records.
#[derive(Clone, Copy)]
pub(super) enum Limit {
    None,
    RecordSize(u16),
    MaxFragment(MaxFragmentLength),
}

/// What an accepted PSK settles.
#[derive(Clone, Copy)]
pub(super) struct Terms {
    pub(super) suite: CipherSuite,
    /// psk_dhe_ke, and not psk_ke (§4.2.9).
    pub(super) with_key_share: bool,
}

/// What the client's offer leads to.
#[derive(Clone, Copy)]
pub(super) enum Selected {
    Choice(Choice),
    Retry(Retry),
}

/// Everything but the credential.
pub(super) fn select<C: Crypto>(
    ch: &ClientHello<'_>,
    config: &ServerConfig<C>,
    retry: Option<Retry>,
    first_hello: Option<&Digest>,
    psk: Option<Terms>,
) -> Result<Selected, Fault> {
    let settings = config.settings();
    check(ch)?;
    // [4.1.2-2]
    if retry.is_some() && first_hello != Some(&lasting(ch, &settings.crypto)) {
        return Err(Reason::SecondHelloChanged.into());
    }
    #[cfg(feature = "alloc")]
    // [4.2.11-12] [4.1.2-12] Only PSKs that don't fit our suite may go, and this one does.
    if retry.is_some_and(|retry| retry.psk) && ch.extensions.pre_shared_key.is_none() {
        return Err(Fault::from(Reason::ExtensionMissing).extension(ExtensionType::pre_shared_key));
    }
    let suite = match (retry, psk) {
        // [4.1.4-7]
        (Some(retry), _) => retry.suite,
        (None, Some(psk)) => psk.suite,
        (None, None) => suite(ch, settings)?,
    };
    let exchange = match psk {
        Some(Terms { with_key_share: false, .. }) => None,
        _ => Some(key_exchange(ch, settings.groups())?),
    };
    let alpn = alpn(ch, settings)?;
    let limit = limit(ch)?;
    let Some((groups, shares)) = exchange else {
        return Ok(Selected::Choice(Choice { suite, group: None, alpn, limit }));
    };
    if let Some(Retry { group, .. }) = retry {
        // [4.2.8-9] Exactly the share that was asked for.
        let mut shares = shares.iter();
        if shares.next().map(|share| share.group) != Some(group) || shares.next().is_some() {
            return Err(Fault::from(Reason::SecondHelloShare).extension(ExtensionType::key_share));
        }
        return Ok(Selected::Choice(Choice { suite, group: Some(group), alpn, limit }));
    }
    let ours = settings.groups();
    // [4.2.8-4] [4.2.8-5]
    if let Some(group) = ours.iter().copied().find(|group| shares.iter().any(|share| share.group == *group)) {
        return Ok(Selected::Choice(Choice { suite, group: Some(group), alpn, limit }));
    }
    // [4.1.1-4] A group in common without a share for it: ask for the share.
    match ours.iter().copied().find(|group| groups.contains(*group)) {
        Some(group) => Ok(Selected::Retry(Retry {
            suite,
            group,
            #[cfg(feature = "alloc")]
            psk: psk.is_some(),
        })),
        // [4.1.1-2]
        None => Err(Fault::from(Reason::NoCommonGroup).extension(ExtensionType::supported_groups)),
    }
}

/// What holds whatever is chosen.
pub(super) fn check(ch: &ClientHello<'_>) -> Result<(), Fault> {
    version(ch)?;
    shape(ch)
}

/// [4.2.1-3] supported_versions decides, whatever legacy_version says.
fn version(ch: &ClientHello<'_>) -> Result<(), Fault> {
    let offered = ch.extensions.supported_versions;
    // [4.2.1-7]
    if !offered.is_some_and(|versions| versions.contains(ProtocolVersion::TLS_1_3)) {
        // The best real version is named; GREASE values (RFC 8701) are above all of them.
        let best = offered.into_iter().flat_map(Vector::iter).filter(|v| ProtocolVersion::NAMED.contains(v)).max();
        let version = best.unwrap_or(ch.legacy_version);
        let fault = Fault::from(Reason::VersionUnsupported).detail(Detail::Version(version));
        return Err(match offered {
            Some(_) => fault.extension(ExtensionType::supported_versions),
            // [4.2.1-2]
            None => fault.field("legacy_version"),
        });
    }
    // [D.5-1]
    if ch.legacy_version <= ProtocolVersion::SSL_3_0 {
        let detail = Detail::Version(ch.legacy_version);
        return Err(Fault::from(Reason::LegacyVersionTooLow).field("legacy_version").detail(detail));
    }
    Ok(())
}

/// What every ClientHello of TLS 1.3 must keep to, whatever it offers.
fn shape(ch: &ClientHello<'_>) -> Result<(), Fault> {
    ch.extensions.raw.check(In::ClientHello)?;
    // [4.2.11-2] [4.2.11-1]
    let last = ch.extensions.raw.iter().last().map(|(t, _)| t);
    if ch.extensions.pre_shared_key.is_some() && last != Some(ExtensionType::pre_shared_key) {
        return Err(Fault::from(Reason::PskNotLast).extension(ExtensionType::pre_shared_key));
    }
    // [4.1.2-4]
    if ch.legacy_compression_methods != [0] {
        return Err(Fault::from(Reason::CompressionNotNull).field("legacy_compression_methods"));
    }
    #[cfg(feature = "alloc")]
    crate::handshake::compressed_certificate::check(ch.extensions.compress_certificate)?;
    // [9.2-1] A PSK may stand alone; whether it does is not known here.
    let e = &ch.extensions;
    let psk = e.pre_shared_key.is_some();
    for (there, extension) in [
        // [4.2.3-3]
        (psk || e.signature_algorithms.is_some(), ExtensionType::signature_algorithms),
        (e.supported_groups.is_some() || psk && e.key_share.is_none(), ExtensionType::supported_groups),
        (e.key_share.is_some() || psk && e.supported_groups.is_none(), ExtensionType::key_share),
        // [4.2.9-1] Even an offer to resume that we pass over says how.
        (!psk || e.psk_key_exchange_modes.is_some(), ExtensionType::psk_key_exchange_modes),
    ] {
        if !there {
            return Err(Fault::from(Reason::ExtensionMissing).extension(extension));
        }
    }
    #[cfg(feature = "alloc")]
    // [4.2.11-5] [4.2.11-11] Of an offer that we pass over as well.
    if let Some(body) = e.pre_shared_key {
        let offered = OfferedPsks::parse(body)?;
        if offered.identities.iter().count() != offered.binders.iter().count() {
            let fault = Fault::from(Reason::PskBinderCount).extension(ExtensionType::pre_shared_key);
            return Err(fault.field("binders"));
        }
    }
    Ok(())
}

fn suite<C: Crypto>(ch: &ClientHello<'_>, settings: &Settings<C>) -> Result<CipherSuite, Fault> {
    let ours = settings.suites();
    // [4.1.2-7] [9.3-1] [8701-3.2-1]
    let mut chosen = ours.iter().copied().find(|suite| ch.cipher_suites.contains(*suite));
    // A client that would rather not use AES has no instructions for it. Who listed suites has decided, and a small image knows
    // one or two.
    if cfg!(feature = "alloc") && settings.suites.is_empty() {
        let theirs = ch.cipher_suites.iter().find(|suite| ours.contains(suite));
        chosen = theirs.filter(|suite| *suite == CipherSuite::TLS_CHACHA20_POLY1305_SHA256).or(chosen);
    }
    // [4.1.1-1]
    chosen.ok_or_else(|| Fault::from(Reason::NoCommonSuite).field("cipher_suites"))
}

/// Groups that are looked at to find those of the key shares: twice the longest list.
#[cfg(feature = "alloc")]
const MAX_WALK: usize = 1 << 16;

type Groups<'a> = (Vector<'a, NamedGroup>, Vector<'a, KeyShareEntry<'a>>);

/// [4.2.8-2] Shares are of offered groups, and there are no two of a group that we know. The work is bounded: one walk over all
/// shares for each of ours, and so much of one over the groups.
fn key_exchange<'a>(ch: &ClientHello<'a>, ours: &[NamedGroup]) -> Result<Groups<'a>, Fault> {
    let at = |reason: Reason, group: NamedGroup| {
        Err(Fault::from(reason).extension(ExtensionType::key_share).detail(Detail::Value(group.0.into())))
    };
    let missing = |t| move || Fault::from(Reason::ExtensionMissing).extension(t);
    let groups = ch.extensions.supported_groups.ok_or_else(missing(ExtensionType::supported_groups))?;
    let shares = ch.extensions.key_share.ok_or_else(missing(ExtensionType::key_share))?;
    if let Some(group) = ours.iter().find(|group| shares.iter().filter(|share| share.group == **group).count() > 1) {
        return at(Reason::KeyShareDuplicate, *group);
    }
    // They come in the order of the groups, so one walk over both is enough; where they don't, it goes round. A small image insists.
    #[cfg(feature = "alloc")]
    let mut walk = groups.iter().cycle().take(MAX_WALK);
    #[cfg(not(feature = "alloc"))]
    let mut walk = groups.iter();
    match shares.iter().find(|share| !walk.any(|group| group == share.group)) {
        Some(stranger) => at(Reason::KeyShareGroupNotOffered, stranger.group),
        None => Ok((groups, shares)),
    }
}

/// [7301-3.2-1] [7301-3.2-2] RFC 7301 §3.2: our preference; without a common protocol the handshake ends.
fn alpn<C: Crypto>(ch: &ClientHello<'_>, settings: &Settings<C>) -> Result<Option<u16>, Fault> {
    let ours = settings.alpn();
    let Some(theirs) = ch.extensions.alpn.filter(|_| !ours.is_empty()) else { return Ok(None) };
    let at = ours.iter().position(|name| theirs.contains(name)).and_then(|at| u16::try_from(at).ok());
    at.map(Some).ok_or_else(|| {
        Fault::from(Reason::NoApplicationProtocol).extension(ExtensionType::application_layer_protocol_negotiation)
    })
}

fn limit(ch: &ClientHello<'_>) -> Result<Limit, Fault> {
    match (ch.extensions.record_size_limit, ch.extensions.max_fragment_length) {
        // [8449-4-2] [8449-4-3]
        // RFC 8449 §4: too small is an error; larger than the version allows is not, for a newer version may.
        (Some(limit), _) if limit < MIN_RECORD_SIZE_LIMIT => {
            let fault = Fault::from(Reason::RecordSizeLimitBad).extension(ExtensionType::record_size_limit);
            Err(fault.detail(Detail::Value(limit.into())))
        }
        // [8449-5-1] RFC 8449 §5: it takes the place of max_fragment_length.
        (Some(limit), _) => Ok(Limit::RecordSize(limit.min(MAX_RECORD_SIZE_LIMIT))),
        // [6066-4-1]
        (None, Some(length)) if length.bytes().is_none() => {
            let fault = Fault::from(Reason::MaxFragmentLengthBad).extension(ExtensionType::max_fragment_length);
            Err(fault.detail(Detail::Value(length.0.into())))
        }
        (None, Some(length)) => Ok(Limit::MaxFragment(length)),
        (None, None) => Ok(Limit::None),
    }
}

/// A hash of what the second ClientHello must repeat (§4.1.2): all of it but key_share, early_data, cookie, pre_shared_key and
/// padding; and encrypted_client_hello (RFC 9849 §6.1.5), which a client encrypts anew whether we know it or not.
pub(super) fn lasting<C: Crypto>(ch: &ClientHello<'_>, crypto: &C) -> Digest {
    let mut hash = crypto.hash(HashAlgorithm::Sha256);
    let mut add = |bytes: &[u8]| {
        hash.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(bytes);
    };
    add(&ch.legacy_version.0.to_be_bytes());
    add(ch.random);
    add(ch.legacy_session_id);
    for suite in ch.cipher_suites.iter() {
        add(&suite.0.to_be_bytes());
    }
    add(ch.legacy_compression_methods);
    for (t, body) in ch.extensions.raw.iter() {
        let may_change = [
            ExtensionType::key_share,
            ExtensionType::early_data,
            ExtensionType::cookie,
            ExtensionType::pre_shared_key,
            ExtensionType::padding,
            ExtensionType::encrypted_client_hello,
        ];
        if !may_change.contains(&t) {
            add(&t.0.to_be_bytes());
            add(body);
        }
    }
    hash.finish()
}
