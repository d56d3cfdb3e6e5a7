#!/usr/bin/env python3
"""Extract the SHA-256 test cases of RFC 5869 Appendix A: extract.py rfc5869.txt

Every line of a test case has to be understood and every stated octet count has to
hold, or nothing is written and the exit status is not zero.
"""

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.dont_write_bytecode = True
from rfc_text import Malformed, octets, sections, write  # noqa: E402

CASE = re.compile(r"A\.\d\.  Test Case \d")
SHA256_CASES = 3
NAMES = {"IKM": "Ikm", "salt": "Salt", "info": "Info", "PRK": "Prk", "OKM": "Okm"}

HASH = re.compile(r" {3}Hash = (SHA-\d+)")
LENGTH = re.compile(r" {3}L {4}= (\d+)")
VALUE = re.compile(r" {3}(IKM|salt|info|PRK|OKM) *= (?:0x)?(.*)")
REST_OF_VALUE = re.compile(r" {10}([0-9a-f]+(?: \(\d+ octets\))?)")
COUNTED = re.compile(r"([0-9a-f]*) ?\((\d+) octets\)")


def case(heading, lines):
    """[(name, value)], the name of the hash first; None if the hash is not SHA-256."""
    hash_name, length, texts = None, None, []
    for number, line in lines:
        if match := HASH.fullmatch(line):
            hash_name = match[1]
        elif hash_name is None:
            continue  # the prose before the case
        elif match := LENGTH.fullmatch(line):
            length = int(match[1])
        elif match := VALUE.fullmatch(line):
            texts.append([NAMES[match[1]], match[2]])
        elif (match := REST_OF_VALUE.fullmatch(line)) and texts:
            texts[-1][1] += match[1]
        elif hash_name == "SHA-256":
            raise Malformed(f"line {number}: not understood: {line.strip()}")
    if hash_name != "SHA-256":
        return None

    entries = [("Hash", f'"{hash_name}"')]
    for name, text in texts:
        where = f"{heading}: {name}"
        if not (match := COUNTED.fullmatch(text)):
            raise Malformed(f"{where}: not hex with an octet count: {text}")
        entries.append((name, octets(match[1], int(match[2]), where)))
    if [name for name, _ in entries[1:]] != list(NAMES.values()):
        raise Malformed(f"{heading}: a value is missing")
    if length != len(dict(entries)["Okm"]) // 2:
        raise Malformed(f"{heading}: L is not the length of OKM")
    return entries


def main(rfc):
    cases = [(h.replace(".  ", " "), case(h, ls)) for h, ls in sections(rfc) if CASE.fullmatch(h)]
    blocks = [(title, entries) for title, entries in cases if entries]
    if len(blocks) != SHA256_CASES:
        raise Malformed(f"{rfc}: {len(blocks)} cases with SHA-256 found, {SHA256_CASES} expected")
    write(HERE / "hkdf.kv", "RFC 5869 Appendix A, the test cases with SHA-256", blocks)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
