#include "nmt/training/training_log.h"

#include <c10/core/CachingDeviceAllocator.h>
#include <torch/torch.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <filesystem>
#include <optional>
#include <set>

#include "models/product.h"
#include "nmt/support/atomic_file.h"
#include "nmt/support/dump_json.h"
#include "nmt/support/file_error.h"
#include "nmt/support/parse_json.h"

namespace nmt {
namespace {

constexpr const char* kLossPart = "loss";

// Keeps the log small where batches are large.
constexpr size_t kMostNamedPairs = 200;

// Drops events after `update`: a process that was killed may have logged what a resumed one does
// again.
void drop_later_events(const std::string& path, int64_t update) {
  if (!std::filesystem::exists(path)) return;
  std::ifstream in(path);
  std::string kept;
  for (std::string line; std::getline(in, line);) {
    const nlohmann::json event = try_parse_json(line);
    if (event.is_object() && event.value("update", int64_t{0}) <= update) kept += line + "\n";
  }
  write_file(path, kept);
}

}  // namespace

void IntervalStatistics::LossSum::add(const torch::Tensor& more, double more_weight) {
  sum = sum.defined() ? sum + more : more.detach().clone();
  weight += more_weight;
}

void IntervalStatistics::add(const CriterionResult& result) {
  for (const LossPart& part : result.parts) open_.parts[part.name].add(part.sum, part.weight);
}

void IntervalStatistics::add_batch(const Batch& batch) {
  ++batches;
  source_tokens += batch.source_tokens;
  target_tokens += batch.target_tokens;
  positions += batch.source.ids.numel() + batch.target_input.numel();
  open_.instance_ids.push_back(batch.instance_ids);
}

void IntervalStatistics::add_update(int64_t update, const torch::Tensor& gradient_norm,
                                    const torch::Tensor& skip_flag) {
  ++updates;
  open_.number = update;
  open_.skip_flag = skip_flag;
  open_.gradient_norm = gradient_norm;
  all_updates.push_back(std::exchange(open_, {}));
}

std::span<const IntervalStatistics::Update> IntervalStatistics::read_skips() {
  const std::span<Update> unread = std::span(all_updates).subspan(read_);
  read_ = all_updates.size();
  if (unread.empty()) return unread;
  std::vector<torch::Tensor> flags;  // brought from the device together
  for (const Update& update : unread) flags.push_back(update.skip_flag);
  const torch::Tensor table = torch::stack(flags).to(torch::kFloat).cpu();
  for (size_t i = 0; i < unread.size(); ++i)
    unread[i].is_skipped = table.const_data_ptr<float>()[i] != 0;
  return unread;
}

int64_t IntervalStatistics::skipped() const {
  return std::count_if(all_updates.begin(), all_updates.end(),
                       [](const Update& update) { return update.is_skipped; });
}

// The loss of a skipped update need not be finite: it would hide those of the others.
void IntervalStatistics::add_up() {
  for (const Update& update : all_updates) {
    if (update.is_skipped) continue;
    gradient_norm_sum = gradient_norm_sum.defined() ? gradient_norm_sum + update.gradient_norm
                                                    : update.gradient_norm;
    for (const auto& [name, part] : update.parts) parts[name].add(part.sum, part.weight);
  }
}

void IntervalStatistics::share(World& world) {
  add_up();
  if (world.size() == 1) return;
  // Losses and norms are brought from the device together.
  std::vector<torch::Tensor> losses, norms;
  for (Update& update : all_updates) {
    const torch::Tensor& loss = update.parts[kLossPart].sum;
    losses.push_back(loss.defined() ? loss.to(torch::kDouble)
                                    : torch::zeros_like(update.gradient_norm, torch::kDouble));
    norms.push_back(update.gradient_norm);
  }
  // All processes shall name the same updates: unlike machines may differ in the last digit.
  torch::Tensor same_norms = torch::stack(norms);
  world.broadcast(same_norms, 0);
  const torch::Tensor table = torch::stack(losses).cpu();
  const auto* const first = table.const_data_ptr<double>();
  std::vector<double> sums(first, first + table.numel());
  for (Update& update : all_updates) sums.push_back(update.parts[kLossPart].weight);
  for (const int64_t* const count : {&batches, &source_tokens, &target_tokens, &positions})
    sums.push_back(static_cast<double>(*count));
  world.sum(sums);
  auto sum = sums.begin();
  for (size_t i = 0; i < all_updates.size(); ++i) {
    all_updates[i].gradient_norm = same_norms[static_cast<int64_t>(i)];
    all_updates[i].parts[kLossPart].sum = torch::full_like(same_norms[0], *sum++, torch::kDouble);
  }
  for (Update& update : all_updates) update.parts[kLossPart].weight = *sum++;
  for (int64_t* const total : {&batches, &source_tokens, &target_tokens, &positions})
    *total = std::llround(*sum++);

  // By name: a process that had no batch has no parts.
  nlohmann::json mine = nlohmann::json::object();
  for (const auto& [name, part] : parts) mine[name] = {part.sum.item<double>(), part.weight};
  parts.clear();
  for (const std::string& text : world.gather(mine.dump())) {
    const nlohmann::json theirs = parse_json(text);
    for (const auto& [name, part] : theirs.items()) {
      // JSON has no number for a loss that is not finite.
      const double loss_sum = part[0].is_number() ? part[0].get<double>() : std::nan("");
      parts[name].add(torch::tensor(loss_sum, torch::kDouble), part[1].get<double>());
    }
  }
}

std::vector<int64_t> IntervalStatistics::Update::pairs(World& world) const {
  std::vector<int64_t> mine;
  for (const torch::Tensor& ids : instance_ids) {
    const torch::Tensor here = ids.cpu();
    const auto* const first = here.const_data_ptr<int64_t>();
    mine.insert(mine.end(), first, first + here.numel());
  }
  if (world.size() == 1) return mine;
  std::vector<int64_t> all;
  for (const std::string& text : world.gather(nlohmann::json(mine).dump())) {
    const auto numbers = parse_json(text).get<std::vector<int64_t>>();
    all.insert(all.end(), numbers.begin(), numbers.end());
  }
  return all;
}

nlohmann::json IntervalStatistics::worst_updates(World& world) const {
  // Brought from the device together: one by one, each would wait for it.
  std::vector<const Update*> updates_with_loss;
  std::vector<torch::Tensor> numbers;
  for (const Update& update : all_updates) {
    const auto loss = update.parts.find(kLossPart);
    if (loss == update.parts.end()) continue;
    updates_with_loss.push_back(&update);
    numbers.push_back(loss->second.sum.to(torch::kFloat) / loss->second.weight);
    numbers.push_back(update.gradient_norm.to(torch::kFloat));
  }
  nlohmann::json worst = nlohmann::json::array();
  if (numbers.empty()) return worst;
  const torch::Tensor table = torch::stack(numbers).cpu();
  const std::span values(table.const_data_ptr<float>(), numbers.size());
  std::set<size_t> chosen;
  for (const size_t column : {0, 1}) {
    std::optional<size_t> highest;
    for (size_t i = 0; i < updates_with_loss.size(); ++i) {
      if (!std::isfinite(values[2 * i]) || !std::isfinite(values[2 * i + 1])) continue;
      if (!highest || values[2 * i + column] > values[2 * *highest + column]) highest = i;
    }
    if (highest) chosen.insert(*highest);
  }
  for (const size_t i : chosen) {
    std::vector<int64_t> pairs = updates_with_loss[i]->pairs(world);
    const size_t count = pairs.size();
    pairs.resize(std::min(count, kMostNamedPairs));
    worst.push_back({{"update", updates_with_loss[i]->number},
                     {"loss", values[2 * i]},
                     {"gradient_norm", values[2 * i + 1]},
                     {"pair_count", count},
                     {"pairs", pairs}});
  }
  return worst;
}

void IntervalStatistics::clear() {
  *this = IntervalStatistics();
}

TrainingLog::TrainingLog(const RunFolder& run, int64_t first_update)
    : path_(run.log()), tensorboard_(run.path(), first_update) {
  drop_later_events(path_, first_update);
  errno = 0;
  file_.open(path_, std::ios::app);
  if (!file_) throw file_error(path_, "open", errno);
}

void TrainingLog::event(const std::string& name, int64_t update, nlohmann::json values) {
  for (const auto& [key, value] : values.items())
    if (value.is_number()) tensorboard_.scalar(text(name, "/", key), value.get<double>(), update);
  values["event"] = name;
  values["update"] = update;
  errno = 0;
  file_ << dump_json(values) << std::endl;
  if (!file_) throw file_error(path_, "write", errno);
  tensorboard_.flush();
}

double memory_mib(const torch::Device& device) {
  constexpr double mib = 1024.0 * 1024.0;
  if (!device.is_cpu()) {
    const auto stats = c10::getDeviceAllocator(device.type())->getDeviceStats(device.index());
    return static_cast<double>(stats.allocated_bytes[0].peak) / mib;
  }
  std::ifstream status("/proc/self/statm");
  double size = 0, resident = 0;
  status >> size >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / mib;
}

double measure_peak_flops(const torch::Device& device, torch::ScalarType type) {
  const torch::NoGradGuard no_grad;
  constexpr int64_t n = 1024;
  const torch::Tensor a = torch::ones({n, n}, torch::TensorOptions(device).dtype(type));
  double best = 0;
  for (int trial = 0; trial < 6; ++trial) {  // the first ones warm up
    const auto start = std::chrono::steady_clock::now();
    product(a, a).index({0, 0}).item();
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    best = std::max(best, 2.0 * n * n * n / seconds);
  }
  return best;
}

}  // namespace nmt
