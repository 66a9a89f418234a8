#include <algorithm>
#include <map>

#include "nmt/report/compared_systems.h"
#include "nmt/report/training_facts.h"
#include "nmt/scoring/tokenizer.h"
#include "nmt/support/error.h"
#include "nmt/support/log.h"
#include "nmt/training/evaluations.h"

namespace nmt::report {
namespace {

/// By name of the test set.
using Evaluations = std::map<std::string, Evaluation>;

std::string advice(const RunFolder& run) {
  return "Run `nmt evaluate " + run.path() + "` first.";
}

/// The newest evaluation of each test set, with the full paths of its files.
Evaluations newest_evaluations(const RunFolder& run, const std::string& checkpoint) {
  run.require();
  Evaluations newest;
  for (Evaluation& evaluation : read_evaluations(run)) {
    if (!checkpoint.empty() && evaluation.checkpoint != checkpoint) continue;
    for (std::string* file :
         {&evaluation.hypotheses, &evaluation.sources, &evaluation.references}) {
      if (file->empty())
        throw Error(FilePosition{run.file("scores.json")},
                    "the evaluation of " + evaluation.set + " does not name all of its texts",
                    advice(run));
      *file = run.file(*file);
    }
    newest[evaluation.set] = std::move(evaluation);
  }
  if (newest.empty())
    throw Error(FilePosition{run.path()},
                checkpoint.empty() ? "the run was not evaluated"
                                   : "the checkpoint " + checkpoint + " was not evaluated",
                advice(run));
  return newest;
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

/// Warns of systems that were translated in different ways: then not the models alone differ.
void warn_of_searches(const std::string& set, const std::vector<std::string>& runs,
                      const std::vector<Evaluations>& evaluations) {
  const std::string first = evaluations.front().at(set).describe_search();
  for (size_t i = 1; i < runs.size(); ++i) {
    const std::string other = evaluations[i].at(set).describe_search();
    if (other != first)
      log::warning(set, ": ", runs.front(), " was translated with ", first, ", ", runs[i], " with ",
                   other);
  }
}

/// "best (update 4000)"
std::string checkpoint_of(const Evaluation& evaluation) {
  const std::string update = std::to_string(evaluation.update);
  return evaluation.update == 0 || evaluation.checkpoint == update
             ? evaluation.checkpoint
             : evaluation.checkpoint + " (update " + update + ")";
}

/// An evaluation of the checkpoint that was evaluated on all of the sets.
const Evaluation& evaluated_checkpoint(const std::string& run, const Evaluations& evaluations,
                                       const std::vector<std::string>& sets) {
  const Evaluation& first = evaluations.at(sets.front());
  for (const std::string& set : sets) {
    const Evaluation& other = evaluations.at(set);
    if (other.checkpoint == first.checkpoint && other.update == first.update) continue;
    throw Error(FilePosition{run},
                "the newest evaluations are of different checkpoints: of " + checkpoint_of(first) +
                    " on " + sets.front() + ", of " + checkpoint_of(other) + " on " + set,
                "Give --checkpoint, or evaluate on all sets again.");
  }
  return first;
}

}  // namespace

ComparedSystems read_compared_runs(const std::vector<std::string>& runs,
                                   const std::vector<std::string>& names,
                                   const std::string& checkpoint) {
  const std::vector<std::string> all_names = system_names(runs, names);
  std::vector<Evaluations> evaluations;
  evaluations.reserve(runs.size());
  for (const std::string& run : runs)
    evaluations.push_back(newest_evaluations(RunFolder(run), checkpoint));
  const std::vector<std::string> sets = common_sets(runs, evaluations);
  ComparedSystems compared;
  for (size_t i = 0; i < runs.size(); ++i) {
    const Evaluation& evaluated = evaluated_checkpoint(runs[i], evaluations[i], sets);
    TrainingFacts facts = read_training_facts(RunFolder(runs[i]), evaluated.checkpoint);
    facts.checkpoint = checkpoint_of(evaluated);
    compared.systems.push_back({all_names[i], std::move(facts)});
  }
  for (const std::string& set : sets) {
    warn_of_searches(set, runs, evaluations);
    compared.sets.push_back(read_set(set, evaluations));
  }
  return compared;
}

}  // namespace nmt::report
