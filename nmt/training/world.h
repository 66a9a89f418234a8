#pragma once

#include <c10/util/intrusive_ptr.h>
#include <torch/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "nmt/training/launch.h"

namespace c10d {
class ProcessGroup;
}

namespace nmt {

/// The processes of a run. The trainer is written against this interface alone; one process is the
/// case where every operation is trivial. All processes call the same operations in the same order;
/// none returns before its result may be used (on a GPU: by work queued afterwards).
class World {
 public:
  virtual ~World() = default;
  virtual int64_t rank() const = 0;
  virtual int64_t size() const = 0;
  bool is_main() const { return rank() == 0; }

  /// Sums a tensor over all processes, in place.
  virtual void sum(torch::Tensor& tensor) = 0;
  /// Gives all processes the tensor of process `from`, in place; shapes are equal everywhere.
  virtual void broadcast(torch::Tensor& tensor, int64_t from) = 0;
  /// In the main process the texts of all processes, by rank; elsewhere nothing.
  virtual std::vector<std::string> gather(const std::string& text) = 0;
  /// Returns when all processes have come here, however long that takes.
  virtual void barrier() = 0;
  /// Runs `work`, in which the processes wait for one another by other means than the above, so
  /// that the time limit holds for it.
  virtual void together(const std::function<void()>& work) { work(); }
  /// What LibTorch's own distributed parts work with; null for one process.
  virtual c10::intrusive_ptr<c10d::ProcessGroup> process_group() const = 0;

  /// Sums numbers over all processes, in place.
  void sum(std::vector<double>& numbers);
  /// The main process's number, everywhere: decisions (stop, save) are taken by it alone.
  int64_t from_main(int64_t number);

 protected:
  /// Where small results are exchanged.
  virtual torch::Device device() const = 0;
};

std::unique_ptr<World> single_process();

/// Joins the processes of `launch`: over NCCL on GPUs, over MPI on CPUs. A process that is not
/// heard of for `time_limit`, or lets the others wait for so long, ends the run: each process exits
/// with status 1, and one of them names the missing one. Throws UsageError when this program or
/// machine lacks what that takes.
std::unique_ptr<World> join_processes(const Launch& launch, const torch::Device& device,
                                      std::chrono::seconds time_limit);

}  // namespace nmt
