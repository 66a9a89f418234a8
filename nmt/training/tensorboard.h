#pragma once

#include <cstdint>
#include <fstream>
#include <string>

namespace nmt {

/// Writes scalars as a TensorBoard event file (TFRecord framing of `Event` protocol buffers),
/// without TensorFlow.
class TensorBoardWriter {
 public:
  /// Opens a new file events.out.tfevents.* in `folder`. Scalars that an earlier, killed process
  /// wrote after `first_step` are hidden by TensorBoard.
  TensorBoardWriter(const std::string& folder, int64_t first_step);

  void scalar(const std::string& tag, double value, int64_t step);
  /// Throws Error when not all of it could be written.
  void flush();

 private:
  void record(const std::string& event);
  std::string path_;
  std::ofstream file_;
};

}  // namespace nmt
