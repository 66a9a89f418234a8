#pragma once

namespace nmt {

/// Turns SIGINT and SIGTERM into a request: long work looks at requested(), finishes what it is at,
/// saves and returns. A second signal ends the process at once.
class StopSignal {
 public:
  StopSignal();   // installs the handlers
  ~StopSignal();  // from here on these signals end the process
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  bool requested() const;
  /// The signal that came last; 0: none did.
  int signal() const;
};

}  // namespace nmt
