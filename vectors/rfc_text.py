"""The plain text of an RFC, without its page furniture, and the vectors cut from it."""

import re
from pathlib import Path

HEADING = re.compile(r"(?:\d+|[A-Z])(?:\.\d+)*\.  \S")
PAGE_FURNITURE = re.compile(r".*\[Page \d+\]$|RFC \d+ {2}.* \d{4}$|\f$")


class Malformed(SystemExit):
    """The text is not what the script knows how to read. Nothing is written then."""


def sections(path):
    """Yield (heading, [(line number, line)]) for every numbered section; blank lines are dropped."""
    heading, body = None, []
    # Not splitlines(): it would also break at the form feeds and shift the line numbers.
    for number, line in enumerate(Path(path).read_text("ascii").split("\n"), 1):
        line = line.rstrip(" \r")
        if not line or PAGE_FURNITURE.fullmatch(line):
            continue
        if HEADING.match(line):
            if heading:
                yield heading, body
            heading, body = line, []
        elif heading:
            body.append((number, line))
    if heading:
        yield heading, body


def octets(digits, stated, where):
    """Hex as it is written to a vector file, once it is as long as the RFC says it is."""
    digits = "".join(digits.split())
    if not re.fullmatch(r"(?:[0-9a-f]{2})*", digits):
        raise Malformed(f"{where}: not hex: {digits}")
    if len(digits) // 2 != stated:
        raise Malformed(f"{where}: {len(digits) // 2} octets, but the RFC states {stated}")
    return digits


def write(path, source, blocks):
    """Write [(title, [(name, value)])] in the format that tests/util/kv.rs reads."""
    out = [f"# {source}", "# Written by extract.py, see SOURCE.md. Not to be edited by hand."]
    for title, entries in blocks:
        out += ["", f"[{title}]"]
        out += [f"{name} = {value}".rstrip() for name, value in entries]
    Path(path).write_text("\n".join(out) + "\n", "ascii")
    print(f"{path}: {len(blocks)} blocks, {sum(len(e) for _, e in blocks)} values")
