#!/usr/bin/env bash
# Makes the usual IWSLT14 German–English sets from the official archive, as raw text:
#   ./prepare.sh PATH/TO/de-en.tgz      (2014-01/texts/de/en/de-en.tgz of the WIT3 corpus, https://wit3.fbk.eu)
# train: train.tags without every 23rd sentence pair, which form valid; test: dev2010, dev2012, tst2010-2012 together, as in
# the preparation scripts of fairseq and its successors. Text stays cased and detokenised.
set -euo pipefail
archive=${1:+$(realpath -m "$1")}
cd "$(dirname "$0")"
[ -s data/train.en ] && exit 0
if [ ! -f "$archive" ]; then
  echo "prepare: give the path of de-en.tgz, from the IWSLT 2014 release of WIT3" >&2
  exit 1
fi
work=data/part  # on the same disk: files are moved from it whole or not at all
rm -rf "$work"
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT
tar -xzf "$archive" -C "$work"
root=$work/de-en

for language in de en; do
  # Lines of metadata begin with a tag; titles and descriptions are text within tags.
  sed -E '/^ *<(url|talkid|keywords|speaker|reviewer|translator|doc|\/doc|\?xml)/d; s/<\/?(title|description)>//g; s/^ +//; s/ +$//' \
    "$root/train.tags.de-en.$language" >"$work/all.$language"
  for set in dev2010 dev2012 tst2010 tst2011 tst2012; do
    for file in "$root/IWSLT14.TED"*".$set.de-en.$language.xml"; do
      sed -nE 's/^ *<seg id="[0-9]+"> *(.*[^ ]) *<\/seg> *$/\1/p' "$file"
    done
  done >"$work/test.$language"
done
[ "$(wc -l <"$work/all.de")" = "$(wc -l <"$work/all.en")" ] || { echo "prepare: the training sides differ" >&2; exit 1; }
[ "$(wc -l <"$work/test.de")" = "$(wc -l <"$work/test.en")" ] || { echo "prepare: the test sides differ" >&2; exit 1; }
for language in de en; do
  awk 'NR % 23 == 0' "$work/all.$language" >"$work/valid.$language"
  awk 'NR % 23 != 0' "$work/all.$language" >"$work/train.$language"
done
mv "$work"/test.?? "$work"/valid.?? "$work"/train.de data/
mv "$work/train.en" data/  # last: it says that all are there
wc -l data/train.de data/valid.de data/test.de
