#include "nmt/scoring/tokenizer_mecab.h"

#include "nmt/support/error.h"

#ifdef NMT_HAS_MECAB

#include <mecab.h>

#include <filesystem>

#include "nmt/scoring/unicode.h"

namespace nmt::scoring {
namespace {

/// What sacreBLEU knows a dictionary by: its number of words.
struct ExpectedDictionary {
  const char* name;
  unsigned size;
  std::string remedy;
};

ExpectedDictionary expected_dictionary(TokenizerMecab::Language language) {
  const std::string options =
      "its folder: --dictionary of nmt score, --tokenizer_model of nmt compare, score-documents "
      "and score-language.";
  if (language == TokenizerMecab::Language::kJapanese)
    return {"IPA dictionary", 392126, "Install mecab-ipadic-utf8, or name " + options};
  return {"mecab-ko-dic", 811795, "Name " + options};
}

std::unique_ptr<MeCab::Model> load(const std::string& dictionary) {
  std::vector<std::string> arguments = {"mecab", "-Owakati"};
  if (!dictionary.empty()) {
    const std::string settings = dictionary + "/mecabrc";
    arguments.insert(arguments.end(),
                     {"-d", dictionary, "-r",
                      std::filesystem::exists(settings) ? settings : std::string("/dev/null")});
  }
  std::vector<char*> pointers;
  pointers.reserve(arguments.size());
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  return std::unique_ptr<MeCab::Model>(
      MeCab::createModel(static_cast<int>(pointers.size()), pointers.data()));
}

}  // namespace

struct TokenizerMecab::Analyser {
  std::unique_ptr<MeCab::Model> model;
  std::unique_ptr<MeCab::Tagger> tagger;
};

TokenizerMecab::TokenizerMecab(Language language, const std::string& dictionary)
    : analyser_(std::make_unique<Analyser>()) {
  const auto [name, size, remedy] = expected_dictionary(language);
  const std::string version = MeCab::Model::version();
  if (language == Language::kKorean && version.find("ko-") == std::string::npos) {
    throw Error("the tokenizer ko-mecab needs MeCab-ko, but this build has MeCab " + version,
                "Build with MeCab-ko, or choose another tokenizer, for example flores200.");
  }
  analyser_->model = load(dictionary);
  const auto* found = analyser_->model ? analyser_->model->dictionary_info() : nullptr;
  const std::string place = dictionary.empty() ? "MeCab's usual dictionary" : dictionary;
  if (found == nullptr)
    throw Error("MeCab cannot use " + place + ": " + MeCab::getLastError(), remedy);
  if (found->size != size || found->next != nullptr) {
    throw Error(text(place, " is not the ", name, " alone, which the tokenizer needs: it has ",
                     found->size, " words instead of ", size),
                remedy);
  }
  analyser_->tagger.reset(analyser_->model->createTagger());
  signature_ = language == Language::kJapanese ? "ja-mecab-" + version + "-IPA"
                                               : "ko-mecab-" + version + "-KO";
}

std::string TokenizerMecab::tokenize(std::string_view line) const {
  const std::string_view text = trim(line);
  const std::unique_ptr<MeCab::Lattice> lattice(analyser_->model->createLattice());
  lattice->set_sentence(text.data(), text.size());
  if (!analyser_->tagger->parse(lattice.get()))
    throw Error(std::string("MeCab cannot analyse a line: ") + lattice->what());
  return std::string(trim(lattice->toString()));
}

}  // namespace nmt::scoring

#else

namespace nmt::scoring {

struct TokenizerMecab::Analyser {};

TokenizerMecab::TokenizerMecab(Language, const std::string&) {
  throw Error("this build has no MeCab, which the tokenizers ja-mecab and ko-mecab need",
              "Build where libmecab-dev is installed, or choose another tokenizer, for example "
              "flores200 or char.");
}

std::string TokenizerMecab::tokenize(std::string_view line) const {
  return std::string(line);
}

}  // namespace nmt::scoring

#endif

namespace nmt::scoring {

TokenizerMecab::~TokenizerMecab() = default;

}  // namespace nmt::scoring
