#include "models/blocked_product.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace nmt {
namespace {

/// Whole numbers, so that sums are exact in whatever order; the first of each row is `largest`.
torch::Tensor whole_numbers(int64_t rows, int64_t width, int64_t largest) {
  torch::Tensor numbers = torch::randint(-largest, largest + 1, {rows, width}, torch::kFloat32);
  numbers.select(1, 0).fill_(static_cast<double>(largest));
  return numbers;
}

using Pack = PackedProduct (*)(const torch::Tensor& weight, const torch::Tensor& bias);

/// Tiles, blocks and shares of rows that are full, and that are not; with one thread and several.
void expect_exact(Pack pack, int64_t largest_weight, int64_t largest_input) {
  torch::manual_seed(3);
  const int threads = at::get_num_threads();
  for (const int64_t outputs : {1, 17, 64, 65, 200})
    for (const int64_t inputs : {1, 2, 7, 64, 130}) {
      const torch::Tensor weight = whole_numbers(outputs, inputs, largest_weight);
      const torch::Tensor bias = torch::arange(outputs).to(torch::kFloat32);
      const PackedProduct product = pack(weight, bias), unshifted = pack(weight, {});
      for (const int64_t rows : {0, 1, 2, 5, 6, 7, 12, 13, 25, 96, 97, 200}) {
        const torch::Tensor x = whole_numbers(rows, inputs, largest_input);
        const torch::Tensor expected = x.to(torch::kFloat64).matmul(weight.to(torch::kFloat64).t());
        for (const int count : {1, 3}) {
          at::set_num_threads(count);
          EXPECT_TRUE(product(x).to(torch::kFloat64).equal(expected + bias))
              << rows << " × " << inputs << " × " << outputs << ", " << count << " threads";
          EXPECT_TRUE(unshifted(x).to(torch::kFloat64).equal(expected));
        }
      }
    }
  at::set_num_threads(threads);
}

TEST(BlockedProduct, Fp32IsExactForWholeNumbersOfAllSizes) {
  expect_exact([](const torch::Tensor& weight,
                  const torch::Tensor& bias) { return pack_in_blocks(weight, bias); },
               100, 100);
}

// bf16 has 8 bits.
TEST(BlockedProduct, Bf16IsExactForWholeNumbersOfAllSizes) {
  expect_exact(
      [](const torch::Tensor& weight, const torch::Tensor& bias) {
        return pack_in_blocks(weight.to(torch::kBFloat16), bias);
      },
      100, 100);
}

// Whole numbers are rounded to themselves in rows whose largest is the largest there is.
TEST(BlockedProduct, Int8IsExactForWholeNumbersOfAllSizes) {
  expect_exact(
      [](const torch::Tensor& weight, const torch::Tensor& bias) {
        return pack_in_blocks(quantize_rows_to_int8(weight, 127), bias);
      },
      127, largest_int8_input());
}

// Inputs are rounded to bf16: the nearest to 257 is 256.
TEST(BlockedProduct, Bf16RoundsInputs) {
  const PackedProduct product = pack_in_blocks(torch::ones({3, 5}, torch::kBFloat16), {});
  EXPECT_TRUE(product(torch::full({2, 5}, 257.0F)).equal(torch::full({2, 3}, 1280.0F)));
}

// What a transpose or a slice leaves, of any dimensions.
TEST(BlockedProduct, TakesAnyLayout) {
  torch::manual_seed(4);
  const torch::Tensor weight = whole_numbers(30, 20, 9).t(), x = whole_numbers(30, 14, 9).t();
  const torch::Tensor product = pack_in_blocks(weight, {})(x.view({2, 7, 30}));
  EXPECT_TRUE(product.equal(x.matmul(weight.t()).view({2, 7, 20})));
}

}  // namespace
}  // namespace nmt
