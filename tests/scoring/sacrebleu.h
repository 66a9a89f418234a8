#pragma once

#include <cstdlib>
#include <string>

namespace nmt::scoring::testing {

/// The beginning of a shell command that runs Python with sacreBLEU, of scripts/setup.sh --formats
/// or of one's own; the end is a Python statement and an apostrophe.
inline const std::string kPythonWithSacrebleu =
    "PYTHONPATH='" NMT_SOURCE_DIR "/tests/scoring' python3 -c 'import sacrebleu_path, sys; ";

/// Whether there is the version that nmt::scoring is compared with.
inline bool has_sacrebleu() {
  const std::string command = kPythonWithSacrebleu +
                              "import sacrebleu; sys.exit(sacrebleu.__version__ != \"2.6.0\")' "
                              "2> /dev/null";
  return std::system(command.c_str()) == 0;
}

}  // namespace nmt::scoring::testing
