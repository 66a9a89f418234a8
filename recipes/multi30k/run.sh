#!/usr/bin/env bash
# Trains and scores both directions. A stage whose result is there is skipped; a stopped run continues.
#   ./run.sh [en-de|de-en …]
set -euo pipefail
cd "$(dirname "$0")"
nmt=../../build/nmt
./prepare.sh
for direction in "${@:-en-de de-en}"; do
  for system in $direction; do
    $nmt train "$system.yaml" --run "runs/$system"
    $nmt evaluate "runs/$system"
  done
done
