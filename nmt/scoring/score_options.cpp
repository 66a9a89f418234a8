#include "nmt/scoring/score_options.h"

#include <tuple>

#include "nmt/scoring/bleu.h"
#include "nmt/scoring/chrf.h"
#include "nmt/scoring/ter.h"
#include "nmt/scoring/tokenizer.h"
#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

using enum ValueCount;
using enum ValueKind;

std::vector<ArgumentOption> general_options() {
  return {
      {{"--help", "-h"}, "Show this help and exit."},
      {{"--citation", "--cite"}, "Needs a test set, which nmt score has none of."},
      {{"--list"}, "Needs sacreBLEU's test sets, which nmt score has none of."},
      {{"--test-set", "-t"},
       "Needs sacreBLEU's test sets, which nmt score has none of.",
       kOne,
       "SET"},
      {{"--language-pair", "-l"},
       "Source-target languages, as en-de; choose the default tokenizer.",
       kOne,
       "PAIR"},
      {{"--origlang", "-ol"}, "Needs a test set.", kOne, "LANG"},
      {{"--subset"}, "Needs a test set.", kOne, "REGEX"},
      {{"--download"}, "Needs sacreBLEU's test sets.", kOne, "SET"},
      {{"--echo"}, "Needs a test set.", kAtLeastOne, "FIELD"},
      {{"--input", "-i"},
       "Files of hypotheses, plain, .gz or .zst. Default: the standard input.",
       kAny,
       "HYP"},
      {{"--num-refs", "-nr"},
       "The reference file has this many columns between tabs. Default: 1.",
       kOne,
       "N",
       kInteger},
      {{"--encoding", "-e"}, "Encoding of all files. Default: utf-8.", kOne, "NAME"},
      {{"--metrics", "-m"},
       "What is computed. Default: bleu.",
       kAtLeastOne,
       "METRIC",
       kText,
       {"bleu", "chrf", "ter"}},
      {{"--sentence-level", "-sl"}, "Score each line by itself."},
  };
}

std::vector<ArgumentOption> metric_options() {
  return {
      {{"--smooth-method", "-s"},
       "BLEU: smoothing. Default: exp.",
       kOne,
       "METHOD",
       kText,
       {"none", "floor", "add-k", "exp"}},
      {{"--smooth-value", "-sv"},
       "BLEU: value for floor (default 0.1) and add-k (default 1).",
       kOne,
       "X",
       kReal},
      {{"--tokenize", "-tok"},
       "BLEU: tokenizer. Default: 13a; for Chinese, Japanese, Korean (-l) zh, ja-mecab, ko-mecab.",
       kOne,
       "NAME",
       kText,
       tokenizer_names()},
      {{"--spm-model"},
       "BLEU: SentencePiece model of -tok spm, flores101, flores200, spBLEU-1K.",
       kOne,
       "FILE"},
      {{"--dictionary"},
       "BLEU: folder of the MeCab dictionary of -tok ja-mecab and ko-mecab.",
       kOne,
       "DIR"},
      {{"--lowercase", "-lc"}, "BLEU: ignore case."},
      {{"--force"}, "BLEU: no warning for text that looks tokenized."},
      {{"--chrf-char-order", "-cc"},
       "chrF: longest character n-grams. Default: 6.",
       kOne,
       "N",
       kInteger},
      {{"--chrf-word-order", "-cw"},
       "chrF: longest word n-grams; 2 is chrF++. Default: 0.",
       kOne,
       "N",
       kInteger},
      {{"--chrf-beta"},
       "chrF: weight of recall against precision. Default: 2.",
       kOne,
       "N",
       kInteger},
      {{"--chrf-whitespace"}, "chrF: white space counts as characters."},
      {{"--chrf-lowercase"}, "chrF: ignore case."},
      {{"--chrf-eps-smoothing"}, "chrF: epsilon smoothing instead of effective order."},
      {{"--ter-case-sensitive"}, "TER: do not ignore case."},
      {{"--ter-asian-support"},
       "TER: apply --ter-normalized and --ter-no-punct to Chinese and Japanese characters too."},
      {{"--ter-no-punct"}, "TER: delete punctuation."},
      {{"--ter-normalized"}, "TER: split off punctuation."},
  };
}

std::vector<ArgumentOption> resampling_options() {
  return {
      {{"--confidence", "-ci"}, "One system: 95 % confidence intervals by bootstrap resampling."},
      {{"--confidence-n", "-cin"},
       "Their number of resamples. Default: 1000.",
       kOne,
       "N",
       kInteger},
      {{"--paired-ar", "-par"},
       "Several systems: test each against the first by approximate randomization. The p-values "
       "are sacreBLEU's; those of nmt compare count ties too.",
       kNone,
       "",
       kText,
       {},
       "--paired-bs"},
      {{"--paired-bs", "-pbs"},
       "Several systems: the same by paired bootstrap resampling. A small p is about half of the "
       "two-sided one, which nmt compare prints.",
       kNone,
       "",
       kText,
       {},
       "--paired-ar"},
      {{"--paired-ar-n", "-parn"}, "Randomization trials. Default: 10000.", kOne, "N", kInteger},
      {{"--paired-bs-n", "-pbsn"}, "Paired resamples. Default: 1000.", kOne, "N", kInteger},
      {{"--paired-jobs", "-j"},
       "Threads; 0: one a processor. Changes no result. Default: 1.",
       kOne,
       "N",
       kInteger},
  };
}

std::vector<ArgumentOption> report_options() {
  return {
      {{"--quiet", "-q"}, "No messages but warnings and errors."},
      {{"--short", "-sh"}, "Short signature."},
      {{"--score-only", "-b"}, "Print the score alone."},
      {{"--width", "-w"}, "Digits behind the point. Default: 1.", kOne, "N", kInteger},
      {{"--detail", "-d"}, "Scores by original language; needs a test set."},
      {{"--no-color", "-nc"}, "No colours."},
      {{"--format", "-f"},
       "Format; $SACREBLEU_FORMAT overrides it. Default: json.",
       kOne,
       "FORMAT",
       kText,
       {"json", "text", "latex"}},
      {{"--version", "-V"}, "Show the version and exit."},
  };
}

Smoothing to_smoothing(const std::string& name) {
  if (name == "floor") return Smoothing::kFloor;
  if (name == "add-k") return Smoothing::kAddK;
  if (name == "none") return Smoothing::kNone;
  return Smoothing::kExp;
}

/// What --spm-model or --dictionary names. Throws UsageError when `tokenizer` reads no such thing.
std::string model_for(const std::string& tokenizer, const ParsedArguments& arguments) {
  std::string model;
  for (const auto& [option, kind, noun] :
       {std::tuple("--spm-model", TokenizerModel::kSentencePiece, "SentencePiece model"),
        std::tuple("--dictionary", TokenizerModel::kMecabDictionary, "MeCab dictionary")}) {
    if (!arguments.has(option)) continue;
    if (model_of_tokenizer(tokenizer) != kind) {
      throw UsageError(text(option, ": the tokenizer ", tokenizer, " uses no ", noun),
                       "Leave it out, or choose another tokenizer with -tok.");
    }
    model = arguments.one(option, "");
  }
  return model;
}

BleuOptions bleu_options(const ParsedArguments& arguments, Level level,
                         const std::string& target_language) {
  BleuOptions options;
  options.tokenizer = arguments.has("--tokenize") ? arguments.one("--tokenize", "")
                                                  : default_tokenizer(target_language);
  options.tokenizer_model = model_for(options.tokenizer, arguments);
  options.lowercase = arguments.has("--lowercase");
  options.smoothing = to_smoothing(arguments.one("--smooth-method", "exp"));
  if (arguments.has("--smooth-value"))
    options.smoothing_value = arguments.real("--smooth-value", 0);
  options.effective_order = level == Level::kSentence;
  return options;
}

ChrfOptions chrf_options(const ParsedArguments& arguments) {
  ChrfOptions options;
  options.char_order = arguments.integer("--chrf-char-order", options.char_order);
  options.word_order = arguments.integer("--chrf-word-order", options.word_order);
  options.beta = arguments.integer("--chrf-beta", options.beta);
  options.lowercase = arguments.has("--chrf-lowercase");
  options.whitespace = arguments.has("--chrf-whitespace");
  if (arguments.has("--chrf-eps-smoothing")) options.smoothing = ChrfSmoothing::kEpsilon;
  return options;
}

TercomOptions ter_options(const ParsedArguments& arguments) {
  TercomOptions options;
  options.normalized = arguments.has("--ter-normalized");
  options.no_punctuation = arguments.has("--ter-no-punct");
  options.asian_support = arguments.has("--ter-asian-support");
  options.case_sensitive = arguments.has("--ter-case-sensitive");
  return options;
}

}  // namespace

const std::vector<ArgumentOption>& score_options() {
  static const std::vector<ArgumentOption> all = [] {
    std::vector<ArgumentOption> options = general_options();
    for (const auto& group : {metric_options(), resampling_options(), report_options()}) {
      options.insert(options.end(), group.begin(), group.end());
    }
    return options;
  }();
  return all;
}

const std::vector<std::string>& immediate_score_options() {
  static const std::vector<std::string> names = {"--help", "--version"};
  return names;
}

std::unique_ptr<Metric> make_metric(const std::string& name, const ParsedArguments& arguments,
                                    Level level, const std::string& target_language) {
  if (name == "chrf") return std::make_unique<Chrf>(chrf_options(arguments));
  if (name == "ter") return std::make_unique<Ter>(ter_options(arguments));
  return std::make_unique<Bleu>(bleu_options(arguments, level, target_language));
}

}  // namespace nmt::scoring
