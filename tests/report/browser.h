#pragma once

#include <string>

#include "tests/options/program.h"
#include "tests/temporary_folder.h"

// Pages in a headless browser.

namespace nmt::report::testing {

/// The browser's name; empty when there is none.
inline std::string find_browser() {
  const std::string found =
      nmt::testing::shell(
          "command -v chromium || command -v chromium-browser || command -v google-chrome")
          .out;
  return found.substr(0, found.find('\n'));
}

/// A page as a browser shows it.
struct ShownPage {
  std::string text;     // empty when it cannot be shown
  std::string missing;  // why not
};

/// What the page is once a browser has shown it in a frame of a telephone's width (windows cannot
/// be that narrow) and run its scripts: it holds "measured: WIDTH FRAME BUTTONS", how wide the page
/// is, how wide the frame, and how many buttons its script made.
inline ShownPage show_on_telephone(std::string page) {
  const std::string browser = find_browser();
  if (browser.empty()) return {"", "there is no browser: install chromium to render the page"};
  const TemporaryFolder folder;
  page.insert(page.rfind("</body>"),
              "<script>parent.postMessage([document.documentElement.scrollWidth, innerWidth, "
              "document.querySelectorAll('button').length].join(' '), '*')</script>");
  folder.write("page.html", page);
  const std::string frame = folder.write(
      "frame.html",
      "<!DOCTYPE html><body><script>addEventListener('message', (event) => "
      "document.body.append('measured: ' + event.data))</script>"
      "<iframe src=\"page.html\" width=\"360\" height=\"800\" style=\"border:0\"></iframe>");
  const nmt::testing::Outcome outcome = nmt::testing::shell(
      "timeout 120 " + browser +
      " --headless --no-sandbox --disable-gpu --hide-scrollbars --virtual-time-budget=5000 "
      "--user-data-dir=" +
      folder.file("profile") + " --dump-dom file://" + frame + " 2>/dev/null");
  if (outcome.exit_code != 0) return {"", browser + " does not run here"};
  return {outcome.out, ""};
}

inline bool has_python() {
  return nmt::testing::shell("python3 -c '' 2>/dev/null").exit_code == 0;
}

/// What check_page.py finds wrong with a page.
inline std::string faults_of(const std::string& page) {
  const TemporaryFolder folder;
  return nmt::testing::shell("python3 '" NMT_SOURCE_DIR "/tests/report/check_page.py' 2>&1 < " +
                             folder.write("page.html", page))
      .out;
}

}  // namespace nmt::report::testing
