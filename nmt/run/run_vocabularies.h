#pragma once

#include "data/prepare.h"
#include "nmt/training/run_folder.h"

namespace nmt {

/// The vocabularies that a run was trained with, from its folder.
Vocabularies load_vocabularies(const RunFolder& folder);

}  // namespace nmt
