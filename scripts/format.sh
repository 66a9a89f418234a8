#!/usr/bin/env bash
# Formats all C++ sources, or with --check names those that are not formatted and fails.
set -euo pipefail
cd "$(dirname "$0")/.."
mode=-i
for argument in "$@"; do
  case $argument in
    --check) mode='--dry-run --Werror' ;;
    *) echo "usage: scripts/format.sh [--check]" >&2; exit 2 ;;
  esac
done
git ls-files -z --cached --others --exclude-standard '*.h' '*.cpp' '*.cu' '*.cuh' | xargs -0 clang-format $mode
