#include "models/transformer.h"

#include <torch/torch.h>

#include <cmath>

#include "models/initialisation.h"
#include "models/product.h"
#include "nmt/support/error.h"

namespace nmt {

TransformerImpl::TransformerImpl(TransformerOptions options, VocabularyShape vocabulary,
                                 ModelExtensions extensions)
    : options_(std::move(options)), vocabulary_(vocabulary) {
  validate(options_);
  const TiedEmbeddings tied = options_.tied_embeddings;
  if (tied == TiedEmbeddings::kAll && vocabulary_.source_size != vocabulary_.target_size)
    throw UsageError(text("model.tied_embeddings = all needs one vocabulary for both sides, not ",
                          vocabulary_.source_size, " and ", vocabulary_.target_size, " pieces"),
                     "Set model.tied_embeddings to target, or train a joint vocabulary.");

  const auto table = [&](int64_t size) {
    return TokenEmbedding(
        TokenEmbeddingOptions{.vocabulary = size, .dim = options_.dim, .pad = vocabulary_.pad});
  };
  target_tokens = register_module("target_tokens", table(vocabulary_.target_size));
  source_tokens = tied == TiedEmbeddings::kAll
                      ? target_tokens
                      : register_module("source_tokens", table(vocabulary_.source_size));
  source_embedding = extensions.source_embedding
                         ? extensions.source_embedding(source_tokens, options_)
                         : std::make_shared<PlainSourceEmbedding>(source_tokens, options_);
  register_module("source_embedding", source_embedding);
  source_site_ = sites_->add_whole("source_embedding", ActivationSide::kSource, options_.dim);
  encoder = register_module("encoder", Encoder(options_, sites_, extensions));
  target_embedding = std::make_shared<SequenceEmbedding>(target_tokens, options_);
  register_module("target_embedding", target_embedding);
  target_site_ = sites_->add_whole("target_embedding", ActivationSide::kTarget, options_.dim);
  decoder = register_module("decoder", Decoder(options_, sites_, extensions));
  if (tied == TiedEmbeddings::kNone) {
    output = register_parameter("output", torch::empty({vocabulary_.target_size, options_.dim}));
    initialise([&] { output.normal_(0, 1 / std::sqrt(static_cast<double>(options_.dim))); });
  }
  add_modules(extensions.modules);
}

void TransformerImpl::add_modules(const MethodModules& modules) {
  for (const auto& [name, module] : modules) {
    if (!module) throw Error(text("method '", name, "' brings an empty module"));
    if (named_children().contains(name))
      throw UsageError(text("method '", name, "' has the name of a part of the model, ",
                            "under which its module cannot be registered"),
                       "Give the method another name.");
    register_module(name, module);
  }
}

std::map<std::string, torch::Tensor> TransformerImpl::saved_tensors() const {
  std::map<std::string, torch::Tensor> tensors;
  for (const auto& entry : named_parameters()) tensors[entry.key()] = entry.value();
  for (const auto& entry : named_buffers()) tensors[entry.key()] = entry.value();
  return tensors;
}

void TransformerImpl::check_length(int64_t length, const char* side) const {
  if (length > options_.max_positions)
    throw Error(text("a ", side, " sequence of ", length,
                     " tokens is longer than model.max_positions = ", options_.max_positions),
                "Split or drop long sentences, or train with more positions.");
}

Memory TransformerImpl::encode(const SourceBatch& source) {
  check_length(source.ids.size(1), "source");
  EmbeddedSource embedded = source_embedding->embed(source);
  Memory memory;
  memory.info = {.direction = source.direction,
                 .source_language = source.source_language,
                 .target_language = source.target_language,
                 .source_mask = embedded.mask,
                 .source_padded = embedded.padded,
                 .source_counts = embedded.mask.sum(1),
                 .target_mask = {}};
  embedded.states = sites_->apply(source_site_, embedded.states, memory.info);
  memory.states = encoder->forward(embedded, memory.info);
  return memory;
}

torch::Tensor TransformerImpl::decode(const Memory& memory, const torch::Tensor& target_input,
                                      const torch::Tensor& target_mask) {
  check_length(target_input.size(1), "target");
  SentenceInfo info = memory.info;
  info.target_mask = target_mask;
  const torch::Tensor positions =
      torch::arange(target_input.size(1), target_input.options()).unsqueeze(0);
  const torch::Tensor x =
      sites_->apply(target_site_, target_embedding->embed_tokens(target_input, positions), info);
  return decoder->forward(x, memory.states, info);
}

DecoderState TransformerImpl::start(const Memory& memory, int64_t beam, int64_t max_length) {
  const torch::NoGradGuard no_grad;
  check_length(max_length, "target");
  return decoder->start(memory.states, memory.info, beam, max_length);
}

torch::Tensor TransformerImpl::step(DecoderState& state, const torch::Tensor& tokens,
                                    const torch::Tensor& counts) {
  const torch::NoGradGuard no_grad;
  const int64_t n = tokens.size(1);
  if (state.length + n > state.max_length)
    throw Error(text("decoding was started for ", state.max_length, " positions, but reached ",
                     state.length + n));
  torch::Tensor positions = torch::arange(n, tokens.options()).unsqueeze(0);
  if (state.lengths.defined())
    positions = positions + state.lengths.unsqueeze(1);
  else if (state.length > 0)
    positions = positions + state.length;
  const torch::Tensor x =
      sites_->apply(target_site_, target_embedding->embed_tokens(tokens, positions), state.info);
  torch::Tensor hidden = decoder->step(x, positions, counts, state);
  state.advance(n, counts);
  return hidden;
}

const torch::Tensor& TransformerImpl::output_weight() const {
  return output.defined() ? output : target_tokens->weight;
}

torch::Tensor TransformerImpl::project(const torch::Tensor& hidden) const {
  return packed_output_ ? packed_output_(hidden) : product(hidden, output_weight());
}

void TransformerImpl::pack(WeightPrecision precision) {
  for (const auto& part : modules())
    if (auto* linear = part->as<LinearImpl>()) linear->pack(precision);
  packed_output_ = nmt::pack(output_weight(), {}, precision);
  if (precision != WeightPrecision::kFp32 && output_weight().is_cpu())
    decoder->keep_cache_in(torch::kBFloat16);
}

int64_t TransformerImpl::parameter_count() const {
  int64_t count = 0;
  for (const torch::Tensor& parameter : parameters())
    if (parameter.requires_grad()) count += parameter.numel();
  return count;
}

double TransformerImpl::training_flops(int64_t source_length, int64_t target_length) const {
  // Forward, gradient of the inputs, gradient of the weights: three products of 2 operations a
  // weight and token.
  constexpr double kPerWeight = 6;
  double source_weights = 0, target_weights = static_cast<double>(output_weight().numel());
  for (const auto& entry : named_parameters()) {
    if (entry.value().dim() != 2) continue;
    const std::string& name = entry.key();
    const auto weights = static_cast<double>(entry.value().numel());
    if (name.starts_with("encoder.") || name.find(".cross_attention.kv.") != std::string::npos)
      source_weights += weights;
    else if (name.starts_with("decoder."))
      target_weights += weights;
  }
  return kPerWeight * (source_weights * static_cast<double>(source_length) +
                       target_weights * static_cast<double>(target_length));
}

}  // namespace nmt
