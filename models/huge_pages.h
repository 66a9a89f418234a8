#pragma once

#include <torch/types.h>

namespace nmt {

/// A tensor on the CPU, not initialised, in memory that the system is asked to keep in huge pages
/// (Linux: where /sys/kernel/mm/transparent_hugepage/enabled is not `never`), side by side with
/// other such tensors: it is given back when all of a piece of 32 MiB are gone. For weights, all of
/// which are read in each step of decoding: with pages of 4 KiB, what few rows take is in part the
/// time in which addresses are looked up.
torch::Tensor empty_in_huge_pages(torch::IntArrayRef sizes, torch::Dtype type);

}  // namespace nmt
