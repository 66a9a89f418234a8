#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nmt {

/// The files of a run. A run folder is self-contained: whoever has it can translate.
///
///   config.yaml            the resolved recipe
///   vocab.model            SentencePiece (source.vocab.model and target.vocab.model when the sides
///                          have their own); vocab.model.json tells what it was made of
///   languages.json         the languages, and the directions that it was trained on
///   corpora.json           checksums of the text that it trains on (none in older runs)
///   checkpoints/000001000/ model.safetensors, training.safetensors, state.json
///                          [, ema.safetensors]
///   checkpoints/last, best links to a step's folder
///   train.jsonl, train.log, events.*   logs
///   .lock                  held by the training that writes here
///   data/                  the corpus as stored for this run
///   scores.json            what `nmt evaluate` found, with the names of the next files
///   sources.SET.txt, references.SET.txt   a test set
///   hypotheses.SET.UPDATE.beam5-lenpen1.txt   its translations: one file for each checkpoint and
///                          each search, see evaluations.h
class RunFolder {
 public:
  RunFolder() = default;
  explicit RunFolder(std::string path) : path_(std::move(path)) {}
  /// The run that `path` is, or a checkpoint of it; one with an empty path when it is in none.
  static RunFolder containing(const std::string& path);
  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::string config() const { return file("config.yaml"); }
  /// What a training holds locked, so that a second one does not write between its files.
  std::string lock() const { return file(".lock"); }
  std::string log() const { return file("train.jsonl"); }
  std::string data() const { return file("data"); }
  /// What record_corpora() writes: a run is not continued on other text.
  std::string corpora() const { return file("corpora.json"); }
  std::string checkpoints() const { return file("checkpoints"); }
  std::string checkpoint(int64_t update) const;

  bool exists() const;
  /// Throws Error with a remedy when this is no run folder.
  void require() const;
  /// The updates of the complete checkpoints, ascending.
  std::vector<int64_t> updates() const;
  /// The folder of checkpoint "best", "last", an update's number, or a path to a checkpoint folder.
  /// "best" falls back to "last" in a run without validation, and "last" to the newest checkpoint
  /// there is. Throws Error that lists what there is.
  std::string find_checkpoint(const std::string& which) const;

 private:
  std::string path_;
};

}  // namespace nmt
