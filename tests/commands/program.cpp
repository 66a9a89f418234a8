#include "tests/commands/program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <sstream>
#include <utility>

#include "nmt/support/atomic_file.h"
#include "nmt/support/error.h"
#include "nmt/training/checkpoint.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace fs = std::filesystem;

namespace {

/// Becomes the program that `command` names, with these descriptors as stdin, stdout and stderr.
[[noreturn]] void become_program(const std::vector<std::string>& command,
                                 const std::array<int, 3>& descriptors) {
  for (int i = 0; i < 3; ++i) ::dup2(descriptors[static_cast<size_t>(i)], i);
  std::vector<char*> words;
  words.reserve(command.size() + 1);
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  ::execvp(words.front(), words.data());
  ::_exit(127);
}

std::vector<std::string> nmt_with(const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {NMT_PROGRAM};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

int open_new(const std::string& path) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
}

pid_t start(const std::vector<std::string>& command, const std::string& folder) {
  const pid_t child = ::fork();
  if (child == 0)
    become_program(command, {::open((folder + "/in").c_str(), O_RDONLY), open_new(folder + "/out"),
                             open_new(folder + "/err")});
  return child;
}

int exit_code_of(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

ProgramResult finish(pid_t child, const std::string& folder) {
  const int exit_code = exit_code_of(child);
  return {exit_code, read_file(folder + "/out"), read_file(folder + "/err")};
}

}  // namespace

ProgramResult run_command(const std::vector<std::string>& command, const std::string& input) {
  const TemporaryFolder folder;
  folder.write("in", input);
  return finish(start(command, folder.path()), folder.path());
}

ProgramResult run_program(const std::vector<std::string>& arguments, const std::string& input) {
  return run_command(nmt_with(arguments), input);
}

ProgramResult run_and_signal(const std::vector<std::string>& arguments, int signal,
                             const std::function<bool()>& when) {
  const TemporaryFolder folder;
  folder.write("in", "");
  const pid_t child = start(nmt_with(arguments), folder.path());
  const auto ended = [child] {
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT);
    return info.si_pid == child;
  };
  while (!when() && !ended()) ::usleep(2000);
  ::kill(child, signal);
  return finish(child, folder.path());
}

RunningProgram::RunningProgram(const std::vector<std::string>& arguments) {
  ::signal(SIGPIPE, SIG_IGN);  // a program that has ended is seen by what it gave
  std::array<int, 2> to{}, from{};
  if (::pipe2(to.data(), O_CLOEXEC) != 0 || ::pipe2(from.data(), O_CLOEXEC) != 0)
    throw Error("no pipe");
  child_ = ::fork();
  if (child_ == 0) {
    ::signal(SIGPIPE, SIG_DFL);
    become_program(nmt_with(arguments), {to[0], from[1], open_new(folder_.file("err"))});
  }
  ::close(to[0]);
  ::close(from[1]);
  input_ = to[1];
  output_ = from[0];
}

RunningProgram::~RunningProgram() {
  if (child_ > 0) {
    ::kill(child_, SIGKILL);
    exit_code_of(child_);
  }
  if (input_ >= 0) ::close(input_);
  ::close(output_);
}

void RunningProgram::send(const std::string& text) {
  if (::write(input_, text.data(), text.size()) != std::ssize(text))
    throw Error("nmt does not read", read_file(folder_.file("err")));
}

bool RunningProgram::receive() {
  pollfd waiting{.fd = output_, .events = POLLIN, .revents = 0};
  std::array<char, 4096> buffer{};
  if (::poll(&waiting, 1, /*milliseconds=*/60'000) <= 0) throw Error("no output for a minute");
  const ssize_t count = ::read(output_, buffer.data(), buffer.size());
  if (count > 0) received_.append(buffer.data(), static_cast<size_t>(count));
  return count > 0;
}

std::string RunningProgram::receive_line() {
  size_t end = 0;
  while ((end = received_.find('\n')) == std::string::npos)
    if (!receive()) throw Error("the output has ended", read_file(folder_.file("err")));
  std::string line = received_.substr(0, end);
  received_.erase(0, end + 1);
  return line;
}

ProgramResult RunningProgram::finish() {
  ::close(std::exchange(input_, -1));
  while (receive()) {
  }
  const int exit_code = exit_code_of(std::exchange(child_, -1));
  return {exit_code, std::move(received_), read_file(folder_.file("err"))};
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

std::string first_lines(size_t count) {
  std::string text;
  const std::vector<std::string> lines = lines_of(read_file(small_run().text("test.en")));
  for (size_t i = 0; i < count; ++i) text += lines[i] + "\n";
  return text;
}

std::string copy_run(const std::string& run, const TemporaryFolder& folder) {
  std::string copy = folder.file("run");
  fs::copy(run, copy, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  return copy;
}

std::vector<std::string> train_arguments(const std::string& run,
                                         const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"train", small_run().recipe, "--run",
                                        run,     "--threads",        "1"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

ProgramResult train(const std::string& run, const std::vector<std::string>& more) {
  return run_program(train_arguments(run, more));
}

std::vector<nlohmann::json> events(const std::string& run, const std::string& name) {
  std::vector<nlohmann::json> found;
  const std::string log = run + "/train.jsonl";
  if (!fs::exists(log)) return found;
  const std::string written = read_file(log);
  // What follows the last line end is still being written.
  for (const std::string& line : lines_of(written.substr(0, written.rfind('\n') + 1))) {
    nlohmann::json event = nlohmann::json::parse(line);
    if (event["event"] == name) found.push_back(std::move(event));
  }
  return found;
}

std::string tensors(const std::string& run, const std::string& checkpoint) {
  const std::string folder = RunFolder(run).find_checkpoint(checkpoint) + "/";
  std::string bytes = read_file(folder + kWeightsFile) + read_file(folder + kTrainingFile);
  if (fs::exists(folder + kAverageFile)) bytes += read_file(folder + kAverageFile);
  return bytes;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace nmt
