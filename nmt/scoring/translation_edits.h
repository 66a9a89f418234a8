#pragma once

#include "nmt/scoring/beam_edit_distance.h"

namespace nmt::scoring {

/// The edits of TER (Snover et al. 2006): shifts of word runs, found greedily, and then insertions,
/// deletions and substitutions, as few as turn `hypothesis` into `reference`. The limits of the
/// search are Tercom's and sacreBLEU's. Without a reference each hypothesis word is an edit.
int64_t translation_edits(const WordIds& hypothesis, const WordIds& reference);

}  // namespace nmt::scoring
