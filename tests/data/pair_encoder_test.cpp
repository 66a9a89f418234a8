#include "data/pair_encoder.h"

#include <gtest/gtest.h>

#include "nmt/support/error.h"
#include "tests/data/test_corpus.h"

namespace nmt {
namespace {

using Ids = std::vector<int32_t>;

Languages en_de() {
  Languages languages;
  languages.add({"en", "de"});
  return languages;
}
const Direction kEnDe = {"en", "de"};

class Tags : public testing::Test {
 protected:
  const Vocabulary& vocabulary_ = *small_vocabulary();
  int32_t en_ = vocabulary_.language_tag("en"), de_ = vocabulary_.language_tag("de"),
          eos_ = vocabulary_.eos();
  Ids ka_ = vocabulary_.encode("ka lo."), mi_ = vocabulary_.encode("mi ne.");

  Ids row(const std::vector<Ids>& parts) const {
    Ids all;
    for (const Ids& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
  }
  TokenPair encode(TagOptions tags) const {
    return PairEncoder(small_vocabularies(), en_de(), tags).encode_pair("ka lo.", "mi ne.", kEnDe);
  }
};

TEST_F(Tags, StandWhereTheOptionsSay) {
  const TokenPair plain = encode({});
  EXPECT_EQ(plain.source, row({ka_, {eos_}}));
  EXPECT_EQ(plain.target, row({mi_, {eos_}}));
  const TokenPair source = encode({.source_tag = SourceTag::kSource, .target_tag = true});
  EXPECT_EQ(source.source, row({{en_}, ka_, {eos_}}));
  EXPECT_EQ(source.target, row({{de_}, mi_, {eos_}}));
  const TokenPair target = encode({.source_tag = SourceTag::kTarget});
  EXPECT_EQ(target.source, row({{de_}, ka_, {eos_}}));
  EXPECT_EQ(target.target, row({mi_, {eos_}}));
  const TokenPair replaced =
      encode({.source_tag = SourceTag::kTarget, .source_tag_position = TagPosition::kReplaceEos});
  EXPECT_EQ(replaced.source, row({ka_, {de_}}));
}

TEST_F(Tags, OfDocumentsStandOnce) {
  const PairEncoder encoder(small_vocabularies(), en_de(),
                            {.source_tag = SourceTag::kTarget, .target_tag = true});
  const std::vector<Ids> sentences = {ka_, mi_};
  EXPECT_EQ(encoder.source_row(sentences, kEnDe), row({{de_}, ka_, {eos_}, mi_, {eos_}}));
  EXPECT_EQ(encoder.target_row(sentences, kEnDe), row({{de_}, ka_, {eos_}, mi_, {eos_}}));
}

TEST_F(Tags, TakeTheSpaceThatPlanningCounts) {
  for (const SourceTag source : {SourceTag::kNone, SourceTag::kSource, SourceTag::kTarget})
    for (const TagPosition position : {TagPosition::kFront, TagPosition::kReplaceEos})
      for (const bool target : {false, true}) {
        const TagOptions tags{source, position, target};
        const PairEncoder encoder(small_vocabularies(), en_de(), tags);
        const TokenPair pair = encode(tags);
        EXPECT_EQ(static_cast<int64_t>(pair.source.size()),
                  static_cast<int64_t>(ka_.size()) + 1 + encoder.source_extra());
        EXPECT_EQ(static_cast<int64_t>(pair.target.size()),
                  static_cast<int64_t>(mi_.size()) + 1 + encoder.target_extra());
        const Ids prefix = encoder.target_prefix(kEnDe);
        EXPECT_EQ(Ids(pair.target.begin(),
                      pair.target.begin() + static_cast<std::ptrdiff_t>(prefix.size())),
                  prefix);
        EXPECT_EQ(encoder.decode(pair.target), "mi ne.");
      }
}

TEST_F(Tags, DecodingInputIsTrainingInput) {
  for (const TagOptions& tags :
       {TagOptions{}, TagOptions{SourceTag::kTarget, TagPosition::kReplaceEos, true}}) {
    const PairEncoder encoder(small_vocabularies(), en_de(), tags);
    const auto pairs = encoder.encode_source("ka lo.", kEnDe, 100);
    ASSERT_EQ(pairs.size(), 1U);
    EXPECT_EQ(pairs[0].source, encode(tags).source);
    EXPECT_TRUE(pairs[0].target.empty());
  }
}

TEST_F(Tags, LongTextIsSplitAndNothingIsLost) {
  const PairEncoder encoder(small_vocabularies(), en_de(), {.source_tag = SourceTag::kTarget});
  std::string text;
  for (const std::string& line : made_up_lines(40, 4)) text += (text.empty() ? "" : " ") + line;
  const auto pairs = encoder.encode_source(text, kEnDe, 30);
  EXPECT_GT(pairs.size(), 5U);
  std::string joined;
  for (const TokenPair& pair : pairs) {
    EXPECT_LE(pair.source.size(), 30U);
    EXPECT_EQ(pair.source.front(), de_);
    EXPECT_EQ(pair.source.back(), eos_);
    joined += (joined.empty() ? "" : " ") + vocabulary_.decode(pair.source);
  }
  EXPECT_EQ(joined, text);
  EXPECT_EQ(encoder.encode_source("", kEnDe, 30).size(), 1U);
  EXPECT_EQ(encoder.encode_source(text, kEnDe, 0).size(), 1U);
}

TEST_F(Tags, NumbersLanguagesAndDirections) {
  Languages languages = en_de();
  languages.add({"de", "en"});
  languages.add({"en", "de"});
  languages.add_languages({"en", "fr"});
  EXPECT_EQ(languages.languages(), (std::vector<std::string>{"en", "de", "fr"}));
  EXPECT_EQ(languages.directions().size(), 2U);
  EXPECT_EQ(languages.direction({"de", "en"}), 1);
  EXPECT_EQ(languages.direction({"en", "fr"}), -1);
  EXPECT_THROW(languages.language("xx"), UsageError);
  EXPECT_EQ(parse_direction("en-de"), kEnDe);
  for (const char* wrong : {"", "en", "en-", "-de", "a-b-c"})
    EXPECT_THROW(parse_direction(wrong), UsageError);
  // A language without a tag is found before training starts.
  EXPECT_THROW(PairEncoder(small_vocabularies(), languages, {.source_tag = SourceTag::kTarget}),
               UsageError);
  EXPECT_NO_THROW(PairEncoder(small_vocabularies(), languages, {}));
}

}  // namespace
}  // namespace nmt
