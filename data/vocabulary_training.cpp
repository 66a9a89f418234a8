#include "data/vocabulary_training.h"

#include <sentencepiece_trainer.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "data/parallel_text.h"
#include "data/vocabulary.h"
#include "nmt/support/error.h"
#include "nmt/support/log.h"
#include "nmt/support/progress.h"
#include "nmt/support/random.h"

namespace nmt {
namespace {

// Longer lines say little about words and cost the trainer much memory.
constexpr size_t kLongestLine = 1 << 14;

// Keeps `size` of the sentences that it is offered, each with the same probability (reservoir
// sampling, algorithm R).
class Sample {
 public:
  Sample(int64_t size, int64_t seed)
      : size_(static_cast<uint64_t>(size)),
        random_(hash_key(
            {static_cast<uint64_t>(seed), static_cast<uint64_t>(RandomPurpose::kSampling)})) {}

  void offer(std::string_view sentence) {
    if (sentence.empty()) return;
    if (sentence.size() > kLongestLine) {
      ++too_long_;
      return;
    }
    ++seen_;
    if (sentences_.size() < size_) {
      sentences_.emplace_back(sentence);
    } else if (const uint64_t place = random_.below(seen_); place < size_) {
      sentences_[place] = sentence;
    }
  }
  int64_t too_long() const { return too_long_; }
  std::vector<std::string> take() { return std::move(sentences_); }

 private:
  uint64_t size_, seen_ = 0;
  RandomStream random_;
  int64_t too_long_ = 0;
  std::vector<std::string> sentences_;
};

// What tells the text of a side from that of another corpus.
std::string identity(const CorpusSpec& corpus, Side side) {
  if (corpus.target_path.empty()) return corpus.source_path + ' ' + to_string(side);
  return side == Side::kSource ? corpus.source_path : corpus.target_path;
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

std::vector<std::string> draw_sentences(const VocabularyOptions& options,
                                        const VocabularyText& text) {
  Sample sample(options.sample, options.seed);
  Progress progress("reading text for the vocabulary", 0, "pairs");
  std::set<std::string> known;  // a text that serves several directions counts once
  for (const CorpusSpec& corpus : text.corpora) {
    std::vector<Side> sides;
    for (const Side side : text.sides)
      if (known.insert(identity(corpus, side)).second) sides.push_back(side);
    if (sides.empty()) continue;
    const std::unique_ptr<ParallelText> reader = open_parallel_text(corpus, text.invalid_utf8);
    while (const std::optional<ParallelLine> pair = reader->next()) {
      progress.advance();
      if (!pair->valid) continue;
      for (const Side side : sides)
        sample.offer(side == Side::kSource ? pair->source : pair->target);
    }
  }
  progress.finish();
  if (sample.too_long() > 0)
    log::info(sample.too_long(), " sentences above ", kLongestLine,
              " bytes were not used to train the vocabulary");
  return sample.take();
}

std::string train_vocabulary(const VocabularyOptions& options,
                             const std::vector<std::string>& sentences,
                             const std::vector<std::string>& languages) {
  if (sentences.empty())
    throw Error("there is no text to train the vocabulary on",
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
            sentences.size(), " sentences");
  LineIterator iterator(sentences);
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
