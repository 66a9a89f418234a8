#include "modules/length_bias/window_planner.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

namespace nmt::length_bias {
namespace {

using Sizes = std::vector<int64_t>;

constexpr int64_t kAmple = 1 << 20;

WindowLimits source_only(int64_t window) {
  return {.source_tokens = window, .target_tokens = kAmple, .target_reserve = 0};
}

/// All windows of a document that is there as a whole; a sentence's translation is `ratio` times as
/// long.
std::vector<Window> plan(const WindowLimits& limits, const Sizes& sizes, double ratio = 1.0) {
  WindowPlanner planner(limits);
  for (const int64_t size : sizes) planner.add_sentence(size);
  planner.end_document();
  std::vector<Window> windows;
  while (const auto window = planner.next()) {
    windows.push_back(*window);
    Sizes target;
    const int64_t done = window->begin + window->context;
    for (int64_t i = done; i < done + window->fresh; ++i)
      target.push_back(std::max<int64_t>(1, static_cast<int64_t>(ratio * sizes[i])));
    planner.commit(*window, target);
  }
  EXPECT_TRUE(planner.finished());
  return windows;
}

Sizes random_sizes(std::mt19937& random, int64_t longest, size_t most = 30) {
  Sizes sizes(1 + random() % most);
  for (int64_t& size : sizes) size = 1 + random() % longest;
  return sizes;
}

int64_t tokens(const Sizes& sizes, int64_t begin, int64_t end) {
  return std::accumulate(sizes.begin() + begin, sizes.begin() + end, int64_t{0});
}

// The examples of the specification, section 3c.
TEST(WindowPlanner, GivesTheWindowsOfTheExamples) {
  const Sizes sizes{5, 4, 6, 3, 7, 4};
  EXPECT_EQ(plan(source_only(14), sizes),
            (std::vector<Window>{{0, 2, 0, 2, false}, {1, 4, 1, 2, false}, {3, 6, 1, 2, false}}));
  EXPECT_EQ(plan(source_only(28), sizes),
            (std::vector<Window>{{0, 5, 0, 5, false}, {1, 6, 4, 1, false}}));
  EXPECT_EQ(plan(source_only(29), sizes), (std::vector<Window>{{0, 6, 0, 6, false}}));
  EXPECT_EQ(plan(source_only(10), {8, 9, 3, 4}),
            (std::vector<Window>{{0, 1, 0, 1, false}, {1, 2, 0, 1, false}, {2, 4, 0, 2, false}}));
}

/// The longest context with which the next sentence fits, then as many further sentences as fit:
/// tried out, all pairs.
std::vector<Window> plan_by_trying(int64_t limit, const Sizes& sizes) {
  std::vector<Window> windows;
  const auto n = static_cast<int64_t>(sizes.size());
  for (int64_t done = 0, begin = 0; done < n;) {
    int64_t best_begin = -1, best_end = -1;
    for (int64_t a = begin; a <= done && best_begin < 0; ++a)
      for (int64_t b = n; b > done && best_begin < 0; --b)
        if (tokens(sizes, a, b) <= limit) best_begin = a, best_end = b;
    const bool oversize = best_begin < 0;
    if (oversize) best_begin = done, best_end = done + 1;
    windows.push_back({best_begin, best_end, done - best_begin, best_end - done, oversize});
    begin = best_begin, done = best_end;
  }
  return windows;
}

TEST(WindowPlanner, FindsTheLongestContextOfThousandsOfDocuments) {
  std::mt19937 random(1);
  for (int document = 0; document < 3000; ++document) {
    const Sizes sizes = random_sizes(random, 12);
    const auto limit = static_cast<int64_t>(6 + random() % 40);
    ASSERT_EQ(plan(source_only(limit), sizes), plan_by_trying(limit, sizes)) << document;
  }
}

TEST(WindowPlanner, TranslatesEverySentenceOnceWhateverTheOptions) {
  std::mt19937 random(2);
  for (int document = 0; document < 2000; ++document) {
    const Sizes sizes = random_sizes(random, 12);
    WindowLimits limits{.source_tokens = static_cast<int64_t>(6 + random() % 40),
                        .target_tokens = static_cast<int64_t>(12 + random() % 60),
                        .target_reserve = static_cast<int64_t>(random() % 8),
                        .context = random() % 4 != 0,
                        .min_new_tokens = static_cast<int64_t>(random() % 10),
                        .lookahead = static_cast<int64_t>(random() % 3)};
    int64_t done = 0, begin = 0;
    for (const Window& window : plan(limits, sizes, 0.5 + static_cast<double>(random() % 3))) {
      ASSERT_EQ(window.begin + window.context, done);
      ASSERT_GE(window.begin, begin) << "context comes back";
      ASSERT_GE(window.fresh, 1);
      ASSERT_LE(done + window.fresh, window.end);
      ASSERT_TRUE(window.oversize ||
                  tokens(sizes, window.begin, window.end) <= limits.source_tokens);
      ASSERT_TRUE(!window.oversize || window.end - window.begin == 1);
      ASSERT_TRUE(limits.context || window.context == 0);
      done += window.fresh, begin = window.begin;
    }
    ASSERT_EQ(done, std::ssize(sizes));
  }
}

TEST(WindowPlanner, KeepsContextAndExpectedTranslationBelowTheTargetLimit) {
  // 1.2 times the source is expected at first: 60 + 10 do not fit into 69.
  const Sizes sizes{25, 25, 25, 25};
  EXPECT_EQ(plan({.source_tokens = 100, .target_tokens = 70, .target_reserve = 10}, sizes)[0],
            (Window{0, 2, 0, 2, false}));
  EXPECT_EQ(plan({.source_tokens = 100, .target_tokens = 69, .target_reserve = 10}, sizes)[0],
            (Window{0, 1, 0, 1, false}));
  // Translations turn out twice as long: 50 in context and 50 expected leave no room.
  const auto windows =
      plan({.source_tokens = 100, .target_tokens = 99, .target_reserve = 0}, sizes, 2.0);
  EXPECT_EQ(windows[0], (Window{0, 3, 0, 3, false}));
  EXPECT_EQ(windows[1], (Window{3, 4, 0, 1, false}));
}

TEST(WindowPlanner, AdvancesByTheStride) {
  const Sizes sizes(20, 5);
  int64_t shorter = 0;
  for (const Window& window : plan(source_only(50), sizes)) shorter += window.fresh == 1;
  EXPECT_EQ(shorter, 10);
  WindowLimits limits = source_only(50);
  limits.min_new_tokens = 25;
  for (const Window& window : plan(limits, sizes))
    EXPECT_TRUE(window.fresh >= 5 || window.end == 20) << window.begin;
}

TEST(WindowPlanner, LooksAheadWithoutKeeping) {
  WindowLimits limits = source_only(20);
  limits.lookahead = 1;
  EXPECT_EQ(plan(limits, Sizes(6, 5)),
            (std::vector<Window>{
                {0, 4, 0, 3, false}, {1, 5, 2, 1, false} /* 4 and 5 more */, {2, 6, 2, 2, false}}));
}

TEST(WindowPlanner, DoesNotDependOnWhenSentencesArrive) {
  std::mt19937 random(3);
  for (int document = 0; document < 1000; ++document) {
    const Sizes sizes = random_sizes(random, 12);
    const WindowLimits limits{.source_tokens = static_cast<int64_t>(12 + random() % 30),
                              .target_tokens = static_cast<int64_t>(30 + random() % 60),
                              .target_reserve = 5,
                              .sentences = random() % 3 == 0 ? 2 : 0,
                              .context = random() % 2 == 0,
                              .min_new_tokens = static_cast<int64_t>(random() % 10),
                              .lookahead = static_cast<int64_t>(random() % 3)};
    WindowPlanner planner(limits);
    std::vector<Window> windows;
    const auto translate = [&] {
      while (const auto window = planner.next()) {
        windows.push_back(*window);
        const int64_t done = window->begin + window->context;
        planner.commit(*window, Sizes(sizes.begin() + done, sizes.begin() + done + window->fresh));
      }
    };
    for (const int64_t size : sizes) {
      planner.add_sentence(size);
      if (random() % 2 == 0) translate();
    }
    planner.end_document();
    translate();
    ASSERT_EQ(windows, plan(limits, sizes)) << document;
  }
}

TEST(WindowPlanner, AnEmptyDocumentIsFinished) {
  WindowPlanner planner(source_only(10));
  EXPECT_FALSE(planner.finished());
  planner.end_document();
  EXPECT_TRUE(planner.finished());
  EXPECT_FALSE(planner.next());
}

}  // namespace
}  // namespace nmt::length_bias
