//! What the runner asks for: one set of options for each of the first connection, later ones, and what follows refused early data.

use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, Engine};
use std::str::FromStr;

/// Why the arguments can't be followed.
pub(crate) enum FlagError {
    /// A flag that this shim does not know, or a value that it can't do: the runner counts that apart from failures.
    Unimplemented(String),
    /// A flag without its value.
    Incomplete(String),
}

/// The options of the three phases that a flag's prefix tells apart.
#[derive(Default)]
pub(crate) struct Phases {
    pub(crate) initial: Options,
    pub(crate) resume: Options,
    pub(crate) retry: Options,
}

/// Bytes that were given in base64.
#[derive(Clone, Default, Debug, PartialEq)]
pub(crate) struct Bytes(pub(crate) Vec<u8>);

/// A chain, a key, and how they are used.
#[derive(Clone, Default)]
pub(crate) struct CredentialOptions {
    pub(crate) cert_file: Option<String>,
    pub(crate) key_file: Option<String>,
    pub(crate) signing_prefs: Vec<u16>,
    pub(crate) ocsp_response: Option<Bytes>,
    pub(crate) signed_cert_timestamps: Option<Bytes>,
    pub(crate) must_match_issuer: bool,
}

/// The next argument, as the value of a flag.
trait Value {
    fn take(&mut self, next: &mut dyn FnMut() -> Option<String>) -> Option<()>;
}

impl Value for bool {
    fn take(&mut self, _: &mut dyn FnMut() -> Option<String>) -> Option<()> {
        *self = true;
        Some(())
    }
}

impl<T: FromStr> Value for Option<T> {
    fn take(&mut self, next: &mut dyn FnMut() -> Option<String>) -> Option<()> {
        *self = Some(next()?.parse().ok()?);
        Some(())
    }
}

impl<T: FromStr> Value for Vec<T> {
    fn take(&mut self, next: &mut dyn FnMut() -> Option<String>) -> Option<()> {
        self.push(next()?.parse().ok()?);
        Some(())
    }
}

impl FromStr for Bytes {
    type Err = DecodeError;

    fn from_str(text: &str) -> Result<Self, DecodeError> {
        STANDARD.decode(text).map(Self)
    }
}

/// What goes without saying here, or has no meaning: older versions and what is of them (session ids, `-server-preference` among
/// their suites, what TLS 1.3 always is as good as); ways to call a library that this one does not have; what is done in any
/// case. An empty exporter context is the same as none.
const NOTHING_TO_DO: &[&str] = &[
    "-no-tls1",
    "-no-tls11",
    "-no-tls12",
    "-no-legacy-server-connect",
    "-expect-extended-master-secret",
    "-expect-secure-renegotiation",
    "-expect-session-id",
    "-expect-no-session-id",
    "-server-preference",
    "-implicit-handshake",
    "-no-op-extra-handshake",
    "-peek-then-read",
    "-use-old-client-cert-callback",
    "-set-ocsp-in-callback",
    "-allow-hint-mismatch",
    "-decline-alpn",
    "-renew-ticket",
    "-use-export-context",
];

/// The same with a value. The limit on a chain is the library's own, in certificates; data is read as it lies.
const NOTHING_TO_DO_WITH: &[&str] = &["-min-version", "-max-cert-list", "-read-size"];

macro_rules! options {
    ($($flag:literal $field:ident: $type:ty,)*) => {
        /// What one connection is to do, and what is expected of it.
        #[derive(Clone, Default)]
        pub(crate) struct Options {
            $(pub(crate) $field: $type,)*
            /// What the flags of credentials speak of before the first `-new-x509-credential`.
            pub(crate) credential: CredentialOptions,
            pub(crate) credentials: Vec<CredentialOptions>,
        }

        impl Options {
            fn set(&mut self, flag: &str, next: &mut dyn FnMut() -> Option<String>) -> Result<(), FlagError> {
                if NOTHING_TO_DO.contains(&flag) {
                    return Ok(());
                }
                if NOTHING_TO_DO_WITH.contains(&flag) {
                    return next().map(|_| ()).ok_or_else(|| FlagError::Incomplete(flag.into()));
                }
                let value: &mut dyn Value = match flag {
                    $($flag => &mut self.$field,)*
                    "-new-x509-credential" => {
                        self.credentials.push(CredentialOptions::default());
                        return Ok(());
                    }
                    _ => {
                        let credential = self.credentials.last_mut().unwrap_or(&mut self.credential);
                        match flag {
                            "-cert-file" => &mut credential.cert_file,
                            "-key-file" => &mut credential.key_file,
                            "-signing-prefs" => &mut credential.signing_prefs,
                            "-ocsp-response" => &mut credential.ocsp_response,
                            "-signed-cert-timestamps" => &mut credential.signed_cert_timestamps,
                            "-must-match-issuer" => &mut credential.must_match_issuer,
                            _ => return Err(FlagError::Unimplemented(flag.into())),
                        }
                    }
                };
                value.take(next).ok_or_else(|| FlagError::Incomplete(flag.into()))
            }
        }
    };
}

options! {
    "-port" port: Option<u16>,
    "-shim-id" shim_id: Option<i64>,
    "-ipv6" ipv6: bool,
    "-is-handshaker-supported" is_handshaker_supported: bool,
    "-server" server: bool,
    "-resume-count" resume_count: Option<u16>,
    "-async" async_: bool,

    "-max-version" max_version: Option<u16>,
    "-expect-version" expect_version: Option<u16>,

    "-cipher" cipher: Option<String>,
    "-expect-cipher" expect_cipher: Option<u16>,
    "-expect-cipher-aes" expect_cipher_aes: Option<u16>,
    "-expect-cipher-no-aes" expect_cipher_no_aes: Option<u16>,
    "-curves" curves: Vec<u16>,
    "-key-shares" key_shares: Vec<u16>,
    "-no-key-shares" no_key_shares: bool,
    "-server-supported-groups-hint" server_supported_groups_hint: Vec<u16>,
    "-expect-curve-id" expect_curve_id: Option<u16>,
    "-expect-hrr" expect_hrr: bool,
    "-expect-no-hrr" expect_no_hrr: bool,
    "-enable-grease" enable_grease: bool,

    "-trust-cert" trust_cert: Option<String>,
    "-verify-peer" verify_peer: bool,
    "-verify-fail" verify_fail: bool,
    "-expect-verify-result" expect_verify_result: bool,
    "-use-custom-verify-callback" use_custom_verify_callback: bool,
    "-reverify-on-resume" reverify_on_resume: bool,
    "-require-any-client-certificate" require_any_client_certificate: bool,
    "-verify-prefs" verify_prefs: Vec<u16>,
    "-expect-peer-signature-algorithm" expect_peer_signature_algorithm: Option<u16>,
    "-expect-peer-verify-pref" expect_peer_verify_prefs: Vec<u16>,
    "-expect-peer-cert-file" expect_peer_cert_file: Option<String>,
    "-use-client-ca-list" use_client_ca_list: Option<String>,
    "-expect-client-ca-list" expect_client_ca_list: Option<String>,

    "-fail-cert-callback" fail_cert_callback: bool,
    "-fail-early-callback" fail_early_callback: bool,
    "-expect-selected-credential" expect_selected_credential: Option<i64>,
    "-install-cert-compression-algs" install_cert_compression_algs: bool,
    "-install-one-cert-compression-alg" install_one_cert_compression_alg: Option<u16>,

    "-enable-ocsp-stapling" enable_ocsp_stapling: bool,
    "-expect-ocsp-response" expect_ocsp_response: Option<Bytes>,
    "-use-ocsp-callback" use_ocsp_callback: bool,
    "-decline-ocsp-callback" decline_ocsp_callback: bool,
    "-fail-ocsp-callback" fail_ocsp_callback: bool,
    "-enable-signed-cert-timestamps" enable_signed_cert_timestamps: bool,
    "-expect-signed-cert-timestamps" expect_signed_cert_timestamps: Option<Bytes>,

    "-host-name" host_name: Option<String>,
    "-expect-server-name" expect_server_name: Option<String>,
    "-no-server-name-ack" no_server_name_ack: bool,
    "-advertise-alpn" advertise_alpn: Option<String>,
    "-expect-alpn" expect_alpn: Option<String>,
    "-expect-advertised-alpn" expect_advertised_alpn: Option<String>,
    "-select-alpn" select_alpn: Option<String>,
    "-reject-alpn" reject_alpn: bool,
    "-select-empty-alpn" select_empty_alpn: bool,

    "-expect-session-miss" expect_session_miss: bool,
    "-expect-no-session" expect_no_session: bool,
    "-no-ticket" no_ticket: bool,
    "-use-ticket-callback" use_ticket_callback: bool,
    "-skip-ticket" skip_ticket: bool,
    "-resumption-delay" resumption_delay: Option<i64>,
    "-expect-ticket-age-skew" expect_ticket_age_skew: Option<i64>,
    "-resumption-across-names-enabled" resumption_across_names_enabled: bool,
    "-expect-resumable-across-names" expect_resumable_across_names: bool,
    "-expect-not-resumable-across-names" expect_not_resumable_across_names: bool,
    "-retain-only-sha256-client-cert" retain_only_sha256_client_cert: bool,
    "-expect-sha256-client-cert" expect_sha256_client_cert: bool,

    "-enable-early-data" enable_early_data: bool,
    "-expect-ticket-supports-early-data" expect_ticket_supports_early_data: bool,
    "-expect-accept-early-data" expect_accept_early_data: bool,
    "-expect-reject-early-data" expect_reject_early_data: bool,
    "-expect-no-offer-early-data" expect_no_offer_early_data: bool,
    "-expect-early-data-reason" expect_early_data_reason: Option<String>,
    "-early-write-after-message" early_write_after_message: Option<u16>,

    "-shim-writes-first" shim_writes_first: bool,
    "-shim-initial-write" shim_initial_write: Option<String>,
    "-repeat-shim-initial-write" repeat_shim_initial_write: Option<u16>,
    "-read-with-unfinished-write" read_with_unfinished_write: bool,
    "-max-send-fragment" max_send_fragment: Option<u16>,
    "-key-update" key_update: bool,
    "-key-update-before-read" key_update_before_read: bool,
    "-send-alert" send_alert: bool,
    "-shim-shuts-down" shim_shuts_down: bool,
    "-check-close-notify" check_close_notify: bool,
    "-export-keying-material" export_keying_material: Option<u16>,
    "-export-label" export_label: Option<String>,
    "-export-context" export_context: Option<String>,
    "-export-traffic-secrets" export_traffic_secrets: bool,
}

impl Phases {
    /// Reads the arguments, the program's name left out.
    pub(crate) fn parse(args: impl IntoIterator<Item = String>) -> Result<Self, FlagError> {
        let mut phases = Self::default();
        let mut args = args.into_iter();
        while let Some(arg) = args.next() {
            // The handshaker is another process, which there is none of.
            let flag = arg.strip_prefix("-on-shim").or(arg.strip_prefix("-on-handshaker")).unwrap_or(&arg);
            let skipped = arg.starts_with("-on-handshaker-");
            let (flag, phase) = ["-on-initial", "-on-resume", "-on-retry"]
                .into_iter()
                .enumerate()
                .find_map(|(n, prefix)| Some((flag.strip_prefix(prefix).filter(|f| f.starts_with('-'))?, Some(n))))
                .unwrap_or((flag, None));
            // The value of a flag goes to every phase that it is for.
            let mut value = None;
            let all = [&mut phases.initial, &mut phases.resume, &mut phases.retry];
            for (n, options) in all.into_iter().enumerate() {
                let mut ignored = Options::default();
                let options = if skipped || phase.is_some_and(|phase| phase != n) { &mut ignored } else { options };
                options.set(flag, &mut || {
                    value = value.take().or_else(|| args.next());
                    value.clone()
                })?;
            }
        }
        Ok(phases)
    }
}
