#include "modules/length_bias/window_planner.h"

#include <algorithm>
#include <cmath>

namespace nmt::length_bias {
namespace {

int64_t expected(double ratio, int64_t source_tokens) {
  return static_cast<int64_t>(std::ceil(ratio * static_cast<double>(source_tokens)));
}

}  // namespace

int64_t first_expected_tokens(int64_t source_tokens) {
  return expected(1.2, source_tokens);
}

void WindowPlanner::add_sentence(int64_t source_tokens, std::optional<int64_t> target_tokens) {
  source_.push_back(source_.back() + source_tokens);
  if (target_tokens) known_.push_back(known_.back() + *target_tokens);
}

int64_t WindowPlanner::expected_tokens(int64_t begin, int64_t end) const {
  if (known_.size() == source_.size()) return sum(known_, begin, end);
  if (begin == 0) return first_expected_tokens(source_tokens(begin, end));
  const double so_far =
      static_cast<double>(target_.back()) / static_cast<double>(source_tokens(0, begin));
  return expected(std::max(1.0, so_far), source_tokens(begin, end));
}

bool WindowPlanner::fits(int64_t begin, int64_t end) const {
  const int64_t done = this->done();
  if (limits_.sentences > 0 && end - begin > limits_.sentences) return false;
  if (source_tokens(begin, end) > limits_.source_tokens) return false;
  return target_tokens(begin, done) + expected_tokens(done, end) + limits_.target_reserve <=
         limits_.target_tokens;
}

std::optional<Window> WindowPlanner::next() const {
  const int64_t done = this->done(), arrived = sentences();
  if (done == arrived) return std::nullopt;
  int64_t begin = limits_.context ? begin_ : done;
  int64_t end = std::min(arrived, done + 1 + limits_.lookahead);
  while (end > done + 1 && !fits(done, end)) --end;
  while (end < arrived && source_tokens(done, end) < limits_.min_new_tokens && fits(done, end + 1))
    ++end;
  while (begin < done && !fits(begin, end)) ++begin;
  while (end < arrived && fits(begin, end + 1)) ++end;

  // A window that ends before the last sentence would end there whatever follows; so does one
  // whose new sentences alone are as many as it may have.
  const bool full =
      limits_.sentences > 0 && end - done == limits_.sentences && limits_.lookahead == 0;
  if (end == arrived && !ended_ && !full) return std::nullopt;
  const bool last = ended_ && end == arrived;
  Window window{.begin = begin, .end = end, .context = done - begin};
  window.fresh = last ? end - done : std::max<int64_t>(1, end - limits_.lookahead - done);
  window.oversize = end == done + 1 && !fits(done, end);
  return window;
}

void WindowPlanner::commit(const Window& window, const std::vector<int64_t>& target_tokens) {
  for (const int64_t tokens : target_tokens) target_.push_back(target_.back() + tokens);
  begin_ = window.begin;
}

}  // namespace nmt::length_bias
