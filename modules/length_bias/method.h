#pragma once

#include "nmt/training/method.h"

namespace nmt::length_bias {

/// Plugs the method in: its batch planner (length_sampler, document_planner), its attention scale
/// (attention_scale) and its document translator (window_planner, document_translator).
MethodImplementation implement();

}  // namespace nmt::length_bias
