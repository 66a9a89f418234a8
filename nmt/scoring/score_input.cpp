#include "nmt/scoring/score_input.h"

#include <algorithm>

#include "nmt/scoring/line_reader.h"
#include "nmt/scoring/unicode.h"
#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

constexpr int kWrongColumns = 17;

/// At most `most` parts between tabs, the last holding the rest; any number when `most` is below 1.
std::vector<std::string> split_tabs(const std::string& line, int most) {
  std::vector<std::string> fields;
  size_t start = 0;
  size_t tab = line.find('\t');
  while (tab != std::string::npos && (most < 1 || fields.size() + 1 < static_cast<size_t>(most))) {
    fields.push_back(line.substr(start, tab - start));
    start = tab + 1;
    tab = line.find('\t', start);
  }
  fields.push_back(line.substr(start));
  return fields;
}

/// str.rstrip() in place.
void trim_end(std::string& line) {
  line.resize(trim_right(line).size());
}

class InputReader {
 public:
  InputReader(const ParsedArguments& arguments, std::istream& in, const ScoreMessages& messages)
      : arguments_(arguments),
        in_(in),
        messages_(messages),
        encoding_(arguments.one("--encoding", "utf-8")),
        paired_(asks_for_paired_test(arguments)) {}

  ScoreInput read() const {
    ScoreInput input{read_references(), {}};
    input.systems = arguments_.has("--input") ? read_files() : read_standard_input();
    if (paired_ && !arguments_.has("--input")) {
      for (size_t i = 0; i < input.systems.size(); ++i)
        input.systems[i].name = i == 0 ? "Baseline" : text("System ", i);
    } else if (paired_ && !input.systems.empty()) {
      input.systems.front().name = "Baseline: " + input.systems.front().name;
    }
    return input;
  }

 private:
  std::vector<std::string> read_trimmed(const std::string& file) const {
    std::vector<std::string> lines = read_lines(file, encoding_);
    for (auto& line : lines) trim_end(line);
    return lines;
  }

  std::vector<std::vector<std::string>> read_references() const {
    const int columns = arguments_.integer("--num-refs", 1);
    std::vector<std::vector<std::string>> streams;
    if (columns == 1) {
      for (const auto& file : arguments_.positionals) streams.push_back(read_trimmed(file));
      return streams;
    }
    const auto lines = read_trimmed(arguments_.positionals.front());
    for (size_t i = 0; i < lines.size(); ++i) {
      const auto fields = split_tabs(lines[i], columns);
      if (static_cast<int64_t>(fields.size()) != columns) {
        messages_.fail({text("FATAL: line ", i + 1, ": expected ", columns, " fields, but found ",
                             fields.size(), ".")},
                       kWrongColumns);
      }
      streams.resize(fields.size());
      for (size_t column = 0; column < fields.size(); ++column)
        streams[column].push_back(fields[column]);
    }
    if (streams.empty()) streams.emplace_back();  // as many columns as one likes, without a line
    return streams;
  }

  std::vector<ScoredSystem> read_files() const {
    std::vector<ScoredSystem> systems;
    for (const std::string& file : arguments_.all("--input")) {
      const auto same = std::find_if(systems.begin(), systems.end(),
                                     [&file](const auto& each) { return each.name == file; });
      if (same == systems.end()) {
        systems.push_back({file, read_trimmed(file)});
      } else if (paired_ && same == systems.begin()) {
        messages_.info("Ignoring '" + file + "' as it was also given as the baseline.");
      } else {
        messages_.fail({"'" + file + "' already used to name a system.",
                        "Make sure to have a different basename for each system."});
      }
    }
    if (systems.empty())
      throw Error("there is no system to score", "Name its file behind -i, or leave -i out.");
    return systems;
  }

  /// A system for each column between tabs.
  std::vector<ScoredSystem> read_standard_input() const {
    const std::string decoded = decode_text(read_stream(in_), encoding_, "<stdin>");
    std::vector<std::string> lines = split_lines(decoded, LineEnds::kUniversal);
    if (lines.empty()) lines.emplace_back();  // nothing at all is one empty hypothesis
    std::vector<ScoredSystem> systems;
    for (auto& line : lines) {
      trim_end(line);
      std::vector<std::string> fields = split_tabs(line, 0);
      const bool first = systems.empty();
      if (first) systems.resize(fields.size());
      if (fields.size() != systems.size()) {
        messages_.fail(
            {"FATAL: the number of tab-delimited fields in the input stream differ across lines."},
            kWrongColumns);
      }
      for (size_t i = 0; i < fields.size(); ++i) {
        if (!first) trim_end(fields[i]);  // as sacreBLEU does, which leaves the first line alone
        systems[i].lines.push_back(std::move(fields[i]));
      }
    }
    for (size_t i = 0; i < systems.size(); ++i) systems[i].name = text("System ", i + 1);
    return systems;
  }

  const ParsedArguments& arguments_;
  std::istream& in_;
  const ScoreMessages& messages_;
  std::string encoding_;
  bool paired_;
};

}  // namespace

bool asks_for_paired_test(const ParsedArguments& arguments) {
  return arguments.has("--paired-bs") || arguments.has("--paired-ar");
}

ScoreInput read_score_input(const ParsedArguments& arguments, std::istream& in,
                            const ScoreMessages& messages) {
  return InputReader(arguments, in, messages).read();
}

}  // namespace nmt::scoring
