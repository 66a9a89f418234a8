#include "nmt/scoring/contrastive.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "nmt/scoring/line_reader.h"
#include "nmt/scoring/number_text.h"
#include "nmt/scoring/unicode.h"
#include "nmt/support/atomic_file.h"
#include "nmt/support/dump_json.h"
#include "nmt/support/error.h"
#include "nmt/support/parse_json.h"

namespace nmt::scoring {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

// What is reported, in this order.
constexpr const char* kPronouns = "pronouns";
constexpr const char* kDistance = "antecedent distance";
constexpr const char* kPlace = "antecedent";

constexpr const char* kFormat = "The file must be a list of items in the format of ContraPro.";

json read_json(const std::string& file) {
  const std::string bytes = read_file(file);
  try {
    return parse_json(bytes);
  } catch (const json::parse_error& error) {
    const size_t parsed = std::min(error.byte, bytes.size());
    const auto lines =
        std::count(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(parsed), '\n');
    throw Error(FilePosition{file, static_cast<long>(lines + 1)},
                text("this is not JSON: ", error.what()), kFormat);
  }
}

/// Converts one item; `where` names it in errors.
class ItemReader {
 public:
  ItemReader(const json& item, const std::string& file, size_t number)
      : item_(item), file_(file), number_(number) {}

  ContrastiveItem read() const {
    if (!item_.is_object()) fail("is not an object");
    const auto errors = item_.find("errors");
    if (errors == item_.end() || !errors->is_array() || errors->empty())
      fail("has no wrong translations: \"errors\" must be a list with an element for each");
    ContrastiveItem result;
    result.errors = errors->size();
    if (has("src pronoun") && has("ref pronoun")) {
      result.properties.emplace_back(kPronouns, to_lower(get<std::string>("src pronoun") + ":" +
                                                         get<std::string>("ref pronoun")));
    }
    if (has("ante distance")) result.properties.emplace_back(kDistance, distance());
    if (has("intrasegmental")) {
      result.properties.emplace_back(
          kPlace, get<bool>("intrasegmental") ? "in the same segment" : "in another segment");
    }
    return result;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(FilePosition{file_}, text("item ", number_, " ", what), kFormat);
  }

  /// Whether a value is there: ContraPro writes null where it does not know.
  bool has(const char* key) const {
    const auto found = item_.find(key);
    return found != item_.end() && !found->is_null();
  }

  template <class T>
  T get(const char* key) const {
    try {
      return item_.at(key).get<T>();
    } catch (const json::exception&) {
      fail(text("has a \"", key, "\" of the wrong type: ", item_.at(key).dump()));
    }
  }

  std::string distance() const {
    const auto sentences = get<int64_t>("ante distance");
    if (sentences < 0) fail(text("has a negative \"ante distance\": ", sentences));
    return sentences > 3 ? ">3" : std::to_string(sentences);
  }

  const json& item_;
  const std::string& file_;
  size_t number_;
};

/// The beginning of a line, as far as a message has room for it.
std::string excerpt(const std::string& line) {
  constexpr size_t kLongest = 40;  // code points
  std::string beginning;
  size_t position = 0;
  for (size_t i = 0; i < kLongest && position < line.size(); ++i) {
    const char32_t c = next_code_point(line, position);
    append_code_point(beginning, c < U' ' ? U'\uFFFD' : c);  // a NUL would end the message
  }
  return position < line.size() ? beginning + "…" : beginning;
}

/// Keeps groups sorted by property in the order in which ItemReader gives them, ">3" behind "3".
std::pair<size_t, std::string> group_order(const std::string& property, const std::string& value) {
  const std::vector<std::string> properties = {kPronouns, kDistance, kPlace};
  const auto place = std::find(properties.begin(), properties.end(), property);
  return {static_cast<size_t>(place - properties.begin()), value};
}

void count(ContrastiveAccuracy& accuracy, double reference, double best_error) {
  ++accuracy.total;
  if (reference > best_error) ++accuracy.correct;
  if (reference == best_error) ++accuracy.ties;
}

std::string row(const std::string& name, const ContrastiveAccuracy& accuracy) {
  constexpr size_t kColumn = 40;
  const std::string padding(kColumn - std::min(kColumn, to_code_points(name).size()), ' ');
  return text(name, padding, " ", fixed(accuracy.percent(), 1), " % (", accuracy.correct, " of ",
              accuracy.total, ")\n");
}

ordered_json to_object(const ContrastiveAccuracy& accuracy) {
  return {{"accuracy", accuracy.percent()},
          {"correct", accuracy.correct},
          {"ties", accuracy.ties},
          {"total", accuracy.total}};
}

}  // namespace

std::vector<ContrastiveItem> read_contrastive_items(const std::string& file) {
  const json list = read_json(file);
  if (!list.is_array() || list.empty())
    throw Error(FilePosition{file}, "there is no list of items", kFormat);
  std::vector<ContrastiveItem> items;
  items.reserve(list.size());
  for (const json& item : list) items.push_back(ItemReader(item, file, items.size() + 1).read());
  return items;
}

std::vector<double> read_numbers(const std::string& file) {
  std::vector<double> numbers;
  for (const std::string& line : read_lines(file)) {
    const std::string_view digits = trim(line);
    double number = 0;
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (result.ec != std::errc() || result.ptr != digits.data() + digits.size() ||
        std::isnan(number)) {
      throw Error(FilePosition{file, static_cast<long>(numbers.size() + 1)},
                  text("'", excerpt(line), "' is not a number"), "Give one score on each line.");
    }
    numbers.push_back(number);
  }
  return numbers;
}

ContrastiveReport score_contrastive(std::span<const ContrastiveItem> items,
                                    std::span<const double> scores) {
  size_t expected = 0;
  for (const ContrastiveItem& item : items) expected += 1 + item.errors;
  if (scores.size() != expected) {
    throw Error(text("there are ", scores.size(), " scores for ", expected, " translations of ",
                     items.size(), " items"),
                "Give one score for each item's reference and each of its errors, in this order.");
  }
  ContrastiveReport report;
  std::map<std::pair<size_t, std::string>, ContrastiveGroup> groups;
  size_t next = 0;
  for (const ContrastiveItem& item : items) {
    const double reference = scores[next];
    const auto errors = scores.subspan(next + 1, item.errors);
    const double best_error = *std::max_element(errors.begin(), errors.end());
    next += 1 + item.errors;
    count(report.all, reference, best_error);
    for (const auto& [property, value] : item.properties) {
      const auto place =
          groups.try_emplace(group_order(property, value), ContrastiveGroup{property, value, {}});
      count(place.first->second.accuracy, reference, best_error);
    }
  }
  for (auto& [order, group] : groups) report.groups.push_back(std::move(group));
  return report;
}

std::string to_text(const ContrastiveReport& report) {
  std::string all = row("contrastive accuracy", report.all);
  for (const ContrastiveGroup& group : report.groups)
    all += row("  " + group.property + " " + group.value, group.accuracy);
  return all + text("ties, counted as wrong: ", report.all.ties, "\n");
}

std::string to_json(const ContrastiveReport& report) {
  ordered_json all = to_object(report.all);
  all["groups"] = ordered_json::array();
  for (const ContrastiveGroup& group : report.groups) {
    ordered_json object = {{"property", group.property}, {"value", group.value}};
    object.update(to_object(group.accuracy));
    all["groups"].push_back(std::move(object));
  }
  return dump_json(all, 1) + "\n";
}

}  // namespace nmt::scoring
