#include "nmt/training/process_watch.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <sstream>

#include "nmt/support/error.h"
#include "nmt/support/log.h"

namespace nmt {
namespace {

std::string key_of(int64_t rank) {
  return text("process/", rank);
}

std::string this_process() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  return text(host.data(), ", process number ", getpid());
}

std::vector<uint8_t> to_bytes(const ProcessStatus& status) {
  const std::string line =
      text(status.beat, " ", status.progress, " ", status.ends, " ", status.name);
  return {line.begin(), line.end()};
}

ProcessStatus from_bytes(const std::vector<uint8_t>& bytes) {
  std::istringstream line(std::string(bytes.begin(), bytes.end()));
  ProcessStatus status;
  line >> status.beat >> status.progress >> status.ends;
  line.get();
  std::getline(line, status.name);
  return status;
}

int64_t seconds(std::chrono::milliseconds duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

std::string describe(int64_t rank, int64_t size, const std::string& name) {
  return text("process ", rank, " of 0 to ", size - 1, name.empty() ? "" : " (" + name + ")");
}

}  // namespace

std::optional<MissingProcess> ProcessJudge::judge(
    const std::vector<std::pair<int64_t, std::optional<ProcessStatus>>>& others, int64_t progress,
    std::optional<Clock::time_point> waiting_since, Clock::time_point now) {
  const bool waited = waiting_since && now - *waiting_since >= limit_;
  for (const auto& [rank, status] : others) {
    auto seen = std::find_if(seen_.begin(), seen_.end(),
                             [rank = rank](const Seen& s) { return s.rank == rank; });
    if (seen == seen_.end()) seen = seen_.insert(seen_.end(), {rank, -1, now});
    if (status && status->beat != seen->beat) *seen = {rank, status->beat, now};
    if (now - seen->changed >= limit_)
      return MissingProcess{rank, text("has not been heard of for ", seconds(limit_), " s")};
    if (waited && status && status->progress < progress)
      return MissingProcess{rank, text("has let the others wait for ", seconds(limit_), " s")};
  }
  // Processes that are late for something else may keep this one's partner; the limit is then
  // another one's to see, at most a limit later.
  if (waiting_since && now - *waiting_since >= 2 * limit_)
    return MissingProcess{std::nullopt, "all processes wait for one another"};
  return std::nullopt;
}

ProcessWatch::ProcessWatch(c10::intrusive_ptr<c10d::Store> store, int64_t rank, int64_t size,
                           std::chrono::milliseconds limit)
    : store_(std::move(store)),
      rank_(rank),
      size_(size),
      limit_(limit),
      period_(std::min(std::chrono::milliseconds(1000), limit / 4)),
      judge_(limit) {
  mine_.name = this_process();
  thread_ = std::thread([this] { run(); });
}

ProcessWatch::~ProcessWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void ProcessWatch::waiting(bool patient, const std::function<void()>& work) {
  const auto mark = [this](std::optional<ProcessJudge::Clock::time_point> since) {
    const std::lock_guard lock(mutex_);
    waiting_since_ = since;
  };
  ++progress_;
  if (!patient) mark(ProcessJudge::Clock::now());
  try {
    work();
  } catch (...) {
    mark(std::nullopt);
    throw;
  }
  mark(std::nullopt);
}

void ProcessWatch::run() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, period_, [this] { return stopped_; })) {
    lock.unlock();
    std::optional<MissingProcess> missing;
    try {
      tell();
      missing = look();
    } catch (const std::exception&) {
      // The store is served by the main process, or by the launcher on its machine.
      missing = MissingProcess{0, "does not answer"};
    }
    if (missing && !missing->rank) end(missing->reason);
    if (missing) {
      std::string name;
      if (const auto status = rank_ == 0 ? status_of(*missing->rank) : std::nullopt)
        name = status->name;
      end(text(describe(*missing->rank, size_, name), " ", missing->reason));
    }
    lock.lock();
  }
}

void ProcessWatch::tell() {
  ++mine_.beat;
  mine_.progress = progress_;
  store_->set(key_of(rank_), to_bytes(mine_));
}

std::optional<ProcessStatus> ProcessWatch::status_of(int64_t rank) {
  const std::string key = key_of(rank);
  if (rank_ == 0) {
    if (!store_->check({key})) return std::nullopt;
  } else {
    // Throws when the main process stands still, and its store with it.
    store_->wait({key}, limit_);
  }
  return from_bytes(store_->get(key));
}

std::optional<MissingProcess> ProcessWatch::look() {
  std::vector<std::pair<int64_t, std::optional<ProcessStatus>>> others;
  for (int64_t rank = rank_ == 0 ? 1 : 0; rank < (rank_ == 0 ? size_ : 1); ++rank)
    others.emplace_back(rank, status_of(rank));
  if (rank_ != 0 && others.front().second->ends) std::_Exit(1);
  std::unique_lock lock(mutex_);
  const auto since = waiting_since_;
  lock.unlock();
  return judge_.judge(others, progress_, since, ProcessJudge::Clock::now());
}

void ProcessWatch::end(const std::string& message) {
  if (rank_ == 0) {
    log::error(message, ": the run ends; what was saved is kept");
    mine_.ends = true;
    tell();
    std::this_thread::sleep_for(3 * period_);
  } else {
    // Usually the first one's exit makes the launcher end the others.
    std::this_thread::sleep_for(std::min<int64_t>(rank_ - 1, 20) * std::chrono::milliseconds(200));
    log::error(message, ": the run ends; what was saved is kept");
  }
  // Not by an exception: the main thread is within a wait that does not return.
  std::_Exit(1);
}

}  // namespace nmt
