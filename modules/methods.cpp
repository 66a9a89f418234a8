#include "modules/length_bias/method.h"
#include "nmt/training/method.h"

// The explicit table of this source tree's methods. A new method is one folder modules/METHOD, one
// line here and one in method_descriptions.cpp.

namespace nmt {

std::vector<MethodImplementation> built_in_methods() {
  return {length_bias::implement()};
}

}  // namespace nmt
