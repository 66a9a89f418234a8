#pragma once

#include <torch/version.h>

#include "nmt/support/version.h"
#include "nmt/training/plugin_headers.h"

// A plug-in: a shared library with methods from outside the source tree. One of its files has
//
//   #include "nmt/training/method.h"
//   #include "nmt/training/plugin.h"
//
//   NMT_PLUGIN() {
//     nmt::append_method({.name = "mine", …});
//     nmt::append_implementation({.name = "mine", …});
//   }
//
// CMakeLists.txt: find_package(nmt), add_library(mine MODULE mine.cpp) and
// target_link_libraries(mine nmt::engine). `--plugins libmine.so` or the recipe's key `plugins`
// loads it; a run remembers where it was. examples/l2_sp is one.

/// Stands in the file of a plug-in, where the program reads it before it loads the plug-in: what
/// follows the colon must be the same in both. The number grows when the interface of methods
/// changes between versions; between releases the checksum of the headers tells.
#define NMT_PLUGIN_STAMP                                                                      \
  "nmt plug-in built with: nmt " NMT_VERSION ", plug-in interface 1, LibTorch " TORCH_VERSION \
  ", headers " NMT_HEADERS

/// Begins the function that the program calls once to learn the plug-in's methods.
#define NMT_PLUGIN()                                                               \
  extern "C" {                                                                     \
  [[gnu::used, gnu::visibility("default")]] extern const char nmt_plugin_stamp[] = \
      NMT_PLUGIN_STAMP;                                                            \
  [[gnu::visibility("default")]] void nmt_plugin();                                \
  }                                                                                \
  void nmt_plugin()
