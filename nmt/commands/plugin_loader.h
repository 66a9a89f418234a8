#pragma once

#include <string>

namespace nmt {

/// Loads a plug-in (see nmt/training/plugin.h). Throws Error when the library is none, was built
/// with other versions than this program, or cannot start. What it was built with is read from the
/// file, so that nothing of a plug-in that does not fit is loaded.
void load_plugin(const std::string& library);

}  // namespace nmt
