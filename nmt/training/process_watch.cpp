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

std::optional<MissingProcess> ProcessJudge::judge(const KnownProcesses& others, int64_t progress,
                                                  std::optional<Clock::time_point> waiting_since,
                                                  Clock::time_point now) {
  if (!judged_ || now - *judged_ >= limit_) {
    since_ = now;
    beats_.clear();
  }
  judged_ = now;
  if (waiting_since) waiting_since = std::max(*waiting_since, *since_);
  const bool waited = waiting_since && now - *waiting_since >= limit_;
  for (const auto& [rank, status] : others) {
    Beat& beat = beats_.try_emplace(rank, Beat{-1, now}).first->second;
    if (status && status->beat != beat.number) beat = {status->beat, now};
    if (now - beat.changed >= limit_)
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

ProcessWatch::Repeating::Repeating(std::chrono::milliseconds period, std::function<void()> step)
    : thread_([this, period, step = std::move(step)] {
        std::unique_lock lock(mutex_);
        while (!changed_.wait_for(lock, period, [this] { return stopped_; })) {
          lock.unlock();
          step();
          lock.lock();
        }
      }) {}

ProcessWatch::Repeating::~Repeating() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

ProcessWatch::ProcessWatch(c10::intrusive_ptr<c10d::Store> store, int64_t rank, int64_t size,
                           std::chrono::milliseconds limit)
    : store_(std::move(store)),
      rank_(rank),
      size_(size),
      period_(std::min(std::chrono::milliseconds(1000), limit / 4)),
      judge_(limit) {
  mine_.name = this_process();
  if (rank == 0)
    for (int64_t other = 1; other < size; ++other) known_[other] = std::nullopt;
  else
    known_[0] = std::nullopt;
  tell();  // at once, so that a process that is soon missing has a name
  judging_.emplace(period_, [this] { judge(); });
  talking_.emplace(period_, [this] { talk(); });
}

ProcessWatch::~ProcessWatch() {
  talking_.reset();
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

void ProcessWatch::talk() {
  try {
    tell();
    for (auto& [rank, known] : known_) {  // whose ranks never change
      const std::optional<ProcessStatus> status = status_of(rank);
      const std::lock_guard lock(mutex_);
      known = status;
    }
  } catch (const std::exception&) {
    cut_off_ = true;
  }
}

void ProcessWatch::tell() {
  ++mine_.beat;
  mine_.progress = progress_;
  mine_.ends = ending_;
  store_->set(key_of(rank_), to_bytes(mine_));
}

std::optional<ProcessStatus> ProcessWatch::status_of(int64_t rank) {
  if (!store_->check({key_of(rank)})) return std::nullopt;
  return from_bytes(store_->get(key_of(rank)));
}

void ProcessWatch::judge() {
  if (leaving_) return;
  std::unique_lock lock(mutex_);
  const KnownProcesses known = known_;
  const auto waiting_since = waiting_since_;
  lock.unlock();
  // The store is served by the main process, or by the launcher on its machine.
  if (cut_off_) end({0, "does not answer"}, "");
  // The main process has said why the run ends.
  if (rank_ != 0 && known.at(0) && known.at(0)->ends) std::_Exit(1);
  const auto missing = judge_.judge(known, progress_, waiting_since, ProcessJudge::Clock::now());
  if (!missing) return;
  const auto status = missing->rank ? known.at(*missing->rank) : std::nullopt;
  end(*missing, status ? status->name : "");
}

void ProcessWatch::end(const MissingProcess& missing, const std::string& name) {
  const std::string who = missing.rank ? describe(*missing.rank, size_, name) + " " : "";
  // Usually the first exit makes the launcher end the other processes; each has a while to hear of
  // the reason, and tells it itself if nobody before it has.
  if (rank_ > 0)
    std::this_thread::sleep_for(std::min<int64_t>(rank_ - 1, 20) * std::chrono::milliseconds(200));
  log::error(who, missing.reason, ": the run ends; what was saved is kept");
  if (rank_ == 0) {
    ending_ = true;
    std::this_thread::sleep_for(3 * period_);
  }
  // Not by an exception: the main thread is within a wait that does not return.
  std::_Exit(1);
}

}  // namespace nmt
