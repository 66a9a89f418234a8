#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/corpus_writer.h"
#include "data/prepare.h"
#include "nmt/support/atomic_file.h"
#include "nmt/support/random.h"
#include "tests/temporary_folder.h"

// Small made-up corpora for the tests of the data floor.

namespace nmt {

/// `count` lines of 1 to `longest` words, the same for the same seed.
inline std::vector<std::string> made_up_lines(int64_t count, uint64_t seed, uint64_t longest = 12) {
  static const std::vector<std::string> syllables = {"ka",  "lo", "mi", "ne", "ru",
                                                     "sta", "ti", "vo", "zu", "übe"};
  RandomStream random(seed);
  std::vector<std::string> lines;
  for (int64_t i = 0; i < count; ++i) {
    std::string line;
    for (uint64_t words = 1 + random.below(longest); words > 0; --words) {
      if (!line.empty()) line += ' ';
      for (uint64_t s = 1 + random.below(3); s > 0; --s)
        line += syllables[random.below(syllables.size())];
    }
    lines.push_back(line + ".");
  }
  return lines;
}

inline std::string join_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

/// Writes FOLDER/NAME.en and NAME.de with `count` pairs and returns "FOLDER/NAME.{}:en-de".
inline std::string write_parallel(const std::string& folder, const std::string& name, int64_t count,
                                  uint64_t seed = 1) {
  write_file(folder + "/" + name + ".en", join_lines(made_up_lines(count, seed)));
  write_file(folder + "/" + name + ".de", join_lines(made_up_lines(count, seed + 1000)));
  return folder + "/" + name + ".{}:en-de";
}

/// A vocabulary for made-up lines, trained once in this process.
inline std::shared_ptr<const Vocabulary> small_vocabulary(
    VocabularyType type = VocabularyType::kUnigram) {
  static std::map<VocabularyType, std::shared_ptr<const Vocabulary>> known;
  auto& vocabulary = known[type];
  if (!vocabulary) {
    VocabularyOptions options;
    options.type = type;
    options.size = 340;
    options.symbols = {"<sep>"};
    vocabulary = Vocabulary::parse(train_vocabulary(options, made_up_lines(800, 7), {"en", "de"}),
                                   "small vocabulary");
  }
  return vocabulary;
}

inline Vocabularies small_vocabularies(VocabularyType type = VocabularyType::kUnigram) {
  return {small_vocabulary(type), small_vocabulary(type)};
}

/// Completes the store of made-up sentences that `writer` has put into `folder`.
inline std::shared_ptr<const CorpusStore> finish_store(CorpusWriter& writer,
                                                       const std::string& folder) {
  CorpusManifest manifest;
  manifest.source_language = "en";
  manifest.target_language = "de";
  manifest.lines = writer.sentences();
  manifest.settings = "{}";
  manifest.vocabulary_hash = {"a", "a"};
  writer.finish(std::move(manifest));
  return CorpusStore::open(folder);
}

/// A store of `count` sentences of random ids; lengths from 0 (when `shortest` is 0) to `longest`
/// pieces.
inline std::shared_ptr<const CorpusStore> random_store(const std::string& folder, int64_t count,
                                                       uint64_t seed = 1, uint64_t longest = 30,
                                                       uint64_t shortest = 1) {
  RandomStream random(seed);
  CorpusWriter writer(folder, {1000, 1000}, StoredText::kNone);
  for (int64_t i = 0; i < count; ++i) {
    std::vector<int32_t> source(shortest + random.below(longest - shortest + 1));
    for (int32_t& id : source) id = static_cast<int32_t>(4 + random.below(996));
    std::vector<int32_t> target = source;
    target.resize(std::max<uint64_t>(shortest, source.size() * (3 + random.below(3)) / 4), 5);
    writer.add({source, {}}, {target, {}});
  }
  return finish_store(writer, folder);
}

}  // namespace nmt
