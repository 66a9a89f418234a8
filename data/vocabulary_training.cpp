#include "data/vocabulary_training.h"

#include <sentencepiece_trainer.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "data/vocabulary.h"
#include "nmt/support/error.h"
#include "nmt/support/log.h"
#include "nmt/support/progress.h"
#include "nmt/support/random.h"

namespace nmt {
namespace {

// Longer lines say little about words and cost the trainer much memory.
constexpr size_t kLongestLine = 1 << 14;

// Draws `count` lines evenly from the files (reservoir sampling, algorithm R).
std::vector<std::string> draw_lines(const std::vector<std::string>& texts, int64_t count,
                                    int64_t seed, InvalidUtf8 invalid_utf8) {
  std::vector<std::string> sample;
  RandomStream random(
      hash_key({static_cast<uint64_t>(seed), static_cast<uint64_t>(RandomPurpose::kSampling)}));
  Progress progress("reading text for the vocabulary", 0, "lines");
  uint64_t seen = 0;
  int64_t too_long = 0;
  for (const std::string& path : texts) {
    LineReader reader(path, invalid_utf8);
    while (const auto line = reader.next()) {
      progress.advance();
      if (!line->valid || line->text.empty()) continue;
      if (line->text.size() > kLongestLine) {
        ++too_long;
        continue;
      }
      ++seen;
      if (static_cast<int64_t>(sample.size()) < count) {
        sample.emplace_back(line->text);
      } else if (const uint64_t place = random.below(seen); place < sample.size()) {
        sample[place] = line->text;
      }
    }
  }
  progress.finish();
  if (too_long > 0)
    log::info(too_long, " lines above ", kLongestLine,
              " bytes were not used to train the vocabulary");
  return sample;
}

class LineIterator : public sentencepiece::SentenceIterator {
 public:
  explicit LineIterator(const std::vector<std::string>& lines) : lines_(lines) {}
  bool done() const override { return next_ == lines_.size(); }
  void Next() override { ++next_; }
  const std::string& value() const override { return lines_[next_]; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  const std::vector<std::string>& lines_;
  size_t next_ = 0;
};

std::string join_csv(const std::vector<std::string>& values) {
  std::string joined;
  for (const std::string& value : values) {
    std::string quoted;
    for (const char c : value) quoted += c == '"' ? "\"\"" : std::string(1, c);
    joined += text(joined.empty() ? "" : ",", '"', quoted, '"');
  }
  return joined;
}

// "Internal: ./src/trainer_interface.cc(660) [(condition)] What is wrong." → "What is wrong."
std::string plain_message(const std::string& status) {
  const size_t end = status.rfind("] ");
  return end == std::string::npos ? status : status.substr(end + 2);
}

}  // namespace

std::string train_vocabulary(const VocabularyOptions& options, std::vector<std::string> texts,
                             const std::vector<std::string>& languages, InvalidUtf8 invalid_utf8) {
  // A text that serves several directions counts once.
  std::set<std::string> known;
  std::erase_if(texts, [&](const std::string& path) { return !known.insert(path).second; });
  const std::vector<std::string> lines =
      draw_lines(texts, options.sample, options.seed, invalid_utf8);
  if (lines.empty())
    throw Error(texts.empty() ? std::string("no text to train the vocabulary on")
                              : text("no text to train the vocabulary on in ", texts.front()),
                "Give parallel text in data.train, or an existing model in vocabulary.file.");

  std::set<std::string> tags;
  for (const std::string& language : languages) tags.insert(language_symbol(language));
  for (const std::string& language : options.languages) tags.insert(language_symbol(language));
  std::unordered_map<std::string, std::string> arguments = {
      {"model_type", options.type == VocabularyType::kBpe ? "bpe" : "unigram"},
      {"vocab_size", std::to_string(options.size)},
      {"character_coverage", text(options.coverage)},
      {"byte_fallback", options.byte_fallback ? "true" : "false"},
      {"normalization_rule_name", options.normalization},
      {"pad_id", "0"},
      {"unk_id", "1"},
      {"bos_id", "2"},
      {"eos_id", "3"},
      {"max_sentence_length", std::to_string(kLongestLine)},
      {"num_threads", "16"},
      {"minloglevel", "3"},
  };
  if (!tags.empty()) arguments["control_symbols"] = join_csv({tags.begin(), tags.end()});
  if (!options.symbols.empty()) arguments["user_defined_symbols"] = join_csv(options.symbols);

  log::info("training a ", arguments["model_type"], " vocabulary of ", options.size, " pieces on ",
            lines.size(), " lines");
  LineIterator iterator(lines);
  std::string model;
  const auto status = sentencepiece::SentencePieceTrainer::Train(arguments, &iterator, &model);
  if (!status.ok())
    throw UsageError(text("the vocabulary cannot be trained: ", plain_message(status.ToString())),
                     text("Change vocabulary.size (now ", options.size,
                          "): small texts do not have that many different pieces, and the symbols, "
                          "bytes and characters "
                          "alone need some hundreds."));
  return model;
}

}  // namespace nmt
