#include "nmt/scoring/chrf.h"

#include <algorithm>
#include <cctype>

#include "nmt/scoring/ngram_counts.h"
#include "nmt/scoring/unicode.h"
#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

constexpr int kHighestOrder = 1000;  // statistics take 24 bytes for each order and segment

/// A segment as the sequences whose n-grams are counted.
struct Sequences {
  std::vector<uint32_t> characters;
  std::vector<uint32_t> words;
};

bool is_ascii_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
         (c >= '{' && c <= '~');
}

/// The words of a segment, with one punctuation mark taken off the end, else off the start, of
/// words of several characters: (hi) becomes (hi and ).
std::vector<std::string_view> words_of(std::string_view segment) {
  std::vector<std::string_view> words;
  for (const std::string_view word : split(segment)) {
    // A word of one character may have several bytes, but then they are no ASCII punctuation.
    if (word.size() > 1 && is_ascii_punctuation(word.back())) {
      words.push_back(word.substr(0, word.size() - 1));
      words.push_back(word.substr(word.size() - 1));
    } else if (word.size() > 1 && is_ascii_punctuation(word.front())) {
      words.push_back(word.substr(0, 1));
      words.push_back(word.substr(1));
    } else {
      words.push_back(word);
    }
  }
  return words;
}

/// Counts the n-grams of one kind, characters or words, of a hypothesis against one reference at a
/// time.
class OrderCounter {
 public:
  explicit OrderCounter(int max_order)
      : max_order_(static_cast<size_t>(max_order)), ngrams_(max_order_) {}

  /// Appends to `row` for each order: n-grams of the hypothesis, of the reference, and matches.
  std::vector<double> compare(const std::vector<uint32_t>& hypothesis,
                              const std::vector<uint32_t>& reference) {
    if (max_order_ == 0) return {};
    ngrams_.clear();
    ngrams_.add_reference(reference);
    const auto matches = ngrams_.matches(hypothesis);
    std::vector<double> columns;
    columns.reserve(3 * max_order_);
    for (size_t n = 1; n <= max_order_; ++n) {
      const int64_t reference_total = ngram_total(reference.size(), n);
      // A hypothesis is not blamed for orders that the reference is too short for.
      columns.push_back(reference_total > 0 ? static_cast<double>(ngram_total(hypothesis.size(), n))
                                            : 0.0);
      columns.push_back(static_cast<double>(reference_total));
      columns.push_back(static_cast<double>(matches[n - 1]));
    }
    return columns;
  }

 private:
  size_t max_order_;
  NgramCounts ngrams_;
};

}  // namespace

Chrf::Chrf(ChrfOptions options) : options_(options) {
  const auto possible = [](int order) { return order >= 0 && order <= kHighestOrder; };
  if (!possible(options_.char_order) || !possible(options_.word_order) ||
      options_.char_order + options_.word_order == 0) {
    throw Error(text("chrF cannot count n-grams up to character order ", options_.char_order,
                     " and word order ", options_.word_order),
                text("Use orders from 0 to ", kHighestOrder, ", one of them at least 1."));
  }
  if (options_.beta < 0)
    throw Error(text("chrF has no beta ", options_.beta), "Use a whole number from 0.");
}

std::string Chrf::name() const {
  return text("chrF", options_.beta, std::string(static_cast<size_t>(options_.word_order), '+'));
}

template <class Number, class Sum>
Number Chrf::f_score(std::span<const Sum> sums) const {
  const Number epsilon = 1e-16;
  // Whole numbers first: 1 + beta^2 must not be rounded twice.
  const int64_t beta_squared = int64_t{options_.beta} * options_.beta;
  const Number recall_weight = static_cast<double>(beta_squared);
  const Number scale = static_cast<double>(1 + beta_squared);

  const size_t orders = sums.size() / 3;
  Number f_sum = 0.0;
  Number precision_sum = 0.0;
  Number recall_sum = 0.0;
  double effective_orders = 0;
  for (size_t i = 0; i < orders; ++i) {
    const Number hypothesis = sums[3 * i];
    const Number reference = sums[3 * i + 1];
    const Number matches = sums[3 * i + 2];
    const Number precision = hypothesis > 0 ? matches / hypothesis : epsilon;
    const Number recall = reference > 0 ? matches / reference : epsilon;
    const Number denominator = recall_weight * precision + recall;
    f_sum = f_sum + (denominator > 0 ? scale * precision * recall / denominator : epsilon);
    if (hypothesis > 0 && reference > 0) {
      precision_sum = precision_sum + precision;
      recall_sum = recall_sum + recall;
      ++effective_orders;
    }
  }
  if (options_.smoothing == ChrfSmoothing::kEpsilon)
    return Number(100.0) * f_sum / Number(static_cast<double>(orders));
  if (effective_orders == 0) return 0.0;
  const Number precision = precision_sum / Number(effective_orders);
  const Number recall = recall_sum / Number(effective_orders);
  if (precision + recall == 0) return 0.0;
  return Number(100.0) * (scale * precision * recall / (recall_weight * precision + recall));
}

double Chrf::value(std::span<const double> sums) const {
  return f_score<double>(sums);
}

NumpyNumber Chrf::value(std::span<const float> sums) const {
  return f_score<NumpyNumber>(sums);
}

Statistics Chrf::count(std::span<const std::string> hypotheses, const References& references,
                       SegmentRange range) const {
  Statistics table;
  table.width = 3 * static_cast<size_t>(options_.char_order + options_.word_order);
  table.values.reserve(table.width * (range.last - range.first));
  OrderCounter characters(options_.char_order);
  OrderCounter words(options_.word_order);
  Interner<std::string_view> vocabulary;

  const auto prepare = [&](std::string_view segment) {
    Sequences sequences;
    if (options_.char_order > 0) {
      for (const char32_t c : to_code_points(segment)) {
        if (options_.whitespace || !is_space(c)) sequences.characters.push_back(c);
      }
    }
    if (options_.word_order > 0) {
      for (const std::string_view word : words_of(segment))
        sequences.words.push_back(vocabulary.insert(word));
    }
    return sequences;
  };
  const auto cased = [this](std::string_view segment) {
    return options_.lowercase ? to_lower(segment) : std::string(segment);
  };

  for (size_t i = range.first; i < range.last; ++i) {
    vocabulary.clear();
    std::vector<std::string> texts;  // keep the words alive
    texts.reserve(1 + references.segment(i).size());
    texts.push_back(cased(hypotheses[i]));
    const Sequences hypothesis = prepare(texts.back());
    std::vector<double> best;
    double best_value = -1;
    for (const std::string_view each : references.segment(i)) {
      texts.push_back(cased(each));
      const Sequences reference = prepare(texts.back());
      std::vector<double> row = characters.compare(hypothesis.characters, reference.characters);
      const std::vector<double> word_columns = words.compare(hypothesis.words, reference.words);
      row.insert(row.end(), word_columns.begin(), word_columns.end());
      const double row_value = f_score<double>(std::span<const double>(row));
      if (row_value > best_value) {
        best_value = row_value;
        best = std::move(row);
      }
    }
    table.values.insert(table.values.end(), best.begin(), best.end());
  }
  return table;
}

std::vector<SignatureField> Chrf::signature_fields() const {
  return {{"case", "c", options_.lowercase ? "lc" : "mixed"},
          {"eff", "e", options_.smoothing == ChrfSmoothing::kEffectiveOrder ? "yes" : "no"},
          {"nc", "nc", std::to_string(options_.char_order)},
          {"nw", "nw", std::to_string(options_.word_order)},
          {"space", "s", options_.whitespace ? "yes" : "no"}};
}

}  // namespace nmt::scoring
