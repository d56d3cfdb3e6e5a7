#!/usr/bin/env bash
# Brings the stacks that tests/lint compares with and that are not on this machine: Python's `cryptography` in an
# environment of its own under the target folder, and Go by apt where that is allowed. What can't be had, the test skips,
# and says so.
set -uo pipefail
cd "$(dirname "$0")/../.."
python=${CARGO_TARGET_DIR:-target}/lint-python

has_cryptography() { "$1" -c 'import cryptography, sys; sys.exit(not cryptography.__version__.startswith("48."))' 2>/dev/null; }

if ! has_cryptography "$python/bin/python" && ! has_cryptography python3; then
  python3 -m venv "$python" && "$python/bin/pip" install --quiet 'cryptography==48.*' || rm -rf "$python"
fi
if ! command -v go >/dev/null && command -v apt-get >/dev/null; then
  (apt-get update && apt-get install -y --no-install-recommends golang-go) >/dev/null 2>&1 || true
fi
# What is printed here is what the test will and won't compare with.
if has_cryptography "$python/bin/python" || has_cryptography python3; then echo "cryptography: there"; else echo "skipped: Python's cryptography 48 could not be had by pip"; fi
if command -v go >/dev/null; then go version; else echo "skipped: Go could not be had by apt"; fi
