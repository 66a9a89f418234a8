#pragma once

#include "nmt/options/option_table.h"

namespace nmt {

/// The numbers in which weights take part in the matrix products of a finished model. All else
/// stays fp32, but for the keys and values of earlier tokens, which bf16 and int8 on a CPU keep in
/// bf16: reading them is a quarter of the time of a step, and weights and activations have no more
/// bits.
enum class WeightPrecision { kFp32, kBf16, kInt8 };
inline EnumNames<WeightPrecision> enum_names(WeightPrecision) {
  return {{WeightPrecision::kFp32, "fp32"},
          {WeightPrecision::kBf16, "bf16"},
          {WeightPrecision::kInt8, "int8"}};
}

}  // namespace nmt
