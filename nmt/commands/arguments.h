#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/document_text.h"
#include "nmt/options/option_table.h"
#include "nmt/run/run_arguments.h"

// The command lines of the commands: what is not part of a recipe. One struct a command.

namespace nmt {

/// nmt prepare RECIPE.yaml --output DIR
struct PrepareArguments {
  std::string recipe;
  std::string output;  // folder for the vocabulary and the stored corpus
};
void declare(OptionTable& table, PrepareArguments& arguments);

/// nmt train RECIPE.yaml --run RUN
struct TrainArguments {
  std::string recipe;
  std::string run;
  bool check = false;        // verify everything and stop before the first update
  int64_t time_limit = 600;  // seconds that a process may be missing among several
  RuntimeOptions runtime;
};
void declare(OptionTable& table, TrainArguments& arguments);

enum class TranslationFormat { kText, kNBest };
inline EnumNames<TranslationFormat> enum_names(TranslationFormat) {
  return {{TranslationFormat::kText, "text"}, {TranslationFormat::kNBest, "nbest"}};
}

/// nmt translate RUN < in > out
struct TranslateArguments {
  TrainedModel model;
  std::string input;   // empty: stdin
  std::string output;  // empty: stdout
  std::string prefix;  // forced beginnings of the translations, a line each; empty: none
  std::string source_language, target_language;  // empty: the run's only direction
  TranslationFormat format = TranslationFormat::kText;

  std::optional<DocumentLayout> documents;  // sentences in context; nothing: line by line
  std::string ids;                          // the documents' ids, for DocumentLayout::kDocid
  std::string report;                       // a JSON line a document; empty: none
  std::string reference;  // their translations, to be used as context; empty: none
};
void declare(OptionTable& table, TranslateArguments& arguments);
/// Throws UsageError for arguments that contradict each other.
void validate(const TranslateArguments& arguments);

/// nmt score-pairs RUN --src FILE --hyp FILE
struct ScorePairsArguments {
  TrainedModel model;
  std::string source, hypothesis;
  std::string output;  // empty: stdout
  std::string source_language, target_language;
};
void declare(OptionTable& table, ScorePairsArguments& arguments);

/// nmt evaluate RUN
struct EvaluateArguments {
  TrainedModel model;
  std::vector<std::string> sets;  // test sets by name; empty: all of the recipe
  std::vector<std::string> metrics = {"bleu", "chrf"};
};
void declare(OptionTable& table, EvaluateArguments& arguments);

/// nmt average RUN --last N
struct AverageArguments {
  std::string run;
  int64_t last = 5;                      // the newest checkpoints
  std::vector<std::string> checkpoints;  // these instead
  std::string output;                    // empty: RUN/checkpoints/average
};
void declare(OptionTable& table, AverageArguments& arguments);

/// nmt inspect PATH
struct InspectArguments {
  std::string path;  // a run folder, a checkpoint folder or a stored corpus
  bool json = false;
  std::string html;  // where to write the page of a run; empty: none
};
void declare(OptionTable& table, InspectArguments& arguments);

}  // namespace nmt
