#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace nmt {

/// This process as one of several, as the launcher's environment variables tell it.
struct Launch {
  std::string launcher;  // "torchrun", "mpirun" or "srun"
  int64_t rank = 0, size = 1;
  int64_t local_rank = 0;  // among the processes of this machine: picks the GPU
  /// Where the process of rank 0 is found: MASTER_ADDR and MASTER_PORT, or this machine when all
  /// processes are on it. Empty and 0: not known.
  std::string address;
  int64_t port = 0;
  bool launcher_has_store = false;  // torchrun serves a key-value store at address and port itself
  int64_t attempt = 0;              // how often the launcher has started all processes again
};

/// What the variables of torchrun (RANK, WORLD_SIZE …), mpirun (Open MPI's OMPI_COMM_WORLD_…, the
/// PMI_… of MPICH and Intel MPI) or srun (SLURM_…) say; nothing when this process was started alone
/// or is the only one. `variable(name)` gives a variable's value or null, as getenv does.
/// Throws UsageError for a value that is no number, or a rank outside of the number of processes.
std::optional<Launch> find_launch(const std::function<const char*(const char* name)>& variable);

}  // namespace nmt
