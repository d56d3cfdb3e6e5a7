//! The caller's receive buffer: records are opened where they lie, handshake messages are joined where they lie.
//!
//! ```text
//! 0         hs_at        hs_end          raw_at              filled        end
//! | spent   | handshake  | spent, or     | records not yet   | free        |
//! |         | bytes,     | the data lent | opened            |             |
//! |         | contiguous | to the caller |                   |             |
//! 0 <= hs_at <= hs_end <= raw_at <= filled <= end
//! ```
//!
//! - Opening a record moves `raw_at` behind it. Handshake content is moved left to `hs_end`, never right.
//! - Application data stays where it was decrypted: `lent_at..lent_end`, between `hs_end` and `raw_at`.
//! - Only [`RecvBuf::space`] moves bytes otherwise, and never while something is lent.

use super::{HEADER_LEN, MAX_EXPANSION, MAX_PLAINTEXT, Opener};
use crate::buffer::Memory;
use crate::crypto::{Aead, MAX_HASH_LEN, TAG_LEN};
use crate::fault::{Detail, Fault, Reason};
use crate::wire::{Alert, ContentType, HandshakeType, Malformed, Parse, ProtocolVersion};
use core::ops::Range;

/// The longest handshake message that a buffer on the heap takes: no ClientHello can be longer, with all that its vectors hold.
const MAX_MESSAGE: usize = 4 + 2 + 32 + (1 + 32) + (2 + 65_534) + (1 + 255) + (2 + 65_535);

/// Bytes from the network, waiting to be understood. Owned by the caller; one may serve many idle connections in turn.
pub struct RecvBuf<'b> {
    memory: Memory<'b>,
    hs_at: usize,
    hs_end: usize,
    lent_at: usize,
    lent_end: usize,
    raw_at: usize,
    filled: usize,
    /// What the compressed message at the front stands for.
    #[cfg(feature = "alloc")]
    expanded: Option<alloc::vec::Vec<u8>>,
}

/// What one record was.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Opened {
    /// The next record is not complete.
    NeedMore,
    /// Handshake bytes were added.
    Handshake,
    /// Application data is lent.
    Data,
    /// An alert.
    Alert(Alert),
    /// A change_cipher_spec, an empty record, or early data that we refused: nothing to do.
    Dropped,
}

/// What the record layer must know of the handshake to judge a record.
#[derive(Clone, Copy)]
pub(crate) struct Rules {
    /// change_cipher_spec is legal now (§5): after the first ClientHello, before the peer's Finished.
    pub(crate) change_cipher_spec: bool,
    /// Application data is legal now: the handshake is complete, or early data was accepted.
    pub(crate) application_data: bool,
    /// A plaintext alert is legal although we have a key: the peer may not have made its own yet.
    pub(crate) plaintext_alert: bool,
    /// The most content of a protected record that we told the peer to send (RFC 8449, RFC 6066), content type excluded.
    pub(crate) limit: usize,
}

impl<'b> RecvBuf<'b> {
    /// A buffer over the caller's memory. It must hold the largest record and the longest handshake message to come.
    pub fn over(bytes: &'b mut [u8]) -> Self {
        Self::with(Memory::Borrowed(bytes))
    }

    /// A buffer on the heap: empty at first, growing with what arrives up to the longest message plus one record.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn new() -> RecvBuf<'static> {
        RecvBuf::with(Memory::on_heap(MAX_MESSAGE.saturating_add(super::MAX_RECORD)))
    }

    fn with(memory: Memory<'b>) -> Self {
        Self {
            memory,
            hs_at: 0,
            hs_end: 0,
            lent_at: 0,
            lent_end: 0,
            raw_at: 0,
            filled: 0,
            #[cfg(feature = "alloc")]
            expanded: None,
        }
    }

    /// Room to read into from the network; tell with [`RecvBuf::received`] how much was. Empty only if the buffer is full
    /// of bytes that `step` has not taken.
    pub fn space(&mut self) -> &mut [u8] {
        self.compact();
        if self.filled == self.memory.len() {
            let wanted = self.filled.saturating_mul(2).max(4096).min(self.memory.most());
            self.memory.grow_to(wanted);
        }
        let wanted = self.record_end().min(self.memory.most());
        self.memory.grow_to(wanted);
        self.memory.clean(self.filled);
        self.memory.get_mut(self.filled..).unwrap_or_default()
    }

    /// `n` bytes were read into [`RecvBuf::space`]; more than there is room for counts as all of it.
    pub fn received(&mut self, n: usize) {
        self.filled = self.filled.saturating_add(n).min(self.memory.len());
        self.memory.plain_to(self.filled);
    }

    /// Copies as much of `bytes` as fits, and returns how much that was.
    pub fn receive(&mut self, bytes: &[u8]) -> usize {
        let mut taken = 0;
        while let Some(rest) = bytes.get(taken..).filter(|rest| !rest.is_empty()) {
            let room = self.space();
            let n = room.len().min(rest.len());
            if n == 0 {
                break;
            }
            for (to, from) in room.iter_mut().zip(rest) {
                *to = *from;
            }
            self.received(n);
            taken = taken.saturating_add(n);
        }
        taken
    }

    /// Application data that `step` lent and nobody consumed yet.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        self.memory.get(self.lent_at..self.lent_end).unwrap_or_default()
    }

    /// Gives `n` bytes of [`RecvBuf::data`] back, from its front.
    pub fn consume(&mut self, n: usize) {
        self.lent_at = self.lent_at.saturating_add(n).min(self.lent_end);
    }

    /// True when nothing is held: neither data, nor a part of a message or record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hs_at == self.hs_end && self.lent_at == self.lent_end && self.raw_at == self.filled
    }

    /// Gives the heap memory back if nothing is held; the next [`RecvBuf::space`] takes it again. Under feature `std` that is
    /// memory that this thread keeps for whoever needs some next.
    pub fn release(&mut self) {
        if self.is_empty() {
            (self.hs_at, self.hs_end, self.lent_at, self.lent_end, self.raw_at, self.filled) = (0, 0, 0, 0, 0, 0);
            self.memory.release(0);
        }
    }

    /// Forgets everything that was received: for a buffer that goes from a connection that failed to another one.
    pub fn clear(&mut self) {
        self.hs_at = self.hs_end;
        self.lent_at = self.lent_end;
        self.raw_at = self.filled;
        self.forget_expanded();
    }

    /// Ends the loan of application data.
    pub(crate) fn end_loan(&mut self) {
        self.lent_end = self.lent_at;
    }

    /// True if no handshake byte waits: records of another type may come, and keys may change (§5.1).
    pub(crate) fn aligned(&self) -> bool {
        self.hs_at == self.hs_end
    }

    /// The first complete handshake message, header included.
    #[inline(never)]
    pub(crate) fn message(&self) -> Result<Option<Range<usize>>, Fault> {
        let waiting = self.memory.get(self.hs_at..self.hs_end).unwrap_or_default();
        let Some(&[msg_type, a, b, c]) = waiting.first_chunk::<4>() else { return Ok(None) };
        let len = usize::try_from(u32::from_be_bytes([0, a, b, c])).unwrap_or(usize::MAX).saturating_add(4);
        let most = self.most_message();
        if len > most {
            let msg_type = HandshakeType(msg_type);
            // [6-3] These have a length of their own, at most that of a hash: with another they are not well-formed.
            let fixed = [HandshakeType::finished, HandshakeType::key_update, HandshakeType::end_of_early_data];
            let longest = 4_usize.saturating_add(MAX_HASH_LEN);
            if cfg!(feature = "alloc") && fixed.contains(&msg_type) && len > longest {
                return Err(Fault::from(Malformed::length("length")).message(msg_type));
            }
            // [4-2] Only the length is known, so it must be judged before its bytes are waited for.
            let limit = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            return Err(
                Fault::from(Reason::MessageTooLong).detail(Detail::Limit { got: limit(len), limit: limit(most) })
            );
        }
        let end = self.hs_at.saturating_add(len);
        Ok((end <= self.hs_end).then_some(self.hs_at..end))
    }

    /// Bytes that a handshake message may have, its header included.
    pub(crate) fn most_message(&self) -> usize {
        self.memory.most().saturating_sub(HEADER_LEN).min(MAX_MESSAGE)
    }

    /// What the message at the front stands for, if it came compressed and was expanded.
    #[cfg(feature = "alloc")]
    pub(crate) fn expanded(&self) -> Option<&[u8]> {
        self.expanded.as_deref()
    }

    /// Keeps it as long as the message lies at the front.
    #[cfg(feature = "alloc")]
    pub(crate) fn keep_expanded(&mut self, message: alloc::vec::Vec<u8>) {
        self.expanded = Some(message);
    }

    fn forget_expanded(&mut self) {
        #[cfg(feature = "alloc")]
        {
            self.expanded = None;
        }
    }

    /// True if a message of `len` bytes, at the front, ends where the handshake bytes end: at the end of its record (§5.1).
    pub(crate) fn ends_with_message(&self, len: usize) -> bool {
        self.hs_at.saturating_add(len) == self.hs_end
    }

    pub(crate) fn bytes(&self, range: Range<usize>) -> &[u8] {
        self.memory.get(range).unwrap_or_default()
    }

    /// The message at the front was absorbed.
    pub(crate) fn release_message(&mut self, message: Range<usize>) {
        self.hs_at = message.end.min(self.hs_end);
        self.forget_expanded();
    }

    /// Opens the next record, if it is complete.
    #[inline(never)]
    pub(crate) fn open_next<A: Aead>(&mut self, opener: &mut Opener<A>, rules: Rules) -> Result<Opened, Fault> {
        let raw = self.memory.get_mut(self.raw_at..self.filled).unwrap_or_default();
        let Some(header) = raw.first_chunk::<HEADER_LEN>().copied() else {
            return not_tls(raw, opener).map_or(Ok(Opened::NeedMore), Err);
        };
        // [5.1-8]
        let [outer, _, _, l1, l2] = header;
        let (outer, length) = (ContentType(outer), usize::from(u16::from_be_bytes([l1, l2])));
        let protected = outer == ContentType::application_data;
        if let Some(fault) = not_tls(raw, opener) {
            return Err(fault);
        }
        // [5.1-3] [5.2-4] The length is judged before its bytes are waited for.
        let most = if protected { MAX_PLAINTEXT.saturating_add(MAX_EXPANSION) } else { MAX_PLAINTEXT };
        if length > most {
            return Err(over(Reason::RecordTooLong, length, most));
        }
        let end = HEADER_LEN.saturating_add(length);
        let held = self.hs_end.saturating_sub(self.hs_at);
        if held.saturating_add(end) > self.memory.most() {
            return Err(over(Reason::ReceiveBufferTooSmall, held.saturating_add(end), self.memory.most()));
        }
        let raw = self.memory.get_mut(self.raw_at..self.filled).unwrap_or_default();
        let Some(body) = raw.get_mut(HEADER_LEN..end) else { return Ok(Opened::NeedMore) };
        let start = self.raw_at.saturating_add(HEADER_LEN);
        self.raw_at = self.raw_at.saturating_add(end);

        if outer == ContentType::change_cipher_spec {
            let legal = rules.change_cipher_spec && *body == [1];
            return self.dropped_change_cipher_spec(opener, legal);
        }
        let (content_type, len) = if !protected {
            // [5-4] After the keys are there, nothing else is legal in plaintext.
            let alert = outer == ContentType::alert && rules.plaintext_alert && !opener.has_opened();
            if opener.is_keyed() && !alert {
                return Err(Reason::UnprotectedRecord.into());
            }
            // §4.2.10: after a HelloRetryRequest only what comes before the second ClientHello is early data.
            opener.end_skipping();
            (outer, length)
        } else if !opener.is_keyed() {
            return match opener.is_skipping() {
                true => opener.skip(length).map(|()| Opened::Dropped),
                // [5-7]
                false => Err(Reason::ProtectedTooEarly.into()),
            };
        } else {
            let Some(()) = opener.open(&header, body)? else { return Ok(Opened::Dropped) };
            let inner = body.get(..length.saturating_sub(TAG_LEN)).unwrap_or_default();
            // [5.4-3] One byte above the content, for its type.
            if inner.len() > MAX_PLAINTEXT.saturating_add(1) {
                return Err(over(Reason::InnerTooLong, inner.len(), MAX_PLAINTEXT.saturating_add(1)));
            }
            // [6066-4-4] [8449-4-5]
            if inner.len() > rules.limit.saturating_add(1) {
                return Err(over(Reason::RecordOverLimit, inner.len(), rules.limit.saturating_add(1)));
            }
            // [5.4-4] The type is the last byte that is not zero.
            let at = inner.iter().rposition(|b| *b != 0).ok_or(Reason::PaddingOnly)?;
            (inner.get(at).copied().map_or(ContentType(0), ContentType), at)
        };
        self.take(opener, rules, content_type, start..start.saturating_add(len))
    }

    /// Sorts the content of a record by its type.
    fn take<A: Aead>(
        &mut self,
        opener: &mut Opener<A>,
        rules: Rules,
        content_type: ContentType,
        content: Range<usize>,
    ) -> Result<Opened, Fault> {
        // [5.1-2] Nothing may stand between the records of one handshake message.
        if content_type != ContentType::handshake && !self.aligned() {
            return Err(Reason::Interleaved.into());
        }
        match content_type {
            // [5.1-11] [5.4-2]
            ContentType::handshake | ContentType::alert if content.is_empty() => Err(Reason::EmptyRecord.into()),
            ContentType::handshake => {
                opener.saw_content();
                let len = content.len();
                if self.aligned() {
                    (self.hs_at, self.hs_end) = (content.start, content.end);
                } else {
                    // [5.1-1]
                    self.memory.copy_within(content, self.hs_end);
                    self.hs_end = self.hs_end.saturating_add(len);
                }
                Ok(Opened::Handshake)
            }
            ContentType::alert => {
                let bytes = self.memory.get(content).unwrap_or_default();
                // [5.1-6] [6-6]
                Alert::parse(bytes).map(Opened::Alert).map_err(|_| Reason::AlertMalformed.into())
            }
            // [5-6]
            ContentType::application_data if !rules.application_data => Err(Reason::ApplicationDataEarly.into()),
            ContentType::application_data if content.is_empty() => opener.count_empty().map(|()| Opened::Dropped),
            ContentType::application_data => {
                opener.count_data(content.len())?;
                (self.lent_at, self.lent_end) = (content.start, content.end);
                Ok(Opened::Data)
            }
            // [5-1] [5-2]
            other => Err(Fault::from(Reason::InnerTypeUnknown).detail(Detail::Value(other.0.into()))),
        }
    }

    fn dropped_change_cipher_spec<A: Aead>(&self, opener: &mut Opener<A>, legal: bool) -> Result<Opened, Fault> {
        if !self.aligned() {
            return Err(Reason::Interleaved.into());
        }
        // [5-5] The one byte 01, only while the handshake runs; anything else is no middlebox compatibility.
        if !legal {
            return Err(Reason::BadChangeCipherSpec.into());
        }
        opener.count_change_cipher_spec().map(|()| Opened::Dropped)
    }

    /// Where the record at the front ends once everything spent is gone; 0 while its header is incomplete.
    fn record_end(&self) -> usize {
        let raw = self.memory.get(self.raw_at..self.filled).unwrap_or_default();
        match raw.first_chunk::<HEADER_LEN>() {
            Some(&[_, _, _, l1, l2]) => {
                self.raw_at.saturating_add(HEADER_LEN).saturating_add(u16::from_be_bytes([l1, l2]).into())
            }
            None => 0,
        }
    }

    /// Moves what is still needed to the front.
    fn compact(&mut self) {
        if self.lent_at < self.lent_end {
            return;
        }
        let held = self.hs_end.saturating_sub(self.hs_at);
        if self.hs_at > 0 {
            self.memory.copy_within(self.hs_at..self.hs_end, 0);
            (self.hs_at, self.hs_end) = (0, held);
        }
        if self.raw_at > held {
            self.memory.copy_within(self.raw_at..self.filled, held);
            self.filled = self.filled.saturating_sub(self.raw_at.saturating_sub(held));
            self.raw_at = held;
        }
        (self.lent_at, self.lent_end) = (held, held);
    }
}

#[cfg(feature = "alloc")]
impl Default for RecvBuf<'_> {
    fn default() -> Self {
        RecvBuf::new()
    }
}

impl core::fmt::Debug for RecvBuf<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("RecvBuf")
            .field("handshake", &(self.hs_at..self.hs_end))
            .field("lent", &(self.lent_at..self.lent_end))
            .field("raw", &(self.raw_at..self.filled))
            .finish()
    }
}

fn over(reason: Reason, got: usize, limit: usize) -> Fault {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Fault::from(reason).detail(Detail::Limit { got: count(got), limit: count(limit) })
}

/// Why these first bytes can't be a record, if they can't.
fn not_tls<A: Aead>(raw: &[u8], opener: &Opener<A>) -> Option<Fault> {
    let first = raw.first().copied().map(ContentType)?;
    if first >= ContentType::change_cipher_spec && first <= ContentType::application_data {
        return None;
    }
    let http: [&[u8]; 9] =
        [b"GET ", b"POST ", b"HEAD ", b"PUT ", b"CONNECT ", b"OPTIONS ", b"DELETE ", b"HTTP/", b"PATCH "];
    if http.iter().any(|word| raw.iter().zip(word.iter()).all(|(a, b)| a == b)) {
        // A verb that is not there yet as a whole may still become one.
        return (raw.len() >= HEADER_LEN).then(|| Reason::PlainHttp.into());
    }
    // [5-1] [D.5-3]
    // The first two bits of a length, and CLIENT-HELLO: the oldest greeting there is (RFC 6101 Appendix E).
    if !opener.is_keyed() && first.0 & 0xc0 == 0x80 && raw.get(2).is_none_or(|kind| *kind == 1) {
        let [_, _, _, major, minor] = raw.first_chunk::<HEADER_LEN>()?;
        let version = ProtocolVersion(u16::from_be_bytes([*major, *minor]));
        return Some(Fault::from(Reason::Ssl2Hello).field("version").detail(Detail::Version(version)));
    }
    Some(Fault::from(Reason::NotTls).detail(Detail::Value(first.0.into())))
}
