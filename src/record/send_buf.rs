//! The caller's send buffer: messages and data are written where they will be sealed.
//!
//! ```text
//! 0        sent            sealed         sealed + 5            end          len
//! | gone   | records that  | header gap   | content of the      | free       |
//! |        | may be sent   |              | record being built  |            |
//! 0 <= sent <= sealed <= end <= len        (the gap is there only while a record is open)
//! ```
//!
//! A record is closed (sealed) when the content type or the key changes, and at the end of a step. Content beyond one
//! fragment is spread over several records then, moved once, from the back.

use super::{HEADER_LEN, MAX_PLAINTEXT, OVERHEAD, Sealer};
use crate::buffer::Memory;
use crate::crypto::Aead;
use crate::fault::{Fault, Reason};
use crate::wire::{ContentType, Message, Writer, write_message};
use core::ops::Range;

/// The most that a buffer on the heap holds before the caller must send: a long flight, or a few records.
#[cfg(feature = "alloc")]
const MAX_PENDING: usize = 1 << 18;
/// Bytes of an alert.
const ALERT_LEN: usize = 2;
/// Bytes of a KeyUpdate, with its header.
const KEY_UPDATE_LEN: usize = 5;

/// Records on their way to the network. Owned by the caller; one may serve many idle connections in turn.
pub struct SendBuf<'b> {
    memory: Memory<'b>,
    sent: usize,
    sealed: usize,
    end: usize,
    open: Option<ContentType>,
    /// Room lent for application data behind `sealed + 5`, and not committed or taken back since.
    offered: usize,
}

/// How content is cut into records.
#[derive(Clone, Copy)]
pub(crate) struct Cut {
    /// The most content of one record.
    pub(crate) fragment: usize,
    /// Protected records are padded to a multiple of this (§5.4); 0 and 1 mean no padding.
    pub(crate) pad_to: usize,
}

impl Cut {
    /// [8449-4-1] Zeros behind a content of `len` bytes, never beyond the fragment limit.
    fn padding(self, len: usize) -> usize {
        match len.checked_rem(self.pad_to) {
            None | Some(0) => 0,
            Some(over) => self.pad_to.saturating_sub(over).min(self.fragment.saturating_sub(len)),
        }
    }
}

impl<'b> SendBuf<'b> {
    /// A buffer over the caller's memory; `required_send_space` of the configuration tells how much a handshake takes.
    pub fn over(bytes: &'b mut [u8]) -> Self {
        Self::with(Memory::Borrowed(bytes))
    }

    /// A buffer on the heap: empty at first, growing with what is to be sent up to a limit.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn new() -> SendBuf<'static> {
        SendBuf::with(Memory::on_heap(MAX_PENDING))
    }

    fn with(memory: Memory<'b>) -> Self {
        Self { memory, sent: 0, sealed: 0, end: 0, open: None, offered: 0 }
    }

    /// What may go to the network now; tell with [`SendBuf::sent`] how much went.
    #[must_use]
    pub fn to_send(&self) -> &[u8] {
        self.memory.get(self.sent..self.sealed).unwrap_or_default()
    }

    /// `n` bytes of [`SendBuf::to_send`] went out.
    pub fn sent(&mut self, n: usize) {
        // What was sent leaves the memory later: data may already lie behind it, not yet committed.
        self.sent = self.sent.saturating_add(n).min(self.sealed);
    }

    /// True when nothing waits to be sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sent == self.sealed && self.open.is_none()
    }

    /// Forgets what waits: for a buffer that goes from a connection whose transport failed to another one.
    pub fn clear(&mut self) {
        self.drop_open();
        (self.sent, self.sealed, self.end, self.offered) = (0, 0, 0, 0);
    }

    /// Gives the heap memory back if nothing waits; the next message takes it again. Under feature `std` that is memory that this
    /// thread keeps for whoever needs some next.
    pub fn release(&mut self) {
        if self.is_empty() {
            self.memory.release(self.sealed);
            (self.sent, self.sealed, self.end, self.offered) = (0, 0, 0, 0);
        }
    }

    /// Hands everything that waits to a receive buffer, as a network would; returns how many bytes that was.
    pub fn move_to(&mut self, to: &mut super::RecvBuf<'_>) -> usize {
        let n = to.receive(self.to_send());
        self.sent(n);
        n
    }

    /// Bytes that still fit behind what waits.
    pub(crate) fn room(&self) -> usize {
        self.memory.most().saturating_sub(self.end.saturating_sub(self.sent))
    }

    /// Drops a record that was not sealed: after a failure nothing of it may leave.
    pub(crate) fn drop_open(&mut self) {
        self.memory.plain_to(self.end);
        self.end = self.sealed;
        self.open = None;
    }

    /// Encodes a handshake message into the open record and returns its bytes.
    pub(crate) fn message<A: Aead>(
        &mut self,
        msg: &dyn Message,
        sealer: &mut Sealer<A>,
        cut: Cut,
    ) -> Result<&[u8], Fault> {
        self.open(ContentType::handshake, sealer, cut)?;
        let at = self.end;
        loop {
            let mut w = Writer::new(self.memory.get_mut(at..).unwrap_or_default());
            write_message(msg, &mut w);
            if let Ok(written) = w.written() {
                self.end = at.saturating_add(written.len());
                break;
            }
            let wanted = self.memory.len().saturating_mul(2).max(2048).min(self.memory.most());
            if wanted <= self.memory.len() || !self.memory.grow_to(wanted) {
                return Err(Fault::from(Reason::SendBufferTooSmall).message(msg.kind()));
            }
        }
        Ok(self.memory.get(at..self.end).unwrap_or_default())
    }

    /// [5.1-6] Appends a whole record of its own: an alert, or a change_cipher_spec (which is never protected, §5).
    pub(crate) fn record<A: Aead>(
        &mut self,
        content_type: ContentType,
        content: &[u8],
        sealer: &mut Sealer<A>,
        cut: Cut,
    ) -> Result<(), Fault> {
        self.close(sealer, cut)?;
        self.open(content_type, sealer, cut)?;
        let end = self.end.saturating_add(content.len());
        if !self.memory.grow_to(end) {
            self.drop_open();
            return Err(Reason::SendBufferTooSmall.into());
        }
        self.memory.get_mut(self.end..end).ok_or(Reason::SendBufferTooSmall)?.copy_from_slice(content);
        self.end = end;
        if content_type == ContentType::change_cipher_spec {
            return self.close(&mut Sealer::<A>::new(), cut);
        }
        self.close(sealer, cut)
    }

    /// Room for up to `cut.fragment` bytes of application data, in the record where they will be sealed.
    pub(crate) fn data_space<A: Aead>(&mut self, sealer: &mut Sealer<A>, cut: Cut) -> Result<&mut [u8], Fault> {
        let room = self.data_range(sealer, cut)?;
        self.memory.clean(self.sealed);
        self.memory.plain_to(room.end);
        self.offered = room.len();
        Ok(self.memory.get_mut(room).unwrap_or_default())
    }

    /// Seals as much of `bytes` as fits into one record, and returns how much that was. Records that wait are never dropped for
    /// want of room: there is just none.
    pub(crate) fn write_data<A: Aead>(
        &mut self,
        bytes: &[u8],
        sealer: &mut Sealer<A>,
        cut: Cut,
    ) -> Result<usize, Fault> {
        let Ok(room) = self.data_range(sealer, cut) else { return Ok(0) };
        let room = self.memory.get_mut(room).unwrap_or_default();
        let n = room.len().min(bytes.len());
        if let Some((to, from)) = room.get_mut(..n).zip(bytes.get(..n)) {
            to.copy_from_slice(from);
        }
        self.commit_data(n, sealer, cut)?;
        Ok(n)
    }

    /// Where the content of the next record of application data lies.
    fn data_range<A: Aead>(&mut self, sealer: &mut Sealer<A>, cut: Cut) -> Result<Range<usize>, Fault> {
        self.close(sealer, cut)?;
        self.compact();
        let start = self.sealed.saturating_add(HEADER_LEN);
        let end = start.saturating_add(self.data_room(sealer, cut));
        self.memory.grow_to(end.saturating_add(sealer.overhead()).min(self.memory.most()));
        Ok(start..end)
    }

    /// How much application data fits into one record now, with its padding, and an alert behind it.
    pub(crate) fn data_room<A: Aead>(&self, sealer: &Sealer<A>, cut: Cut) -> usize {
        let around = self.sealed.saturating_add(HEADER_LEN).saturating_add(sealer.overhead());
        let room = self.memory.most().saturating_sub(around).saturating_sub(Self::sealed_len(ALERT_LEN, cut));
        match room.checked_rem(cut.pad_to) {
            _ if room >= cut.fragment => cut.fragment,
            None => room,
            Some(beyond) => room.saturating_sub(beyond),
        }
    }

    /// How much of it was lent: more must not be sealed, for what lies there is nobody's to send.
    pub(crate) fn offered(&self) -> usize {
        self.offered
    }

    /// False if what waits has to be sent before a KeyUpdate, and an alert behind it, can be written.
    pub(crate) fn takes_key_update(&self, cut: Cut) -> bool {
        self.is_empty()
            || self.room() >= Self::sealed_len(KEY_UPDATE_LEN, cut).saturating_add(Self::sealed_len(ALERT_LEN, cut))
    }

    /// Seals the first `n` bytes of what [`SendBuf::data_space`] gave.
    pub(crate) fn commit_data<A: Aead>(&mut self, n: usize, sealer: &mut Sealer<A>, cut: Cut) -> Result<(), Fault> {
        self.offered = 0;
        self.open = Some(ContentType::application_data);
        self.end = self.sealed.saturating_add(HEADER_LEN).saturating_add(n);
        self.close(sealer, cut)
    }

    /// Starts a record, closing one of another type.
    fn open<A: Aead>(&mut self, content_type: ContentType, sealer: &mut Sealer<A>, cut: Cut) -> Result<(), Fault> {
        if self.open.is_some_and(|open| open != content_type) {
            self.close(sealer, cut)?;
        }
        if self.open.is_none() {
            self.offered = 0;
            self.compact();
            let start = self.sealed.saturating_add(HEADER_LEN);
            if !self.memory.grow_to(start) {
                return Err(Reason::SendBufferTooSmall.into());
            }
            self.end = start;
            self.open = Some(content_type);
        }
        Ok(())
    }

    /// Seals the open record, as several if its content is longer than a fragment.
    #[inline(never)]
    pub(crate) fn close<A: Aead>(&mut self, sealer: &mut Sealer<A>, cut: Cut) -> Result<(), Fault> {
        let Some(content_type) = self.open.take() else { return Ok(()) };
        let start = self.sealed.saturating_add(HEADER_LEN);
        let content = self.end.saturating_sub(start);
        // [5.1-11]
        if content == 0 {
            self.end = self.sealed;
            return Ok(());
        }
        let fragment = cut.fragment.clamp(1, MAX_PLAINTEXT);
        let overhead = sealer.overhead();
        let around = HEADER_LEN.saturating_add(overhead);
        let padding = |len| if overhead > 0 { cut.padding(len) } else { 0 };
        // Before the last piece; these all have one size, so each piece's place follows from its number.
        let full = if content > fragment { content.saturating_sub(1).checked_div(fragment).unwrap_or(0) } else { 0 };
        let last = content.saturating_sub(full.saturating_mul(fragment));
        let stride = around.saturating_add(fragment).saturating_add(padding(fragment));
        let end = self
            .sealed
            .saturating_add(stride.saturating_mul(full))
            .saturating_add(around)
            .saturating_add(last)
            .saturating_add(padding(last));
        if !self.memory.grow_to(end) {
            self.drop_open();
            return Err(Reason::SendBufferTooSmall.into());
        }
        for piece in (1..=full).rev() {
            let from = start.saturating_add(piece.saturating_mul(fragment));
            let to = start.saturating_add(piece.saturating_mul(stride));
            let len = if piece == full { last } else { fragment };
            self.memory.copy_within(from..from.saturating_add(len), to);
        }
        // [5.1-1]
        for piece in 0..=full {
            let len = if piece == full { last } else { fragment };
            let pad = padding(len);
            let record_end = self.sealed.saturating_add(around).saturating_add(len).saturating_add(pad);
            let record = self.memory.get_mut(self.sealed..record_end).ok_or(Reason::SendBufferTooSmall)?;
            sealer.seal(content_type, record, pad)?;
            self.sealed = record_end;
        }
        self.end = self.sealed;
        Ok(())
    }

    /// Moves what waits to the front when that makes room.
    fn compact(&mut self) {
        if self.sent == 0 || self.open.is_some() {
            return;
        }
        self.memory.copy_within(self.sent..self.sealed, 0);
        self.sealed = self.sealed.saturating_sub(self.sent);
        self.end = self.sealed;
        self.sent = 0;
    }

    /// Bytes that `content` takes as protected records; less content never takes more.
    pub(crate) fn sealed_len(content: usize, cut: Cut) -> usize {
        let fragment = cut.fragment.max(1);
        let pieces = content.div_ceil(fragment).max(1);
        let last = content.saturating_sub(pieces.saturating_sub(1).saturating_mul(fragment));
        content
            .saturating_add(cut.padding(last))
            .saturating_add(pieces.saturating_mul(HEADER_LEN.saturating_add(OVERHEAD)))
    }
}

#[cfg(feature = "alloc")]
impl Default for SendBuf<'_> {
    fn default() -> Self {
        SendBuf::new()
    }
}

impl core::fmt::Debug for SendBuf<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("SendBuf").field("to_send", &(self.sent..self.sealed)).field("open", &self.open).finish()
    }
}
