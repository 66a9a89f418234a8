#include "nmt/training/validation.h"

#include <torch/torch.h>

#include <algorithm>

#include "nmt/scoring/scoring.h"
#include "nmt/support/log.h"

namespace nmt {

Validation::Validation(std::vector<ValidationSet> sets, std::shared_ptr<Criterion> criterion,
                       std::shared_ptr<const PairEncoder> encoder, MakeTranslator make_translator,
                       int64_t samples)
    : sets_(std::move(sets)),
      criterion_(std::move(criterion)),
      encoder_(std::move(encoder)),
      make_translator_(std::move(make_translator)),
      samples_(samples) {}

ValidationOutcome Validation::operator()(Transformer& model, int64_t update) const {
  const torch::NoGradGuard no_grad;
  ValidationOutcome outcome;
  outcome.result.update = update;
  if (make_translator_) outcome.result.bleu = outcome.result.chrf = 0;
  for (const ValidationSet& set : sets_) {
    add_loss(model, set, outcome.result);
    if (make_translator_) add_scores(model, set, outcome);
  }
  return outcome;
}

void Validation::add_loss(Transformer& model, const ValidationSet& set,
                          ValidationResult& result) const {
  const torch::Device device = model->parameters().front().device();
  double loss = 0, nll = 0, tokens = 0;
  for (const Batch& batch : set.batches) {
    const CriterionResult part = (*criterion_)(model, batch.to(device), {.training = false});
    for (const LossPart& value : part.parts) {
      if (value.name == "loss") loss += value.sum.item<double>();
      if (value.name == "nll") nll += value.sum.item<double>();
    }
    tokens += static_cast<double>(part.tokens);
  }
  const double share = 1.0 / (std::max(1.0, tokens) * static_cast<double>(sets_.size()));
  result.loss += loss * share;
  result.nll += nll * share;
}

void Validation::add_scores(Transformer& model, const ValidationSet& set,
                            ValidationOutcome& outcome) const {
  const std::unique_ptr<Translator> translator = make_translator_(model);
  std::vector<std::string> hypotheses;
  for (const Translation& translation : translator->translate(set.requests))
    hypotheses.push_back(encoder_->decode(translation.hypotheses.front().tokens));
  const double bleu = scoring::Bleu().corpus(hypotheses, set.references).value;
  const double chrf = scoring::Chrf().corpus(hypotheses, set.references).value;
  outcome.result.bleu += bleu / static_cast<double>(sets_.size());
  outcome.result.chrf += chrf / static_cast<double>(sets_.size());
  if (sets_.size() > 1) log::info(set.name, ": BLEU ", bleu, ", chrF ", chrf);
  const size_t shown = std::min<size_t>(static_cast<size_t>(samples_), hypotheses.size());
  for (size_t i = 0; i < shown; ++i) {
    const size_t line = i * hypotheses.size() / shown;  // spread over the set
    const TranslationSample& sample = outcome.samples.emplace_back(
        TranslationSample{set.name, static_cast<int64_t>(line) + 1, set.sources[line],
                          set.references[line], hypotheses[line]});
    log::info("  source      ", sample.source);
    log::info("  reference   ", sample.reference);
    log::info("  translation ", sample.translation);
  }
}

}  // namespace nmt
