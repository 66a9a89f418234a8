#pragma once

#include "nmt/report/compared_systems.h"
#include "nmt/training/run_folder.h"

namespace nmt::report {

/// Reads what the folder of a run tells about its training: its log, the state of its newest
/// checkpoint and the header of the weights of `checkpoint`. Never fails for what is missing.
TrainingFacts read_training_facts(const RunFolder& run, const std::string& checkpoint);

}  // namespace nmt::report
