#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/document_text.h"
#include "nmt/options/option_table.h"
#include "nmt/support/log.h"

// The command lines of the commands: what is not part of a recipe. One struct a command.

namespace nmt::log {

inline EnumNames<Level> enum_names(Level) {
  return {{Level::kDebug, "debug"},
          {Level::kInfo, "info"},
          {Level::kWarning, "warning"},
          {Level::kError, "error"}};
}

}  // namespace nmt::log

namespace nmt {

/// How the machine is used. Properties of a place, not of an experiment: never read from a recipe,
/// never saved with it.
struct RuntimeOptions {
  std::string device = "auto";  // auto: the first GPU if there is one; cpu; cuda; cuda:N
  int64_t threads = 0;          // CPU threads; 0 = all cores
  bool deterministic = false;   // refuse operations whose result differs from run to run
  log::Level log_level = log::Level::kInfo;
};

void declare(OptionTable& table, RuntimeOptions& options);
/// Throws UsageError for a malformed device.
void validate(const RuntimeOptions& options);

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
  bool check = false;  // verify everything and stop before the first update
  RuntimeOptions runtime;
};
void declare(OptionTable& table, TrainArguments& arguments);

/// What commands that use a trained model have in common.
struct TrainedModel {
  std::string run;
  std::string checkpoint = "best";  // best, last, an update's number, or a checkpoint folder
  std::vector<std::string> models;  // further runs, for an ensemble
  RuntimeOptions runtime;
};

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

  bool documents = false;  // translate sentences in the context of their document
  DocumentLayout layout = DocumentLayout::kBlankLine;
  std::string ids;         // the documents' ids, for DocumentLayout::kDocid
  std::string report;      // a JSON line a document; empty: none
  std::string references;  // their translations, to be used as context; empty: none
};
void declare(OptionTable& table, TranslateArguments& arguments);
/// Throws UsageError for arguments that contradict each other.
void validate(const TranslateArguments& arguments);

/// nmt score-pairs RUN --source FILE --target FILE
struct ScorePairsArguments {
  TrainedModel model;
  std::string source, target;
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
};
void declare(OptionTable& table, InspectArguments& arguments);

}  // namespace nmt
