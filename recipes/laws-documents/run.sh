#!/usr/bin/env bash
# A real run on long documents: instances of fixed length against length sampling with length-normalised attention, three ways of
# decoding each. A stage whose result is there is skipped; a stopped run continues.
#   ./run.sh [fixed|uniform+lna …]
set -euo pipefail
cd "$(dirname "$0")"
nmt=../../build/nmt
systems=("${@:-fixed}")
[ $# -gt 0 ] || systems=(fixed uniform+lna)
[ -s data/discourse/lexical-choice.json ] || ./prepare.sh
for system in "${systems[@]}"; do
  options=(--dls.mode "${system%+lna}")
  [[ $system == *+lna ]] && options+=(--lna.sites enc dec crs)
  $nmt train recipe.yaml --run "runs/$system" "${options[@]}"
  for way in sliding chunked whole; do $nmt evaluate "runs/$system" --sd.mode $way; done
  for set in data/discourse/*.json; do
    echo "$system, $set, alone and in context:"
    $nmt contrastive "runs/$system" --items "$set" --sd.mode sentences
    $nmt contrastive "runs/$system" --items "$set"
  done
done
