//! The setters that both builders have.

/// The setters that both builders have, over their field `settings`.
macro_rules! settings_setters {
    () => {
        /// Cipher suites, preferred first; unless set, all of the provider's.
        #[must_use]
        pub fn suites(mut self, suites: impl Into<List<CipherSuite>>) -> Self {
            self.settings.suites = suites.into();
            self
        }

        /// Key exchange groups, preferred first; unless set, those that the provider has by default
        /// ([`Crypto::default_groups`](crate::crypto::Crypto::default_groups)), which are without ML-KEM.
        #[must_use]
        pub fn groups(mut self, groups: impl Into<List<NamedGroup>>) -> Self {
            self.settings.groups = groups.into();
            self
        }

        /// Signature schemes that the peer may prove itself with, preferred first; unless set, all of the provider's.
        #[must_use]
        pub fn schemes(mut self, schemes: impl Into<List<SignatureScheme>>) -> Self {
            self.settings.schemes = schemes.into();
            self
        }

        /// Further schemes for the signatures inside certificates; unless set, `rsa_pkcs1_sha256`, `384` and `512` if the provider
        /// knows RSA, else none.
        #[must_use]
        pub fn certificate_schemes(mut self, schemes: impl Into<List<SignatureScheme>>) -> Self {
            self.settings.certificate_schemes = Some(schemes.into());
            self
        }

        /// Application protocols (RFC 7301), preferred first.
        #[cfg(feature = "alloc")]
        #[must_use]
        pub fn alpn<T: AsRef<[u8]>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
            self.settings.alpn = Protocols::owned(names);
            self
        }

        /// Application protocols (RFC 7301), preferred first, without a heap.
        #[must_use]
        pub fn alpn_static(mut self, names: &'static [ProtocolName<'static>]) -> Self {
            self.settings.alpn = Ok(Protocols::Static(names));
            self
        }

        /// The most bytes of content and its type that the peer may put into a record: `record_size_limit` (RFC 8449).
        #[must_use]
        pub fn record_size_limit(mut self, limit: u16) -> Self {
            self.settings.record_size_limit = Some(limit);
            self
        }

        /// The most bytes of content that we put into a record, whatever the peer would take: 63 to 16384, and 16384 unless set. Where
        /// a peer needs short records and can't say so, or the first bytes must not wait for the rest of a record.
        #[cfg(feature = "alloc")]
        #[must_use]
        pub fn max_send_fragment(mut self, bytes: u16) -> Self {
            self.settings.max_send_fragment = Some(bytes);
            self
        }

        /// Pads what we protect to a multiple of `bytes` (RFC 8446 §5.4), to hide its length; 0 means no padding.
        #[must_use]
        pub fn record_padding(mut self, bytes: u16) -> Self {
            self.settings.record_padding = bytes;
            self
        }

        /// Sends a KeyUpdate after this many records; the limit of the suite (RFC 8446 §5.5) holds in any case.
        #[must_use]
        pub fn key_update_after(mut self, records: u64) -> Self {
            self.settings.key_update_after = Some(records);
            self
        }

        /// Compresses our certificates for peers that take it, and takes the peer's compressed (RFC 8879), by these algorithms,
        /// preferred first; unless set, certificates stay as they are. What the credentials of the configuration show is
        /// compressed once, when it is built; what a credential shows that the application answers with, in each handshake, unless
        /// it was compressed before ([`Credential::compress`]).
        #[cfg(feature = "alloc")]
        #[must_use]
        pub fn certificate_compression(
            mut self,
            algorithms: impl IntoIterator<Item = alloc::sync::Arc<dyn $crate::config::CertificateCompression>>,
        ) -> Self {
            self.settings.compression = $crate::config::Compression::new(algorithms);
            self
        }

        /// How revocation of the peer's certificate is looked at; not at all unless set. Without a heap there is none of it.
        #[cfg(feature = "alloc")]
        #[must_use]
        pub fn revocation(mut self, revocation: $crate::x509::Revocation) -> Self {
            self.settings.revocation = revocation;
            self
        }

        /// By which rules the peer's certificates are judged; as those of a private CA unless set. Without a heap there is
        /// no other choice.
        #[cfg(feature = "alloc")]
        #[must_use]
        pub fn profile(mut self, profile: $crate::x509::Profile) -> Self {
            self.settings.profile = profile;
            self
        }

        /// Remembers which signatures on the certificates of peers were good, so that a peer that comes again costs less to
        /// authenticate; nothing is remembered unless set. The verdict is the same. It can be shared with any other configuration,
        /// also of the other role, whatever that trusts.
        #[cfg(feature = "alloc")]
        #[must_use]
        pub fn good_signatures(mut self, good: alloc::sync::Arc<$crate::x509::GoodSignatures>) -> Self {
            self.settings.good_signatures = Some(good);
            self
        }

        /// Whether values that mean nothing stand among what is offered (GREASE, RFC 8701), so that peers stay able to pass over
        /// what they do not know; off unless switched on. They differ from connection to connection. Without a heap none are sent.
        #[cfg(feature = "alloc")]
        #[must_use]
        pub fn grease(mut self, on: bool) -> Self {
            self.settings.grease = on;
            self
        }

        /// Asks the peer to staple an OCSP response to its certificate (status_request, RFC 8446 §4.4.2.1), whether or not
        /// [`revocation`](Self::revocation) does: for an application that judges it by itself, which finds it in the
        /// Certificate message of [`Ask::PeerChain`](crate::Ask::PeerChain).
        #[cfg(feature = "alloc")]
        #[must_use]
        pub fn ask_staple(mut self, ask: bool) -> Self {
            self.settings.ask_staple = ask;
            self
        }

        /// Asks the peer for signed certificate timestamps with its certificate (signed_certificate_timestamp, RFC 6962 §3.3);
        /// off unless switched on. They are carried, and not judged: whether there are enough of them, and whose, is a policy
        /// of the application. It finds them in the Certificate message of [`Ask::PeerChain`](crate::Ask::PeerChain), or is told
        /// by [`Trace::PeerTimestamps`](crate::Trace::PeerTimestamps); nothing keeps them beyond the handshake. Those that
        /// stand in the certificate itself, or in an OCSP response, come without being asked for.
        #[cfg(feature = "alloc")]
        #[must_use]
        pub fn ask_timestamps(mut self, ask: bool) -> Self {
            self.settings.ask_timestamps = ask;
            self
        }

        /// How far the peer's list of authorities decides which credential is shown; a credential can have
        /// [its own](crate::Credential::authority_hints). Without a heap, a server does not look at the list.
        #[must_use]
        pub fn authority_hints(mut self, hints: AuthorityHints) -> Self {
            self.settings.authority_hints = hints;
            self
        }

        /// Stops to have our credential chosen by the application.
        #[must_use]
        pub fn ask_credential(mut self) -> Self {
            self.settings.ask_credential = true;
            self
        }

        /// Stops to have the peer's chain judged by the application: anchors, allow list, and the name that a client connects
        /// to are then not consulted.
        #[must_use]
        pub fn ask_chain(mut self) -> Self {
            self.settings.ask_chain = true;
            self
        }

        /// Makes no step longer than one public-key operation: where a box of the figures takes several, the steps between come to
        /// [`Event::Yield`](crate::Event::Yield). For a single-core device, which has other work than this connection. Only the
        /// key shares of one ClientHello are made together, if there are two; and with a heap, the report on a refused chain is made
        /// at once, as is what revocation takes.
        #[must_use]
        pub fn one_operation_per_step(mut self) -> Self {
            self.settings.one_operation_per_step = true;
            self
        }
    };
}
pub(crate) use settings_setters;

/// The setters that both builders have, over their fields `psks` and `psk_ke`.
#[cfg(feature = "alloc")]
macro_rules! psk_setters {
    () => {
        /// Adds PSKs that both ends were given outside of TLS (RFC 8446 §2.2): as they are, or imported (RFC 9258). Who holds one
        /// of them is trusted without a certificate, whatever is asked of those who hold none; see
        /// [`Connection::external_psk`](crate::Connection::external_psk).
        #[must_use]
        pub fn psks(mut self, psks: impl IntoIterator<Item = Psk>) -> Self {
            self.psks.extend(psks);
            self
        }

        /// Whether a PSK may be used without a key exchange (psk_ke, RFC 8446 §4.2.9). Who learns the PSK later can then read
        /// everything that was recorded, so it is off unless switched on.
        #[must_use]
        pub fn psk_ke(mut self, allowed: bool) -> Self {
            self.psk_ke = allowed;
            self
        }
    };
}
#[cfg(feature = "alloc")]
pub(crate) use psk_setters;
