#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "nmt/report/charts.h"
#include "nmt/report/html_parts.h"
#include "nmt/report/html_text.h"
#include "nmt/report/run_sections.h"
#include "nmt/scoring/number_text.h"
#include "nmt/support/error.h"

namespace nmt::report {
namespace {

using scoring::fixed;

constexpr size_t kMostPoints = 400;  // a chart is about as many pixels wide
constexpr size_t kMostRows = 20;

/// What log lines hold besides the parts of the loss.
const std::set<std::string> kNoLoss = {"ppl",
                                       "lr",
                                       "gradient_norm",
                                       "epoch",
                                       "target_tokens_per_second",
                                       "mfu_percent",
                                       "memory_mib",
                                       "target_tokens",
                                       "skipped",
                                       "padding_percent",
                                       "seconds",
                                       "loss",
                                       "nll",
                                       "data_wait_percent"};

/// A line of a chart.
struct NamedCurve {
  std::string name;
  const Curve* curve = nullptr;  // null when the log does not have it
  bool validation = false;       // has markers, and a ring around the best
};

/// A chart and how its numbers are shown.
struct ChartPlan {
  std::string title, y_label;
  int decimals = 3;
  bool from_zero = false;
  double factor = 1;  // that the values are shown multiplied with
};

std::vector<Rule> restarts(const RunLog& log) {
  std::vector<Rule> rules;
  for (size_t i = 1; i < log.starts.size(); ++i) {
    const RunStart& start = log.starts[i];
    rules.push_back({static_cast<double>(start.update),
                     text("continued after update ", start.update, ", ", start.time)});
  }
  return rules;
}

/// The place of update `best` among `points`.
std::optional<size_t> find_update(const Curve& points, const std::optional<CurvePoint>& best) {
  if (!best) return std::nullopt;
  const auto found = std::find_if(points.begin(), points.end(), [&](const CurvePoint& point) {
    return point.update == best->update;
  });
  if (found == points.end()) return std::nullopt;
  return static_cast<size_t>(found - points.begin());
}

/// Nothing when the log has none of the curves. The point of the best validation is ringed.
std::string chart_of(const ChartPlan& plan, const std::vector<NamedCurve>& curves,
                     const std::vector<Rule>& rules,
                     const std::optional<CurvePoint>& best = std::nullopt) {
  LineChart chart{.label = plan.title,
                  .x_label = "updates",
                  .y_label = plan.y_label,
                  .rules = rules,
                  .from_zero = plan.from_zero};
  std::vector<std::string> names;
  for (const auto& [name, curve, validation] : curves) {
    if (curve == nullptr || curve->empty()) continue;
    const Curve points = thinned(*curve, kMostPoints);
    Series series{.style = names.size(), .plain = !validation};
    if (validation) series.best = find_update(points, best);
    for (size_t i = 0; i < points.size(); ++i) {
      const double value = plan.factor * points[i].value;
      series.points.push_back(
          {static_cast<double>(points[i].update), value,
           text(name, ", update ", points[i].update, ": ", fixed(value, plan.decimals),
                series.best == i ? " (best)" : "")});
    }
    names.push_back(name);
    chart.series.push_back(std::move(series));
  }
  if (chart.series.empty()) return "";
  return figure(plan.title, to_svg(chart), curves.size() > 1 ? names : std::vector<std::string>());
}

/// Whatever the criterion and methods add to the loss, each by itself: their sizes differ.
std::string part_charts(const RunLog& log, const std::vector<Rule>& rules) {
  std::string charts;
  for (const auto& [name, curve] : log.training) {
    if (!kNoLoss.contains(name))
      charts += chart_of({"Part of the loss: " + name, name}, {{name, &curve}}, rules);
  }
  return charts;
}

/// The highest gradient norm of each log line.
Curve highest_norms(const RunLog& log) {
  Curve curve;
  int64_t line = -1;
  for (const NotedUpdate& noted : log.worst) {
    if (noted.line_update != line) {
      curve.push_back({noted.update, noted.gradient_norm});
    } else if (noted.gradient_norm > curve.back().value) {
      curve.back() = {noted.update, noted.gradient_norm};
    }
    line = noted.line_update;
  }
  return curve;
}

std::string learning_charts(const RunLog& log, const std::string& metric) {
  const std::vector<Rule> rules = restarts(log);
  const std::optional<CurvePoint> best = best_validation(log, metric);
  const Curve highest = highest_norms(log);
  return chart_of({"Loss", "nats a token"},
                  {{"training", log.find_training("loss")},
                   {"validation", log.find_validation("loss"), true}},
                  rules, best) +
         chart_of({"Negative log-likelihood", "nats a token"},
                  {{"training", log.find_training("nll")},
                   {"validation", log.find_validation("nll"), true}},
                  rules, best) +
         chart_of({"Validation translations", "score", 2},
                  {{"BLEU", log.find_validation("bleu"), true},
                   {"chrF", log.find_validation("chrf"), true}},
                  rules, best) +
         part_charts(log, rules) +
         chart_of({.title = "Learning rate",
                   .y_label = "learning rate × 1000",
                   .from_zero = true,
                   .factor = 1000},
                  {{"learning rate × 1000", log.find_training("lr")}}, rules) +
         chart_of({.title = "Gradient norm", .y_label = "norm before clipping", .from_zero = true},
                  {{"mean", log.find_training("gradient_norm")}, {"highest", &highest}}, rules);
}

std::string cost_charts(const RunLog& log) {
  const std::vector<Rule> rules = restarts(log);
  const auto training_chart = [&](const char* title, const char* y_label, int decimals,
                                  const char* name) {
    return chart_of({.title = title, .y_label = y_label, .decimals = decimals, .from_zero = true},
                    {{title, log.find_training(name)}}, rules);
  };
  const Curve* const skipped = log.find_training("skipped");
  const bool any_skipped =
      skipped != nullptr && std::any_of(skipped->begin(), skipped->end(),
                                        [](const CurvePoint& p) { return p.value > 0; });
  return training_chart("Speed", "target tokens a second", 0, "target_tokens_per_second") +
         training_chart("Use of the processor", "% of its fastest products (MFU)", 1,
                        "mfu_percent") +
         training_chart("Waiting for data", "% of the time", 2, "data_wait_percent") +
         training_chart("Padding", "% of the positions", 1, "padding_percent") +
         training_chart("Memory", "MiB", 0, "memory_mib") +
         (any_skipped ? training_chart("Skipped updates", "in a log line", 0, "skipped") : "");
}

/// The value of a curve at an update; "–" where it has none.
std::string cell(const Curve* curve, int64_t update, int decimals) {
  if (curve == nullptr) return "–";
  const auto found = std::lower_bound(
      curve->begin(), curve->end(), update,
      [](const CurvePoint& point, int64_t wanted) { return point.update < wanted; });
  if (found == curve->end() || found->update != update) return "–";
  return decimals == 0 ? grouped(std::llround(found->value)) : fixed(found->value, decimals);
}

/// A column of a table of numbers: a curve, by the log's name.
struct Column {
  std::string heading, name;
  int decimals = 0;
};

/// Some lines of the log, spread over the run.
std::string numbers_table(const std::map<std::string, Curve>& curves, const std::string& guide,
                          const std::vector<Column>& columns,
                          const std::optional<CurvePoint>& best) {
  const auto found = curves.find(guide);
  if (found == curves.end()) return "";
  TextRows table{{"update"}, {}};
  for (const Column& column : columns) table.header.push_back(column.heading);
  for (const size_t i : spread(found->second.size(), kMostRows)) {
    const int64_t update = found->second[i].update;
    const bool is_best = best && best->update == update;
    auto& row = table.rows.emplace_back(
        std::vector<std::string>{grouped(update) + (is_best ? " (best)" : "")});
    for (const Column& column : columns) {
      const auto curve = curves.find(column.name);
      row.push_back(
          cell(curve == curves.end() ? nullptr : &curve->second, update, column.decimals));
    }
  }
  return html_table(table);
}

std::string numbers(const RunLog& log, const std::string& metric) {
  // Validations do not log their perplexity.
  std::map<std::string, Curve> validations = log.validation;
  if (const Curve* const nll = log.find_validation("nll")) {
    for (const CurvePoint& point : *nll)
      validations["ppl"].push_back({point.update, std::exp(std::min(50.0, point.value))});
  }
  const std::string validation = numbers_table(validations, "loss",
                                               {{"loss", "loss", 4},
                                                {"nll", "nll", 4},
                                                {"ppl", "ppl", 2},
                                                {"BLEU", "bleu", 2},
                                                {"chrF", "chrf", 2}},
                                               best_validation(log, metric));
  const std::string training = numbers_table(log.training, "loss",
                                             {{"epoch", "epoch", 0},
                                              {"loss", "loss", 4},
                                              {"nll", "nll", 4},
                                              {"ppl", "ppl", 2},
                                              {"learning rate", "lr", 6},
                                              {"gradient norm", "gradient_norm", 3},
                                              {"tokens/s", "target_tokens_per_second", 0},
                                              {"padding %", "padding_percent", 1}},
                                             std::nullopt);
  const auto folded = [](const char* title, const std::string& table) {
    return table.empty() ? ""
                         : "<details><summary>" + std::string(title) + "</summary>\n" + table +
                               "</details>\n";
  };
  return folded("Validations as numbers", validation) + folded("Training as numbers", training);
}

}  // namespace

std::vector<size_t> spread(size_t count, size_t most) {
  std::vector<size_t> chosen;
  const size_t number = std::min(count, most);
  for (size_t i = 0; i < number; ++i)
    chosen.push_back(number == 1 ? count - 1 : i * (count - 1) / (number - 1));
  return chosen;
}

Curve thinned(const Curve& curve, size_t most) {
  if (curve.size() <= most) return curve;
  const size_t stretch = (2 * curve.size() + most - 1) / most;
  const auto lower = [](const CurvePoint& a, const CurvePoint& b) { return a.value < b.value; };
  Curve kept = {curve.front()};
  for (size_t begin = 1; begin + 1 < curve.size(); begin += stretch) {
    const auto first = curve.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last =
        curve.begin() + static_cast<std::ptrdiff_t>(std::min(begin + stretch, curve.size() - 1));
    const auto [low, high] = std::minmax_element(first, last, lower);
    kept.push_back(*std::min(low, high));
    if (low != high) kept.push_back(*std::max(low, high));
  }
  kept.push_back(curve.back());
  return kept;
}

std::string curves_section(const RunLog& log, const std::string& metric) {
  if (log.training.empty())
    return "<section>\n<h2>Learning</h2>\n<p class=\"empty\">The log has no line yet: see "
           "train.log_every.</p>\n</section>\n";
  std::string html = "<section>\n<h2>Learning</h2>\n";
  if (log.validation.empty())
    html +=
        "<p class=\"empty\">The run was not validated (yet): see data.valid and "
        "valid.every.</p>\n";
  return html + "<div class=\"charts\">\n" + learning_charts(log, metric) + "</div>\n" +
         numbers(log, metric) + "</section>\n<section>\n<h2>Speed</h2>\n<div class=\"charts\">\n" +
         cost_charts(log) + "</div>\n</section>\n";
}

}  // namespace nmt::report
