#include <algorithm>
#include <set>

#include "nmt/report/html_parts.h"
#include "nmt/report/html_text.h"
#include "nmt/report/run_sections.h"
#include "nmt/scoring/number_text.h"
#include "nmt/support/error.h"

namespace nmt::report {
namespace {

using scoring::fixed;

constexpr size_t kMostUpdates = 8;  // of each kind
constexpr size_t kMostSkipped = 20;
constexpr size_t kMostSentences = 5;  // of an update
constexpr size_t kMostNumbers = 200;  // the same

double times(double value, double mean) {
  return value / std::max(mean, 1e-12);
}

double loss_ratio(const NotedUpdate& noted) {
  return times(noted.loss, noted.interval_loss);
}

double norm_ratio(const NotedUpdate& noted) {
  return times(noted.gradient_norm, noted.interval_gradient_norm);
}

std::string with_ratio(double value, double ratio) {
  return fixed(value, 3) + " (× " + fixed(ratio, 2) + ")";
}

std::string updates_table(const std::vector<NotedUpdate>& updates) {
  TextRows table{{"update", "loss", "gradient norm", "pairs"}, {}};
  for (const NotedUpdate& noted : updates) {
    table.rows.push_back({grouped(noted.update), with_ratio(noted.loss, loss_ratio(noted)),
                          with_ratio(noted.gradient_norm, norm_ratio(noted)),
                          grouped(noted.pair_count)});
  }
  return html_table(table);
}

std::string pair_numbers(const NotedUpdate& noted) {
  const size_t shown = std::min(kMostNumbers, noted.pairs.size());
  std::string numbers;
  for (size_t i = 0; i < shown; ++i) numbers += text(i == 0 ? "" : ", ", noted.pairs[i]);
  return static_cast<int64_t>(shown) < noted.pair_count ? numbers + " …" : numbers;
}

/// An update's sentences: the first as text where it is to be had, all by their numbers.
std::string sentences_of(const NotedUpdate& noted, const FindPair& find_pair) {
  std::string html = "<article class=\"sentence\"><header>update " + grouped(noted.update) + " · " +
                     text(noted.pair_count, noted.pair_count == 1 ? " pair" : " pairs") +
                     "</header>\n";
  for (size_t i = 0; i < std::min(kMostSentences, noted.pairs.size()); ++i) {
    const std::optional<TrainingPair> pair = find_pair(noted.pairs[i]);
    if (!pair) break;
    html += "<dl class=\"texts\">\n" +
            text_entry(text("Source ", noted.pairs[i]), marked({{pair->source, false}})) +
            text_entry(text("Target ", noted.pairs[i]), marked({{pair->target, false}})) +
            "</dl>\n";
  }
  return html + "<p class=\"faint\">Numbers of the pairs: " + pair_numbers(noted) +
         "</p>\n</article>\n";
}

std::string folded_sentences(const std::string& title, const std::vector<NotedUpdate>& updates,
                             const FindPair& find_pair) {
  std::string html = "<details><summary>" + title + "</summary>\n";
  for (const NotedUpdate& noted : updates) html += sentences_of(noted, find_pair);
  return html + "</details>\n";
}

std::string skipped_part(const std::vector<NotedUpdate>& skipped, const FindPair& find_pair) {
  if (skipped.empty()) return "<p>No update was skipped: every gradient was finite.</p>\n";
  const std::vector<NotedUpdate> shown(
      skipped.end() - static_cast<std::ptrdiff_t>(std::min(kMostSkipped, skipped.size())),
      skipped.end());
  std::string updates;
  for (const NotedUpdate& noted : shown)
    updates += (updates.empty() ? "" : ", ") + grouped(noted.update);
  return text("<p><span class=\"worse\">", skipped.size(),
              skipped.size() == 1 ? " update was" : " updates were",
              " skipped</span>, the gradient not being finite: ",
              skipped.size() > shown.size() ? "the last are " : "") +
         updates + ".</p>\n" + folded_sentences("Sentences of skipped updates", shown, find_pair);
}

std::string outstanding_part(const RunLog& log, const FindPair& find_pair) {
  if (log.worst.empty())
    return "<p class=\"empty\">The log does not name the worst batches: an older nmt wrote "
           "it.</p>\n";
  const std::vector<NotedUpdate> updates = outstanding_updates(log.worst, kMostUpdates);
  return "<p class=\"faint\">The updates whose loss, and then those whose gradient norm, is "
         "highest "
         "against the mean of their log line (×). The first line is left out.</p>\n" +
         updates_table(updates) +
         folded_sentences("Sentences of these updates", updates, find_pair) +
         notes({"Pairs are numbered from 0 through the training corpora as stored, one after the "
                "other, without what was dropped; of an instance of several sentences it is the "
                "first. Shown is the text that the pieces spell."},
               false);
}

}  // namespace

std::vector<NotedUpdate> outstanding_updates(const std::vector<NotedUpdate>& worst, size_t most) {
  std::vector<NotedUpdate> candidates;
  for (const NotedUpdate& noted : worst)
    if (noted.line_update != worst.front().line_update) candidates.push_back(noted);
  if (candidates.empty()) candidates = worst;
  std::vector<NotedUpdate> chosen;
  std::set<int64_t> known;
  for (const auto ratio : {loss_ratio, norm_ratio}) {
    std::stable_sort(candidates.begin(), candidates.end(),
                     [ratio](const auto& a, const auto& b) { return ratio(a) > ratio(b); });
    for (size_t i = 0; i < std::min(most, candidates.size()); ++i)
      if (known.insert(candidates[i].update).second) chosen.push_back(candidates[i]);
  }
  return chosen;
}

std::string batches_section(const RunLog& log, const FindPair& find_pair) {
  if (log.training.empty() && log.skipped.empty()) return "";
  return "<section>\n<h2>Batches to look at</h2>\n" + skipped_part(log.skipped, find_pair) +
         outstanding_part(log, find_pair) + "</section>\n";
}

}  // namespace nmt::report
