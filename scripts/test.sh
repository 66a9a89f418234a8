#!/usr/bin/env bash
# Sets up, builds and runs all tests. Arguments go to ctest (-R NAME runs some of them).
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/build.sh
scripts/setup.sh --formats
ctest --test-dir build --output-on-failure -j "$(nproc)" "$@"
