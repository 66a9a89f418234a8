#include "nmt/scoring/chrf.h"

#include <gtest/gtest.h>

#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

using Texts = std::vector<std::string>;

std::vector<double> statistics_of(const Chrf& chrf, const std::string& hypothesis,
                                  const std::string& reference) {
  return chrf.statistics(Texts{hypothesis}, Texts{reference}).sum();
}

TEST(Chrf, EqualsAWorkedExample) {
  // abcd for abxd: characters 3 of 4, pairs 1 of 3. P = R = (3/4 + 1/3) / 2, and F of equal P and R
  // is the same.
  const Chrf chrf({.char_order = 2});
  EXPECT_EQ(statistics_of(chrf, "ab cd", "abx d"), (std::vector<double>{4, 4, 3, 3, 3, 1}));
  EXPECT_NEAR(chrf.corpus(Texts{"ab cd"}, Texts{"abx d"}).value, 100 * (3.0 / 4 + 1.0 / 3) / 2,
              1e-10);
}

TEST(Chrf, WeighsRecallByBetaSquared) {
  // P = 2/2, R = 2/4: F2 = 5 · 1 · 0.5 / (4 · 1 + 0.5)
  EXPECT_NEAR(Chrf({.char_order = 1}).corpus(Texts{"ab"}, Texts{"abcd"}).value, 100 * 2.5 / 4.5,
              1e-10);
  EXPECT_NEAR(Chrf({.char_order = 1, .beta = 1}).corpus(Texts{"ab"}, Texts{"abcd"}).value,
              100 * 2 / 3.0, 1e-10);
}

TEST(Chrf, CountsWhiteSpaceOnlyOnRequest) {
  EXPECT_EQ(statistics_of(Chrf({.char_order = 1}), "a b", "ab"), (std::vector<double>{2, 2, 2}));
  EXPECT_EQ(statistics_of(Chrf({.char_order = 1, .whitespace = true}), "a b", "ab"),
            (std::vector<double>{3, 2, 2}));
}

TEST(Chrf, CountsCharactersNotBytes) {
  EXPECT_EQ(statistics_of(Chrf({.char_order = 2}), "漢字", "漢語"),
            (std::vector<double>{2, 2, 1, 1, 1, 0}));
}

TEST(Chrf, IgnoresOrdersThatTheReferenceLacks) {
  EXPECT_EQ(statistics_of(Chrf({.char_order = 3}), "abc", "ab"),
            (std::vector<double>{3, 2, 2, 2, 1, 1, 0, 0, 0}));
}

TEST(Chrf, TakesOnePunctuationMarkOffWords) {
  const Chrf words({.char_order = 0, .word_order = 1});
  EXPECT_EQ(statistics_of(words, "hi) \"yes !", "hi ) \" yes !"), (std::vector<double>{5, 5, 5}));
  EXPECT_EQ(statistics_of(words, "(hi)", "(hi"), (std::vector<double>{2, 2, 0}));  // (hi ) and ( hi
  EXPECT_EQ(statistics_of(words, "“a”", "a"), (std::vector<double>{1, 1, 0}));
}

TEST(Chrf, TakesTheBestReferenceOfEachSegment) {
  const std::vector<std::vector<std::string>> references = {{"xyz", "abc"}, {"abc", "q"}};
  EXPECT_EQ(Chrf().corpus(Texts{"abc", "abc"}, references).value, 100);
}

TEST(Chrf, IsZeroForNothing) {
  for (const auto smoothing : {ChrfSmoothing::kEffectiveOrder, ChrfSmoothing::kEpsilon}) {
    const Chrf chrf({.smoothing = smoothing});
    for (const Texts& hypothesis : {Texts{""}, Texts{"x"}}) {
      EXPECT_NEAR(chrf.corpus(hypothesis, Texts{""}).value, 0, 1e-10);
      EXPECT_NEAR(chrf.corpus(Texts{""}, hypothesis).value, 0, 1e-10);
    }
  }
}

TEST(Chrf, IsNamedAfterItsOptions) {
  EXPECT_EQ(Chrf().name(), "chrF2");
  EXPECT_EQ(Chrf({.word_order = 2, .beta = 3}).name(), "chrF3++");
  EXPECT_EQ(Chrf({.word_order = 2, .smoothing = ChrfSmoothing::kEpsilon})
                .corpus(Texts{"a"}, Texts{"a"})
                .signature.text(),
            "nrefs:1|case:mixed|eff:no|nc:6|nw:2|space:no|version:" + signature_version());
}

TEST(Chrf, RejectsWhatItCannotDo) {
  EXPECT_THROW(Chrf({.char_order = 0}), Error);
  EXPECT_THROW(Chrf({.char_order = -1, .word_order = 2}), Error);
  EXPECT_THROW(Chrf({.beta = -1}), Error);
  EXPECT_THROW(Chrf().corpus(Texts{"\xFF"}, Texts{"a"}), Error);
}

}  // namespace
}  // namespace nmt::scoring
