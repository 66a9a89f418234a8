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
cd "$(dirname "$0")"
laws=${1:-../../../shared/data/laws_ca_enfr}
europarl=${2:-../../../shared/data/europarl_enfr}
discourse=${3:-../../../shared/data/discourse_enfr}
for folder in "$laws" "$europarl" "$discourse"; do
  [ -d "$folder" ] || { echo "prepare: there is no folder $folder; ./prepare.sh LAWS EUROPARL DISCOURSE names them" >&2; exit 1; }
done
mkdir -p data
for language in en fr; do
  for split in train dev test; do cp -u "$laws/$split.doc.$language.gz" data/; done
  cp -u "$europarl/test.doc.$language.gz" "data/europarl.doc.$language.gz"
done
./discourse.py "$discourse" data/discourse
../../build/nmt docid check "data/train.doc.{}.gz:en-fr" "data/dev.doc.{}.gz:en-fr" "data/test.doc.{}.gz:en-fr" --documents blank-line
