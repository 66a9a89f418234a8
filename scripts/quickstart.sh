#!/usr/bin/env bash
# From nothing to translations: sets up, builds, writes the testbed corpus, trains a small English–German model in a few
# minutes, scores it on unseen text and shows some translations. A stopped training continues, a finished
# one is not repeated.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/build.sh nmt nmt_engine

run=runs/quickstart
[ -e runs/testbed/README.txt ] || build/nmt testbed runs/testbed --languages en de
build/nmt train recipes/quickstart/recipe.yaml --run $run
echo
echo "Scores on unseen text (runs/testbed/test.en, never seen in training):"
build/nmt evaluate $run | cut -f2
echo
echo "What the model gets right, by phenomenon:"
hypotheses=$(ls -t $run/hypotheses.test.en-de.*.txt | head -n 1)
build/nmt testbed score --labels runs/testbed/test.labels.de.jsonl --hyp "$hypotheses"
echo
echo "Some translations:"
paste -d '\n' <(sed -n '5p;105p;305p;505p' runs/testbed/test.en) \
  <(sed -n '5p;105p;305p;505p' runs/testbed/test.en | build/nmt translate $run --log_level warning) | sed 'n;s/^/    /'
cat <<'TEXT'

Expected: BLEU above 90; idioms and verb position near 100 %, agreement and adjective order above 85 %. Pronouns stay at chance
(a third, three genders): their translation depends on an earlier sentence, and this model sees one sentence at a time.
Translate your own line:  echo "The old woman saw a horse." | build/nmt translate runs/quickstart
TEXT
