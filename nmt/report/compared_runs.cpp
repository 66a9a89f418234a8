#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "nmt/report/compared_systems.h"
#include "nmt/report/training_facts.h"
#include "nmt/scoring/tokenizer.h"
#include "nmt/support/atomic_file.h"
#include "nmt/support/error.h"
#include "nmt/support/log.h"
#include "nmt/support/parse_json.h"

namespace nmt::report {
namespace {

using nlohmann::json;

/// An entry of scores.json, see evaluate.cpp.
struct Evaluation {
  std::string checkpoint, target_language;
  std::string hypotheses, sources, references;  // files
};

/// By name of the test set.
using Evaluations = std::map<std::string, Evaluation>;

std::string advice(const RunFolder& run) {
  return "Run `nmt evaluate " + run.path() + "` first.";
}

/// The newest evaluation of each test set: entries of scores.json stand in the order of time.
Evaluations read_evaluations(const RunFolder& run, const std::string& checkpoint) {
  run.require();
  const std::string path = run.file("scores.json");
  if (!std::filesystem::exists(path))
    throw Error(FilePosition{run.path()}, "the run was not evaluated", advice(run));
  const json entries = try_parse_json(read_file(path));
  if (!entries.is_array()) throw Error(FilePosition{path}, "is damaged", advice(run));
  Evaluations evaluations;
  for (const json& entry : entries) {
    const auto word = [&entry](const char* key) {
      const auto found = entry.find(key);
      return found != entry.end() && found->is_string() ? found->get<std::string>() : "";
    };
    const auto file = [&](const char* key) { return word(key).empty() ? "" : run.file(word(key)); };
    if (word("set").empty() || word("checkpoint").empty()) continue;
    if (!checkpoint.empty() && word("checkpoint") != checkpoint) continue;
    evaluations[word("set")] = {word("checkpoint"), word("target_language"), file("hypotheses"),
                                file("sources"), file("references")};
  }
  if (evaluations.empty()) {
    throw Error(FilePosition{path},
                checkpoint.empty() ? "tells of no evaluation"
                                   : "tells of no evaluation of the checkpoint " + checkpoint,
                advice(run));
  }
  for (const auto& [set, evaluation] : evaluations) {
    if (!evaluation.references.empty() && !evaluation.sources.empty() &&
        !evaluation.hypotheses.empty())
      continue;
    throw Error(FilePosition{path},
                "the evaluation of " + set + " is by an older nmt, which did not keep all texts",
                "Run `nmt evaluate " + run.path() + "` again.");
  }
  return evaluations;
}

/// The test sets that all runs have, by name.
std::vector<std::string> common_sets(const std::vector<std::string>& runs,
                                     const std::vector<Evaluations>& evaluations) {
  std::map<std::string, size_t> counts;
  for (const Evaluations& each : evaluations)
    for (const auto& [set, evaluation] : each) ++counts[set];
  std::vector<std::string> common;
  for (const auto& [set, count] : counts) {
    if (count == runs.size()) {
      common.push_back(set);
    } else {
      log::warning("left out: ", set, ", which only ", count, " of ", runs.size(),
                   " runs have translated");
    }
  }
  if (common.empty()) {
    throw Error("the runs have no test set in common",
                "Evaluate all on the same ones: nmt evaluate RUN --data.test \"PATH:SRC-TGT\".");
  }
  return common;
}

TestSet read_set(const std::string& name, const std::vector<Evaluations>& evaluations) {
  const Evaluation& first = evaluations.front().at(name);
  TestSet set{.name = name,
              .tokenizer = scoring::default_tokenizer(first.target_language),
              .sources = read_segments(first.sources),
              .references = read_segments(first.references)};
  require_segments(first.sources, set.sources, first.references, set.references.size());
  for (const Evaluations& each : evaluations) {
    const Evaluation& evaluation = each.at(name);
    if (read_segments(evaluation.references) != set.references) {
      throw Error(FilePosition{evaluation.references}, "differs from " + first.references,
                  "Scores can be compared on the same references only.");
    }
    set.outputs.push_back(read_segments(evaluation.hypotheses));
    require_segments(evaluation.hypotheses, set.outputs.back(), evaluation.references,
                     set.references.size());
  }
  return set;
}

/// The checkpoints that were evaluated on the sets, usually one.
std::string evaluated_checkpoint(const std::string& run, const Evaluations& evaluations,
                                 const std::vector<std::string>& sets) {
  std::string checkpoint = evaluations.at(sets.front()).checkpoint;
  for (const std::string& set : sets) {
    const std::string& other = evaluations.at(set).checkpoint;
    if (other == checkpoint) continue;
    throw Error(FilePosition{run},
                "the newest evaluations are of different checkpoints: of " + checkpoint + " on " +
                    sets.front() + ", of " + other + " on " + set,
                "Give --checkpoint.");
  }
  return checkpoint;
}

}  // namespace

ComparedSystems read_compared_runs(const std::vector<std::string>& runs,
                                   const std::vector<std::string>& names,
                                   const std::string& checkpoint) {
  const std::vector<std::string> all_names = system_names(runs, names);
  std::vector<Evaluations> evaluations;
  evaluations.reserve(runs.size());
  for (const std::string& run : runs)
    evaluations.push_back(read_evaluations(RunFolder(run), checkpoint));
  const std::vector<std::string> sets = common_sets(runs, evaluations);
  ComparedSystems compared;
  for (size_t i = 0; i < runs.size(); ++i) {
    const std::string evaluated = evaluated_checkpoint(runs[i], evaluations[i], sets);
    compared.systems.push_back({all_names[i], read_training_facts(RunFolder(runs[i]), evaluated)});
  }
  for (const std::string& set : sets) compared.sets.push_back(read_set(set, evaluations));
  return compared;
}

}  // namespace nmt::report
