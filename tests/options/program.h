#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <string>

#include "nmt/support/error.h"

// The program as a process.

namespace nmt::testing {

struct Outcome {
  int exit_code;
  std::string out;
};

/// Runs a shell line; `out` is what it wrote to stdout.
inline Outcome shell(const std::string& line) {
  FILE* const pipe = popen(line.c_str(), "r");
  if (pipe == nullptr) throw Error("popen failed");
  std::string out;
  char buffer[4096];
  for (size_t n = 0; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, n);
  const int status = pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), out};
}

/// Runs nmt with stderr joined to stdout.
inline Outcome nmt_run(const std::string& arguments, const std::string& program = NMT_PROGRAM) {
  return shell("'" + program + "' " + arguments + " 2>&1 < /dev/null");
}

/// Runs nmt and keeps only stderr.
inline Outcome nmt_errors(const std::string& arguments) {
  return shell("'" NMT_PROGRAM "' " + arguments + " 2>&1 > /dev/null < /dev/null");
}

}  // namespace nmt::testing
