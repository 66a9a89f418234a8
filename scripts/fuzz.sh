#!/usr/bin/env bash
# Builds the fuzzers of the readers (tests/fuzz) and lets each run for SECONDS: fuzz.sh [SECONDS [READER...]], default 10 and
# all. Fails when one finds something: the input lies in build-fuzzers/findings; build-fuzzers/fuzz_READER FILE repeats it.
# FUZZ_SEED=N in the environment draws the same inputs each time (0, the default: others each time).
# Inputs that reach new code are kept in build-fuzzers/corpus for the next time, beside the seeds of tests/fuzz/corpus.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1-10}
readers=("${@:2}")
mapfile -t known < <(ls tests/fuzz/corpus)
usage() {
  echo "usage: scripts/fuzz.sh [SECONDS [READER...]], READER: ${known[*]}" >&2
  exit 2
}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || usage  # libFuzzer would take it for 0, which is no limit
for reader in "${readers[@]}"; do
  printf '%s\n' "${known[@]}" | grep -qxF -e "$reader" || usage
done
[ ${#readers[@]} = 0 ] && readers=("${known[@]}")
scripts/setup.sh --developer

cmake --preset fuzzers >/dev/null
cmake --build build-fuzzers --target "${readers[@]/#/fuzz_}"
mkdir -p build-fuzzers/findings
TMPDIR=$(mktemp -d -p /dev/shm)
export TMPDIR
export ASAN_OPTIONS=quarantine_size_mb=8  # the readers' large buffers would fill the usual 256 again and again
trap 'rm -rf "$TMPDIR"' EXIT

run() {
  local reader=$1 found=build-fuzzers/corpus/$1 log=build-fuzzers/$1.log
  mkdir -p "$found"
  if build-fuzzers/fuzz_"$reader" -seed="${FUZZ_SEED:-0}" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=2048 \
    -print_final_stats=1 -print_funcs=0 -artifact_prefix=build-fuzzers/findings/"$reader"- "$found" tests/fuzz/corpus/"$reader" >"$log" 2>&1; then
    echo "$reader: $(sed -n 's/stat::number_of_executed_units: *//p' "$log") inputs in $seconds s, nothing found"
  else
    grep -v '^#' "$log" | tail -n 40
    echo "$reader: found something, see $log" >&2
    return 1
  fi
}
export -f run
export seconds
printf '%s\0' "${readers[@]}" | xargs -0 -n 1 -P "$(nproc)" bash -c 'run "$0"'
