#!/usr/bin/env bash
# Trains and scores the baseline. A stopped training continues, a finished one is not repeated.
#   ./run.sh PATH/TO/de-en.tgz
set -euo pipefail
archive=${1:+$(realpath -m "$1")}
cd "$(dirname "$0")"
nmt=../../build/nmt
./prepare.sh "$archive"
$nmt train baseline.yaml --run runs/baseline
$nmt average runs/baseline --last 5
$nmt evaluate runs/baseline --checkpoint average
