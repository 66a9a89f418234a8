#pragma once

#include <string>

namespace nmt::scoring {

enum class Color { kRed = 31, kGreen = 32, kYellow = 33, kCyan = 36 };

/// Colours words on terminals and leaves them alone elsewhere.
class TerminalStyle {
 public:
  enum class Mode { kPlain, kColored };
  explicit TerminalStyle(Mode mode) : mode_(mode) {}

  std::string paint(const std::string& words, Color color) const {
    if (mode_ == Mode::kPlain) return words;
    return "\033[" + std::to_string(static_cast<int>(color)) + "m" + words + "\033[0m";
  }

 private:
  Mode mode_;
};

}  // namespace nmt::scoring
