#include "data/testbed/labels.h"

#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "data/text_reader.h"
#include "nmt/support/error.h"
#include "nmt/support/parse_json.h"

namespace nmt::testbed {
namespace {

using Words = std::vector<icu::UnicodeString>;

/// Lower-cased words; everything but letters, digits and "…" separates.
Words words_of(const std::string& text) {
  const icu::UnicodeString lower =
      icu::UnicodeString::fromUTF8(text).toLower(icu::Locale::getRoot());
  Words words;
  icu::UnicodeString word;
  const auto finish = [&] {
    if (!word.isEmpty()) words.push_back(word);
    word.remove();
  };
  for (int32_t i = 0; i < lower.length(); i = lower.moveIndex32(i, 1)) {
    const UChar32 c = lower.char32At(i);
    if (u_isalnum(c)) {
      word.append(c);
    } else {
      finish();
      if (c == 0x2026) words.emplace_back(c);
    }
  }
  finish();
  return words;
}

/// Splits a pattern at "…" into runs of adjacent words.
std::vector<Words> runs_of(const std::string& pattern) {
  std::vector<Words> runs(1);
  for (const icu::UnicodeString& word : words_of(pattern)) {
    if (word == icu::UnicodeString(static_cast<UChar32>(0x2026))) {
      runs.emplace_back();
    } else {
      runs.back().push_back(word);
    }
  }
  return runs;
}

/// The index after the first place at or behind `from` where `run` stands; npos when there is none.
size_t find_run(const Words& words, const Words& run, size_t from) {
  for (size_t start = from; start + run.size() <= words.size(); ++start)
    if (std::equal(run.begin(), run.end(), words.begin() + static_cast<long>(start)))
      return start + run.size();
  return std::string::npos;
}

long occurrences(const Words& words, const std::string& pattern) {
  const std::vector<Words> runs = runs_of(pattern);
  long count = 0;
  for (size_t at = 0;; ++count) {
    for (const Words& run : runs) {
      at = run.empty() ? std::string::npos : find_run(words, run, at);
      if (at == std::string::npos) return count;
    }
  }
}

}  // namespace

Label make_label(long line, const std::string& phenomenon, const std::string& detail,
                 const std::string& correct, const std::vector<std::string>& wrong,
                 const std::string& reference) {
  Label label{line, phenomenon, detail, {correct}, {}, 1};
  const Words words = words_of(reference);
  label.count = std::max(1L, occurrences(words, correct));
  for (const std::string& text : wrong)
    if (occurrences(words, text) == 0) label.reject.push_back(text);
  return label;
}

Label make_language_label(long line, const std::vector<std::string>& lines, size_t own) {
  std::set<icu::UnicodeString> others;
  for (size_t i = 0; i < lines.size(); ++i)
    if (i != own)
      for (const icu::UnicodeString& word : words_of(lines[i])) others.insert(word);
  Label label{line, "language", "", {}, {}, 1};
  for (const icu::UnicodeString& word : words_of(lines[own])) {
    std::string utf8;
    word.toUTF8String(utf8);
    const bool known =
        std::find(label.accept.begin(), label.accept.end(), utf8) != label.accept.end();
    if (!known && others.count(word) == 0) label.accept.push_back(utf8);
  }
  return label;
}

std::string to_json(const Label& label) {
  nlohmann::ordered_json json;
  json["line"] = label.line;
  json["phenomenon"] = label.phenomenon;
  if (!label.detail.empty()) json["detail"] = label.detail;
  json["accept"] = label.accept;
  json["reject"] = label.reject;
  if (label.count != 1) json["count"] = label.count;
  return json.dump();
}

std::vector<Label> read_labels(const std::string& file) {
  constexpr const char* kRemedy =
      "Labels are the files *.labels.LANGUAGE.jsonl that `nmt testbed` writes.";
  LineReader reader(file);
  std::vector<Label> labels;
  while (const auto line = reader.next()) {
    const FilePosition place{file, static_cast<long>(reader.line())};
    try {
      const auto json = parse_json(line->text);
      Label label{json.at("line"),   json.at("phenomenon"), json.value("detail", ""),
                  json.at("accept"), json.at("reject"),     json.value("count", 1L)};
      if (label.line < 1) throw Error(place, text("there is no line ", label.line), kRemedy);
      labels.push_back(std::move(label));
    } catch (const nlohmann::json::exception& e) {
      throw Error(place, text("not a label: ", e.what()), kRemedy);
    }
  }
  if (labels.empty()) throw Error(FilePosition{file}, "there are no labels in it", kRemedy);
  return labels;
}

bool is_correct(const Label& label, const std::string& hypothesis) {
  const Words words = words_of(hypothesis);
  for (const std::string& wrong : label.reject)
    if (occurrences(words, wrong) > 0) return false;
  for (const std::string& right : label.accept)
    if (occurrences(words, right) >= label.count) return true;
  return false;
}

std::map<std::string, PhenomenonAccuracy> score_phenomena(
    const std::vector<Label>& labels, const std::vector<std::string>& hypotheses) {
  std::map<std::string, PhenomenonAccuracy> table;
  for (const Label& label : labels) {
    if (label.line < 1 || label.line > static_cast<long>(hypotheses.size()))
      throw Error(text("a label names line ", label.line, ", but there are ", hypotheses.size(),
                       " hypotheses"),
                  "Give one hypothesis per line of the flat test file, in its order.");
    const bool correct = is_correct(label, hypotheses[static_cast<size_t>(label.line - 1)]);
    const auto count = [&](const std::string& name) {
      PhenomenonAccuracy& entry = table[name];
      ++entry.total;
      entry.correct += correct ? 1 : 0;
    };
    count(label.phenomenon);
    if (label.phenomenon == "pronoun") count(label.phenomenon + ", " + label.detail);
  }
  return table;
}

}  // namespace nmt::testbed
