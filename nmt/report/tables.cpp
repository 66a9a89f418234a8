#include "nmt/report/tables.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "nmt/scoring/aligned_columns.h"
#include "nmt/scoring/number_text.h"
#include "nmt/scoring/text_replacement.h"
#include "nmt/scoring/unicode.h"
#include "nmt/support/dump_json.h"
#include "nmt/support/error.h"

namespace nmt::report {
namespace {

using scoring::fixed;
using scoring::MetricOutcome;
using scoring::SystemOutcome;

constexpr int kDecimals = 2;

std::string or_dash(const std::optional<int64_t>& number) {
  return number ? grouped(*number) : "–";
}

std::string interval(const SystemOutcome& system) {
  const double mean = system.confidence->mean;
  const double half = system.confidence->half_width;
  return fixed(mean - half, kDecimals) + " – " + fixed(mean + half, kDecimals);
}

std::string difference(const MetricOutcome& metric, const SystemOutcome& system) {
  return signed_number(system.score - metric.systems.front().score, kDecimals);
}

std::string metric_heading(const MetricOutcome& metric) {
  return metric.name + (less_is_better(metric.name) ? " ↓" : " ↑");
}

std::string segments_heading(const SetComparison& set) {
  return text(set.set, " (", set.segments, set.segments == 1 ? " segment)" : " segments)");
}

/// With the columns flush, the first ones as many as `left` to the left, the others to the right.
std::string aligned(const TextRows& table, size_t left) {
  std::vector<std::vector<std::string>> rows = table.rows;
  rows.insert(rows.begin(), table.header);
  return scoring::aligned_columns(rows, left);
}

/// A row for each metric and system.
TextRows tall_rows(const SetComparison& set) {
  TextRows table{{"metric", "system", "score", "95 % interval", "difference", "p", ""}, {}};
  for (const MetricOutcome& metric : set.metrics) {
    for (const SystemOutcome& system : metric.systems) {
      const bool first = &system == &metric.systems.front();
      table.rows.push_back(
          {first ? metric_heading(metric) : "", system.name, fixed(system.score, kDecimals),
           interval(system), first ? "" : difference(metric, system),
           first ? "" : fixed(*system.p_value, 4), first ? "" : stars(*system.p_value)});
    }
    // Stars flush left, behind their p.
    size_t longest = 0;
    for (const auto& row : table.rows) longest = std::max(longest, row.back().size());
    for (auto& row : table.rows) row.back().resize(longest, ' ');
  }
  return table;
}

std::string markdown_cell(const std::string& words) {
  std::string escaped;
  for (const char c : words) {
    if (std::string_view("\\`*_{}[]<>#|").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string markdown_line(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) line += " " + cell + " |";
  return line + "\n";
}

/// `table` as Markdown; its cells are escaped already.
std::string markdown_table(const TextRows& table) {
  std::string all = markdown_line(table.header) + "| --- |";
  for (size_t i = 1; i < table.header.size(); ++i) all += " ---: |";
  all += "\n";
  for (const auto& row : table.rows) all += markdown_line(row);
  return all;
}

TextRows markdown_rows(const SetComparison& set) {
  TextRows table{{"system"}, {}};
  for (const SystemOutcome& system : set.metrics.front().systems)
    table.rows.push_back({markdown_cell(system.name)});
  for (const MetricOutcome& metric : set.metrics) {
    table.header.push_back(metric_heading(metric));
    for (size_t s = 0; s < metric.systems.size(); ++s) {
      const SystemOutcome& system = metric.systems[s];
      std::string cell =
          fixed(system.score, kDecimals) + " ± " + fixed(system.confidence->half_width, kDecimals);
      if (s > 0) {
        cell += text(" (", difference(metric, system), ", p = ", fixed(*system.p_value, 4), ")") +
                markdown_cell(stars(*system.p_value));
      }
      table.rows[s].push_back(std::move(cell));
    }
  }
  return table;
}

std::string latex_text(const std::string& words) {
  std::string escaped;
  for (const char c : words) {
    if (c == '\\') {
      escaped += "\\textbackslash{}";
    } else if (c == '~' || c == '^') {
      escaped += std::string("\\") + c + "{}";
    } else if (std::string_view("&%$#_{}").find(c) != std::string_view::npos) {
      escaped += std::string("\\") + c;
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string latex_cell(const SystemOutcome& system) {
  std::string cell = fixed(system.score, kDecimals) + " {\\footnotesize$\\pm$" +
                     fixed(system.confidence->half_width, kDecimals) + "}";
  const std::string marks = system.p_value ? stars(*system.p_value) : "";
  return marks.empty() ? cell : cell + "$^{" + marks + "}$";
}

nlohmann::ordered_json optional_number(const auto& number) {
  return number ? nlohmann::ordered_json(*number) : nlohmann::ordered_json();
}

nlohmann::ordered_json to_object(const ComparedSystem& system) {
  nlohmann::ordered_json object = {{"name", system.name}};
  if (!system.training) return object;
  const TrainingFacts& facts = *system.training;
  object["checkpoint"] = facts.checkpoint;
  object["parameters"] = optional_number(facts.parameters);
  object["updates"] = optional_number(facts.updates);
  object["target_tokens"] = optional_number(facts.target_tokens);
  object["target_tokens_per_second"] = optional_number(facts.tokens_per_second);
  return object;
}

nlohmann::ordered_json to_object(const MetricOutcome& metric) {
  nlohmann::ordered_json object = {{"name", metric.name},
                                   {"signature", metric.signature.text()},
                                   {"less_is_better", less_is_better(metric.name)},
                                   {"systems", nlohmann::ordered_json::array()}};
  for (const SystemOutcome& system : metric.systems) {
    nlohmann::ordered_json entry = {{"name", system.name},
                                    {"score", system.score},
                                    {"mean", system.confidence->mean},
                                    {"half_width", system.confidence->half_width}};
    if (system.p_value) {
      entry["difference"] = system.score - metric.systems.front().score;
      entry["p_value"] = *system.p_value;
    }
    object["systems"].push_back(std::move(entry));
  }
  return object;
}

}  // namespace

std::string grouped(int64_t number) {
  std::string digits = std::to_string(number);
  for (auto place = static_cast<std::ptrdiff_t>(digits.size()) - 3; place > 0; place -= 3)
    digits.insert(static_cast<size_t>(place), ",");
  return digits;
}

std::string signed_number(double value, int decimals) {
  const std::string digits = fixed(value, decimals);
  // What is rounded to zero has no sign.
  if (digits.find_first_of("123456789") == std::string::npos)
    return digits.starts_with('-') ? digits.substr(1) : digits;
  return value > 0 ? "+" + digits : digits;
}

TextRows training_rows(const ComparedSystems& compared) {
  TextRows table{
      {"system", "checkpoint", "parameters", "updates", "target tokens", "target tokens/s"}, {}};
  for (const ComparedSystem& system : compared.systems) {
    if (!system.training) continue;
    const TrainingFacts& facts = *system.training;
    table.rows.push_back(
        {system.name, facts.checkpoint, or_dash(facts.parameters), or_dash(facts.updates),
         or_dash(facts.target_tokens),
         facts.tokens_per_second ? grouped(std::llround(*facts.tokens_per_second)) : "–"});
  }
  return table;
}

std::vector<std::string> signature_lines(const Comparison& comparison) {
  std::vector<std::string> lines;
  for (const SetComparison& set : comparison.sets) {
    for (const MetricOutcome& metric : set.metrics) {
      std::string line = metric.name + " " + metric.signature.text();
      if (std::find(lines.begin(), lines.end(), line) == lines.end())
        lines.push_back(std::move(line));
    }
  }
  return lines;
}

std::string to_text(const Comparison& comparison, const ComparedSystems& compared) {
  std::string all;
  for (const SetComparison& set : comparison.sets)
    all += segments_heading(set) + "\n" + aligned(tall_rows(set), 2) + "\n";
  const TextRows training = training_rows(compared);
  if (!training.rows.empty()) all += "training\n" + aligned(training, 2) + "\n";
  for (const std::string& line : explanations(comparison, compared.systems.front().name))
    all += line + "\n";
  all += "\n";
  for (const std::string& line : signature_lines(comparison)) all += line + "\n";
  return all;
}

std::string to_markdown(const Comparison& comparison, const ComparedSystems& compared) {
  std::string all;
  for (const SetComparison& set : comparison.sets)
    all += "### " + markdown_cell(segments_heading(set)) + "\n\n" +
           markdown_table(markdown_rows(set)) + "\n";
  TextRows training = training_rows(compared);
  for (auto& row : training.rows)
    for (std::string& cell : row) cell = markdown_cell(cell);
  if (!training.rows.empty()) all += "### Training\n\n" + markdown_table(training) + "\n";
  for (const std::string& line : explanations(comparison, compared.systems.front().name))
    all += "- " + markdown_cell(line) + "\n";
  all += "\n";
  for (const std::string& line : signature_lines(comparison)) all += "- `" + line + "`\n";
  return all;
}

std::string to_latex(const Comparison& comparison, const ComparedSystems& compared) {
  std::string columns = "l";
  std::string sets;
  std::string rules;
  std::string metrics = "System";
  std::vector<std::string> rows;
  for (const ComparedSystem& system : compared.systems) rows.push_back(latex_text(system.name));
  size_t column = 2;
  for (const SetComparison& set : comparison.sets) {
    const size_t width = set.metrics.size();
    columns += std::string(width, 'r');
    sets += text(" & \\multicolumn{", width, "}{c}{", latex_text(set.set), "}");
    rules += text("\\cmidrule(lr){", column, "-", column + width - 1, "}");
    column += width;
    for (const MetricOutcome& metric : set.metrics) {
      metrics +=
          " & " + metric.name + (less_is_better(metric.name) ? "$\\downarrow$" : "$\\uparrow$");
      for (size_t s = 0; s < rows.size(); ++s) rows[s] += " & " + latex_cell(metric.systems[s]);
    }
  }
  std::string all;
  for (const std::string& line : explanations(comparison, compared.systems.front().name))
    all += "% " + line + "\n";
  for (const std::string& line : signature_lines(comparison)) all += "% " + line + "\n";
  all += "\\begin{tabular}{" + columns + "}\n\\toprule\n" + sets + " \\\\\n" + rules + "\n" +
         metrics + " \\\\\n\\midrule\n";
  for (const std::string& row : rows) all += row + " \\\\\n";
  return all + "\\bottomrule\n\\end{tabular}\n";
}

std::string to_json(const Comparison& comparison, const ComparedSystems& compared) {
  nlohmann::ordered_json all = {
      {"test", comparison.test == scoring::PairedTest::kBootstrap ? "bs" : "ar"},
      {"samples", comparison.samples},
      {"p_values", "two-sided"},
      {"systems", nlohmann::ordered_json::array()},
      {"sets", nlohmann::ordered_json::array()}};
  for (const ComparedSystem& system : compared.systems) all["systems"].push_back(to_object(system));
  for (const SetComparison& set : comparison.sets) {
    nlohmann::ordered_json object = {{"name", set.set}, {"segments", set.segments}};
    for (const MetricOutcome& metric : set.metrics) object["metrics"].push_back(to_object(metric));
    all["sets"].push_back(std::move(object));
  }
  return dump_json(all, 1) + "\n";
}

}  // namespace nmt::report
