#!/usr/bin/env bash
# Puts Multi30k (Elliott et al. 2016, 2017) into data/: train, val, test_2016_flickr and test_2017_flickr in en and de, raw text.
#
#   ./prepare.sh DIR   takes the *.gz files of DIR (the data/task1/raw folder of the multi30k/dataset repository)
#   ./prepare.sh          takes ../../../shared/data/multi30k when it is there, else downloads them from that repository
set -euo pipefail
folder=${1:+$(realpath -m "$1")}
cd "$(dirname "$0")"

[ -z "$folder" ] && [ -d ../../../shared/data/multi30k ] && folder=../../../shared/data/multi30k
mkdir -p data
for split in train val test_2016_flickr test_2017_flickr; do
  for language in en de; do
    file=$split.$language.gz
    [ -s "data/$file" ] && continue
    if [ -n "$folder" ]; then
      cp -f "$folder/$file" "data/$file.part"
    elif ! command -v curl >/dev/null; then
      echo "prepare: curl is needed to download $file; or name a DIR that has it" >&2
      exit 1
    else
      curl -fL --retry 3 -o "data/$file.part" \
        "https://raw.githubusercontent.com/multi30k/dataset/master/data/task1/raw/$file"
    fi
    mv "data/$file.part" "data/$file"
  done
done

# The corpus' known sizes: a wrong or cut file is noticed here, not after training.
check() {
  local lines
  lines=$(gzip -dc "data/$1.gz" | wc -l)
  [ "$lines" = "$2" ] || { echo "prepare: data/$1.gz has $lines lines instead of $2" >&2; exit 1; }
}
for language in en de; do
  check "train.$language" 29000
  check "val.$language" 1014
  check "test_2016_flickr.$language" 1000
  check "test_2017_flickr.$language" 1000
done
