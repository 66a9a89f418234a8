#include "nmt/scoring/bleu.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "nmt/scoring/ngram_counts.h"
#include "nmt/scoring/number_text.h"
#include "nmt/scoring/unicode.h"
#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

double default_smoothing_value(Smoothing smoothing) {
  switch (smoothing) {
    case Smoothing::kFloor:
      return 0.1;
    case Smoothing::kAddK:
      return 1;
    case Smoothing::kExp:
    case Smoothing::kNone:
      return 0;
  }
  return 0;
}

std::string smoothing_text(Smoothing smoothing, double value) {
  switch (smoothing) {
    case Smoothing::kExp:
      return "exp";
    case Smoothing::kFloor:
      return "floor[" + fixed(value, 2) + "]";
    case Smoothing::kAddK:
      return "add-k[" + fixed(value, 2) + "]";
    case Smoothing::kNone:
      return "none";
  }
  return "";
}

/// Segments as sequences of word numbers. Words keep their number until clear().
class Vocabulary {
 public:
  void clear() { words_.clear(); }

  /// The numbers of the words of `text`, which must live until clear().
  std::vector<uint32_t> number(std::string_view text) {
    std::vector<uint32_t> sequence;
    sequence.reserve(text.size() / 4 + 1);
    for_each_part(text, [&](std::string_view word) { sequence.push_back(words_.insert(word)); });
    return sequence;
  }

 private:
  Interner<std::string_view> words_;
};

/// The reference length closest to `hypothesis`; of two equally close ones the shorter.
size_t closest_length(size_t hypothesis, const std::vector<size_t>& references) {
  const auto distance = [hypothesis](size_t length) {
    return length > hypothesis ? length - hypothesis : hypothesis - length;
  };
  return *std::min_element(references.begin(), references.end(), [&](size_t a, size_t b) {
    return std::make_pair(distance(a), a) < std::make_pair(distance(b), b);
  });
}

double brevity_penalty(double hypothesis_length, double reference_length) {
  if (hypothesis_length >= reference_length) return 1;
  return hypothesis_length > 0 ? std::exp(1 - reference_length / hypothesis_length) : 0;
}

double to_double(double number) {
  return number;
}
double to_double(NumpyNumber number) {
  return number.value();
}

/// log p, with a number so low for p = 0 that the score becomes 0.
double floored_log(double precision) {
  return precision == 0 ? -9999999999.0 : std::log(precision);
}

}  // namespace

Bleu::Bleu(BleuOptions options)
    : options_(std::move(options)),
      smoothing_value_(
          options_.smoothing_value.value_or(default_smoothing_value(options_.smoothing))),
      tokenizer_(make_tokenizer(options_.tokenizer, options_.tokenizer_model)) {
  if (options_.max_order < 1) {
    throw Error(text("BLEU cannot count n-grams up to order ", options_.max_order),
                "Use an order from 1.");
  }
  const bool uses_value =
      options_.smoothing == Smoothing::kFloor || options_.smoothing == Smoothing::kAddK;
  if (uses_value && !(smoothing_value_ >= 0 && std::isfinite(smoothing_value_))) {
    throw Error(text("BLEU cannot smooth with the value ", smoothing_value_),
                "Use a number from 0.");
  }
}

/// What the score is made of besides the brevity penalty, by order.
template <class Number>
struct Bleu::Precisions {
  std::vector<Number> matches;  // smoothed
  std::vector<Number> totals;
  std::vector<Number> values;
  double mean = 0;  // geometric
};

template <class Number>
Bleu::Precisions<Number> Bleu::precisions(std::span<const Number> sums,
                                          double smoothing_value) const {
  const auto matches = sums.subspan(2, order());
  const auto totals = sums.subspan(2 + order(), order());
  Precisions<Number> parts{{matches.begin(), matches.end()},
                           {totals.begin(), totals.end()},
                           std::vector<Number>(order(), Number(0.0))};
  if (std::all_of(matches.begin(), matches.end(), [](Number count) { return count == 0; }))
    return parts;

  double exp_divisor = 1;
  size_t orders = order();
  for (size_t n = 0; n < order(); ++n) {
    Number& matched = parts.matches[n];
    Number& total = parts.totals[n];
    if (options_.smoothing == Smoothing::kAddK && n > 0) {
      matched = matched + Number(smoothing_value);
      total = total + Number(smoothing_value);
    }
    if (total == 0) break;
    if (options_.effective_order) orders = n + 1;
    // The order of these operations decides the last digit.
    if (!(matched == 0)) {
      parts.values[n] = Number(100.0) * matched / total;
    } else if (options_.smoothing == Smoothing::kExp) {
      exp_divisor *= 2;
      parts.values[n] = Number(100.0) / (Number(exp_divisor) * total);
    } else if (options_.smoothing == Smoothing::kFloor) {
      parts.values[n] = Number(100.0 * smoothing_value) / total;
    }
  }
  double log_sum = 0;
  for (size_t n = 0; n < orders; ++n) log_sum += floored_log(to_double(parts.values[n]));
  parts.mean = std::exp(log_sum / static_cast<double>(orders));
  return parts;
}

BleuBreakdown Bleu::breakdown(std::span<const double> sums) const {
  const double penalty = brevity_penalty(sums[0], sums[1]);
  Precisions<double> parts = precisions(sums, smoothing_value_);
  return {penalty * parts.mean,
          std::move(parts.matches),
          std::move(parts.totals),
          std::move(parts.values),
          penalty,
          sums[0],
          sums[1]};
}

NumpyNumber Bleu::value(std::span<const float> sums) const {
  const std::vector<NumpyNumber> numbers(sums.begin(), sums.end());
  return brevity_penalty(sums[0], sums[1]) *
         precisions<NumpyNumber>(numbers, smoothing_value_).mean;
}

double Bleu::trial_value(std::span<const double> sums) const {
  // A count plus a fraction is stored as an integer again.
  const double smoothing_value =
      options_.smoothing == Smoothing::kAddK ? std::trunc(smoothing_value_) : smoothing_value_;
  return brevity_penalty(sums[0], sums[1]) * precisions(sums, smoothing_value).mean;
}

std::string Bleu::preprocess(std::string_view segment) const {
  return options_.lowercase ? tokenizer_->tokenize(trim_right(to_lower(segment)))
                            : tokenizer_->tokenize(trim_right(segment));
}

Statistics Bleu::count(std::span<const std::string> hypotheses, const References& references,
                       SegmentRange range) const {
  Statistics table;
  table.width = 2 + 2 * order();
  table.values.reserve(table.width * (range.last - range.first));
  Vocabulary vocabulary;
  NgramCounts ngrams(order());
  std::vector<std::string> tokenized;  // keeps the words of the segment alive
  std::vector<size_t> lengths;
  for (size_t i = range.first; i < range.last; ++i) {
    const auto segment = references.segment(i);
    vocabulary.clear();
    ngrams.clear();
    tokenized.clear();
    tokenized.reserve(segment.size());
    lengths.clear();
    for (const std::string_view reference : segment) {
      tokenized.push_back(preprocess(reference));
      const auto words = vocabulary.number(tokenized.back());
      lengths.push_back(words.size());
      ngrams.add_reference(words);
    }
    const std::string hypothesis = preprocess(hypotheses[i]);
    const auto words = vocabulary.number(hypothesis);
    const auto matches = ngrams.matches(words);
    table.values.push_back(static_cast<double>(words.size()));
    table.values.push_back(static_cast<double>(closest_length(words.size(), lengths)));
    table.values.insert(table.values.end(), matches.begin(), matches.end());
    for (size_t n = 1; n <= order(); ++n) {
      table.values.push_back(static_cast<double>(ngram_total(words.size(), n)));
    }
  }
  return table;
}

std::string Bleu::details(std::span<const double> sums) const {
  const BleuBreakdown parts = breakdown(sums);
  std::string precisions;
  for (const double precision : parts.precisions)
    precisions += (precisions.empty() ? "" : "/") + fixed(precision, 1);
  const double ratio =
      parts.reference_length == 0 ? 0 : parts.hypothesis_length / parts.reference_length;
  return text(precisions, " (BP = ", fixed(parts.brevity_penalty, 3), " ratio = ", fixed(ratio, 3),
              " hyp_len = ", fixed(parts.hypothesis_length, 0),
              " ref_len = ", fixed(parts.reference_length, 0), ")");
}

std::vector<SignatureField> Bleu::signature_fields() const {
  return {{"case", "c", options_.lowercase ? "lc" : "mixed"},
          {"eff", "e", options_.effective_order ? "yes" : "no"},
          {"tok", "tok", tokenizer_->signature()},
          {"smooth", "s", smoothing_text(options_.smoothing, smoothing_value_)}};
}

bool looks_tokenized(std::span<const std::string> hypotheses) {
  return std::count_if(hypotheses.begin(), hypotheses.end(),
                       [](const std::string& line) { return line.ends_with(" ."); }) >= 100;
}

}  // namespace nmt::scoring
