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

ValidationResult Validation::operator()(Transformer& model, int64_t update) const {
  const torch::NoGradGuard no_grad;
  ValidationResult result;
  result.update = update;
  if (make_translator_) result.bleu = result.chrf = 0;
  for (const ValidationSet& set : sets_) {
    add_loss(model, set, result);
    if (make_translator_) add_scores(model, set, result);
  }
  return result;
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
                            ValidationResult& result) const {
  const std::unique_ptr<Translator> translator = make_translator_(model);
  std::vector<std::string> hypotheses;
  for (const Translation& translation : translator->translate(set.requests))
    hypotheses.push_back(encoder_->decode(translation.hypotheses.front().tokens));
  const double bleu = scoring::Bleu().corpus(hypotheses, set.references).value;
  const double chrf = scoring::Chrf().corpus(hypotheses, set.references).value;
  result.bleu += bleu / static_cast<double>(sets_.size());
  result.chrf += chrf / static_cast<double>(sets_.size());
  if (sets_.size() > 1) log::info(set.name, ": BLEU ", bleu, ", chrF ", chrf);
  const size_t shown = std::min<size_t>(static_cast<size_t>(samples_), hypotheses.size());
  for (size_t i = 0; i < shown; ++i) {
    const size_t line = i * hypotheses.size() / shown;  // spread over the set
    log::info("  source      ", set.sources[line]);
    log::info("  reference   ", set.references[line]);
    log::info("  translation ", hypotheses[line]);
  }
}

}  // namespace nmt
