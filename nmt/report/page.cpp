#include "nmt/report/page.h"

#include "nmt/report/charts.h"
#include "nmt/report/html_parts.h"
#include "nmt/report/html_text.h"
#include "nmt/report/set_section.h"
#include "nmt/report/tables.h"
#include "nmt/scoring/number_text.h"
#include "nmt/support/error.h"

namespace nmt::report {
namespace {

using scoring::fixed;
using scoring::MetricOutcome;
using scoring::SystemOutcome;

std::string key(const ComparedSystems& compared) {
  std::vector<std::string> names;
  for (const ComparedSystem& system : compared.systems) names.push_back(system.name);
  return html_key(names);
}

/// A difference in the colour of what it is; without one when it shows as zero.
std::string coloured_difference(const MetricOutcome& metric, const SystemOutcome& system) {
  const double difference = system.score - metric.systems.front().score;
  const std::string shown = signed_number(difference, 2);
  std::string marked = shown + stars(*system.p_value);
  if (!shown.starts_with('+') && !shown.starts_with('-')) return marked;
  const bool better = less_is_better(metric.name) ? difference < 0 : difference > 0;
  return std::string("<span class=\"") + (better ? "better" : "worse") + "\">" + marked + "</span>";
}

std::string score_cell(const MetricOutcome& metric, const SystemOutcome& system) {
  std::string cell =
      "<td>" + fixed(system.score, 2) + " <small>± " + fixed(system.confidence->half_width, 2);
  if (system.p_value) {
    cell += "<br>" + coloured_difference(metric, system) + " p = " + fixed(*system.p_value, 4);
  }
  return cell + "</small></td>";
}

std::string score_table(const SetComparison& set) {
  std::string all =
      "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">system</th>";
  for (const MetricOutcome& metric : set.metrics) {
    all += "<th scope=\"col\">" + escape_html(metric.name) +
           (less_is_better(metric.name) ? " ↓" : " ↑") + "</th>";
  }
  all += "</tr></thead>\n<tbody>\n";
  for (size_t s = 0; s < set.metrics.front().systems.size(); ++s) {
    all += "<tr><th scope=\"row\">" + escape_html(set.metrics.front().systems[s].name) + "</th>";
    for (const MetricOutcome& metric : set.metrics) all += score_cell(metric, metric.systems[s]);
    all += "</tr>\n";
  }
  return all + "</tbody></table></div>\n";
}

/// A chart of one curve of each run; nothing when no run has it.
std::string training_chart(const ComparedSystems& compared, Curve TrainingFacts::*curve,
                           const std::string& title, const std::string& y_label) {
  LineChart chart{.label = title, .x_label = "updates", .y_label = y_label};
  for (size_t s = 0; s < compared.systems.size(); ++s) {
    const ComparedSystem& system = compared.systems[s];
    if (!system.training || (*system.training.*curve).empty()) continue;
    Series& series = chart.series.emplace_back(Series{.style = s});
    for (const CurvePoint& point : *system.training.*curve) {
      series.points.push_back(
          {static_cast<double>(point.update), point.value,
           text(system.name, ", update ", point.update, ": ", fixed(point.value, 3))});
    }
  }
  if (chart.series.empty()) return "";
  return figure(title, to_svg(chart));
}

std::string training_section(const ComparedSystems& compared) {
  const TextRows table = training_rows(compared);
  if (table.rows.empty()) return "";
  return "<section>\n<h2>Training</h2>\n" + html_table(table) + "<div class=\"charts\">\n" +
         training_chart(compared, &TrainingFacts::validation_bleu, "Validation BLEU", "BLEU") +
         training_chart(compared, &TrainingFacts::validation_loss, "Validation loss",
                        "nats a token") +
         "</div>\n</section>\n";
}

std::string title_of(const ComparedSystems& compared) {
  std::string title = compared.systems.front().name;
  for (size_t i = 1; i < compared.systems.size(); ++i)
    title += (i == 1 ? " against " : ", ") + compared.systems[i].name;
  return title;
}

}  // namespace

std::string to_page(const Comparison& comparison, const ComparedSystems& compared,
                    const ComparisonOptions& options) {
  const std::string title = title_of(compared);
  std::string body = "<h1>" + escape_html(title) + "</h1>\n" + key(compared) +
                     "<div class=\"controls\" id=\"controls\"></div>\n<main>\n";
  for (size_t i = 0; i < comparison.sets.size(); ++i) {
    const SetComparison& set = comparison.sets[i];
    body += "<section data-set=\"" + escape_html(set.set) + "\">\n<h2>" + escape_html(set.set) +
            text(" <small>", set.segments, " segments</small></h2>\n") + score_table(set) +
            set_section(compared, compared.sets[i], options) + "</section>\n";
  }
  body += training_section(compared) + "</main>\n<h2>How to read the numbers</h2>\n" +
          notes(explanations(comparison, compared.systems.front().name), false) +
          "<h3>Signatures</h3>\n" + notes(signature_lines(comparison), true);
  return fill_frame(title, body);
}

}  // namespace nmt::report
