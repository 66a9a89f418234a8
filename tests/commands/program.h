#pragma once

#include <functional>
#include <string>
#include <vector>

namespace nmt {

/// What a run of the program gave.
struct ProgramResult {
  int exit_code = -1;  // 128 + signal when it was killed
  std::string out, err;
};

/// Runs `nmt` with these arguments and this text on stdin.
ProgramResult run_program(const std::vector<std::string>& arguments, const std::string& input = "");

/// Starts `nmt`, sends it `signal` as soon as `when` holds, and waits for its end.
ProgramResult run_and_signal(const std::vector<std::string>& arguments, int signal,
                             const std::function<bool()>& when);

/// Text of the testbed, a recipe for a very small model and a run trained from it: made once,
/// shared by all tests, which must not change them.
struct SmallRun {
  std::string folder;  // holds all
  std::string recipe;  // recipe.yaml: 120 updates
  std::string run;     // trained
  std::string text(const std::string& name) const { return folder + "/data/" + name; }
};
const SmallRun& small_run();

std::vector<std::string> lines_of(const std::string& text);

}  // namespace nmt
