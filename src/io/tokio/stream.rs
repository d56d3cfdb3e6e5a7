//! The stream.

use super::Cause;
use super::waiting::{Half, Waiting};
use crate::connection::{Connection, Event, Observer, Unobserved};
use crate::crypto::Crypto;
use crate::error::{Error, Misuse};
use crate::handshake::Role;
use crate::io::outcome::over;
use crate::record::{RecvBuf, SendBuf};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::future::poll_fn;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::io;
use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, ReadBuf};

/// The most that a write takes: what fits into one record (RFC 8446 §5.1).
const MOST_TAKEN: usize = 1 << 14;

/// A connection that is CONNECTED, over a transport. All that is under way lies in it and not in futures: a read, write, flush or
/// shutdown that is given up has neither lost nor repeated a byte.
///
/// - Reads give nothing at the peer's close_notify, and an error of kind `UnexpectedEof` if the transport ends without it.
/// - A write takes 2^14 bytes at most, and none before the transport took those before: that is all that ever waits. What the
///   transport does not take at once goes out with whatever is polled next, reads included; flush, if that may be long.
/// - Reads go on while writes are held up, and have nothing of their own to send but the one alert of a failure.
/// - Shutdown sends close_notify, once, and closes the transport's sending side. The peer may go on sending. A stream that is
///   dropped says nothing.
/// - Memory for records goes back when nothing waits to be sent, and when a read waits and no record has begun to come in.
///
/// [`tokio::io::split`](https://docs.rs/tokio/1/tokio/io/fn.split.html) makes two halves of it, for two tasks.
pub struct Stream<'c, R: Role, C: Crypto, T> {
    /// Elsewhere, because the futures that a stream passes through have room for it more than once.
    pub(super) conn: Box<Connection<'c, R, C>>,
    pub(super) rx: RecvBuf<'static>,
    pub(super) tx: SendBuf<'static>,
    io: T,
    pub(super) observer: Box<dyn Observer + Send + 'c>,
    pub(super) early_data: Vec<u8>,
    /// Nothing was written since the last flush. A transport may hold back what was, so none waits for the peer before that.
    flushed: bool,
    /// Why the transport takes no more, if nobody was told yet.
    broken: Option<io::Error>,
    waiting: Waiting,
}

/// How far what waits to be sent has to get.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// The transport took everything.
    Sent,
    /// The transport passed everything on.
    Flushed,
}

/// Nothing is pinned in it.
impl<R: Role, C: Crypto, T> Unpin for Stream<'_, R, C, T> {}

impl<'c, R: Role, C: Crypto, T> Stream<'c, R, C, T> {
    pub(super) fn new(conn: Connection<'c, R, C>, io: T) -> Self {
        Self {
            conn: Box::new(conn),
            rx: RecvBuf::new(),
            tx: SendBuf::new(),
            io,
            observer: Box::new(Unobserved),
            early_data: Vec::new(),
            flushed: true,
            broken: None,
            waiting: Waiting::default(),
        }
    }

    /// The connection: what was negotiated, who the peer is.
    pub fn conn(&self) -> &Connection<'c, R, C> {
        &self.conn
    }

    /// The transport.
    pub fn transport(&self) -> &T {
        &self.io
    }

    /// The transport, to be changed; TLS bytes are not to be read or written by it.
    pub fn transport_mut(&mut self) -> &mut T {
        &mut self.io
    }

    /// Early data that a server took (RFC 8446 §4.2.10). It came from somebody who then was unknown, and may be a replay.
    #[must_use]
    pub fn early_data(&self) -> &[u8] {
        &self.early_data
    }
}

impl<R: Role, C: Crypto, T: AsyncRead + AsyncWrite + Unpin> Stream<'_, R, C, T> {
    /// Waits in a client until it is known what the server makes of its certificate, or of the lack of one. It also ends
    /// when application data is there, which is left to be read, and at the peer's close_notify: a server that accepts need not
    /// say so, nor speak first, and then this waits for ever. It may be given up at any time, by a time-out say.
    /// [`Connection::client_auth`] tells what came of it.
    ///
    /// # Errors
    /// Why the connection is over: the server's alert, if it refused.
    pub async fn await_client_auth(&mut self) -> Result<(), Cause> {
        poll_fn(|cx| self.poll_listen(cx, |conn| !conn.awaits_client_auth())).await
    }

    /// Sends a KeyUpdate (RFC 8446 §4.6.3), asking for the peer's too if `both`. Given up, it may have been sent or not.
    ///
    /// # Errors
    /// Why the connection is over, or can't send any more.
    pub async fn update_keys(&mut self, both: bool) -> io::Result<()> {
        poll_fn(|cx| self.poll_sent(cx, Until::Sent)).await?;
        let Some(mut app) = self.conn.app() else { return Err(over(&self.conn)) };
        match app.update_keys_with(both, &mut self.tx, &mut *self.observer).map_err(io::Error::other)? {
            Ok(()) => Ok(poll_fn(|cx| self.poll_sent(cx, Until::Flushed)).await?),
            Err(error) => Err(poll_fn(|cx| self.poll_over(cx, Half::Writer, error)).await.into()),
        }
    }

    /// Takes in what comes up to application data or the peer's close_notify, unless there is `enough` before.
    fn poll_listen(
        &mut self,
        cx: &mut Context<'_>,
        enough: impl Fn(&Connection<'_, R, C>) -> bool,
    ) -> Poll<Result<(), Cause>> {
        while self.rx.data().is_empty() && !enough(&self.conn) {
            match self.conn.step_with(&mut self.rx, &mut self.tx, &mut *self.observer) {
                Ok(Event::Data(_)) => break,
                Ok(Event::PeerClosed) => {
                    self.rx.release();
                    break;
                }
                Ok(Event::Moved { .. } | Event::Yield | Event::EarlyData(_)) => {}
                Ok(Event::NeedSend | Event::NeedRecv) => ready!(self.poll_turn(cx))?,
                Ok(Event::Ask(_)) => return Poll::Ready(Err(Cause::Unanswered(Misuse::AnswerDoesNotFit))),
                Err(error) => return self.poll_over(cx, Half::Reader, error).map(Err),
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Sends what waits, as far as that goes, and reads once. The end of the transport is an error here, unless close_notify came
    /// before. A transport that refused to send is an error once nothing is left to read: the peer may have said why before, and
    /// its alert is the better cause.
    pub(super) fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Cause>> {
        self.push(cx, Half::Reader, Until::Flushed);
        let mut space = ReadBuf::new(self.rx.space());
        let read = Pin::new(&mut self.io).poll_read(cx, &mut space).map_ok(|()| space.filled().len());
        match (read, self.broken.take()) {
            (Poll::Ready(Ok(n @ 1..)), broken) => {
                self.rx.received(n);
                self.broken = broken;
                Poll::Ready(Ok(()))
            }
            (_, Some(error)) => {
                // The transport may have forgotten the reader for us.
                self.waiting.wake_reader(cx.waker());
                Poll::Ready(Err(Cause::Io(error)))
            }
            (Poll::Ready(Ok(_)), None) => Poll::Ready(self.conn.end_of_input().map_err(Cause::Tls)),
            (Poll::Ready(Err(error)), None) => Poll::Ready(Err(Cause::Io(error))),
            (Poll::Pending, None) => {
                self.rx.release();
                self.waiting.for_input(cx.waker());
                Poll::Pending
            }
        }
    }

    /// Sends what waits. If the transport refuses, the peer may have said why before: its alert is the better cause.
    pub(super) fn poll_sent(&mut self, cx: &mut Context<'_>, until: Until) -> Poll<Result<(), Cause>> {
        if self.broken.is_none() {
            match ready!(self.poll_out(cx, Half::Writer, until)) {
                Ok(()) => return Poll::Ready(Ok(())),
                Err(error) => self.broken = Some(error),
            }
        }
        // It never waits as long as the transport is broken.
        let end = self.poll_listen(cx, |_| false);
        Poll::Ready(Err(match (end, self.broken.take()) {
            (Poll::Ready(Err(cause @ (Cause::Tls(_) | Cause::Io(_)))), _) => cause,
            (_, error) => Cause::Io(error.unwrap_or_else(|| io::ErrorKind::BrokenPipe.into())),
        }))
    }

    /// Sends what the transport takes now. A failure is left for the next who asks.
    fn push(&mut self, cx: &mut Context<'_>, half: Half, until: Until) {
        if self.broken.is_none()
            && let Poll::Ready(Err(error)) = self.poll_out(cx, half, until)
        {
            self.broken = Some(error);
        }
    }

    /// The same outside of a poll.
    pub(super) async fn push_now(&mut self) {
        poll_fn(|cx| {
            self.push(cx, Half::Writer, Until::Flushed);
            Poll::Ready(())
        })
        .await;
    }

    /// An error of the connection, once its alert went out as far as the transport takes it.
    pub(super) fn poll_over(&mut self, cx: &mut Context<'_>, half: Half, error: Error) -> Poll<Cause> {
        let out = self.poll_out(cx, half, Until::Flushed);
        match error {
            Error::Refused(_) if out.is_pending() => Poll::Pending,
            // Nobody waits for what we would say.
            _ => Poll::Ready(Cause::Tls(error)),
        }
    }

    /// Everything that waits, and out of the transport's own buffer too if it is to be flushed.
    fn poll_out(&mut self, cx: &mut Context<'_>, half: Half, until: Until) -> Poll<io::Result<()>> {
        if self.tx.to_send().is_empty() && (self.flushed || until == Until::Sent) {
            return Poll::Ready(Ok(()));
        }
        let joined = self.waiting.joined(half, cx.waker());
        let out = self.poll_io(&mut Context::from_waker(joined.as_ref().unwrap_or(cx.waker())), until);
        match out {
            Poll::Pending => self.waiting.for_output(half, cx.waker()),
            Poll::Ready(_) => self.waiting.output_done(half),
        }
        out
    }

    fn poll_io(&mut self, cx: &mut Context<'_>, until: Until) -> Poll<io::Result<()>> {
        while !self.tx.to_send().is_empty() {
            match ready!(Pin::new(&mut self.io).poll_write(cx, self.tx.to_send()))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                n => self.tx.sent(n),
            }
            self.flushed = false;
        }
        self.tx.release();
        if until == Until::Flushed {
            ready!(Pin::new(&mut self.io).poll_flush(cx))?;
            self.flushed = true;
        }
        Poll::Ready(Ok(()))
    }

    /// Protects the first of `bytes`, once what was protected before is out.
    pub(super) fn poll_take(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if bytes.is_empty() {
            return Poll::Ready(Ok(0));
        }
        ready!(self.poll_sent(cx, Until::Sent))?;
        let Some(mut app) = self.conn.app() else { return Poll::Ready(Err(over(&self.conn))) };
        let first = bytes.get(..MOST_TAKEN).unwrap_or(bytes);
        match app.write_with(first, &mut self.tx, &mut *self.observer).map_err(io::Error::other)? {
            Ok(n) => {
                self.push(cx, Half::Writer, Until::Sent);
                if !self.tx.is_empty() {
                    // Whoever writes may be content with this: who waits for an answer sees to the rest.
                    self.waiting.wake_reader(cx.waker());
                }
                Poll::Ready(Ok(n))
            }
            Err(error) => self.poll_over(cx, Half::Writer, error).map(|cause| Err(cause.into())),
        }
    }
}

impl<R: Role, C: Crypto, T: AsyncRead + AsyncWrite + Unpin> AsyncRead for Stream<'_, R, C, T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let stream = self.get_mut();
        if buf.remaining() > 0 {
            ready!(stream.poll_listen(cx, |_| false))?;
            let data = stream.rx.data();
            let n = data.len().min(buf.remaining());
            buf.put_slice(data.get(..n).unwrap_or_default());
            stream.rx.consume(n);
            stream.rx.release();
        }
        Poll::Ready(Ok(()))
    }
}

/// Lends application data where it was decrypted, uncopied.
impl<R: Role, C: Crypto, T: AsyncRead + AsyncWrite + Unpin> AsyncBufRead for Stream<'_, R, C, T> {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let stream = self.get_mut();
        ready!(stream.poll_listen(cx, |_| false))?;
        Poll::Ready(Ok(stream.rx.data()))
    }

    fn consume(self: Pin<&mut Self>, n: usize) {
        let stream = self.get_mut();
        stream.rx.consume(n);
        stream.rx.release();
    }
}

impl<R: Role, C: Crypto, T: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Stream<'_, R, C, T> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.get_mut().poll_take(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let stream = self.get_mut();
        Poll::Ready(Ok(ready!(stream.poll_sent(cx, Until::Flushed))?))
    }

    /// Says close_notify, once, and closes the sending side of the transport.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let stream = self.get_mut();
        if let Some(mut app) = stream.conn.app() {
            app.close(&mut stream.tx);
        }
        ready!(stream.poll_sent(cx, Until::Flushed))?;
        Pin::new(&mut stream.io).poll_shutdown(cx)
    }
}
