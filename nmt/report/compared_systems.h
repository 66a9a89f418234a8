#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nmt/report/run_log.h"

// What is compared: systems and their translations of test sets.

namespace nmt::report {

/// What a run folder tells about the training; what it does not tell is missing.
struct TrainingFacts {
  std::string checkpoint;                   ///< the one that was evaluated
  std::optional<int64_t> parameters;        ///< of that checkpoint
  std::optional<int64_t> updates;           ///< of the whole run, as the next two
  std::optional<int64_t> target_tokens;     ///< trained on, EOS counted, padding not
  std::optional<double> tokens_per_second;  ///< target tokens; median of the log's lines
  Curve validation_bleu;                    ///< 0 to 100
  Curve validation_loss;                    ///< negative log-likelihood, nats a token
};

struct ComparedSystem {
  std::string name;
  std::optional<TrainingFacts> training = {};  ///< of a run
};

/// All texts have one entry a segment.
struct TestSet {
  std::string name;
  std::string tokenizer = "13a";                  ///< BLEU's usual one for the target language
  std::vector<std::string> sources;               ///< empty when not known
  std::vector<std::string> references;            ///< at least one
  std::vector<std::vector<std::string>> outputs;  ///< in the order of the systems
};

/// Two systems or more, the first being the one that the others are compared with, and a test set
/// or more.
struct ComparedSystems {
  std::vector<ComparedSystem> systems;
  std::vector<TestSet> sets;
};

/// Plain text files, one segment a line, .gz and .zst too.
struct ComparedFiles {
  std::vector<std::string> hypotheses;
  std::string reference;
  std::string source;  ///< empty: none
};

/// Systems are called `names`, or without any by their files. White space at the ends of lines is
/// dropped, as `nmt score` does. Throws Error for files that cannot be read or have unequal numbers
/// of lines.
ComparedSystems read_compared_files(const ComparedFiles& files,
                                    const std::vector<std::string>& names);

/// The newest evaluations of run folders, by `nmt evaluate`, of `checkpoint` when it is not empty.
/// Test sets that not all runs have are left out with a warning; there is another where they were
/// translated in different ways. Throws Error for a run that was not evaluated, and when there is
/// no common test set or the runs have other references for it.
ComparedSystems read_compared_runs(const std::vector<std::string>& runs,
                                   const std::vector<std::string>& names,
                                   const std::string& checkpoint);

/// Whatever is given in `names`, else the last parts of `paths`, or all of them where those are
/// equal. Throws UsageError unless there is a different name for each.
std::vector<std::string> system_names(const std::vector<std::string>& paths,
                                      const std::vector<std::string>& names);

/// The lines of a text file without white space at their ends.
std::vector<std::string> read_segments(const std::string& file);

/// Throws Error unless `lines` has an entry for each of the references.
void require_segments(const std::string& file, const std::vector<std::string>& lines,
                      const std::string& reference_file, size_t references);

}  // namespace nmt::report
