// Updates of the trainer's parts on given batches, timed for training.py, which runs them in turns
// with the same model in plain PyTorch.
//
//   bench_training BATCHES WEIGHTS PRESET fp32|bf16 UPDATES THREADS DROPOUT LR
//
// BATCHES is JSON: {"vocabulary": V, "batches": [[[source ids], [target ids]] …] …]}, ids without
// EOS. The initial weights are written to WEIGHTS (safetensors). Prints JSON: seconds and mean loss
// per target token of every update, and the version of LibTorch.

#include <torch/torch.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "criterions/label_smoothed_cross_entropy.h"
#include "models/precision.h"
#include "models/transformer.h"
#include "nmt/training/optimizer.h"
#include "nmt/training/tensor_file.h"

namespace nmt {
namespace {

constexpr int64_t kPad = 0, kBos = 1;
constexpr int32_t kEos = 2;

std::vector<Batch> read_batches(const nlohmann::json& batches) {
  std::vector<Batch> result;
  for (const nlohmann::json& rows : batches) {
    std::vector<TokenPair> pairs;
    for (const nlohmann::json& row : rows) {
      TokenPair pair;
      pair.source = row[0].get<std::vector<int32_t>>();
      pair.target = row[1].get<std::vector<int32_t>>();
      pair.source.push_back(kEos);
      pair.target.push_back(kEos);
      pairs.push_back(pair);
    }
    result.push_back(make_batch(pairs, kPad, kBos));
  }
  return result;
}

Transformer make_model(const std::string& preset, double dropout, int64_t vocabulary) {
  TransformerOptions options;
  apply_preset(options, preset);
  options.dropout = dropout;
  torch::manual_seed(1);
  Transformer model(options, VocabularyShape{vocabulary, vocabulary, kPad});
  model->train();
  return model;
}

int run(const std::vector<std::string>& arguments) {
  const nlohmann::json input = nlohmann::json::parse(std::ifstream(arguments.at(0)));
  const std::vector<Batch> batches = read_batches(input["batches"]);
  const bool bf16 = arguments.at(3) == "bf16";
  torch::set_num_threads(std::stoi(arguments.at(5)));
  const double dropout = std::stod(arguments.at(6)), lr = std::stod(arguments.at(7));
  Transformer model = make_model(arguments.at(2), dropout, input["vocabulary"]);
  Optimizer::NamedTensors parameters;
  TensorMap weights;
  for (const auto& entry : model->named_parameters()) {
    parameters.emplace_back(entry.key(), entry.value());
    weights[entry.key()] = entry.value();
  }
  save_tensors(arguments.at(1), weights);
  const std::unique_ptr<World> world = single_process();
  Optimizer optimizer(parameters, OptimizerOptions{}, *world);
  LabelSmoothedCrossEntropy criterion(0.1, SmoothingKind::kUniform);

  nlohmann::json output = {{"libtorch", TORCH_VERSION},
                           {"seconds", nlohmann::json::array()},
                           {"losses", nlohmann::json::array()}};
  for (int update = 0; update < std::stoi(arguments.at(4)); ++update) {
    const Batch& batch = batches[static_cast<size_t>(update) % batches.size()];
    const auto start = std::chrono::steady_clock::now();
    CriterionResult result;
    {
      const AutocastGuard autocast(torch::kCPU, bf16 ? torch::kBFloat16 : torch::kFloat32);
      result = criterion(model, batch, {.update = update + 1, .seed = 1});
    }
    result.loss.backward();
    const auto tokens = static_cast<double>(result.tokens);
    optimizer.step(lr, torch::tensor(static_cast<float>(tokens)));
    optimizer.clear_gradients();
    output["seconds"].push_back(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    output["losses"].push_back(result.loss.item<double>() / tokens);
  }
  std::cout << output.dump() << '\n';
  return 0;
}

}  // namespace
}  // namespace nmt

int main(int argc, char** argv) {
  return nmt::run({argv + 1, argv + argc});
}
