#pragma once

#include <c10/util/intrusive_ptr.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <torch/csrc/distributed/c10d/Store.hpp>
#include <vector>

namespace nmt {

/// What a process tells the others about itself.
struct ProcessStatus {
  int64_t beat = 0;      // grows every second as long as the process lives
  int64_t progress = 0;  // waits for other processes that it has begun
  bool ends = false;     // it has said why, and ends the run
  std::string name;      // machine and process number, for people
};

/// A process that is missing, and why.
struct MissingProcess {
  std::optional<int64_t> rank;  // none: all are there and wait for one another
  std::string reason;
};

/// Judges the processes of a run by what they tell. A class of its own, so that it can be tested
/// without processes.
class ProcessJudge {
 public:
  using Clock = std::chrono::steady_clock;

  explicit ProcessJudge(std::chrono::milliseconds limit) : limit_(limit) {}

  /// `others`: what is known of the other processes, by rank; nothing of those not heard of yet.
  /// `progress`: this process's. `waiting_since`: since when it waits for others, if it does.
  std::optional<MissingProcess> judge(
      const std::vector<std::pair<int64_t, std::optional<ProcessStatus>>>& others, int64_t progress,
      std::optional<Clock::time_point> waiting_since, Clock::time_point now);

 private:
  struct Seen {
    int64_t rank, beat;
    Clock::time_point changed;
  };
  std::chrono::milliseconds limit_;
  std::vector<Seen> seen_;
};

/// Ends this process when another one of the run is missing for `limit`: is not heard of, or lets
/// this one wait. One process says which one it is; all exit with status 1. The processes tell each
/// other through a key-value store every second; the main process watches all of them, the others
/// watch the main process.
class ProcessWatch {
 public:
  ProcessWatch(c10::intrusive_ptr<c10d::Store> store, int64_t rank, int64_t size,
               std::chrono::milliseconds limit);
  ~ProcessWatch();
  ProcessWatch(const ProcessWatch&) = delete;
  ProcessWatch& operator=(const ProcessWatch&) = delete;

  /// Runs `work`, in which this process waits for others; without a time limit where `patient`.
  void waiting(bool patient, const std::function<void()>& work);

 private:
  void run();
  void tell();
  std::optional<ProcessStatus> status_of(int64_t rank);
  std::optional<MissingProcess> look();
  [[noreturn]] void end(const std::string& message);

  c10::intrusive_ptr<c10d::Store> store_;
  int64_t rank_, size_;
  std::chrono::milliseconds limit_, period_;
  ProcessJudge judge_;
  ProcessStatus mine_;
  std::atomic<int64_t> progress_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;                                          // under mutex_
  std::optional<ProcessJudge::Clock::time_point> waiting_since_;  // under mutex_
  std::thread thread_;
};

}  // namespace nmt
