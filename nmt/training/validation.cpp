#include "nmt/training/validation.h"

#include <torch/torch.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "nmt/scoring/named_metric.h"
#include "nmt/scoring/number_text.h"
#include "nmt/scoring/scoring.h"
#include "nmt/support/error.h"
#include "nmt/support/log.h"

namespace nmt {
namespace {

// What process `rank` of `size` translates of a set, by number: every size-th document or line, so
// that each gets long and short ones.
std::vector<size_t> lines_of(const std::vector<TranslationRequest>& requests, int64_t rank,
                             int64_t size) {
  std::vector<size_t> lines;
  int64_t unit = -1;
  for (size_t i = 0; i < requests.size(); ++i) {
    const int64_t document = requests[i].tokens.document;
    if (i == 0 || document < 0 || document != requests[i - 1].tokens.document) ++unit;
    if (unit % size == rank) lines.push_back(i);
  }
  return lines;
}

}  // namespace

std::shared_ptr<const scoring::Metric> validation_bleu(const std::string& language) {
  try {
    return scoring::make_named_metric("bleu", scoring::default_tokenizer(language));
  } catch (const Error& error) {
    log::warning("BLEU of validation is by characters: ", error.what());
    return scoring::make_named_metric("bleu", "char");
  }
}

Validation::Validation(std::vector<ValidationSet> sets, std::shared_ptr<Criterion> criterion,
                       std::shared_ptr<const PairEncoder> encoder, MakeTranslator make_translator,
                       int64_t samples, World& world)
    : sets_(std::move(sets)),
      criterion_(std::move(criterion)),
      encoder_(std::move(encoder)),
      make_translator_(std::move(make_translator)),
      samples_(samples),
      world_(world) {}

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
  for (auto i = static_cast<size_t>(world_.rank()); i < set.batches.size();
       i += static_cast<size_t>(world_.size())) {
    const CriterionResult part =
        (*criterion_)(model, set.batches[i].to(device), {.training = false});
    for (const LossPart& value : part.parts) {
      if (value.name == "loss") loss += value.sum.item<double>();
      if (value.name == "nll") nll += value.sum.item<double>();
    }
    tokens += static_cast<double>(part.tokens);
  }
  std::vector<double> sums = {loss, nll, tokens};
  world_.sum(sums);
  const double share = 1.0 / (std::max(1.0, sums[2]) * static_cast<double>(sets_.size()));
  result.loss += sums[0] * share;
  result.nll += sums[1] * share;
}

void Validation::add_scores(Transformer& model, const ValidationSet& set,
                            ValidationOutcome& outcome) const {
  const std::vector<std::string> hypotheses = translate(model, set);
  std::vector<double> values = {0, 0};
  if (world_.is_main()) {
    const ValidationScores& scores = outcome.scores.emplace_back(
        ValidationScores{set.name, set.bleu->corpus(hypotheses, set.references),
                         scoring::Chrf().corpus(hypotheses, set.references)});
    values = {scores.bleu.value, scores.chrf.value};
    if (sets_.size() > 1)
      log::info(set.name, ": BLEU ", scoring::fixed(values[0], 2), ", chrF ",
                scoring::fixed(values[1], 2));
  }
  world_.sum(values);
  outcome.result.bleu += values[0] / static_cast<double>(sets_.size());
  outcome.result.chrf += values[1] / static_cast<double>(sets_.size());
  add_samples(set, hypotheses, outcome);
}

std::vector<std::string> Validation::translate(Transformer& model, const ValidationSet& set) const {
  std::vector<TranslationRequest> requests;
  for (const size_t line : lines_of(set.requests, world_.rank(), world_.size()))
    requests.push_back(set.requests[line]);
  std::vector<std::string> mine;
  if (!requests.empty())
    for (const Translation& translation : make_translator_(model)->translate(requests))
      mine.push_back(encoder_->decode(translation.hypotheses.front().tokens));
  if (world_.size() == 1) return mine;

  // CBOR, because text in JSON has to be valid UTF-8.
  const std::vector<uint8_t> packed = nlohmann::json::to_cbor(mine);
  const std::vector<std::string> parts = world_.gather({packed.begin(), packed.end()});
  std::vector<std::string> all(world_.is_main() ? set.requests.size() : 0);
  for (size_t rank = 0; rank < parts.size(); ++rank) {
    const auto lines = lines_of(set.requests, static_cast<int64_t>(rank), world_.size());
    const auto texts = nlohmann::json::from_cbor(parts[rank]).get<std::vector<std::string>>();
    for (size_t i = 0; i < lines.size(); ++i) all[lines[i]] = texts[i];
  }
  return all;
}

void Validation::add_samples(const ValidationSet& set, const std::vector<std::string>& hypotheses,
                             ValidationOutcome& outcome) const {
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
