#!/usr/bin/env bash
# Installs what the build needs: the distribution's packages, and LibTorch when none is found. Does nothing when all is
# there. Called by quickstart.sh and test.sh; safe to call again.
#   --developer   also clang-format, clang-tidy, MPI, what is optional (MeCab, fastText), and Clang with its fuzzer for scripts/fuzz.sh
#   --formats     also what the converters between file formats and tests against other programs import: CTranslate2, sacreBLEU, …
# NMT_TORCH_VERSION in the environment asks for that release of LibTorch and no other, here and in scripts/build.sh.
set -euo pipefail
cd "$(dirname "$0")/.."

torch_version=${NMT_TORCH_VERSION:-2.11.0}
caches=${XDG_CACHE_HOME:-$HOME/.cache}/nmt
packages=(g++ cmake ninja-build ccache python3 git libsentencepiece-dev libboost-program-options-dev
          libyaml-cpp-dev libicu-dev libspdlog-dev nlohmann-json3-dev zlib1g-dev libzstd-dev libcld2-dev
          libpugixml-dev libssl-dev libgtest-dev libgmock-dev)
# Versions that are tested together; transformers and CTranslate2 use the torch that is there.
format_wheels=(ctranslate2==4.8.5 transformers==5.24.0 sentencepiece==0.2.3 safetensors==0.8.0 protobuf==7.36.2 pyyaml
               "sacrebleu[ja]==2.6.0")
formats=no
for argument in "$@"; do
  case $argument in
    --developer) packages+=(clang-format clang-tidy clang libclang-rt-dev libopenmpi-dev openmpi-bin libmecab-dev
                              libfasttext-dev) ;;
    --formats) formats=yes ;;
    *) sed -n '2,6s/^# \{0,1\}//p' scripts/setup.sh >&2; exit 2 ;;
  esac
done

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# What cannot be installed is told and does no harm here: it may be there under another name or not be needed, and
# cmake/Dependencies.cmake names what the build cannot do without.
install_packages() {  # PACKAGE …
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  if ! command -v apt-get >/dev/null; then
    echo "setup: without apt-get (Debian, Ubuntu) nothing is installed here. Needed, by Debian's names: ${missing[*]}" >&2
    return
  fi
  echo "setup: installing ${missing[*]}" >&2
  as_root apt-get update -qq &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    echo "setup: these could not be installed; going on without" >&2
}

# The folder is there only when it is whole. pip's temporary folder lies on the same disk, so that what pip moves is renamed.
install_wheels() {  # FOLDER WHEEL …
  local folder=$1
  shift
  python3 -m pip --version >/dev/null 2>&1 || install_packages python3-pip
  rm -rf "$folder.part"
  mkdir -p "$folder.part/temporary"
  TMPDIR=$folder.part/temporary python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
    --target "$folder.part/wheels" "$@" || return
  rm -rf "$folder"
  mv "$folder.part/wheels" "$folder"
  rm -rf "$folder.part"
}

install_torch() {
  local folder=$caches/torch-$torch_version found
  # An older one would not find the LibTorch that is there.
  if ! { [[ $(cmake --version 2>/dev/null) =~ ([0-9]+)\.([0-9]+) ]] &&
    ((BASH_REMATCH[1] > 3 || (BASH_REMATCH[1] == 3 && BASH_REMATCH[2] >= 25))); }; then
    echo "setup: cmake is needed, 3.25 or newer" >&2
    exit 1
  fi
  # With NMT_TORCH_VERSION that folder alone, as in build.sh; else whatever the build itself would take.
  found=$(cmake ${NMT_TORCH_VERSION:+-DNMT_TORCH_DIR="$folder/torch"} -P cmake/LibTorch.cmake 2>/dev/null) && return
  [ -z "$found" ] || echo "$found" >&2
  echo "setup: installing the torch $torch_version wheel into $folder (once, about 5 GB)" >&2
  install_wheels "$folder" "torch==$torch_version" numpy
}

# A failure is told but does no harm: without them the converters' tests are skipped, and all else works.
install_formats() {
  local folder
  # Wheels fit one Python. scripts/formats/__init__.py looks there.
  folder=$caches/formats-2-$(python3 -c 'import sys; print(sys.implementation.cache_tag)')
  if [ ! -d "$folder" ]; then
    echo "setup: installing ${format_wheels[*]} into $folder (once, about 400 MB)" >&2
    install_wheels "$folder" "${format_wheels[@]}" || echo "setup: these could not be installed" >&2
  fi
  # The torch of the cache serves the Python that installed it; the build takes it in any case.
  PYTHONPATH=scripts python3 -c 'import formats, importlib.util, sys; sys.exit(importlib.util.find_spec("torch") is None)' ||
    echo "setup: the converters also need torch for this Python: python3 -m pip install torch" >&2
}

# Two at once would take each other's half of an installation for a failed one's.
if command -v flock >/dev/null && mkdir -p "$caches" 2>/dev/null && [ -w "$caches" ]; then
  exec 9>"$caches/setup.lock"
  flock -n 9 || { echo "setup: waiting for another one to end" >&2; flock 9; }
fi
install_packages "${packages[@]}"
install_torch
if [ $formats = yes ]; then install_formats; fi
