#include "modules/length_bias/options.h"
#include "nmt/options/method_description.h"

// The explicit table of this source tree's methods, as far as they need no LibTorch. A method is
// added by one line here and one in methods.cpp: modules/METHOD/options.h declares, options.cpp
// defines
//   MethodDescription METHOD::describe();

namespace nmt {

std::vector<MethodDescription> built_in_method_descriptions() {
  return {length_bias::describe()};
}

}  // namespace nmt
