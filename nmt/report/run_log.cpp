#include "nmt/report/run_log.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "nmt/support/atomic_file.h"
#include "nmt/support/error.h"
#include "nmt/support/parse_json.h"

namespace nmt::report {
namespace {

using nlohmann::json;

/// JSON has no infinity: what was not finite is null, and becomes `otherwise`.
double number(const json& object, const char* key, double otherwise = 0) {
  const json& value = object.at(key);
  return value.is_null() ? otherwise : value.get<double>();
}

void add_points(const json& event, std::map<std::string, Curve>& curves) {
  const int64_t update = event.at("update");
  for (const auto& [name, value] : event.items()) {
    if (name != "update" && value.is_number())
      curves[name].push_back({update, value.get<double>()});
  }
}

void add_worst(const json& event, RunLog& log) {
  if (!event.contains("worst")) return;
  for (const json& entry : event.at("worst")) {
    log.worst.push_back({.update = entry.at("update"),
                         .line_update = event.at("update"),
                         .loss = entry.at("loss"),
                         .gradient_norm = entry.at("gradient_norm"),
                         .interval_loss = number(event, "loss"),
                         .interval_gradient_norm = number(event, "gradient_norm"),
                         .pair_count = entry.at("pair_count"),
                         .pairs = entry.at("pairs")});
  }
}

void add_skipped(const json& event, RunLog& log) {
  NotedUpdate skipped{.update = event.at("update"), .pairs = event.at("pairs")};
  skipped.pair_count = static_cast<int64_t>(skipped.pairs.size());
  log.skipped.push_back(std::move(skipped));
}

void add_start(const json& event, RunLog& log) {
  const json& place = event.at("place");
  log.starts.push_back({.update = event.at("update"),
                        .time = event.at("time"),
                        .machine = place.at("machine"),
                        .libtorch = place.at("libtorch"),
                        .threads = place.at("threads"),
                        .processes = place.at("processes")});
}

/// Which history a sample continues: a recipe may change while the run is stopped, so its text
/// counts too.
using SampleKey = std::tuple<std::string, int64_t, std::string>;
using SamplePlaces = std::map<SampleKey, size_t>;

void add_samples(const json& event, SamplePlaces& places, RunLog& log) {
  if (!event.contains("samples")) return;
  for (const json& entry : event.at("samples")) {
    const SampleKey key{entry.at("set"), entry.at("sentence"), entry.at("source")};
    const auto [place, is_new] = places.emplace(key, log.samples.size());
    if (is_new) {
      log.samples.push_back({.set = entry.at("set"),
                             .sentence = entry.at("sentence"),
                             .source = entry.at("source"),
                             .reference = entry.at("reference")});
    }
    log.samples[place->second].versions.push_back({event.at("update"), entry.at("translation")});
  }
}

void read_signatures(const json& event, RunLog& log) {
  if (!event.contains("sets")) return;
  log.signatures.clear();
  for (const json& set : event.at("sets")) {
    for (const auto& [name, score] : set.at("scores").items()) {
      std::string signature = name + " " + score.at("signature").get<std::string>();
      if (std::ranges::find(log.signatures, signature) == log.signatures.end())
        log.signatures.push_back(std::move(signature));
    }
  }
}

void add_event(const json& event, SamplePlaces& places, RunLog& log) {
  const std::string kind = event.at("event");
  if (kind == "train") {
    add_points(event, log.training);
    add_worst(event, log);
  } else if (kind == "valid") {
    add_points(event, log.validation);
    add_samples(event, places, log);
    read_signatures(event, log);
  } else if (kind == "skipped") {
    add_skipped(event, log);
  } else if (kind == "start") {
    add_start(event, log);
  }
}

const Curve* find(const std::map<std::string, Curve>& curves, const std::string& name) {
  const auto found = curves.find(name);
  return found == curves.end() ? nullptr : &found->second;
}

}  // namespace

const Curve* RunLog::find_training(const std::string& name) const {
  return find(training, name);
}

const Curve* RunLog::find_validation(const std::string& name) const {
  return find(validation, name);
}

RunLog read_run_log(const std::string& file) {
  const std::string content = read_file(file);
  RunLog log;
  SamplePlaces places;
  long line_number = 0;
  for (size_t begin = 0; begin < content.size();) {
    const size_t end = content.find('\n', begin);
    const bool finished = end != std::string::npos;
    const std::string_view line =
        std::string_view(content).substr(begin, finished ? end - begin : std::string::npos);
    ++line_number;
    try {
      add_event(parse_json(line), places, log);
    } catch (const json::exception& error) {
      if (finished) {
        throw Error(FilePosition{file, line_number}, text("damaged: ", error.what()),
                    "Remove this line; the others can be read without it.");
      }
    }
    if (!finished) break;
    begin = end + 1;
  }
  return log;
}

}  // namespace nmt::report
