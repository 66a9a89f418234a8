#!/usr/bin/env bash
# Formats all C++ sources, or with --check names those that are not formatted and fails.
set -euo pipefail
cd "$(dirname "$0")/.."
mode=-i
[ "${1:-}" = --check ] && mode='--dry-run --Werror'
git ls-files -z --cached --others --exclude-standard '*.h' '*.cpp' '*.cu' '*.cuh' | xargs -0 clang-format $mode
