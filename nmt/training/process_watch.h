#pragma once

#include <c10/util/intrusive_ptr.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <torch/csrc/distributed/c10d/Store.hpp>

namespace nmt {

/// What a process tells the others about itself.
struct ProcessStatus {
  int64_t beat = 0;      // grows every second as long as the process lives
  int64_t progress = 0;  // waits for other processes that it has begun
  bool ends = false;     // it has said why, and ends the run
  std::string name;      // machine and process number, for people
};

/// What is known of processes, by rank: nothing of those not heard of yet.
using KnownProcesses = std::map<int64_t, std::optional<ProcessStatus>>;

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

  /// To be called much more often than once a limit: a process that stood still itself meanwhile
  /// knows nothing of the others, and begins anew. `others`: what is known of the other processes,
  /// by rank. `progress`: this process's. `waiting_since`: since when it waits for others, if it
  /// does.
  std::optional<MissingProcess> judge(const KnownProcesses& others, int64_t progress,
                                      std::optional<Clock::time_point> waiting_since,
                                      Clock::time_point now);

 private:
  struct Beat {
    int64_t number = -1;
    Clock::time_point changed;
  };
  std::chrono::milliseconds limit_;
  std::map<int64_t, Beat> beats_;                    // by rank
  std::optional<Clock::time_point> judged_, since_;  // last, and without a long pause
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

  /// From here on this process ends as it should: other ones may go.
  void leave() { leaving_ = true; }

  /// Runs `work`, in which this process waits for others; without a time limit where `patient`.
  void waiting(bool patient, const std::function<void()>& work);

 private:
  /// A second thread that calls `step` every period until it is told to stop.
  class Repeating {
   public:
    Repeating(std::chrono::milliseconds period, std::function<void()> step);
    ~Repeating();

   private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopped_ = false;  // under mutex_
    std::thread thread_;
  };

  void talk();
  void tell();
  std::optional<ProcessStatus> status_of(int64_t rank);
  void judge();
  [[noreturn]] void end(const MissingProcess& missing, const std::string& name);

  c10::intrusive_ptr<c10d::Store> store_;
  int64_t rank_, size_;
  std::chrono::milliseconds period_;
  ProcessJudge judge_;
  ProcessStatus mine_;  // of the talking thread
  std::atomic<int64_t> progress_{0};
  std::atomic<bool> cut_off_{false};  // the store does not answer
  std::atomic<bool> ending_{false}, leaving_{false};
  std::mutex mutex_;  // of the two below
  std::optional<ProcessJudge::Clock::time_point> waiting_since_;
  KnownProcesses known_;  // those that are watched
  // To talk may take forever, where the store's process stands still; to judge may not.
  std::optional<Repeating> judging_, talking_;  // talking ends first
};

}  // namespace nmt
