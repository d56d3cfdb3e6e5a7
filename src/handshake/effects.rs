//! All that a handler can do to the outside, and the context that it is given.

#[cfg(feature = "alloc")]
use super::Unfit;
use super::desk::Desk;
use super::{Inbound, Kind, Negotiated};
use crate::config::{ClientAuthMode, HasSettings};
use crate::crypto::{Crypto, Digest, Epoch, Secret, TrafficKeys};
use crate::fault::{Fault, Reason, Side, StateName};
#[cfg(feature = "alloc")]
use crate::resumption::{Declined, EarlyDataDeclined};
use crate::schedule::{SecretName, Vault};
#[cfg(feature = "alloc")]
use crate::wire::CertificateCompressionAlgorithm;
use crate::wire::{Alert, HEADER_LEN, HandshakeType, Message, Parse, SignatureScheme};
#[cfg(feature = "alloc")]
use crate::wire::{SerializedSct, Vector};

/// What happened, as it happens. Everything that a connection does can be seen here.
#[derive(Debug)]
#[non_exhaustive]
pub enum Trace<'a> {
    /// A handshake message was received; `bytes` has its header.
    Recv {
        /// Which message.
        kind: Kind,
        /// Header and body.
        bytes: &'a [u8],
    },
    /// A handshake message was written; `bytes` has its header.
    Send {
        /// Which message.
        kind: Kind,
        /// Header and body.
        bytes: &'a [u8],
    },
    /// What the CompressedCertificate stands for that was just received or written (RFC 8879).
    #[cfg(feature = "alloc")]
    Expanded {
        /// Whose certificate it is.
        sender: Side,
        /// By which it is compressed.
        algorithm: CertificateCompressionAlgorithm,
        /// The Certificate message: header and body.
        bytes: &'a [u8],
    },
    /// A change_cipher_spec record was written (RFC 8446 Appendix D.4).
    SendChangeCipherSpec,
    /// K_send changed.
    SendKey(Epoch),
    /// K_recv changed.
    RecvKey(Epoch),
    /// A transition of the figures of Appendix A.
    Moved {
        /// The box left.
        from: StateName,
        /// The box entered.
        to: StateName,
    },
    /// A PSK that was offered, or could have been, is not used: why. A full handshake follows.
    #[cfg(feature = "alloc")]
    PskDeclined(Declined),
    /// Early data that was offered, or that the application wanted to offer, is not taken: why.
    #[cfg(feature = "alloc")]
    EarlyDataDeclined(EarlyDataDeclined),
    /// A ticket came back, and is taken: how far its age is off (RFC 8446 §8.3).
    #[cfg(feature = "alloc")]
    TicketAge {
        /// Seconds by which the client says more than the server's clock. Early data is taken as long as that is within
        /// [its window](crate::config::EarlyData::window).
        skew: i64,
    },
    /// A record of early data was written (RFC 8446 §4.2.10), with so many bytes of it.
    #[cfg(feature = "alloc")]
    SendEarlyData(usize),
    /// A record of early data was received, with so many bytes of it.
    #[cfg(feature = "alloc")]
    RecvEarlyData(usize),
    /// Cipher suite, group and the like are settled; ALPN and limits follow with EncryptedExtensions.
    Negotiated(&'a Negotiated),
    /// The peer proved that it holds the key of its certificate, by a signature with this scheme.
    PeerProven(SignatureScheme),
    /// The client was asked for a certificate, or the server asks for one.
    ClientAuth(ClientAuthMode),
    /// One of our credentials, counted from 0, is not for this peer: why.
    #[cfg(feature = "alloc")]
    CredentialUnfit {
        /// Which, in the order of the configuration.
        at: usize,
        /// Why not.
        why: Unfit,
    },
    /// The configuration chose a credential, by the rules of [`Credential`](crate::Credential).
    #[cfg(feature = "alloc")]
    CredentialChosen {
        /// Which, in the order of the configuration, counted from 0.
        at: usize,
        /// Out of so many.
        of: usize,
        /// What it will sign CertificateVerify with.
        scheme: SignatureScheme,
    },
    /// Signed certificate timestamps that we asked for came with a certificate; nobody has judged them.
    #[cfg(feature = "alloc")]
    PeerTimestamps {
        /// With which certificate of the chain; 0 is the peer's own.
        at: usize,
        /// The list.
        list: Vector<'a, SerializedSct<'a>>,
    },
    /// An alert goes out.
    SendAlert(Alert),
    /// An alert came in.
    RecvAlert(Alert),
    /// A secret of the key schedule; only for observers that ask, under feature `keylog`.
    Secret {
        /// Which.
        name: SecretName,
        /// The random of the ClientHello, by which key logs tell connections apart; not known any more after the handshake.
        client_random: Option<&'a [u8; 32]>,
        /// The secret.
        bytes: &'a [u8],
    },
}

/// The verbs of a handler. It can read nothing back but what it just encoded.
pub trait Effects {
    /// Encodes a message into the send buffer.
    fn send(&mut self, msg: &dyn Message) -> Result<&[u8], Fault>;
    /// Sends the change_cipher_spec of middlebox compatibility (RFC 8446 Appendix D.4).
    fn send_change_cipher_spec(&mut self) -> Result<(), Fault>;
    /// K_send = these keys. What was written before is sealed with the old ones.
    fn set_send_key(&mut self, keys: TrafficKeys) -> Result<(), Fault>;
    /// K_send = none: the second ClientHello goes out in the clear, whatever was offered with the first.
    #[cfg(feature = "alloc")]
    fn drop_send_key(&mut self) -> Result<(), Fault>;
    /// K_recv = these keys. Fails if the message that led to it did not end its record (RFC 8446 §5.1).
    fn set_recv_key(&mut self, keys: TrafficKeys) -> Result<(), Fault>;
    /// Fails if the message does not end its record, where no key changes that would find out (RFC 9846 §5.1).
    fn check_end_of_record(&self) -> Result<(), Fault>;
    /// The most content of a record, as the peer and we said (RFC 8449, RFC 6066).
    fn set_limits(&mut self, send: Option<u16>, recv: Option<u16>);
    /// Early data is coming that we refused: records that don't decrypt are dropped, up to so many bytes of content.
    fn skip_early_data(&mut self, bytes: u32);
    /// Early data is coming that we accepted: up to so many bytes of it.
    #[cfg(feature = "alloc")]
    fn take_early_data(&mut self, bytes: u32);
    /// Tells the observer.
    fn trace(&mut self, event: Trace<'_>);
    /// True if the observer wants secrets.
    fn wants_secrets(&self) -> bool;
}

/// What every arrow is given, also after the handshake.
pub struct Base<'m, C> {
    pub(super) crypto: &'m C,
    pub(super) vault: &'m mut Vault,
    pub(super) negotiated: &'m mut Negotiated,
    pub(super) side: Side,
    out: &'m mut dyn Effects,
}

impl<'m, C: Crypto> Base<'m, C> {
    pub(super) fn new(
        crypto: &'m C,
        vault: &'m mut Vault,
        negotiated: &'m mut Negotiated,
        side: Side,
        out: &'m mut dyn Effects,
    ) -> Self {
        Self { crypto, vault, negotiated, side, out }
    }

    /// Reads a message after the handshake, when there is no transcript any more.
    pub(super) fn take<'i, V: Parse<'i>>(&mut self, msg: Inbound<'i>) -> Result<V, Fault> {
        let bytes = msg.take()?.bytes();
        self.out.trace(Trace::Recv { kind: Kind::of(bytes), bytes });
        Ok(V::parse(bytes.get(HEADER_LEN..).unwrap_or_default())?)
    }

    /// Sends a message after the handshake, when there is no transcript any more.
    pub(super) fn send(&mut self, msg: &dyn Message) -> Result<(), Fault> {
        self.out.send(msg).map(|_| ())
    }

    pub(super) fn set_send_key(&mut self, keys: Option<TrafficKeys>) -> Result<(), Fault> {
        let keys = keys.ok_or(Reason::Internal)?;
        let epoch = keys.epoch;
        self.out.set_send_key(keys)?;
        self.out.trace(Trace::SendKey(epoch));
        Ok(())
    }

    pub(super) fn set_recv_key(&mut self, keys: Option<TrafficKeys>) -> Result<(), Fault> {
        let keys = keys.ok_or(Reason::Internal)?;
        let epoch = keys.epoch;
        self.out.set_recv_key(keys)?;
        self.out.trace(Trace::RecvKey(epoch));
        Ok(())
    }

    /// Takes record limits into use, content type excluded.
    pub(super) fn set_limits(&mut self, send: Option<u16>, recv: Option<u16>) {
        (self.negotiated.send_limit, self.negotiated.recv_limit) = (send, recv);
        self.out.set_limits(send, recv);
    }

    /// Shows the observer the application traffic secret that a sender uses now.
    pub(super) fn show_traffic(&mut self, sender: Side, client_random: Option<&[u8; 32]>) {
        let (name, secret) = self.vault.traffic(sender);
        show(self.out, name, client_random, secret);
    }

    /// Shows the observer the exporter_master_secret.
    pub(super) fn show_exporter(&mut self, client_random: &[u8; 32]) {
        show(self.out, SecretName::Exporter, Some(client_random), self.vault.exporter());
    }

    /// True if a PSK stands in for certificates.
    pub(super) fn goes_by_psk(&self) -> bool {
        #[cfg(feature = "alloc")]
        return self.negotiated.psk.is_some();
        #[cfg(not(feature = "alloc"))]
        return false;
    }

    /// True if the PSK that stands in for certificates is that of a ticket.
    pub(super) fn resumes(&self) -> bool {
        #[cfg(feature = "alloc")]
        return self.negotiated.psk == Some(crate::resumption::PskKind::Resumption);
        #[cfg(not(feature = "alloc"))]
        return false;
    }

    /// True if the observer is shown secrets.
    pub(super) fn shows_secrets(&self) -> bool {
        cfg!(feature = "keylog") && self.out.wants_secrets()
    }

    /// Shows the observer a secret that is not in the vault.
    pub(super) fn show<'r>(
        &mut self,
        name: SecretName,
        client_random: impl Into<Option<&'r [u8; 32]>>,
        secret: &Secret,
    ) {
        show(self.out, name, client_random.into(), secret);
    }

    pub(super) fn trace(&mut self, event: Trace<'_>) {
        self.out.trace(event);
    }

    pub(super) fn trace_negotiated(&mut self) {
        self.out.trace(Trace::Negotiated(self.negotiated));
    }
}

/// Only if the observer asked, and the feature allows it.
fn show(out: &mut dyn Effects, name: SecretName, client_random: Option<&[u8; 32]>, secret: &Secret) {
    // [9850-3-1]
    if cfg!(feature = "keylog") && out.wants_secrets() {
        out.trace(Trace::Secret { name, client_random, bytes: secret.as_bytes() });
    }
}

/// What an arrow of the handshake is given: disjoint parts of the connection.
pub struct Cx<'m, 'c, K, C: Crypto> {
    pub(super) config: &'m K,
    pub(super) desk: &'m mut Desk<'c, C>,
    pub(super) base: Base<'m, C>,
}

impl<C: Crypto, K: HasSettings<Crypto = C>> Cx<'_, '_, K, C> {
    /// Reads a message by adding it to the transcript: there is no other way.
    pub(super) fn absorb<'i, V: Parse<'i>>(&mut self, msg: Inbound<'i>) -> Result<V, Fault> {
        Ok(V::parse(self.absorb_bytes(msg)?)?)
    }

    /// The body, absorbed.
    #[inline(never)]
    fn absorb_bytes<'i>(&mut self, msg: Inbound<'i>) -> Result<&'i [u8], Fault> {
        let message = msg.take()?;
        let bytes = message.bytes();
        self.base.out.trace(Trace::Recv { kind: Kind::of(bytes), bytes });
        #[cfg(feature = "alloc")]
        if let Some((algorithm, certificate)) = message.compressed() {
            self.tell_expanded(self.base.side.peer(), algorithm, certificate);
        }
        // [4.4.1-1] [8879-4-6]
        self.desk.transcript.add(bytes)?;
        Ok(message.meaning().get(HEADER_LEN..).unwrap_or_default())
    }

    /// The transcript hash before the message, and the message.
    pub(super) fn hash_then_absorb<'i, V: Parse<'i>>(&mut self, msg: Inbound<'i>) -> Result<(V, Digest), Fault> {
        let before = self.desk.transcript.hash()?;
        Ok((self.absorb(msg)?, before))
    }
}

impl<C: Crypto, K> Cx<'_, '_, K, C> {
    pub(super) fn crypto(&self) -> &C {
        self.base.crypto
    }

    /// Adds a message to the transcript and encodes it into the send buffer.
    pub(super) fn send(&mut self, msg: &dyn Message) -> Result<(), Fault> {
        let bytes = self.base.out.send(msg)?;
        self.desk.transcript.add(bytes)
    }

    /// Once a connection (Appendix D.4), and not if there is no middlebox to please.
    pub(super) fn send_change_cipher_spec(&mut self) -> Result<(), Fault> {
        if core::mem::replace(&mut self.desk.compatible, true) || self.desk.legacy_session_id.as_bytes().is_empty() {
            return Ok(());
        }
        self.base.out.send_change_cipher_spec()?;
        self.base.out.trace(Trace::SendChangeCipherSpec);
        Ok(())
    }

    pub(super) fn check_end_of_record(&self) -> Result<(), Fault> {
        self.base.out.check_end_of_record()
    }

    pub(super) fn skip_early_data(&mut self, bytes: u32) {
        self.base.out.skip_early_data(bytes);
    }

    #[cfg(feature = "alloc")]
    pub(super) fn take_early_data(&mut self, bytes: u32) {
        self.base.out.take_early_data(bytes);
    }

    #[cfg(feature = "alloc")]
    pub(super) fn drop_send_key(&mut self) -> Result<(), Fault> {
        self.base.out.drop_send_key()
    }
}

/// Says in which message a fault was found, unless it knows better.
pub(super) fn in_message(kind: Option<Kind>) -> impl FnOnce(Fault) -> Fault {
    move |fault| match kind.map(Kind::msg_type) {
        Some(msg_type) if msg_type != HandshakeType(0) => fault.message(msg_type),
        Some(_) | None => fault,
    }
}
