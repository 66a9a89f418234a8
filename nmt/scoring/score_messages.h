#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace nmt::scoring {

/// Ends `nmt score` with an exit code when its messages are printed already.
struct ScoreExit {
  int code;
};

/// Messages as Python's logging prints sacreBLEU's: with a prefix unless --quiet is on, which also
/// drops what is neither warning nor error.
class ScoreMessages {
 public:
  enum class Volume { kAll, kQuiet };
  ScoreMessages(std::ostream& stream, Volume volume) : stream_(stream), volume_(volume) {}

  void info(const std::string& message) const {
    if (volume_ == Volume::kAll) warn(message);
  }
  void warn(const std::string& message) const {
    stream_ << (volume_ == Volume::kQuiet ? "" : "sacreBLEU: ") << message << '\n';
  }
  [[noreturn]] void fail(const std::vector<std::string>& messages, int code = 1) const {
    for (const auto& message : messages) warn(message);
    throw ScoreExit{code};
  }

 private:
  std::ostream& stream_;
  Volume volume_;
};

}  // namespace nmt::scoring
