#![no_std]
#![no_main]

#[cfg_attr(target_arch = "arm", cortex_m_rt::entry)]
#[cfg_attr(target_arch = "riscv32", riscv_rt::entry)]
fn main() -> ! {
    symbolon_embedded::board::paint_stack();
    symbolon_embedded::client::<symbolon_embedded::selection::X25519ChaCha20>()
}
