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
#include "nmt/scoring/named_metric.h"
#include "nmt/scoring/scoring.h"
#include "nmt/support/atomic_file.h"
#include "nmt/support/log.h"

namespace nmt {
namespace fs = std::filesystem;

namespace {

struct TestSet {
  std::string name;
  Direction direction;
  std::vector<std::string> sources, references;
  std::vector<int64_t> documents;  // of each sentence; -1 without documents
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
  int64_t document = -1;  // stays so without documents
  while (const std::optional<ParallelLine> pair = reader->next()) {
    if (pair->begins_document) ++document;
    if (!pair->valid) continue;
    set.sources.emplace_back(pair->source);
    set.references.emplace_back(pair->target);
    set.documents.push_back(document);
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
                            const DecodingOptions& decoding) {
  return text("hypotheses.", set.name, ".", fs::path(checkpoint).filename().string(), ".beam",
              decoding.beam, "-lenpen", decoding.lenpen, ".txt");
}

// Keeps the texts in the run folder, which `nmt compare` needs to be self-contained, and returns
// their names for scores.json.
nlohmann::json save_texts(const RunFolder& folder, const TestSet& set,
                          const std::vector<std::string>& hypotheses,
                          const std::string& hypotheses_name) {
  const nlohmann::json names = {{"hypotheses", hypotheses_name},
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
    const nlohmann::json saved =
        nlohmann::json::parse(read_file(path), nullptr, /*allow_exceptions=*/false);
    const auto same = [&](const nlohmann::json& other) {
      return other.value("set", "") == entry["set"] &&
             other.value("checkpoint", "") == entry["checkpoint"] &&
             other.value("beam", 0) == entry["beam"] &&
             other.value("lenpen", 0.0) == entry["lenpen"];
    };
    for (const nlohmann::json& other : saved)
      if (other.is_object() && !same(other)) all.push_back(other);
  }
  all.push_back(entry);
  write_file(path, all.dump(1) + "\n");
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
    std::vector<TranslationRequest> requests;
    for (size_t i = 0; i < set.sources.size(); ++i) {
      requests.push_back(
          make_request(encoder, set.sources[i], "", set.direction, static_cast<int64_t>(i)));
      requests.back().tokens.document = set.documents[i];
    }
    std::vector<std::string> hypotheses;
    for (const Translation& translation : translator->translate(requests))
      hypotheses.push_back(encoder.decode(translation.hypotheses.front().tokens));
    nlohmann::json entry = {{"set", set.name},
                            {"checkpoint", arguments.model.checkpoint},
                            {"lines", set.sources.size()},
                            {"beam", decoding.beam},
                            {"lenpen", decoding.lenpen},
                            {"target_language", set.direction.target}};
    entry.update(save_texts(opened.run.folder, set, hypotheses,
                            hypotheses_file(set, arguments.model.checkpoint, decoding)));
    for (const auto& metric : set.metrics) {
      const scoring::Score result = metric->corpus(hypotheses, set.references);
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
