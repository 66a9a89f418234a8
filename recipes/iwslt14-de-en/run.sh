#!/usr/bin/env bash
# Trains and scores the baseline. A stage whose result is there is skipped; a stopped run continues.
#   ./run.sh PATH/TO/de-en.tgz
set -euo pipefail
archive=${1:+$(realpath -m "$1")}
cd "$(dirname "$0")"
nmt=../../build/nmt
./prepare.sh "$archive"
$nmt train baseline.yaml --run runs/baseline
$nmt average runs/baseline --last 5
$nmt evaluate runs/baseline --checkpoint average
