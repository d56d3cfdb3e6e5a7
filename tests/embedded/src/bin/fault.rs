//! Panics, which has to end the run and not to hang it.
#![no_std]
#![no_main]

#[cfg_attr(target_arch = "arm", cortex_m_rt::entry)]
#[cfg_attr(target_arch = "riscv32", riscv_rt::entry)]
fn main() -> ! {
    symbolon_embedded::board::paint_stack();
    panic!("nobody hears this")
}
