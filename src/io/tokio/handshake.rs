//! The handshake, up to CONNECTED.

use super::stream::{Stream, Until};
use super::waiting::Half;
use super::{Cause, Failed, Reply};
use crate::config::HasSettings;
use crate::connection::{Connection, Event, Observer};
use crate::crypto::Crypto;
use crate::error::Misuse;
use crate::fault::Side;
use crate::handshake::{Ask, EarlyDataState, Role};
use crate::io::yield_now;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::future::poll_fn;
use tokio::io::{AsyncRead, AsyncWrite};

/// A handshake about to be run over a transport.
///
/// Its futures may be dropped and made anew: what was done lies here. A handshake that is dropped itself tells the peer nothing.
pub struct Handshake<'c, R: Role, C: Crypto, T> {
    stream: Stream<'c, R, C, T>,
    first_data: Vec<u8>,
    /// Bytes of it that went as early data.
    early: usize,
    /// Why it is over, if that came up while a question was looked for.
    cause: Option<Cause>,
}

impl<'c, R: Role, C: Crypto, T: AsyncRead + AsyncWrite + Unpin> Handshake<'c, R, C, T> {
    /// Joins a connection that has not begun to a transport.
    pub fn new(conn: Connection<'c, R, C>, io: T) -> Self {
        Self { stream: Stream::new(conn, io), first_data: Vec::new(), early: 0, cause: None }
    }

    /// Somebody who watches, now and as long as the stream lives.
    #[must_use]
    pub fn observer(mut self, observer: impl Observer + Send + 'c) -> Self {
        self.stream.observer = Box::new(observer);
        self
    }

    /// Goes on up to what the configuration leaves open, and asks for it. The same again until [`Handshake::answer`] is given;
    /// `None` once there is nothing left to ask: [`Handshake::complete`] tells how it ends.
    pub async fn question(&mut self) -> Option<Ask<'_>> {
        match self.advance().await {
            Ok(Reached::Question) => {}
            Ok(Reached::Connected) => return None,
            Err(cause) => {
                self.cause = Some(cause);
                return None;
            }
        }
        let Stream { conn, rx, tx, observer, .. } = &mut self.stream;
        match conn.step_with(rx, tx, &mut **observer) {
            Ok(Event::Ask(ask)) => Some(ask),
            _ => None,
        }
    }

    /// Answers the question that was put last. An answer that ends the handshake is no error here: [`Handshake::complete`] tells.
    ///
    /// # Errors
    /// [`Misuse`] if no such question is open, which changes nothing.
    pub fn answer(&mut self, reply: Reply<'c>) -> Result<(), Misuse> {
        let Stream { conn, rx, tx, observer, .. } = &mut self.stream;
        // An error is the connection's, which has it still.
        conn.answer_with(reply.as_answer(), rx, tx, &mut **observer).map(|_| ())
    }

    /// Runs the handshake to CONNECTED, and sends the first data of a client if [`Handshake::first_data`] has some. A question that
    /// comes up is answered by nobody.
    ///
    /// # Errors
    /// [`Failed`]. The alert, if one is due, was written to the transport.
    pub async fn complete(mut self) -> Result<Stream<'c, R, C, T>, Box<Failed<'c, R, C>>> {
        let Err(cause) = self.run().await else { return Ok(self.stream) };
        if cause.is_ours() {
            // The connection itself is sound: the peer is told that we give up.
            let error = self.stream.conn.cancel(&mut self.stream.tx);
            poll_fn(|cx| self.stream.poll_over(cx, Half::Writer, error)).await;
        }
        Err(Box::new(Failed { cause, conn: *self.stream.conn }))
    }

    async fn run(&mut self) -> Result<(), Cause> {
        if let Reached::Question = self.advance().await? {
            return Err(Cause::Unanswered(Misuse::AnswerDoesNotFit));
        }
        let stream = &mut self.stream;
        if R::SIDE == Side::Client {
            // The server can't go on without it.
            poll_fn(|cx| stream.poll_sent(cx, Until::Flushed)).await?;
        }
        // What was refused has reached nobody.
        let rejected = stream.conn.negotiated().early_data != EarlyDataState::Accepted;
        let mut rest = self.first_data.get(if rejected { 0 } else { self.early }..).unwrap_or_default();
        while !rest.is_empty() {
            let n = poll_fn(|cx| stream.poll_take(cx, rest)).await.map_err(Cause::Io)?;
            rest = rest.get(n..).unwrap_or_default();
        }
        // Not waited for: what a server has left are tickets, and a client may talk before it listens.
        stream.push_now().await;
        stream.rx.release();
        Ok(())
    }

    async fn advance(&mut self) -> Result<Reached, Cause> {
        if let Some(cause) = self.cause.take() {
            return Err(cause);
        }
        let stream = &mut self.stream;
        let yields = stream.conn.config().settings().one_operation_per_step;
        while !stream.conn.is_connected() {
            if let (Some(mut early_data), Some(rest)) = (stream.conn.early_data(), self.first_data.get(self.early..)) {
                match early_data.write_with(rest, &mut stream.tx, &mut *stream.observer) {
                    Ok(written) => self.early = self.early.saturating_add(written),
                    Err(error) => return Err(poll_fn(|cx| stream.poll_over(cx, Half::Writer, error)).await),
                }
                poll_fn(|cx| stream.poll_sent(cx, Until::Sent)).await?;
            }
            match stream.conn.step_with(&mut stream.rx, &mut stream.tx, &mut *stream.observer) {
                Ok(Event::Ask(_)) => return Ok(Reached::Question),
                // A flight goes out as a whole, when there is nothing to do but to wait for its answer.
                Ok(Event::NeedRecv) => poll_fn(|cx| stream.poll_turn(cx)).await?,
                Ok(Event::NeedSend) => poll_fn(|cx| stream.poll_sent(cx, Until::Sent)).await?,
                Ok(Event::EarlyData(data)) => stream.early_data.extend_from_slice(data),
                Ok(Event::Moved { .. } | Event::Yield) if yields => yield_now().await,
                Ok(_) => {}
                Err(error) => return Err(poll_fn(|cx| stream.poll_over(cx, Half::Writer, error)).await),
            }
        }
        Ok(Reached::Connected)
    }
}

impl<C: Crypto, T> Handshake<'_, crate::ClientRole, C, T> {
    /// What the client says first: as early data if a ticket allows it, and once CONNECTED if not, or if the server refused it. So
    /// it is delivered once to a server that is honest; somebody else can send early data again (RFC 8446 §8).
    #[must_use]
    pub fn first_data(mut self, bytes: &[u8]) -> Self {
        self.first_data = bytes.to_vec();
        *self.stream.conn = self.stream.conn.offer_early_data();
        self
    }
}

/// Where a handshake stops.
enum Reached {
    Question,
    Connected,
}
