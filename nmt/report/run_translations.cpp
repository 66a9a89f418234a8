#include "nmt/report/html_parts.h"
#include "nmt/report/html_text.h"
#include "nmt/report/run_sections.h"
#include "nmt/scoring/chrf.h"
#include "nmt/scoring/number_text.h"
#include "nmt/support/error.h"

namespace nmt::report {
namespace {

constexpr size_t kMostVersions = 12;

/// Validations one after the other that gave the same translation.
struct Stretch {
  int64_t first = 0, last = 0;  // updates
  std::string_view translation;
};

std::vector<Stretch> stretches(const SampleHistory& sample) {
  std::vector<Stretch> all;
  for (const SampleHistory::Version& version : sample.versions) {
    if (all.empty() || all.back().translation != version.translation)
      all.push_back({version.update, version.update, version.translation});
    all.back().last = version.update;
  }
  return all;
}

std::string updates_of(const Stretch& stretch) {
  if (stretch.first == stretch.last) return "update " + grouped(stretch.first);
  return "updates " + grouped(stretch.first) + " to " + grouped(stretch.last);
}

std::string version(const Stretch& stretch, const Stretch* before, const SampleHistory& sample) {
  const double score =
      scoring::Chrf()
          .corpus(std::vector{std::string(stretch.translation)}, std::vector{sample.reference})
          .value;
  const std::string html =
      before == nullptr
          ? marked({{stretch.translation, false}})
          : marked(find_word_difference(before->translation, stretch.translation).second);
  return text_entry(updates_of(stretch) + " · chrF2 " + scoring::fixed(score, 1), html);
}

std::string history(const SampleHistory& sample) {
  const std::vector<Stretch> all = stretches(sample);
  std::string html = "<article class=\"sentence\"><header>" + escape_html(sample.set) +
                     text(", sentence ", sample.sentence) + "</header>\n<dl class=\"texts\">\n" +
                     text_entry("Source", marked({{sample.source, false}})) +
                     text_entry("Reference", marked({{sample.reference, false}})) +
                     "</dl>\n<dl class=\"versions\">\n";
  const Stretch* before = nullptr;
  for (const size_t i : spread(all.size(), kMostVersions)) {
    html += version(all[i], before, sample);
    before = &all[i];
  }
  html += "</dl>\n";
  if (all.size() > kMostVersions)
    html += text("<p class=\"faint\">", kMostVersions, " of ", all.size(),
                 " different ones, spread over the run</p>\n");
  return html + "</article>\n";
}

std::string why_none(const RunLog& log) {
  if (log.validation.empty()) return "The run was not validated (yet).";
  if (log.find_validation("bleu") == nullptr)
    return "Validation only computes the loss here: it translates when valid.samples is above 0 "
           "or valid.metric is bleu or chrf.";
  return "The log holds none: valid.samples is 0, or an older nmt wrote it.";
}

}  // namespace

std::string translations_section(const RunLog& log) {
  std::string html = "<section>\n<h2>Translations over time</h2>\n";
  if (log.samples.empty())
    return html + "<p class=\"empty\">" + why_none(log) + "</p>\n</section>\n";
  html +=
      "<p class=\"faint\">Validation sentences, the same at each validation. Marked are the "
      "words that the translation before did not have.</p>\n";
  for (const SampleHistory& sample : log.samples) html += history(sample);
  return html + "</section>\n";
}

}  // namespace nmt::report
