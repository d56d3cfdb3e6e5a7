//! Protection of records (RFC 8446 §5.2-§5.5): one AEAD key, one IV and one sequence number a direction.

use super::{HEADER_LEN, OVERHEAD};
use crate::crypto::{Aead, Crypto, IV_LEN, Iv, TAG_LEN, TrafficKeys};
use crate::fault::{Fault, Reason};
use crate::wire::{ContentType, HandshakeType, ProtocolVersion};

/// Records without content that may follow one another.
const MAX_EMPTY_RECORDS: u8 = 32;
/// change_cipher_spec records that may come in one handshake.
const MAX_CHANGE_CIPHER_SPECS: u8 = 32;

/// The AEAD key of traffic keys.
fn aead<A: Aead, C: Crypto<Aead = A>>(crypto: &C, keys: &TrafficKeys) -> Result<A, Fault> {
    crypto.aead(keys.suite, keys.key()).map_err(|_| Reason::CryptoFailed.into())
}

/// The nonce of the next record (§5.3).
fn next_nonce(iv: &Iv, seq: &mut u64) -> Result<[u8; IV_LEN], Fault> {
    let nonce = iv.nonce(*seq);
    // [5.3-2] A sequence number never wraps: the key ends first.
    *seq = seq.checked_add(1).ok_or(Reason::SequenceExhausted)?;
    Ok(nonce)
}

/// The sending direction: K_send.
pub(crate) struct Sealer<A> {
    aead: Option<A>,
    iv: Iv,
    /// Of the next record. Without a key, 0 before the first.
    seq: u64,
}

impl<A: Aead> Sealer<A> {
    pub(crate) fn new() -> Self {
        Self { aead: None, iv: Iv::ZERO, seq: 0 }
    }

    pub(crate) fn set_key<C: Crypto<Aead = A>>(&mut self, crypto: &C, keys: &TrafficKeys) -> Result<(), Fault> {
        // [5.3-1]
        (self.aead, self.iv, self.seq) = (Some(aead(crypto, keys)?), keys.iv.clone(), 0);
        Ok(())
    }

    /// What follows is not protected, and not the first either.
    #[cfg(feature = "alloc")]
    pub(crate) fn drop_key(&mut self) {
        *self = Self { seq: 1, ..Self::new() };
    }

    /// Records protected with this key so far.
    pub(crate) fn used(&self) -> u64 {
        self.seq
    }

    /// Bytes that protection adds behind the content.
    pub(crate) fn overhead(&self) -> usize {
        if self.aead.is_some() { OVERHEAD } else { 0 }
    }

    /// Seals one record in place. `record` is header gap, content, and [`Sealer::overhead`] plus `padding` bytes of room.
    pub(crate) fn seal(&mut self, content_type: ContentType, record: &mut [u8], padding: usize) -> Result<(), Fault> {
        let too_small = || Fault::from(Reason::SendBufferTooSmall);
        let (header, body) = record.split_at_mut_checked(HEADER_LEN).ok_or_else(too_small)?;
        let length = u16::try_from(body.len()).map_err(|_| too_small())?;
        let outer = if self.aead.is_some() { ContentType::application_data } else { content_type };
        // [5.1-7] [5.2-2] The version is that of TLS 1.2 for ever. [5.1-9] But for the very first ClientHello: some peers of old
        // want it to be older.
        let is_hello = (content_type, body.first()) == (ContentType::handshake, Some(&HandshakeType::client_hello.0));
        let is_first_hello = is_hello && self.aead.is_none() && self.seq == 0;
        let version = if is_first_hello { ProtocolVersion::TLS_1_0 } else { ProtocolVersion::TLS_1_2 };
        let [v1, v2] = version.0.to_be_bytes();
        let [l1, l2] = length.to_be_bytes();
        header.copy_from_slice(&[outer.0, v1, v2, l1, l2]);
        let Some(aead) = &self.aead else {
            self.seq = 1;
            return Ok(());
        };
        let (text, tag) = body.split_last_chunk_mut::<TAG_LEN>().ok_or_else(too_small)?;
        let content_len = text.len().checked_sub(padding).and_then(|n| n.checked_sub(1)).ok_or_else(too_small)?;
        // [5.4-1] §5.4: content, its type, zeros.
        let (inner_type, zeros) =
            text.get_mut(content_len..).and_then(|tail| tail.split_first_mut()).ok_or_else(too_small)?;
        *inner_type = content_type.0;
        zeros.iter_mut().for_each(|zero| *zero = 0);
        let nonce = next_nonce(&self.iv, &mut self.seq)?;
        // [5.2-1]
        *tag = aead.seal(nonce, header, text).map_err(|_| Reason::CryptoFailed)?;
        Ok(())
    }
}

/// What becomes of early data (§4.2.10), and how many bytes of it may still come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum EarlyData {
    /// None is to come.
    None,
    /// It was refused: records that don't open are dropped.
    Skip(u32),
    /// It was accepted: K_recv is its key.
    #[cfg(feature = "alloc")]
    Take(u32),
}

/// The receiving direction: K_recv, and what is counted of the peer's records. The counts are here because a receive
/// buffer may serve several connections.
pub(crate) struct Opener<A> {
    // The fields of `Sealer` stand here again, flat: nested they would cost an idle connection 16 bytes of padding.
    aead: Option<A>,
    iv: Iv,
    seq: u64,
    early: EarlyData,
    /// Since the last record with content.
    empty_records: u8,
    change_cipher_specs: u8,
}

impl<A: Aead> Opener<A> {
    pub(crate) fn new() -> Self {
        Self { aead: None, iv: Iv::ZERO, seq: 0, early: EarlyData::None, empty_records: 0, change_cipher_specs: 0 }
    }

    pub(crate) fn set_key<C: Crypto<Aead = A>>(&mut self, crypto: &C, keys: &TrafficKeys) -> Result<(), Fault> {
        // [5.3-1]
        (self.aead, self.iv, self.seq) = (Some(aead(crypto, keys)?), keys.iv.clone(), 0);
        #[cfg(feature = "alloc")]
        if let EarlyData::Take(_) = self.early {
            self.early = EarlyData::None;
        }
        Ok(())
    }

    pub(crate) fn is_keyed(&self) -> bool {
        self.aead.is_some()
    }

    /// True once a record was opened with the key now in use.
    pub(crate) fn has_opened(&self) -> bool {
        self.seq > 0
    }

    /// From now on, up to `bytes` of content in protected records that don't open are dropped: early data that we refused (§4.2.10).
    pub(crate) fn skip_early_data(&mut self, bytes: u32) {
        self.early = EarlyData::Skip(bytes);
    }

    /// From now on, up to `bytes` of application data are early data that we accepted.
    #[cfg(feature = "alloc")]
    pub(crate) fn take_early_data(&mut self, bytes: u32) {
        self.early = EarlyData::Take(bytes);
    }

    /// Application data came.
    pub(crate) fn count_data(&mut self, len: usize) -> Result<(), Fault> {
        self.saw_content();
        #[cfg(feature = "alloc")]
        // [4.2.10-7]
        if let EarlyData::Take(left) = self.early {
            self.early = EarlyData::Take(rest_of_early_data(left, len)?);
        }
        #[cfg(not(feature = "alloc"))]
        let _ = len;
        Ok(())
    }

    /// Drops a record of early data whose body has `len` bytes, if that is still allowed. Like the peer, it counts content only
    /// (§4.2.10), and a record without any for one byte.
    pub(crate) fn skip(&mut self, len: usize) -> Result<(), Fault> {
        let EarlyData::Skip(left) = self.early else { return Err(Reason::TooMuchEarlyData.into()) };
        self.early = EarlyData::Skip(rest_of_early_data(left, len.saturating_sub(OVERHEAD).max(1))?);
        Ok(())
    }

    pub(crate) fn is_skipping(&self) -> bool {
        matches!(self.early, EarlyData::Skip(_))
    }

    /// A record came that could be read: no early data that we refused is behind it.
    pub(crate) fn end_skipping(&mut self) {
        if self.is_skipping() {
            self.early = EarlyData::None;
        }
    }

    /// A record without content came.
    pub(crate) fn count_empty(&mut self) -> Result<(), Fault> {
        self.empty_records = self.empty_records.saturating_add(1);
        // [5.4-5]
        if self.empty_records > MAX_EMPTY_RECORDS {
            return Err(Reason::TooManyEmptyRecords.into());
        }
        Ok(())
    }

    /// A record with content came.
    pub(crate) fn saw_content(&mut self) {
        self.empty_records = 0;
    }

    /// A change_cipher_spec came.
    pub(crate) fn count_change_cipher_spec(&mut self) -> Result<(), Fault> {
        self.change_cipher_specs = self.change_cipher_specs.saturating_add(1);
        // [5-8]
        if self.change_cipher_specs > MAX_CHANGE_CIPHER_SPECS {
            return Err(Reason::TooManyChangeCipherSpecs.into());
        }
        Ok(())
    }

    /// Opens the body of one record in place. `None`: it does not decrypt, and may be skipped.
    pub(crate) fn open(&mut self, header: &[u8; HEADER_LEN], body: &mut [u8]) -> Result<Option<()>, Fault> {
        let skipping = self.is_skipping();
        let aead = self.aead.as_ref().ok_or(Reason::ProtectedTooEarly)?;
        let before = self.seq;
        // [9846-5.5-1]
        let nonce = next_nonce(&self.iv, &mut self.seq)?;
        if body.len() < TAG_LEN || aead.open(nonce, header, body).is_err() {
            // [4.2.10-11]
            // [5.2-6] A record that does not decrypt ends the connection, unless it is early data on its way out.
            if !skipping {
                return Err(Reason::BadRecordMac.into());
            }
            self.seq = before;
            self.skip(body.len())?;
            return Ok(None);
        }
        self.end_skipping();
        Ok(Some(()))
    }
}

/// [4.2.10-6] What may still come of early data after another `len` bytes of it.
fn rest_of_early_data(left: u32, len: usize) -> Result<u32, Fault> {
    let len = u32::try_from(len).unwrap_or(u32::MAX);
    Ok(left.checked_sub(len).ok_or(Reason::TooMuchEarlyData)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::CryptoError;

    struct NoAead;

    impl Aead for NoAead {
        fn seal(&self, _: [u8; IV_LEN], _: &[u8], _: &mut [u8]) -> Result<[u8; TAG_LEN], CryptoError> {
            Ok([0; TAG_LEN])
        }

        fn open(&self, _: [u8; IV_LEN], _: &[u8], _: &mut [u8]) -> Result<(), CryptoError> {
            Ok(())
        }
    }

    // [5.3-2]
    #[test]
    fn a_sequence_number_ends_the_connection_before_it_wraps() {
        let mut sealer = Sealer { aead: Some(NoAead), seq: u64::MAX - 1, ..Sealer::new() };
        let mut seal = || {
            let mut record = [0; HEADER_LEN + 1 + OVERHEAD];
            sealer.seal(ContentType::application_data, &mut record, 0).map_err(|fault| fault.reason())
        };
        assert_eq!(seal(), Ok(()));
        assert_eq!(seal(), Err(Reason::SequenceExhausted));
        assert_eq!(seal(), Err(Reason::SequenceExhausted));

        let mut opener = Opener { aead: Some(NoAead), seq: u64::MAX - 1, ..Opener::new() };
        let mut open = || opener.open(&[0; HEADER_LEN], &mut [0; TAG_LEN]).map_err(|fault| fault.reason());
        assert_eq!(open(), Ok(Some(())));
        assert_eq!(open(), Err(Reason::SequenceExhausted));
    }
}
