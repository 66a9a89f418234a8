#include "nmt/decoding/ensemble.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "nmt/support/error.h"

namespace nmt {
namespace {

// Log-probabilities are never computed in less than fp32: bf16 keeps 8 bits, and a sum of 100 of
// them is noise. They take the place of the logits: a second tensor of the vocabulary's width would
// cost more than the arithmetic, in pages that the system clears.
torch::Tensor log_softmax(const torch::Tensor& logits) {
  const bool wide = logits.scalar_type() == torch::kDouble;
  torch::Tensor own = logits.to(wide ? torch::kDouble : torch::kFloat);
  return at::_log_softmax_out(own, own, -1, /*half_to_float=*/false);
}

// log of the mean of exp(parts).
torch::Tensor average_probabilities(std::vector<torch::Tensor> parts) {
  if (parts.size() == 1) return std::move(parts.front());
  const double log_count = std::log(static_cast<double>(parts.size()));
  return torch::logsumexp(torch::stack(parts), 0).sub_(log_count);
}

torch::Device device_of(const Transformer& model) {
  return model->parameters().front().device();
}

}  // namespace

Ensemble::Ensemble(std::vector<Transformer> models)
    : models_(std::move(models)), device_(torch::kCPU) {
  if (models_.empty()) throw Error("decoding needs at least one model");
  device_ = device_of(models_.front());
  vocabulary_size_ = models_.front()->vocabulary().target_size;
  max_positions_ = models_.front()->options().max_positions;
  for (const Transformer& model : models_) {
    if (model->vocabulary().target_size != vocabulary_size_ ||
        model->vocabulary().pad != models_.front()->vocabulary().pad)
      throw Error(
          text("the models of an ensemble must share their vocabulary, but one has ",
               model->vocabulary().target_size, " target entries and another ", vocabulary_size_),
          "Combine runs that were trained with the same vocab.model.");
    if (device_of(model) != device_) throw Error("the models of an ensemble must be on one device");
    max_positions_ = std::min(max_positions_, model->options().max_positions);
  }
}

Ensemble::State Ensemble::start(const SourceBatch& source, int64_t max_length) const {
  State state;
  for (Transformer model : models_)
    state.push_back(model->start(model->encode(source), 1, max_length));
  return state;
}

torch::Tensor Ensemble::step(State& state, const torch::Tensor& tokens,
                             const torch::Tensor& counts) const {
  std::vector<torch::Tensor> parts;
  for (size_t m = 0; m < models_.size(); ++m) {
    Transformer model = models_[m];
    torch::Tensor hidden = model->step(state[m], tokens, counts);  // [rows, n, dim]
    if (counts.defined()) {
      const torch::Tensor last = (counts - 1).view({-1, 1, 1}).expand({-1, 1, hidden.size(2)});
      hidden = hidden.gather(1, last).squeeze(1);  // [rows, dim]
    } else {
      hidden = hidden.select(1, hidden.size(1) - 1);
    }
    parts.push_back(log_softmax(model->project(hidden)));
  }
  return average_probabilities(std::move(parts));
}

void Ensemble::select(State& state, const torch::Tensor& rows, const torch::Tensor& sentences) {
  for (DecoderState& part : state) part.select(rows, sentences);
}

void Ensemble::set_length(State& state, int64_t length) {
  for (DecoderState& part : state) part.length = length;
}

torch::Tensor Ensemble::score(const Batch& batch, int64_t chunk) const {
  const torch::Tensor mask = batch.target_mask();
  const torch::Tensor labels = batch.target_output.masked_select(mask);  // [tokens]
  std::vector<torch::Tensor> hidden;                                     // a model: [tokens, dim]
  for (Transformer model : models_) {
    const Memory memory = model->encode(batch.source);
    const torch::Tensor states = model->decode(memory, batch.target_input, mask);
    hidden.push_back(states.index({mask}));
  }
  std::vector<torch::Tensor> scores;
  for (int64_t begin = 0; begin < labels.size(0); begin += chunk) {
    const int64_t end = std::min(begin + chunk, labels.size(0));
    const torch::Tensor chosen = labels.slice(0, begin, end).unsqueeze(1);
    std::vector<torch::Tensor> parts;
    for (size_t m = 0; m < models_.size(); ++m)
      parts.push_back(log_softmax(models_[m]->project(hidden[m].slice(0, begin, end)))
                          .gather(1, chosen)
                          .squeeze(1));
    scores.push_back(average_probabilities(std::move(parts)));
  }
  return scores.empty() ? torch::empty({0}, torch::kFloat) : torch::cat(scores);
}

EvaluationMode::EvaluationMode(const std::vector<Transformer>& models) {
  for (Transformer model : models) {
    // A model in evaluation mode is left alone: several threads may be using it.
    if (!model->is_training()) continue;
    training_.push_back(model);
    model->eval();
  }
}

EvaluationMode::~EvaluationMode() {
  for (Transformer& model : training_) model->train();
}

}  // namespace nmt
