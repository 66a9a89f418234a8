#include "nmt/scoring/language_identifier.h"

// CLD2's header uses FILE without including what declares it.
#include <cstdio>

#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>

#ifdef NMT_HAS_FASTTEXT
#include <fasttext/fasttext.h>
#endif

#include <array>
#include <filesystem>
#include <sstream>
#include <utility>

#include "nmt/scoring/unicode.h"
#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

class Cld2Identifier : public LanguageIdentifier {
 public:
  std::string identify(const std::string& sentence) const override {
    const CLD2::CLDHints no_hints{nullptr, nullptr, CLD2::UNKNOWN_ENCODING, CLD2::UNKNOWN_LANGUAGE};
    std::array<CLD2::Language, 3> languages{};
    std::array<int, 3> percents{};
    std::array<double, 3> scores{};
    int text_bytes = 0;
    int valid_bytes = 0;
    bool is_reliable = false;
    const CLD2::Language language = CLD2::ExtDetectLanguageSummaryCheckUTF8(
        sentence.data(), static_cast<int>(sentence.size()), /*is_plain_text=*/true, &no_hints,
        /*flags=*/0, languages.data(), percents.data(), scores.data(),
        /*resultchunkvector=*/nullptr, &text_bytes, &is_reliable, &valid_bytes);
    if (!is_reliable || language == CLD2::UNKNOWN_LANGUAGE) return "";
    return normal_language(CLD2::LanguageCode(language));
  }

  bool knows(const std::string& language) const override {
    // It takes names too ("GERMAN"), which identify() never gives.
    const CLD2::Language found = CLD2::GetLanguageFromName(language.c_str());
    return found != CLD2::UNKNOWN_LANGUAGE &&
           normal_language(CLD2::LanguageCode(found)) == normal_language(language);
  }

  std::string name() const override { return std::string("CLD2 ") + CLD2::DetectLanguageVersion(); }
};

#ifdef NMT_HAS_FASTTEXT
class FastTextIdentifier : public LanguageIdentifier {
 public:
  explicit FastTextIdentifier(const std::string& file) : name_("fastText " + file) {
    if (!std::filesystem::is_regular_file(file))
      throw Error(FilePosition{file}, "there is no such file", "Give a model such as lid.176.bin.");
    try {
      model_.loadModel(file);
    } catch (const std::exception& error) {
      fail(file, error.what());
    }
    if (model_.getDictionary()->nlabels() == 0) fail(file, "it has no labels");
  }

  std::string identify(const std::string& sentence) const override {
    if (trim(sentence).empty()) return "";  // fastText would judge the end of the line
    std::istringstream line(sentence + "\n");
    std::vector<std::pair<fasttext::real, std::string>> best;
    if (!model_.predictLine(line, best, 1, kLeastProbability) || best.empty()) return "";
    return normal_language(without_prefix(best.front().second));
  }

  bool knows(const std::string& language) const override {
    const auto dictionary = model_.getDictionary();
    for (int32_t i = 0; i < dictionary->nlabels(); ++i)
      if (normal_language(without_prefix(dictionary->getLabel(i))) == normal_language(language))
        return true;
    return false;
  }

  std::string name() const override { return name_; }

 private:
  static constexpr float kLeastProbability = 0.5F;

  [[noreturn]] static void fail(const std::string& file, const std::string& why) {
    throw Error(FilePosition{file}, "this is not a fastText classifier: " + why,
                "Give a model such as lid.176.bin.");
  }

  static std::string without_prefix(const std::string& label) {
    const std::string prefix = "__label__";
    return label.starts_with(prefix) ? label.substr(prefix.size()) : label;
  }

  fasttext::FastText model_;
  std::string name_;
};
#endif

}  // namespace

std::unique_ptr<LanguageIdentifier> make_cld2_identifier() {
  return std::make_unique<Cld2Identifier>();
}

std::unique_ptr<LanguageIdentifier> make_fasttext_identifier(const std::string& model_file) {
#ifdef NMT_HAS_FASTTEXT
  return std::make_unique<FastTextIdentifier>(model_file);
#else
  throw Error(FilePosition{model_file}, "this build cannot read fastText models",
              "Install libfasttext-dev, configure and build again; or leave the model out, which "
              "uses CLD2.");
#endif
}

std::string normal_language(const std::string& code) {
  static const std::array<std::pair<const char*, const char*>, 7> kSame = {{{"iw", "he"},
                                                                            {"in", "id"},
                                                                            {"ji", "yi"},
                                                                            {"jw", "jv"},
                                                                            {"nb", "no"},
                                                                            {"nn", "no"},
                                                                            {"fil", "tl"}}};
  std::string base = code.substr(0, code.find('-'));
  for (const auto& [other, normal] : kSame)
    if (base == other) return normal;
  return base;
}

}  // namespace nmt::scoring
