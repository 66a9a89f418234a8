#include "nmt/report/set_section.h"

#include "nmt/report/charts.h"
#include "nmt/report/html_parts.h"
#include "nmt/report/html_text.h"
#include "nmt/report/sentences.h"
#include "nmt/report/tables.h"
#include "nmt/scoring/buckets.h"
#include "nmt/scoring/chrf.h"
#include "nmt/scoring/number_text.h"
#include "nmt/scoring/words.h"
#include "nmt/support/error.h"

namespace nmt::report {
namespace {

using scoring::fixed;

constexpr size_t kMostSentences = 10;

/// Scores of one system, by segment.
using SentenceScores = std::vector<double>;

SentenceScores score_sentences(const scoring::Metric& metric, const TestSet& set, size_t system) {
  const scoring::Statistics statistics =
      metric.statistics(set.outputs[system], set.references, /*threads=*/0);
  SentenceScores scores;
  scores.reserve(statistics.rows());
  for (size_t i = 0; i < statistics.rows(); ++i) scores.push_back(metric.value(statistics.row(i)));
  return scores;
}

std::vector<scoring::BucketScore> score_lengths(const scoring::Metric& metric, const TestSet& set,
                                                size_t system) {
  std::vector<scoring::BucketSegment> segments;
  segments.reserve(set.references.size());
  for (size_t i = 0; i < set.references.size(); ++i) {
    const size_t words = scoring::split_words(set.references[i]).size();
    segments.push_back({words, scoring::split_words(set.outputs[system][i]).size(), words});
  }
  return score_buckets(metric, metric.statistics(set.outputs[system], set.references, 0), segments,
                       scoring::Buckets(0, {6, 11, 16, 21, 31, 41, 61}));
}

std::string length_chart(const ComparedSystems& compared, const TestSet& set,
                         const ComparisonOptions& options) {
  const auto metric = make_metric(options.metrics.front(), set, options);
  LineChart chart{.label = metric->name() + " by length of the reference",
                  .x_label = "words of the reference, below: number of sentences",
                  .y_label = metric->name()};
  for (size_t s = 0; s < compared.systems.size(); ++s) {
    Series& series = chart.series.emplace_back(Series{.style = s});
    const auto scores = score_lengths(*metric, set, s);
    for (size_t i = 0; i < scores.size(); ++i) {
      series.points.push_back(
          {static_cast<double>(i), scores[i].score,
           text(compared.systems[s].name, ", ", scores[i].name,
                " words: ", fixed(scores[i].score, 2), " (", scores[i].segments, " sentences)")});
      if (s > 0) continue;
      chart.categories.push_back(scores[i].name);
      chart.remarks.push_back(std::to_string(scores[i].segments));
    }
  }
  return figure(chart.label, to_svg(chart));
}

std::string histogram_figure(const std::string& baseline_name, const std::string& system_name,
                             const std::string& metric, const SentenceScores& baseline,
                             const SentenceScores& system) {
  const DifferenceHistogram histogram = count_differences(baseline, system);
  const std::string title = metric + " of sentences: " + system_name + " − " + baseline_name;
  std::string figure = "<figure><figcaption>" + escape_html(title) +
                       text("<small>", histogram.unchanged, " of ", baseline.size(),
                            " without a difference are not drawn</small></figcaption>\n");
  if (!histogram.counts.empty())
    figure += to_svg(histogram, title, "difference in " + metric + " points");
  return figure + "</figure>\n";
}

/// Two systems on a test set.
struct Pair {
  const ComparedSystems& compared;
  const TestSet& set;
  const std::string& metric;
  size_t system;  // the baseline is 0
  const SentenceScores& baseline_scores;
  const SentenceScores& scores;
};

std::string sentence(const Pair& pair, size_t i) {
  const WordDifference words =
      find_word_difference(pair.set.outputs[0][i], pair.set.outputs[pair.system][i]);
  const double before = pair.baseline_scores[i];
  const double after = pair.scores[i];
  std::string html = "<article class=\"sentence\"><header>" +
                     text("line ", i + 1, " · ", pair.metric, " ", fixed(before, 1), " → ",
                          fixed(after, 1), " (<span class=\"", after > before ? "better" : "worse",
                          "\">", signed_number(after - before, 1), "</span>)</header>\n") +
                     "<dl class=\"texts\">\n";
  if (!pair.set.sources.empty())
    html += text_entry("Source", marked({{pair.set.sources[i], false}}));
  return html + text_entry("Reference", marked({{pair.set.references[i], false}})) +
         text_entry(pair.compared.systems[0].name, marked(words.first)) +
         text_entry(pair.compared.systems[pair.system].name, marked(words.second)) +
         "</dl></article>\n";
}

std::string sentences(const Pair& pair, const std::string& kind,
                      const std::vector<size_t>& segments) {
  const std::string& name = pair.compared.systems[pair.system].name;
  std::string html = "<details><summary>" + kind + " by " + escape_html(name) +
                     text(": ", segments.size(), segments.size() == 1 ? " sentence" : " sentences",
                          "</summary>\n");
  for (const size_t i : segments) html += sentence(pair, i);
  return html + "</details>\n";
}

}  // namespace

std::string set_section(const ComparedSystems& compared, const TestSet& set,
                        const ComparisonOptions& options) {
  const scoring::Chrf metric;
  const std::string metric_name = metric.name();
  const SentenceScores baseline = score_sentences(metric, set, 0);
  std::string charts = length_chart(compared, set, options);
  std::string examples;
  for (size_t s = 1; s < compared.systems.size(); ++s) {
    const SentenceScores scores = score_sentences(metric, set, s);
    charts += histogram_figure(compared.systems[0].name, compared.systems[s].name, metric_name,
                               baseline, scores);
    const ExtremeSegments extremes = find_extremes(baseline, scores, kMostSentences);
    const Pair pair{compared, set, metric_name, s, baseline, scores};
    examples += sentences(pair, "Most improved", extremes.improved) +
                sentences(pair, "Most worsened", extremes.worsened);
  }
  return "<h3>Charts</h3>\n<div class=\"charts\">\n" + charts +
         "</div>\n<h3>Sentences that differ most, by " + metric_name +
         "</h3>\n<p class=\"faint\">Words that only one of the two outputs has are marked.</p>\n" +
         examples;
}

}  // namespace nmt::report
