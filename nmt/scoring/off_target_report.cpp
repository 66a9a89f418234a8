#include "nmt/scoring/off_target_report.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <vector>

#include "nmt/scoring/aligned_columns.h"
#include "nmt/scoring/number_text.h"
#include "nmt/support/dump_json.h"
#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

using nlohmann::ordered_json;

constexpr std::array kVerdicts = {
    Verdict::kOnTarget, Verdict::kSourceLanguage, Verdict::kEnglish,   Verdict::kOtherLanguage,
    Verdict::kCopy,     Verdict::kShort,          Verdict::kUndecided, Verdict::kUnclearReference};

using Row = std::vector<std::string>;

std::string percent_cell(const std::optional<double>& percent) {
  return percent ? fixed(*percent, 1) + " %" : "-";
}

std::optional<double> mean_rate(std::span<const DirectionOffTarget> directions) {
  double sum = 0;
  size_t count = 0;
  for (const DirectionOffTarget& direction : directions) {
    if (const auto rate = direction.report.rate()) {
      sum += *rate;
      ++count;
    }
  }
  if (count == 0) return std::nullopt;
  return sum / static_cast<double>(count);
}

Row header() {
  return {"direction", "off target", "on target", "source",  "english",  "other",
          "copy",      "short",      "undecided", "unclear", "accuracy", "BLEU"};
}

constexpr const char* kLegend =
    "off target  percent of the judged lines: on target, or in one of the next four columns\n"
    "source      in the source language; english, other: in these; copy: most words are the "
    "source's\n"
    "short       too few words; undecided: the identifier cannot tell; unclear: it takes the "
    "reference\n"
    "            for another language. These lines are not judged\n"
    "accuracy    percent of the references identified as the target language\n"
    "BLEU        of the lines on target alone\n";

Row row(const DirectionOffTarget& direction) {
  const OffTargetReport& report = direction.report;
  Row cells = {direction.direction, percent_cell(report.rate())};
  for (const Verdict verdict : kVerdicts) cells.push_back(std::to_string(report.count(verdict)));
  cells.push_back(percent_cell(report.reference_accuracy()));
  cells.push_back(direction.on_target_score ? fixed(direction.on_target_score->value, 2) : "-");
  return cells;
}

/// "en 20, nl 3", the most frequent first.
std::string languages(const OffTargetReport& report) {
  std::vector<std::pair<std::string, size_t>> counts(report.wrong_languages().begin(),
                                                     report.wrong_languages().end());
  std::stable_sort(counts.begin(), counts.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string all;
  for (const auto& [language, count] : counts)
    all += text(all.empty() ? "" : ", ", language, " ", count);
  return all;
}

ordered_json optional_number(const std::optional<double>& number) {
  return number ? ordered_json(*number) : ordered_json(nullptr);
}

}  // namespace

std::string to_text(std::span<const DirectionOffTarget> directions, const std::string& identifier) {
  std::vector<Row> rows = {header()};
  for (const DirectionOffTarget& direction : directions) rows.push_back(row(direction));
  if (directions.size() > 1) rows.push_back({"mean", percent_cell(mean_rate(directions))});
  std::string all = aligned_columns(rows, 1);
  for (const DirectionOffTarget& direction : directions) {
    if (direction.report.off_target() > 0)
      all +=
          "wrong languages in " + direction.direction + ": " + languages(direction.report) + "\n";
  }
  all += kLegend;
  all += "identified by " + identifier + "\n";
  for (const DirectionOffTarget& direction : directions) {
    if (!direction.on_target_score) continue;
    all += "BLEU in " + direction.direction + ": " + direction.on_target_score->signature.text() +
           "\n";
  }
  return all;
}

std::string to_json(std::span<const DirectionOffTarget> directions, const std::string& identifier) {
  ordered_json all = {{"identifier", identifier},
                      {"mean_off_target", optional_number(mean_rate(directions))},
                      {"directions", ordered_json::array()}};
  for (const auto& [name, report, score] : directions) {
    ordered_json object = {{"direction", name},
                           {"lines", report.lines().size()},
                           {"judged", report.judged()},
                           {"off_target", optional_number(report.rate())}};
    for (const Verdict verdict : kVerdicts)
      object["counts"][to_string(verdict)] = report.count(verdict);
    object["wrong_languages"] = report.wrong_languages();
    object["reference_accuracy"] = optional_number(report.reference_accuracy());
    if (score) {
      object["on_target"] = {
          {"name", score->name}, {"score", score->value}, {"signature", score->signature.text()}};
    }
    all["directions"].push_back(std::move(object));
  }
  return dump_json(all, 1) + "\n";
}

std::string list_verdicts(const DirectionOffTarget& direction) {
  std::string all;
  const std::vector<LineVerdict>& lines = direction.report.lines();
  for (size_t i = 0; i < lines.size(); ++i) {
    all += text(direction.direction, '\t', i + 1, '\t', to_string(lines[i].verdict), '\t',
                lines[i].language, '\n');
  }
  return all;
}

}  // namespace nmt::scoring
