#include "nmt/run/run_vocabularies.h"

namespace nmt {

Vocabularies load_vocabularies(const RunFolder& folder) {
  return open_vocabularies(folder.path());
}

}  // namespace nmt
