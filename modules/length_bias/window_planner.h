#pragma once

#include <cstdint>
#include <optional>
#include <vector>

// Which sentences of a document are translated together.

namespace nmt::length_bias {

/// Target tokens to expect of so many source tokens of a document of which nothing is translated
/// yet.
int64_t first_expected_tokens(int64_t source_tokens);

/// What a window may hold. Tokens count each sentence's EOS.
struct WindowLimits {
  int64_t source_tokens = 512;  // W
  /// Target positions of a window: translated context, what is expected of its new sentences, and
  /// `target_reserve` together.
  int64_t target_tokens = 512;
  int64_t target_reserve = 50;
  int64_t sentences = 0;       // 0: no limit
  bool context = true;         // false: a window begins where the last one ended
  int64_t min_new_tokens = 0;  // source tokens to advance by, where they fit
  int64_t lookahead = 0;       // sentences at the end that are not kept
};

/// Sentences begin … end − 1 of a document, from 0: `context` translated ones, then `fresh` ones to
/// translate and keep, then those looked ahead at.
struct Window {
  int64_t begin = 0, end = 0, context = 0, fresh = 0;
  bool oversize = false;  // one sentence that does not fit, by itself
  bool operator==(const Window&) const = default;
};

/// Plans a document's windows one at a time: as many sentences as fit, dropping the oldest context
/// first, so that each has the longest possible context. Sentences may arrive while it plans.
class WindowPlanner {
 public:
  explicit WindowPlanner(WindowLimits limits) : limits_(limits) {}

  /// The next sentence, of so many source tokens; and target tokens, where they are known.
  void add_sentence(int64_t source_tokens, std::optional<int64_t> target_tokens = {});
  void end_document() { ended_ = true; }

  /// The next window; empty while sentences that have not arrived could still change it, and when
  /// all are translated.
  std::optional<Window> next() const;
  /// Ends `window`, whose new sentences were translated with so many tokens each.
  void commit(const Window& window, const std::vector<int64_t>& target_tokens);

  /// Sentences translated; at the end of the document: all.
  int64_t done() const { return static_cast<int64_t>(target_.size()) - 1; }
  bool finished() const { return ended_ && done() == sentences(); }
  int64_t sentences() const { return static_cast<int64_t>(source_.size()) - 1; }
  int64_t source_tokens(int64_t begin, int64_t end) const { return sum(source_, begin, end); }
  int64_t target_tokens(int64_t begin, int64_t end) const { return sum(target_, begin, end); }

 private:
  static int64_t sum(const std::vector<int64_t>& cumulative, int64_t begin, int64_t end) {
    return cumulative[static_cast<size_t>(end)] - cumulative[static_cast<size_t>(begin)];
  }
  bool fits(int64_t begin, int64_t end) const;
  /// Target tokens of sentences that are not translated yet.
  int64_t expected_tokens(int64_t begin, int64_t end) const;

  WindowLimits limits_;
  std::vector<int64_t> source_ = {0}, target_ = {0}, known_ = {0};  // cumulative; known_: or short
  int64_t begin_ = 0;                                               // of the last window
  bool ended_ = false;
};

}  // namespace nmt::length_bias
