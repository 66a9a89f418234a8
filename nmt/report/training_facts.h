#pragma once

#include "nmt/report/compared_systems.h"
#include "nmt/training/run_folder.h"

namespace nmt::report {

/// Parameters of the model in a checkpoint folder, from the header of its weights.
int64_t count_parameters(const std::string& checkpoint);

/// Target tokens a second: the median of the log's lines; nothing without any.
std::optional<double> median_speed(const RunLog& log);

/// Reads what the folder of a run tells about its training: its log, the state of its newest
/// checkpoint and the header of the weights of `checkpoint`. Never fails for what is missing.
TrainingFacts read_training_facts(const RunFolder& run, const std::string& checkpoint);

}  // namespace nmt::report
