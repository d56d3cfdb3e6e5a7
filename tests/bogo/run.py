#!/usr/bin/env python3
"""Runs BoringSSL's protocol tests against the shim, and says what became of each.

    cargo build --features bogo --bin bogo_shim
    python3 tests/bogo/run.py --runner DIR/runner.test

The runner is a test binary of BoringSSL's ssl/test/runner (`go test -c`), in that folder, where its keys lie. Exits with 1 if a
test fails, or if one that config.json disables passes after all (--disabled tells, which takes twice as long).
"""

import argparse
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runner", required=True, type=pathlib.Path, help="the runner's binary")
    parser.add_argument("--keys", type=pathlib.Path, help="the folder to run it in, if not its own")
    parser.add_argument("--shim", type=pathlib.Path, default=ROOT / "target/debug/bogo_shim")
    parser.add_argument("--tests", type=pathlib.Path, default=ROOT.parent / "shared/bogo/tls13-core.txt")
    parser.add_argument("--disabled", action="store_true", help="runs the disabled ones too: which of them pass?")
    parser.add_argument("--workers", default="2")
    return parser.parse_args()


def run(asked, names, config):
    """What the runner says of these tests: a dictionary of names and outcomes, and its text."""
    with tempfile.TemporaryDirectory() as folder:
        written = pathlib.Path(folder) / "config.json"
        written.write_text(json.dumps(config))
        results = pathlib.Path(folder) / "results.json"
        command = [
            asked.runner.resolve(), "-shim-path", asked.shim.resolve(), "-shim-config", written, "-pipe",
            "-allow-unimplemented", "-num-workers", asked.workers, "-test", ";".join(names), "-json-output", results,
        ]
        folder = asked.keys or asked.runner.resolve().parent
        done = subprocess.run([str(word) for word in command], cwd=folder, capture_output=True, text=True, check=False)
        if not results.exists():
            sys.exit(f"the runner made no results:\n{done.stdout}{done.stderr}")
        return {name: test["actual"] for name, test in json.loads(results.read_text())["tests"].items()}, done.stdout


def matches(pattern, name):
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), name) is not None


def main():
    asked = arguments()
    names = asked.tests.read_text().split()
    config = json.loads((HERE / "config.json").read_text())
    reasons = config["DisabledTests"]
    of = {name: next((why for pattern, why in reasons.items() if matches(pattern, name)), None) for name in names}
    if asked.disabled:
        results, _ = run(asked, [name for name in names if of[name]], {**config, "DisabledTests": {}})
        passed = sorted(name for name, result in results.items() if result == "PASS")
        print(f"{len(passed)} of {len(results)} disabled tests pass", *passed, sep="\n    ")
        sys.exit(1 if passed else 0)
    results, text = run(asked, names, config)
    passed = [name for name in names if results.get(name) == "PASS"]
    bad = [name for name in names if name not in passed and not of[name]]
    for why, count in collections.Counter(why for why in of.values() if why).most_common():
        print(f"{count:5} disabled: {why}")
    for name in bad:
        print(f"FAILED {name}: {results.get(name, 'not run')}")
    if bad:
        blocks = re.split(r"\n(?=(?:PASSED|FAILED|UNIMPLEMENTED) \()", text)
        print(*(block.strip() for block in blocks if block.lstrip().startswith("FAILED")), sep="\n\n")
    print(f"{len(names)} tests: {len(passed)} pass, {len(bad)} fail, {len(names) - len(passed) - len(bad)} are disabled")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
