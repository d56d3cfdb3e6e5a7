//! Cortex-M.

use super::Stack;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m::peripheral::{Peripherals, SYST};

unsafe extern "C" {
    static __sheap: u32;
    static _stack_start: u32;
}

/// One vector for interrupts of the device, and none enabled: all of them would be a kilobyte.
// SAFETY: `cortex-m-rt` asks for this name and place, and for nothing in it that is never enabled.
#[unsafe(link_section = ".vector_table.interrupts")]
#[unsafe(no_mangle)]
static __INTERRUPTS: [usize; 1] = [0];

pub(super) fn stack() -> Stack {
    Stack {
        low: (&raw const __sheap) as usize,
        pointer: cortex_m::register::msp::read() as usize,
        high: (&raw const _stack_start) as usize,
    }
}

/// Emulated with `-icount shift=0`, an instruction takes 1 ns; the counter of 24 bits runs down at 25 MHz.
const INSTRUCTIONS_PER_TICK: u32 = 40;
const TICKS: u32 = 1 << 24;

/// A point in the run of the image.
#[derive(Clone, Copy)]
pub(crate) struct Moment(u32);

impl Moment {
    pub(crate) fn now() -> Self {
        // The counter runs down.
        Self(TICKS - SYST::get_current())
    }

    /// Instructions since then, if they are not more than 671 million.
    pub(crate) fn instructions(self) -> u32 {
        Self::now().0.wrapping_sub(self.0) % TICKS * INSTRUCTIONS_PER_TICK
    }
}

/// Starts to count instructions.
pub(crate) fn count_instructions() {
    if let Some(Peripherals { SYST: mut counter, .. }) = Peripherals::take() {
        counter.set_clock_source(SystClkSource::Core);
        counter.set_reload(TICKS - 1);
        counter.clear_current();
        counter.enable_counter();
    }
}

/// A panic of `core`'s, which ends in an undefined instruction, or memory that isn't there.
// SAFETY: nothing is expected of this but that it does not return.
#[cortex_m_rt::exception(trampoline = false)]
unsafe fn HardFault() -> ! {
    super::give_up("fault")
}
