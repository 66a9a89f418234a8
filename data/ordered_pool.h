#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace nmt {

/// Does work in several threads and hands out the results in the order of the jobs, so that nothing
/// depends on how the threads are scheduled.
///
///   OrderedPool<Lines, Encoded> pool(threads, capacity, [&] { return read_some(); }, [&](Lines
///   lines) { … }); while (auto encoded = pool.next()) …
template <class Job, class Result>
class OrderedPool {
 public:
  /// `pull` gives the next job, or nothing at the end; it is called by one thread at a time, in
  /// order. `work` runs in several threads at once. At most `capacity` jobs are under way or ready.
  /// With 0 threads everything happens in next().
  OrderedPool(int64_t threads, int64_t capacity, std::function<std::optional<Job>()> pull,
              std::function<Result(Job)> work)
      : pull_(std::move(pull)), work_(std::move(work)), capacity_(std::max<int64_t>(1, capacity)) {
    for (int64_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
  }
  ~OrderedPool() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }
  OrderedPool(const OrderedPool&) = delete;
  OrderedPool& operator=(const OrderedPool&) = delete;

  /// The next result, or nothing after the last. An exception of `pull` or `work` is thrown here
  /// when its turn comes; after it there are no more results.
  std::optional<Result> next() {
    if (threads_.empty()) {
      std::optional<Job> job = pull_();
      if (!job) return std::nullopt;
      return work_(std::move(*job));
    }
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] {
      return (!slots_.empty() && slots_.front().done) || (slots_.empty() && ended_);
    });
    if (slots_.empty()) return std::nullopt;
    Slot slot = std::move(slots_.front());
    if (slot.failure) {
      ended_ = stop_ = true;
      slots_.clear();
      lock.unlock();
      changed_.notify_all();
      std::rethrow_exception(slot.failure);
    }
    slots_.pop_front();
    ++first_;
    lock.unlock();
    changed_.notify_all();
    return std::move(slot.result);
  }

 private:
  struct Slot {
    bool done = false;
    std::optional<Result> result;
    std::exception_ptr failure;
  };

  void run() {
    for (;;) {
      std::optional<Job> job;
      uint64_t ticket = 0;
      {
        // Held while pulling: jobs get their places in the order in which they are pulled.
        const std::lock_guard pulling(pull_mutex_);
        {
          std::unique_lock lock(mutex_);
          changed_.wait(lock, [this] {
            return stop_ || ended_ || static_cast<int64_t>(slots_.size()) < capacity_;
          });
          if (stop_ || ended_) return;
        }
        std::exception_ptr failure;
        try {
          job = pull_();
        } catch (...) {
          failure = std::current_exception();
        }
        const std::lock_guard lock(mutex_);
        if (!job) ended_ = true;
        if (failure) slots_.push_back({true, std::nullopt, failure});
        if (job) {
          ticket = first_ + slots_.size();
          slots_.emplace_back();
        }
      }
      if (!job) {
        changed_.notify_all();
        return;
      }
      Slot slot;
      slot.done = true;
      try {
        slot.result = work_(std::move(*job));
      } catch (...) {
        slot.failure = std::current_exception();
      }
      {
        const std::lock_guard lock(mutex_);
        if (stop_) return;
        slots_[ticket - first_] = std::move(slot);
      }
      changed_.notify_all();
    }
  }

  std::function<std::optional<Job>()> pull_;
  std::function<Result(Job)> work_;
  int64_t capacity_;
  std::mutex pull_mutex_, mutex_;
  std::condition_variable changed_;
  std::deque<Slot> slots_;  // the jobs under way or ready, oldest first
  uint64_t first_ = 0;      // number of the job in slots_.front()
  bool ended_ = false;      // nothing more to pull
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace nmt
