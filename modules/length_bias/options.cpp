#include "modules/length_bias/options.h"

#include <algorithm>

#include "modules/length_bias/contrastive.h"
#include "modules/length_bias/length_curve.h"

namespace nmt::length_bias {
namespace {

void declare_sampling(OptionTable& table, SamplingOptions& o) {
  table.group("doc", "Documents as training instances (method length_bias)");
  table
      .add("doc.max_tokens", o.max_tokens,
           "longest instance, on either side, EOS counted; 0: whole documents")
      .at_least(0);
  table.add("doc.max_sentences", o.max_sentences, "most sentences of an instance; 0: no limit")
      .at_least(0);
  table.add("doc.mixup", o.mixup, "an instance may go on into the next document");

  table.group("dls", "Dynamic length sampling (method length_bias)");
  table.add("dls.mode", o.mode,
            "how long instances are: as long as they may be (fixed), of a length drawn for each "
            "(uniform), drawn from lengths that grow over the epochs (annealed), or all of 1, 2, "
            "4, 8 and 999 sentences together (hybrid)");
  table
      .add("dls.start_epoch", o.start_epoch,
           "annealed: instances are sentences until about three epochs after this one, and of "
           "all lengths five epochs later")
      .at_least(1);
  table.add("dls.cut", o.cut,
            "an instance ends before it would reach its length (strict), or at the sentence end "
            "next to it (nearest)");
  table.add("dls.balance", o.balance,
            "uniform: instances of every length are equally frequent, or tokens in them are");
}

void declare_attention(OptionTable& table, AttentionOptions& o) {
  table.group("lna", "Length-normalised attention (method length_bias)");
  table
      .add("lna.sites", o.sites,
           "attention to normalise: enc (encoder), dec (decoder), crs (decoder to encoder); none: "
           "off")
      .choices({"enc", "dec", "crs"});
  table
      .add("lna.ref_src", o.reference_source,
           "source length at which attention is left as it is; 0: the mean of the training "
           "instances")
      .at_least(0);
  table
      .add("lna.ref_tgt", o.reference_target,
           "target length at which attention is left as it is; 0: half the mean of the training "
           "instances")
      .at_least(0);
}

void declare_decoding(OptionTable& table, DecodingWindowOptions& o) {
  table.group("sd", "Documents in translation");
  table.add("sd.mode", o.mode,
            "windows with the translated context that fits (sliding), windows without context "
            "(chunked), sentence by sentence (sentences), all at once (whole); auto: sliding for a "
            "run with the method length_bias, sentences for others");
  table
      .add("sd.window", o.window,
           "source tokens of a window, EOS counted; 0: doc.max_tokens. sd.max_target_tokens bounds "
           "it too, at 1.2 target tokens a source token to begin with")
      .at_least(0);
  table
      .add("sd.max_target_tokens", o.max_target_tokens,
           "target tokens of a window, context counted; -1: doc.max_tokens; 0: no limit")
      .at_least(-1);
  table
      .add("sd.min_new_tokens", o.min_new_tokens,
           "source tokens a window should advance by: more is faster, and leaves less context")
      .at_least(0);
  table
      .add("sd.lookahead_sentences", o.lookahead_sentences,
           "sentences at a window's end that are translated for context only")
      .at_least(0);
  table.add("sd.oversize", o.oversize,
            "a sentence longer than the window: translate it alone, stop (error), or translate "
            "what fits (truncate)");
  table
      .add("sd.min_sentence_tokens", o.min_sentence_tokens,
           "tokens that a translated sentence must have, so that none is empty")
      .at_least(0);
}

}  // namespace

DocumentMode Options::document_mode(bool method_on) const {
  if (decoding.mode != DocumentMode::kAuto) return decoding.mode;
  return method_on ? DocumentMode::kSliding : DocumentMode::kSentences;
}

int64_t Options::window_tokens(int64_t positions) const {
  const int64_t window = decoding.window > 0 ? decoding.window : sampling.max_tokens;
  return window > 0 ? std::min(window, positions) : positions;
}

int64_t Options::window_target_tokens(int64_t positions) const {
  const int64_t most =
      decoding.max_target_tokens < 0 ? sampling.max_tokens : decoding.max_target_tokens;
  return most > 0 ? std::min(most, positions) : positions;
}

void Options::declare(OptionTable& table) {
  declare_sampling(table, sampling);
  declare_attention(table, attention);
  declare_decoding(table, decoding);
}

void Options::validate() const {
  const bool drawn =
      sampling.mode == SamplingMode::kUniform || sampling.mode == SamplingMode::kAnnealed;
  if (drawn && sampling.max_tokens == 0)
    throw UsageError("dls.mode draws lengths below doc.max_tokens, which is 0",
                     "Set doc.max_tokens, or dls.mode: fixed.");
  if (sampling.balance == SamplingBalance::kTokens && sampling.mode != SamplingMode::kUniform)
    throw UsageError("dls.balance: tokens is for dls.mode: uniform only");
  for (const double reference : {attention.reference_source, attention.reference_target})
    if (reference != 0 && reference < 2)
      throw UsageError(text("a reference length of ", reference, " is below 2"),
                       "Set lna.ref_src and lna.ref_tgt to 2 or more, or to 0 for the means.");
  const int64_t window = decoding.window > 0 ? decoding.window : sampling.max_tokens;
  if (window > 0 && decoding.min_new_tokens > window)
    throw UsageError(text("sd.min_new_tokens = ", decoding.min_new_tokens,
                          " exceeds the window of ", window, " tokens"));
}

MethodDescription describe() {
  return {.name = kMethodName,
          .summary =
              "documents of any length: length sampling, length-normalised attention, "
              "sliding-window decoding (Zhang et al. 2023)",
          .make_options = [] { return std::make_unique<Options>(); },
          .commands = {describe_length_curve(), describe_contrastive()},
          .decoding_groups = {"sd"}};
}

}  // namespace nmt::length_bias
