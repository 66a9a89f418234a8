#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nmt/options/method_description.h"

// The options of the method `length_bias`: Zhang, Gu, Zhang and Feng, "Addressing the Length Bias
// Problem in Document-Level Neural Machine Translation", Findings of EMNLP 2023. Three parts, each
// of use without the others: dynamic length sampling (dls), length-normalised attention (lna) and
// sliding-window decoding (sd).

namespace nmt::length_bias {

/// How documents are cut into training instances.
enum class SamplingMode {
  kFixed,     // always as long as doc.max_tokens allows: the baseline
  kUniform,   // a limit is drawn for each instance, uniform in 0 … doc.max_tokens − 1
  kAnnealed,  // drawn from ∝ exp(−limit / T); T grows over the epochs, from sentences to uniform
  kHybrid,    // five cuts together: instances of at most 1, 2, 4, 8 and 999 sentences
};
inline EnumNames<SamplingMode> enum_names(SamplingMode) {
  return {{SamplingMode::kFixed, "fixed"},
          {SamplingMode::kUniform, "uniform"},
          {SamplingMode::kAnnealed, "annealed"},
          {SamplingMode::kHybrid, "hybrid"}};
}

/// Where an instance ends, given its limit.
enum class CutRule {
  kStrict,   // before the sentence with which it would reach the limit
  kNearest,  // at the sentence end next to the limit, never beyond doc.max_tokens
};
inline EnumNames<CutRule> enum_names(CutRule) {
  return {{CutRule::kStrict, "strict"}, {CutRule::kNearest, "nearest"}};
}

/// What the uniform mode makes equally frequent: instances of every length, or tokens in instances
/// of every length.
enum class SamplingBalance { kInstances, kTokens };
inline EnumNames<SamplingBalance> enum_names(SamplingBalance) {
  return {{SamplingBalance::kInstances, "instances"}, {SamplingBalance::kTokens, "tokens"}};
}

/// Options `doc.*` and `dls.*`. Tokens count each sentence's EOS; limits hold for both sides.
struct SamplingOptions {
  int64_t max_tokens = 512;   // Lmax; 0: whole documents
  int64_t max_sentences = 0;  // of an instance; 0: no limit
  bool mixup = false;         // an instance may go on into the next document
  SamplingMode mode = SamplingMode::kUniform;
  int64_t start_epoch = 20;  // e0 of annealed: T = exp(epoch − e0) from the second epoch on
  CutRule cut = CutRule::kStrict;
  SamplingBalance balance = SamplingBalance::kInstances;
};

/// Options `lna.*`.
struct AttentionOptions {
  std::vector<std::string> sites;  // of "enc", "dec", "crs"; empty: off
  /// Reference lengths n0, at which attention is as without the method; 0: the mean length of the
  /// training instances, of the target side half of it (the mean length of its prefixes).
  double reference_source = 0, reference_target = 0;
};

/// How documents are translated.
enum class DocumentMode {
  kAuto,       // sliding for a run with this method, sentences for any other
  kSliding,    // windows with as much translated context as fits
  kChunked,    // windows without context, one after the other
  kSentences,  // each sentence by itself
  kWhole,      // as one window, as far as the model has positions
};
inline EnumNames<DocumentMode> enum_names(DocumentMode) {
  return {{DocumentMode::kAuto, "auto"},
          {DocumentMode::kSliding, "sliding"},
          {DocumentMode::kChunked, "chunked"},
          {DocumentMode::kSentences, "sentences"},
          {DocumentMode::kWhole, "whole"}};
}

/// What becomes of a sentence longer than the window.
enum class Oversize {
  kAlone,     // it is translated by itself, beyond the window
  kError,     // translation stops with an error that names it
  kTruncate,  // the part that fits is translated
};
inline EnumNames<Oversize> enum_names(Oversize) {
  return {
      {Oversize::kAlone, "alone"}, {Oversize::kError, "error"}, {Oversize::kTruncate, "truncate"}};
}

/// Options `sd.*`.
struct DecodingWindowOptions {
  DocumentMode mode = DocumentMode::kAuto;
  int64_t window = 0;              // W, source tokens; 0: doc.max_tokens
  int64_t max_target_tokens = -1;  // of a window, context included; −1: doc.max_tokens; 0: no limit
  int64_t min_new_tokens = 0;      // source tokens that a window should advance by
  int64_t lookahead_sentences = 0;  // translated at a window's end, but not kept
  Oversize oversize = Oversize::kAlone;
  int64_t min_sentence_tokens = 1;  // of a translated sentence, unless its budget is used up
};

/// What `methods: [length_bias]` switches on.
inline constexpr const char* kMethodName = "length_bias";

struct Options : MethodOptions {
  /// The options of this method, which `options` must be.
  static const Options& of(const MethodOptions& options) {
    return dynamic_cast<const Options&>(options);
  }
  static Options& of(MethodOptions& options) { return dynamic_cast<Options&>(options); }

  SamplingOptions sampling;
  AttentionOptions attention;
  DecodingWindowOptions decoding;

  /// The way of translating documents that sd.mode means for a run with or without the method.
  DocumentMode document_mode(bool method_on) const;
  /// Source and target tokens of a window of a model with so many positions.
  int64_t window_tokens(int64_t positions) const;
  int64_t window_target_tokens(int64_t positions) const;

  void declare(OptionTable& table) override;
  /// Throws UsageError for options that contradict each other.
  void validate() const override;
};

MethodDescription describe();

}  // namespace nmt::length_bias
