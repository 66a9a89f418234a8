#include "data/segmentation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>

#include "tests/data/test_corpus.h"

namespace nmt {
namespace {

using Ids = std::vector<int32_t>;

const std::string kSpace = "\xe2\x96\x81";

// A small vocabulary; ids are places in this list.
std::vector<Piece> abc_pieces() {
  return {{"<unk>", 0, PieceType::kUnknown},  {"a", -1.0F, PieceType::kNormal},
          {"b", -1.5F, PieceType::kNormal},   {"c", -2.0F, PieceType::kNormal},
          {"ab", -2.2F, PieceType::kNormal},  {"bc", -2.0F, PieceType::kNormal},
          {"abc", -3.0F, PieceType::kNormal}, {"ca", -2.5F, PieceType::kNormal},
          {"<0x41>", -9.0F, PieceType::kByte}};
}

// Every way to spell `text` with the normal pieces.
void spell(const std::vector<Piece>& pieces, const std::string& text, const Ids& so_far,
           const std::function<void(const Ids&)>& found) {
  if (text.empty()) return found(so_far);
  for (size_t id = 0; id < pieces.size(); ++id) {
    if (pieces[id].type != PieceType::kNormal || !text.starts_with(pieces[id].text)) continue;
    Ids longer = so_far;
    longer.push_back(static_cast<int32_t>(id));
    spell(pieces, text.substr(pieces[id].text.size()), longer, found);
  }
}

using Distribution = std::map<Ids, double>;

Distribution count_draws(int draws, const std::function<Ids(RandomStream&)>& draw) {
  RandomStream random(5);
  Distribution counts;
  for (int i = 0; i < draws; ++i) counts[draw(random)] += 1.0 / draws;
  return counts;
}

// Each share within five standard deviations.
void expect_close(const Distribution& drawn, const Distribution& exact, int draws) {
  for (const auto& [ids, share] : drawn)
    EXPECT_TRUE(exact.count(ids)) << testing::PrintToString(ids);
  for (const auto& [ids, p] : exact) {
    const double share = drawn.count(ids) ? drawn.at(ids) : 0;
    EXPECT_NEAR(share, p, 5 * std::sqrt(p * (1 - p) / draws) + 1e-9) << testing::PrintToString(ids);
  }
}

TEST(UnigramSampling, FollowsTheLatticeDistribution) {
  const std::vector<Piece> pieces = abc_pieces();
  const SegmentationSampler sampler(pieces);
  for (const double alpha : {0.1, 0.5, 1.0, 3.0}) {
    Distribution exact;
    double sum = 0;
    spell(pieces, "abcabc", {}, [&](const Ids& ids) {
      double score = 0;
      for (const int32_t id : ids) score += pieces[static_cast<size_t>(id)].score;
      sum += exact[ids] = std::exp(alpha * score);
    });
    EXPECT_EQ(exact.size(), 20U);
    for (auto& entry : exact) entry.second /= sum;
    constexpr int draws = 40'000;
    const Ids canonical = {6, 6};
    expect_close(
        count_draws(draws,
                    [&](RandomStream& r) { return sampler.sample_unigram(canonical, alpha, r); }),
        exact, draws);
  }
}

TEST(UnigramSampling, KeepsEverythingThatIsNoNormalPiece) {
  const std::vector<Piece> pieces = abc_pieces();
  const SegmentationSampler sampler(pieces);
  RandomStream random(3);
  for (int i = 0; i < 200; ++i) {
    const Ids ids = sampler.sample_unigram(Ids{6, 0, 4, 8, 8}, 0.2, random);
    const auto unknown = std::find(ids.begin(), ids.end(), 0);
    ASSERT_NE(unknown, ids.end());
    std::string before, between;
    for (auto id = ids.begin(); id != unknown; ++id)
      before += pieces[static_cast<size_t>(*id)].text;
    for (auto id = unknown + 1; id != ids.end() - 2; ++id)
      between += pieces[static_cast<size_t>(*id)].text;
    EXPECT_EQ(before, "abc");
    EXPECT_EQ(between, "ab");
    EXPECT_EQ(Ids(ids.end() - 2, ids.end()), (Ids{8, 8}));
  }
}

TEST(UnigramSampling, CutsAcrossWordsWherePiecesDo) {
  const std::vector<Piece> pieces = {{kSpace + "a", -1, PieceType::kNormal},
                                     {kSpace + "b", -1, PieceType::kNormal},
                                     {kSpace + "a" + kSpace + "b", -2, PieceType::kNormal}};
  const SegmentationSampler sampler(pieces);
  const Distribution drawn = count_draws(10'000, [&](RandomStream& r) {
    return sampler.sample_unigram(Ids{0, 1}, 1, r);
  });
  expect_close(drawn, {{{0, 1}, 0.5}, {{2}, 0.5}}, 10'000);
}

// Exact law of algorithm 1 of Provilkov et al.: enumerates which possible merges are dropped at
// each step.
void bpe_law(const std::vector<Piece>& pieces, const std::vector<std::string>& symbols,
             double dropout, double mass, Distribution& law) {
  const auto find = [&](const std::string& text) {
    for (size_t id = 0; id < pieces.size(); ++id)
      if (pieces[id].type == PieceType::kNormal && pieces[id].text == text)
        return static_cast<int32_t>(id);
    return -1;
  };
  std::vector<size_t> possible;
  for (size_t i = 0; i + 1 < symbols.size(); ++i)
    if (find(symbols[i] + symbols[i + 1]) >= 0) possible.push_back(i);
  for (uint32_t kept = 0; kept < 1U << possible.size(); ++kept) {
    double p = mass;
    size_t best = symbols.size();
    for (size_t k = 0; k < possible.size(); ++k) {
      const bool stays = (kept >> k & 1) != 0;
      p *= stays ? 1 - dropout : dropout;
      const auto score = [&](size_t i) {
        return pieces[static_cast<size_t>(find(symbols[i] + symbols[i + 1]))].score;
      };
      if (stays && (best == symbols.size() || score(possible[k]) > score(best))) best = possible[k];
    }
    if (p == 0) continue;
    if (best == symbols.size()) {
      Ids ids;
      for (const std::string& symbol : symbols) ids.push_back(find(symbol));
      law[ids] += p;
      continue;
    }
    std::vector<std::string> merged = symbols;
    merged[best] += merged[best + 1];
    merged.erase(merged.begin() + static_cast<std::ptrdiff_t>(best) + 1);
    bpe_law(pieces, merged, dropout, p, law);
  }
}

TEST(BpeDropout, FollowsTheExactLaw) {
  const std::vector<Piece> pieces = {
      {"a", -10, PieceType::kNormal}, {"b", -11, PieceType::kNormal},
      {"c", -12, PieceType::kNormal}, {"ab", -1, PieceType::kNormal},
      {"bc", -2, PieceType::kNormal}, {"abc", -3, PieceType::kNormal},
      {"ca", -4, PieceType::kNormal}};
  const SegmentationSampler sampler(pieces);
  for (const double dropout : {0.1, 0.5, 0.9}) {
    Distribution law;
    bpe_law(pieces, {"a", "b", "c", "a", "b"}, dropout, 1, law);
    double sum = 0;
    for (const auto& entry : law) sum += entry.second;
    EXPECT_NEAR(sum, 1, 1e-12);
    constexpr int draws = 40'000;
    expect_close(count_draws(draws,
                             [&](RandomStream& r) {
                               return sampler.sample_bpe(Ids{5, 3}, dropout, r);
                             }),
                 law, draws);
  }
}

TEST(BpeDropout, HasTheOrdinarySegmentationAndCharactersAsLimits) {
  const auto vocabulary = small_vocabulary(VocabularyType::kBpe);
  RandomStream random(1);
  for (const std::string& line : made_up_lines(300, 99)) {
    const Ids ids = vocabulary->encode(line);
    EXPECT_EQ(vocabulary->resample(ids, {.bpe_dropout = 1e-300}, random), ids);
    for (const int32_t id : vocabulary->resample(ids, {.bpe_dropout = 1}, random)) {
      const std::string& piece = vocabulary->piece(id).text;
      EXPECT_TRUE(piece.size() == 1 || piece == kSpace || piece == "ü") << piece;
    }
  }
}

class RealVocabulary : public testing::TestWithParam<VocabularyType> {};

TEST_P(RealVocabulary, SampledSegmentationsSpellTheSameText) {
  const auto vocabulary = small_vocabulary(GetParam());
  const SegmentationNoise noise = GetParam() == VocabularyType::kBpe
                                      ? SegmentationNoise{.bpe_dropout = 0.3}
                                      : SegmentationNoise{.unigram_alpha = 0.2};
  int64_t changed = 0;
  for (std::string line : made_up_lines(300, 42)) {
    line += " <sep> 日本";  // a symbol and bytes
    const Ids ids = vocabulary->encode(line);
    RandomStream first(9), again(9);
    const Ids sampled = vocabulary->resample(ids, noise, first);
    EXPECT_EQ(sampled, vocabulary->resample(ids, noise, again));
    EXPECT_EQ(vocabulary->decode(sampled), vocabulary->decode(ids));
    changed += sampled != ids;
  }
  EXPECT_GT(changed, 250);
}
INSTANTIATE_TEST_SUITE_P(, RealVocabulary,
                         testing::Values(VocabularyType::kUnigram, VocabularyType::kBpe));

}  // namespace
}  // namespace nmt
