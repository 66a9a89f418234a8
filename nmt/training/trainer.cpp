#include "nmt/training/trainer.h"

#include <torch/torch.h>

#include <chrono>
#include <cmath>
#include <ctime>
#include <iomanip>
#include <sstream>

#include "models/precision.h"
#include "nmt/scoring/number_text.h"
#include "nmt/support/error.h"
#include "nmt/support/log.h"
#include "nmt/support/progress.h"
#include "nmt/support/random.h"
#include "nmt/training/schedule.h"

namespace nmt {
namespace {

using Clock = std::chrono::steady_clock;
using scoring::fixed;

// After so many updates without a finite gradient the run will not recover by itself.
constexpr int64_t kMaxConsecutiveSkips = 20;

// Processes on GPUs agree only so often, in updates, on whether to stop: each time waits for the
// work that is queued.
constexpr int64_t kGpuStopQuestionEvery = 8;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

torch::ScalarType compute_type(Precision precision) {
  return precision == Precision::kBf16 ? torch::kBFloat16 : torch::kFloat32;
}

std::string first_numbers(const std::vector<int64_t>& numbers) {
  constexpr size_t kShown = 5;
  std::string shown;
  for (size_t i = 0; i < std::min(kShown, numbers.size()); ++i)
    shown += text(i > 0 ? ", " : "", numbers[i]);
  return numbers.size() > kShown ? shown + " …" : shown;
}

// The same everywhere, also where machines differ.
void share_tensors(const Transformer& model, World& world) {
  const torch::NoGradGuard no_grad;
  for (auto& [name, tensor] : model->saved_tensors()) {
    // MPI has no type for flags.
    const bool is_flag = tensor.scalar_type() == torch::kBool;
    torch::Tensor sent = (is_flag ? tensor.to(torch::kByte) : tensor).contiguous();
    world.broadcast(sent, 0);
    if (!sent.is_same(tensor)) tensor.copy_(sent);
  }
}

std::string state_prefix(const NamedHook& named) {
  return "method." + named.method + ".";
}

void add_hook_state(const std::vector<NamedHook>& hooks, TensorMap& training) {
  for (const NamedHook& named : hooks)
    for (const auto& [name, tensor] : named.hook->save())
      if (!training.emplace(state_prefix(named) + name, tensor).second)
        throw Error(text("method '", named.method, "' has two hooks that save a '", name, "'"),
                    "Its hooks give what they save different names.");
}

void add_log_values(const std::vector<NamedHook>& hooks, nlohmann::json& values) {
  for (const NamedHook& named : hooks)
    for (const auto& [name, value] : named.hook->log_values()) {
      nlohmann::json& place = values[named.method + "/" + name];
      if (!place.is_null())
        throw Error(text("method '", named.method, "' logs two values called '", name, "'"),
                    "Its hooks give what they log different names.");
      place = value;
    }
}

// Exchanges the model's weights with `other`, by pointer, for as long as it lives.
class SwappedWeights {
 public:
  SwappedWeights(const std::vector<std::pair<std::string, torch::Tensor>>& parameters,
                 std::vector<torch::Tensor>& other)
      : parameters_(parameters), other_(other) {
    swap();
  }
  ~SwappedWeights() { swap(); }
  SwappedWeights(const SwappedWeights&) = delete;
  SwappedWeights& operator=(const SwappedWeights&) = delete;

 private:
  void swap() {
    for (size_t i = 0; i < other_.size(); ++i) {
      torch::Tensor parameter = parameters_[i].second;
      const torch::Tensor mine = parameter.data();
      parameter.set_data(other_[i]);
      other_[i] = mine;
    }
  }
  const std::vector<std::pair<std::string, torch::Tensor>>& parameters_;
  std::vector<torch::Tensor>& other_;
};

}  // namespace

void start_hooks(TrainingParts& parts, const Checkpoint* resumed) {
  if (parts.world->size() > 1) share_tensors(parts.model, *parts.world);
  for (const NamedHook& named : parts.hooks) {
    if (resumed == nullptr) break;
    TensorMap own;
    const std::string prefix = state_prefix(named);
    for (const auto& [name, tensor] : resumed->training)
      if (name.starts_with(prefix)) own[name.substr(prefix.size())] = tensor;
    named.hook->load(own);
  }
  const TrainingState state = resumed != nullptr ? resumed->state : TrainingState{};
  for (const NamedHook& named : parts.hooks) named.hook->run_started(parts.model, state);
}

CriterionResult training_loss(TrainingParts& parts, Precision precision, const Batch& batch,
                              const StepContext& step) {
  const AutocastGuard autocast(parts.device, compute_type(precision));
  CriterionResult result = (*parts.criterion)(parts.model, batch, step);
  for (const auto& added : parts.added_losses) {
    CriterionResult more = (*added)(parts.model, batch, step);
    result.loss = result.loss + more.loss;
    for (LossPart& part : more.parts) {
      // Parts are summed up by name.
      if (std::any_of(result.parts.begin(), result.parts.end(),
                      [&](const LossPart& other) { return other.name == part.name; }))
        throw Error("two losses have a part called '" + part.name + "'",
                    "A method's added loss names its parts after the method.");
      result.parts.push_back(std::move(part));
    }
  }
  return result;
}

Trainer::Trainer(TrainingParts parts, TrainingOptions options, RunFolder run,
                 const Checkpoint* resumed)
    : parts_(std::move(parts)), options_(std::move(options)), run_(std::move(run)) {
  for (const auto& entry : parts_.model->named_parameters())
    parameters_.emplace_back(entry.key(), entry.value());
  if (resumed != nullptr) state_ = resumed->state;
  optimizer_ = std::make_unique<Optimizer>(parameters_, options_.optimizer, *parts_.world);
  if (resumed != nullptr) optimizer_->load(resumed->training);
  if (parts_.world->size() > 1)
    gradient_sync_ = std::make_unique<GradientSync>(optimizer_->parameters(), *parts_.world);
  if (options_.ema > 0) {
    for (const auto& [name, parameter] : parameters_)
      average_.push_back(parameter.detach().clone());
    if (resumed != nullptr && !resumed->average.empty())
      for (size_t i = 0; i < average_.size(); ++i)
        average_[i].copy_(resumed->average.at(parameters_[i].first));
  }
  if (parts_.world->is_main()) {
    if (resumed != nullptr) finish_save(run_, state_, options_);
    log_ = std::make_unique<TrainingLog>(run_, state_.update);
  }
  saved_update_ = resumed != nullptr ? state_.update : -1;
}

StepContext Trainer::step_context(int64_t micro_batch) const {
  return {.update = state_.update + 1,
          .batch = micro_batch * parts_.world->size() + parts_.world->rank(),
          .seed = static_cast<uint64_t>(options_.seed),
          .training = true};
}

CriterionResult Trainer::compute_loss(const Batch& batch, int64_t micro_batch) {
  const StepContext step = step_context(micro_batch);
  torch::manual_seed(
      hash_key({step.seed, static_cast<uint64_t>(RandomPurpose::kDropout),
                static_cast<uint64_t>(step.update), static_cast<uint64_t>(step.batch)}));
  return training_loss(parts_, options_.precision, batch, step);
}

torch::Tensor Trainer::finish_gradients(const torch::Tensor& last_loss, double tokens) {
  if (gradient_sync_)
    gradient_sync_->backward(last_loss);
  else if (last_loss.defined())
    last_loss.backward();
  // Only now, when processes have met anyway: before, each would wait for the slowest forward pass.
  torch::Tensor all_tokens =
      torch::full({}, tokens, torch::TensorOptions(torch::kFloat).device(parts_.device));
  parts_.world->sum(all_tokens);
  return all_tokens;
}

void Trainer::update() {
  double tokens = 0;
  torch::Tensor last_loss;  // its backward pass is where processes meet
  for (int64_t micro = 0; micro < options_.accumulate; ++micro) {
    if (parts_.batches->position().epoch != hooked_epoch_) {
      hooked_epoch_ = parts_.batches->position().epoch;
      for (const NamedHook& named : parts_.hooks) named.hook->epoch_started(hooked_epoch_);
    }
    const Batch batch = parts_.batches->next();
    interval_.add_wait(parts_.batches->take_wait_seconds());
    if (!batch.source.ids.defined())
      continue;  // the end of an epoch, where there are fewer batches than processes
    interval_.add_batch(batch);
    const CriterionResult result = compute_loss(batch, micro);
    if (micro + 1 < options_.accumulate)
      result.loss.backward();
    else
      last_loss = result.loss;
    interval_.add(result);
    tokens += static_cast<double>(result.tokens);
    uncounted_.source += batch.source_tokens;
    uncounted_.target += batch.target_tokens;
  }
  const torch::Tensor all_tokens = finish_gradients(last_loss, tokens);
  last_loss.reset();  // and with it the graph
  const StepContext step = step_context(0);
  for (const NamedHook& named : parts_.hooks)
    named.hook->gradients_ready(parts_.model, step, all_tokens);
  const double lr = learning_rate(options_.schedule, step.update, options_.max_updates);
  const Optimizer::StepResult result = optimizer_->step(lr, all_tokens);
  optimizer_->clear_gradients();
  for (const NamedHook& named : parts_.hooks) named.hook->update_finished(parts_.model, step);
  interval_.add_update(step.update, result.gradient_norm, result.skipped);
  state_.update = step.update;
  state_.position = parts_.batches->position();
  if (!average_.empty()) update_average(result.skipped);
}

void Trainer::update_average(const torch::Tensor& skipped) {
  const torch::NoGradGuard no_grad;
  // The average follows quickly at first: with a fixed decay it would hold on to the random initial
  // weights.
  const double done = static_cast<double>(state_.update);
  const double decay = std::min(options_.ema, (1 + done) / (10 + done));
  // On the device, so that nobody waits for it.
  const torch::Tensor share =
      ((1 - skipped.to(torch::kFloat64)) * (1 - decay)).to(average_.front().scalar_type());
  for (size_t i = 0; i < average_.size(); ++i)
    average_[i].lerp_(parameters_[i].second.detach(), share);
}

void Trainer::report_skipped() {
  for (const IntervalStatistics::Update& update : interval_.read_skips()) {
    if (!update.is_skipped) {
      consecutive_skips_ = 0;
      continue;
    }
    ++state_.skipped;
    ++consecutive_skips_;
    const std::vector<int64_t> pairs = update.pairs(*parts_.world);
    log::warning("update ", update.number, " was skipped: its gradient is not finite; it had ",
                 pairs.size(), " sentence pairs of the training corpora, numbers ",
                 first_numbers(pairs), log_ ? " (all of them in train.jsonl)" : "");
    if (log_) log_->event("skipped", update.number, {{"pairs", pairs}});
    if (consecutive_skips_ >= kMaxConsecutiveSkips)
      throw Error(text("the gradient has not been finite for ", kMaxConsecutiveSkips,
                       " updates, up to update ", update.number),
                  "Lower train.lr, set train.clip_norm, or use train.precision=fp32. The "
                  "checkpoints saved before are kept.");
  }
}

void Trainer::log_start() {
  if (log_ == nullptr) return;
  std::ostringstream time;
  const std::time_t now = std::time(nullptr);
  time << std::put_time(std::gmtime(&now), "%Y-%m-%dT%H:%M:%SZ");
  log_->event("start", state_.update,
              {{"time", time.str()},
               {"place",
                {{"machine", parts_.machine},
                 {"threads", torch::get_num_threads()},
                 {"processes", parts_.world->size()},
                 {"libtorch", TORCH_VERSION}}}});
}

void Trainer::count_tokens() {
  std::vector<double> counts = {static_cast<double>(uncounted_.source),
                                static_cast<double>(uncounted_.target)};
  parts_.world->sum(counts);
  state_.source_tokens += std::llround(counts[0]);
  state_.target_tokens += std::llround(counts[1]);
  uncounted_ = {};
}

void Trainer::write_log() {
  if (interval_.updates == 0) return;
  report_skipped();
  count_tokens();
  interval_.share(*parts_.world);
  const nlohmann::json worst = interval_.worst_updates(*parts_.world);
  if (log_ == nullptr) {
    interval_.clear();
    return;
  }
  nlohmann::json values;
  std::string losses;
  for (const auto& [name, part] : interval_.parts) {
    const double mean = part.sum.item<double>() / std::max(1.0, part.weight);
    values[name] = mean;
    losses += text(" ", name, " ", fixed(mean, 3));
  }
  const double seconds = std::max(1e-9, interval_seconds_);
  const int64_t skipped = interval_.skipped();
  const double unknown = std::nan("");  // of an interval whose updates were all skipped
  const double norm = skipped == interval_.updates
                          ? unknown
                          : interval_.gradient_norm_sum.item<double>() /
                                static_cast<double>(interval_.updates - skipped);
  const double perplexity =
      values.contains("nll") ? std::exp(std::min(50.0, values["nll"].get<double>())) : unknown;
  const double lr = learning_rate(options_.schedule, state_.update, options_.max_updates);
  const double target_speed = static_cast<double>(interval_.target_tokens) / seconds;
  const double real = static_cast<double>(interval_.source_tokens + interval_.target_tokens);
  const double padding =
      100 * (1 - real / static_cast<double>(std::max<int64_t>(1, interval_.positions)));
  const double wait = 100 * interval_.wait_seconds / seconds;
  const double memory = memory_mib(parts_.device);
  const double flops =
      parts_.model->training_flops(interval_.source_tokens, interval_.target_tokens) / seconds;
  const double peak = peak_flops_ * static_cast<double>(parts_.world->size());
  const double utilisation = 100 * flops / std::max(1.0, peak);
  const double left = static_cast<double>(options_.max_updates - state_.update);
  const double eta = left * seconds / static_cast<double>(interval_.updates);

  log::info("epoch ", state_.position.epoch + 1, " update ", state_.update, "/",
            options_.max_updates, losses, " ppl ", fixed(perplexity, 2), " lr ", lr, " gnorm ",
            fixed(norm, 2), " | ", short_number(target_speed), " target tok/s, padding ",
            fixed(padding, 1), "%, data wait ", fixed(wait, 1), "%, ", fixed(memory, 0),
            " MiB, MFU ", fixed(utilisation, 0), "%, ETA ", short_duration(eta),
            skipped > 0 ? text(", ", skipped, " skipped") : "");
  values["ppl"] = perplexity;
  values["lr"] = lr;
  values["gradient_norm"] = norm;
  values["epoch"] = state_.position.epoch + 1;
  values["target_tokens_per_second"] = target_speed;
  values["target_tokens"] = state_.target_tokens;
  values["padding_percent"] = padding;
  values["data_wait_percent"] = wait;
  values["memory_mib"] = memory;
  values["mfu_percent"] = utilisation;
  values["skipped"] = skipped;
  values["seconds"] = state_.seconds;
  values["worst"] = worst;
  add_log_values(parts_.hooks, values);
  log_->event("train", state_.update, values);
  interval_.clear();
  interval_seconds_ = 0;
}

void Trainer::validate() {
  if (!parts_.validator) return;
  ValidationOutcome outcome;
  {
    parts_.model->eval();
    std::unique_ptr<SwappedWeights> swapped;
    if (!average_.empty()) swapped = std::make_unique<SwappedWeights>(parameters_, average_);
    const AutocastGuard autocast(parts_.device, compute_type(options_.precision));
    outcome = parts_.validator(parts_.model, state_.update);
    parts_.model->train();
  }
  const ValidationResult& result = outcome.result;
  state_.validations.push_back(result);
  for (const NamedHook& named : parts_.hooks) named.hook->validated(result);
  if (log_ == nullptr) return;
  const bool best = best_update(state_.validations, options_.validation.metric) == result.update;
  log::info("validation at update ", result.update, ": loss ", fixed(result.loss, 4), ", ppl ",
            fixed(std::exp(std::min(50.0, result.nll)), 3),
            result.bleu >= 0
                ? text(", BLEU ", fixed(result.bleu, 2), ", chrF ", fixed(result.chrf, 2))
                : "",
            best ? " (best so far)" : "");
  nlohmann::json values = {{"loss", result.loss}, {"nll", result.nll}};
  if (result.bleu >= 0) values["bleu"] = result.bleu, values["chrf"] = result.chrf;
  for (const ValidationScores& scores : outcome.scores) {
    nlohmann::json set = {{"set", scores.set}};
    for (const scoring::Score& score : {scores.bleu, scores.chrf})
      set["scores"][score.name] = {{"score", score.value}, {"signature", score.signature.text()}};
    values["sets"].push_back(set);
  }
  for (const TranslationSample& sample : outcome.samples) {
    values["samples"].push_back({{"set", sample.set},
                                 {"sentence", sample.sentence},
                                 {"source", sample.source},
                                 {"reference", sample.reference},
                                 {"translation", sample.translation}});
  }
  log_->event("valid", result.update, values);
}

void Trainer::save() {
  if (saved_update_ == state_.update) return;
  // What the log has not told of yet would be lost: a resumed run does not do these updates again.
  report_skipped();
  count_tokens();
  const TensorMap optimizer_state = optimizer_->state();
  state_.world_size = parts_.world->size();
  state_.threads = torch::get_num_threads();
  state_.libtorch = TORCH_VERSION;
  state_.machine = parts_.machine;
  if (parts_.world->is_main()) {
    Checkpoint checkpoint;
    checkpoint.state = state_;
    checkpoint.weights = parts_.model->saved_tensors();
    if (!average_.empty()) checkpoint.average = checkpoint.weights;
    for (size_t i = 0; i < average_.size(); ++i)
      checkpoint.average[parameters_[i].first] = average_[i];
    checkpoint.training = optimizer_state;
    add_hook_state(parts_.hooks, checkpoint.training);
    save_checkpoint(run_, checkpoint, options_);
  }
  parts_.world->barrier();
  saved_update_ = state_.update;
}

bool Trainer::finished() const {
  if (state_.update >= options_.max_updates) return true;
  return options_.max_epochs > 0 && parts_.batches->position().epoch >= options_.max_epochs;
}

bool Trainer::out_of_patience() const {
  const int64_t patience = options_.validation.patience;
  if (patience == 0) return false;
  const int64_t best = best_update(state_.validations, options_.validation.metric);
  int64_t since = 0;
  for (const ValidationResult& v : state_.validations) since += v.update > best;
  return since >= patience;
}

StopReason Trainer::run(const std::function<bool()>& stop_requested) {
  if (!finished() && out_of_patience()) return StopReason::kEarlyStop;
  parts_.model->train();
  if (!finished()) log_start();
  if (parts_.world->is_main())
    peak_flops_ = measure_peak_flops(parts_.device, compute_type(options_.precision));
  while (!finished()) {
    const Clock::time_point start = Clock::now();
    update();
    const double seconds = seconds_since(start);
    interval_seconds_ += seconds;
    state_.seconds += seconds;
    const bool last = finished();
    if (state_.update % options_.log_every == 0 || last) write_log();
    // Validated before saved, so that a checkpoint knows its own score.
    const int64_t every = options_.validation.every;
    const bool due = last || (every > 0 && state_.update % every == 0);
    if (due) validate();
    const bool best =
        due && best_update(state_.validations, options_.validation.metric) == state_.update;
    const bool stop = due && out_of_patience();
    if (stop) write_log();
    if (state_.update % options_.checkpoints.every == 0 || best || last || stop) save();
    if (stop) return StopReason::kEarlyStop;
    const bool asks = parts_.world->size() == 1 || parts_.device.is_cpu() ||
                      state_.update % kGpuStopQuestionEvery == 0;
    if (asks && parts_.world->from_main(stop_requested() ? 1 : 0) != 0) {
      write_log();
      save();
      return StopReason::kSignal;
    }
  }
  return StopReason::kFinished;
}

}  // namespace nmt
