#include "nmt/run/run_vocabularies.h"

#include <filesystem>

namespace nmt {
namespace fs = std::filesystem;

Vocabularies load_vocabularies(const RunFolder& folder) {
  const std::string joint = folder.file("vocab.model");
  if (fs::exists(joint)) {
    const auto vocabulary = Vocabulary::load(joint);
    return {vocabulary, vocabulary};
  }
  return {Vocabulary::load(folder.file("source.vocab.model")),
          Vocabulary::load(folder.file("target.vocab.model"))};
}

}  // namespace nmt
