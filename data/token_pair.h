#pragma once

#include <cstdint>
#include <vector>

namespace nmt {

/// One sentence pair (or document instance) as token ids, before padding. `target` may be empty
/// (translation).
struct TokenPair {
  std::vector<int32_t> source;  // with tags and EOS
  std::vector<int32_t> target;  // with tags and EOS, without BOS
  int64_t instance_id = 0;
  int64_t direction = 0, source_language = 0, target_language = 0;
  int64_t document = -1, document_position = -1;
};

}  // namespace nmt
