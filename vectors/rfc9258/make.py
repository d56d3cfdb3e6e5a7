#!/usr/bin/env python3
"""Writes import.kv with nothing but the HMAC and the hashes of Python; SOURCE.md says what its keys mean."""

import hashlib
import hmac
from pathlib import Path

KDFS = {"sha256": 0x0001, "sha384": 0x0002}
TLS_1_3 = 0x0304


def u16(value):
    return value.to_bytes(2, "big")


def hkdf_extract(name, salt, ikm):
    return hmac.new(salt, ikm, name).digest()


def hkdf_expand(name, prk, info, length):
    okm, block, counter = b"", b"", 1
    while len(okm) < length:
        block = hmac.new(prk, block + info + bytes([counter]), name).digest()
        okm, counter = okm + block, counter + 1
    return okm[:length]


def hkdf_expand_label(name, secret, label, context, length):
    label = b"tls13 " + label
    info = u16(length) + bytes([len(label)]) + label + bytes([len(context)]) + context
    return hkdf_expand(name, secret, info, length)


def imported(name, target, epsk, external_identity, context):
    identity = u16(len(external_identity)) + external_identity + u16(len(context)) + context
    identity += u16(TLS_1_3) + u16(KDFS[target])
    zeros = bytes(hashlib.new(name).digest_size)
    epskx = hkdf_extract(name, zeros, epsk)
    length = hashlib.new(target).digest_size
    return identity, hkdf_expand_label(name, epskx, b"derived psk", hashlib.new(name, identity).digest(), length)


CASES = [
    # The identity and context of GnuTLS's own test, which states ImportedIdentity for SHA-256.
    ("with context", "sha256", bytes(range(32)), bytes.fromhex("cafecafe"), bytes.fromhex("deadbeef")),
    ("without context", "sha256", b"sixteen bytes of", b"device 7", b""),
    ("of an EPSK with SHA-384", "sha384", bytes(range(64, 144)), b"device 7", b"client\x00server"),
]

lines = ["# Imported PSKs (RFC 9258 Section 5.1)", "# Written by make.py, see SOURCE.md. Not to be edited by hand."]
for title, name, epsk, external_identity, context in CASES:
    lines += [
        "",
        f"[{title}]",
        f'Hash = "{name}"',
        f"Epsk = {epsk.hex()}",
        f"ExternalIdentity = {external_identity.hex()}",
        f"Context = {context.hex()}",
    ]
    for target in KDFS:
        identity, ipskx = imported(name, target, epsk, external_identity, context)
        lines += [f"ImportedIdentity.{target} = {identity.hex()}", f"Ipskx.{target} = {ipskx.hex()}"]
(Path(__file__).parent / "import.kv").write_text("\n".join(lines) + "\n")
