#include "nmt/support/stop_signal.h"

#include <atomic>
#include <csignal>

namespace nmt {
namespace {

std::atomic<int> last_signal{0};

extern "C" void on_signal(int signal) {
  if (last_signal.exchange(signal) != 0) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
}

}  // namespace

StopSignal::StopSignal() {
  last_signal = 0;
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
}

StopSignal::~StopSignal() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

bool StopSignal::requested() const {
  return last_signal != 0;
}

int StopSignal::signal() const {
  return last_signal;
}

}  // namespace nmt
