//! RISC-V.

use super::Stack;
use core::arch::asm;
use riscv::register::minstret;

unsafe extern "C" {
    static __sheap: u32;
    static _stack_start: u32;
}

pub(super) fn stack() -> Stack {
    let pointer;
    // SAFETY: a register is read.
    unsafe { asm!("mv {}, sp", out(reg) pointer, options(nomem, nostack, preserves_flags)) };
    Stack { low: (&raw const __sheap) as usize, pointer, high: (&raw const _stack_start) as usize }
}

/// A point in the run of the image.
#[derive(Clone, Copy)]
pub(crate) struct Moment(usize);

impl Moment {
    pub(crate) fn now() -> Self {
        Self(minstret::read())
    }

    /// Instructions since then, if they are fewer than 2^32.
    pub(crate) fn instructions(self) -> u32 {
        Self::now().0.wrapping_sub(self.0) as u32
    }
}

/// They are counted from reset on.
pub(crate) fn count_instructions() {}

/// A panic of `core`'s, which ends in an illegal instruction, or memory that isn't there.
// SAFETY: `riscv-rt` calls what has this name for every exception.
#[unsafe(export_name = "ExceptionHandler")]
fn exception(_: &mut riscv_rt::TrapFrame) -> ! {
    super::give_up("fault")
}
