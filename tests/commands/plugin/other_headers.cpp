// A plug-in of this version that was compiled with other headers.

#include <cstdio>

#include "nmt/training/plugin.h"

#undef NMT_HEADERS
#define NMT_HEADERS "0123456789ab"

NMT_PLUGIN() {
  std::puts("code of the plug-in runs");
}
