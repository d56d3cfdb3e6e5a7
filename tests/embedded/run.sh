#!/usr/bin/env bash
# Builds the images for a Cortex-M4 and an RV32IMAC, runs them in QEMU against OpenSSL, and prints what they take beside what
# others do. `run.sh` alone does all of it on a Debian machine with rustup, Python and OpenSSL; what else it needs it installs or unpacks
# under target/. Where that can't be had it says so and succeeds.
set -euo pipefail
cd "$(dirname "$0")"
target=$PWD/../../target/embedded
mkdir -p "$target"

skip() { echo "skipped: $1"; exit 0; }
for command in rustup cargo openssl python3; do
  command -v "$command" > /dev/null || skip "no $command"
done
command -v apt-get > /dev/null || skip "the compiler and the emulator come from Debian's packages, and there is no apt-get"

# A compiler with the source of `core`, which rustup's does not have for this target: Debian's, driven by rustup's cargo.
if ! [ -x /usr/bin/rustc ] || ! [ -d "$(/usr/bin/rustc --print sysroot)/lib/rustlib/src/rust/library/core" ]; then
  (apt-get update && apt-get install -y --no-install-recommends rustc-web rust-web-src) > "$target/apt.log" 2>&1 \
    || skip "rustc-web and rust-web-src could not be installed (see target/embedded/apt.log)"
fi
command -v size > /dev/null || apt-get install -y --no-install-recommends binutils >> "$target/apt.log" 2>&1 || skip "no binutils"

# The emulator is unpacked and not installed: installed, it would remove other packages of QEMU.
if ! [ -x "$target/qemu/usr/bin/qemu-system-riscv32" ]; then
  mkdir -p "$target/packages" "$target/qemu"
  (
    cd "$target/packages"
    apt-get update
    apt-get download qemu-system-arm qemu-system-misc qemu-system-common qemu-system-data libfdt1 libcapstone4 libpmem1 librdmacm1 \
      libibverbs1 libslirp0 libvdeplug2 libndctl6 libdaxctl1 libnl-3-200 libnl-route-3-200
    for package in *.deb; do dpkg -x "$package" ../qemu; done
  ) >> "$target/apt.log" 2>&1 || skip "QEMU's packages could not be had (see target/embedded/apt.log)"
fi
# Each in a process of its own: these libraries are for nobody else.
for emulator in qemu-system-arm qemu-system-riscv32; do
  cat > "$target/$emulator" << END
#!/bin/sh
root=\$(dirname "\$(readlink -f "\$0")")/qemu
lib=\$(dpkg-architecture -qDEB_HOST_MULTIARCH 2> /dev/null || echo x86_64-linux-gnu)
export LD_LIBRARY_PATH="\$root/usr/lib/\$lib:\$root/lib/\$lib"
exec "\$root/usr/bin/$emulator" -L "\$root/usr/share/qemu" "\$@"
END
  chmod +x "$target/$emulator"
  "$target/$emulator" --version > /dev/null || skip "QEMU does not start here"
done

# RUSTC_BOOTSTRAP allows -Zbuild-std, and panics that end the image without a word. The small back ends of the primitives are
# theirs to choose by cfg, as are words of 32 bits: they take ARMv7 for a machine of 64.
lld=$(find "$(rustc --print sysroot)/lib/rustlib" -name rust-lld | head -n 1)
flags="-Clinker-flavor=ld.lld -Clink-arg=-Tlink.x -Clink-arg=--icf=all -Zunstable-options -Cpanic=immediate-abort"
flags+=" --cfg=sha2_backend_soft=\"compact\" --cfg=aes_backend_soft=\"compact\" --cfg=cpubits=\"32\""
export RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=$target
export CARGO_TARGET_THUMBV7EM_NONE_EABI_LINKER=$lld CARGO_TARGET_THUMBV7EM_NONE_EABI_RUSTFLAGS=$flags
export CARGO_TARGET_RISCV32IMAC_UNKNOWN_NONE_ELF_LINKER=$lld
export CARGO_TARGET_RISCV32IMAC_UNKNOWN_NONE_ELF_RUSTFLAGS="-Clink-arg=-Tmemory.x $flags"

# build TARGET ..: what is measured does not link words; what has to say why it refuses a peer does.
build() {
  RUSTC=/usr/bin/rustc cargo build --quiet --release --locked -Zbuild-std=core --target "$@"
}
for triple in thumbv7em-none-eabi riscv32imac-unknown-none-elf; do
  build $triple --features explain --bin client-p256-aes128 --bin server-p256-aes128
  mkdir -p "$target/$triple/explain"
  cp "$target/$triple/release/"{client,server}-p256-aes128 "$target/$triple/explain/"
  build $triple
done

python3 measure.py "$target"
