#include "nmt/training/launch.h"

#include <gtest/gtest.h>

#include <map>

#include "nmt/support/error.h"
#include "tests/message_of.h"

namespace nmt {
namespace {

std::optional<Launch> launch(const std::map<std::string, std::string>& environment) {
  return find_launch([&](const char* name) {
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second.c_str();
  });
}

TEST(Launch, IsNothingForAProcessAlone) {
  EXPECT_FALSE(launch({}));
  EXPECT_FALSE(launch({{"RANK", "0"}, {"WORLD_SIZE", "1"}}));
  // A batch script of Slurm's, whose program is not started by srun.
  EXPECT_FALSE(launch({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "8"}}));
}

TEST(Launch, ReadsTorchrunBeforeSlurm) {
  const auto found = launch({{"RANK", "5"},
                             {"WORLD_SIZE", "8"},
                             {"LOCAL_RANK", "1"},
                             {"LOCAL_WORLD_SIZE", "4"},
                             {"MASTER_ADDR", "node7"},
                             {"MASTER_PORT", "12345"},
                             {"TORCHELASTIC_USE_AGENT_STORE", "True"},
                             {"TORCHELASTIC_RESTART_COUNT", "2"},
                             {"SLURM_PROCID", "1"},
                             {"SLURM_STEP_NUM_TASKS", "2"}});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->launcher, "torchrun");
  EXPECT_EQ(found->rank, 5);
  EXPECT_EQ(found->size, 8);
  EXPECT_EQ(found->local_rank, 1);
  EXPECT_EQ(found->address, "node7");
  EXPECT_EQ(found->port, 12345);
  EXPECT_TRUE(found->launcher_has_store);
  EXPECT_EQ(found->attempt, 2);
}

TEST(Launch, ReadsOpenMpiPmiAndSlurm) {
  const auto mpi = launch({{"OMPI_COMM_WORLD_RANK", "1"},
                           {"OMPI_COMM_WORLD_SIZE", "2"},
                           {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                           {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}});
  ASSERT_TRUE(mpi);
  EXPECT_EQ(mpi->launcher, "mpirun");
  EXPECT_EQ(mpi->local_rank, 1);
  EXPECT_EQ(mpi->address, "127.0.0.1");  // all are on this machine
  EXPECT_FALSE(mpi->launcher_has_store);

  const auto pmi = launch({{"PMI_RANK", "3"}, {"PMI_SIZE", "4"}});
  ASSERT_TRUE(pmi);
  EXPECT_EQ(pmi->rank, 3);
  EXPECT_EQ(pmi->address, "");

  const auto slurm =
      launch({{"SLURM_PROCID", "6"}, {"SLURM_STEP_NUM_TASKS", "16"}, {"SLURM_LOCALID", "6"}});
  ASSERT_TRUE(slurm);
  EXPECT_EQ(slurm->launcher, "srun");
  EXPECT_EQ(slurm->size, 16);
  EXPECT_EQ(slurm->local_rank, 6);
}

TEST(Launch, RefusesWhatMakesNoSense) {
  EXPECT_THROW(launch({{"RANK", "two"}, {"WORLD_SIZE", "4"}}), UsageError);
  EXPECT_THROW(launch({{"RANK", "-1"}, {"WORLD_SIZE", "4"}}), UsageError);
  const std::string message = message_of([] { launch({{"RANK", "4"}, {"WORLD_SIZE", "4"}}); });
  EXPECT_NE(message.find("WORLD_SIZE"), std::string::npos) << message;
}

}  // namespace
}  // namespace nmt
