// The page is parsed by Python where there is one, and rendered where there is a browser.

#include "nmt/report/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/report/browser.h"
#include "tests/report/small_comparison.h"

namespace nmt::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string small_page() {
  const ComparedSystems compared = testing::small_systems();
  const ComparisonOptions options = testing::small_options();
  return to_page(compare(compared, options), compared, options);
}

TEST(Page, TextIsHarmless) {
  const std::string page = small_page();
  for (const char* harm : {"<script>alert", "<img", "</style><script>alert", "<b>", "\x01"})
    EXPECT_THAT(page, Not(HasSubstr(harm)));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
  EXPECT_THAT(page, HasSubstr("data-set=\"a&quot;set&#39;&lt;i&gt;\""));
}

TEST(Page, HoldsEveryPart) {
  const std::string page = small_page();
  for (const char* part :
       {"Validation BLEU", "Validation loss", "nats a token", "BLEU by length of the reference",
        "difference in chrF2 points", "Most improved", "Most worsened", "2,096,128", "Signatures",
        "prefers-color-scheme: dark", "width=device-width", "der Hund bellt laut"})
    EXPECT_THAT(page, HasSubstr(part));
  EXPECT_THAT(page, HasSubstr("<mark>loud</mark>"));
  EXPECT_THAT(page, Not(HasSubstr("{{")));
}

TEST(Page, ColoursDifferences) {
  const std::string page = small_page();
  EXPECT_THAT(page, HasSubstr("<br><span class=\"better\">+"));
  EXPECT_THAT(page, HasSubstr("where c of n resamples have a difference"));
}

TEST(Page, EqualSystemsFromFilesHaveOne) {
  ComparedSystems compared = testing::small_systems();
  for (ComparedSystem& system : compared.systems) system.training.reset();
  for (TestSet& set : compared.sets) {
    set.sources.clear();
    set.outputs[1] = set.outputs[0];
  }
  const ComparisonOptions options = testing::small_options();
  const std::string page = to_page(compare(compared, options), compared, options);
  EXPECT_THAT(page, HasSubstr("5 of 5 without a difference"));
  EXPECT_THAT(page, HasSubstr("<br>0.00 p = 1.0000</small>"));
  for (const char* colour : {"class=\"better\"", "class=\"worse\""})
    EXPECT_THAT(page, Not(HasSubstr(colour)));
  EXPECT_THAT(page, Not(HasSubstr("<h2>Training</h2>")));
}

TEST(Page, IsWellFormedAndNeedsNoNetwork) {
  if (!testing::has_python()) GTEST_SKIP() << "there is no python3";
  EXPECT_EQ(testing::faults_of(small_page()), "");
}

TEST(Page, FitsATelephone) {
  const testing::ShownPage shown = testing::show_on_telephone(small_page());
  if (!shown.missing.empty()) GTEST_SKIP() << shown.missing;
  // As wide as the frame; buttons for all sets, for two sets and for the marks.
  EXPECT_THAT(shown.text, HasSubstr("measured: 360 360 4"));
}

}  // namespace
}  // namespace nmt::report
