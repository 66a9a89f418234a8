#include "nmt/training/launch.h"

#include <array>
#include <charconv>
#include <string_view>

#include "nmt/support/error.h"

namespace nmt {
namespace {

// The variables of a launcher. `local_size` is null where it has none.
struct Names {
  const char *launcher, *rank, *size, *local_rank, *local_size;
};

// torchrun first: its processes may themselves be started within a job of Slurm's. srun by the
// variables of a step: a batch script sees the job's own, SLURM_PROCID and SLURM_NTASKS, too, and
// what it starts without srun is one process.
constexpr std::array<Names, 4> kLaunchers = {{
    {"torchrun", "RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"},
    {"mpirun", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK",
     "OMPI_COMM_WORLD_LOCAL_SIZE"},
    {"mpirun", "PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS"},
    {"srun", "SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID", nullptr},
}};

using Variable = std::function<const char*(const char*)>;

std::optional<int64_t> number(const Variable& variable, const char* name) {
  const char* const found = name == nullptr ? nullptr : variable(name);
  if (found == nullptr) return std::nullopt;
  const std::string_view value(found);
  int64_t result = 0;
  const auto [end, error] = std::from_chars(value.begin(), value.end(), result);
  if (error != std::errc{} || end != value.end() || result < 0)
    throw UsageError(text("the environment variable ", name, " is '", value, "', not a number"),
                     "Start all processes with torchrun, mpirun or srun, or unset it.");
  return result;
}

}  // namespace

std::optional<Launch> find_launch(const Variable& variable) {
  for (const Names& names : kLaunchers) {
    const auto rank = number(variable, names.rank), size = number(variable, names.size);
    if (!rank || !size) continue;
    if (*rank >= *size)
      throw UsageError(text("the environment says that this is process ", *rank, " (", names.rank,
                            ", counted from 0) of ", *size, " (", names.size, ")"),
                       "Start all processes with torchrun, mpirun or srun, or unset both.");
    if (*size == 1) return std::nullopt;
    Launch launch{.launcher = names.launcher, .rank = *rank, .size = *size};
    launch.local_rank = number(variable, names.local_rank).value_or(0);
    const char* const address = variable("MASTER_ADDR");
    if (address != nullptr)
      launch.address = address;
    else if (number(variable, names.local_size) == size)
      launch.address = "127.0.0.1";
    launch.port = number(variable, "MASTER_PORT").value_or(0);
    const char* const store = variable("TORCHELASTIC_USE_AGENT_STORE");
    launch.launcher_has_store = store != nullptr && std::string_view(store) == "True";
    launch.attempt = number(variable, "TORCHELASTIC_RESTART_COUNT").value_or(0);
    return launch;
  }
  return std::nullopt;
}

}  // namespace nmt
