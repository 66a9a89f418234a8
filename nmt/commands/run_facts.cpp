#include "nmt/commands/run_facts.h"

#include <cmath>
#include <filesystem>

#include "data/prepare.h"
#include "nmt/report/compared_systems.h"
#include "nmt/report/tables.h"
#include "nmt/report/training_facts.h"
#include "nmt/run/run_vocabularies.h"
#include "nmt/scoring/number_text.h"
#include "nmt/support/joined.h"
#include "nmt/support/log.h"
#include "nmt/support/progress.h"
#include "nmt/training/training_state.h"

namespace nmt {
namespace fs = std::filesystem;

namespace {

using report::Fact;
using report::grouped;
using report::RunLog;
using report::RunStart;
using scoring::fixed;
using scoring::shortest;

using Stores = std::vector<std::shared_ptr<const CorpusStore>>;

/// The stored training corpora, in the order in which their pairs are numbered. Throws Error when
/// one is not there.
Stores open_stores(const RunFolder& folder, const DataOptions& data) {
  const std::string place = data.store.empty() ? folder.data() : data.store;
  return open_corpora(parse_corpora(data.train, data.documents), place, "train");
}

std::string last_value(const RunLog& log, const char* name,
                       const std::function<std::string(double)>& shown) {
  const report::Curve* const curve = log.find_training(name);
  return curve == nullptr ? "–" : shown(curve->back().value);
}

std::string whole(double value) {
  return grouped(std::llround(value));
}

int64_t last_update(const RunLog& log) {
  int64_t update = 0;
  for (const auto& [name, curve] : log.training) update = std::max(update, curve.back().update);
  return update;
}

std::vector<Fact> summarise(const Recipe& recipe, const RunLog& log) {
  const std::string metric = enum_name(recipe.training.validation.metric);
  std::vector<Fact> facts = {
      {text("of ", grouped(recipe.training.max_updates), " updates"), grouped(last_update(log))},
      {"epoch", last_value(log, "epoch", whole)},
      {"target tokens", last_value(log, "target_tokens", short_number)},
      {"of training", last_value(log, "seconds", short_duration)}};
  if (const auto speed = report::median_speed(log))
    facts.push_back({"target tokens a second", short_number(*speed)});
  const auto best = report::best_validation(log, metric);
  if (!best) return facts;
  const auto at_best = [&](const char* name, int decimals) -> std::optional<std::string> {
    const report::Curve* const curve = log.find_validation(name);
    if (curve == nullptr) return std::nullopt;
    for (const report::CurvePoint& point : *curve)
      if (point.update == best->update) return fixed(point.value, decimals);
    return std::nullopt;
  };
  const std::string where = text(" at the best, update ", grouped(best->update));
  if (const auto bleu = at_best("bleu", 2)) facts.push_back({"BLEU" + where, *bleu});
  if (const auto loss = at_best("loss", 3)) facts.push_back({"validation loss" + where, *loss});
  return facts;
}

std::string model_text(const RunFolder& folder, const TransformerOptions& model) {
  std::string size;
  try {
    const int64_t parameters = report::count_parameters(folder.find_checkpoint("last"));
    size = short_number(static_cast<double>(parameters)) + " parameters; ";
  } catch (const Error&) {  // no checkpoint yet, or none any more
  }
  return text(size, model.encoder_layers, " + ", model.decoder_layers, " layers, width ", model.dim,
              ", ", model.heads, " heads, feed-forward ", model.feed_forward_dim, " (",
              enum_name(model.activation), "), ", enum_name(model.norm), "-norm, ",
              enum_name(model.positions), " positions, dropout ", shortest(model.dropout));
}

std::string corpora_text(const Stores& stores) {
  std::vector<std::string> all;
  for (const auto& store : stores) {
    const CorpusManifest& manifest = store->manifest();
    all.push_back(
        text(manifest.source_language, "-", manifest.target_language, ": ",
             grouped(manifest.sentences), " pairs",
             manifest.documents > 0 ? text(" in ", grouped(manifest.documents), " documents") : "",
             ", ", short_number(static_cast<double>(manifest.tokens[1])), " target pieces"));
  }
  return joined(all, "; ");
}

std::string update_text(const Recipe& recipe) {
  const TrainingOptions& training = recipe.training;
  const ScheduleOptions& schedule = training.schedule;
  const double clip = training.optimizer.clip_norm;
  return text(enum_name(training.optimizer.kind), ", ", enum_name(schedule.kind), " from ",
              shortest(schedule.lr), " after ", grouped(schedule.warmup), " updates of warm-up; ",
              training.accumulate > 1 ? text(training.accumulate, " × ") : "",
              grouped(recipe.data.batch.max_tokens), " tokens (",
              enum_name(recipe.data.batch.measure), "); ", enum_name(training.precision),
              clip > 0 ? ", gradients clipped at " + shortest(clip) : "",
              training.ema > 0 ? ", moving average " + shortest(training.ema) : "");
}

std::string validation_text(const Recipe& recipe) {
  const ValidationOptions& validation = recipe.training.validation;
  return text(
      joined(recipe.data.valid, ", "), "; ",
      validation.every > 0 ? text("every ", grouped(validation.every), " updates") : "at the end",
      "; best by ", enum_name(validation.metric));
}

std::string place_text(const RunStart& start) {
  return text(start.machine, "; ", start.threads, start.threads == 1 ? " thread" : " threads",
              start.processes > 1 ? text(", ", start.processes, " processes") : "", "; LibTorch ",
              start.libtorch);
}

/// Where the run was trained, from update to update; of older logs what the newest checkpoint says.
std::vector<Fact> place_facts(const RunFolder& folder, const RunLog& log) {
  std::vector<Fact> facts;
  for (const RunStart& start : log.starts) {
    const std::string name =
        facts.empty() ? "started" : text("continued after ", grouped(start.update));
    facts.push_back({name, start.time + "; " + place_text(start)});
  }
  if (!facts.empty() || folder.updates().empty()) return facts;
  try {
    const TrainingState state = read_state_file(folder.find_checkpoint("last")).state;
    facts.push_back({"machine", place_text({.machine = state.machine,
                                            .libtorch = state.libtorch,
                                            .threads = state.threads,
                                            .processes = state.world_size})});
  } catch (const Error& error) {
    log::warning(error.what());
  }
  return facts;
}

/// The training corpora as they were stored, with what spells their pieces.
struct TrainingText {
  Stores stores;
  Vocabularies vocabularies;
};

TrainingText open_training_text(const RunFolder& folder, const DataOptions& data) {
  TrainingText opened{open_stores(folder, data), load_vocabularies(folder)};
  for (const auto& store : opened.stores)
    store->check_vocabulary(opened.vocabularies.source->hash(), opened.vocabularies.target->hash());
  return opened;
}

std::optional<report::TrainingPair> find_pair(const TrainingText& opened, int64_t number) {
  for (const auto& store : opened.stores) {
    if (number < store->size()) {
      return report::TrainingPair{
          opened.vocabularies.source->decode(store->ids(Side::kSource, number)),
          opened.vocabularies.target->decode(store->ids(Side::kTarget, number))};
    }
    number -= store->size();
  }
  return std::nullopt;
}

}  // namespace

report::RunFacts collect_facts(const RunFolder& folder, const Recipe& recipe, const RunLog& log) {
  const std::string path = fs::weakly_canonical(folder.path()).string();
  report::RunFacts facts{.name = report::system_names({path}, {}).front(),
                         .summary = summarise(recipe, log),
                         .metric = enum_name(recipe.training.validation.metric)};
  const VocabularyOptions& vocabulary = recipe.vocabulary;
  facts.details = {{"model", model_text(folder, recipe.model)},
                   {"methods", joined(recipe.methods, ", ")},
                   {"training data", joined(recipe.data.train, ", ")}};
  try {
    facts.details.push_back({"directions", corpora_text(open_stores(folder, recipe.data))});
  } catch (const Error&) {  // the stored corpora were removed, or lie on another machine
  }
  const std::vector<Fact> more = {
      {"vocabulary", text(vocabulary.joint ? "joint " : "one a side, ", enum_name(vocabulary.type),
                          ", ", grouped(vocabulary.size), " pieces")},
      {"criterion", text(enum_name(recipe.criterion.kind), ", label smoothing ",
                         shortest(recipe.criterion.label_smoothing))},
      {"updates", update_text(recipe)},
      {"validation", recipe.data.valid.empty() ? "none" : validation_text(recipe)}};
  facts.details.insert(facts.details.end(), more.begin(), more.end());
  std::erase_if(facts.details, [](const Fact& fact) { return fact.value.empty(); });
  for (Fact& fact : place_facts(folder, log)) facts.details.push_back(std::move(fact));
  return facts;
}

report::FindPair find_training_pairs(const RunFolder& folder, const Recipe& recipe) {
  const auto open = [folder, data = recipe.data]() -> std::optional<TrainingText> {
    try {
      return open_training_text(folder, data);
    } catch (const Error& error) {
      log::warning("the sentences of batches are not shown: ", error.what());
      return std::nullopt;
    }
  };
  return [open, tried = false, opened = std::optional<TrainingText>()](
             int64_t number) mutable -> std::optional<report::TrainingPair> {
    if (!tried) opened = open();
    tried = true;
    return opened ? find_pair(*opened, number) : std::nullopt;
  };
}

}  // namespace nmt
