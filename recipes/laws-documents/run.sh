#!/usr/bin/env bash
# A real run on long documents: instances of fixed length against length sampling with length-normalised attention, in each way of
# decoding. A stopped training continues.
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
  for way in sliding chunked whole sentences; do $nmt evaluate "runs/$system" --sd.mode $way; done
  for set in data/discourse/*.json; do
    echo "$system, $set, alone and in context:"
    $nmt contrastive "runs/$system" --items "$set" --sd.mode sentences
    $nmt contrastive "runs/$system" --items "$set"
  done
done

for set in test europarl; do
  for way in sliding256 chunked256 whole sentences; do
    hypotheses=(runs/{fixed,uniform+lna}/hypotheses.$set.doc.en-fr.best.beam5-lenpen1-$way.txt)
    [ -f "${hypotheses[0]}" ] && [ -f "${hypotheses[1]}" ] || continue
    echo "$set, $way, against fixed:"
    $nmt compare --hyp "${hypotheses[@]}" --ref "runs/fixed/references.$set.doc.en-fr.txt" --names fixed uniform+lna --metrics bleu chrf
  done
done
