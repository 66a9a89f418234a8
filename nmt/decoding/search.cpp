#include "nmt/decoding/search.h"

#include <torch/torch.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>

#include "nmt/decoding/ngram_blocker.h"
#include "nmt/decoding/sampling.h"
#include "nmt/decoding/top_k.h"
#include "nmt/support/error.h"

namespace nmt {
namespace {

constexpr double kMinusInfinity = -std::numeric_limits<double>::infinity();
// Asking a GPU what happened empties its queue; not asking keeps ended sentences in the batch.
constexpr int64_t kStepsBetweenReports = 4;

// A step's best continuations of each sentence, best first. Sentences S, continuations C.
struct Candidates {
  torch::Tensor scores;   // [S, C] double, summed log-probabilities
  torch::Tensor tokens;   // [S, C] int64
  torch::Tensor parents;  // [S, C] int64, place among the sentence's live hypotheses
};

// The longest prefixes' worth of decoder input: BOS and forced tokens, padded on the right.
struct DecoderPrefix {
  torch::Tensor tokens;  // [sentences, 1 + longest]
  torch::Tensor counts;  // [sentences], undefined when all are equally long
};

DecoderPrefix decoder_prefix(const std::vector<std::vector<int32_t>>& prefixes,
                             const SearchTokens& tokens, torch::Device device) {
  size_t longest = 0, shortest = std::numeric_limits<size_t>::max();
  std::vector<int64_t> counts;
  for (const auto& prefix : prefixes) {
    longest = std::max(longest, prefix.size()), shortest = std::min(shortest, prefix.size());
    counts.push_back(std::ssize(prefix) + 1);
  }
  const auto rows = static_cast<int64_t>(prefixes.size()),
             width = static_cast<int64_t>(longest) + 1;
  torch::Tensor ids = torch::full({rows, width}, tokens.pad, torch::kLong);
  int64_t* data = ids.data_ptr<int64_t>();
  for (const auto& prefix : prefixes) {
    data[0] = tokens.bos;
    std::copy(prefix.begin(), prefix.end(), data + 1);
    data += width;
  }
  DecoderPrefix result{ids.to(device), {}};
  if (longest != shortest) result.counts = torch::tensor(counts, torch::kLong).to(device);
  return result;
}

// One run of Search over one batch.
class BatchSearch {
 public:
  BatchSearch(const Search& search, const SearchBatch& batch,
              const std::vector<PrefixShape>& shapes);
  std::vector<std::vector<Hypothesis>> run();

 private:
  void apply_token_rules(torch::Tensor& log_probs) const;
  Candidates candidates(torch::Tensor log_probs) const;
  // The K best candidates that do not finish.
  Candidates survivors(const Candidates& candidates) const;
  // Records a step; true when the host has looked and some sentences, or all, have ended.
  bool report(const Candidates& candidates);
  // Goes on with the live hypotheses and returns the log-probabilities of what follows them.
  torch::Tensor advance(Candidates live);
  std::vector<std::vector<Hypothesis>> finished() const;

  const Search& search_;
  const DecodingOptions& options_;
  const int64_t beam_, eos_;
  torch::Device device_;
  torch::Tensor excluded_;  // [excluded tokens]
  torch::Tensor random_;    // [sentences, steps] when sampling
  StopTracker stops_;
  std::optional<NgramBlocker> ngrams_;

  std::vector<HypothesisTree> trees_;  // all sentences of the batch
  std::vector<int64_t> running_;       // those still in the device's tensors, in their order
  std::vector<torch::Tensor> reports_;
  std::vector<int64_t>
      kept_;  // places in running_ before the last look that go on; set by report()
  Ensemble::State state_;
  torch::Tensor scores_;  // [sentences, width] double
  int64_t width_ = 1;     // live hypotheses a sentence: 1 before the first step, then the beam
  int64_t step_ = 0;
  torch::Tensor first_log_probs_;
};

BatchSearch::BatchSearch(const Search& search, const SearchBatch& batch,
                         const std::vector<PrefixShape>& shapes)
    : search_(search),
      options_(search.options()),
      beam_(search.beam()),
      eos_(search.tokens().eos),
      device_(search.models().device()),
      stops_(batch.rules, shapes, eos_, device_) {
  const SearchTokens& tokens = search.tokens();
  std::vector<int64_t> excluded = tokens.excluded;
  for (const int64_t id : {tokens.pad, tokens.bos})
    if (id != eos_) excluded.push_back(id);
  excluded_ = torch::tensor(excluded, torch::kLong).to(device_);

  int64_t positions = 0, steps = 0;
  for (size_t i = 0; i < batch.rules.size(); ++i) {
    positions = std::max(positions, batch.rules[i].max_length + 1);
    steps = std::max(steps, batch.rules[i].max_length + 1 - shapes[i].length);
    trees_.emplace_back(batch.rules[i], shapes[i], eos_, beam_);
  }
  running_.resize(trees_.size());
  std::iota(running_.begin(), running_.end(), 0);
  if (options_.sampling) random_ = sampling_numbers(options_.seed, batch.keys, steps).to(device_);
  if (options_.no_repeat_ngram > 0)
    ngrams_.emplace(options_.no_repeat_ngram, batch.prefixes, tokens.pad, eos_, device_);

  const DecoderPrefix prefix = decoder_prefix(batch.prefixes, tokens, device_);
  state_ = search.models().start(batch.source.to(device_), positions);
  first_log_probs_ = search.models().step(state_, prefix.tokens, prefix.counts);
  scores_ =
      torch::zeros({std::ssize(trees_), 1}, torch::TensorOptions(torch::kDouble).device(device_));
}

std::vector<std::vector<Hypothesis>> BatchSearch::run() {
  torch::Tensor log_probs = std::move(first_log_probs_);
  while (true) {
    const Candidates found = candidates(std::move(log_probs));
    Candidates live = survivors(found);
    if (report(found) && kept_.empty()) return finished();
    log_probs = advance(std::move(live));
  }
}

// Rules that exclude tokens. Where EOS is forced the others' exclusion is made in candidates(), on
// 2K columns.
void BatchSearch::apply_token_rules(torch::Tensor& log_probs) const {
  log_probs.index_fill_(1, excluded_, kMinusInfinity);
  if (ngrams_) ngrams_->block(log_probs);
  if (const torch::Tensor blocked = stops_.blocked(); blocked.defined())
    log_probs.select(1, eos_).masked_fill_(blocked.expand_as(scores_).reshape(-1), kMinusInfinity);
}

Candidates BatchSearch::candidates(torch::Tensor log_probs) const {
  const int64_t sentences = scores_.size(0), count = options_.sampling ? 1 : 2 * beam_;
  const torch::Tensor eos_log_probs = log_probs.select(1, eos_).clone();
  apply_token_rules(log_probs);
  TopK next;  // of each hypothesis
  if (options_.sampling) {
    next.indices = sample(log_probs, random_.select(1, step_), options_).unsqueeze(1);
    next.values = log_probs.gather(1, next.indices);
  } else {
    next = top_k(log_probs, count);
  }
  if (torch::Tensor forced = stops_.forced(); forced.defined()) {
    forced = forced.expand_as(scores_).reshape({-1, 1});
    torch::Tensor only_eos = torch::full_like(next.values, kMinusInfinity);
    only_eos.select(1, 0).copy_(eos_log_probs);
    next.values = torch::where(forced, only_eos, next.values);
    next.indices = next.indices.masked_fill(forced, eos_);
  }
  const torch::Tensor sums =
      (next.values.to(torch::kDouble) + scores_.view({-1, 1})).view({sentences, -1});
  const TopK best = top_k(sums, count);
  return {best.values, next.indices.view({sentences, -1}).gather(1, best.indices),
          best.indices.div(count, "floor")};
}

Candidates BatchSearch::survivors(const Candidates& found) const {
  const torch::Tensor finishing = stops_.finishing(found.tokens, found.parents);
  const TopK live = top_k(found.scores.masked_fill(finishing, kMinusInfinity), beam_);
  return {live.values, found.tokens.gather(1, live.indices), found.parents.gather(1, live.indices)};
}

bool BatchSearch::report(const Candidates& found) {
  // Ids are exact in double, so that one copy brings all three.
  reports_.push_back(torch::stack(
      {found.scores, found.tokens.to(torch::kDouble), found.parents.to(torch::kDouble)}));
  const bool due = std::ssize(reports_) >= search_.report_interval() || stops_.at_budget();
  if (!due) return false;
  const torch::Tensor host =
      torch::stack(reports_).to(torch::kCPU).contiguous();  // [steps, 3, sentences, C]
  reports_.clear();
  const auto data = host.accessor<double, 4>();
  for (int64_t step = 0; step < host.size(0); ++step)
    for (size_t place = 0; place < running_.size(); ++place) {
      const auto row = static_cast<int64_t>(place);
      trees_[running_[place]].add_step({data[step][0][row].data(), data[step][1][row].data(),
                                        data[step][2][row].data(), host.size(3)});
    }
  kept_.clear();
  for (size_t place = 0; place < running_.size(); ++place)
    if (!trees_[running_[place]].ended()) kept_.push_back(static_cast<int64_t>(place));
  return kept_.size() < running_.size();
}

torch::Tensor BatchSearch::advance(Candidates live) {
  const int64_t sentences = live.scores.size(0);
  stops_.advance(live.tokens, live.parents);
  if (ngrams_) ngrams_->advance(live.tokens, live.parents);
  const torch::Tensor first_rows =
      torch::arange(sentences, live.parents.options()).unsqueeze(1) * width_;
  torch::Tensor rows = first_rows + live.parents;  // [sentences, beam]

  const bool leave = !kept_.empty() && kept_.size() < running_.size();
  if (leave) {
    const torch::Tensor kept = torch::tensor(kept_, torch::kLong).to(device_);
    for (torch::Tensor* tensor : {&live.scores, &live.tokens, &rows})
      *tensor = tensor->index_select(0, kept);
    if (random_.defined()) random_ = random_.index_select(0, kept);
    if (ngrams_) ngrams_->select(kept);
    stops_.select(kept, kept_);
    std::vector<int64_t> running;
    for (const int64_t place : kept_) running.push_back(running_[place]);
    running_ = std::move(running);
    Ensemble::select(state_, rows.view(-1), kept);
  } else if (beam_ > 1) {
    Ensemble::select(state_, rows.view(-1));
  }
  kept_.clear();
  width_ = beam_, scores_ = live.scores;
  ++step_;
  Ensemble::set_length(state_,
                       stops_.longest());  // BOS and all tokens but the newest are in the cache
  return search_.models().step(state_, live.tokens.view({-1, 1}));
}

std::vector<std::vector<Hypothesis>> BatchSearch::finished() const {
  std::vector<std::vector<Hypothesis>> results;
  for (const HypothesisTree& tree : trees_) {
    results.push_back(tree.finished(options_, options_.sampling ? 1 : options_.n_best));
    if (results.back().empty())
      throw Error("a sentence has no translation: at some step no token had a finite probability",
                  "Check the weights for NaN, and whether decode.min_len, decode.no_repeat_ngram "
                  "and the excluded tokens "
                  "leave anything to choose.");
  }
  return results;
}

}  // namespace

Search::Search(Ensemble models, SearchTokens tokens, DecodingOptions options)
    : models_(std::move(models)),
      tokens_(std::move(tokens)),
      options_(options),
      report_interval_(models_.device().is_cpu() ? 1 : kStepsBetweenReports) {
  validate(options_);
}

Search& Search::report_every(int64_t steps) {
  TORCH_CHECK(steps > 0, "the host must look after a positive number of steps, not ", steps);
  report_interval_ = steps;
  return *this;
}

StoppingRule Search::stopping_rule(int64_t source_length, int64_t tags) const {
  auto most = static_cast<int64_t>(options_.max_len_a * static_cast<double>(source_length)) +
              options_.max_len_b;
  if (options_.max_len > 0) most = std::min(most, options_.max_len);
  return {.sentences = 1,
          .max_length = tags + most,
          .min_sentence_tokens = options_.min_len,
          .tags = tags};
}

std::vector<std::vector<Hypothesis>> Search::run(SearchBatch batch) const {
  const auto size = static_cast<size_t>(batch.source.size());
  TORCH_CHECK(batch.prefixes.size() == size && batch.rules.size() == size, "a search batch of ",
              size, " sources has ", batch.prefixes.size(), " prefixes and ", batch.rules.size(),
              " rules");
  TORCH_CHECK(!options_.sampling || batch.keys.size() == size, "sampling needs a key for each of ",
              size, " sources");
  if (size == 0) return {};
  std::vector<PrefixShape> shapes;
  const int64_t longest = models_.max_positions() - 1;  // BOS takes a position
  for (size_t i = 0; i < size; ++i) {
    StoppingRule& rule = batch.rules[i];
    const PrefixShape shape = prefix_shape(batch.prefixes[i], tokens_.eos, rule.tags);
    if (shape.eos >= rule.sentences)
      throw Error(text("a forced prefix already holds ", shape.eos,
                       " sentence ends, but the translation is to have ", rule.sentences));
    const int64_t least = shape.length + rule.sentences - shape.eos - 1;
    if (least > longest)
      throw Error(text("a forced prefix of ", shape.length,
                       " tokens leaves no room for a translation in model.max_positions = ",
                       models_.max_positions()));
    rule.max_length = std::max(std::min(rule.max_length, longest), least);
    shapes.push_back(shape);
  }
  const EvaluationMode evaluation(models_.models());
  return BatchSearch(*this, batch, shapes).run();
}

}  // namespace nmt
