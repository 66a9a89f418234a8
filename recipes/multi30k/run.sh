#!/usr/bin/env bash
# Trains and scores both directions. A stopped training continues, a finished one is not repeated.
#   ./run.sh [en-de|de-en …]
set -euo pipefail
trap 'exit 130' INT  # nmt train ends well when interrupted; what follows is for finished runs
cd "$(dirname "$0")"
nmt=../../build/nmt
./prepare.sh
for direction in "${@:-en-de de-en}"; do
  for system in $direction; do
    $nmt train "$system.yaml" --run "runs/$system"
    $nmt evaluate "runs/$system"
  done
done
