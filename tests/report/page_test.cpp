// The page is parsed by Python where there is one, and rendered where there is a browser.

#include "nmt/report/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/options/program.h"
#include "tests/report/small_comparison.h"
#include "tests/temporary_folder.h"

namespace nmt::report {
namespace {

using nmt::testing::Outcome;
using nmt::testing::shell;
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
  EXPECT_THAT(page, Not(HasSubstr("<h2>Training</h2>")));
}

TEST(Page, IsWellFormedAndNeedsNoNetwork) {
  if (shell("python3 -c '' 2>/dev/null").exit_code != 0) GTEST_SKIP() << "there is no python3";
  const TemporaryFolder folder;
  const Outcome outcome = shell("python3 " NMT_SOURCE_DIR "/tests/report/check_page.py < " +
                                folder.write("page.html", small_page()));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
}

/// The browser's name; empty when there is none.
std::string find_browser() {
  const std::string found =
      shell("command -v chromium || command -v chromium-browser || command -v google-chrome").out;
  return found.substr(0, found.find('\n'));
}

// A frame of a telephone's width: windows of a browser cannot be that narrow. The page tells the
// frame's owner how wide it is, and what its script made.
TEST(Page, FitsATelephone) {
  const std::string browser = find_browser();
  if (browser.empty()) GTEST_SKIP() << "there is no browser: install chromium to render the page";
  const TemporaryFolder folder;
  std::string page = small_page();
  page.insert(page.rfind("</body>"),
              "<script>parent.postMessage([document.documentElement.scrollWidth, innerWidth, "
              "document.querySelectorAll('button').length].join(' '), '*')</script>");
  folder.write("page.html", page);
  const std::string frame = folder.write(
      "frame.html",
      "<!DOCTYPE html><body><script>addEventListener('message', (event) => "
      "document.body.append('measured: ' + event.data))</script>"
      "<iframe src=\"page.html\" width=\"360\" height=\"800\" style=\"border:0\"></iframe>");
  const Outcome outcome =
      shell("timeout 120 " + browser +
            " --headless --no-sandbox --disable-gpu --hide-scrollbars --virtual-time-budget=5000 "
            "--user-data-dir=" +
            folder.file("profile") + " --dump-dom file://" + frame + " 2>/dev/null");
  if (outcome.exit_code != 0) GTEST_SKIP() << browser << " does not run here";
  // As wide as the frame; buttons for all sets, for two sets and for the marks.
  EXPECT_THAT(outcome.out, HasSubstr("measured: 360 360 4"));
}

}  // namespace
}  // namespace nmt::report
