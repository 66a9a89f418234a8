// nmt evaluate RUN

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "data/parallel_text.h"
#include "nmt/commands/arguments.h"
#include "nmt/commands/command.h"
#include "nmt/commands/engine_commands.h"
#include "nmt/run/opened_models.h"
#include "nmt/scoring/document_scores.h"
#include "nmt/scoring/named_metric.h"
#include "nmt/scoring/scoring.h"
#include "nmt/support/atomic_file.h"
#include "nmt/support/log.h"
#include "nmt/support/parse_json.h"

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
  return set;
}

std::vector<TestSet> read_sets(const EvaluateArguments& arguments, const Recipe& recipe) {
  const std::vector<std::string>& wanted = arguments.sets;
  std::vector<TestSet> sets;
  std::string known;
  for (const std::string& text : recipe.data.test) {
    const std::string name = set_name(CorpusSpec::parse(text, recipe.data.documents));
    known += (known.empty() ? "" : ", ") + name;
    const bool is_wanted =
        wanted.empty() || std::any_of(wanted.begin(), wanted.end(), [&](const std::string& w) {
          return name == w || name.starts_with(w + ".");
        });
    if (is_wanted) sets.push_back(read_set(text, recipe, arguments.metrics));
  }
  if (recipe.data.test.empty())
    throw UsageError("the recipe names no test set",
                     "Set data.test, for example [\"data/test.{}:en-de\"].");
  if (sets.empty()) throw UsageError("no test set fits --sets", "There are: " + known + ".");
  return sets;
}

std::string as_file(const std::vector<std::string>& lines) {
  std::string file;
  for (const std::string& line : lines) file += line + "\n";
  return file;
}

// Each evaluation that scores.json tells of has a file of its own.
std::string hypotheses_file(const TestSet& set, const std::string& checkpoint,
                            const DecodingOptions& decoding, const std::string& documents) {
  return text("hypotheses.", set.name, ".", fs::path(checkpoint).filename().string(), ".beam",
              decoding.beam, "-lenpen", decoding.lenpen, documents.empty() ? "" : "-", documents,
              ".txt");
}

// Keeps the texts in the run folder, which `nmt compare` needs to be self-contained, and returns
// their names for scores.json.
nlohmann::json save_texts(const RunFolder& folder, const TestSet& set,
                          const std::vector<std::string>& hypotheses,
                          const std::string& hypotheses_name) {
  nlohmann::json names = {{"hypotheses", hypotheses_name},
                          {"sources", "sources." + set.name + ".txt"},
                          {"references", "references." + set.name + ".txt"}};
  write_file(folder.file(names["hypotheses"]), as_file(hypotheses));
  write_file(folder.file(names["sources"]), as_file(set.sources));
  write_file(folder.file(names["references"]), as_file(set.references));
  return names;
}

// scores.json: a list with one entry for each set, checkpoint and search; evaluating again replaces
// it.
void save_scores(const RunFolder& folder, const nlohmann::json& entry) {
  const std::string path = folder.file("scores.json");
  nlohmann::json all = nlohmann::json::array();
  if (fs::exists(path)) {
    const nlohmann::json saved = try_parse_json(read_file(path));
    const auto same = [&](const nlohmann::json& other) {
      return other.value("set", "") == entry["set"] &&
             other.value("checkpoint", "") == entry["checkpoint"] &&
             other.value("beam", int64_t{0}) == entry["beam"] &&
             other.value("lenpen", 0.0) == entry["lenpen"] &&
             other.value("documents", "") == entry.value("documents", "");
    };
    for (const nlohmann::json& other : saved)
      if (other.is_object() && !same(other)) all.push_back(other);
  }
  all.push_back(entry);
  write_file(path, all.dump(1) + "\n");
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

}  // namespace

int run_evaluate(const std::vector<std::string>& words) {
  const auto command = parse_run_command<EvaluateArguments>(*find_command("evaluate"), words);
  const EvaluateArguments& arguments = command.arguments;
  const std::vector<TestSet> sets = read_sets(arguments, command.recipe);
  const OpenedModels opened = open_models(arguments.model, command.recipe);
  const DecodingOptions& decoding = command.recipe.decoding;
  const PairEncoder& encoder = *opened.run.encoder;
  const std::unique_ptr<Translator> translator =
      make_translator(opened.run, command.recipe, opened.models, decoding);
  for (const TestSet& set : sets) {
    const std::vector<std::string> hypotheses = translate(set, encoder, *translator);
    // Empty where sentences are translated without regard to documents.
    const std::string documents = set.documents.empty() ? "" : translator->document_decoding();
    nlohmann::json entry = {{"set", set.name},
                            {"checkpoint", arguments.model.checkpoint},
                            {"lines", set.sources.size()},
                            {"beam", decoding.beam},
                            {"lenpen", decoding.lenpen},
                            {"target_language", set.direction.target}};
    if (!documents.empty()) entry["documents"] = documents;
    entry.update(save_texts(opened.run.folder, set, hypotheses,
                            hypotheses_file(set, arguments.model.checkpoint, decoding, documents)));
    for (const scoring::Score& result : scores_of(set, hypotheses)) {
      entry["scores"][result.name] = {{"score", result.value},
                                      {"signature", result.signature.text()},
                                      {"line", to_line(result)}};
      std::cout << set.name << '\t' << to_line(result) << '\n';
    }
    std::cout.flush();
    save_scores(opened.run.folder, entry);
  }
  return 0;
}

}  // namespace nmt
