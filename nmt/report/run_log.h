#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

// train.jsonl, the log of a run: what it tells, read without LibTorch. The trainer writes a JSON
// object a line, each with the "event" it tells of and the "update" that was done by then:
//
//   start    a process begins or continues the run: "time", and its "place"
//   train    every train.log_every updates: means and totals as numbers; "worst": the updates with
//            the highest loss and gradient norm, with the first of their "pairs"
//   valid    a validation: loss and scores as numbers, the mean of all sets; "sets": the scores of
//            each set, with signatures; "samples": sentences with their translations
//   skipped  an update whose gradient was not finite, with all its "pairs"

namespace nmt::report {

struct CurvePoint {
  int64_t update = 0;
  double value = 0;
};
using Curve = std::vector<CurvePoint>;

/// A process that trained the run: the first, or one that continued it.
struct RunStart {
  int64_t update = 0;  ///< done before
  std::string time;    ///< UTC, ISO 8601
  std::string machine;
  std::string libtorch;
  int64_t threads = 0;
  int64_t processes = 1;
};

/// An update that can be traced to its sentences.
struct NotedUpdate {
  int64_t update = 0;
  int64_t line_update = 0;            ///< of the log line that tells of it
  double loss = 0;                    ///< nats a target token
  double gradient_norm = 0;           ///< before it was clipped
  double interval_loss = 0;           ///< the mean of that line
  double interval_gradient_norm = 0;  ///< the same
  int64_t pair_count = 0;
  std::vector<int64_t> pairs;  ///< the first of them, by their numbers in the training corpora
};

/// A validation sentence and its translations over time.
struct SampleHistory {
  struct Version {
    int64_t update = 0;
    std::string translation;
  };
  std::string set;
  int64_t sentence = 0;  ///< of the set, from 1
  std::string source, reference;
  std::vector<Version> versions;
};

struct RunLog {
  /// What training and validation measured, by the log's names ("loss", "lr" …); numbers that were
  /// not finite are missing.
  std::map<std::string, Curve> training, validation;
  std::vector<RunStart> starts;      ///< none in logs of older programs, as in the next ones
  std::vector<NotedUpdate> worst;    ///< of each log line the updates with the highest values
  std::vector<NotedUpdate> skipped;  ///< whose gradient was not finite; without values
  std::vector<SampleHistory> samples;
  /// How the last validation's scores were computed, such as "BLEU nrefs:1|case:mixed|…", each
  /// once.
  std::vector<std::string> signatures;

  /// Null when there is none of that name.
  const Curve* find_training(const std::string& name) const;
  const Curve* find_validation(const std::string& name) const;
};

/// Events of other kinds are passed over, and so is an unfinished last line: a killed process left
/// it. Throws Error naming file and line for any other line that is damaged, and when the file
/// cannot be read.
RunLog read_run_log(const std::string& file);

}  // namespace nmt::report
