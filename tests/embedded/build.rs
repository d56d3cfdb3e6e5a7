//! Where the memory of the board lies, for the linker.

use std::{env, fs, path::PathBuf};

/// mps2-an386: a Cortex-M4 with 4 MiB of each.
const MPS2_AN386: &str = "MEMORY {
  FLASH : ORIGIN = 0x00000000, LENGTH = 4M
  RAM : ORIGIN = 0x20000000, LENGTH = 4M
}
";

/// QEMU's virt: all of it is RAM, and a part of that stands for flash.
const VIRT: &str = "MEMORY {
  FLASH : ORIGIN = 0x80000000, LENGTH = 4M
  RAM : ORIGIN = 0x80400000, LENGTH = 4M
}
REGION_ALIAS(\"REGION_TEXT\", FLASH);
REGION_ALIAS(\"REGION_RODATA\", FLASH);
REGION_ALIAS(\"REGION_DATA\", RAM);
REGION_ALIAS(\"REGION_BSS\", RAM);
REGION_ALIAS(\"REGION_HEAP\", RAM);
REGION_ALIAS(\"REGION_STACK\", RAM);
";

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let arch = env::var("CARGO_CFG_TARGET_ARCH").expect("cargo sets CARGO_CFG_TARGET_ARCH");
    let memory = if arch == "riscv32" { VIRT } else { MPS2_AN386 };
    fs::write(out.join("memory.x"), memory).expect("OUT_DIR can be written to");
    // `cortex-m-rt` wants to know the names of interrupts; there are none.
    fs::write(out.join("device.x"), "").expect("OUT_DIR can be written to");
    println!("cargo::rustc-link-search={}", out.display());
    println!("cargo::rerun-if-changed=build.rs");
}
