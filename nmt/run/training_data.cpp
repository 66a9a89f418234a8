#include "nmt/run/training_data.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "data/corpus_record.h"
#include "data/prepare.h"
#include "nmt/run/run_vocabularies.h"
#include "nmt/run/trained_run.h"
#include "nmt/support/error.h"
#include "nmt/support/log.h"

namespace nmt {
namespace {

Direction direction_of(const CorpusStore& store) {
  return {store.manifest().source_language, store.manifest().target_language};
}

// The standard planner, or what a method makes of it.
std::unique_ptr<BatchPlanner> make_planner(const PlanContext& context,
                                           const Extensions& extensions) {
  std::unique_ptr<BatchPlanner> standard = make_sentence_planner(context);
  const BatchPlannerFactory& factory = extensions.batch_planner.get();
  return factory ? factory(std::move(standard)) : std::move(standard);
}

BatchAssembly make_assembly(const TrainingData& data, const Extensions& extensions,
                            const torch::Device& device) {
  const Vocabulary& target = *data.encoder->vocabularies().target;
  return {target.pad(), target.bos(), source_annotator(extensions), device};
}

// Tokens of the longer side.
int64_t length_of(const CorpusSet& corpora, const Instance& instance) {
  const InstanceLengths lengths = corpora.lengths(instance);
  return std::max(lengths.source, lengths.target);
}

/// Throws UsageError when the model cannot read the instance, of the corpus `name`: better before
/// training than when its turn comes.
void check_positions(const std::string& name, const CorpusSet& corpora, const Instance& instance,
                     int64_t positions, const std::string& remedy) {
  const int64_t length = length_of(corpora, instance);
  if (length > positions)
    throw UsageError(text(name, ": ", instance.count == 1 ? "pair " : "the text from pair ",
                          instance.first + 1, instance.count == 1 ? "" : " on", " has ", length,
                          " tokens, more than model.max_positions = ", positions),
                     remedy);
}

Instance longest_sentence(const CorpusSet& corpora, int32_t corpus) {
  Instance longest{0, corpus, 1};
  for (Instance next = longest; next.first < corpora[corpus].size(); ++next.first)
    if (length_of(corpora, next) > length_of(corpora, longest)) longest = next;
  return longest;
}

/// Throws UsageError when the model cannot read `planned`, the longest instance of the first epoch,
/// or a sentence that another epoch may bring. Sampled rows are never too long (PairReader).
void check_training_positions(const PlanContext& context, const Instance& planned,
                              int64_t positions) {
  const CorpusSet& corpora = *context.corpora;
  const auto check = [&](const Instance& instance) {
    check_positions(corpora[instance.corpus].folder(), corpora, instance, positions,
                    instance.count == 1
                        ? "Raise model.max_positions, or prepare the corpus with a lower "
                          "data.max_length, which drops longer pairs."
                        : "Raise model.max_positions, or have shorter texts put together.");
  };
  check(planned);
  const std::vector<int64_t> shares = epoch_shares(context);
  for (int32_t corpus = 0; corpus < corpora.count(); ++corpus) {
    const auto& [source, target] = corpora[corpus].manifest().longest;
    const InstanceLengths longest = corpora.lengths({0, corpus, 1}, source, target);
    if (shares[static_cast<size_t>(corpus)] > 0 &&
        std::max(longest.source, longest.target) > positions)
      check(longest_sentence(corpora, corpus));
  }
}

ValidationSet make_validation_set(const std::string& name,
                                  const std::shared_ptr<const CorpusStore>& store,
                                  const TrainingData& data, const BatchPlanner& planner,
                                  const BatchAssembly& assemble, const Recipe& recipe) {
  ValidationSet set;
  set.name = name;
  const PairEncoder& encoder = *data.encoder;
  const auto corpora = std::make_shared<const CorpusSet>(std::vector{store}, encoder.source_extra(),
                                                         encoder.target_extra());
  const PairReader reader(corpora, data.encoder, {}, /*max_length=*/0, /*seed=*/0);
  const std::vector<Instance> instances = planner.validation_instances(*corpora);
  for (const Instance& instance : instances)
    check_positions(name, *corpora, instance, recipe.model.max_positions,
                    "Raise model.max_positions, shorten the text, or leave it out.");
  const BatchPlan plan = plan_by_length(*corpora, instances, recipe.data.batch);
  for (int64_t i = 0; i < plan.size(); ++i)
    set.batches.push_back(assemble(reader.read(plan.batch(i), 0)));
  const Direction direction = direction_of(*store);
  if (recipe.training.validation.translates()) set.bleu = validation_bleu(direction.target);
  const int64_t limit = recipe.training.validation.max_lines;
  const int64_t lines = limit > 0 ? std::min(limit, store->size()) : store->size();
  for (int64_t line = 0; line < lines; ++line) {
    set.sources.emplace_back(store->line(Side::kSource, line));
    set.references.emplace_back(store->line(Side::kTarget, line));
    set.requests.push_back(make_request(encoder, set.sources.back(), "", direction, line));
    if (store->documents() > 0) set.requests.back().tokens.document = store->document_of(line);
  }
  return set;
}

}  // namespace

TrainingData prepare_training_data(const RunFolder& folder, const Recipe& recipe,
                                   const World& world) {
  const std::vector<CorpusSpec> train = parse_corpora(recipe.data.train, recipe.data.documents);
  if (train.empty())
    throw UsageError("the recipe names no training corpus",
                     "Set data.train, for example [\"data/train.{}:en-de\"].");
  const std::string store = recipe.data.store.empty() ? folder.data() : recipe.data.store;
  // A store of several runs is prepared by the one that comes first.
  std::optional<FileLock> lock;
  if (!recipe.data.store.empty()) lock.emplace(lock_store(store));
  std::filesystem::create_directories(store);
  // The weights know the pieces of their own vocabulary, and the position in the data means this
  // text.
  const bool begun = !folder.updates().empty();
  if (begun && std::filesystem::exists(folder.corpora())) check_recorded(folder.corpora(), train);
  const Vocabularies vocabularies =
      begun ? load_vocabularies(folder)
            : provide_vocabularies(recipe.vocabulary, train, recipe.data.invalid_utf8,
                                   recipe.data.store.empty() ? folder.path() : store);
  vocabularies.source->check_noise(recipe.data.noise);

  TrainingData data;
  const auto train_stores = provide_corpora(
      train, vocabularies, PrepareSettings::for_training(recipe.data), store, "train");
  const auto valid_stores =
      provide_corpora(parse_corpora(recipe.data.valid, recipe.data.documents), vocabularies,
                      PrepareSettings::for_scoring(recipe.data), store, "valid");
  Languages languages;
  for (const auto& corpus : train_stores) languages.add(direction_of(*corpus));
  for (const auto& corpus : valid_stores) languages.add_languages(direction_of(*corpus));
  data.encoder = std::make_shared<PairEncoder>(vocabularies, languages, recipe.data.tags);
  const auto corpora = std::make_shared<const CorpusSet>(train_stores, data.encoder->source_extra(),
                                                         data.encoder->target_extra());
  const auto seed = static_cast<uint64_t>(recipe.training.seed);
  data.reader = std::make_shared<const PairReader>(corpora, data.encoder, recipe.data.noise,
                                                   recipe.model.max_positions, seed);
  data.plan = {.corpora = corpora,
               .limits = recipe.data.batch,
               .weights = recipe.data.weights,
               .temperature = recipe.data.temperature,
               .seed = seed};
  data.group = recipe.training.accumulate * world.size();
  if (recipe.data.noise.active())
    data.plan.sampled_lengths = [reader = data.reader](const Instance& instance, int64_t epoch) {
      return reader->lengths(instance, epoch);
    };
  data.train = train_stores;
  data.valid = valid_stores;
  return data;
}

std::vector<ValidationSet> make_validation_sets(const TrainingData& data, const Recipe& recipe,
                                                const Extensions& extensions) {
  const std::unique_ptr<BatchPlanner> planner = make_planner(data.plan, extensions);
  const BatchAssembly assemble = make_assembly(data, extensions, torch::kCPU);
  std::vector<ValidationSet> sets;
  sets.reserve(data.valid.size());
  for (size_t i = 0; i < data.valid.size(); ++i)
    sets.push_back(
        make_validation_set(recipe.data.valid[i], data.valid[i], data, *planner, assemble, recipe));
  return sets;
}

std::unique_ptr<BatchStream> open_batches(const TrainingData& data, const Recipe& recipe,
                                          const Extensions& extensions, BatchPosition start,
                                          const World& world, const torch::Device& device) {
  BatchSource::Options options{.rank = world.rank(),
                               .world = world.size(),
                               .group = data.group,
                               .start = start,
                               .threads = recipe.data.threads,
                               .prefetch = recipe.data.prefetch};
  auto source = std::make_unique<BatchSource>(
      std::shared_ptr<const BatchPlanner>(make_planner(data.plan, extensions)), data.reader,
      options);
  return std::make_unique<CorpusBatchStream>(std::move(source),
                                             make_assembly(data, extensions, device));
}

Batch largest_batch(const TrainingData& data, const Extensions& extensions, int64_t positions,
                    const torch::Device& device) {
  constexpr int64_t kEpoch = 0;
  // On the stored pieces: to sample the whole corpus for this would delay the start.
  PlanContext context = data.plan;
  context.sampled_lengths = nullptr;
  const BatchPlan plan = make_planner(context, extensions)->plan(kEpoch, data.group);
  int64_t largest = 0, most = -1, longest = -1;
  Instance longest_instance;
  for (int64_t i = 0; i < plan.size(); ++i) {
    int64_t source = 0, target = 0;
    for (const Instance& instance : plan.batch(i)) {
      const InstanceLengths lengths = context.lengths(instance, kEpoch);
      source = std::max(source, lengths.source);
      target = std::max(target, lengths.target);
      if (std::max(lengths.source, lengths.target) > longest) {
        longest = std::max(lengths.source, lengths.target);
        longest_instance = instance;
      }
    }
    const int64_t cells = (source + target) * static_cast<int64_t>(plan.batch(i).size());
    if (cells > most) most = cells, largest = i;
  }
  check_training_positions(context, longest_instance, positions);
  const PairReader reader(context.corpora, data.encoder, {}, /*max_length=*/0, context.seed);
  return make_assembly(data, extensions, device)(reader.read(plan.batch(largest), kEpoch));
}

}  // namespace nmt
