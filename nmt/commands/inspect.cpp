// nmt inspect PATH [--html FILE]

#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "data/corpus_store.h"
#include "data/prepare.h"
#include "nmt/commands/arguments.h"
#include "nmt/commands/light_commands.h"
#include "nmt/commands/run_facts.h"
#include "nmt/report/training_facts.h"
#include "nmt/run/recipe.h"
#include "nmt/support/atomic_file.h"
#include "nmt/support/dump_json.h"
#include "nmt/support/progress.h"
#include "nmt/support/safetensors.h"
#include "nmt/training/evaluations.h"
#include "nmt/training/run_folder.h"
#include "nmt/training/training_state.h"

namespace nmt {
namespace fs = std::filesystem;
using nlohmann::ordered_json;

namespace {

ordered_json inspect_corpus(const std::string& path) {
  const auto store = CorpusStore::open(path);
  store->verify();
  const CorpusManifest& manifest = store->manifest();
  return {{"kind", "corpus"},
          {"languages", manifest.source_language + "-" + manifest.target_language},
          {"sentences", manifest.sentences},
          {"documents", manifest.documents},
          {"report", describe(manifest)},
          {"vocabulary", manifest.vocabulary_hash[1].substr(0, 12)},
          {"checksums", "hold"}};
}

ordered_json inspect_checkpoint(const std::string& path) {
  const StateFile content = read_state_file(path);
  for (const auto& [name, checksum] : content.checksums) verify_checksum(path, name, content);
  ordered_json tensors = ordered_json::object();
  const SafetensorsFile weights(path + "/" + kWeightsFile);
  for (const auto& [name, entry] : weights.tensors()) tensors[name] = entry.shape;
  const TrainingState& state = content.state;
  return {{"kind", "checkpoint"},
          {"update", state.update},
          {"epoch", state.position.epoch + 1},
          {"target_tokens", state.target_tokens},
          {"training_seconds", state.seconds},
          {"skipped_updates", state.skipped},
          {"parameters", report::count_parameters(path)},
          {"moving_average", content.checksums.contains(kAverageFile)},
          {"machine", state.machine},
          {"threads", state.threads},
          {"libtorch", state.libtorch},
          {"checksums", "hold"},
          {"tensors", tensors}};
}

ordered_json inspect_run(const RunFolder& folder) {
  const Recipe recipe = read_recipe(folder.config());
  ordered_json result = {
      {"kind", "run"}, {"methods", recipe.methods}, {"preset", recipe.model.preset}};
  result["checkpoints"] = folder.updates();
  if (folder.updates().empty()) return result;
  const TrainingState state = read_state_file(folder.find_checkpoint("last")).state;
  result["update"] = state.update;
  result["epoch"] = state.position.epoch + 1;
  result["target_tokens"] = state.target_tokens;
  result["training_time"] = short_duration(state.seconds);
  result["target_tokens_per_second"] =
      std::llround(static_cast<double>(state.target_tokens) / std::max(1e-9, state.seconds));
  if (!state.validations.empty())
    result["best"] = best_update(state.validations, recipe.training.validation.metric);
  for (const ValidationResult& v : state.validations) {
    ordered_json entry = {{"update", v.update}, {"loss", v.loss}};
    if (v.bleu >= 0) entry["bleu"] = v.bleu, entry["chrf"] = v.chrf;
    result["validations"].push_back(entry);
  }
  for (const Evaluation& evaluation : read_evaluations(folder))
    for (const Evaluation::Score& score : evaluation.scores)
      result["scores"].push_back(text(evaluation.set, ", update ", evaluation.update, " (",
                                      evaluation.describe_search(), "): ", score.line));
  return result;
}

void write_page(const RunFolder& folder, const std::string& file) {
  if (!fs::exists(folder.log()))
    throw Error(FilePosition{folder.log()}, "is not there: the run has no log to make a page of",
                "`nmt train` writes it.");
  const Recipe recipe = read_recipe(folder.config());
  const report::RunLog log = report::read_run_log(folder.log());
  write_file(file,
             to_page(collect_facts(folder, recipe, log), log, find_training_pairs(folder, recipe)));
}

// One "name: value" a line; tables indented below their name.
void print(const ordered_json& value) {
  for (const auto& [key, entry] : value.items()) {
    if (!entry.is_structured()) {
      std::cout << key << ": " << (entry.is_string() ? entry.get<std::string>() : entry.dump())
                << '\n';
      continue;
    }
    std::cout << key << ":\n";
    for (const auto& [name, item] : entry.items()) {
      std::cout << "  ";
      if (entry.is_object()) std::cout << name << ' ';
      std::cout << (item.is_string() ? item.get<std::string>() : item.dump()) << '\n';
    }
  }
}

}  // namespace

int run_inspect(const std::vector<std::string>& words) {
  OptionTable table;
  InspectArguments arguments;
  declare(table, arguments);
  table.read_command_line(words);
  table.apply();
  const std::string& path = arguments.path;
  ordered_json result;
  if (CorpusStore::exists(path))
    result = inspect_corpus(path);
  else if (fs::exists(path + "/state.json"))
    result = inspect_checkpoint(path);
  else if (RunFolder(path).exists())
    result = inspect_run(RunFolder(path));
  else
    throw Error(FilePosition{path}, "is no run folder, checkpoint or stored corpus",
                "A run has config.yaml, a checkpoint state.json, a corpus manifest.json.");
  if (!arguments.html.empty()) {
    if (result["kind"] != "run")
      throw UsageError("--html is for runs, and " + path + " is none", "Give a run folder.");
    write_page(RunFolder(path), arguments.html);
  }
  if (arguments.json)
    std::cout << dump_json(result, 1) << '\n';
  else
    print(result);
  return 0;
}

}  // namespace nmt
