#include "nmt/training/evaluations.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <tuple>

#include "nmt/support/atomic_file.h"
#include "nmt/support/checksum.h"
#include "nmt/support/error.h"
#include "nmt/support/file_lock.h"
#include "nmt/support/parse_json.h"

namespace nmt {
namespace fs = std::filesystem;

namespace {

using nlohmann::json;

std::string scores_file(const RunFolder& run) {
  return run.file("scores.json");
}

template <class T>
T value_or(const json& entry, const char* key, const T& otherwise) {
  const auto found = entry.find(key);
  if (found == entry.end()) return otherwise;
  try {
    return found->get<T>();
  } catch (const json::exception&) {
    return otherwise;
  }
}

Evaluation from_json(const json& entry) {
  Evaluation evaluation;
  evaluation.set = value_or<std::string>(entry, "set", "");
  evaluation.checkpoint = value_or<std::string>(entry, "checkpoint", "");
  evaluation.update = value_or<int64_t>(entry, "update", 0);
  evaluation.models = value_or<std::vector<std::string>>(entry, "models", {});
  evaluation.search = value_or<std::map<std::string, std::string>>(entry, "search", {});
  evaluation.documents = value_or<std::string>(entry, "documents", "");
  evaluation.target_language = value_or<std::string>(entry, "target_language", "");
  evaluation.lines = value_or<int64_t>(entry, "lines", 0);
  evaluation.hypotheses = value_or<std::string>(entry, "hypotheses", "");
  evaluation.sources = value_or<std::string>(entry, "sources", "");
  evaluation.references = value_or<std::string>(entry, "references", "");
  const json scores = value_or<json>(entry, "scores", json::object());
  for (const auto& [name, score] : scores.items())
    if (score.is_object())
      evaluation.scores.push_back({name, value_or<double>(score, "score", 0),
                                   value_or<std::string>(score, "signature", ""),
                                   value_or<std::string>(score, "line", "")});
  return evaluation;
}

json to_json(const Evaluation& evaluation) {
  json entry = {{"set", evaluation.set},
                {"checkpoint", evaluation.checkpoint},
                {"update", evaluation.update},
                {"search", evaluation.search},
                {"target_language", evaluation.target_language},
                {"lines", evaluation.lines},
                {"hypotheses", evaluation.hypotheses},
                {"sources", evaluation.sources},
                {"references", evaluation.references}};
  if (!evaluation.models.empty()) entry["models"] = evaluation.models;
  if (!evaluation.documents.empty()) entry["documents"] = evaluation.documents;
  for (const Evaluation::Score& score : evaluation.scores)
    entry["scores"][score.name] = {
        {"score", score.value}, {"signature", score.signature}, {"line", score.line}};
  return entry;
}

bool is_shown(const std::string& key) {
  return key == "decode.beam" || key == "decode.lenpen";
}

}  // namespace

bool Evaluation::is_same(const Evaluation& other) const {
  const auto identity = [](const Evaluation& e) {
    return std::tie(e.set, e.checkpoint, e.update, e.models, e.search, e.documents);
  };
  return identity(*this) == identity(other);
}

std::string Evaluation::describe_search() const {
  std::string words;
  const auto add = [&words](const std::string& word) {
    words += (words.empty() ? "" : ", ") + word;
  };
  if (!models.empty()) add(std::to_string(models.size() + 1) + " models");
  for (const auto& [key, value] : search) add(key.substr(key.find('.') + 1) + " " + value);
  if (!documents.empty()) add(documents);
  return words;
}

std::string hypotheses_file(const Evaluation& evaluation) {
  const auto option = [&](const char* key) {
    const auto found = evaluation.search.find(key);
    return found == evaluation.search.end() ? "" : found->second;
  };
  // "best" and "last" are words for an update; another checkpoint keeps its name.
  const fs::path place(evaluation.checkpoint);
  const bool is_link = evaluation.checkpoint == "best" || evaluation.checkpoint == "last";
  const std::string update = std::to_string(evaluation.update);
  std::string others = place.has_parent_path() ? evaluation.checkpoint + "\n" : "";
  for (const std::string& model : evaluation.models) others += text(model, "\n");
  for (const auto& [key, value] : evaluation.search)
    if (!is_shown(key)) others += text(key, "=", value, "\n");
  const std::string name = place.filename().string();
  return "hypotheses." + evaluation.set + "." +
         (is_link || name == update ? update : name + "-" + update) + ".beam" +
         option("decode.beam") + "-lenpen" + option("decode.lenpen") +
         (evaluation.documents.empty() ? "" : "-" + evaluation.documents) +
         (others.empty() ? "" : "-" + sha256(others).substr(0, 8)) + ".txt";
}

std::vector<Evaluation> read_evaluations(const RunFolder& run) {
  const std::string path = scores_file(run);
  if (!fs::exists(path)) return {};
  const json entries = try_parse_json(read_file(path));
  if (!entries.is_array())
    throw Error(FilePosition{path}, "is damaged",
                "Move it away, and `nmt evaluate " + run.path() + "` makes a new one.");
  std::vector<Evaluation> evaluations;
  for (const json& entry : entries) {
    if (!entry.is_object()) continue;
    Evaluation evaluation = from_json(entry);
    if (!evaluation.set.empty() && !evaluation.checkpoint.empty())
      evaluations.push_back(std::move(evaluation));
  }
  return evaluations;
}

void save_evaluation(const RunFolder& run, const Evaluation& evaluation) {
  const FileLock lock = FileLock::wait(scores_file(run) + ".lock", "which writes scores.json");
  json entries = json::array();
  for (const Evaluation& other : read_evaluations(run))
    if (!other.is_same(evaluation)) entries.push_back(to_json(other));
  entries.push_back(to_json(evaluation));
  write_file(scores_file(run), entries.dump(1) + "\n");
}

}  // namespace nmt
