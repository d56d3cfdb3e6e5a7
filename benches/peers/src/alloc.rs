//! What the heap is asked for: Rust code through a counting allocator, C code through glibc.

// `GlobalAlloc` is an unsafe trait and `mallinfo2` a C function. `clock` and `openssl_peer` have the only other `unsafe`.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, counting. A reallocation counts as one allocation.
pub struct Counting;

// Each thread counts for itself, so that threads do not get into each other's way where two are measured.
thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    static LIVE: Cell<usize> = const { Cell::new(0) };
}

/// Calls of the Rust allocator by this thread so far that returned memory.
pub fn allocations() -> u64 {
    ALLOCATIONS.get()
}

/// Bytes that Rust code of this thread took from the heap, less those that it gave back.
pub fn live_bytes() -> usize {
    LIVE.get()
}

/// Bytes in use in glibc's heap now, whoever asked for them.
pub fn malloc_bytes() -> usize {
    // SAFETY: takes no argument and returns a struct by value.
    let heap = unsafe { libc::mallinfo2() };
    heap.uordblks + heap.hblkhd
}

/// Gives back to the system what nobody uses of glibc's heap.
pub fn trim() {
    // SAFETY: takes a number, and changes nothing that a program can see.
    unsafe { libc::malloc_trim(0) };
}

fn count(grown: usize, shrunk: usize) {
    LIVE.set(LIVE.get().wrapping_add(grown).wrapping_sub(shrunk));
}

fn count_allocation(grown: usize, shrunk: usize) {
    ALLOCATIONS.set(ALLOCATIONS.get() + 1);
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
