//! The board: its stack, its counter of instructions, its way to the host.

#[cfg(target_arch = "arm")]
mod cortex_m;
#[cfg(target_arch = "riscv32")]
mod riscv;

#[cfg(target_arch = "arm")]
use cortex_m as this;
#[cfg(target_arch = "riscv32")]
use riscv as this;

use this::stack;
pub(crate) use this::{Moment, count_instructions};

use semihosting::io::Write;

/// What the stack is painted with.
const PAINT: u32 = 0x5059_4d42;

/// Paints the free part of the stack. To be called first, and from `main`.
#[inline(never)]
pub fn paint_stack() {
    let stack = stack();
    let mut at = stack.low;
    while at < stack.pointer {
        // SAFETY: nothing lies between the static data and the stack pointer, and there is no heap.
        unsafe { core::ptr::write_volatile(at as *mut u32, PAINT) };
        at += 4;
    }
}

/// Bytes of stack that were used at most.
pub(crate) fn stack_used() -> u32 {
    let stack = stack();
    let mut at = stack.low;
    // SAFETY: as above.
    while at < stack.pointer && unsafe { core::ptr::read_volatile(at as *const u32) } == PAINT {
        at += 4;
    }
    (stack.high - at) as u32
}

/// Where the stack may grow to, is, and began.
struct Stack {
    low: usize,
    pointer: usize,
    high: usize,
}

pub(crate) fn print(bytes: &[u8]) {
    if let Ok(mut out) = semihosting::io::stdout() {
        let _ = out.write(bytes);
    }
}

/// Ends the image with a reason.
pub(crate) fn give_up(why: &str) -> ! {
    print(why.as_bytes());
    print(b"\n");
    exit(false)
}

/// Ends the image.
pub(crate) fn exit(well: bool) -> ! {
    semihosting::process::exit(if well { 0 } else { 1 })
}

#[panic_handler]
fn panicked(_: &core::panic::PanicInfo<'_>) -> ! {
    exit(false)
}
