#pragma once

#include "nmt/commands/arguments.h"
#include "nmt/run/opened_models.h"

namespace nmt {

/// `nmt translate RUN --documents FORMAT`: reads documents, translates their sentences in context
/// and writes them in the layout of the input, each line as soon as it and those before it are
/// there. Memory does not grow with the input.
void translate_documents(const TranslateArguments& arguments, const Recipe& recipe,
                         const OpenedModels& opened, const Direction& direction);

}  // namespace nmt
