// Training with two processes on this machine, over MPI.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <nlohmann/json.hpp>

#include "nmt/support/atomic_file.h"
#include "nmt/training/tensor_file.h"
#include "tests/commands/program.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

using Words = std::vector<std::string>;

Words with_updates(const std::string& run, int64_t updates, Words more) {
  more.insert(more.end(),
              {"--train.max_updates", std::to_string(updates), "--train.ema", "0", "--valid.every",
               "20", "--valid.metric", "bleu", "--valid.max_lines", "15", "--save.every", "20"});
  return train_arguments(run, more);
}

class Processes : public testing::Test {
 protected:
  void SetUp() override {
    const std::string library = fs::path(NMT_PROGRAM).parent_path() / "libnmt_mpi.so";
    if (!fs::exists(library)) GTEST_SKIP() << "built without MPI";
    if (run_command({"mpirun", "--version"}).exit_code != 0) GTEST_SKIP() << "there is no mpirun";
    // Open MPI would not start for root, as which containers run.
    ::setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
    ::setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
  }

  static ProgramResult run_two(const Words& arguments) {
    Words command = {"mpirun", "-n", "2", "--oversubscribe", "--bind-to", "none", NMT_PROGRAM};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run_command(command);
  }

  std::string trained(const std::string& name, int processes, const Words& more = {},
                      int64_t updates = 40) {
    const std::string run = folder_.file(name);
    const Words arguments = with_updates(run, updates, more);
    const ProgramResult result = processes == 2 ? run_two(arguments) : run_program(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return run;
  }

  static TensorMap weights(const std::string& run) {
    return load_tensors(run + "/checkpoints/last/model.safetensors");
  }

  static double largest_difference(const TensorMap& a, const TensorMap& b) {
    double largest = 0;
    for (const auto& [name, tensor] : a)
      largest = std::max(largest, (tensor - b.at(name)).abs().max().item<double>());
    return largest;
  }

  TemporaryFolder folder_;
};

TEST_F(Processes, TwoEqualOneThatAccumulatesTwice) {
  const std::string one = trained("one", 1, {"--train.accumulate", "2"}), two = trained("two", 2);
  EXPECT_LT(largest_difference(weights(one), weights(two)), 1e-6);
  const auto a = events(one, "train"), b = events(two, "train");
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_NEAR(a[i]["loss"].get<double>(), b[i]["loss"].get<double>(), 1e-5);
    EXPECT_EQ(a[i]["target_tokens"], b[i]["target_tokens"]);
    EXPECT_NEAR(a[i]["padding_percent"].get<double>(), b[i]["padding_percent"].get<double>(), 1e-9);
    EXPECT_EQ(a[i]["worst"][0]["update"], b[i]["worst"][0]["update"]);
    EXPECT_EQ(a[i]["worst"][0]["pairs"], b[i]["worst"][0]["pairs"]);
  }
  const auto valid = events(one, "valid"), shared = events(two, "valid");
  ASSERT_EQ(valid.size(), 2U);
  ASSERT_EQ(shared.size(), 2U);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(valid[i]["loss"].get<double>(), shared[i]["loss"].get<double>(), 1e-5);
    EXPECT_EQ(valid[i]["bleu"], shared[i]["bleu"]);
    EXPECT_EQ(valid[i]["samples"], shared[i]["samples"]);
  }
}

TEST_F(Processes, ResumeBitForBit) {
  for (const char* sharded : {"false", "true"}) {
    const Words more = {"--train.shard_optimizer", sharded};
    const std::string name = std::string("sharded-") + sharded;
    const std::string undisturbed = trained(name, 2, more);
    const std::string stopped = trained(name + "-stopped", 2, more, 20);
    EXPECT_NE(tensors(stopped), tensors(undisturbed));
    trained(name + "-stopped", 2, more);
    EXPECT_TRUE(tensors(stopped) == tensors(undisturbed)) << name;
  }
}

TEST_F(Processes, ResumeInAnotherNumber) {
  const std::string two = trained("two", 2);
  const std::string changed = trained("changed", 2, {}, 20);
  trained("changed", 1, {"--train.accumulate", "2"});
  EXPECT_LT(largest_difference(weights(two), weights(changed)), 1e-6);
}

// Of five sentences, each a batch of its own, the last update of an epoch has one for two
// processes.
TEST_F(Processes, OneWithoutABatchTakesPart) {
  for (const char* language : {"en", "de"}) {
    std::string few;
    const auto lines = lines_of(read_file(small_run().text("train.") + language));
    for (size_t i = 0; i < 5; ++i) few += lines[i] + "\n";
    folder_.write(std::string("few.") + language, few);
  }
  const Words data = {"--data.train",         folder_.file("few.{}:en-de"),
                      "--vocabulary.file",    small_run().run + "/vocab.model",
                      "--data.max_sentences", "1"};
  Words accumulating = data;
  accumulating.insert(accumulating.end(), {"--train.accumulate", "2"});
  const std::string one = trained("one", 1, accumulating, 7), two = trained("two", 2, data, 7);
  EXPECT_LT(largest_difference(weights(one), weights(two)), 1e-6);
  EXPECT_EQ(events(one, "train").back()["target_tokens"],
            events(two, "train").back()["target_tokens"]);
}

TEST_F(Processes, ShardedMomentsChangeNothing) {
  const std::string plain = trained("plain", 2);
  const std::string sharded = trained("sharded", 2, {"--train.shard_optimizer", "true"});
  EXPECT_TRUE(tensors(plain) == tensors(sharded));
}

TEST_F(Processes, StartedByALauncherOfAnotherMpiAreRefused) {
  Words command = {"env", "PMI_RANK=1", "PMI_SIZE=2", NMT_PROGRAM};
  const Words arguments = with_updates(folder_.file("run"), 1, {"--device", "cpu"});
  command.insert(command.end(), arguments.begin(), arguments.end());
  const ProgramResult result = run_command(command);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("mpirun started this as process 1 of 2, but its MPI says "
                                    "process 0 of 1"));
}

// The process number of one of a run's processes.
pid_t find_process(const std::string& run, int rank) {
  const std::string variable = "OMPI_COMM_WORLD_RANK=" + std::to_string(rank);
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    try {
      if (read_file(entry.path() / "cmdline").find(run) != std::string::npos &&
          read_file(entry.path() / "environ").find(variable) != std::string::npos)
        return std::stoi(name);
    } catch (const std::exception&) {  // it has ended
    }
  }
  return -1;
}

// Trains with two processes, stops one of them, and gives how the other one ends.
ProgramResult stop_one(const std::string& run, int rank, pid_t& stopped,
                       const std::function<ProgramResult(const Words&)>& run_two) {
  auto two = std::async(std::launch::async, [&] {
    return run_two(with_updates(run, 100'000, {"--time_limit", "4"}));
  });
  const auto ended = [&two] {
    return two.wait_for(std::chrono::milliseconds(50)) == std::future_status::ready;
  };
  while (!fs::exists(run + "/checkpoints/last") && !ended()) {
  }
  stopped = find_process(run, rank);
  if (stopped > 0) ::kill(stopped, SIGSTOP);
  const auto start = std::chrono::steady_clock::now();
  const ProgramResult result = two.get();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
  EXPECT_GT(stopped, 0);
  EXPECT_NE(result.exit_code, 0);
  EXPECT_TRUE(fs::exists(run + "/checkpoints/last/state.json"));
  return result;
}

TEST_F(Processes, AMissingOneEndsTheRunAndIsNamed) {
  pid_t stopped = 0;
  const ProgramResult result = stop_one(folder_.file("second"), 1, stopped, run_two);
  EXPECT_THAT(result.err, HasSubstr("process 1 of 0 to 1"));
  // It is silent, and others wait for it: both are true at about the same time.
  EXPECT_THAT(result.err, HasSubstr("for 4 s"));
  EXPECT_THAT(result.err, HasSubstr("process number " + std::to_string(stopped)));
}

TEST_F(Processes, AMissingMainOneEndsTheRunAndIsNamed) {
  pid_t stopped = 0;
  const ProgramResult result = stop_one(folder_.file("main"), 0, stopped, run_two);
  EXPECT_THAT(result.err, HasSubstr("process 0 of 0 to 1"));
}

}  // namespace
}  // namespace nmt
