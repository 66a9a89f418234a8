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
trap 'rm -f data/*.part' EXIT

# The corpus' known sizes: a wrong or cut file is noticed here, not after training.
is_right() {  # FILE LINES
  local lines
  lines=$(gzip -dc "$1" | wc -l) && [ "$lines" = "$2" ]
}
put() {  # FILE LINES: whole and right, or not at all
  local origin=${folder:-https://raw.githubusercontent.com/multi30k/dataset/master/data/task1/raw}/$1
  [ -e "data/$1" ] && is_right "data/$1" "$2" && return
  if [ -n "$folder" ]; then
    cp -f "$origin" "data/$1.part"
  elif ! command -v curl >/dev/null; then
    echo "prepare: curl is needed to download $1; or name a DIR that has it" >&2
    exit 1
  else
    curl -fL --retry 3 -o "data/$1.part" "$origin"
  fi
  is_right "data/$1.part" "$2" || { echo "prepare: $origin is damaged, or has not the $2 lines that it should have" >&2; exit 1; }
  mv -f "data/$1.part" "data/$1"
}
for language in en de; do
  put "train.$language.gz" 29000
  put "val.$language.gz" 1014
  put "test_2016_flickr.$language.gz" 1000
  put "test_2017_flickr.$language.gz" 1000
done
