#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nmt/options/option_table.h"
#include "nmt/scoring/document_reader.h"
#include "nmt/scoring/sentence_alignment.h"
#include "nmt/scoring/significance.h"

// The command lines of the commands that score files, besides `nmt score`, whose command line is
// sacreBLEU's.

namespace nmt::scoring {

inline EnumNames<DocumentFormat> enum_names(DocumentFormat) {
  return {{DocumentFormat::kBlankLine, "blank-line"},
          {DocumentFormat::kDTag, "d-tag"},
          {DocumentFormat::kIdTsv, "id-tsv"}};
}

inline EnumNames<Alignment> enum_names(Alignment) {
  return {{Alignment::kNone, "none"}, {Alignment::kPad, "pad"}, {Alignment::kEditDistance, "dp"}};
}

inline EnumNames<PairedTest> enum_names(PairedTest) {
  return {{PairedTest::kBootstrap, "bs"}, {PairedTest::kApproximateRandomization, "ar"}};
}

}  // namespace nmt::scoring

namespace nmt {

/// Throws UsageError when --metrics names none, or one twice.
void check_metrics(const std::vector<std::string>& metrics);

/// nmt score-documents REF HYP
struct ScoreDocumentsArguments {
  std::string reference, hypothesis;
  std::vector<std::string> more_references;
  scoring::DocumentFormat documents = scoring::DocumentFormat::kBlankLine;
  std::string ids;        // empty: the files mark their documents
  std::string instances;  // empty: no scores of instances
  scoring::Alignment align = scoring::Alignment::kNone;
  std::vector<std::string> metrics = {"bleu", "chrf"};
  std::string tokenize = "13a";
  std::string tokenizer_model;  // empty: the usual one, see make_tokenizer()
  // Where buckets begin, behind the first one.
  std::vector<int64_t> sentence_lengths = {10, 20, 30, 40, 50, 60};
  std::vector<int64_t> document_lengths = {64, 128, 256, 512, 1024, 2048};
  std::vector<int64_t> positions = {2, 3, 4, 5, 9, 17, 33, 65};
  bool json = false;
};
void declare(OptionTable& table, ScoreDocumentsArguments& arguments);

/// nmt score-contrastive ITEMS SCORES
struct ScoreContrastiveArguments {
  std::string items, scores;
  bool json = false;
};
void declare(OptionTable& table, ScoreContrastiveArguments& arguments);

/// nmt score-language --directions … --hyp …
struct ScoreLanguageArguments {
  std::vector<std::string> directions;
  std::vector<std::string> hypotheses, references, sources;  // a file for each direction
  int64_t least_words = 3;
  std::string fasttext;         // empty: CLD2
  std::string tokenize;         // empty: the usual one of the target language
  std::string tokenizer_model;  // empty: the usual one, see make_tokenizer()
  std::string verdicts;         // empty: not written
  bool json = false;
};
void declare(OptionTable& table, ScoreLanguageArguments& arguments);

enum class ComparisonFormat { kText, kJson, kLatex, kMarkdown };
inline EnumNames<ComparisonFormat> enum_names(ComparisonFormat) {
  return {{ComparisonFormat::kText, "text"},
          {ComparisonFormat::kJson, "json"},
          {ComparisonFormat::kLatex, "latex"},
          {ComparisonFormat::kMarkdown, "markdown"}};
}

/// nmt compare RUN RUN... | --hyp FILE FILE... --ref FILE
struct CompareArguments {
  std::vector<std::string> runs;
  std::string checkpoint;  // empty: the one that was evaluated last
  std::vector<std::string> hypotheses;
  std::string reference, source;
  std::vector<std::string> names;  // empty: from the paths
  std::vector<std::string> metrics = {"bleu", "chrf", "ter"};
  std::string tokenize;         // empty: the usual one of the target language of runs, 13a of files
  std::string tokenizer_model;  // empty: the usual one, see make_tokenizer()
  scoring::PairedTest test = scoring::PairedTest::kBootstrap;
  int64_t samples = 0;  // 0: as many as usual
  ComparisonFormat format = ComparisonFormat::kText;
  std::string html;  // empty: not written
};
void declare(OptionTable& table, CompareArguments& arguments);

}  // namespace nmt
