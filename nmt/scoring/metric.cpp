#include "nmt/scoring/metric.h"

#include <algorithm>

#include "nmt/scoring/parallel.h"
#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

std::optional<std::string_view> present(const std::string& text) {
  return text;
}
std::optional<std::string_view> present(const std::optional<std::string>& text) {
  return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

}  // namespace

References::References(const std::vector<std::string>& stream)
    : texts_(stream.begin(), stream.end()) {
  for (size_t i = 1; i <= texts_.size(); ++i) starts_.push_back(i);
}

References::References(const std::vector<std::vector<std::string>>& streams) {
  collect(streams);
}

References::References(const std::vector<std::vector<std::optional<std::string>>>& streams) {
  collect(streams);
}

template <class Streams>
void References::collect(const Streams& streams) {
  if (streams.empty()) throw Error("there are no references");
  const size_t segments = streams.front().size();
  for (const auto& stream : streams) {
    if (stream.size() == segments) continue;
    throw Error(
        text("references differ in length: ", segments, " and ", stream.size(), " segments"),
        "Give one line for each segment in every reference.");
  }
  for (size_t segment = 0; segment < segments; ++segment) {
    for (const auto& stream : streams) {
      if (const auto reference = present(stream[segment])) texts_.push_back(*reference);
    }
    if (texts_.size() == starts_.back())
      throw Error(text("segment ", segment + 1, " has no reference"));
    starts_.push_back(texts_.size());
  }
}

std::optional<size_t> References::per_segment() const {
  std::optional<size_t> count;
  for (size_t i = 0; i < size(); ++i) {
    const size_t here = segment(i).size();
    if (count && *count != here) return std::nullopt;
    count = here;
  }
  return count;
}

std::vector<double> Statistics::sum() const {
  std::vector<double> sums(width, 0.0);
  for (size_t i = 0; i < values.size(); ++i) sums[i % width] += values[i];
  return sums;
}

Statistics Metric::statistics(std::span<const std::string> hypotheses, const References& references,
                              int threads) const {
  if (hypotheses.size() != references.size()) {
    throw Error(
        text("there are ", hypotheses.size(), " hypotheses for ", references.size(), " references"),
        "Give one of each for every segment.");
  }
  constexpr size_t kSegmentsAtOnce = 64;
  std::vector<Statistics> parts(
      std::max<size_t>(1, (hypotheses.size() + kSegmentsAtOnce - 1) / kSegmentsAtOnce));
  run_in_parallel(parts.size(), threads, [&](size_t part) {
    const size_t first = part * kSegmentsAtOnce;
    parts[part] = count(hypotheses, references,
                        {first, std::min(first + kSegmentsAtOnce, hypotheses.size())});
  });
  Statistics table{parts.front().width, {}};
  table.values.reserve(table.width * hypotheses.size());
  for (const Statistics& part : parts)
    table.values.insert(table.values.end(), part.values.begin(), part.values.end());
  return table;
}

Signature Metric::signature(const References& references) const {
  const auto references_each = references.per_segment();
  Signature signature;
  signature.fields.push_back(
      {"nrefs", "#", references_each ? std::to_string(*references_each) : "var"});
  for (SignatureField& field : signature_fields()) signature.fields.push_back(std::move(field));
  signature.fields.push_back({"version", "v", signature_version()});
  return signature;
}

Score Metric::score(std::span<const double> sums, const References& references) const {
  return {name(), value(sums), details(sums), signature(references), std::nullopt};
}

Score Metric::corpus(std::span<const std::string> hypotheses, const References& references,
                     int threads) const {
  if (hypotheses.empty()) throw Error("there is nothing to score: no hypotheses");
  return score(statistics(hypotheses, references, threads).sum(), references);
}

std::vector<Score> Metric::sentences(std::span<const std::string> hypotheses,
                                     const References& references, int threads) const {
  const Statistics table = statistics(hypotheses, references, threads);
  const Signature shared = signature(references);
  std::vector<Score> scores;
  scores.reserve(table.rows());
  for (size_t i = 0; i < table.rows(); ++i) {
    scores.push_back({name(), value(table.row(i)), details(table.row(i)), shared, std::nullopt});
  }
  return scores;
}

std::string Metric::details(std::span<const double>) const {
  return "";
}

}  // namespace nmt::scoring
