//! A certificate chain as it goes on the wire, and what goes with its leaf if the peer asks for it (RFC 8446 §4.4.2.1).

use crate::wire::{CertificateEntry, ClientHello, ExtensionType, Vector};
#[cfg(feature = "alloc")]
use crate::wire::{CertificateRequest, Element, NoRoom, Writer, to_vec};
#[cfg(feature = "alloc")]
use alloc::vec::Vec;

/// What is asked for beside a certificate. Without a heap that is nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(unreachable_pub)] // in the desk, which a sealed trait names
pub struct Beside {
    /// status_request: an OCSP response.
    #[cfg(feature = "alloc")]
    pub(crate) staple: bool,
    /// signed_certificate_timestamp.
    #[cfg(feature = "alloc")]
    pub(crate) timestamps: bool,
}

#[cfg_attr(not(feature = "alloc"), allow(unused_variables, clippy::unused_self, reason = "nothing is asked for"))]
impl Beside {
    /// Everything that can be asked for.
    #[cfg(feature = "alloc")]
    pub(super) const ALL: [Self; 4] = [
        Self { staple: false, timestamps: false },
        Self { staple: true, timestamps: false },
        Self { staple: false, timestamps: true },
        Self { staple: true, timestamps: true },
    ];

    /// [4.4.2.1-1] By a client.
    pub(crate) fn of_hello(hello: &ClientHello<'_>) -> Self {
        Self {
            #[cfg(feature = "alloc")]
            staple: hello.extensions.status_request,
            #[cfg(feature = "alloc")]
            timestamps: hello.extensions.signed_certificate_timestamp,
        }
    }

    /// [4.4.2.1-3] By a server.
    #[cfg(feature = "alloc")]
    pub(crate) fn of_request(request: &CertificateRequest<'_>) -> Self {
        Self { staple: request.extensions.status_request, timestamps: request.extensions.signed_certificate_timestamp }
    }

    /// Whether this extension of a certificate is asked for.
    pub(crate) fn has(self, extension: ExtensionType) -> bool {
        #[cfg(feature = "alloc")]
        return match extension {
            ExtensionType::status_request => self.staple,
            ExtensionType::signed_certificate_timestamp => self.timestamps,
            _ => false,
        };
        #[cfg(not(feature = "alloc"))]
        false
    }
}

#[derive(Debug)]
pub(super) enum Chain {
    Static(&'static [CertificateEntry<'static>]),
    /// `certificate_list` as it goes on the wire.
    #[cfg(feature = "alloc")]
    Owned(Vec<u8>),
}

impl Chain {
    pub(super) fn list(&self) -> Vector<'_, CertificateEntry<'_>> {
        match self {
            Self::Static(entries) => Vector::items(entries),
            #[cfg(feature = "alloc")]
            Self::Owned(bytes) => Vector::wire("certificate_list", 0, bytes).unwrap_or(Vector::items(&[])),
        }
    }
}

/// What goes with the leaf.
#[cfg(feature = "alloc")]
#[derive(Debug)]
pub(super) struct Attached {
    /// An OCSP response.
    staple: Option<Vec<u8>>,
    /// A SignedCertificateTimestampList.
    timestamps: Option<Vec<u8>>,
    /// The chain with the response, with the timestamps, and with both, ready to be sent.
    lists: [Option<Chain>; 3],
}

#[cfg(feature = "alloc")]
impl Attached {
    pub(super) const NOTHING: Self = Self { staple: None, timestamps: None, lists: [None, None, None] };

    /// Adds to it, or replaces.
    ///
    /// # Errors
    /// [`NoRoom`] if it does not fit into the extensions of a certificate.
    pub(super) fn add(
        &mut self,
        chain: &Chain,
        staple: Option<&[u8]>,
        timestamps: Option<&[u8]>,
    ) -> Result<(), NoRoom> {
        self.staple = staple.map(Into::into).or(self.staple.take());
        self.timestamps = timestamps.map(Into::into).or(self.timestamps.take());
        let (staple, timestamps) = (self.staple.as_deref(), self.timestamps.as_deref());
        self.lists = [
            staple.map(|_| with(chain.list(), staple, None)).transpose()?,
            timestamps.map(|_| with(chain.list(), None, timestamps)).transpose()?,
            staple.and(timestamps).map(|_| with(chain.list(), staple, timestamps)).transpose()?,
        ];
        Ok(())
    }

    /// [4.4.2.1-2] [6066-8-2] [6962-3.3-2]
    /// The chain with that of it which was asked for; `None` if that is nothing.
    pub(super) fn list(&self, asked: Beside) -> Option<&Chain> {
        let [staple, timestamps, both] = &self.lists;
        match (asked.staple && self.staple.is_some(), asked.timestamps && self.timestamps.is_some()) {
            (true, true) => both.as_ref(),
            (true, false) => staple.as_ref(),
            (false, true) => timestamps.as_ref(),
            (false, false) => None,
        }
    }

    /// The most bytes that it adds to a message: types and lengths take no more than 12.
    pub(super) fn len(&self) -> usize {
        let lens = [&self.staple, &self.timestamps].map(|part| part.as_ref().map_or(0, Vec::len));
        lens.iter().fold(12, |sum: usize, len| sum.saturating_add(*len))
    }
}

#[cfg(feature = "alloc")]
fn with(
    chain: Vector<'_, CertificateEntry<'_>>,
    staple: Option<&[u8]>,
    timestamps: Option<&[u8]>,
) -> Result<Chain, NoRoom> {
    let list = |w: &mut Writer<'_>| {
        for (index, entry) in chain.iter().enumerate() {
            match index {
                0 => CertificateEntry::encode_with(entry.cert_data, staple, timestamps, w),
                _ => CertificateEntry::new(entry.cert_data).encode(w),
            }
        }
    };
    to_vec(list).map(Chain::Owned)
}
