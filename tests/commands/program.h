#pragma once

#include <sys/types.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/temporary_folder.h"

namespace nmt {

/// What a run of the program gave.
struct ProgramResult {
  int exit_code = -1;  // 128 + signal when it was killed
  std::string out, err;
};

/// Runs a program, found in PATH, with this text on stdin.
ProgramResult run_command(const std::vector<std::string>& command, const std::string& input = "");

/// Runs `nmt` with these arguments and this text on stdin.
ProgramResult run_program(const std::vector<std::string>& arguments, const std::string& input = "");

/// Starts `nmt`, sends it `signal` as soon as `when` holds, and waits for its end.
ProgramResult run_and_signal(const std::vector<std::string>& arguments, int signal,
                             const std::function<bool()>& when);

/// `nmt` at the other end of two pipes.
class RunningProgram {
 public:
  explicit RunningProgram(const std::vector<std::string>& arguments);
  ~RunningProgram();
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;

  void send(const std::string& text);
  /// The next line of its output, without the line's end. Throws Error when none comes within a
  /// minute.
  std::string receive_line();
  /// Closes its input; `out` is what has not been received yet.
  ProgramResult finish();

 private:
  TemporaryFolder folder_;  // its stderr
  pid_t child_ = -1;
  int input_ = -1, output_ = -1;
  std::string received_;  // not handed over yet

  bool receive();  // false at the end
};

/// Text of the testbed, a recipe for a very small model and a run trained from it: made once,
/// shared by all tests, which must not change them.
struct SmallRun {
  std::string folder;  // holds all
  std::string recipe;  // recipe.yaml: 120 updates
  std::string run;     // trained
  std::string text(const std::string& name) const { return folder + "/data/" + name; }
};
const SmallRun& small_run();

/// So many lines of its English test text.
std::string first_lines(size_t count);

/// Copies a run folder into this one, for a test that changes it; gives the copy's path.
std::string copy_run(const std::string& run, const TemporaryFolder& folder);

/// The arguments that train the small recipe in this run folder with one thread, and `more`.
std::vector<std::string> train_arguments(const std::string& run,
                                         const std::vector<std::string>& more = {});

/// Runs `nmt` with them.
ProgramResult train(const std::string& run, const std::vector<std::string>& more = {});

/// What the log of a run tells by events of this name, in order. The run may be in training, or not
/// have begun.
std::vector<nlohmann::json> events(const std::string& run, const std::string& name);

/// The bytes of all tensors of a checkpoint: weights, their moving average where there is one,
/// moments, and what methods keep.
std::string tensors(const std::string& run, const std::string& checkpoint = "last");

std::vector<std::string> lines_of(const std::string& text);

}  // namespace nmt
