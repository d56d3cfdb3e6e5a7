//! Records on their way to a peer that may be slow: a thread writes them, so that nobody else waits.

use std::io::{ErrorKind, Write};
use std::net::TcpStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Bytes that may wait before more input is taken.
const HIGH_WATER: usize = 1 << 18;

#[derive(Clone)]
pub(crate) struct Outbox(Arc<Shared>);

struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

struct Queue {
    bytes: Vec<u8>,
    /// The thread has bytes in hand.
    writing: bool,
    broken: bool,
    progress: Instant,
}

impl Outbox {
    /// Starts the thread that writes to `tcp`.
    pub(crate) fn start(tcp: Arc<TcpStream>) -> Self {
        let queue = Queue { bytes: Vec::new(), writing: false, broken: false, progress: Instant::now() };
        let outbox = Self(Arc::new(Shared { queue: Mutex::new(queue), changed: Condvar::new() }));
        let own = outbox.clone();
        std::thread::spawn(move || own.write_all(&tcp));
        outbox
    }

    pub(crate) fn put(&self, bytes: &[u8]) {
        let mut queue = self.lock();
        if !queue.broken && !bytes.is_empty() {
            if queue.is_empty() {
                queue.progress = Instant::now();
            }
            queue.bytes.extend_from_slice(bytes);
            self.0.changed.notify_all();
        }
    }

    /// Waits for room. What is put in anyway is kept: records that answer the peer can't wait.
    pub(crate) fn wait_for_room(&self) {
        let full = |queue: &mut Queue| queue.bytes.len() >= HIGH_WATER && !queue.broken;
        drop(self.0.changed.wait_while(self.lock(), full).unwrap_or_else(PoisonError::into_inner));
    }

    /// Waits until everything is written, for at most `time`.
    pub(crate) fn drain(&self, time: Duration) {
        let busy = |queue: &mut Queue| !queue.is_empty() && !queue.broken;
        let _ = self.0.changed.wait_timeout_while(self.lock(), time, busy);
    }

    /// When the peer took something last, if something waits.
    pub(crate) fn stuck_since(&self) -> Option<Instant> {
        let queue = self.lock();
        (!queue.is_empty() && !queue.broken).then_some(queue.progress)
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_all(&self, mut tcp: &TcpStream) {
        loop {
            let idle = |queue: &mut Queue| queue.bytes.is_empty();
            let mut queue = self.0.changed.wait_while(self.lock(), idle).unwrap_or_else(PoisonError::into_inner);
            let bytes = std::mem::take(&mut queue.bytes);
            queue.writing = true;
            drop(queue);
            let mut rest = bytes.as_slice();
            let mut broken = false;
            while !rest.is_empty() && !broken {
                match tcp.write(rest) {
                    Ok(n @ 1..) => rest = rest.get(n..).unwrap_or_default(),
                    Err(e) if matches!(e.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock) => continue,
                    // Why is for the reader to find out: the peer may have said it in an alert.
                    Ok(_) | Err(_) => broken = true,
                }
                self.lock().progress = Instant::now();
            }
            let mut queue = self.lock();
            (queue.writing, queue.broken) = (false, broken);
            self.0.changed.notify_all();
            if broken {
                return;
            }
        }
    }
}

impl Queue {
    fn is_empty(&self) -> bool {
        self.bytes.is_empty() && !self.writing
    }
}
