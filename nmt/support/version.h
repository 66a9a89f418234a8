#pragma once

/// The version of the program; CMakeLists.txt reads it here.
#define NMT_VERSION "0.1.0"
