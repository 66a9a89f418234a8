#pragma once

#include "data/prepare.h"
#include "nmt/training/run_folder.h"

namespace nmt {

/// The vocabularies that a run was trained with, from its folder.
Vocabularies load_vocabularies(const RunFolder& folder);

/// Whether a model of the one reads the pieces of the other as its own. Equal sizes do not say so.
bool are_same(const Vocabularies& one, const Vocabularies& other);

}  // namespace nmt
