#!/usr/bin/env bash
# Puts documents into data/: train, dev and test of consolidated Acts of Canada, and a test set of another domain.
#
#   ./prepare.sh LAWS EUROPARL DISCOURSE   folders with {train,dev,test}.doc.{en,fr}.gz, documents parted by a blank line; and with
#                                          the JSON of the repository rbawden/discourse-mt-test-sets (contrastive, CC BY-SA 4.0)
#   ./prepare.sh                           takes those of ../../../shared/data
#
# The Acts are published as XML (Open Government Licence – Canada) in the repository justicecanada/laws-lois-xml; a document is an
# Act, a sentence a provision that is in both languages.
set -euo pipefail
shared=$(dirname "$0")/../../../shared/data
laws=$(realpath -m "${1:-$shared/laws_ca_enfr}")
europarl=$(realpath -m "${2:-$shared/europarl_enfr}")
discourse=$(realpath -m "${3:-$shared/discourse_enfr}")
cd "$(dirname "$0")"
for folder in "$laws" "$europarl" "$discourse"; do
  [ -d "$folder" ] || { echo "prepare: there is no folder $folder; ./prepare.sh LAWS EUROPARL DISCOURSE names them" >&2; exit 1; }
done
mkdir -p data
put() { cp -fp "$1" "$2.part" && mv -f "$2.part" "$2"; }  # whole or not at all
for language in en fr; do
  for split in train dev test; do put "$laws/$split.doc.$language.gz" "data/$split.doc.$language.gz"; done
  put "$europarl/test.doc.$language.gz" "data/europarl.doc.$language.gz"
done
../../build/nmt docid check "data/train.doc.{}.gz:en-fr" "data/dev.doc.{}.gz:en-fr" "data/test.doc.{}.gz:en-fr" --documents blank-line
# Last: run.sh takes it for a sign that all is there and no document is in two sets.
rm -rf data/discourse data/discourse.part
./discourse.py "$discourse" data/discourse.part
mv data/discourse.part data/discourse
