//! GREASE (RFC 8701) as it is sent: one value that means nothing in every list that the peer chooses from.
//!
//! Which one it is follows from the client's random: it is another on each connection (§5), the same in the second ClientHello
//! (RFC 8446 §4.1.2), and what fails can be done over. It stands in front, where it meets a peer that takes what comes first.

use crate::wire::{
    CertificateRequest, CertificateRequestExtensions, CipherSuite, ClientHello, ClientHelloExtensions, Element,
    Extension, ExtensionType, Extensions, KeyShareEntry, NamedGroup, ProtocolName, ProtocolVersion, SignatureScheme,
    Vector, grease, grease_mode,
};
use alloc::vec::Vec;

/// The values of one connection.
pub(super) struct Grease {
    suite: CipherSuite,
    group: NamedGroup,
    scheme: SignatureScheme,
    version: ProtocolVersion,
    mode: u8,
    protocol: [u8; 2],
    extensions: [Extension<'static>; 2],
}

impl Grease {
    /// [8701-5-1]
    pub(super) fn of(client_random: &[u8; 32]) -> Self {
        let [a, b, c, d, e, f, g, h, ..] = *client_random;
        // [8701-5-2] The second is 1 to 15 steps behind the first.
        let others = [g, g.wrapping_add(h % 15).wrapping_add(1)];
        let extension =
            |number, extension_data| Extension { extension_type: ExtensionType(grease(number)), extension_data };
        let [first, last] = others;
        Self {
            suite: CipherSuite(grease(a)),
            group: NamedGroup(grease(b)),
            scheme: SignatureScheme(grease(c)),
            version: ProtocolVersion(grease(d)),
            mode: grease_mode(e).0,
            protocol: grease(f).to_be_bytes(),
            extensions: [extension(first, &[]), extension(last, &[0])],
        }
    }

    /// One with nothing in it, and one with a byte.
    pub(super) fn extensions(&self) -> Extensions<'_> {
        Extensions::items(&self.extensions)
    }

    /// [8701-3.1-2] [8701-3.1-3]
    /// Hands on the ClientHello with values that mean nothing in it. After a HelloRetryRequest that asks for a share there is no
    /// other (RFC 8446 §4.1.2), and so none of these.
    pub(super) fn in_client_hello<R>(
        &self,
        hello: &ClientHello<'_>,
        in_shares: bool,
        then: impl FnOnce(&ClientHello<'_>) -> R,
    ) -> R {
        let offered = &hello.extensions;
        let share = KeyShareEntry { group: self.group, key_exchange: &[0] };
        let suites = ahead(self.suite, hello.cipher_suites);
        let groups = offered.supported_groups.map(|groups| ahead(self.group, groups));
        let shares = offered.key_share.filter(|_| in_shares).map(|shares| ahead(share, shares));
        let schemes = offered.signature_algorithms.map(|schemes| ahead(self.scheme, schemes));
        let in_certificates = offered.signature_algorithms_cert.map(|schemes| ahead(self.scheme, schemes));
        let versions = offered.supported_versions.map(|versions| ahead(self.version, versions));
        let protocols = offered.alpn.map(|names| ahead(ProtocolName(&self.protocol), names));
        let modes = offered.psk_key_exchange_modes.map(|modes| [&[self.mode], modes].concat());
        then(&ClientHello {
            cipher_suites: Vector::items(&suites),
            extensions: ClientHelloExtensions {
                raw: self.extensions(),
                supported_groups: vector(&groups),
                key_share: vector(&shares).or(offered.key_share),
                signature_algorithms: vector(&schemes),
                signature_algorithms_cert: vector(&in_certificates),
                supported_versions: vector(&versions),
                alpn: vector(&protocols),
                psk_key_exchange_modes: modes.as_deref(),
                ..*offered
            },
            ..*hello
        })
    }

    /// [8701-4.1-1]
    /// The same for a CertificateRequest.
    pub(super) fn in_certificate_request<R>(
        &self,
        request: &CertificateRequest<'_>,
        then: impl FnOnce(&CertificateRequest<'_>) -> R,
    ) -> R {
        let asked = &request.extensions;
        let schemes = asked.signature_algorithms.map(|schemes| ahead(self.scheme, schemes));
        let in_certificates = asked.signature_algorithms_cert.map(|schemes| ahead(self.scheme, schemes));
        then(&CertificateRequest {
            extensions: CertificateRequestExtensions {
                raw: self.extensions(),
                signature_algorithms: vector(&schemes),
                signature_algorithms_cert: vector(&in_certificates),
                ..*asked
            },
            ..*request
        })
    }
}

fn ahead<'a, T: Element<'a> + 'a>(value: T, list: Vector<'a, T>) -> Vec<T> {
    core::iter::once(value).chain(list.iter()).collect()
}

fn vector<'a, T: Element<'a>>(list: &'a Option<Vec<T>>) -> Option<Vector<'a, T>> {
    list.as_deref().map(Vector::items)
}
