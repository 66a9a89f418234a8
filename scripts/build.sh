#!/usr/bin/env bash
# Sets up what is missing and builds the program: build/nmt. Further arguments are targets.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
[ -e build/build.ninja ] || cmake --preset release >build-configure.log || { cat build-configure.log >&2; exit 1; }
rm -f build-configure.log
cmake --build build --target "${@:-all}"
