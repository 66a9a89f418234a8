#!/usr/bin/env bash
# Trains and scores both directions. A stopped training continues, a finished one is not repeated.
#   ./run.sh [en-de|de-en …]
set -euo pipefail
cd "$(dirname "$0")"
nmt=../../build/nmt
./prepare.sh
[ $# -gt 0 ] || set -- en-de de-en
for system in "$@"; do
  $nmt train "$system.yaml" --run "runs/$system"
  $nmt evaluate "runs/$system"
done
