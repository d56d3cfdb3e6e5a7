//! Memory that connections gave back and others take: a few pieces of one size a thread, so that nobody waits for a lock, and so
//! that what is taken is what the thread's caches hold.

use super::owned::Piece;
use alloc::vec::Vec;
use core::cell::RefCell;

/// Pieces that are kept. More are only given back when many connections become idle at once.
const MOST: usize = 8;

std::thread_local! {
    static SPARE: RefCell<Vec<Piece>> = const { RefCell::new(Vec::new()) };
}

/// The piece that was given back last, if there is one.
pub(super) fn take() -> Option<Piece> {
    SPARE.try_with(|spare| spare.try_borrow_mut().ok()?.pop()).ok().flatten()
}

/// Keeps the piece, unless there are enough.
pub(super) fn give(piece: Piece) {
    // A thread that ends has no pool any more.
    let _ = SPARE.try_with(|spare| match spare.try_borrow_mut() {
        Ok(mut spare) if spare.len() < MOST => spare.push(piece),
        _ => {}
    });
}
