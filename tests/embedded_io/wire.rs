//! Two ends of a wire that holds little, and that holds back what is written until it is flushed or full.

use super::driver::Transport;
use embedded_io::{ErrorKind, ErrorType};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Condvar, Mutex};
use std::task::Poll;
use std::time::Duration;

/// Bytes that are on their way at most.
const HOLDS: usize = 700;

#[derive(Default)]
struct Way {
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Default)]
struct State {
    bytes: VecDeque<u8>,
    /// How many of them may be read.
    passed_on: usize,
    closed: bool,
}

impl State {
    fn write(&mut self, bytes: &[u8]) -> Option<usize> {
        let n = bytes.len().min(HOLDS - self.bytes.len());
        self.bytes.extend(&bytes[..n]);
        if self.bytes.len() == HOLDS {
            self.passed_on = HOLDS;
        }
        (n > 0).then_some(n)
    }

    fn read(&mut self, buf: &mut [u8]) -> Option<usize> {
        let n = buf.len().min(self.passed_on);
        buf.iter_mut().zip(self.bytes.drain(..n)).for_each(|(to, from)| *to = from);
        self.passed_on -= n;
        (n > 0 || self.closed).then_some(n)
    }

    fn flush(&mut self) {
        self.passed_on = self.bytes.len();
    }
}

impl Way {
    /// Tries until something moved, or for so long that it never will.
    fn wait(&self, mut attempt: impl FnMut(&mut State) -> Option<usize>) -> Result<usize, ErrorKind> {
        let mut state = self.state.lock().unwrap();
        loop {
            let done = attempt(&mut state);
            self.moved.notify_all();
            if let Some(n) = done {
                return Ok(n);
            }
            let (still, out) = self.moved.wait_timeout(state, Duration::from_secs(30)).unwrap();
            if out.timed_out() {
                return Err(ErrorKind::TimedOut);
            }
            state = still;
        }
    }

    async fn wait_async(&self, mut attempt: impl FnMut(&mut State) -> Option<usize>) -> Result<usize, ErrorKind> {
        poll_fn(|_| attempt(&mut self.state.lock().unwrap()).map_or(Poll::Pending, |n| Poll::Ready(Ok(n)))).await
    }
}

pub(crate) struct Wire {
    from: Arc<Way>,
    to: Arc<Way>,
}

/// Both ends of one.
pub(crate) fn wire() -> (Wire, Wire) {
    let (up, down) = (Arc::<Way>::default(), Arc::<Way>::default());
    (Wire { from: down.clone(), to: up.clone() }, Wire { from: up, to: down })
}

impl Drop for Wire {
    fn drop(&mut self) {
        let mut state = self.to.state.lock().unwrap();
        state.flush();
        state.closed = true;
        self.to.moved.notify_all();
    }
}

impl Transport for Wire {}

impl ErrorType for Wire {
    type Error = ErrorKind;
}

impl embedded_io::Read for Wire {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize, ErrorKind> {
        self.from.wait(|state| state.read(buf))
    }
}

impl embedded_io::Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        self.to.wait(|state| state.write(bytes))
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        self.to.state.lock().unwrap().flush();
        self.to.moved.notify_all();
        Ok(())
    }
}

impl embedded_io_async::Read for Wire {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, ErrorKind> {
        self.from.wait_async(|state| state.read(buf)).await
    }
}

impl embedded_io_async::Write for Wire {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        self.to.wait_async(|state| state.write(bytes)).await
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        embedded_io::Write::flush(self)
    }
}
