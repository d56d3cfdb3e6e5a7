//! Where the memory of the board lies, for the linker.

use std::{env, fs, path::PathBuf};

/// mps2-an386: a Cortex-M4 with 4 MiB of each.
const MPS2_AN386: &str = "MEMORY {
  FLASH : ORIGIN = 0x00000000, LENGTH = 4M
  RAM : ORIGIN = 0x20000000, LENGTH = 4M
}
";

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("memory.x"), MPS2_AN386).expect("OUT_DIR can be written to");
    // `cortex-m-rt` wants to know the names of interrupts; there are none.
    fs::write(out.join("device.x"), "").expect("OUT_DIR can be written to");
    println!("cargo::rustc-link-search={}", out.display());
    println!("cargo::rerun-if-changed=build.rs");
}
