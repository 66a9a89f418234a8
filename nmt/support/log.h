#pragma once

#include <string>

#include "nmt/support/error.h"

// Messages for the person at the terminal, on stderr. stdout is for results only. spdlog stays
// inside log.cpp: its headers cannot be included beside LibTorch's (two versions of fmt).

namespace nmt::log {

enum class Level { kDebug, kInfo, kWarning, kError };

/// Messages below `level` are not printed. Default: kInfo.
void set_level(Level level);

/// Prefixes every message with "[rank R]"; for runs of several processes.
void set_rank(int rank);

/// Also writes every message to `file`, appending.
void add_file(const std::string& file);

void write(Level level, const std::string& message);

template <class... Parts>
void debug(const Parts&... parts) {
  write(Level::kDebug, text(parts...));
}
template <class... Parts>
void info(const Parts&... parts) {
  write(Level::kInfo, text(parts...));
}
template <class... Parts>
void warning(const Parts&... parts) {
  write(Level::kWarning, text(parts...));
}
template <class... Parts>
void error(const Parts&... parts) {
  write(Level::kError, text(parts...));
}

}  // namespace nmt::log
