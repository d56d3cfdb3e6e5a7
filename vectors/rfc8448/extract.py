#!/usr/bin/env python3
"""Extract the traces of RFC 8448 from its plain text: extract.py rfc8448.txt

Every line after the first block of a trace has to be understood and every stated
octet count has to hold, or nothing is written and the exit status is not zero.
"""

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.dont_write_bytecode = True
from rfc_text import Malformed, octets, sections, write  # noqa: E402

TRACES = {
    "3": "3-1rtt.kv",
    "4": "4-resumption.kv",
    "5": "5-hrr.kv",
    "6": "6-client-auth.kv",
    "7": "7-compat.kv",
}

# What the RFC calls a value, and what the file calls it. Messages keep their names.
NAMES = {
    "private key": "PrivateKey",
    "public key": "PublicKey",
    "payload": "Payload",
    "complete record": "CompleteRecord",
    "salt": "Salt",
    "IKM": "Ikm",
    "secret": "Secret",
    "PRK": "Prk",
    "hash": "Hash",
    "ClientHello prefix": "ClientHelloPrefix",
    "binder hash": "BinderHash",
    "info": "Info",
    "expanded": "Expanded",
    "finished": "VerifyData",
    "key info": "KeyInfo",
    "key expanded": "KeyExpanded",
    "iv info": "IvInfo",
    "iv expanded": "IvExpanded",
} | {
    message: message
    for message in (
        "ClientHello",
        "ServerHello",
        "EncryptedExtensions",
        "CertificateRequest",
        "Certificate",
        "CertificateVerify",
        "Finished",
        "NewSessionTicket",
        "EndOfEarlyData",
    )
}

BLOCK = re.compile(r" {3}(\{(?:client|server)\})  (.+)")
VALUE = re.compile(r" {6}([A-Za-z ]+?) \((\d+) octets\):(?:  (.*))?")
REST_OF_TITLE = re.compile(r" {6}(\S.*)")
REST_OF_VALUE = re.compile(r" {9}((?:[0-9a-f]{2} ?)+)")

# RFC 8446 section 7.1: "0" is Hash.length zero octets; every trace uses SHA-256.
ZERO_SALT = "      salt:  0 (all zero octets)"
ZERO = " ".join(["00"] * 32)


def trace(lines):
    """[(title, [[name, stated octet count, hex, line number]])], not yet checked."""
    blocks = []
    for number, line in lines:
        title_open = blocks and not blocks[-1][0].endswith((":", ")"))
        if match := BLOCK.fullmatch(line):
            if title_open:
                raise Malformed(f"line {number}: the block above has no end of title")
            blocks.append((f"{match[1]} {match[2]}", []))
        elif not blocks:
            continue  # the prose before the first block
        elif title_open and (match := REST_OF_TITLE.fullmatch(line)):
            title, entries = blocks[-1]
            blocks[-1] = (f"{title} {match[1]}", entries)
        elif line == ZERO_SALT:
            blocks[-1][1].append(["salt", 32, ZERO, number])
        elif match := VALUE.fullmatch(line):
            digits = "" if match[3] == "(empty)" else match[3] or ""
            blocks[-1][1].append([match[1], int(match[2]), digits, number])
        elif (match := REST_OF_VALUE.fullmatch(line)) and blocks[-1][1]:
            blocks[-1][1][-1][2] += " " + match[1]
        else:
            raise Malformed(f"line {number}: not understood: {line.strip()}")
    return blocks


def checked(blocks):
    for title, entries in blocks:
        title = title.removesuffix(":")
        values = []
        for name, stated, digits, number in entries:
            where = f"line {number}: {name} of {title}"
            if name not in NAMES:
                raise Malformed(f"{where}: no such value is known")
            values.append((NAMES[name], octets(digits, stated, where)))
        # A block without values is one that refers to another block.
        if bool(values) == title.endswith(")"):
            raise Malformed(f"{title}: values and a reference, or neither")
        yield title, values


def main(rfc):
    found = []
    for heading, lines in sections(rfc):
        number, _, title = heading.partition(".  ")
        if number in TRACES:
            blocks = list(checked(trace(lines)))
            found.append((HERE / TRACES[number], f"RFC 8448 section {number}, {title}", blocks))
    if len(found) != len(TRACES):
        raise Malformed(f"{rfc}: {len(found)} traces found, {len(TRACES)} expected")
    for args in found:
        write(*args)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
