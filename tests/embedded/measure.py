#!/usr/bin/env python3
"""Runs images on emulated boards against OpenSSL, and prints what they take; then has them refuse peers, and panic.

measure.py TARGET: the directory that holds qemu-system-arm, qemu-system-riscv32, and the images of each target.
"""

import errno
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

PKI = Path(__file__).resolve().parent / "pki"
SECONDS = 60
QEMU = "-icount shift=0 -nographic -monitor none -serial none -semihosting-config enable=on,target=native"

# Measured on 2026-11-21 by the same means: the same board, certificates of the same shape, P-256 and AES-128-GCM, the same peer.
OTHERS = [
    ("Mbed TLS 3.6.6 + p256-m (TLS 1.3)", "client", "51.0 KB", "10.6-10.9 KB", "2.1 KB", "87 M"),
    ("Mbed TLS 3.6.6 + p256-m (TLS 1.3)", "server", "51.2 KB", "11.7 KB", "2.1 KB", "69.5 M"),
    ("BearSSL (TLS 1.2, 512-byte fragments)", "client", "36.1 KB", "10.9 KB", "3.5 KB", "51.6 M"),
    ("embedded-tls 0.19", "client", "77.7 KB", "29.6 KB", "28.0 KB", "104.6 M"),
    ("rustls 0.23, no_std, RustCrypto", "client", "207.6 KB", "27.0 KB", "15.4 KB", "98 M"),
]
# What the figures of ours may be at most, in bytes and instructions: text, RAM, instructions. They only go down.
LIMITS = {"client": (64_500, 9_300, 48_000_000), "server": (65_700, 9_400, 39_000_000)}
RISCV_LIMITS = {"client": (84_700, 9_200, 71_000_000), "server": (86_550, 9_300, 57_500_000)}


@dataclass(frozen=True)
class Board:
    name: str
    # The directory of its images.
    target: str
    qemu: str
    limits: dict
    # Instructions of the longest step, at most: one public-key operation, and what goes with it.
    longest_step: int


BOARDS = [
    Board("Cortex-M4", "thumbv7em-none-eabi", "qemu-system-arm -M mps2-an386", LIMITS, 9_500_000),
    Board("RV32IMAC", "riscv32imac-unknown-none-elf", "qemu-system-riscv32 -M virt -bios none", RISCV_LIMITS, 14_000_000),
]


def sections(image):
    """Bytes of code and constants, and of static RAM."""
    text = ram = 0
    for line in subprocess.run(["size", "-A", image], check=True, capture_output=True, text=True).stdout.splitlines():
        name, *rest = line.split() or [""]
        if name in (".vector_table", ".text", ".init.rust", ".rodata", ".eh_frame", ".data"):
            text += int(rest[0])
        if name in (".data", ".bss", ".uninit"):
            ram += int(rest[0])
    return text, ram


def join(tcp, from_board, to_board):
    """Carries bytes both ways until both have ended."""

    def board_to_peer():
        while block := os.read(from_board, 4096):
            tcp.sendall(block)
        tcp.shutdown(socket.SHUT_WR)

    thread = threading.Thread(target=board_to_peer, daemon=True)
    thread.start()
    try:
        while block := tcp.recv(4096):
            os.write(to_board, block)
    except (BrokenPipeError, ConnectionResetError):
        pass
    os.close(to_board)
    thread.join(SECONDS)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def openssl_server(name, suite, group):
    """s_server, which demands a client certificate and says each line back reversed; and a connection to it."""
    port = free_port()
    command = f"openssl s_server -accept {port} -tls1_3 -cert {PKI}/{name}.pem -cert_chain {PKI}/intermediate.pem -key {PKI}/{name}.pem"
    command += f" -ciphersuites {suite} -groups {group} -verifyCAfile {PKI}/root.pem -Verify 3 -verify_return_error -rev -naccept 1"
    peer = subprocess.Popen(shlex.split(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    for line in iter(peer.stdout.readline, b""):
        if line.startswith(b"ACCEPT"):
            break
    return peer, socket.create_connection(("127.0.0.1", port))


def openssl_client(name, suite, group):
    """s_client, which checks the server's chain and name, and says one line; and its connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    command = f"openssl s_client -connect 127.0.0.1:{listener.getsockname()[1]} -tls1_3 -servername server.test"
    command += f" -cert {PKI}/{name}.pem -key {PKI}/{name}.pem -ciphersuites {suite} -groups {group}"
    command += f" -verifyCAfile {PKI}/root.pem -verify_hostname server.test -verify_return_error -quiet"
    peer = subprocess.Popen(shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    peer.stdin.write(b"symbolon\n")
    peer.stdin.flush()
    listener.settimeout(SECONDS)
    return peer, listener.accept()[0]


def open_fifos(place, board):
    """Both FIFOs, once the board has opened the first for reading; the second follows at once."""
    while board.poll() is None:
        try:
            to_board = os.open(f"{place}/from-peer", os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            time.sleep(0.01)
            continue
        os.set_blocking(to_board, True)
        return to_board, os.open(f"{place}/to-peer", os.O_RDONLY)
    sys.exit(f"the board stopped before it opened its FIFOs: {board.stdout.read()}")


@dataclass(frozen=True)
class Talk:
    """What the board said and what its peer heard, up to their ends, and how they ended."""

    image: Path
    said: str
    board: int
    heard: str
    peer: int

    def fail(self, why):
        sys.exit(f"{self.image}: {why}. The board said ({self.board}):\n{self.said}\nand its peer ({self.peer}):\n{self.heard}")


def talk(qemu, image, role, name, suite, group):
    """Has an image talk to OpenSSL, which is who `name` says."""
    with tempfile.TemporaryDirectory() as place:
        for fifo in ("from-peer", "to-peer"):
            os.mkfifo(f"{place}/{fifo}")
        peer, tcp = (openssl_server if role == "client" else openssl_client)(name, suite, group)
        board = subprocess.Popen(
            [*shlex.split(qemu), *QEMU.split(), "-kernel", str(image)], cwd=place, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        alarm = threading.Timer(SECONDS, lambda: (board.kill(), peer.kill()))
        alarm.start()
        to_board, from_board = open_fifos(place, board)
        join(tcp, from_board, to_board)
        said, _ = board.communicate()
        tcp.close()
        heard, _ = peer.communicate()
        alarm.cancel()
    talked = Talk(image, said, board.returncode, heard.decode(), peer.returncode)
    if talked.board == -signal.SIGKILL:
        talked.fail(f"it was still running after {SECONDS} seconds")
    return talked


def measure(qemu, image, role, suite, group):
    """A handshake and one line each way. Returns stack, instructions, and those of the longest step, as the board prints them."""
    talked = talk(qemu, image, role, role_of_peer(role), suite, group)
    figures = dict(re.findall(r"^(stack|instructions|longest step) +(\d+)$", talked.said, re.M))
    if talked.board or talked.peer or len(figures) != 3:
        talked.fail("it did not get through")
    if role == "server" and "symbolon" not in talked.heard:
        talked.fail("the peer did not hear its line back")
    return (int(figures[what]) for what in ("stack", "instructions", "longest step"))


def role_of_peer(role):
    return "server" if role == "client" else "client"


CASES = {
    "p256-aes128": ("P-256, AES-128-GCM", "TLS_AES_128_GCM_SHA256", "P-256"),
    "x25519-chacha20": ("X25519, ChaCha20-Poly1305", "TLS_CHACHA20_POLY1305_SHA256", "X25519"),
}
# What must not be linked: where an image has no use for it, it was not selected.
UNUSED = {
    "p256-aes128": "chacha20|chacha20poly1305|poly1305|x25519_dalek|curve25519_dalek",
    "x25519-chacha20": "aes|aes_gcm|ghash|polyval",
}
NEVER_USED = r"p384|ed25519_dalek|sha2::sha512|core::fmt|core::panicking|alloc"
# Peers that an image must refuse: who they are, what it says, and the alert as OpenSSL names it.
REFUSALS = {
    "client": ("other", "the certificate is for other names than the one asked for", "bad certificate"),
    "server": ("stranger", "the issuer of a certificate is neither sent by the peer nor trusted here", "unknown ca"),
}
ROW = "{:<52} {:<7} {:>9} {:>13} {:>9} {:>8} {:>8}"


def table(target):
    """Prints the figures. Returns those that are beyond their limits, in words."""
    print(ROW.format("", "mutual", "text", "RAM, static", "of which", "instruc-", "longest"))
    print(ROW.format("", "role", "", "and stack", "stack", "tions", "step"))
    for other in OTHERS:
        print(ROW.format(*other, ""))
    kb = lambda n: f"{n / 1024:.1f} KB"
    millions = lambda n: f"{n / 1e6:.1f} M"
    missed = []
    for board in BOARDS:
        for case, (name, suite, group) in CASES.items():
            for role in ("client", "server"):
                image = target / board.target / "release" / f"{role}-{case}"
                text, static = sections(image)
                stack, instructions, longest = measure(f"{target}/{board.qemu}", image, role, suite, group)
                shown = (kb(text), kb(static + stack), kb(stack), millions(instructions), millions(longest))
                print(ROW.format(f"Symbolon on {board.name} ({name})", role, *shown), flush=True)
                figures = (text, static + stack, instructions, longest)
                limits = (*board.limits[role], board.longest_step)
                for what, figure, limit in zip(("text", "RAM", "instructions", "longest step"), figures, limits):
                    if figure > limit:
                        missed.append(f"{board.name}, {image.name}: {what} is {figure}, more than {limit}")
    return missed


def refuse(target):
    """Has each board refuse a peer: it says why, and the peer hears the alert."""
    for board in BOARDS:
        for role, (name, reason, alert) in REFUSALS.items():
            image = target / board.target / "explain" / f"{role}-p256-aes128"
            _, suite, group = CASES["p256-aes128"]
            talked = talk(f"{target}/{board.qemu}", image, role, name, suite, group)
            if not talked.board or reason not in talked.said or f"alert {alert}" not in talked.heard:
                talked.fail(f"not refused with {reason} and {alert}")
            print(f"{board.name}, {role}, with {name} as its peer: {reason}, alert {alert}")


def linked(target):
    """Looks into the images for what they have no use for."""
    for board in BOARDS:
        for case, unused in UNUSED.items():
            for role in ("client", "server"):
                image = target / board.target / "release" / f"{role}-{case}"
                names = subprocess.run(["nm", "-C", image], check=True, capture_output=True, text=True).stdout
                if found := re.findall(rf"^.*\b(?:{unused}|{NEVER_USED})::.*$", names, re.M):
                    sys.exit(f"{image} has no use for\n" + "\n".join(found))
                if "symbolon::" not in names:
                    sys.exit(f"{image} has no names")
        print(f"{board.name}: no image has a primitive in it that it does not use")


def fault(target):
    """Has each board panic: that ends the run, and does not hang it."""
    for board in BOARDS:
        image = target / board.target / "release" / "fault"
        command = [*shlex.split(f"{target}/{board.qemu}"), *QEMU.split(), "-kernel", str(image)]
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS)
        if not ended.returncode or ended.stdout != "fault\n":
            sys.exit(f"{image}: a panic ended it with {ended.returncode}: {ended.stdout}{ended.stderr}")
        print(f"{board.name}: a panic ends the run")


def main():
    target = Path(sys.argv[1])
    missed = table(target)
    linked(target)
    refuse(target)
    fault(target)
    if missed:
        sys.exit("\n".join(missed))


main()
