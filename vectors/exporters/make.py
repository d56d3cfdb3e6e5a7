#!/usr/bin/env python3
"""Computes what exporters give in the traces of RFC 8448, with nothing but Python's own HMAC and hash.

make.py > exporters.kv
"""

import hashlib
import hmac
import re
from pathlib import Path

TRACES = Path(__file__).resolve().parent.parent / "rfc8448"
CASES = [
    ("EXPORTER-Channel-Binding", b"", 32),
    ("EXPERIMENTAL-symbolon", b"", 16),
    ("EXPERIMENTAL-symbolon", b"context", 16),
    ("EXPERIMENTAL-symbolon", bytes(range(256)) * 2, 33),
    ("EXPERIMENTAL-symbolon", b"context", 255 * 32),
]


def expand(prk, info, length):
    """HKDF-Expand (RFC 5869 section 2.3)."""
    okm = block = b""
    for counter in range(1, 256):
        block = hmac.digest(prk, block + info + bytes([counter]), "sha256")
        okm += block
    return okm[:length]


def expand_label(secret, label, context, length):
    """HKDF-Expand-Label (RFC 8446 section 7.1)."""
    label = b"tls13 " + label.encode()
    info = length.to_bytes(2, "big") + bytes([len(label)]) + label + bytes([len(context)]) + context
    return expand(secret, info, length)


def exporter(secret, label, context, length):
    """TLS-Exporter (RFC 8446 section 7.5)."""
    of_label = expand_label(secret, label, hashlib.sha256(b"").digest(), 32)
    return expand_label(of_label, "exporter", hashlib.sha256(context).digest(), length)


def main():
    blocks = []
    for name in ("3-1rtt", "5-hrr", "6-client-auth", "7-compat"):
        trace = (TRACES / f"{name}.kv").read_text()
        secret = re.search(r'^\[\{server\} derive secret "tls13 exp master"\]\n(?:.+\n)*?Expanded = (.+)$', trace, re.M)
        for label, context, length in CASES:
            value = exporter(bytes.fromhex(secret[1]), label, context, length)
            # What fills 255 blocks is as well known by its hash.
            kind = ("Exported", value) if length < 64 else ("Sha256OfExported", hashlib.sha256(value).digest())
            blocks.append(
                f'[{name}]\nLabel = "{label}"\nContext = {context.hex()}\nLength = "{length}"\n{kind[0]} = {kind[1].hex()}\n'
            )
    print("\n".join(blocks), end="")


main()
