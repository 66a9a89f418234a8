#!/usr/bin/env bash
# A real run on long documents: instances of fixed length against length sampling with length-normalised attention, in each way of
# decoding. A stopped training continues.
#   ./run.sh [fixed|uniform+lna …]
set -euo pipefail
cd "$(dirname "$0")"
nmt=../../build/nmt
[ $# -gt 0 ] || set -- fixed uniform+lna
[ -s data/discourse/lexical-choice.json ] || ./prepare.sh
for system in "$@"; do
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

newest() {  # SYSTEM SET WAY: the translations evaluated last
  ls -t "runs/$1/hypotheses.$2.doc.en-fr."*-"$3"-*.txt 2>/dev/null | head -n 1
}

for set in test europarl; do
  for way in sliding256 chunked256 whole sentences; do
    if ! hypotheses=("$(newest fixed $set $way)") || ! hypotheses+=("$(newest uniform+lna $set $way)"); then
      echo "run: $set, $way: not compared, for want of translations of fixed and uniform+lna" >&2
      continue
    fi
    echo "$set, $way, against fixed:"
    $nmt compare --hyp "${hypotheses[@]}" --ref "runs/fixed/references.$set.doc.en-fr.txt" --names fixed uniform+lna --metrics bleu chrf
  done
done
