#include "nmt/report/run_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/report/browser.h"
#include "tests/report/small_log.h"
#include "tests/temporary_folder.h"

namespace nmt::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

RunFacts small_facts() {
  return {.name = "run</title><script>alert(1)</script>",
          .summary = {{"of 40 updates", "30"}, {"target <i>tokens</i>", "15.0k"}},
          .details = {{"training data", "corpus/{}<img src=x>:en-de"},
                      {"machine", std::string(300, 'm')}},
          .metric = "bleu"};
}

std::string page_of(const std::string& log_text, const FindPair& find_pair) {
  const TemporaryFolder folder;
  return to_page(small_facts(), read_run_log(folder.write("train.jsonl", log_text)), find_pair);
}

std::string small_page() {
  return page_of(testing::small_log(), [](int64_t number) {
    return TrainingPair{text("<u>source ", number), text("target ", number, "\x01")};
  });
}

std::string page_without_pairs(const std::string& log_text) {
  return page_of(log_text, [](int64_t) { return std::nullopt; });
}

TEST(RunPage, TextIsHarmless) {
  const std::string page = small_page();
  for (const char* harm : {"<script>alert", "<img", "<i>", "<u>", "<b>", "\x01"})
    EXPECT_THAT(page, Not(HasSubstr(harm)));
  EXPECT_THAT(page, HasSubstr("der Hund &lt;img src=x&gt;"));
  EXPECT_THAT(page, HasSubstr("&lt;u&gt;source 2"));
  EXPECT_THAT(page, HasSubstr("<li><code>BLEU nrefs:1|tok:&lt;zh&gt;</code></li>"));
  EXPECT_THAT(page, Not(HasSubstr("{{")));
}

TEST(RunPage, HoldsEveryPart) {
  const std::string page = small_page();
  for (const char* part :
       {"<figcaption>Loss<", "Negative log-likelihood", "Validation translations",
        "Part of the loss: kl", "Learning rate", "Gradient norm", "<figcaption>Speed<", "Padding",
        "Skipped updates", "Translations over time", "Batches to look at", "1 update was",
        "prefers-color-scheme: dark", "width=device-width", "valid, sentence 7"})
    EXPECT_THAT(page, HasSubstr(part));
  EXPECT_THAT(page, Not(HasSubstr("<figcaption>Memory<"))) << "the log has none";
}

TEST(RunPage, MarksTheBestAndTheContinuation) {
  const std::string page = small_page();
  EXPECT_THAT(page, HasSubstr("<title>BLEU, update 20: 12.25 (best)</title>"));
  EXPECT_THAT(page, HasSubstr("<title>validation, update 20: 3.500 (best)</title>"));
  EXPECT_THAT(page, Not(HasSubstr("training, update 20: 4.000 (best)")));
  EXPECT_THAT(page, HasSubstr("<title>continued after update 20, 2026-01-03T03:04:05Z</title>"));
  EXPECT_THAT(page, HasSubstr("<th scope=\"row\">20 (best)</th><td>3.5000</td><td>3.2500</td>"
                              "<td>25.79</td><td>12.25</td>"));
}

TEST(RunPage, TranslationsShowWhatIsNew) {
  const std::string page = small_page();
  EXPECT_THAT(page, HasSubstr("update 10 · chrF2 "));
  EXPECT_THAT(page, HasSubstr(">a a a</dd>"));
  EXPECT_THAT(page, HasSubstr("<mark>the cat</mark>"));
  EXPECT_THAT(page, HasSubstr("update 30 · chrF2 100.0</dt><dd dir=\"auto\">the <mark>dog</mark>"));
  // Equal ones are one.
  EXPECT_THAT(page, HasSubstr("updates 10 to 30 · chrF2 100.0"));
}

TEST(RunPage, NamesTheWorstBatchesAndTheirSentences) {
  const std::string page = small_page();
  EXPECT_THAT(page, HasSubstr("<th scope=\"row\">12</th><td>5.000 (× 1.25)</td>"
                              "<td>1.500 (× 1.50)</td><td>3</td>"));
  EXPECT_THAT(page, HasSubstr("target 9"));
  EXPECT_THAT(page, HasSubstr("Numbers of the pairs: 2, 3 …"));
  EXPECT_THAT(page, HasSubstr("Numbers of the pairs: 4, 5, 6<"));
  EXPECT_THAT(page_without_pairs(testing::small_log()),
              HasSubstr("Numbers of the pairs: 4, 5, 6<"));
}

TEST(RunPage, SaysWhatTheLogDoesNotHold) {
  const std::string train = "{\"event\":\"train\",\"update\":100,\"loss\":2}\n";
  const std::string loss_only = "{\"event\":\"valid\",\"update\":100,\"loss\":3}\n";
  const std::string scored = "{\"event\":\"valid\",\"update\":100,\"loss\":3,\"bleu\":1}\n";
  EXPECT_THAT(page_without_pairs(""), HasSubstr("The log has no line yet"));
  EXPECT_THAT(page_without_pairs(train), HasSubstr("The run was not validated (yet)"));
  EXPECT_THAT(page_without_pairs(train + loss_only), HasSubstr("only computes the loss"));
  const std::string old = page_without_pairs(train + scored);
  EXPECT_THAT(old, HasSubstr("valid.samples is 0, or an older nmt wrote it"));
  EXPECT_THAT(old, HasSubstr("does not name the worst batches"));
}

TEST(RunPage, IsWellFormedAndNeedsNoNetwork) {
  if (!testing::has_python()) GTEST_SKIP() << "there is no python3";
  EXPECT_EQ(testing::faults_of(small_page()), "");
  EXPECT_EQ(testing::faults_of(page_without_pairs("")), "");
}

TEST(RunPage, StaysSmallForALongRun) {
  std::string log;
  for (int64_t update = 10; update <= 200'000; update += 10)
    log += text("{\"event\":\"train\",\"update\":", update, ",\"loss\":", update % 7,
                ",\"lr\":0.1}\n");
  EXPECT_LT(page_without_pairs(log).size(), 100'000U);
}

TEST(RunPage, FitsATelephone) {
  const testing::ShownPage shown = testing::show_on_telephone(small_page());
  if (!shown.missing.empty()) GTEST_SKIP() << shown.missing;
  // As wide as the frame; a button for the marks.
  EXPECT_THAT(shown.text, HasSubstr("measured: 360 360 1"));
}

}  // namespace
}  // namespace nmt::report
