#!/usr/bin/env bash
# Length sampling × length-normalised attention × ways of decoding, on the documents of the testbed. What is done is not
# repeated, but for the length curve; a stopped training continues. Without arguments: three seeds.
#   ./run.sh [SEED …]
set -euo pipefail
cd "$(dirname "$0")"
nmt=../../build/nmt
[ $# -gt 0 ] || set -- 1 2 3
seeds=("$@")
systems=(sentence fixed uniform annealed fixed+lna uniform+lna annealed+lna)
mkdir -p runs out

[ -e corpus/README.txt ] ||
  $nmt testbed corpus --languages en de --documents 500 --valid_documents 20 --test_documents 60 --chapters 4
# Each line with its document's name: so the output can be cut back to one translation a line.
awk 'NR == FNR { name[NR] = $0; next } BEGIN { document = 1 } /^$/ { document++; next } { print name[document] "\t" $0 }' \
  corpus/test.docids.txt corpus/test.doc.en > corpus/test.tsv
cut -f1 corpus/test.tsv > corpus/test.ids

train() {  # SYSTEM SEED
  local options=(--dls.mode "${1%+lna}")
  [ "$1" = sentence ] && options=(--dls.mode fixed --doc.max_sentences 1)
  [[ $1 == *+lna ]] && options+=(--lna.sites enc dec crs)
  $nmt train recipe.yaml --run "runs/$1-$2" --train.seed "$2" "${options[@]}"
}

decode() {  # SYSTEM SEED WAY
  local out=out/$1-$2.$3.de
  [ "$out" -nt "runs/$1-$2/checkpoints/last" ] && return
  $nmt translate "runs/$1-$2" --documents id-tsv --sd.mode "$3" --input corpus/test.tsv --output "$out.tsv"
  cut -f2- "$out.tsv" > "$out.part"
  mv "$out.part" "$out"
}

score() {  # SYSTEM SEED WAY: one line of the table
  local out=out/$1-$2.$3.de bleu pronoun
  bleu=$($nmt score-documents corpus/test.de "$out" --ids corpus/test.ids --metrics bleu |
    sed -nE 's/^[ds]-BLEU[^=]*= ([0-9.]+) .*/\1/p' | paste -sd '\t')
  pronoun=$($nmt testbed score --labels corpus/test.labels.de.jsonl --hyp "$out" |
    awk '$1 == "pronoun" { sub("%", "", $2); print $2 }')
  printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$3" "$2" "$bleu" "$pronoun"
}

for seed in "${seeds[@]}"; do
  for system in "${systems[@]}"; do
    train "$system" "$seed"
    ways=(whole chunked sliding)
    [ "$system" = sentence ] && ways=(sentences)
    for way in "${ways[@]}"; do
      decode "$system" "$seed" "$way"
      score "$system" "$seed" "$way" >> out/scores.tsv
    done
  done
done

# The newest line of each system, way and seed.
awk -F '\t' '{ line[$1, $2, $3] = $0 } END { for (k in line) print line[k] }' out/scores.tsv | sort > out/scores.part
mv out/scores.part out/scores.tsv
echo "system        decoding   seeds   d-BLEU   s-BLEU   pronouns %"
awk -F '\t' '{ key = sprintf("%-13s %-9s", $1, $2); n[key]++; d[key] += $4; s[key] += $5; p[key] += $6 }
  END { for (k in n) printf "%s %6d %8.2f %8.2f %10.1f\n", k, n[k], d[k] / n[k], s[k] / n[k], p[k] / n[k] }' \
  out/scores.tsv | sort

for seed in "${seeds[@]}"; do
  echo
  echo "Sliding decoding against the baseline of fixed length, seed $seed:"
  $nmt compare --ref corpus/test.de --hyp out/{fixed,fixed+lna,uniform,uniform+lna,annealed,annealed+lna}-"$seed".sliding.de \
    --metrics bleu chrf
done
seed=${seeds[0]}
$nmt length-curve runs/{fixed,uniform,uniform+lna,annealed,annealed+lna}-"$seed" --src corpus/test.doc.en \
  --ref corpus/test.doc.de --lengths 32 64 128 256 512 --plot out/length.svg --numbers out/length.json
