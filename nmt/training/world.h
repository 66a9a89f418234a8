#pragma once

#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace nmt {

/// The processes of a run. The trainer is written against this interface alone; one process is the
/// case where every operation is trivial.
class World {
 public:
  virtual ~World() = default;
  virtual int64_t rank() const = 0;
  virtual int64_t size() const = 0;
  bool is_main() const { return rank() == 0; }

  /// Sums tensors over all processes, in place. Every process passes tensors of the same shapes in
  /// the same order.
  virtual void sum(std::vector<torch::Tensor>& tensors) = 0;
  /// Sums one number over all processes.
  virtual double sum(double value) = 0;
  /// Rank 0's number, everywhere: decisions (stop, save) are taken by rank 0 alone.
  virtual int64_t from_main(int64_t value) = 0;
  virtual void barrier() = 0;
};

std::unique_ptr<World> single_process();

}  // namespace nmt
