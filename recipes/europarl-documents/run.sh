#!/usr/bin/env bash
# Document translation on the usual benchmarks, for those who have the archives; a stopped run continues.
#   ./run.sh DIR FORMAT [option …]      DIR: {train,dev,test}.{en,de}, FORMAT as in data.documents; options go to nmt train
#   ./run.sh smoke [DIR]                a few minutes on small excerpts, which no clone has: shows that everything runs. DIR, or
#                                       ../../../shared/data: doc_ende/news/{train,dev}.doc.{en,de}.gz, europarl_enfr/{train,dev}.doc.{en,fr}.gz
#
#   G-Transformer's data (TED, News, Europarl 7):     ./run.sh europarl7 d-tag
#   Europarl v10 (tables of www.statmt.org/europarl): nmt docid split europarl-v10.de-en.tsv.gz:de-en --documents tsv --output europarl10/
#                                                     ./run.sh europarl10 docid
set -euo pipefail
folder=${1:-}
[ "$folder" = smoke ] && folder=${2:-$(dirname "$0")/../../../shared/data}
folder=${folder:+$(realpath -m "$folder")}
cd "$(dirname "$0")"
nmt=../../build/nmt

run_systems() {  # NAME FORMAT TRAIN DEV TEST [option …]
  local name=$1 format=$2 train=$3 dev=$4 test=$5
  shift 5
  for system in fixed uniform+lna; do
    local run=runs/$name-$system options=(--dls.mode "${system%+lna}")
    [[ $system == *+lna ]] && options+=(--lna.sites enc dec crs)
    $nmt train recipe.yaml --run "$run" --data.documents "$format" --data.train "$train" --data.valid "$dev" \
      --data.test "$test" "${options[@]}" "$@"
  done
  for way in sliding chunked whole; do  # runs are compared by what was evaluated last
    for system in fixed uniform+lna; do $nmt evaluate "runs/$name-$system" --sd.mode $way; done
    echo "$name, $way, against fixed:"
    $nmt compare "runs/$name-fixed" "runs/$name-uniform+lna" --html "runs/$name-$way.html"
  done
}

if [ "${1:-}" = smoke ]; then
  for file in doc_ende/news/{train,dev}.doc.{en,de}.gz europarl_enfr/{train,dev}.doc.{en,fr}.gz; do
    [ -e "$folder/$file" ] || { echo "run: there is no $folder/$file; ./run.sh smoke DIR names the folder" >&2; exit 1; }
  done
  small=(--model.preset tiny --vocabulary.size 4000 --data.max_tokens 2048 --doc.max_tokens 128 --decode.max_len_b 10
    --train.max_updates 100 --train.precision fp32 --valid.every 50 --save.every 50 --decode.beam 1)
  run_systems smoke-ende blank-line "$folder/doc_ende/news/train.doc.{}.gz:en-de" "$folder/doc_ende/news/dev.doc.{}.gz:en-de" \
    "$folder/doc_ende/news/dev.doc.{}.gz:en-de" "${small[@]}"
  run_systems smoke-enfr blank-line "$folder/europarl_enfr/train.doc.{}.gz:en-fr" "$folder/europarl_enfr/dev.doc.{}.gz:en-fr" \
    "$folder/europarl_enfr/dev.doc.{}.gz:en-fr" "${small[@]}"
elif [ $# -ge 2 ]; then
  format=$2
  shift 2
  run_systems "$(basename "$folder")" "$format" "$folder/train.{}:en-de" "$folder/dev.{}:en-de" "$folder/test.{}:en-de" "$@"
else
  sed -n '2,10s/^# \{0,1\}//p' run.sh >&2
  exit 2
fi
