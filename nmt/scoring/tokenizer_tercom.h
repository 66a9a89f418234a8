#pragma once

#include <string>
#include <string_view>

// The text preparation of TER, after Tercom (Snover et al. 2006). It is no tokenizer of BLEU: TER
// has no other.

namespace nmt::scoring {

struct TercomOptions {
  bool normalized = false;      ///< undo XML entities and split at ASCII punctuation
  bool no_punctuation = false;  ///< delete . , ? : ; ! " ( )
  bool asian_support = false;   ///< with `normalized` one word a CJK character; with
                                ///< `no_punctuation` delete CJK punctuation too
  bool case_sensitive = false;  ///< keep capitals
};

/// The words of `segment` (UTF-8) with blanks between them. Throws Error on invalid UTF-8 when a
/// CJK rule is on.
std::string prepare_for_ter(std::string_view segment, const TercomOptions& options);

}  // namespace nmt::scoring
