#include "nmt/run/trained_run.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <functional>

#include "tests/message_of.h"
#include "tests/models/small_model.h"

namespace nmt {
namespace {

TensorMap weights_of(const Transformer& model) {
  TensorMap weights;
  for (const auto& entry : model->named_parameters())
    weights[entry.key()] = entry.value().detach().clone();
  return weights;
}

class LoadWeights : public ::testing::Test {
 protected:
  std::string refused(const TensorMap& weights) {
    return message_of([&] { load_weights(model_, weights, "some.safetensors"); });
  }

  Transformer model_ = Transformer(testing::small_options(), VocabularyShape{10, 10, 0});
  TensorMap weights_ =
      weights_of(Transformer(testing::small_options(), VocabularyShape{10, 10, 0}));
};

TEST_F(LoadWeights, TakesTheTensorsThemselves) {
  load_weights(model_, weights_, "x");
  for (const auto& entry : model_->named_parameters()) {
    EXPECT_EQ(entry.value().data_ptr(), weights_.at(entry.key()).data_ptr()) << entry.key();
    EXPECT_TRUE(entry.value().requires_grad()) << entry.key();
  }
}

TEST_F(LoadWeights, ConvertsOtherTypes) {
  const TensorMap exact = weights_;
  for (auto& [name, tensor] : weights_) tensor = tensor.to(torch::kDouble);
  load_weights(model_, weights_, "x");
  for (const auto& entry : model_->named_parameters())
    EXPECT_TRUE(entry.value().equal(exact.at(entry.key()))) << entry.key();
}

TEST_F(LoadWeights, NamesWhatDoesNotFit) {
  const std::string name = weights_.begin()->first;
  TensorMap changed = weights_;
  changed["decoder.third_eye"] = torch::ones({3});
  EXPECT_NE(refused(changed).find("'decoder.third_eye' has no place"), std::string::npos);
  changed = weights_;
  changed[name] = torch::ones({3});
  EXPECT_NE(refused(changed).find(name + "' has shape [3]"), std::string::npos);
  changed[name] = torch::ones(weights_.at(name).sizes(), torch::kBool);
  EXPECT_NE(refused(changed).find(name + "' is of type Bool"), std::string::npos);
  changed.erase(name);
  EXPECT_NE(refused(changed).find("holds no tensor '" + name), std::string::npos);
}

}  // namespace
}  // namespace nmt
