// nmt train RECIPE.yaml --run RUN

#include <torch/torch.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "criterions/factory.h"
#include "data/corpus_record.h"
#include "nmt/commands/arguments.h"
#include "nmt/commands/command.h"
#include "nmt/commands/engine_commands.h"
#include "nmt/run/parsed_command.h"
#include "nmt/run/run_vocabularies.h"
#include "nmt/run/runtime.h"
#include "nmt/run/test_sets.h"
#include "nmt/run/trained_run.h"
#include "nmt/run/training_data.h"
#include "nmt/support/atomic_file.h"
#include "nmt/support/file_lock.h"
#include "nmt/support/progress.h"
#include "nmt/support/random.h"
#include "nmt/support/stop_signal.h"
#include "nmt/training/launch.h"
#include "nmt/training/trainer.h"
#include "nmt/training/validation.h"

namespace nmt {
namespace fs = std::filesystem;

namespace {

// Options that may change when a run is continued: they decide how long and how it is watched, not
// what it computes. train.accumulate, because with another number of processes it takes another
// value to make the same updates.
bool may_change(const Option& option) {
  static const std::vector<std::string> allowed = {
      "train.max_updates", "train.max_epochs", "train.log_every", "plugins",
      "train.accumulate",  "data.threads",     "data.prefetch"};
  std::vector<std::string> groups = {"valid", "save", "decode"};
  for (const MethodDescription& method : method_descriptions())
    groups.insert(groups.end(), method.decoding_groups.begin(), method.decoding_groups.end());
  return std::find(allowed.begin(), allowed.end(), option.key()) != allowed.end() ||
         std::find(groups.begin(), groups.end(), option.group()) != groups.end();
}

// Throws when the recipe is not the one that the run was started with.
void check_same_recipe(const OptionTable& now, const RunFolder& folder) {
  OptionTable before;
  Recipe recipe;
  declare(before, recipe);
  before.read_yaml(folder.config());
  before.apply();
  // Of methods that are off config.yaml has nothing. Those of the other recipe are compared first,
  // in the option `methods`.
  const std::set<std::string> idle = idle_groups(recipe);
  for (const auto& option : before.options()) {
    const Option* given = now.find(option->key());
    if (may_change(*option) || idle.contains(option->group()) || given == nullptr ||
        given->value().get() == option->value().get())
      continue;
    const auto shown = [](const Option& o) {
      std::string joined;
      for (const std::string& element : o.value().get())
        joined += (joined.empty() ? "" : ", ") + element;
      return joined;
    };
    throw UsageError(
        text(given->origin(), ": ", option->key(), " is '", shown(*given), "', but the run in ",
             folder.path(), " was started with '", shown(*option), "'"),
        "Continue with the same recipe, or start a new run with another --run folder.");
  }
}

// A run keeps the recipe with every option and default as its config.yaml, which is not to take the
// place of what somebody wrote.
void refuse_to_replace_recipe(const TrainArguments& arguments) {
  const RunFolder folder(arguments.run);
  std::error_code missing;
  if (folder.updates().empty() && fs::equivalent(arguments.recipe, folder.config(), missing))
    throw UsageError(
        text("the run would replace its recipe, ", arguments.recipe, ", by one with all options"),
        "Name another --run folder, or rename the recipe.");
}

void initialise(Run& run, const Recipe& recipe) {
  if (recipe.training.initial.empty()) return;
  const std::string& initial = recipe.training.initial;
  const RunFolder other = RunFolder::containing(initial);
  const std::string place = RunFolder(initial).exists() ? other.find_checkpoint("best") : initial;
  if (!other.path().empty() && !are_same(run.encoder->vocabularies(), load_vocabularies(other)))
    throw UsageError(text("train.initial ", initial, ": its vocabulary is not that of this run"),
                     "Set vocabulary.file to its vocab.model, and vocabulary.target_file where it "
                     "has one for each side.");
  TensorMap weights = clone(load_best_weights(place));
  for (const InitialWeights& change : run.extensions.initial_weights) change(weights, run.model);
  load_weights(run.model, weights, place);
  log::info("weights start from ", place);
}

Transformer load_teacher(const std::string& path, const Run& student, const torch::Device& device) {
  if (path.empty()) return nullptr;
  const RunFolder folder(path);
  folder.require();
  Run teacher = open_run(folder, read_recipe(folder.config()), "best", device);
  require_same_batches(student, teacher, "criterion.teacher " + path);
  return teacher.model;
}

Validator make_validator(const Run& run, const Recipe& recipe, const TrainingData& data,
                         std::shared_ptr<Criterion> criterion, World& world) {
  if (data.valid.empty()) return nullptr;
  // By beam search, whatever the recipe decodes with.
  const DecodingOptions plain;
  DecodingOptions decoding = recipe.decoding;
  decoding.beam = recipe.training.validation.beam;
  decoding.n_best = plain.n_best;
  decoding.sampling = plain.sampling;
  decoding.temperature = plain.temperature;
  decoding.top_k = plain.top_k;
  decoding.top_p = plain.top_p;
  Validation::MakeTranslator make;
  if (recipe.training.validation.translates())
    make = [&run, &recipe, decoding](Transformer& model) {
      return make_translator(run, recipe, {model}, decoding);
    };
  return Validation(make_validation_sets(data, recipe, run.extensions), std::move(criterion),
                    run.encoder, std::move(make), recipe.training.validation.samples, world);
}

// Fails now where `nmt evaluate` would after the training.
void check_test_sets(const Recipe& recipe) {
  if (recipe.data.test.empty()) return;
  for (const TestSet& set : read_test_sets(recipe))
    log::info("test set ", set.name, ": ", set.sources.size(), " lines");
}

// Everything a training run is made of, built from the recipe.
class TrainingSession {
 public:
  TrainingSession(const ParsedCommand<TrainArguments>& command, const torch::Device& device,
                  World& world)
      : recipe_(command.recipe), folder_(command.arguments.run), device_(device), world_(world) {
    if (world_.is_main()) open_folder(command.table);
    // The main process prepares the data, the others then find it.
    if (!world_.is_main()) world_.barrier();
    data_ = prepare_training_data(folder_, recipe_, world_);
    if (world_.is_main()) {
      save_run_data(folder_, data_.encoder->vocabularies(), data_.encoder->languages());
      if (folder_.updates().empty() || !fs::exists(folder_.corpora()))
        record_corpora(folder_.corpora(), data_.train);
      write_file(folder_.config(), to_yaml(recipe_, command.table));
      world_.barrier();
    }

    torch::manual_seed(hash_key({static_cast<uint64_t>(recipe_.training.seed),
                                 static_cast<uint64_t>(RandomPurpose::kInitialise)}));
    run_ = std::make_unique<Run>(build_run(folder_, recipe_, data_.encoder, &world_));
    if (!folder_.updates().empty()) {
      // Not `last`: that link is set after the save, and the process may have been killed between.
      const std::string place = folder_.checkpoint(folder_.updates().back());
      resumed_ = std::make_unique<Checkpoint>(load_checkpoint(place));
      load_weights(run_->model, clone(resumed_->weights), place);
      warn_of_other_machine();
    } else {
      initialise(*run_, recipe_);
    }
    run_->model->to(device_);
    criterion_ =
        make_criterion(recipe_.criterion, load_teacher(recipe_.criterion.teacher, *run_, device_));
    if (const CriterionFactory& factory = run_->extensions.criterion.get())
      criterion_ = factory(criterion_);
    validator_ = make_validator(*run_, recipe_, data_, criterion_, world_);
    TrainingParts parts = training_parts();
    start_hooks(parts, resumed_.get());
  }

  void describe() const {
    log::info("model: ", short_number(static_cast<double>(run_->model->parameter_count())),
              " parameters, vocabulary ", data_.encoder->vocabularies().target->size(), "; ",
              describe_machine(device_), ", ", torch::get_num_threads(), " threads");
  }

  /// Forward and backward on the largest batch, beside as much memory as updates will keep: shapes,
  /// losses and memory are right, or the error comes now.
  void try_worst_batch() {
    const Batch batch =
        largest_batch(data_, run_->extensions, recipe_.model.max_positions, device_);
    run_->model->train();
    TrainingParts parts = training_parts();
    const torch::Tensor later = torch::ones({numbers_kept_for_updates()}, device_);
    training_loss(parts, recipe_.training.precision, batch, {.update = 1, .seed = 1})
        .loss.backward();
    log::info("largest batch: ", batch.size(), " sentences, ", batch.source.ids.size(1), " × ",
              batch.target_input.size(1), " tokens; memory with it ",
              static_cast<int64_t>(memory_mib(device_)), " MiB");
    for (torch::Tensor& parameter : run_->model->parameters())
      parameter.mutable_grad() = torch::Tensor();
  }

  /// The program's exit code. A run that a signal stopped ends like any program that it ends, so
  /// that scripts do not go on with half a model.
  int train() {
    const BatchPosition start = resumed_ ? resumed_->state.position : BatchPosition{};
    const std::unique_ptr<BatchStream> batches =
        open_batches(data_, recipe_, run_->extensions, start, world_, device_);
    TrainingParts parts = training_parts();
    parts.batches = batches.get();
    Trainer trainer(std::move(parts), recipe_.training, folder_, resumed_.get());
    const StopSignal stop;
    const StopReason reason = trainer.run([&stop] { return stop.requested(); });
    report(reason, trainer.state());
    if (reason != StopReason::kSignal) return 0;
    return 128 + (stop.signal() != 0 ? stop.signal() : SIGTERM);  // 0: another process got it
  }

 private:
  // All but the batches.
  TrainingParts training_parts() const {
    TrainingParts parts;
    parts.model = run_->model;
    parts.criterion = criterion_;
    parts.added_losses = run_->extensions.added_losses;
    parts.hooks = run_->extensions.hooks;
    parts.validator = validator_;
    parts.world = &world_;
    parts.device = device_;
    parts.machine = describe_machine(device_);
    return parts;
  }

  // Adam's two moments of each weight that is trained, and the moving average.
  int64_t numbers_kept_for_updates() const {
    const int64_t owners = recipe_.training.optimizer.sharded ? world_.size() : 1;
    int64_t count = 2 * run_->model->parameter_count() / owners;
    if (recipe_.training.ema > 0)
      for (const torch::Tensor& parameter : run_->model->parameters()) count += parameter.numel();
    return count;
  }

  void open_folder(const OptionTable& table) {
    fs::create_directories(folder_.path());
    lock_ = std::make_unique<FileLock>(
        folder_.lock(),
        "Another training writes to this run: wait for it or stop it, or start a "
        "new run with another --run folder.");
    remove_unfinished_files(folder_.path());
    // Before the first update another recipe is welcome, such as one with smaller batches.
    if (!folder_.updates().empty()) check_same_recipe(table, folder_);
    log::add_file(folder_.file("train.log"));
  }

  void warn_of_other_machine() const {
    const TrainingState& state = resumed_->state;
    log::info("continuing from update ", state.update);
    if (state.threads != torch::get_num_threads() || state.machine != describe_machine(device_) ||
        state.libtorch != TORCH_VERSION)
      log::warning("the run was at ", state.machine, ", ", state.threads, " threads, LibTorch ",
                   state.libtorch, "; here the last digits may differ");
    if (state.position.group != data_.group)
      log::warning("an update was made of ", state.position.group,
                   " batches (train.accumulate × "
                   "processes), and is now made of ",
                   data_.group);
  }

  void report(StopReason reason, const TrainingState& state) const {
    const std::string where =
        text(state.update, " updates, ", short_number(static_cast<double>(state.target_tokens)),
             " target tokens, ", short_duration(state.seconds), " of training");
    if (reason == StopReason::kSignal)
      log::info("stopped and saved after ", where, "; the same command continues");
    else if (reason == StopReason::kEarlyStop)
      log::info("no improvement in ", recipe_.training.validation.patience,
                " validations: done after ", where);
    else
      log::info("done: ", where);
    if (reason != StopReason::kSignal)
      log::info("translate with: nmt translate ", folder_.path(), " < INPUT > OUTPUT");
  }

  const Recipe& recipe_;
  RunFolder folder_;
  std::unique_ptr<FileLock> lock_;
  torch::Device device_;
  World& world_;
  TrainingData data_;
  std::unique_ptr<Run> run_;
  std::unique_ptr<Checkpoint> resumed_;
  std::shared_ptr<Criterion> criterion_;
  Validator validator_;
};

}  // namespace

int run_train(const std::vector<std::string>& arguments) {
  ParsedCommand<TrainArguments> command(*find_command("train"), arguments,
                                        [](const TrainArguments& a) { return a.recipe; });
  refuse_to_replace_recipe(command.arguments);
  // The run folder names them for whoever uses it, in whatever folder that is.
  for (std::string& plugin : command.recipe.plugins) plugin = fs::absolute(plugin);
  const std::optional<Launch> launch = find_launch([](const char* name) { return getenv(name); });
  const torch::Device device =
      start_runtime(command.arguments.runtime, launch ? launch->local_rank : 0);
  const std::unique_ptr<World> world =
      launch ? join_processes(*launch, device, std::chrono::seconds(command.arguments.time_limit))
             : single_process();
  if (launch) log::set_rank(static_cast<int>(launch->rank));
  // Of what all processes would say, the main one's is enough.
  if (!world->is_main()) log::set_level(log::Level::kError);
  if (command.arguments.check) check_test_sets(command.recipe);
  TrainingSession session(command, device, *world);
  session.describe();
  session.try_worst_batch();
  if (command.arguments.check) {
    log::info("everything is in place: start with the same command without --check");
    return 0;
  }
  return session.train();
}

}  // namespace nmt
