//! Transports that behave as tests want.
#![allow(unreachable_pub)]

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use symbolon::wire::AlertDescription;
use symbolon::{Observer, Trace};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};

/// Numbers that look like chance, and are the same in every run.
#[derive(Clone)]
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Less than `n`.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 32).unwrap() % n
    }
}

/// A pipe that is ready only now and then, and then takes and gives a few bytes.
pub struct Erratic {
    pub pipe: DuplexStream,
    pub chance: Chance,
}

impl Erratic {
    fn poll_mood(&mut self, cx: &mut Context<'_>) -> Poll<usize> {
        if self.chance.below(3) == 0 {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(1 + self.chance.below(2000))
    }
}

impl AsyncRead for Erratic {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let n = ready!(self.poll_mood(cx)).min(buf.remaining());
        let mut some = vec![0; n];
        let mut some = ReadBuf::new(&mut some);
        ready!(Pin::new(&mut self.pipe).poll_read(cx, &mut some))?;
        buf.put_slice(some.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Erratic {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let n = ready!(self.poll_mood(cx)).min(buf.len());
        Pin::new(&mut self.pipe).poll_write(cx, &buf[..n])
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.pipe).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.pipe).poll_shutdown(cx)
    }
}

/// A transport that is looked at, and whose incoming bytes can be spoilt.
pub struct Tapped<T> {
    pub io: T,
    pub tap: Arc<Tap>,
}

#[derive(Default)]
pub struct Tap {
    /// Bytes that went out.
    pub written: AtomicUsize,
    /// The byte to come in that is changed; 0 is none.
    pub spoils: AtomicUsize,
}

impl<T> Tapped<T> {
    pub fn new(io: T) -> (Self, Arc<Tap>) {
        let tap = Arc::<Tap>::default();
        (Self { io, tap: tap.clone() }, tap)
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Tapped<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.io).poll_read(cx, buf))?;
        for byte in &mut buf.filled_mut()[before..] {
            let left = self.tap.spoils.load(Ordering::Relaxed);
            self.tap.spoils.store(left.saturating_sub(1), Ordering::Relaxed);
            *byte ^= u8::from(left == 1);
        }
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Tapped<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let n = ready!(Pin::new(&mut self.io).poll_write(cx, buf))?;
        self.tap.written.fetch_add(n, Ordering::Relaxed);
        Poll::Ready(Ok(n))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

/// The alerts that came in.
#[derive(Clone, Default)]
pub struct Alerts(Arc<Mutex<Vec<AlertDescription>>>);

impl Alerts {
    pub fn seen(&self) -> Vec<AlertDescription> {
        self.0.lock().unwrap().clone()
    }
}

impl Observer for Alerts {
    fn event(&mut self, event: &Trace<'_>) {
        if let Trace::RecvAlert(alert) = event {
            self.0.lock().unwrap().push(alert.description);
        }
    }
}
