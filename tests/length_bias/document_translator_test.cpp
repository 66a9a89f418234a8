#include "modules/length_bias/document_translator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <optional>
#include <random>

#include "modules/length_bias/attention_scale.h"
#include "nmt/decoding/document_requests.h"
#include "nmt/support/error.h"
#include "tests/data/test_corpus.h"
#include "tests/decoding/naive_search.h"
#include "tests/message_of.h"

namespace nmt::length_bias {
namespace {

using ::testing::HasSubstr;
using Sentence = std::vector<int32_t>;
using Text = std::vector<Sentence>;

constexpr int64_t kPositions = 256;
// Of the vocabulary only these ids occur, so that random models end sentences now and then.
constexpr int32_t kFirst = 10, kCount = 8;

class Documents : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { at::set_num_threads(1); }

  static std::shared_ptr<const PairEncoder> encoder(TagOptions tags = {}) {
    Languages languages;
    languages.add({"en", "de"});
    return std::make_shared<const PairEncoder>(small_vocabularies(), languages, tags);
  }

  static SearchTokens special_tokens() {
    const Vocabulary& vocabulary = *small_vocabulary();
    SearchTokens tokens{vocabulary.pad(), vocabulary.bos(), vocabulary.eos(), {}};
    for (int64_t id = 0; id < vocabulary.size(); ++id)
      if ((id < kFirst || id >= kFirst + kCount) && id != vocabulary.eos())
        tokens.excluded.push_back(id);
    return tokens;
  }

  /// With length-normalised attention, so that caches, prefixes and positions are tested with it.
  static Transformer random_model(uint64_t seed) {
    torch::manual_seed(seed);
    TransformerOptions options = test::tiny_options();
    options.max_positions = kPositions;
    ModelExtensions extensions;
    const auto scale =
        std::make_shared<LengthNormalisedScale>(std::vector<std::string>{"enc", "dec", "crs"});
    scale->set_reference({9, 5});
    extensions.attention_scale = scale;
    const int64_t size = small_vocabulary()->size();
    return test::with_random_weights(
        Transformer(options, VocabularyShape{size, size, small_vocabulary()->pad()}, extensions));
  }

  static Text random_document(std::mt19937& random, size_t most_sentences = 9, size_t longest = 7,
                              bool with_empty = false) {
    Text document(1 + random() % most_sentences);
    for (Sentence& sentence : document) {
      sentence.resize((with_empty ? 0 : 1) + random() % longest);
      for (int32_t& token : sentence) token = kFirst + static_cast<int32_t>(random() % kCount);
    }
    return document;
  }

  static DocumentTools tools(uint64_t model, const DecodingOptions& options,
                             const std::shared_ptr<const PairEncoder>& pair_encoder = encoder()) {
    Search search(Ensemble({random_model(model)}), special_tokens(), options);
    auto fallback = std::make_shared<BatchTranslator>(search);
    return {.search = std::move(search), .encoder = pair_encoder, .fallback = fallback};
  }

  static Options windows(DocumentMode mode, int64_t window, int64_t cap = 0) {
    Options options;
    options.decoding.mode = mode;
    options.decoding.window = window;
    options.decoding.max_target_tokens = cap;
    return options;
  }

  static DecodingOptions search_options(int64_t beam = 3) {
    DecodingOptions options;
    options.beam = beam;
    options.max_len_b = 6;
    return options;
  }

  static void hand_over(DocumentTranslator& translator, const Text& document,
                        const Text& reference = {}) {
    translator.begin_document({.id = "d", .direction = {"en", "de"}});
    for (size_t i = 0; i < document.size(); ++i)
      translator.add({document[i], reference.empty() ? Sentence{} : reference[i]});
    translator.end_document();
  }

  static std::vector<SentenceTranslation> finish(DocumentTranslator& translator) {
    while (translator.step()) {
    }
    const auto taken = translator.take();
    EXPECT_EQ(translator.sentences_waiting(), 0);
    EXPECT_EQ(translator.documents_in_work(), 0);
    return {taken.begin(), taken.end()};
  }

  static std::vector<SentenceTranslation> translate(const std::vector<Text>& documents,
                                                    const Options& options,
                                                    const DecodingOptions& search,
                                                    uint64_t model = 1) {
    WindowTranslator translator(options, tools(model, search));
    for (const Text& document : documents) hand_over(translator, document);
    return finish(translator);
  }

  static void expect_same(const std::vector<SentenceTranslation>& a,
                          const std::vector<SentenceTranslation>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (size_t i = 0; i < a.size(); ++i) {
      EXPECT_EQ(a[i].tokens, b[i].tokens) << i;
      EXPECT_NEAR(a[i].log_prob, b[i].log_prob, 1e-9) << i;
    }
  }

  static Sentence joined(const Text& sentences, size_t begin, size_t end) {
    Sentence row;
    for (size_t i = begin; i < end; ++i) {
      row.insert(row.end(), sentences[i].begin(), sentences[i].end());
      row.push_back(small_vocabulary()->eos());
    }
    return row;
  }

  /// Sliding-window decoding written down plainly: no cache, no batch, the specification's loop
  /// without target limit. `reference` in place of the own translations when it is not empty.
  struct Plain {
    Text sentences;
    std::optional<double> log_prob = 0.0;  // none when sentences were not kept
  };
  static Plain plain_sliding(const Text& document, size_t window, const DecodingOptions& options,
                             uint64_t model) {
    const auto tokens = [&](size_t begin, size_t end) {
      return joined(document, begin, end).size();
    };
    Plain result;
    for (size_t done = 0, a = 0; done < document.size();) {
      while (a < done && tokens(a, done + 1) > window) ++a;
      size_t b = done + 1;
      while (b < document.size() && tokens(a, b + 1) <= window) ++b;
      const Sentence prefix = joined(result.sentences, a, done);
      StoppingRule rule{.sentences = static_cast<int64_t>(b - a), .min_sentence_tokens = 1};
      rule.max_length = std::min<int64_t>(
          std::ssize(prefix) +
              static_cast<int64_t>(options.max_len_a * static_cast<double>(tokens(done, b))) +
              options.max_len_b,
          kPositions - 1);
      const test::NaiveHypothesis best =
          test::naive_search({random_model(model)}, joined(document, a, b), prefix, rule, options,
                             special_tokens())
              .front();
      result.log_prob =
          result.log_prob ? std::optional(*result.log_prob + best.log_prob) : std::nullopt;
      // Sentences from the first one that the budget cut short are not kept, but for the first.
      const int32_t eos = small_vocabulary()->eos();
      rule.max_length = std::max<int64_t>(rule.max_length,
                                          std::ssize(prefix) + static_cast<int64_t>(b - done) - 1);
      Sentence tokens_left = best.tokens;
      tokens_left.push_back(eos);
      int64_t t = std::ssize(prefix), missing = static_cast<int64_t>(b - done) - 1;
      std::vector<Sentence> found(1);
      bool cut = false;
      for (const int32_t token : tokens_left) {
        if (token == eos) {
          cut = cut || t + missing >= rule.max_length;
          if (cut && b - done > 0 && missing > 0) result.log_prob.reset();
          if (cut && found.size() > 1) {
            result.log_prob.reset();
            break;
          }
          result.sentences.push_back(found.back());
          ++done;
          if (cut || missing == 0) break;
          --missing;
          found.emplace_back();
        } else {
          found.back().push_back(token);
        }
        ++t;
      }
    }
    return result;
  }
};

TEST_F(Documents, AreTranslatedAsByAPlainSlidingSearch) {
  std::mt19937 random(1);
  int compared = 0;
  for (uint64_t model = 1; model <= 8; ++model) {
    DecodingOptions options = search_options(1 + static_cast<int64_t>(model) % 5);
    options.n_best = 1;
    std::vector<Text> documents;
    documents.reserve(4);
    for (int i = 0; i < 4; ++i) documents.push_back(random_document(random, 7, 5));
    const size_t window = 8 + random() % 12;
    WindowTranslator translator(windows(DocumentMode::kSliding, static_cast<int64_t>(window)),
                                tools(model, options));
    for (const Text& document : documents) hand_over(translator, document);
    const auto translations = finish(translator);
    const auto reports = translator.take_reports();
    ASSERT_EQ(reports.size(), documents.size());
    size_t next = 0;
    for (size_t d = 0; d < documents.size(); ++d) {
      const Plain expected = plain_sliding(documents[d], window, options, model);
      if (expected.log_prob) {
        EXPECT_NEAR(reports[d].log_prob, *expected.log_prob, 1e-9);
      }
      compared += expected.log_prob.has_value();
      for (const Sentence& sentence : expected.sentences)
        EXPECT_EQ(translations.at(next++).tokens, sentence)
            << "model " << model << " document " << d;
    }
    EXPECT_EQ(next, translations.size());
  }
  EXPECT_GT(compared, 3);
  EXPECT_LT(compared, 32) << "no budget was used up";
}

TEST_F(Documents, KeepTheirSentenceCountInEveryMode) {
  std::mt19937 random(2);
  std::vector<Text> documents;
  size_t sentences = 0;
  for (int i = 0; i < 12; ++i) {
    documents.push_back(random_document(random, 12, 8, /*with_empty=*/true));
    sentences += documents.back().size();
  }
  for (const DocumentMode mode : {DocumentMode::kSliding, DocumentMode::kChunked,
                                  DocumentMode::kSentences, DocumentMode::kWhole})
    for (const int64_t beam : {1, 5})
      for (const int64_t rows : {1, 8})
        for (const int64_t slack : {0, 6}) {
          DecodingOptions search = search_options(beam);
          search.batch_sentences = rows;
          search.max_len_a = slack == 0 ? 0.3 : 1.5, search.max_len_b = slack;
          Options options = windows(mode, 15, 25);
          options.decoding.lookahead_sentences = beam == 5 ? 1 : 0;
          const auto translations = translate(documents, options, search);
          ASSERT_EQ(translations.size(), sentences);
          size_t next = 0;
          for (const Text& document : documents)
            for (const Sentence& source : document) {
              const SentenceTranslation& found = translations[next++];
              ASSERT_EQ(
                  std::count(found.tokens.begin(), found.tokens.end(), small_vocabulary()->eos()),
                  0);
              // Only an empty line, or a budget that is used up, gives an empty translation.
              ASSERT_TRUE(!found.tokens.empty() || source.empty() || found.forced_end);
            }
        }
}

TEST_F(Documents, DoNotDependOnTheirBatch) {
  std::mt19937 random(3);
  std::vector<Text> documents;
  documents.reserve(7);
  for (int i = 0; i < 7; ++i) documents.push_back(random_document(random, 10, 6, true));
  Options options = windows(DocumentMode::kSliding, 14, 30);
  options.decoding.lookahead_sentences = 1;
  const auto together = translate(documents, options, search_options());
  size_t next = 0;
  for (const Text& document : documents) {
    const auto alone = translate({document}, options, search_options());
    expect_same(alone, {together.begin() + static_cast<std::ptrdiff_t>(next),
                        together.begin() + static_cast<std::ptrdiff_t>(next + alone.size())});
    next += alone.size();
  }
}

TEST_F(Documents, DoNotDependOnWhenTheirSentencesArrive) {
  std::mt19937 random(4);
  for (const DocumentMode mode :
       {DocumentMode::kSliding, DocumentMode::kChunked, DocumentMode::kSentences}) {
    const std::vector<Text> documents{random_document(random, 12, 6, true),
                                      random_document(random, 12, 6, true)};
    const Options options = windows(mode, 14, 30);
    const auto at_once = translate(documents, options, search_options());
    WindowTranslator translator(options, tools(1, search_options()));
    std::vector<SentenceTranslation> found;
    for (const Text& document : documents) {
      translator.begin_document({.id = "d", .direction = {"en", "de"}});
      for (const Sentence& sentence : document) {
        translator.add({sentence, {}});
        while (translator.step()) {
        }
        for (SentenceTranslation& taken : translator.take()) found.push_back(std::move(taken));
      }
      EXPECT_TRUE(mode != DocumentMode::kSentences || translator.sentences_waiting() == 0);
      translator.end_document();
    }
    for (SentenceTranslation& taken : finish(translator)) found.push_back(std::move(taken));
    expect_same(found, at_once);
  }
}

TEST_F(Documents, InOneWindowEqualTheWholeDocument) {
  std::mt19937 random(5);
  int compared = 0;
  for (uint64_t model = 1; model <= 200; ++model) {
    const std::vector<Text> documents{random_document(random, 4, 4)};
    const auto whole =
        translate(documents, windows(DocumentMode::kWhole, 0), search_options(), model);
    // A window that its budget cut short is not kept as a whole.
    if (std::any_of(whole.begin(), whole.end(), [](const auto& s) { return s.forced_end; }))
      continue;
    ++compared;
    expect_same(translate(documents, windows(DocumentMode::kSliding, 50), search_options(), model),
                whole);
  }
  EXPECT_GT(compared, 2);
}

TEST_F(Documents, SentenceBySentenceEqualTheOrdinaryTranslator) {
  std::mt19937 random(6);
  const Text document = random_document(random, 10, 8);
  DecodingOptions search = search_options();
  search.min_len = 1;  // as sd.min_sentence_tokens
  const auto found = translate({document}, windows(DocumentMode::kSentences, 0), search);
  std::vector<TranslationRequest> requests;
  for (const Sentence& sentence : document) {
    TranslationRequest request;
    request.tokens.source = joined({sentence}, 0, 1);
    requests.push_back(request);
  }
  const auto expected = tools(1, search).fallback->translate(requests);
  for (size_t i = 0; i < document.size(); ++i)
    EXPECT_EQ(found[i].tokens, expected[i].hypotheses[0].tokens);
}

TEST_F(Documents, KeepWindowsWithinTheLimits) {
  std::mt19937 random(7);
  for (const int64_t tag : {0, 1}) {
    TagOptions tags;
    tags.target_tag = tag == 1;
    tags.source_tag = tag == 1 ? SourceTag::kTarget : SourceTag::kNone;
    WindowTranslator translator(windows(DocumentMode::kSliding, 16, 26),
                                tools(1, search_options(), encoder(tags)));
    for (int i = 0; i < 10; ++i) hand_over(translator, random_document(random, 15, 9));
    finish(translator);
    bool with_context = false;
    for (const DocumentReport& report : translator.take_reports()) {
      int64_t done = 0;
      for (const DocumentWindow& window : report.windows) {
        if (!window.oversize) {
          EXPECT_LE(window.source_tokens, 16);
          EXPECT_LE(window.target_tokens, 26) << "BOS and all tokens but the last EOS are input";
        }
        EXPECT_EQ(window.begin + window.context, done);
        done += window.fresh;
        with_context |= window.context > 0;
      }
      EXPECT_EQ(done, report.sentences);
    }
    EXPECT_TRUE(with_context);
  }
}

TEST_F(Documents, TranslateASentenceLongerThanTheWindow) {
  std::mt19937 random(8);
  Text document = random_document(random, 6, 4);
  while (document.size() < 4) document.push_back({kFirst});
  const auto lengthen = [&](size_t length) { document[1].assign(length, kFirst + 1); };
  lengthen(20);
  const Options alone = windows(DocumentMode::kSliding, 12);
  EXPECT_EQ(translate({document}, alone, search_options()).size(), document.size());

  WindowTranslator reported(alone, tools(1, search_options()));
  hand_over(reported, document);
  finish(reported);
  int64_t oversize = 0;
  const std::vector<DocumentReport> reports = reported.take_reports();
  for (const DocumentWindow& window : reports[0].windows) {
    oversize += window.oversize;
    EXPECT_EQ(window.oversize, window.source_tokens == 21);
  }
  EXPECT_EQ(oversize, 1);

  Options error = alone;
  error.decoding.oversize = Oversize::kError;
  EXPECT_THAT(message_of([&] { translate({document}, error, search_options()); }),
              HasSubstr("document d, sentence 2: 21 tokens are more than a window of 12"));

  // The part that fits is what would have been translated had it been all.
  Options truncate = alone;
  truncate.decoding.oversize = Oversize::kTruncate;
  const auto truncated = translate({document}, truncate, search_options());
  lengthen(11);
  EXPECT_EQ(truncated[1].tokens, translate({document}, alone, search_options())[1].tokens);

  // Beyond the model's positions it is translated in parts.
  lengthen(3 * kPositions);
  const auto parts = translate({document}, alone, search_options());
  ASSERT_EQ(parts.size(), document.size());
  EXPECT_GT(parts[1].tokens.size(), 0U);
  EXPECT_LT(parts[1].log_prob, 0);
}

TEST_F(Documents, TakeTheReferenceAsContext) {
  std::mt19937 random(9);
  const Text document = random_document(random, 6, 4);
  Text reference(document.size());
  for (Sentence& sentence : reference)
    for (size_t i = 0; i < 3; ++i)
      sentence.push_back(kFirst + static_cast<int32_t>(random() % kCount));
  const DecodingOptions search = search_options();
  DocumentTools parts = tools(1, search);
  parts.reference_context = true;
  WindowTranslator translator(windows(DocumentMode::kWhole, 0), std::move(parts));
  hand_over(translator, document, reference);
  const auto found = finish(translator);
  ASSERT_EQ(found.size(), document.size());
  for (size_t i = 0; i < document.size(); ++i) {
    const Sentence prefix = joined(reference, 0, i);
    const StoppingRule rule{
        .sentences = static_cast<int64_t>(i) + 1,
        .max_length = std::ssize(prefix) +
                      static_cast<int64_t>(1.5 * static_cast<double>(document[i].size() + 1)) + 6,
        .min_sentence_tokens = 1};
    DecodingOptions one = search;
    one.n_best = 1;
    const auto expected =
        test::naive_search({random_model(1)}, joined(document, 0, document.size()), prefix, rule,
                           one, special_tokens());
    EXPECT_EQ(found[i].tokens, expected[0].tokens) << i;
    EXPECT_NEAR(found[i].log_prob, expected[0].log_prob, 1e-9);
  }
}

TEST_F(Documents, WithoutTextGiveEmptyLines) {
  const auto found =
      translate({{}, {{}, {}}, {}}, windows(DocumentMode::kSliding, 20), search_options());
  ASSERT_EQ(found.size(), 2U);
  EXPECT_TRUE(found[0].tokens.empty() && found[1].tokens.empty());
}

TEST_F(Documents, OfManySentencesKeepTheirOrder) {
  Text document;
  for (int i = 0; i < 400; ++i)
    document.push_back(Sentence(static_cast<size_t>(1 + i % 5), kFirst + i % kCount));
  const Options options = windows(DocumentMode::kSliding, 30, 50);
  WindowTranslator translator(options, tools(1, search_options(1)));
  // As from a stream: what is finished leaves, and little is kept.
  translator.begin_document({.id = "book", .direction = {"en", "de"}});
  size_t taken = 0;
  int64_t most_waiting = 0;
  for (const Sentence& sentence : document) {
    translator.add({sentence, {}});
    while (translator.step()) {
    }
    taken += translator.take().size();
    most_waiting = std::max(most_waiting, translator.sentences_waiting());
  }
  translator.end_document();
  taken += finish(translator).size();
  EXPECT_EQ(taken, 400U);
  EXPECT_LT(most_waiting, 20);
}

TEST_F(Documents, RefuseWindowsThatHoldNothing) {
  EXPECT_THAT(message_of([] {
                WindowTranslator(windows(DocumentMode::kSliding, 20, 6),
                                 tools(1, search_options()));
              }),
              HasSubstr("hold no sentence"));
}

TEST_F(Documents, ComeThroughTheOrdinaryTranslatorsInterface) {
  std::mt19937 random(10);
  const std::vector<Text> documents{random_document(random, 6, 5, true),
                                    random_document(random, 6, 5)};
  const Options options = windows(DocumentMode::kSliding, 14, 30);
  std::vector<TranslationRequest> requests;
  const auto add = [&](const Sentence& sentence, int64_t document) {
    TranslationRequest request;
    if (!sentence.empty()) request.tokens.source = joined({sentence}, 0, 1);
    request.tokens.document = document;
    request.tokens.target_language = 1;
    requests.push_back(request);
  };
  add({kFirst, kFirst + 1}, -1);
  for (size_t d = 0; d < documents.size(); ++d)
    for (const Sentence& sentence : documents[d]) add(sentence, static_cast<int64_t>(d));
  add({kFirst + 2}, -1);

  const DocumentTools parts = tools(1, search_options());
  DocumentRequestTranslator translator(
      std::make_unique<BatchTranslator>(parts.search),
      [&](const std::shared_ptr<Translator>&) {
        return std::make_unique<WindowTranslator>(options, parts);
      },
      encoder()->languages());
  const auto found = translator.translate(requests);
  const auto expected = translate(documents, options, search_options());
  ASSERT_EQ(found.size(), expected.size() + 2);
  for (size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(found[i + 1].hypotheses[0].tokens, expected[i].tokens);
  EXPECT_EQ(found.back().hypotheses[0].tokens,
            parts.fallback->translate({requests.back()})[0].hypotheses[0].tokens);
}

}  // namespace
}  // namespace nmt::length_bias
