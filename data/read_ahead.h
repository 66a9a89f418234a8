#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
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
  /// `next_item` gives the next item, or nothing at the end; it is called on the thread alone and
  /// must own what it uses. Nobody waits for the thread: it may stand in the read of a pipe whose
  /// writer is silent, and a program that has failed must be able to end.
  explicit ReadAhead(std::function<std::optional<Item>()> next_item)
      : shared_(std::make_shared<Shared>()) {
    std::thread(&ReadAhead::read, shared_, std::move(next_item)).detach();
  }

  ~ReadAhead() {
    {
      const std::lock_guard lock(shared_->mutex);
      shared_->abandoned = true;
    }
    shared_->changed.notify_all();
  }
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  /// Those that are there, at most `most`; does not wait. Throws as next().
  std::vector<Item> arrived(size_t most) {
    const std::lock_guard lock(shared_->mutex);
    return shared_->take(most);
  }

  /// The next items, at most `most`; waits for the first and then only as long as more keep coming.
  /// Empty at the end. Throws what reading threw, after the items before it were handed out.
  std::vector<Item> next(size_t most) {
    Shared& s = *shared_;
    std::unique_lock lock(s.mutex);
    s.changed.wait(lock, [&s] { return s.ended || !s.items.empty(); });
    while (!s.ended && s.items.size() < most) {
      const size_t before = s.items.size();
      s.changed.wait_for(lock, kPatience, [&] { return s.ended || s.items.size() >= most; });
      if (s.items.size() == before) break;
    }
    return s.take(most);
  }

 private:
  static constexpr size_t kMost = 100000;  // items; bounds the memory
  // A pause in the input after which what has come is handed out.
  static constexpr std::chrono::milliseconds kPatience{20};

  // Of this object and its thread.
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Item> items;
    bool ended = false, abandoned = false;
    std::exception_ptr error;

    std::vector<Item> take(size_t most) {
      std::vector<Item> taken;
      while (!items.empty() && taken.size() < most) {
        taken.push_back(std::move(items.front()));
        items.pop_front();
      }
      changed.notify_all();
      if (taken.empty() && error) std::rethrow_exception(error);
      return taken;
    }
  };

  static void read(const std::shared_ptr<Shared>& shared,
                   const std::function<std::optional<Item>()>& source) {
    Shared& s = *shared;
    try {
      while (std::optional<Item> item = source()) {
        std::unique_lock lock(s.mutex);
        s.changed.wait(lock, [&s] { return s.abandoned || s.items.size() < kMost; });
        if (s.abandoned) return;
        s.items.push_back(std::move(*item));
        s.changed.notify_all();
      }
    } catch (...) {
      const std::lock_guard lock(s.mutex);
      s.error = std::current_exception();
    }
    const std::lock_guard lock(s.mutex);
    s.ended = true;
    s.changed.notify_all();
  }

  std::shared_ptr<Shared> shared_;
};

}  // namespace nmt
