// nmt evaluate RUN

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>

#include "data/parallel_text.h"
#include "nmt/commands/arguments.h"
#include "nmt/commands/command.h"
#include "nmt/commands/engine_commands.h"
#include "nmt/commands/scoring_arguments.h"
#include "nmt/options/method_description.h"
#include "nmt/run/opened_models.h"
#include "nmt/scoring/document_scores.h"
#include "nmt/scoring/named_metric.h"
#include "nmt/scoring/scoring.h"
#include "nmt/support/atomic_file.h"
#include "nmt/support/joined.h"
#include "nmt/support/log.h"
#include "nmt/training/evaluations.h"
#include "nmt/training/training_state.h"

namespace nmt {
namespace fs = std::filesystem;

namespace {

struct TestSet {
  std::string name;
  Direction direction;
  std::vector<std::string> sources, references;
  std::vector<scoring::LineRange> documents;  // empty: the set has none
  std::vector<std::unique_ptr<scoring::Metric>> metrics;
};

// "data/test_2016_flickr.{}.gz:en-de" is called test_2016_flickr.en-de.
std::string set_name(const CorpusSpec& spec) {
  std::string stem = fs::path(spec.text.substr(0, spec.text.rfind(':'))).filename().string();
  stem = stem.substr(0, stem.find('{'));
  stem = stem.substr(0, stem.find(','));
  while (stem.ends_with('.')) stem.pop_back();
  return stem + "." + spec.source_language + "-" + spec.target_language;
}

// BLEU as is usual for the target language.
std::vector<std::unique_ptr<scoring::Metric>> make_metrics(const std::vector<std::string>& names,
                                                           const std::string& target_language) {
  std::vector<std::unique_ptr<scoring::Metric>> metrics;
  metrics.reserve(names.size());
  for (const std::string& name : names) {
    metrics.push_back(
        scoring::make_named_metric(name, scoring::default_tokenizer(target_language)));
  }
  return metrics;
}

TestSet read_set(const std::string& text, const Recipe& recipe,
                 const std::vector<std::string>& metrics) {
  const CorpusSpec spec = CorpusSpec::parse(text, recipe.data.documents);
  if (spec.is_store())
    throw UsageError(text + ": test sets are scored against raw text",
                     "Name the text itself: PATH:SRC-TGT.");
  TestSet set{.name = set_name(spec),
              .direction = {spec.source_language, spec.target_language},
              .metrics = make_metrics(metrics, spec.target_language)};
  const std::unique_ptr<ParallelText> reader = open_parallel_text(spec, recipe.data.invalid_utf8);
  while (const std::optional<ParallelLine> pair = reader->next()) {
    if (pair->begins_document) set.documents.push_back({set.sources.size(), set.sources.size()});
    if (!pair->valid) continue;
    set.sources.emplace_back(pair->source);
    set.references.emplace_back(pair->target);
    if (!set.documents.empty()) set.documents.back().last = set.sources.size();
  }
  if (set.sources.empty())
    throw Error(FilePosition{text}, "the test set has no lines", "Is data.test right?");
  return set;
}

bool is_named(const std::string& set, const std::string& wanted) {
  return set == wanted || set.starts_with(wanted + ".");
}

// The recipe's test sets by name, in its order.
std::vector<std::pair<std::string, std::string>> named_sets(const Recipe& recipe) {
  if (recipe.data.test.empty())
    throw UsageError("the recipe names no test set",
                     "Set data.test, for example [\"data/test.{}:en-de\"].");
  std::vector<std::pair<std::string, std::string>> named;
  for (const std::string& text : recipe.data.test) {
    const std::string name = set_name(CorpusSpec::parse(text, recipe.data.documents));
    for (const auto& [other, its_text] : named)
      if (name == other)
        throw UsageError(
            "data.test: " + its_text + " and " + text + " would both be called " + name,
            "Scores and translations are kept by that name: rename one of the files.");
    named.emplace_back(name, text);
  }
  return named;
}

std::vector<TestSet> read_sets(const EvaluateArguments& arguments, const Recipe& recipe) {
  const auto named = named_sets(recipe);
  std::vector<std::string> names;
  for (const auto& [name, text] : named) names.push_back(name);
  for (const std::string& wanted : arguments.sets)
    if (std::none_of(names.begin(), names.end(),
                     [&](const std::string& name) { return is_named(name, wanted); }))
      throw UsageError("--sets: there is no test set '" + wanted + "'",
                       "There are: " + joined(names, ", ") + ".");
  std::vector<TestSet> sets;
  for (const auto& [name, text] : named)
    if (arguments.sets.empty() ||
        std::any_of(arguments.sets.begin(), arguments.sets.end(),
                    [&, &set = name](const std::string& wanted) { return is_named(set, wanted); }))
      sets.push_back(read_set(text, recipe, arguments.metrics));
  return sets;
}

std::string as_file(const std::vector<std::string>& lines) {
  std::string file;
  for (const std::string& line : lines) file += line + "\n";
  return file;
}

// How is translated, as Evaluation::search keeps it.
std::map<std::string, std::string> describe_search(const OptionTable& table) {
  std::map<std::string, std::string> search;
  for (const auto& option : table.options()) {
    if (option->is_command_line_only()) continue;
    const std::string value = joined(option->value().get(), " ");
    const bool is_decoding = option->group() == "decode";
    const bool is_always_told = option->key() == "decode.beam" || option->key() == "decode.lenpen";
    if (is_always_told ||
        (is_decoding ? value != option->default_text() : option->origin() == "command line"))
      search[option->key()] = value;
  }
  return search;
}

// What is to be known before the translations are there.
Evaluation describe_evaluation(const TestSet& set, const EvaluateArguments& arguments,
                               const OpenedModels& opened, const OptionTable& table,
                               const Translator& translator) {
  const RunFolder& folder = opened.run.folder;
  const std::string place = folder.find_checkpoint(arguments.model.checkpoint);
  Evaluation evaluation{.set = set.name,
                        .checkpoint = arguments.model.checkpoint,
                        .update = read_state_file(place).state.update,
                        .models = arguments.model.models,
                        .search = describe_search(table),
                        .target_language = set.direction.target,
                        .lines = static_cast<int64_t>(set.sources.size()),
                        .sources = "sources." + set.name + ".txt",
                        .references = "references." + set.name + ".txt"};
  // Empty where sentences are translated without regard to documents.
  if (!set.documents.empty()) evaluation.documents = translator.document_decoding();
  evaluation.hypotheses = hypotheses_file(evaluation);
  return evaluation;
}

// Keeps the texts in the run folder, which `nmt compare` needs to be self-contained.
void save_texts(const RunFolder& folder, const Evaluation& evaluation, const TestSet& set,
                const std::vector<std::string>& hypotheses) {
  write_file(folder.file(evaluation.hypotheses), as_file(hypotheses));
  write_file(folder.file(evaluation.sources), as_file(set.sources));
  write_file(folder.file(evaluation.references), as_file(set.references));
}

std::vector<std::string> translate(const TestSet& set, const PairEncoder& encoder,
                                   Translator& translator) {
  std::vector<TranslationRequest> requests;
  requests.reserve(set.sources.size());
  for (size_t i = 0; i < set.sources.size(); ++i)
    requests.push_back(
        make_request(encoder, set.sources[i], "", set.direction, static_cast<int64_t>(i)));
  for (size_t d = 0; d < set.documents.size(); ++d)
    for (size_t i = set.documents[d].first; i < set.documents[d].last; ++i)
      requests[i].tokens.document = static_cast<int64_t>(d);
  std::vector<std::string> hypotheses;
  hypotheses.reserve(requests.size());
  for (const Translation& translation : translator.translate(requests))
    hypotheses.push_back(encoder.decode(translation.hypotheses.front().tokens));
  return hypotheses;
}

// Of the sentences and, in a set that has them, of the documents.
std::vector<scoring::Score> scores_of(const TestSet& set,
                                      const std::vector<std::string>& hypotheses) {
  std::vector<scoring::Score> scores;
  for (const auto& metric : set.metrics)
    scores.push_back(metric->corpus(hypotheses, set.references));
  if (set.documents.empty()) return scores;
  const std::vector<std::string> ids(set.documents.size());
  const scoring::DocumentSet documents{.reference = {set.name, set.references, set.documents, ids},
                                       .hypothesis = {set.name, hypotheses, set.documents, ids}};
  for (const auto& metric : scoring::score_documents(documents, set.metrics).metrics)
    scores.push_back(metric.documents);
  return scores;
}

// A run is evaluated by its own translator: the options of another method's would change nothing.
void refuse_options_without_effect(const OptionTable& table, const Recipe& recipe) {
  for (const MethodDescription& method : method_descriptions()) {
    if (recipe.has_method(method.name)) continue;
    for (const auto& option : table.options())
      if (option->origin() == "command line" &&
          std::ranges::find(method.decoding_groups, option->group()) !=
              method.decoding_groups.end())
        throw UsageError(text("--", option->key(), " has no effect on a run without ", method.name),
                         "Leave it out. `nmt translate --documents` takes it with any run.");
  }
}

}  // namespace

int run_evaluate(const std::vector<std::string>& words) {
  const auto command = parse_run_command<EvaluateArguments>(*find_command("evaluate"), words);
  const EvaluateArguments& arguments = command.arguments;
  check_metrics(arguments.metrics);
  refuse_options_without_effect(command.table, command.recipe);
  const std::vector<TestSet> sets = read_sets(arguments, command.recipe);
  const OpenedModels opened = open_models(arguments.model, command.recipe);
  const std::unique_ptr<Translator> translator =
      make_translator(opened.run, command.recipe, opened.models, command.recipe.decoding);
  for (const TestSet& set : sets) {
    Evaluation evaluation = describe_evaluation(set, arguments, opened, command.table, *translator);
    const std::vector<std::string> hypotheses = translate(set, *opened.run.encoder, *translator);
    save_texts(opened.run.folder, evaluation, set, hypotheses);
    for (const scoring::Score& score : scores_of(set, hypotheses)) {
      evaluation.scores.push_back(
          {score.name, score.value, score.signature.text(), to_line(score)});
      std::cout << set.name << '\t' << evaluation.scores.back().line << '\n';
    }
    std::cout.flush();
    save_evaluation(opened.run.folder, evaluation);
  }
  return 0;
}

}  // namespace nmt
