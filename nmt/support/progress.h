#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace nmt {

/// Progress of long work on stderr: a bar that redraws in place on a terminal, one plain line every
/// ten seconds elsewhere. Costs one comparison per advance().
class Progress {
 public:
  /// `total` in units of work ("lines", "sentences" …); 0 when it is not known beforehand.
  Progress(std::string what, int64_t total, std::string unit);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance(int64_t count = 1) {
    done_ += count;
    if (done_ >= next_look_) look();
  }
  /// Prints the last state with total time and speed. Called by the destructor when it was not
  /// called before.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  void look();
  void print(bool last);
  std::string what_, unit_;
  int64_t total_, done_ = 0, next_look_ = 1;
  Clock::time_point start_ = Clock::now(), last_print_ = start_;
  bool terminal_, finished_ = false;
};

/// "1.2k", "34.5M": three significant digits.
std::string short_number(double value);
/// "2:03" or "1:02:03".
std::string short_duration(double seconds);

}  // namespace nmt
