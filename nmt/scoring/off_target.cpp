#include "nmt/scoring/off_target.h"

#include <array>
#include <unordered_map>

#include "nmt/scoring/unicode.h"
#include "nmt/scoring/words.h"
#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

constexpr std::array kOffTarget = {Verdict::kCopy, Verdict::kSourceLanguage, Verdict::kEnglish,
                                   Verdict::kOtherLanguage};

/// The share of the words of `hypothesis` that `source` has too, without case.
double copied_share(const std::string& hypothesis, const std::string& source) {
  const std::string lower_source = to_lower(source);
  const std::string lower_hypothesis = to_lower(hypothesis);
  std::unordered_map<std::string_view, size_t> left;
  for (const std::string_view word : split_words(lower_source)) ++left[word];
  size_t copied = 0;
  const auto words = split_words(lower_hypothesis);
  for (const std::string_view word : words) {
    const auto found = left.find(word);
    if (found == left.end() || found->second == 0) continue;
    --found->second;
    ++copied;
  }
  return words.empty() ? 0 : static_cast<double>(copied) / static_cast<double>(words.size());
}

void check(const TranslatedSet& set, const LanguageIdentifier& identifier) {
  const size_t lines = set.hypotheses.size();
  if (lines == 0) throw Error("there are no translations to identify");
  const auto check_side = [lines](const auto& side, const std::string& name) {
    if (!side || side->size() == lines) return;
    throw Error(text("there are ", lines, " translations for ", side->size(), " ", name),
                "Give one line of each for every translation.");
  };
  check_side(set.references, "references");
  check_side(set.sources, "sources");
  for (const std::string& language : {set.target_language, set.source_language}) {
    if (identifier.knows(language)) continue;
    throw Error(text(identifier.name(), " does not know the language '", language, "'"),
                "Use its code for the language, mostly of two letters (de), or another model.");
  }
}

class Judge {
 public:
  Judge(const TranslatedSet& set, const LanguageIdentifier& identifier,
        const OffTargetOptions& options)
      : set_(set),
        identifier_(identifier),
        options_(options),
        source_(normal_language(set.source_language)),
        target_(normal_language(set.target_language)) {}

  OffTargetReport run() {
    std::vector<LineVerdict> lines;
    lines.reserve(set_.hypotheses.size());
    for (size_t i = 0; i < set_.hypotheses.size(); ++i) {
      if (set_.references && is_unclear((*set_.references)[i])) {
        lines.push_back({Verdict::kUnclearReference, ""});
      } else {
        lines.push_back(judge(i));
      }
    }
    return {std::move(lines), references_right_, references_wrong_};
  }

 private:
  bool is_short(const std::string& line) const {
    return count_letter_words(line) < options_.least_words;
  }

  bool is_unclear(const std::string& reference) {
    if (is_short(reference)) return false;
    const std::string language = identifier_.identify(reference);
    if (language.empty()) return false;
    const bool right = language == target_;
    ++(right ? references_right_ : references_wrong_);
    return !right;
  }

  LineVerdict judge(size_t index) const {
    const std::string& hypothesis = set_.hypotheses[index];
    if (is_short(hypothesis)) return {Verdict::kShort, ""};
    std::string language = identifier_.identify(hypothesis);
    if (language.empty()) return {Verdict::kUndecided, ""};
    if (language == target_) return {Verdict::kOnTarget, std::move(language)};
    const bool copied =
        set_.sources && copied_share(hypothesis, (*set_.sources)[index]) >= options_.copied_share;
    if (copied) return {Verdict::kCopy, std::move(language)};
    if (language == source_) return {Verdict::kSourceLanguage, std::move(language)};
    if (language == "en") return {Verdict::kEnglish, std::move(language)};
    return {Verdict::kOtherLanguage, std::move(language)};
  }

  const TranslatedSet& set_;
  const LanguageIdentifier& identifier_;
  const OffTargetOptions& options_;
  std::string source_;
  std::string target_;
  size_t references_right_ = 0;
  size_t references_wrong_ = 0;
};

std::optional<double> percent(size_t part, size_t whole) {
  if (whole == 0) return std::nullopt;
  return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

std::string to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::kUnclearReference:
      return "unclear-reference";
    case Verdict::kShort:
      return "short";
    case Verdict::kUndecided:
      return "undecided";
    case Verdict::kOnTarget:
      return "on-target";
    case Verdict::kCopy:
      return "copy";
    case Verdict::kSourceLanguage:
      return "source-language";
    case Verdict::kEnglish:
      return "english";
    case Verdict::kOtherLanguage:
      return "other-language";
  }
  return "";
}

OffTargetReport::OffTargetReport(std::vector<LineVerdict> lines, size_t references_right,
                                 size_t references_wrong)
    : lines_(std::move(lines)),
      references_right_(references_right),
      references_wrong_(references_wrong) {
  for (const LineVerdict& line : lines_) {
    ++counts_[line.verdict];
    for (const Verdict wrong : kOffTarget)
      if (line.verdict == wrong) ++wrong_languages_[line.language];
  }
}

size_t OffTargetReport::count(Verdict verdict) const {
  const auto found = counts_.find(verdict);
  return found == counts_.end() ? 0 : found->second;
}

size_t OffTargetReport::off_target() const {
  size_t sum = 0;
  for (const Verdict wrong : kOffTarget) sum += count(wrong);
  return sum;
}

std::optional<double> OffTargetReport::rate() const {
  return percent(off_target(), judged());
}

std::optional<double> OffTargetReport::reference_accuracy() const {
  return percent(references_right_, references_right_ + references_wrong_);
}

OffTargetReport find_off_target(const TranslatedSet& set, const LanguageIdentifier& identifier,
                                const OffTargetOptions& options) {
  check(set, identifier);
  return Judge(set, identifier, options).run();
}

}  // namespace nmt::scoring
