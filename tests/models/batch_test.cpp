#include "data/batch.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "nmt/support/error.h"

// Here rather than under tests/data, because batches need LibTorch.

namespace nmt {
namespace {

torch::Tensor ids(std::vector<std::vector<int64_t>> rows) {
  std::vector<torch::Tensor> tensors;
  tensors.reserve(rows.size());
  for (const auto& row : rows) tensors.push_back(torch::tensor(row, torch::kInt64));
  return torch::stack(tensors);
}

Batch two_pairs() {
  return make_batch({{.source = {5, 6, 2},
                      .target = {7, 2},
                      .instance_id = 40,
                      .direction = 1,
                      .source_language = 2,
                      .target_language = 3,
                      .document = 4,
                      .document_position = 5},
                     {.source = {8, 2}, .target = {9, 10, 11, 2}, .instance_id = 41}},
                    /*pad=*/0, /*bos=*/1);
}

TEST(Batch, PadsOnTheRight) {
  const Batch batch = two_pairs();
  EXPECT_TRUE(batch.source.ids.equal(ids({{5, 6, 2}, {8, 2, 0}})));
  EXPECT_TRUE(batch.target_input.equal(ids({{1, 7, 0, 0}, {1, 9, 10, 11}})));
  EXPECT_TRUE(batch.target_output.equal(ids({{7, 2, 0, 0}, {9, 10, 11, 2}})));
  EXPECT_TRUE(batch.source.lengths.equal(torch::tensor({3, 2}, torch::kInt64)));
  EXPECT_TRUE(batch.target_lengths.equal(torch::tensor({2, 4}, torch::kInt64)));
  EXPECT_TRUE(batch.source.mask().equal(ids({{1, 1, 1}, {1, 1, 0}}).to(torch::kBool)));
  EXPECT_TRUE(batch.target_mask().equal(ids({{1, 1, 0, 0}, {1, 1, 1, 1}}).to(torch::kBool)));
  EXPECT_EQ(batch.size(), 2);
  EXPECT_EQ(batch.source_tokens, 5);
  EXPECT_EQ(batch.target_tokens, 6);
  EXPECT_TRUE(batch.source.padded);
  EXPECT_TRUE(batch.source.direction.equal(torch::tensor({1, 0}, torch::kInt64)));
  EXPECT_TRUE(batch.source.source_language.equal(torch::tensor({2, 0}, torch::kInt64)));
  EXPECT_TRUE(batch.source.target_language.equal(torch::tensor({3, 0}, torch::kInt64)));
  EXPECT_TRUE(batch.instance_ids.equal(torch::tensor({40, 41}, torch::kInt64)));
  EXPECT_TRUE(batch.document.equal(torch::tensor({4, -1}, torch::kInt64)));
  EXPECT_TRUE(batch.document_position.equal(torch::tensor({5, -1}, torch::kInt64)));
}

TEST(Batch, ListsItsRealTargetPositions) {
  EXPECT_TRUE(
      two_pairs().target_positions().equal(torch::tensor({0, 1, 4, 5, 6, 7}, torch::kInt64)));
  const Batch full =
      make_batch({{.source = {2}, .target = {5, 2}}, {.source = {2}, .target = {6, 2}}}, 0, 1);
  EXPECT_TRUE(full.target_positions().equal(torch::arange(4)));
  EXPECT_FALSE(full.source.padded);
}

TEST(Batch, TranslationHasNoTarget) {
  const Batch batch = make_batch({{.source = {5, 2}}}, 0, 1);
  EXPECT_EQ(batch.target_tokens, 0);
  EXPECT_EQ(batch.target_input.sizes(), (torch::IntArrayRef{1, 0}));
}

TEST(Batch, RefusesASourceWithoutTokens) {
  EXPECT_THROW(make_source_batch({{.source = {}}}, 0), Error);
}

TEST(Batch, MovesEveryTensor) {
  Batch batch = two_pairs();
  batch.source.annotations["spans"] = torch::ones({2, 3});
  const Batch moved = batch.to(torch::kMeta);
  for (const torch::Tensor* tensor :
       {&moved.source.ids, &moved.source.lengths, &moved.source.direction,
        &moved.source.source_language, &moved.source.target_language,
        &moved.source.annotations.at("spans"), &moved.target_input, &moved.target_output,
        &moved.target_lengths, &moved.instance_ids, &moved.document, &moved.document_position})
    EXPECT_TRUE(tensor->is_meta());
  EXPECT_EQ(moved.target_tokens, batch.target_tokens);
}

}  // namespace
}  // namespace nmt
