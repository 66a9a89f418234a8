#!/usr/bin/env bash
# Runs clang-tidy over the sources, or over those named, and fails when it finds something. The rules: .clang-tidy.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh --developer
# A compile database of its own: clang cannot read GCC's precompiled headers, and has no omp.h by itself.
cmake -S . -B build-lint -G Ninja -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON >/dev/null
if [ $# = 0 ]; then
  mapfile -t files < <(git ls-files '*.cpp')
else
  files=("$@")
fi
printf '%s\0' "${files[@]}" |
  xargs -0 -n 1 -P "$(nproc)" clang-tidy -p build-lint --quiet --extra-arg=-Wno-unknown-warning-option --extra-arg=-fno-openmp
