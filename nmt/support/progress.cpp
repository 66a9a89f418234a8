#include "nmt/support/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "nmt/support/error.h"
#include "nmt/support/log.h"

namespace nmt {
namespace {

double seconds_between(std::chrono::steady_clock::time_point a,
                       std::chrono::steady_clock::time_point b) {
  return std::chrono::duration<double>(b - a).count();
}

}  // namespace

std::string short_number(double value) {
  constexpr const char* suffixes[] = {"", "k", "M", "G", "T"};
  size_t index = 0;
  while (std::abs(value) >= 999.5 && index < 4) value /= 1000, ++index;
  char buffer[32];
  const int decimals = index == 0 ? 0 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  std::snprintf(buffer, sizeof buffer, "%.*f%s", decimals, value, suffixes[index]);
  return buffer;
}

std::string short_duration(double seconds) {
  const auto whole = static_cast<long>(std::llround(seconds));
  char buffer[32];
  if (whole >= 3600)
    std::snprintf(buffer, sizeof buffer, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60,
                  whole % 60);
  else
    std::snprintf(buffer, sizeof buffer, "%ld:%02ld", whole / 60, whole % 60);
  return buffer;
}

Progress::Progress(std::string what, int64_t total, std::string unit)
    : what_(std::move(what)),
      unit_(std::move(unit)),
      total_(total),
      terminal_(::isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
  finish();
}

void Progress::look() {
  const auto now = Clock::now();
  const double since = seconds_between(last_print_, now);
  const double speed = static_cast<double>(done_) / std::max(1e-9, seconds_between(start_, now));
  // Look at the clock again after about a twentieth of a second's work.
  next_look_ = done_ + std::max<int64_t>(1, static_cast<int64_t>(speed * 0.05));
  if (since < (terminal_ ? 0.1 : 10.0)) return;
  last_print_ = now;
  print(false);
}

void Progress::print(bool last) {
  const double elapsed = seconds_between(start_, Clock::now());
  const double speed = static_cast<double>(done_) / std::max(1e-9, elapsed);
  std::string line = what_ + ": ";
  if (total_ > 0) {
    const double share = std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_));
    if (terminal_) {
      constexpr int width = 24;
      const int filled = static_cast<int>(share * width);
      line += "[" + std::string(static_cast<size_t>(filled), '=') +
              std::string(static_cast<size_t>(width - filled), ' ') + "] ";
    }
    line += text(static_cast<int>(share * 100), "% ");
    if (!last && speed > 0)
      line += text("ETA ", short_duration(static_cast<double>(total_ - done_) / speed), " ");
  }
  line += text(short_number(static_cast<double>(done_)), " ", unit_, ", ", short_number(speed),
               "/s, ", short_duration(elapsed));
  if (!terminal_)
    log::info(line);
  else
    std::fprintf(stderr, "\r\033[K%s%s", line.c_str(), last ? "\n" : "");
}

void Progress::finish() {
  if (finished_) return;
  finished_ = true;
  print(true);
}

}  // namespace nmt
