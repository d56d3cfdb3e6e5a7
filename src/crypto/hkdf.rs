//! HKDF (RFC 5869) and the functions of RFC 8446 §7.1 over it, written once over the provider's HMAC.

use super::{Crypto, HashAlgorithm, Hmac, MAX_HASH_LEN, Secret};

/// HKDF with the hash of a suite.
pub(crate) struct Hkdf<'c, C> {
    crypto: &'c C,
    hash: HashAlgorithm,
}

impl<'c, C: Crypto> Hkdf<'c, C> {
    pub(crate) fn new(crypto: &'c C, hash: HashAlgorithm) -> Self {
        Self { crypto, hash }
    }

    /// HKDF-Extract (RFC 5869 §2.2).
    pub(crate) fn extract(&self, salt: &[u8], ikm: &[u8]) -> Secret {
        let mut prk = Secret::zeros(self.hash.len());
        self.crypto.hmac(self.hash, salt).sign(&[ikm], prk.as_mut());
        prk
    }

    /// HKDF-Extract of a string of zeros as long as the hash, which stands for "nothing" (RFC 8446 §7.1).
    pub(crate) fn extract_zeros(&self, salt: &[u8]) -> Secret {
        let zeros = [0; MAX_HASH_LEN];
        self.extract(salt, zeros.get(..self.hash.len()).unwrap_or_default())
    }

    /// What hangs from `secret`.
    #[inline(never)]
    pub(crate) fn from(&self, secret: &Secret) -> Expand<C::Hmac> {
        Expand { hmac: self.crypto.hmac(self.hash, secret.as_bytes()), hash: self.hash }
    }

    /// Derive-Secret of a secret from which nothing else hangs.
    pub(crate) fn derive_secret(&self, secret: &Secret, label: &str, transcript_hash: &[u8]) -> Secret {
        self.from(secret).derive_secret(label, transcript_hash)
    }

    /// HMAC with a secret as the key: the verify_data of Finished (RFC 8446 §4.4.4).
    pub(crate) fn mac(&self, key: &Secret, message: &[u8]) -> Secret {
        self.extract(key.as_bytes(), message)
    }
}

/// HKDF-Expand of one secret.
pub(crate) struct Expand<M> {
    hmac: M,
    hash: HashAlgorithm,
}

impl<M: Hmac> Expand<M> {
    /// HKDF-Expand-Label (RFC 8446 §7.1). `out` is at most one block of the hash, as everything but an exporter's is.
    pub(crate) fn expand_label(&self, label: &str, context: &[u8], out: &mut [u8]) {
        let frame = Frame::of(label, context, out);
        let [head, label, context_len, context] = frame.hkdf_label(label, context);
        self.hmac.sign(&[head, label, context_len, context, &[1]], out);
    }

    /// HKDF-Expand-Label to as many blocks as `out` takes: up to 255 (RFC 5869 §2.3), what is beyond stays as it was.
    pub(crate) fn expand_label_in_blocks(&self, label: &str, context: &[u8], out: &mut [u8]) {
        let frame = Frame::of(label, context, out);
        let [head, label, context_len, context] = frame.hkdf_label(label, context);
        let mut before: &[u8] = &[];
        for (counter, out) in (1..=u8::MAX).zip(out.chunks_mut(self.hash.len())) {
            self.hmac.sign(&[before, head, label, context_len, context, &[counter]], out);
            before = out;
        }
    }

    /// Derive-Secret (RFC 8446 §7.1), given the transcript hash.
    pub(crate) fn derive_secret(&self, label: &str, transcript_hash: &[u8]) -> Secret {
        let mut derived = Secret::zeros(self.hash.len());
        self.expand_label(label, transcript_hash, derived.as_mut());
        derived
    }
}

/// What of `HkdfLabel` (RFC 8446 §7.1) is neither label nor context, in as few pieces as can be: each is a call of the provider.
struct Frame {
    head: [u8; 9],
    context_len: [u8; 1],
}

impl Frame {
    fn of(label: &str, context: &[u8], out: &[u8]) -> Self {
        let [high, low] = u16::try_from(out.len()).unwrap_or(u16::MAX).to_be_bytes();
        let label_len = u8::try_from(label.len()).unwrap_or(u8::MAX).saturating_add(6);
        Self {
            head: [high, low, label_len, b't', b'l', b's', b'1', b'3', b' '],
            context_len: [u8::try_from(context.len()).unwrap_or(u8::MAX)],
        }
    }

    /// struct { uint16 length; opaque label<7..255> = "tls13 " + Label; opaque context<0..255>; } HkdfLabel
    fn hkdf_label<'p>(&'p self, label: &'p str, context: &'p [u8]) -> [&'p [u8]; 4] {
        [&self.head, label.as_bytes(), &self.context_len, context]
    }
}
