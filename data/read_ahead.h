#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace nmt {

/// Items of a source, such as the lines of a file or of stdin, read ahead on a thread of their own
/// and handed out in groups: large ones when the input is there (so that batches are full), small
/// ones when it trickles in (so that nobody waits).
template <class Item>
class ReadAhead {
 public:
  /// `next_item` gives the next item, or nothing at the end; it is called on the thread alone. What
  /// it uses must outlive this object.
  explicit ReadAhead(std::function<std::optional<Item>()> next_item)
      : thread_([this, source = std::move(next_item)] { read(source); }) {}

  ~ReadAhead() {
    {
      const std::lock_guard lock(mutex_);
      abandoned_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  /// Those that are there, at most `most`; does not wait. Throws as next().
  std::vector<Item> arrived(size_t most) {
    const std::lock_guard lock(mutex_);
    return take(most);
  }

  /// The next items, at most `most`; waits for the first and then only as long as more keep coming.
  /// Empty at the end. Throws what reading threw, after the items before it were handed out.
  std::vector<Item> next(size_t most) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ended_ || !items_.empty(); });
    while (!ended_ && items_.size() < most) {
      const size_t before = items_.size();
      changed_.wait_for(lock, kPatience, [&] { return ended_ || items_.size() >= most; });
      if (items_.size() == before) break;
    }
    return take(most);
  }

 private:
  std::vector<Item> take(size_t most) {
    std::vector<Item> taken;
    while (!items_.empty() && taken.size() < most) {
      taken.push_back(std::move(items_.front()));
      items_.pop_front();
    }
    changed_.notify_all();
    if (taken.empty() && error_) std::rethrow_exception(error_);
    return taken;
  }

  static constexpr size_t kMost = 100000;  // items; bounds the memory
  // A pause in the input after which what has come is handed out.
  static constexpr std::chrono::milliseconds kPatience{20};

  void read(const std::function<std::optional<Item>()>& source) {
    try {
      while (std::optional<Item> item = source()) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return abandoned_ || items_.size() < kMost; });
        if (abandoned_) return;
        items_.push_back(std::move(*item));
        changed_.notify_all();
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      error_ = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> items_;
  bool ended_ = false, abandoned_ = false;
  std::exception_ptr error_;
  std::thread thread_;
};

}  // namespace nmt
