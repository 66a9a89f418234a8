#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nmt/scoring/language_identifier.h"

// Off-target translations: those in a wrong language, the typical failure of multilingual models in
// directions without training data (Yang et al. 2021, "Improving multilingual translation by
// representation and gradient regularization").

namespace nmt::scoring {

/// What is said about a translation. Each gets the first of these that applies, but the wrong
/// languages, which are looked at when the language is not the target's.
enum class Verdict {
  kUnclearReference,  ///< not judged: the reference itself is identified as another language
  kShort,             ///< not judged: too few words
  kUndecided,         ///< not judged: the identifier cannot tell
  kOnTarget,
  kCopy,            ///< off target: most of its words are words of the source
  kSourceLanguage,  ///< off target
  kEnglish,         ///< off target: English, which is not the source language
  kOtherLanguage    ///< off target
};

/// "on-target", "source-language", …
std::string to_string(Verdict verdict);

struct LineVerdict {
  Verdict verdict = Verdict::kShort;
  std::string language;  ///< as identified; "" when not looked at or undecided
};

/// A test set in one direction; line n of every side belongs together.
struct TranslatedSet {
  std::string source_language;  ///< codes as the identifier has them
  std::string target_language;
  std::span<const std::string> hypotheses;
  /// Without references no line is kUnclearReference.
  std::optional<std::span<const std::string>> references = {};
  /// Without sources no line is kCopy.
  std::optional<std::span<const std::string>> sources = {};
};

struct OffTargetOptions {
  size_t least_words = 3;     ///< fewer words with a letter (count_letter_words()) are kShort
  double copied_share = 0.8;  ///< of a copy's words, each counted as often as the source has it
};

/// The lines of a set by verdict.
class OffTargetReport {
 public:
  OffTargetReport(std::vector<LineVerdict> lines, size_t references_right, size_t references_wrong);

  const std::vector<LineVerdict>& lines() const { return lines_; }
  size_t count(Verdict verdict) const;
  size_t off_target() const;
  /// Lines on and off target: all others are left out of the rate.
  size_t judged() const { return count(Verdict::kOnTarget) + off_target(); }
  /// Percent of the judged lines that are off target; nothing when no line is judged.
  std::optional<double> rate() const;
  /// Percent of the references, where identified at all, that are found to be in the target
  /// language: how far the rate can be trusted. Nothing without references.
  std::optional<double> reference_accuracy() const;
  /// How many off-target lines are in each language.
  const std::map<std::string, size_t>& wrong_languages() const { return wrong_languages_; }

 private:
  std::vector<LineVerdict> lines_;
  std::map<Verdict, size_t> counts_;
  std::map<std::string, size_t> wrong_languages_;
  size_t references_right_;
  size_t references_wrong_;
};

/// Throws Error when the sides differ in length, when there is no line, and when the identifier
/// does not know one of the languages.
OffTargetReport find_off_target(const TranslatedSet& set, const LanguageIdentifier& identifier,
                                const OffTargetOptions& options = {});

}  // namespace nmt::scoring
