#include "nmt/report/charts.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nmt/report/html_text.h"
#include "nmt/report/page_parts.h"
#include "nmt/scoring/number_text.h"
#include "nmt/support/error.h"

namespace nmt::report {
namespace {

using scoring::fixed;

constexpr size_t kColours = 7;
constexpr size_t kMostMarkers = 40;

// The drawing in its own units, which are about pixels.
constexpr double kWidth = 420;
constexpr double kHeight = 284;
constexpr double kLeft = 58;
constexpr double kRight = 14;
constexpr double kTop = 14;
constexpr double kBottom = 62;  // three lines: ticks, remarks, label

struct Scale {
  double low = 0;
  double high = 1;
  double begin = 0;  // where `low` is drawn
  double end = 1;

  double operator()(double value) const {
    return begin + (value - low) / (high - low) * (end - begin);
  }
};

std::string coordinate(double value) {
  return fixed(value, 1);
}

/// As few decimals as tell ticks apart; 20000 becomes 20k.
std::string tick_text(double value, double step) {
  if (step >= 1000) {
    const bool whole = std::fmod(step, 1000.0) == 0;
    return value == 0 ? "0" : fixed(value / 1000, whole ? 0 : 1) + "k";
  }
  const int decimals = step >= 1 ? 0 : static_cast<int>(std::ceil(-std::log10(step) - 1e-9));
  return fixed(value, decimals);
}

std::string line(double x1, double y1, double x2, double y2, const char* kind) {
  return "<line class=\"" + std::string(kind) + "\" x1=\"" + coordinate(x1) + "\" y1=\"" +
         coordinate(y1) + "\" x2=\"" + coordinate(x2) + "\" y2=\"" + coordinate(y2) + "\"/>";
}

std::string label(double x, double y, const std::string& anchor, const std::string& words) {
  return "<text x=\"" + coordinate(x) + "\" y=\"" + coordinate(y) + "\" text-anchor=\"" + anchor +
         "\">" + escape_html(words) + "</text>";
}

std::string open_svg(const std::string& words) {
  return "<svg class=\"chart\" viewBox=\"0 0 " + fixed(kWidth, 0) + " " + fixed(kHeight, 0) +
         "\" role=\"img\" aria-label=\"" + escape_html(words) + "\">\n";
}

std::string axis_labels(const std::string& x_label, const std::string& y_label) {
  const double middle = (kTop + kHeight - kBottom) / 2;
  return label((kLeft + kWidth - kRight) / 2, kHeight - 8, "middle", x_label) +
         "<text transform=\"translate(14 " + coordinate(middle) +
         ") rotate(-90)\" text-anchor=\"middle\">" + escape_html(y_label) + "</text>\n";
}

/// The scale of the y axis with its grid.
Scale y_scale(double low, double high, std::string& svg) {
  const std::vector<double> ticks = round_ticks(low, high, 5);
  const Scale scale{ticks.front(), ticks.back(), kHeight - kBottom, kTop};
  for (const double tick : ticks) {
    svg += line(kLeft, scale(tick), kWidth - kRight, scale(tick), "grid") +
           label(kLeft - 7, scale(tick) + 4.5, "end", tick_text(tick, ticks[1] - ticks[0])) + "\n";
  }
  return scale;
}

std::string style_of(size_t style) {
  const std::string dash = style < kColours ? ""
                                            : "\" stroke-dasharray=\"" +
                                                  std::to_string(2 + 3 * (style / kColours)) + " 3";
  return "s" + std::to_string(style % kColours) + dash;
}

/// A circle, square, triangle or diamond.
std::string marker(double x, double y, size_t style) {
  const auto polygon = [&](std::initializer_list<std::pair<double, double>> corners) {
    std::string points;
    for (const auto& [dx, dy] : corners)
      points += (points.empty() ? "" : " ") + coordinate(x + dx) + "," + coordinate(y + dy);
    return "polygon points=\"" + points + "\"";
  };
  switch (style % 4) {
    case 0:
      return "circle cx=\"" + coordinate(x) + "\" cy=\"" + coordinate(y) + "\" r=\"4\"";
    case 1:
      return polygon({{-3.7, -3.7}, {3.7, -3.7}, {3.7, 3.7}, {-3.7, 3.7}});
    case 2:
      return polygon({{0, -4.8}, {4.6, 3.6}, {-4.6, 3.6}});
    default:
      return polygon({{0, -5.2}, {5.2, 0}, {0, 5.2}, {-5.2, 0}});
  }
}

/// `kind`: "point", or "point quiet" for one that is only seen when it is pointed at.
std::string marked_point(double x, double y, size_t style, const std::string& kind,
                         const std::string& title) {
  const std::string shape = marker(x, y, style);
  return "<" + shape + " class=\"" + kind + " s" + std::to_string(style % kColours) + "\"><title>" +
         escape_html(title) + "</title></" + shape.substr(0, shape.find(' ')) + ">";
}

std::string ring(double x, double y, size_t style, const std::string& title) {
  return "<circle class=\"best s" + std::to_string(style % kColours) + "\" cx=\"" + coordinate(x) +
         "\" cy=\"" + coordinate(y) + "\" r=\"9\"><title>" + escape_html(title) +
         "</title></circle>";
}

std::string draw(const Series& series, const Scale& x, const Scale& y) {
  // Of many points some can still be pointed at, and none is drawn.
  const size_t stride = (series.points.size() + kMostMarkers - 1) / kMostMarkers;
  const std::string kind = series.plain || stride > 1 ? "point quiet" : "point";
  std::string points;
  std::string markers;
  for (size_t i = 0; i < series.points.size(); ++i) {
    const auto& [point_x, point_y, title] = series.points[i];
    points += (points.empty() ? "" : " ") + coordinate(x(point_x)) + "," + coordinate(y(point_y));
    if (i == series.best) markers += ring(x(point_x), y(point_y), series.style, title);
    if (i % stride == 0) markers += marked_point(x(point_x), y(point_y), series.style, kind, title);
  }
  return "<polyline class=\"line " + style_of(series.style) + "\" points=\"" + points + "\"/>" +
         markers + "\n";
}

/// The scale of the x axis with its ticks.
Scale x_scale(const LineChart& chart, double highest, std::string& svg) {
  const double floor = kHeight - kBottom;
  svg += line(kLeft, floor, kWidth - kRight, floor, "axis");
  if (!chart.categories.empty()) {
    const Scale scale{-0.5, static_cast<double>(chart.categories.size()) - 0.5, kLeft,
                      kWidth - kRight};
    for (size_t i = 0; i < chart.categories.size(); ++i)
      svg += label(scale(static_cast<double>(i)), floor + 18, "middle", chart.categories[i]);
    for (size_t i = 0; i < chart.remarks.size(); ++i)
      svg += label(scale(static_cast<double>(i)), floor + 34, "middle", chart.remarks[i]);
    svg += "\n";
    return scale;
  }
  const std::vector<double> ticks = round_ticks(0, highest, 5);
  const Scale scale{0, std::max(highest, ticks[1]), kLeft, kWidth - kRight - 10};
  for (const double tick : ticks) {
    if (tick > scale.high * 1.001) break;
    svg += line(scale(tick), floor, scale(tick), floor + 4, "axis") +
           label(scale(tick), floor + 18, "middle", tick_text(tick, ticks[1] - ticks[0]));
  }
  svg += "\n";
  return scale;
}

}  // namespace

std::vector<double> round_ticks(double low, double high, int wanted) {
  if (!(high > low)) {
    low -= 0.5;
    high += 0.5;
  }
  const double rough = (high - low) / wanted;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough * (1 - 1e-9)) {
      step = factor * power;
      break;
    }
  }
  const auto first = static_cast<int64_t>(std::floor(low / step + 1e-9));
  const auto last = static_cast<int64_t>(std::ceil(high / step - 1e-9));
  std::vector<double> ticks;
  for (int64_t i = first; i <= last; ++i) ticks.push_back(static_cast<double>(i) * step);
  return ticks;
}

std::string to_svg(const LineChart& chart) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  double highest_x = 0;
  for (const Series& series : chart.series) {
    for (const Point& point : series.points) {
      low = std::min(low, point.y);
      high = std::max(high, point.y);
      highest_x = std::max(highest_x, point.x);
    }
  }
  if (chart.from_zero) low = 0, high = std::max(high, 1e-9);
  std::string svg = open_svg(chart.label);
  const Scale y = y_scale(low, high, svg);
  const Scale x = x_scale(chart, highest_x, svg);
  svg += axis_labels(chart.x_label, chart.y_label);
  for (const Rule& rule : chart.rules) {
    svg += "<g class=\"rule\">" + line(x(rule.x), kTop, x(rule.x), kHeight - kBottom, "rule") +
           "<title>" + escape_html(rule.title) + "</title></g>\n";
  }
  for (const Series& series : chart.series) svg += draw(series, x, y);
  return svg + "</svg>\n";
}

std::string svg_file(const LineChart& chart, const std::vector<std::string>& systems) {
  constexpr double kKeyLine = 20;
  const double height = kHeight + kKeyLine * static_cast<double>(systems.size()) + 8;
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" viewBox=\"0 0 " +
                    fixed(kWidth, 0) + " " + fixed(height, 0) + "\">\n<style>" + kPageStyle +
                    "</style>\n<rect width=\"100%\" height=\"100%\" fill=\"var(--ground)\"/>\n" +
                    "<svg height=\"" + fixed(kHeight, 0) + "\" width=\"" + fixed(kWidth, 0) +
                    "\">\n" + to_svg(chart) + "</svg>\n";
  for (size_t system = 0; system < systems.size(); ++system) {
    const double y = kHeight + kKeyLine * static_cast<double>(system);
    svg += "<svg x=\"" + coordinate(kLeft) + "\" y=\"" + coordinate(y) +
           "\" width=\"28\" height=\"14\">" + key_svg(system) + "</svg>" +
           label(kLeft + 36, y + 11, "start", systems[system]) + "\n";
  }
  return svg + "</svg>\n";
}

std::string to_svg(const DifferenceHistogram& histogram, const std::string& words,
                   const std::string& x_label) {
  const auto bound = [&](size_t i) {
    return histogram.first_bound + static_cast<double>(i) * histogram.bin_width;
  };
  const double last = bound(histogram.counts.size());
  const size_t most = *std::max_element(histogram.counts.begin(), histogram.counts.end());
  std::string svg = open_svg(words);
  const Scale y = y_scale(0, static_cast<double>(most), svg);
  const Scale x{histogram.first_bound, last, kLeft, kWidth - kRight};
  const double floor = kHeight - kBottom;
  for (size_t i = 0; i < histogram.counts.size(); ++i) {
    const double top = y(static_cast<double>(histogram.counts[i]));
    const std::string title =
        text(tick_text(bound(i), histogram.bin_width), " to ",
             tick_text(bound(i + 1), histogram.bin_width), ": ", histogram.counts[i], " sentences");
    svg += std::string("<rect class=\"bar ") + (bound(i) < -1e-9 ? "worse" : "better") + "\" x=\"" +
           coordinate(x(bound(i))) + "\" y=\"" + coordinate(top) + "\" width=\"" +
           coordinate(x(bound(i + 1)) - x(bound(i))) + "\" height=\"" + coordinate(floor - top) +
           "\"><title>" + escape_html(title) + "</title></rect>";
  }
  svg += "\n" + line(kLeft, floor, kWidth - kRight, floor, "axis");
  for (const double tick : round_ticks(histogram.first_bound, last, 6)) {
    if (tick < histogram.first_bound - 1e-9 || tick > last + 1e-9) continue;
    svg += line(x(tick), floor, x(tick), floor + 4, "axis") +
           label(x(tick), floor + 18, "middle", tick_text(tick, histogram.bin_width));
  }
  svg += line(x(0), kTop, x(0), floor, "axis") + "\n";
  return svg + axis_labels(x_label, "sentences") + "</svg>\n";
}

std::string key_svg(size_t style) {
  return "<svg viewBox=\"0 0 28 14\" aria-hidden=\"true\"><line class=\"line " + style_of(style) +
         "\" x1=\"0\" y1=\"7\" x2=\"28\" y2=\"7\"/>" + "<" + marker(14, 7, style) +
         " class=\"point s" + std::to_string(style % kColours) + "\"/></svg>";
}

}  // namespace nmt::report
