// A plug-in that does not start.

#include "nmt/support/error.h"
#include "nmt/training/plugin.h"

NMT_PLUGIN() {
  throw nmt::Error("the lexicon it needs is not here", "Install it.");
}
