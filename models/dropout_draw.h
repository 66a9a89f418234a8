#pragma once

#include <cstdint>

namespace nmt {

/// Which elements of a tensor a dropout keeps: drawn by a counter-based generator from the
/// element's place and `key`, never stored.
struct DropoutDraw {
  uint64_t key = 0;
  uint16_t threshold = 0;  // an element is zeroed with probability threshold / 65,536

  /// What the kept elements are multiplied by, so that the expectation stays.
  double scale() const { return 65536.0 / (65536 - threshold); }
};

}  // namespace nmt
