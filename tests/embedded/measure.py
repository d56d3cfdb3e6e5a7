#!/usr/bin/env python3
"""Runs images on an emulated board against OpenSSL, and prints what they take.

measure.py QEMU IMAGES: QEMU is a qemu-system-arm (with its options -L and so on, as one word), IMAGES a directory.
"""

import errno
import os
import re
import shlex
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

PKI = Path(__file__).resolve().parent / "pki"
SECONDS = 60
BOARD = "-M mps2-an386 -icount shift=0 -nographic -monitor none -serial none -semihosting-config enable=on,target=native"

# Measured on 2026-11-21 by the same means: the same board, certificates of the same shape, P-256 and AES-128-GCM, the same peer.
OTHERS = [
    ("Mbed TLS 3.6.6 + p256-m (TLS 1.3)", "client", "51.0 KB", "10.6-10.9 KB", "2.1 KB", "87 M"),
    ("Mbed TLS 3.6.6 + p256-m (TLS 1.3)", "server", "51.2 KB", "11.7 KB", "2.1 KB", "69.5 M"),
    ("BearSSL (TLS 1.2, 512-byte fragments)", "client", "36.1 KB", "10.9 KB", "3.5 KB", "51.6 M"),
    ("embedded-tls 0.19", "client", "77.7 KB", "29.6 KB", "28.0 KB", "104.6 M"),
    ("rustls 0.23, no_std, RustCrypto", "client", "207.6 KB", "27.0 KB", "15.4 KB", "98 M"),
]
# What the figures of ours may be at most, in bytes and instructions: text, RAM, instructions. They only go down.
LIMITS = {"client": (62 * 1024, 9_300, 48_000_000), "server": (64 * 1024, 9_400, 39_500_000)}


def sections(image):
    """Bytes of code and constants, and of static RAM."""
    text = ram = 0
    for line in subprocess.run(["size", "-A", image], check=True, capture_output=True, text=True).stdout.splitlines():
        name, *rest = line.split() or [""]
        if name in (".vector_table", ".text", ".rodata", ".data"):
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


def openssl_server(suite, group):
    """s_server, which demands a client certificate and says each line back reversed; and a connection to it."""
    port = free_port()
    command = f"openssl s_server -accept {port} -tls1_3 -cert {PKI}/server.pem -cert_chain {PKI}/intermediate.pem -key {PKI}/server.pem"
    command += f" -ciphersuites {suite} -groups {group} -verifyCAfile {PKI}/root.pem -Verify 3 -verify_return_error -rev -naccept 1"
    peer = subprocess.Popen(shlex.split(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    for line in iter(peer.stdout.readline, b""):
        if line.startswith(b"ACCEPT"):
            break
    return peer, socket.create_connection(("127.0.0.1", port))


def openssl_client(suite, group):
    """s_client, which checks the server's chain and name, and says one line; and its connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    command = f"openssl s_client -connect 127.0.0.1:{listener.getsockname()[1]} -tls1_3 -servername server.test"
    command += f" -cert {PKI}/client.pem -key {PKI}/client.pem -ciphersuites {suite} -groups {group}"
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


def run(qemu, image, role, suite, group):
    """One handshake and one line each way. Returns stack and instructions, as the board prints them."""
    with tempfile.TemporaryDirectory() as place:
        for fifo in ("from-peer", "to-peer"):
            os.mkfifo(f"{place}/{fifo}")
        peer, tcp = (openssl_server if role == "client" else openssl_client)(suite, group)
        board = subprocess.Popen(
            [*shlex.split(qemu), *BOARD.split(), "-kernel", str(image)], cwd=place, stdin=subprocess.DEVNULL,
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
    figures = dict(re.findall(r"^(stack|instructions) +(\d+)$", said, re.M))
    if board.returncode or peer.returncode or len(figures) != 2:
        sys.exit(f"{image.name}: the board said:\n{said}\nand its peer ({peer.returncode}):\n{heard.decode()}")
    if role == "server" and b"symbolon" not in heard:
        sys.exit(f"{image.name}: the peer did not hear its line back: {heard.decode()}")
    return int(figures["stack"]), int(figures["instructions"])


CASES = {
    "p256-aes128": ("P-256, AES-128-GCM", "TLS_AES_128_GCM_SHA256", "P-256"),
    "x25519-chacha20": ("X25519, ChaCha20-Poly1305", "TLS_CHACHA20_POLY1305_SHA256", "X25519"),
}


def main():
    qemu, images = sys.argv[1], Path(sys.argv[2])
    row = "{:<52} {:<7} {:>9} {:>13} {:>9} {:>8}"
    print(row.format("", "mutual", "text", "RAM, static", "of which", "instruc-"))
    print(row.format("", "role", "", "and stack", "stack", "tions"))
    missed = []
    for other in OTHERS:
        print(row.format(*other))
    for case, (name, suite, group) in CASES.items():
        for role in ("client", "server"):
            image = images / f"{role}-{case}"
            text, static = sections(image)
            stack, instructions = run(qemu, image, role, suite, group)
            figures = (text, static + stack, instructions)
            kb = lambda n: f"{n / 1024:.1f} KB"
            millions = f"{instructions / 1e6:.1f} M"
            print(row.format(f"Symbolon ({name})", role, kb(text), kb(static + stack), kb(stack), millions), flush=True)
            for what, figure, limit in zip(("text", "RAM", "instructions"), figures, LIMITS[role]):
                if figure > limit:
                    missed.append(f"{image.name}: {what} is {figure}, more than {limit}")
    if missed:
        sys.exit("\n".join(missed))


main()
