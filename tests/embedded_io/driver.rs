//! Both drivers behind one face, so that every test is written once; and an executor of a few lines.

use super::util::provider::Provider;
use embedded_io::ErrorKind;
use std::future::{Future, poll_fn, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use symbolon::Role;
use symbolon::io::embedded::{Cause, Link};

/// A transport that can be waited for in both ways.
pub(crate) trait Transport:
    embedded_io::Read<Error = ErrorKind> + embedded_io::Write + embedded_io_async::Read + embedded_io_async::Write
{
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Driver {
    Blocking,
    Async,
}

pub(crate) const BOTH: [Driver; 2] = [Driver::Blocking, Driver::Async];

pub(crate) type Said<T> = Result<T, Cause<ErrorKind>>;

impl Driver {
    pub(crate) async fn handshake<R: Role, T: Transport>(
        self,
        link: &mut Link<'_, '_, '_, R, Provider, T>,
    ) -> Said<()> {
        match self {
            Self::Blocking => link.handshake(),
            Self::Async => link.handshake_async().await,
        }
    }

    pub(crate) async fn await_client_auth<R: Role, T: Transport>(
        self,
        link: &mut Link<'_, '_, '_, R, Provider, T>,
    ) -> Said<()> {
        match self {
            Self::Blocking => link.await_client_auth(),
            Self::Async => link.await_client_auth_async().await,
        }
    }

    pub(crate) async fn read<R: Role, T: Transport>(
        self,
        link: &mut Link<'_, '_, '_, R, Provider, T>,
        buf: &mut [u8],
    ) -> Said<usize> {
        match self {
            Self::Blocking => embedded_io::Read::read(link, buf),
            Self::Async => embedded_io_async::Read::read(link, buf).await,
        }
    }

    /// Takes what is lent.
    pub(crate) async fn take<R: Role, T: Transport>(
        self,
        link: &mut Link<'_, '_, '_, R, Provider, T>,
    ) -> Said<Vec<u8>> {
        let taken = match self {
            Self::Blocking => embedded_io::BufRead::fill_buf(link)?.to_vec(),
            Self::Async => embedded_io_async::BufRead::fill_buf(link).await?.to_vec(),
        };
        match self {
            Self::Blocking => embedded_io::BufRead::consume(link, taken.len()),
            Self::Async => embedded_io_async::BufRead::consume(link, taken.len()),
        }
        Ok(taken)
    }

    pub(crate) async fn write<R: Role, T: Transport>(
        self,
        link: &mut Link<'_, '_, '_, R, Provider, T>,
        bytes: &[u8],
    ) -> Said<usize> {
        match self {
            Self::Blocking => embedded_io::Write::write(link, bytes),
            Self::Async => embedded_io_async::Write::write(link, bytes).await,
        }
    }

    pub(crate) async fn write_all<R: Role, T: Transport>(
        self,
        link: &mut Link<'_, '_, '_, R, Provider, T>,
        bytes: &[u8],
    ) -> Said<()> {
        match self {
            Self::Blocking => embedded_io::Write::write_all(link, bytes),
            Self::Async => embedded_io_async::Write::write_all(link, bytes).await,
        }
    }

    pub(crate) async fn flush<R: Role, T: Transport>(self, link: &mut Link<'_, '_, '_, R, Provider, T>) -> Said<()> {
        match self {
            Self::Blocking => embedded_io::Write::flush(link),
            Self::Async => embedded_io_async::Write::flush(link).await,
        }
    }

    pub(crate) async fn close<R: Role, T: Transport>(self, link: &mut Link<'_, '_, '_, R, Provider, T>) -> Said<()> {
        match self {
            Self::Blocking => link.close(),
            Self::Async => link.close_async().await,
        }
    }
}

/// Runs two futures in turns until both are ready.
pub(crate) fn join<A, B>(a: impl Future<Output = A>, b: impl Future<Output = B>) -> (A, B) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut of_a, mut of_b) = (None, None);
    let mut cx = Context::from_waker(Waker::noop());
    // Nothing here needs nearly as many turns, unless both wait for each other.
    for _ in 0..1_000_000 {
        if of_a.is_none() {
            of_a = ready_of(a.as_mut().poll(&mut cx));
        }
        if of_b.is_none() {
            of_b = ready_of(b.as_mut().poll(&mut cx));
        }
        if of_a.is_some() && of_b.is_some() {
            break;
        }
    }
    of_a.zip(of_b).expect("both wait for ever")
}

fn ready_of<T>(poll: Poll<T>) -> Option<T> {
    match poll {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

pub(crate) fn block_on<A>(a: impl Future<Output = A>) -> A {
    join(a, ready(())).0
}

/// Polls a future twice, and drops it if it is not ready then.
pub(crate) fn poll_twice<A>(a: impl Future<Output = A>) -> Option<A> {
    let mut a = pin!(a);
    let mut poll = || ready_of(a.as_mut().poll(&mut Context::from_waker(Waker::noop())));
    poll().or_else(poll)
}

/// Is pending once.
pub(crate) async fn take_turns() {
    let mut waited = false;
    poll_fn(|_| if std::mem::replace(&mut waited, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}
