#include "tests/commands/program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <sstream>

#include "nmt/support/atomic_file.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {

pid_t start(const std::vector<std::string>& arguments, const std::string& folder) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  const auto redirect = [&](const char* name, int flags, int descriptor) {
    ::dup2(::open((folder + "/" + name).c_str(), flags, 0644), descriptor);
  };
  redirect("in", O_RDONLY, 0);
  redirect("out", O_WRONLY | O_CREAT | O_TRUNC, 1);
  redirect("err", O_WRONLY | O_CREAT | O_TRUNC, 2);
  std::vector<char*> words = {const_cast<char*>("nmt")};
  for (const std::string& argument : arguments)
    words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  ::execv(NMT_PROGRAM, words.data());
  ::_exit(127);
}

ProgramResult finish(pid_t child, const std::string& folder) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return {WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status),
          read_file(folder + "/out"), read_file(folder + "/err")};
}

}  // namespace

ProgramResult run_program(const std::vector<std::string>& arguments, const std::string& input) {
  const TemporaryFolder folder;
  folder.write("in", input);
  return finish(start(arguments, folder.path()), folder.path());
}

ProgramResult run_and_signal(const std::vector<std::string>& arguments, int signal,
                             const std::function<bool()>& when) {
  const TemporaryFolder folder;
  folder.write("in", "");
  const pid_t child = start(arguments, folder.path());
  const auto ended = [child] {
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT);
    return info.si_pid == child;
  };
  while (!when() && !ended()) ::usleep(2000);
  ::kill(child, signal);
  return finish(child, folder.path());
}

const SmallRun& small_run() {
  static const TemporaryFolder folder;
  static const SmallRun run = [] {
    SmallRun small{folder.path(), folder.file("recipe.yaml"), folder.file("run")};
    const ProgramResult made = run_program(
        {"testbed", small.folder + "/data", "--documents", "40", "--languages", "en", "de"});
    EXPECT_EQ(made.exit_code, 0) << made.err;
    const std::string data = small.folder + "/data/";
    write_file(small.recipe,
               "data:\n  train: [\"" + data + "train.{}:en-de\"]\n  valid: [\"" + data +
                   "valid.{}:en-de\"]\n  test: [\"" + data +
                   "test.{}:en-de\"]\n  max_tokens: 600\n  unigram_alpha: 0.5\n"
                   "vocabulary: {size: 400}\n"
                   "model: {dim: 32, heads: 2, feed_forward_dim: 64, encoder_layers: 1, "
                   "decoder_layers: 1}\n"
                   "train: {lr: 0.005, warmup: 10, max_updates: 120, log_every: 10, ema: 0.9}\n"
                   "valid: {every: 20, max_lines: 20}\n"
                   "save: {every: 10}\n"
                   "decode: {max_len_a: 1, max_len_b: 5}\n");
    const ProgramResult trained =
        run_program({"train", small.recipe, "--run", small.run, "--threads", "1"});
    EXPECT_EQ(trained.exit_code, 0) << trained.err;
    return small;
  }();
  return run;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace nmt
