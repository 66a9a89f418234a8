#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "nmt/training/run_folder.h"

namespace nmt {

/// What `nmt evaluate` found on one test set: an entry of a run's scores.json.
struct Evaluation {
  std::string set;
  std::string checkpoint;           // as it was asked for: "best", "4000", a path
  int64_t update = 0;               // of that checkpoint then
  std::vector<std::string> models;  // the further runs of an ensemble
  /// How was translated: decode.beam and decode.lenpen, the other options of decoding that are not
  /// as by default, and those of methods that the command line set. By key.
  std::map<std::string, std::string> search;
  std::string documents;  // how documents were translated; empty: sentence by sentence
  std::string target_language;
  int64_t lines = 0;
  std::string hypotheses, sources, references;  // files of the run folder

  struct Score {
    std::string name;
    double value = 0;
    std::string signature, line;  // `line` as `nmt score` prints it
  };
  std::vector<Score> scores;

  /// Whether `other` is of the same set, checkpoint, models and search.
  bool is_same(const Evaluation& other) const;
  /// "4 models, beam 4, lenpen 0.6, precision int8, sliding128".
  std::string describe_search() const;
};

/// A name for the translations that no other evaluation of the run has:
/// hypotheses.SET.UPDATE.beam5-lenpen1.txt, or with a checksum of what else was asked for.
std::string hypotheses_file(const Evaluation& evaluation);

/// The evaluations in scores.json of a run, oldest first; none where there is no such file. Entries
/// without a set or a checkpoint are left out. Throws Error when the file is damaged.
std::vector<Evaluation> read_evaluations(const RunFolder& run);

/// Adds one to scores.json; an earlier one that is the same is removed. Several processes may do so
/// at once. Throws Error when the file is damaged.
void save_evaluation(const RunFolder& run, const Evaluation& evaluation);

}  // namespace nmt
