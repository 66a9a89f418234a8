#pragma once

#include <string>

#include "nmt/support/error.h"

namespace nmt {

/// What the system answered when a file or folder was used: "PATH: cannot write: No space left on
/// device", with the remedy. `code` is the value of errno, 0 when it is not known.
Error file_error(const std::string& path, const std::string& action, int code);

/// Flushes stdout. Throws file_error() when results did not arrive there.
void flush_stdout();

}  // namespace nmt
