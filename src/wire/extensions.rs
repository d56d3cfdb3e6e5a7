//! Blocks of extensions, and which extension may stand in which message (RFC 8446 §4.2).

use super::{Element, ExtensionType, Malformed, Reader, Vector, Writer};

/// One extension, its body unread.
///
/// ```text
/// struct {
///     ExtensionType extension_type;
///     opaque extension_data<0..2^16-1>;
/// } Extension;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension<'a> {
    /// Which.
    pub extension_type: ExtensionType,
    /// Its body.
    pub extension_data: &'a [u8],
}

impl<'a> Element<'a> for Extension<'a> {
    fn read(r: &mut Reader<'a>) -> Self {
        let extension_type = ExtensionType(r.u16("extension_type"));
        Self { extension_type, extension_data: r.extension(extension_type, |r| r.vec16("extension_data")) }
    }

    fn encode(&self, w: &mut Writer<'_>) {
        w.u16(self.extension_type.0);
        w.opaque16(self.extension_data);
    }
}

/// A block of extensions: `Extension extensions<..2^16-1>` without its length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extensions<'a>(Vector<'a, Extension<'a>>);

impl Default for Extensions<'_> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<'a> Extensions<'a> {
    /// No extensions.
    pub const EMPTY: Self = Self(Vector::items(&[]));

    /// Our own extensions, bodies written already.
    #[must_use]
    pub const fn items(items: &'a [Extension<'a>]) -> Self {
        Self(Vector::items(items))
    }

    /// The content of a block as received. Looks at its shape only; [`check`](Self::check) judges the types.
    ///
    /// # Errors
    /// [`Malformed`] if an extension does not fit into the block.
    pub fn parse(field: &'static str, bytes: &'a [u8]) -> Result<Self, Malformed> {
        Vector::wire(field, 0, bytes).map(Self)
    }

    /// Types and bodies, in order.
    pub fn iter(self) -> impl Iterator<Item = (ExtensionType, &'a [u8])> + Clone + 'a {
        self.0.iter().map(|e| (e.extension_type, e.extension_data))
    }

    /// The body of the first extension of this type.
    #[must_use]
    pub fn find(self, extension_type: ExtensionType) -> Option<&'a [u8]> {
        self.iter().find_map(|(t, body)| (t == extension_type).then_some(body))
    }

    /// True without extensions.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Appends the block; the length before it is the caller's.
    pub fn encode(&self, w: &mut Writer<'_>) {
        self.0.encode(w);
    }

    /// Holds the types against §4.2: none twice, and the known ones only in their messages. Unknown types pass.
    ///
    /// # Errors
    /// A type that breaks a rule; and without a heap that there are more than [`MAX_EXTENSIONS`].
    pub fn check(self, place: In) -> Result<(), ExtensionRefused> {
        let mut seen = [ExtensionType(0); MAX_EXTENSIONS];
        for (n, (t, _)) in self.iter().enumerate() {
            // [4.2-4]
            let Some((before, [slot, ..])) = seen.split_at_mut_checked(n) else { return self.check_many(place) };
            // [4.2-1]
            if before.contains(&t) {
                return Err(ExtensionRefused::Duplicate(t, place));
            }
            // [4.2-2] [4.1.2-8] [4.3.1-2]
            if is_forbidden(t, place) {
                return Err(ExtensionRefused::Forbidden(t));
            }
            *slot = t;
        }
        Ok(())
    }

    #[cfg(not(feature = "alloc"))]
    fn check_many(self, _: In) -> Result<(), ExtensionRefused> {
        Err(ExtensionRefused::TooMany)
    }

    /// The same for any number of them: sorted, doubles stand side by side.
    #[cfg(feature = "alloc")]
    fn check_many(self, place: In) -> Result<(), ExtensionRefused> {
        let mut types: alloc::vec::Vec<_> = self.iter().map(|(t, _)| t).collect();
        if let Some(t) = types.iter().find(|t| is_forbidden(**t, place)) {
            return Err(ExtensionRefused::Forbidden(*t));
        }
        types.sort_unstable();
        match types.array_windows().find(|[a, b]| a == b) {
            Some([t, _]) => Err(ExtensionRefused::Duplicate(*t, place)),
            None => Ok(()),
        }
    }

    /// Our own extensions that a message has no field for: the one that stands ahead of all others, and those behind. Nothing of
    /// what was received.
    #[cfg(feature = "alloc")]
    pub(super) fn ours(self) -> (Self, Self) {
        let ours = self.0.ours();
        let (ahead, behind) = ours.split_at_checked(1).unwrap_or((ours, &[]));
        (Self::items(ahead), Self::items(behind))
    }

    /// The field `extensions`.
    pub(super) fn read(r: &mut Reader<'a>) -> Self {
        let block = r.vec16("extensions");
        Self::read_block(r, block)
    }

    /// The field `extensions` of a hello, which those before TLS 1.3 may leave out.
    pub(super) fn read_hello(r: &mut Reader<'a>) -> Self {
        if r.at_end() { Self::EMPTY } else { Self::read(r) }
    }

    /// The content of the field.
    #[inline(never)]
    pub(super) fn read_block(r: &mut Reader<'a>, block: &'a [u8]) -> Self {
        Self(Vector::read(r, "extensions", 0, block))
    }

    /// Hands the body of every extension to `read`, which has to read all of it.
    pub(super) fn read_each(self, r: &mut Reader<'a>, mut read: impl FnMut(ExtensionType, &mut Reader<'a>)) {
        for (t, body) in self.iter() {
            r.extension(t, |r| r.all("extension_data", body, |r| read(t, r)));
        }
    }
}

/// True if the type is known, and not for this message.
fn is_forbidden(t: ExtensionType, place: In) -> bool {
    TABLE.iter().any(|(known, places)| *known == t && !places.contains(place))
}

/// Appends an extension, if there is a value for it.
pub(super) fn put<T>(
    w: &mut Writer<'_>,
    extension_type: ExtensionType,
    value: Option<T>,
    encode: impl FnOnce(T, &mut Writer<'_>),
) {
    let Some(value) = value else { return };
    w.u16(extension_type.0);
    w.vec16(|w| encode(value, w));
}

/// Why a block of extensions is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtensionRefused {
    /// The type occurs twice in this message.
    Duplicate(ExtensionType, In),
    /// The type is known, but not for this message.
    Forbidden(ExtensionType),
    /// There are more than [`MAX_EXTENSIONS`], and no heap to look for doubles among them.
    #[cfg(not(feature = "alloc"))]
    TooMany,
}

/// Extensions that a block may have without a heap: several times what the registry knows for one message, and a bound on the work
/// of looking for duplicates.
pub const MAX_EXTENSIONS: usize = 128;

/// The messages that have extensions; `Certificate` has a block in every entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum In {
    ClientHello,
    ServerHello,
    HelloRetryRequest,
    EncryptedExtensions,
    CertificateRequest,
    Certificate,
    NewSessionTicket,
}

/// Messages, a bit each: a table of slices would be three times as long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Places(u8);

impl Places {
    const fn of(mut places: &[In]) -> Self {
        let mut bits = 0;
        while let [place, rest @ ..] = places {
            bits |= place.bit();
            places = rest;
        }
        Self(bits)
    }

    /// Whether the message is one of them.
    #[must_use]
    pub const fn contains(self, place: In) -> bool {
        self.0 & place.bit() != 0
    }
}

impl In {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::ClientHello,
        Self::ServerHello,
        Self::HelloRetryRequest,
        Self::EncryptedExtensions,
        Self::CertificateRequest,
        Self::Certificate,
        Self::NewSessionTicket,
    ];

    #[allow(clippy::as_conversions)] // the numbers of seven variants
    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// The table of RFC 8446 §4.2, with `compress_certificate` (RFC 8879 §3), `record_size_limit` (RFC 8449 §4) and
/// `ticket_request` (RFC 9149 §3).
pub const TABLE: &[(ExtensionType, Places)] = {
    use In::{
        Certificate as CT, CertificateRequest as CR, ClientHello as CH, EncryptedExtensions as EE,
        HelloRetryRequest as HRR, NewSessionTicket as NST, ServerHello as SH,
    };
    &[
        (ExtensionType::server_name, Places::of(&[CH, EE])),
        (ExtensionType::max_fragment_length, Places::of(&[CH, EE])),
        (ExtensionType::status_request, Places::of(&[CH, CR, CT])),
        (ExtensionType::supported_groups, Places::of(&[CH, EE])),
        (ExtensionType::signature_algorithms, Places::of(&[CH, CR])),
        (ExtensionType::use_srtp, Places::of(&[CH, EE])),
        (ExtensionType::heartbeat, Places::of(&[CH, EE])),
        (ExtensionType::application_layer_protocol_negotiation, Places::of(&[CH, EE])),
        (ExtensionType::signed_certificate_timestamp, Places::of(&[CH, CR, CT])),
        (ExtensionType::client_certificate_type, Places::of(&[CH, EE])),
        (ExtensionType::server_certificate_type, Places::of(&[CH, EE])),
        (ExtensionType::padding, Places::of(&[CH])),
        // [8879-3-5]
        (ExtensionType::compress_certificate, Places::of(&[CH, CR])),
        (ExtensionType::record_size_limit, Places::of(&[CH, EE])),
        (ExtensionType::key_share, Places::of(&[CH, SH, HRR])),
        (ExtensionType::pre_shared_key, Places::of(&[CH, SH])),
        // [4.2.9-2]
        (ExtensionType::psk_key_exchange_modes, Places::of(&[CH])),
        (ExtensionType::early_data, Places::of(&[CH, EE, NST])),
        (ExtensionType::cookie, Places::of(&[CH, HRR])),
        (ExtensionType::supported_versions, Places::of(&[CH, SH, HRR])),
        (ExtensionType::certificate_authorities, Places::of(&[CH, CR])),
        // [4.2.5-3]
        (ExtensionType::oid_filters, Places::of(&[CR])),
        (ExtensionType::post_handshake_auth, Places::of(&[CH])),
        (ExtensionType::signature_algorithms_cert, Places::of(&[CH, CR])),
        // [9149-3-1]
        (ExtensionType::ticket_request, Places::of(&[CH, EE])),
    ]
};
