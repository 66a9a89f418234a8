#include "nmt/scoring/bleu.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

using Texts = std::vector<std::string>;
using Streams = std::vector<std::vector<std::optional<std::string>>>;

BleuBreakdown parts_of(const Bleu& bleu, const Texts& hypotheses, const References& references) {
  return bleu.breakdown(bleu.statistics(hypotheses, references).sum());
}

// Papineni et al. 2002, section 2.1, examples 1 and 2: "the" is matched at most twice.
TEST(Bleu, ClipsMatchesAsInThePaper) {
  const Texts first = {"The cat is on the mat"};
  const Texts second = {"There is a cat on the mat"};
  const auto parts = parts_of(Bleu({.lowercase = true}), {"the the the the the the the"},
                              std::vector<std::vector<std::string>>{first, second});
  EXPECT_EQ(parts.matches[0], 2);
  EXPECT_EQ(parts.totals[0], 7);
}

TEST(Bleu, EqualsAWorkedExample) {
  // 5 of 6 words, 3 of 5 pairs, 2 of 4 triples and 1 of 3 quadruples match; 6 words for 7.
  const auto parts = parts_of(Bleu(), {"a b c d x f"}, Texts{"a b c d e f g"});
  EXPECT_EQ(parts.matches, (std::vector<double>{5, 3, 2, 1}));
  EXPECT_EQ(parts.totals, (std::vector<double>{6, 5, 4, 3}));
  const double brevity = std::exp(1 - 7.0 / 6);
  EXPECT_NEAR(parts.score, 100 * brevity * std::pow(5.0 / 6 * 3 / 5 * 2 / 4 * 1 / 3, 0.25), 1e-10);
}

TEST(Bleu, TakesTheShorterOfTwoEquallyCloseReferences) {
  const std::vector<std::vector<std::string>> references = {{"a b c d e"}, {"a b c"}};
  EXPECT_EQ(parts_of(Bleu(), {"a b c d"}, references).reference_length, 3);
}

TEST(Bleu, CountsAnEmptyReferenceButNotAMissingOne) {
  EXPECT_EQ(parts_of(Bleu(), {"a b"}, Streams{{"a b c d e f"}, {""}}).reference_length, 0);
  EXPECT_EQ(parts_of(Bleu(), {"a b"}, Streams{{"a b c d e f"}, {std::nullopt}}).reference_length,
            6);
}

TEST(Bleu, IsZeroForNothing) {
  EXPECT_EQ(Bleu().corpus(Texts{""}, Texts{""}).value, 0);
  EXPECT_EQ(Bleu().corpus(Texts{""}, Texts{"a"}).value, 0);
  EXPECT_EQ(Bleu().corpus(Texts{"b"}, Texts{"a"}).value, 0);
}

TEST(Bleu, OfTheReferencesThemselvesIsNotClamped) {
  EXPECT_EQ(Bleu().corpus(Texts{"a b c d e"}, Texts{"a b c d e"}).value, 100.00000000000004);
}

TEST(Bleu, SumsStatisticsOfSegments) {
  const Texts hypotheses = {"a b c d e", "a x", ""};
  const Texts references = {"a b c d f", "a b", "c"};
  const Bleu bleu;
  const Statistics table = bleu.statistics(hypotheses, references);
  ASSERT_EQ(table.rows(), 3U);
  EXPECT_EQ(std::vector<double>(table.row(1).begin(), table.row(1).end()),
            (std::vector<double>{2, 2, 1, 0, 0, 0, 2, 1, 0, 0}));
  EXPECT_EQ(table.sum(), (std::vector<double>{7, 8, 5, 3, 2, 1, 7, 5, 3, 2}));
  EXPECT_EQ(bleu.value(table.sum()), bleu.corpus(hypotheses, references).value);
  EXPECT_EQ(bleu.value(table.row(0)), bleu.sentences(hypotheses, references)[0].value);
}

TEST(Bleu, SignsWithWhatItDid) {
  const BleuOptions options{.tokenizer = "intl", .lowercase = true, .smoothing = Smoothing::kFloor};
  EXPECT_EQ(Bleu(options).corpus(Texts{"a"}, Texts{"a"}).signature.text(),
            "nrefs:1|case:lc|eff:no|tok:intl|smooth:floor[0.10]|version:" + signature_version());
  EXPECT_EQ(Bleu({.smoothing = Smoothing::kAddK, .smoothing_value = 2})
                .corpus(Texts{"a", "b"}, Streams{{"a", "b"}, {"a", std::nullopt}})
                .signature.text(SignatureStyle::kShort),
            "#:var|c:mixed|e:no|tok:13a|s:add-k[2.00]|v:" + signature_version());
}

TEST(Bleu, RejectsWhatItCannotDo) {
  EXPECT_THROW(Bleu({.tokenizer = "14a"}), UsageError);
  EXPECT_THROW(Bleu({.max_order = 0}), Error);
  EXPECT_THROW(Bleu({.smoothing = Smoothing::kFloor, .smoothing_value = -1}), Error);
  EXPECT_NO_THROW(Bleu({.smoothing_value = -1}));  // exp has no value to be wrong
  EXPECT_THROW(Bleu().corpus(Texts{}, Texts{}), Error);
  EXPECT_THROW(Bleu().corpus(Texts{"a", "b"}, Texts{"a"}), Error);
}

TEST(References, MustBeThereAndEquallyLong) {
  const std::vector<std::vector<std::string>> none;
  EXPECT_THROW(References{none}, Error);
  const std::vector<std::vector<std::string>> uneven = {{"a", "b"}, {"a"}};
  EXPECT_THROW(References{uneven}, Error);
  const Streams missing = {{"a", std::nullopt}};
  EXPECT_THROW(References{missing}, Error);
}

TEST(Bleu, NoticesTokenizedText) {
  Texts lines(100, "so it is .");
  EXPECT_TRUE(looks_tokenized(lines));
  lines.back() = "so it is.";
  EXPECT_FALSE(looks_tokenized(lines));
}

}  // namespace
}  // namespace nmt::scoring
