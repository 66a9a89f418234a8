#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nmt/report/sentences.h"

// Charts as inline SVG. A line's style is a number, of a compared system or of a line in a chart:
// its colour, which comes from the style sheet of the page, and its marker; from the eighth on it
// is dashed.

namespace nmt::report {

struct Point {
  double x = 0;
  double y = 0;
  std::string title;  ///< shown when the point is pointed at
};

struct Series {
  size_t style = 0;
  std::vector<Point> points;
  std::optional<size_t> best = {};  ///< the point that is ringed
  bool plain = false;               ///< without markers; points can still be pointed at
};

/// A vertical line across the chart.
struct Rule {
  double x = 0;
  std::string title;  ///< shown when it is pointed at
};

struct LineChart {
  std::string label;                    ///< for readers that do not see it
  std::string x_label;                  ///< with the unit
  std::string y_label;                  ///< the same
  std::vector<Series> series;           ///< with one point or more in all
  std::vector<std::string> categories;  ///< names of x = 0, 1, 2 …; empty: x is a number from 0
  std::vector<std::string> remarks;     ///< one below each category, or none
  std::vector<Rule> rules;              ///< where something happened
  bool from_zero = false;               ///< y begins at 0, whatever the lowest point
};

std::string to_svg(const LineChart& chart);

/// The chart as a file of its own, with its styles and a key: `systems` are the names by number.
std::string svg_file(const LineChart& chart, const std::vector<std::string>& systems);

/// Counts of sentences by difference, which `x_label` names.
std::string to_svg(const DifferenceHistogram& histogram, const std::string& label,
                   const std::string& x_label);

/// A short piece of a line, for keys.
std::string key_svg(size_t style);

/// Round numbers that cover [low, high], about `wanted` of them: 1, 2 or 5 times a power of ten
/// apart.
std::vector<double> round_ticks(double low, double high, int wanted);

}  // namespace nmt::report
