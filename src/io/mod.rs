//! Drivers: a connection joined to a transport. Each is a loop over `step`, and nothing of TLS is decided here.

#[cfg(feature = "std")]
pub mod blocking;
#[cfg(feature = "embedded-io")]
pub mod embedded;
#[cfg(feature = "std")]
mod outcome;
#[cfg(feature = "tokio")]
pub mod tokio;

/// Lets the executor poll others before it polls this again.
#[cfg(any(feature = "embedded-io-async", feature = "tokio"))]
async fn yield_now() {
    use core::task::Poll;
    let mut yielded = false;
    core::future::poll_fn(|cx| match core::mem::replace(&mut yielded, true) {
        true => Poll::Ready(()),
        false => {
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await;
}
