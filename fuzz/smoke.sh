#!/bin/sh
# Runs every fuzzer for SECONDS each (60 unless told), and fails if one finds something. What a run learns is thrown away.
set -eu
seconds=${1:-60}
cd "$(dirname "$0")/.."
# libFuzzer is C++.
if ! command -v c++ > /dev/null && command -v apt-get > /dev/null; then
    (apt-get update && apt-get install -y --no-install-recommends g++) > /dev/null 2>&1 || true
fi
if ! command -v c++ > /dev/null; then
    echo "skipped: libFuzzer needs a C++ compiler (c++ on the PATH)"
    exit 0
fi
command -v cargo-fuzz > /dev/null || cargo install cargo-fuzz --locked
# cargo-fuzz passes flags that stable rustc takes only so. The library has no unsafe code, so no sanitizer is needed.
export RUSTC_BOOTSTRAP=1
cargo fuzz build --sanitizer none
learnt=$(mktemp -d)
trap 'rm -rf "$learnt"' EXIT

failed=
for target in $(cargo fuzz list); do
    mkdir "$learnt/$target"
    if cargo fuzz run --sanitizer none "$target" "$learnt/$target" "fuzz/corpus/$target" -- \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 > "$learnt/log" 2>&1; then
        # The last line of progress: edges and features covered, size of the corpus.
        printf '%-22s %s, %s\n' "$target" "$(grep -o 'cov: .* corp: [0-9]*' "$learnt/log" | tail -n 1)" \
            "$(grep '^Done' "$learnt/log")"
    else
        tail -n 60 "$learnt/log"
        failed="$failed $target"
    fi
done
if [ -n "$failed" ]; then
    echo "found something:$failed (inputs in fuzz/artifacts/)" >&2
    exit 1
fi
