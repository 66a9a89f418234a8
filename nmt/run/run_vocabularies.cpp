#include "nmt/run/run_vocabularies.h"

namespace nmt {

Vocabularies load_vocabularies(const RunFolder& folder) {
  return open_vocabularies(folder.path());
}

bool are_same(const Vocabularies& one, const Vocabularies& other) {
  return one.source->hash() == other.source->hash() && one.target->hash() == other.target->hash();
}

}  // namespace nmt
