#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace nmt {

/// A translation direction by the names of its languages.
struct Direction {
  std::string source, target;
  bool operator==(const Direction&) const = default;
};

/// "en-de".
std::string to_string(const Direction& direction);
/// Reads "en-de". Throws UsageError for anything else.
Direction parse_direction(const std::string& text);

/// Numbers the languages and the trained directions of a run, in the order in which they are added:
/// training corpora first. These are the indices in SourceBatch.
class Languages {
 public:
  /// Adds both languages, and the direction.
  void add(const Direction& direction);
  /// Adds both languages only: a direction without training data.
  void add_languages(const Direction& direction);

  const std::vector<std::string>& languages() const { return languages_; }
  const std::vector<Direction>& directions() const { return directions_; }
  /// Throws UsageError that lists the languages of the run.
  int64_t language(const std::string& name) const;
  /// -1 for a direction without training data.
  int64_t direction(const Direction& direction) const;

 private:
  void add_language(const std::string& name);
  std::vector<std::string> languages_;
  std::vector<Direction> directions_;
};

}  // namespace nmt
