// A plug-in of an older version, which cannot be loaded any more: it calls what is no longer there.

#include <cstdio>

#include "nmt/training/plugin.h"

#undef NMT_VERSION
#define NMT_VERSION "0.0.9"

namespace {

struct Loaded {
  Loaded() { std::puts("code of the old plug-in runs"); }
} loaded;

}  // namespace

void removed_since();

NMT_PLUGIN() {
  removed_since();
}
