// What length-normalised attention adds to a training step: forward and backward of the same model
// on the same batches, with and without it, in turns.
//
//   ninja -C build bench_attention_scale && build/bench_attention_scale [ROUNDS]

#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>

#include "criterions/label_smoothed_cross_entropy.h"
#include "models/transformer.h"
#include "modules/length_bias/attention_scale.h"

namespace nmt {
namespace {

struct Size {
  const char* name;
  int64_t dim, heads, feed_forward_dim, layers, vocabulary, rows, length;
};

Batch random_batch(const Size& size) {
  std::mt19937 random(1);
  std::vector<TokenPair> pairs(static_cast<size_t>(size.rows));
  for (TokenPair& pair : pairs)
    for (std::vector<int32_t>* side : {&pair.source, &pair.target}) {
      for (int64_t i = 1; i < size.length; ++i)
        side->push_back(
            4 + static_cast<int32_t>(random() % static_cast<uint32_t>(size.vocabulary - 4)));
      side->push_back(3);
    }
  return make_batch(pairs, /*pad=*/0, /*bos=*/2);
}

Transformer make_model(const Size& size, std::shared_ptr<AttentionScale> scale) {
  TransformerOptions options;
  options.dim = size.dim, options.heads = size.heads;
  options.feed_forward_dim = size.feed_forward_dim;
  options.encoder_layers = options.decoder_layers = size.layers;
  options.dropout = 0.1;
  torch::manual_seed(1);
  ModelExtensions extensions;
  extensions.attention_scale = std::move(scale);
  Transformer model(options, VocabularyShape{size.vocabulary, size.vocabulary, 0}, extensions);
  model->train();
  return model;
}

double step_seconds(Transformer& model, Criterion& criterion, const Batch& batch) {
  const auto start = std::chrono::steady_clock::now();
  criterion(model, batch, {.update = 1, .seed = 1}).loss.backward();
  for (torch::Tensor& parameter : model->parameters()) parameter.mutable_grad() = torch::Tensor();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void compare(const Size& size, int rounds) {
  const auto scale = std::make_shared<length_bias::LengthNormalisedScale>(
      std::vector<std::string>{"enc", "dec", "crs"});
  scale->set_reference({50, 25});
  Transformer plain = make_model(size, nullptr), normalised = make_model(size, scale);
  LabelSmoothedCrossEntropy criterion(0.1, SmoothingKind::kFairseq);
  const Batch batch = random_batch(size);
  std::vector<double> without, with, ratios;
  for (int round = -2; round < rounds; ++round) {
    const double a = step_seconds(plain, criterion, batch);
    const double b = step_seconds(normalised, criterion, batch);
    if (round < 0) continue;  // warming up
    without.push_back(a), with.push_back(b), ratios.push_back(b / a);
  }
  std::printf("%-6s %3ld x %3ld tokens   plain %7.1f ms   normalised %7.1f ms   %+5.1f %%\n",
              size.name, static_cast<long>(size.rows), static_cast<long>(size.length),
              1000 * median(without), 1000 * median(with), 100 * (median(ratios) - 1));
}

}  // namespace
}  // namespace nmt

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 30;
  torch::set_num_threads(1);
  nmt::compare({"tiny", 128, 4, 256, 4, 6000, 64, 30}, rounds);
  nmt::compare({"tiny", 128, 4, 256, 4, 6000, 16, 128}, rounds);
  nmt::compare({"tiny", 128, 4, 256, 4, 6000, 4, 512}, rounds);
  nmt::compare({"base", 512, 8, 2048, 6, 8000, 16, 30}, rounds);
  return 0;
}
