//! WAIT_SH: ServerHello and HelloRetryRequest (RFC 8446 §4.1.3, §4.1.4).

#[cfg(feature = "alloc")]
use super::offer;
use super::{ClientCx, Retry, Start, WaitEe, WaitSh};
use crate::crypto::{Crypto, SharedSecret, SuiteParams};
use crate::fault::{Detail, Fault, Reason, Side};
use crate::handshake::Inbound;
use crate::schedule::Early;
use crate::wire::{CipherSuite, ExtensionType, Extensions, HelloRetryRequest, In, ProtocolVersion, ServerHello};

/// The end of `random` in a ServerHello of TLS 1.2, and of 1.1 and below, by a server that also speaks TLS 1.3 (§4.1.3).
const DOWNGRADE: [&[u8; 8]; 2] = [b"DOWNGRD\x01", b"DOWNGRD\x00"];

/// The fields that ServerHello and HelloRetryRequest share.
struct Hello<'a> {
    legacy_version: ProtocolVersion,
    legacy_session_id_echo: &'a [u8],
    cipher_suite: CipherSuite,
    legacy_compression_method: u8,
    selected_version: Option<ProtocolVersion>,
    raw: Extensions<'a>,
    place: In,
}

impl Hello<'_> {
    /// The checks that both have to pass; returns what the suite stands for.
    fn check<C: Crypto>(&self, cx: &ClientCx<'_, '_, C>) -> Result<SuiteParams, Fault> {
        // [D.1-1] [4.2.1-4] Without supported_versions this is TLS 1.2 or older.
        let Some(version) = self.selected_version else {
            return Err(Fault::from(Reason::PeerIsOlder)
                .field("legacy_version")
                .detail(Detail::Version(self.legacy_version)));
        };
        // [4.2.1-6] [4.1.4-8]
        if version != ProtocolVersion::TLS_1_3 {
            let fault = Fault::from(Reason::SelectedVersionBad).extension(ExtensionType::supported_versions);
            return Err(fault.field("selected_version").detail(Detail::Version(version)));
        }
        // [4.1.3-1]
        if self.legacy_version != ProtocolVersion::TLS_1_2 {
            // [D.5-2] SSL 3.0 has an alert of its own.
            let reason = match self.legacy_version <= ProtocolVersion::SSL_3_0 {
                true => Reason::LegacyVersionTooLow,
                false => Reason::LegacyVersionBad,
            };
            return Err(Fault::from(reason).field("legacy_version").detail(Detail::Version(self.legacy_version)));
        }
        self.raw.check(self.place)?;
        // [4.1.3-7] [4.1.4-1] [8701-3.1-1] [4.2-3] An answer to something that was not asked.
        let known = |t| match self.place {
            In::HelloRetryRequest => {
                [ExtensionType::supported_versions, ExtensionType::key_share, ExtensionType::cookie].contains(&t)
            }
            // [4.2.11-4]
            _ if t == ExtensionType::pre_shared_key => cx.offers_psk(),
            _ => [ExtensionType::supported_versions, ExtensionType::key_share].contains(&t),
        };
        if let Some((t, _)) = self.raw.iter().find(|(t, _)| !known(*t)) {
            return Err(Fault::from(Reason::ExtensionUnsolicited).extension(t));
        }
        // [4.1.3-2]
        if self.legacy_session_id_echo != cx.desk.legacy_session_id.as_bytes() {
            return Err(Fault::from(Reason::SessionIdNotEchoed).field("legacy_session_id_echo"));
        }
        // [4.1.3-6] [9846-4.2.3-1]
        if self.legacy_compression_method != 0 {
            let detail = Detail::Value(self.legacy_compression_method.into());
            return Err(Fault::from(Reason::CompressionNotNull).field("legacy_compression_method").detail(detail));
        }
        // [4.1.3-3]
        let offered = cx.config.settings.suites().contains(&self.cipher_suite);
        SuiteParams::of(self.cipher_suite).filter(|_| offered).ok_or_else(|| {
            let detail = Detail::Value(self.cipher_suite.0.into());
            Fault::from(Reason::SuiteNotOffered).field("cipher_suite").detail(detail)
        })
    }
}

impl WaitSh {
    /// Looks at the HelloRetryRequest; START absorbs it.
    pub(super) fn recv_hello_retry_request<C: Crypto>(
        self,
        msg: &Inbound<'_>,
        cx: &mut ClientCx<'_, '_, C>,
    ) -> Result<Start, Fault> {
        // [4.1.4-3]
        if self.retry.is_some() {
            return Err(Reason::SecondRetry.into());
        }
        let request: HelloRetryRequest<'_> = msg.peek()?;
        // [4.1.4-5]
        let suite = Hello {
            legacy_version: request.legacy_version,
            legacy_session_id_echo: request.legacy_session_id_echo,
            cipher_suite: request.cipher_suite,
            legacy_compression_method: request.legacy_compression_method,
            selected_version: request.extensions.supported_versions,
            raw: request.extensions.raw,
            place: In::HelloRetryRequest,
        }
        .check(cx)?;
        let group = request.extensions.key_share;
        if let Some(group) = group {
            let fault = |reason: Reason| {
                let fault = Fault::from(reason).extension(ExtensionType::key_share).field("selected_group");
                Err(fault.detail(Detail::Value(group.0.into())))
            };
            // [4.2.8-6]
            if !cx.config.settings.groups().contains(&group) {
                return fault(Reason::GroupNotOffered);
            }
            if cx.desk.kx.iter().flatten().any(|(shared, _)| *shared == group) {
                return fault(Reason::GroupAlreadyShared);
            }
        } else if request.extensions.cookie.is_none() {
            // [4.1.4-2] It must lead to another ClientHello.
            return Err(Reason::RetryWithoutChange.into());
        }
        // What comes behind can't be the answer to a ClientHello that was not sent yet.
        cx.check_end_of_record()?;
        cx.base.negotiated.retried = true;
        cx.retry_without_early_data()?;
        cx.send_change_cipher_spec()?;
        Ok(Start { retry: Some(Retry { suite: suite.suite, group }) })
    }

    pub(super) fn recv_server_hello<C: Crypto>(
        self,
        msg: Inbound<'_>,
        cx: &mut ClientCx<'_, '_, C>,
    ) -> Result<WaitEe, Fault> {
        let hello: ServerHello<'_> = cx.absorb(msg)?;
        let version = hello.extensions.supported_versions;
        // §4.1.4: the version of the HelloRetryRequest holds, and that was TLS 1.3.
        if self.retry.is_some() && version.is_none() {
            let fault = Fault::from(Reason::SelectedVersionBad).field("legacy_version");
            return Err(fault.detail(Detail::Version(hello.legacy_version)));
        }
        // [4.1.3-4] The sentinel means that the server knows TLS 1.3 and was not asked for it.
        if version.is_none() && DOWNGRADE.iter().any(|end| hello.random.ends_with(*end)) {
            return Err(Fault::from(Reason::Downgrade).field("random").detail(Detail::Version(hello.legacy_version)));
        }
        let suite = Hello {
            legacy_version: hello.legacy_version,
            legacy_session_id_echo: hello.legacy_session_id_echo,
            cipher_suite: hello.cipher_suite,
            legacy_compression_method: hello.legacy_compression_method,
            selected_version: version,
            raw: hello.extensions.raw,
            place: In::ServerHello,
        }
        .check(cx)?;
        if let Some(retry) = &self.retry {
            // [4.1.4-4]
            if retry.suite != hello.cipher_suite {
                let detail = Detail::Value(hello.cipher_suite.0.into());
                return Err(Fault::from(Reason::SuiteChanged).field("cipher_suite").detail(detail));
            }
        }
        #[cfg(feature = "alloc")]
        let psk = select_psk(&hello, suite, cx)?;
        #[cfg(feature = "alloc")]
        let by_psk_alone = psk.is_some() && hello.extensions.key_share.is_none();
        #[cfg(not(feature = "alloc"))]
        let by_psk_alone = false;
        let shared = if by_psk_alone { None } else { Some(self.agree(&hello, cx)?) };
        cx.desk.kx = [None, None];
        cx.base.negotiated.suite = Some(suite.suite);
        cx.desk.transcript.decide(cx.base.crypto, suite.hash)?;
        let without_psk = || (Early::without_psk(suite), None);
        #[cfg(feature = "alloc")]
        let (early, psk) = psk.map_or_else(without_psk, |psk| (psk.early, Some(psk.by)));
        #[cfg(not(feature = "alloc"))]
        let (early, psk) = without_psk();
        let at = cx.agree(early, shared.as_ref());
        cx.base.trace_negotiated();
        // [D.4-3] Before anything that is protected.
        cx.send_change_cipher_spec()?;
        let at = cx.enter_handshake(at)?;
        cx.recv_under_handshake_keys(Side::Server, &at)?;
        if psk.is_none() {
            cx.continue_without_psk();
        }
        // The key of early data is kept until EncryptedExtensions tell, and where they accept, until its end.
        if !cx.sends_early_data() {
            cx.send_under_handshake_keys(Side::Client, &at)?;
        }
        Ok(WaitEe { at, psk })
    }

    /// The key exchange, by the server's share.
    fn agree<C: Crypto>(&self, hello: &ServerHello<'_>, cx: &mut ClientCx<'_, '_, C>) -> Result<SharedSecret, Fault> {
        // [9.2-1]
        let missing = || Fault::from(Reason::ExtensionMissing).extension(ExtensionType::key_share);
        let share = hello.extensions.key_share.ok_or_else(missing)?;
        let at_share = |reason: Reason| {
            let fault = Fault::from(reason).extension(ExtensionType::key_share).field("group");
            fault.detail(Detail::Value(share.group.0.into()))
        };
        // [4.2.8-7] The share must be of a group that we sent one for; after a retry there is only the one asked for.
        let wanted = cx.desk.kx.iter_mut().find(|slot| slot.as_ref().is_some_and(|(group, _)| *group == share.group));
        let Some((_, secret)) = wanted.and_then(Option::take) else {
            return Err(at_share(match self.retry {
                Some(Retry { group: Some(_), .. }) => Reason::GroupChanged,
                Some(_) | None => Reason::GroupNotOffered,
            }));
        };
        cx.base.negotiated.group = Some(share.group);
        cx.crypto().kx_decap(secret, share.key_exchange).map_err(|bad| at_share(Reason::KeyShareBad).field(bad.field()))
    }
}

/// The PSK that the server selected, if any.
#[cfg(feature = "alloc")]
fn select_psk<C: Crypto>(
    hello: &ServerHello<'_>,
    suite: SuiteParams,
    cx: &mut ClientCx<'_, '_, C>,
) -> Result<Option<offer::Selected>, Fault> {
    let (Some(index), Some(offer)) = (hello.extensions.pre_shared_key, cx.desk.offer.take()) else { return Ok(None) };
    let psk = offer.select(index, suite, cx)?;
    // [4.2.9-5] Alone only where we offered that.
    if hello.extensions.key_share.is_none() && !cx.config.psk_ke {
        return Err(Fault::from(Reason::PskWithoutKeyShare).extension(ExtensionType::key_share));
    }
    Ok(Some(psk))
}
