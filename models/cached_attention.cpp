#include "models/cached_attention.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include "models/lanes.h"
#include "models/processor.h"

namespace nmt {
namespace {

/// Where the loops find what they need; sizes and strides in elements. Entries are T, or bf16.
template <class T, class Cached>
struct Arrays {
  const T* queries;
  int64_t group_stride, query_stride;
  const Cached* entries;
  const int64_t* table;   // null: a group's entries lie next to each other
  const int64_t* starts;  // null, too: and groups follow each other
  const int64_t* counts;  // null: all slots
  int64_t counts_per_group;
  int64_t queries_per_group, heads, head_size, slots;
  T* out;
};

/// Numbers in T, or in bf16, which is the upper half of fp32.
template <int64_t kBytes, class T, class Cached>
[[gnu::always_inline]] inline void load(const Cached* from, typename Lanes<T, kBytes>::Vector& to) {
  if constexpr (std::is_same_v<T, Cached>) {
    to = lanes<kBytes>(from);
  } else {
    using Halves = typename Lanes<uint16_t, kBytes / 2>::Vector;
    using Integers = typename Lanes<uint32_t, kBytes>::Vector;
    const Integers wide = __builtin_convertvector(*reinterpret_cast<const Halves*>(from), Integers);
    to = reinterpret_cast<typename Lanes<T, kBytes>::Vector>(wide << 16);
  }
}

template <int64_t kBytes, class T, class Cached>
[[gnu::always_inline]] inline T dot(const T* a, const Cached* b, int64_t size) {
  constexpr int64_t kLanes = Lanes<T, kBytes>::kCount;
  typename Lanes<T, kBytes>::Vector products = {}, cached;
  int64_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    load<kBytes, T>(b + i, cached);
    products += lanes<kBytes>(a + i) * cached;
  }
  T sum = sum_of<T, kBytes>(products);
  for (; i < size; ++i) sum += a[i] * static_cast<T>(b[i]);
  return sum;
}

template <class T>
[[gnu::always_inline]] inline void softmax(T* scores, int64_t count, T factor) {
  T highest = -std::numeric_limits<T>::infinity(), sum = 0;
  for (int64_t i = 0; i < count; ++i) highest = std::max(highest, scores[i]);
  for (int64_t i = 0; i < count; ++i) {
    scores[i] = std::exp((scores[i] - highest) * factor);
    sum += scores[i];
  }
  const T scale = 1 / sum;
  for (int64_t i = 0; i < count; ++i) scores[i] *= scale;
}

constexpr int64_t kTogether = 4;  // slots whose values are added in one pass over the sum

/// Adds the weighted values of slots first … first + kSlots − 1 to `out`.
template <int64_t kBytes, int64_t kSlots, class T, class Cached, class Entry>
[[gnu::always_inline]] inline void add_values(const Arrays<T, Cached>& a, const Entry& entry,
                                              int64_t first, const T* scores, T* out) {
  constexpr int64_t kLanes = Lanes<T, kBytes>::kCount;
  const Cached* values[kSlots];
  for (int64_t k = 0; k < kSlots; ++k) values[k] = entry(first + k) + a.heads * a.head_size;
  for (int64_t head = 0; head < a.heads; ++head) {
    const T* weights = scores + head * a.slots + first;
    int64_t i = head * a.head_size;
    const int64_t end = i + a.head_size;
    for (; i + kLanes <= end; i += kLanes) {
      typename Lanes<T, kBytes>::Vector sum = lanes<kBytes>(out + i), cached;
      for (int64_t k = 0; k < kSlots; ++k) {
        load<kBytes, T>(values[k] + i, cached);
        sum += weights[k] * cached;
      }
      lanes<kBytes>(out + i) = sum;
    }
    for (; i < end; ++i)
      for (int64_t k = 0; k < kSlots; ++k) out[i] += weights[k] * static_cast<T>(values[k][i]);
  }
}

/// Asks for numbers that will be read soon.
template <class T>
[[gnu::always_inline]] inline void prefetch(const T* numbers, int64_t count) {
  constexpr int64_t kLine = 64 / int64_t{sizeof(T)};
  for (int64_t i = 0; i < count; i += kLine) __builtin_prefetch(numbers + i);
}

/// Queries [begin, end) of all groups'. A token's heads are gone through together: they lie next to
/// each other. `scores` [heads, slots].
template <int64_t kBytes, class T, class Cached>
[[gnu::always_inline]] inline void attend_range(const Arrays<T, Cached>& a, int64_t begin,
                                                int64_t end, T* scores) {
  const int64_t dim = a.heads * a.head_size;
  const T factor = static_cast<T>(1 / std::sqrt(static_cast<double>(a.head_size)));
  for (int64_t i = begin; i < end; ++i) {
    const int64_t group = i / a.queries_per_group, place = i % a.queries_per_group;
    const T* query = a.queries + group * a.group_stride + place * a.query_stride;
    int64_t count = a.slots;
    if (a.counts)
      count = a.counts[group * a.counts_per_group + std::min(place, a.counts_per_group - 1)];
    const int64_t* table = a.table ? a.table + group * a.slots : nullptr;
    const int64_t start = a.starts ? a.starts[group] : group * a.slots;
    const auto entry = [&](int64_t slot) __attribute__((always_inline)) {
      return a.entries + (table ? table[slot] : start + slot) * 2 * dim;
    };
    for (int64_t slot = 0; slot < count; ++slot) {
      const Cached* keys = entry(slot);
      prefetch(entry(std::min(slot + 1, count - 1)), 2 * dim);
      for (int64_t head = 0; head < a.heads; ++head)
        scores[head * a.slots + slot] =
            dot<kBytes>(query + head * a.head_size, keys + head * a.head_size, a.head_size);
    }
    for (int64_t head = 0; head < a.heads; ++head) softmax(scores + head * a.slots, count, factor);
    T* out = a.out + i * dim;
    std::fill_n(out, dim, T(0));
    int64_t slot = 0;
    for (; slot + kTogether <= count; slot += kTogether)
      add_values<kBytes, kTogether>(a, entry, slot, scores, out);
    for (; slot < count; ++slot) add_values<kBytes, 1>(a, entry, slot, scores, out);
  }
}

template <class T, class Cached>
void attend_arrays(const Arrays<T, Cached>& arrays, int64_t queries) {
  // A thread is worth its start from some 100,000 multiplications on.
  const int64_t work = arrays.slots * arrays.heads * arrays.head_size;
  const int64_t grain = std::max<int64_t>(1, 100'000 / std::max<int64_t>(1, work));
  at::parallel_for(0, queries, grain, [&](int64_t begin, int64_t end) {
    std::vector<T> scores(static_cast<size_t>(arrays.heads * arrays.slots));
    run_on_this_processor(
        [&](auto bytes, int64_t first, int64_t last) __attribute__((always_inline)) {
          attend_range<bytes>(arrays, first, last, scores.data());
        },
        begin, end);
  });
}

template <class T, class Cached>
torch::Tensor attend_in_place(const torch::Tensor& queries, const CachedKeys& keys) {
  const int64_t groups = queries.size(0), each = queries.size(1), heads = queries.size(2),
                head_size = queries.size(3);
  const bool usable = queries.stride(3) == 1 && queries.stride(2) == head_size;
  const torch::Tensor rows = usable ? queries : queries.contiguous();
  const torch::Tensor entries = keys.entries.contiguous();
  const auto numbers = [](const torch::Tensor& tensor) {
    return tensor.defined() ? tensor.contiguous() : tensor;
  };
  const auto data = [](const torch::Tensor& tensor) {
    return tensor.defined() ? tensor.const_data_ptr<int64_t>() : nullptr;
  };
  const torch::Tensor table = numbers(keys.table), starts = numbers(keys.starts),
                      counts = numbers(keys.counts);
  torch::Tensor out =
      torch::empty({groups, each, heads * head_size}, queries.options().requires_grad(false));
  attend_arrays(Arrays<T, Cached>{.queries = rows.const_data_ptr<T>(),
                                  .group_stride = rows.stride(0),
                                  .query_stride = rows.stride(1),
                                  .entries = entries.const_data_ptr<Cached>(),
                                  .table = data(table),
                                  .starts = data(starts),
                                  .counts = data(counts),
                                  .counts_per_group = counts.defined() ? counts.size(1) : 1,
                                  .queries_per_group = each,
                                  .heads = heads,
                                  .head_size = head_size,
                                  .slots = keys.slots,
                                  .out = out.mutable_data_ptr<T>()},
                groups * each);
  return out;
}

}  // namespace

int64_t CachedKeys::groups() const {
  if (table.defined()) return table.size(0);
  return starts.defined() ? starts.size(0) : entries.size(0) / slots;
}

torch::Tensor attend_cached_by_library(const torch::Tensor& queries, const CachedKeys& keys) {
  const int64_t groups = queries.size(0);
  torch::Tensor table = keys.table;
  if (!table.defined() && keys.starts.defined())  // slots past a group's own are masked
    table = (keys.starts.unsqueeze(1) + torch::arange(keys.slots, keys.starts.options()))
                .clamp_max_(keys.entries.size(0) - 1);
  const torch::Tensor entries =  // [groups, slots, 2, heads, head size]
      (table.defined() ? keys.entries.index_select(0, table.flatten()) : keys.entries)
          .unflatten(0, {groups, keys.slots})
          .to(queries.scalar_type());
  std::optional<torch::Tensor> mask;  // [groups, 1, queries or 1, slots]
  if (keys.counts.defined())
    mask =
        (torch::arange(keys.slots, keys.counts.options()) < keys.counts.unsqueeze(-1)).unsqueeze(1);
  return at::scaled_dot_product_attention(queries.transpose(1, 2),
                                          entries.select(2, 0).transpose(1, 2),
                                          entries.select(2, 1).transpose(1, 2), mask)
      .transpose(1, 2)
      .flatten(2);
}

torch::Tensor attend_cached(const torch::Tensor& queries, const CachedKeys& keys) {
  const auto are = [&](torch::ScalarType type, torch::ScalarType cached) {
    return queries.scalar_type() == type && keys.entries.scalar_type() == cached;
  };
  if (queries.is_cpu()) {
    if (are(torch::kFloat32, torch::kFloat32)) return attend_in_place<float, float>(queries, keys);
    if (are(torch::kFloat32, torch::kBFloat16))
      return attend_in_place<float, at::BFloat16>(queries, keys);
    if (are(torch::kFloat64, torch::kFloat64))
      return attend_in_place<double, double>(queries, keys);
  }
  return attend_cached_by_library(queries, keys);
}

}  // namespace nmt
