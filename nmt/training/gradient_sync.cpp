#include "nmt/training/gradient_sync.h"

#include <algorithm>
#include <torch/csrc/distributed/c10d/reducer.hpp>

#include "nmt/support/log.h"

namespace nmt {
namespace {

double megabytes(const std::vector<torch::Tensor>& tensors) {
  size_t bytes = 0;
  for (const torch::Tensor& tensor : tensors) bytes += tensor.nbytes();
  return static_cast<double>(bytes) / 1e6;
}

// The Reducer by itself would give means over processes.
class Sum final : public c10d::CppCommHookInterface<c10::intrusive_ptr<c10d::ProcessGroup>> {
 public:
  using CppCommHookInterface::CppCommHookInterface;
  c10::intrusive_ptr<c10::ivalue::Future> runHook(c10d::GradBucket& bucket) override {
    std::vector<torch::Tensor> gradients = {bucket.getBufferRef()};
    return state_->allreduce(gradients)->getFuture();
  }
};

// The Reducer would advise, once, not to look for unused parameters.
class WithoutAdvice final : public c10::WarningHandler {
 public:
  WithoutAdvice() : guard_(this) {}
  void process(const c10::Warning& warning) override {
    if (warning.msg().find("find_unused_parameters") == std::string::npos)
      c10::WarningHandler::process(warning);
  }

 private:
  c10::WarningUtils::WarningHandlerGuard guard_;
};

}  // namespace

GradientSync::GradientSync(std::vector<torch::Tensor> parameters, World& world)
    : world_(world), parameters_(std::move(parameters)) {
  // Filled from the first parameters on. The small one holds them, travels last and has nothing to
  // hide behind; with shared embeddings it is as large as these.
  const std::vector<size_t> limits = {c10d::kDefaultFirstBucketBytes, c10d::kDefaultBucketBytesCap};
  std::vector<std::vector<size_t>> buckets =
      std::get<0>(c10d::compute_bucket_assignment_by_size(parameters_, limits));
  // Gradients come from the last layer to the first.
  std::reverse(buckets.begin(), buckets.end());
  log::debug("gradients travel in ", buckets.size(), " messages of together ",
             megabytes(parameters_), " MB an update");
  // Unused parameters are looked for, which costs a walk through the graph, for two reasons: a
  // method may use some in some updates only, and the Reducer then leaves its buckets as they are.
  // Otherwise it forms them anew after the first update, and a resumed run would sum in another
  // order than the run that was never stopped.
  reducer_ = std::make_unique<c10d::Reducer>(
      parameters_, std::move(buckets), world.process_group(),
      /*expect_sparse_gradients=*/std::vector<bool>(parameters_.size(), false),
      c10d::kDefaultBucketBytesCap, /*find_unused_parameters=*/true,
      /*gradient_as_bucket_view=*/true, /*param_names=*/std::unordered_map<size_t, std::string>{},
      c10d::kDefaultFirstBucketBytes, /*skip_all_reduce_unused_params=*/false,
      /*use_python_reducer=*/false, /*bucket_bytes_cap_list=*/std::vector<int64_t>{});
  reducer_->register_comm_hook(std::make_unique<Sum>(world.process_group()));
}

GradientSync::~GradientSync() = default;

void GradientSync::backward(torch::Tensor loss) {
  // The Reducer starts with the first gradient of a backward pass: a process without a loss makes
  // one that is zero.
  if (!loss.defined()) loss = parameters_.front().sum() * 0;
  world_.together([&] {
    const WithoutAdvice without_advice;
    reducer_->prepare_for_backward({loss});
    loss.backward();
  });
}

}  // namespace nmt
