#include "nmt/report/run_page.h"

#include "nmt/report/html_parts.h"
#include "nmt/report/html_text.h"
#include "nmt/report/run_sections.h"

namespace nmt::report {
namespace {

std::string facts_list(const char* kind, const std::vector<Fact>& facts) {
  std::string html = "<dl class=\"" + std::string(kind) + "\">\n";
  for (const Fact& fact : facts) {
    html += "<div><dt>" + escape_html(fact.name) + "</dt><dd>" + escape_html(fact.value) +
            "</dd></div>\n";
  }
  return html + "</dl>\n";
}

std::vector<std::string> explanations(const RunLog& log) {
  std::vector<std::string> lines = {
      "Each point of training is the mean of the updates since the log line before it, or since "
      "the run was continued. Loss is the criterion's, with label smoothing and all added parts; "
      "negative log-likelihood is without. Both are in nats a target token.",
      "Validation uses the moving average of the weights where the run keeps one, and no dropout: "
      "its loss may be below that of training.",
      "BLEU and chrF are of the raw text, as nmt evaluate computes them, by the search of "
      "validation (valid.beam, valid.max_lines); of several sets the mean.",
      "Tokens are target tokens, end of sentence counted and padding not; time is that of "
      "training, "
      "without validation and saving."};
  if (log.starts.size() > 1) {
    lines.emplace_back(
        "Dashed vertical lines: another process continued the run there. What the one before had "
        "done since its last checkpoint was done again, with the same result.");
  }
  return lines;
}

// Logs of older programs have none.
std::string signatures(const RunLog& log) {
  return log.signatures.empty() ? "" : "<h3>Signatures</h3>\n" + notes(log.signatures, true);
}

}  // namespace

std::optional<CurvePoint> best_validation(const RunLog& log, const std::string& metric) {
  const Curve* const curve = log.find_validation(metric);
  if (curve == nullptr) return std::nullopt;
  const double sign = metric == "loss" ? -1 : 1;
  std::optional<CurvePoint> best;
  for (const CurvePoint& point : *curve)
    if (!best || sign * point.value > sign * best->value) best = point;
  return best;
}

std::string to_page(const RunFacts& facts, const RunLog& log, const FindPair& find_pair) {
  return fill_frame(facts.name, "<h1>" + escape_html(facts.name) + "</h1>\n" +
                                    facts_list("tiles", facts.summary) +
                                    facts_list("facts", facts.details) +
                                    "<div class=\"controls\" id=\"controls\"></div>\n<main>\n" +
                                    curves_section(log, facts.metric) + translations_section(log) +
                                    batches_section(log, find_pair) +
                                    "</main>\n<h2>How to read the numbers</h2>\n" +
                                    notes(explanations(log), false) + signatures(log));
}

}  // namespace nmt::report
