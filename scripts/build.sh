#!/usr/bin/env bash
# Sets up what is missing and builds the program: build/nmt. Further arguments are targets.
# NMT_TORCH_VERSION in the environment asks for that release of LibTorch, which is installed first.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
torch=${NMT_TORCH_VERSION:+${XDG_CACHE_HOME:-$HOME/.cache}/nmt/torch-$NMT_TORCH_VERSION/torch}
# Each time: what is optional may have been installed since.
cmake --preset release ${torch:+-DNMT_TORCH_DIR="$torch"} >build-configure.log || { cat build-configure.log >&2; exit 1; }
rm -f build-configure.log
cmake --build build --target "${@:-all}"
