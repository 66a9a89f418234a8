#pragma once

#include <memory>
#include <string>

// In which language a sentence is.

namespace nmt::scoring {

class LanguageIdentifier {
 public:
  virtual ~LanguageIdentifier() = default;

  /// The code of the language, in the form of normal_language(); "" when the identifier cannot
  /// tell. `sentence` is UTF-8.
  virtual std::string identify(const std::string& sentence) const = 0;

  /// Whether the identifier has a language of this code, so that identify() may give its normal
  /// form.
  virtual bool knows(const std::string& language) const = 0;

  /// Name and version, or model, to be reported with what was identified.
  virtual std::string name() const = 0;
};

/// CLD2 with its built-in model of 83 languages. Codes are those of ISO 639, mostly of two letters.
/// It also knows the names of about 80 languages that this model cannot identify.
std::unique_ptr<LanguageIdentifier> make_cld2_identifier();

/// A fastText classifier, such as lid.176.bin; undecided when its best label has a probability
/// below 0.5. Codes are the model's labels. Throws Error when the file is no such model, or when
/// this build has no fastText.
std::unique_ptr<LanguageIdentifier> make_fasttext_identifier(const std::string& model_file);

/// One code for each language: without a region or script behind "-" ("zh" for "zh-Hant"), with
/// current codes for withdrawn ones ("he" for "iw") and "no" for both kinds of Norwegian, which
/// identifiers seldom tell apart.
std::string normal_language(const std::string& code);

}  // namespace nmt::scoring
