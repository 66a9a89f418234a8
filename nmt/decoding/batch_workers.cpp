#include "nmt/decoding/batch_workers.h"

#include <ATen/autocast_mode.h>
#include <torch/torch.h>

#include <algorithm>

#include "models/precision.h"
#include "nmt/scoring/parallel.h"

namespace nmt {
namespace {

/// Gives the calling thread all threads back for its operators.
class ThreadsBack {
 public:
  ThreadsBack() = default;
  ~ThreadsBack() { torch::set_num_threads(threads_); }
  ThreadsBack(const ThreadsBack&) = delete;
  ThreadsBack& operator=(const ThreadsBack&) = delete;

 private:
  int threads_ = torch::get_num_threads();
};

bool a_listener_needs_rows(const Ensemble& models) {
  return std::any_of(models.models().begin(), models.models().end(),
                     [](Transformer model) { return model->sites().needs_rows(); });
}

}  // namespace

void for_each_batch(const Ensemble& models, size_t count, const std::function<void(size_t)>& work) {
  const EvaluationMode evaluation(models.models());
  const int threads = torch::get_num_threads();
  if (count < 2 || threads == 1 || !models.device().is_cpu() || a_listener_needs_rows(models)) {
    for (size_t batch = 0; batch < count; ++batch) work(batch);
    return;
  }
  // Autocast, in which a validation may run, belongs to a thread.
  const torch::ScalarType type = at::autocast::is_autocast_enabled(at::kCPU)
                                     ? at::autocast::get_autocast_dtype(at::kCPU)
                                     : torch::kFloat32;
  const ThreadsBack threads_back;
  scoring::run_in_parallel(count, threads, [&](size_t batch) {
    const torch::NoGradGuard no_grad;
    const AutocastGuard same_precision(torch::kCPU, type);
    if (torch::get_num_threads() > 1) torch::set_num_threads(1);  // of this thread
    work(batch);
  });
}

}  // namespace nmt
