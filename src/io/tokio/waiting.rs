//! Who is to be woken. A transport remembers one task for each direction, the last that asked; but a stream that was split has
//! two, and both may have something to send: the one that writes, and the one that reads and waits for the answer.

use alloc::sync::Arc;
use alloc::task::Wake;
use core::task::Waker;

/// The half of a stream that a task polls.
#[derive(Clone, Copy)]
pub(super) enum Half {
    Reader,
    Writer,
}

/// The tasks that were told to wait.
#[derive(Default)]
pub(super) struct Waiting {
    /// For bytes to read.
    input: Option<Waker>,
    /// For the transport to take bytes, as reader.
    reader: Option<Waker>,
    /// The same as writer.
    writer: Option<Waker>,
}

impl Waiting {
    /// What the transport is to wake besides `waker`, which polls for this half, if the other half waits for it too.
    pub(super) fn joined(&self, half: Half, waker: &Waker) -> Option<Waker> {
        let other = match half {
            Half::Reader => self.writer.as_ref(),
            Half::Writer => self.reader.as_ref(),
        };
        let other = other.filter(|other| !other.will_wake(waker))?;
        Some(Waker::from(Arc::new(Both(other.clone(), waker.clone()))))
    }

    /// The transport did not take everything.
    pub(super) fn for_output(&mut self, half: Half, waker: &Waker) {
        let slot = match half {
            Half::Reader => &mut self.reader,
            Half::Writer => &mut self.writer,
        };
        remember(slot, waker);
    }

    /// The transport took everything, or takes nothing any more.
    pub(super) fn output_done(&mut self, half: Half) {
        let (own, other) = match half {
            Half::Reader => (&mut self.reader, &mut self.writer),
            Half::Writer => (&mut self.writer, &mut self.reader),
        };
        *own = None;
        if let Some(other) = other.take() {
            other.wake();
        }
    }

    /// There is nothing to read.
    pub(super) fn for_input(&mut self, waker: &Waker) {
        remember(&mut self.input, waker);
    }

    /// Has a reader other than `waker` look again.
    pub(super) fn wake_reader(&mut self, waker: &Waker) {
        if let Some(reader) = self.input.take_if(|reader| !reader.will_wake(waker)) {
            reader.wake();
        }
    }
}

fn remember(slot: &mut Option<Waker>, waker: &Waker) {
    match slot {
        Some(slot) => slot.clone_from(waker),
        None => *slot = Some(waker.clone()),
    }
}

/// Wakes two tasks.
struct Both(Waker, Waker);

impl Wake for Both {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.wake_by_ref();
        self.1.wake_by_ref();
    }
}
