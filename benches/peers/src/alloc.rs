//! What the heap is asked for: Rust code through a counting allocator, C code through glibc.

// `GlobalAlloc` is an unsafe trait and `mallinfo2` a C function. `openssl_peer` has the only other `unsafe`.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};

/// The system's allocator, counting. A reallocation counts as one allocation.
pub struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static LIVE: AtomicUsize = AtomicUsize::new(0);
static STOPPED: AtomicBool = AtomicBool::new(false);

/// Calls of the Rust allocator so far that returned memory.
pub fn allocations() -> u64 {
    ALLOCATIONS.load(Relaxed)
}

/// Bytes that Rust code holds on the heap now.
pub fn live_bytes() -> usize {
    LIVE.load(Relaxed)
}

/// Counts nothing meanwhile: for what runs in several threads.
pub fn uncounted<T>(run: impl FnOnce() -> T) -> T {
    STOPPED.store(true, Relaxed);
    let done = run();
    STOPPED.store(false, Relaxed);
    done
}

/// Bytes in use in glibc's heap now, whoever asked for them.
pub fn malloc_bytes() -> usize {
    // SAFETY: takes no argument and returns a struct by value.
    let heap = unsafe { libc::mallinfo2() };
    heap.uordblks + heap.hblkhd
}

// Load and store instead of an atomic addition: the measured code runs in one thread, and a locked
// instruction in every allocation would be charged to those who allocate.
fn count(grown: usize, shrunk: usize) {
    if STOPPED.load(Relaxed) {
        return;
    }
    LIVE.store(LIVE.load(Relaxed).wrapping_add(grown).wrapping_sub(shrunk), Relaxed);
}

fn count_allocation(grown: usize, shrunk: usize) {
    if STOPPED.load(Relaxed) {
        return;
    }
    ALLOCATIONS.store(ALLOCATIONS.load(Relaxed).wrapping_add(1), Relaxed);
    count(grown, shrunk);
}

// SAFETY: every call is passed on unchanged to `System`, whose contract is therefore ours.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count_allocation(layout.size(), 0);
        // SAFETY: the caller keeps `GlobalAlloc`'s contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count_allocation(layout.size(), 0);
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        count(0, layout.size());
        // SAFETY: as above.
        unsafe { System.dealloc(ptr, layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        count_allocation(new_size, layout.size());
        // SAFETY: as above.
        unsafe { System.realloc(ptr, layout, new_size) }
    }
}
