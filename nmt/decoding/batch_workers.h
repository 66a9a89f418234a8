#pragma once

#include <cstddef>
#include <functional>

#include "nmt/decoding/ensemble.h"

namespace nmt {

/// Calls `work` with 0 … count − 1, the numbers of batches that do not depend on each other, in no
/// certain order; gradients are off, and `models` in evaluation mode until all are done.
///
/// On a CPU as many batches are worked on at once as LibTorch has threads (--threads), each by one
/// thread, which runs that batch's operators alone: small products gain little from several
/// threads, batches side by side nearly all there is. All use the same models and packed weights,
/// which nobody changes. A single batch has all threads to itself. It is one batch after the other
/// on other devices, and where somebody listens to a model's activations who is not position-wise:
/// only position-wise listeners need expect to be called by several threads.
///
/// When a call throws, no further ones start, and the first exception is thrown here.
void for_each_batch(const Ensemble& models, size_t count, const std::function<void(size_t)>& work);

}  // namespace nmt
