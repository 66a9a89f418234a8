#include "nmt/decoding/translator.h"

#include <algorithm>
#include <numeric>

#include "nmt/decoding/batch_workers.h"
#include "nmt/support/error.h"
#include "nmt/support/random.h"

namespace nmt {
namespace {

/// Parts of one source, translated one by one, as one hypothesis.
void append(Hypothesis& whole, const Hypothesis& part) {
  whole.tokens.insert(whole.tokens.end(), part.tokens.begin(), part.tokens.end());
  whole.token_log_probs.insert(whole.token_log_probs.end(), part.token_log_probs.begin(),
                               part.token_log_probs.end());
  whole.log_prob += part.log_prob;
  whole.score += part.score;
  whole.forced_eos += part.forced_eos;
}

}  // namespace

std::vector<std::vector<size_t>> length_batches(const std::vector<int64_t>& lengths, int64_t tokens,
                                                int64_t sentences) {
  std::vector<size_t> order(lengths.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return lengths[a] > lengths[b]; });
  std::vector<std::vector<size_t>> batches;
  int64_t width = 0;
  for (const size_t index : order) {
    const bool fits = !batches.empty() && std::ssize(batches.back()) < sentences &&
                      width * (std::ssize(batches.back()) + 1) <= tokens;
    if (!fits) {
      batches.emplace_back();
      width = lengths[index];
    }
    batches.back().push_back(index);
  }
  return batches;
}

BatchTranslator::BatchTranslator(Search search, std::vector<Break> breaks, SourceAnnotator annotate)
    : search_(std::move(search)), breaks_(std::move(breaks)), annotate_(std::move(annotate)) {}

std::vector<Translation> BatchTranslator::translate(
    const std::vector<TranslationRequest>& requests) {
  const DecodingOptions& options = search_.options();
  const int64_t positions = search_.models().max_positions();
  const int64_t limit =
      options.max_source_len > 0 ? std::min(options.max_source_len, positions) : positions;
  std::vector<Job> work;
  std::vector<size_t> parts_of, first_job;
  for (const TranslationRequest& request : requests) {
    const std::vector<int32_t>& source = request.tokens.source;
    const size_t frame = request.source_head + request.source_tail;
    first_job.push_back(work.size());
    std::vector<Span> parts;
    if (std::ssize(source) <= limit) {
      if (!source.empty()) parts.push_back({0, source.size()});
    } else {
      if (static_cast<int64_t>(frame) >= limit)
        throw Error(text("sources of at most ", limit, " tokens leave no room beside ", frame,
                         " tags and EOS"),
                    "Raise decode.max_source_len.");
      const std::vector<int32_t> content(
          source.begin() + static_cast<std::ptrdiff_t>(request.source_head),
          source.end() - static_cast<std::ptrdiff_t>(request.source_tail));
      parts = split_source(content, static_cast<size_t>(limit) - frame, breaks_);
    }
    parts_of.push_back(parts.size());
    for (Job& job : jobs(request, parts)) work.push_back(std::move(job));
  }
  std::vector<std::vector<Hypothesis>> results = run(work);

  std::vector<Translation> translations;
  for (size_t i = 0; i < requests.size(); ++i) {
    Translation translation{.hypotheses = {}, .parts = parts_of[i]};
    auto result = results.begin() + static_cast<std::ptrdiff_t>(first_job[i]);
    if (translation.parts == 0) {
      translation.hypotheses.emplace_back();
    } else if (translation.parts == 1 && !options.sampling) {
      translation.hypotheses = std::move(*result);
    } else {
      for (int64_t sample = 0; sample < (options.sampling ? options.n_best : 1); ++sample) {
        Hypothesis whole;
        for (size_t part = 0; part < translation.parts; ++part, ++result)
          append(whole, result->front());
        translation.hypotheses.push_back(std::move(whole));
      }
    }
    translations.push_back(std::move(translation));
  }
  return translations;
}

// Sample by sample, and part by part in each.
std::vector<BatchTranslator::Job> BatchTranslator::jobs(const TranslationRequest& request,
                                                        const std::vector<Span>& parts) const {
  const DecodingOptions& options = search_.options();
  const std::vector<int32_t>&source = request.tokens.source, &target = request.tokens.target;
  // What the parts of a long source share: without its tokens, of which each part has its own.
  TokenPair shared = request.tokens;
  if (parts.size() > 1) shared.source.clear();
  std::vector<Job> jobs;
  for (int64_t sample = 0; sample < (options.sampling ? options.n_best : 1); ++sample)
    for (size_t part = 0; part < parts.size(); ++part) {
      Job job{shared, request.target_head,
              hash_key({static_cast<uint64_t>(request.tokens.instance_id),
                        static_cast<uint64_t>(sample), part})};
      if (parts.size() > 1) {
        const auto content = source.begin() + static_cast<std::ptrdiff_t>(request.source_head);
        job.pair.source.assign(source.begin(), content);
        job.pair.source.insert(job.pair.source.end(),
                               content + static_cast<std::ptrdiff_t>(parts[part].begin),
                               content + static_cast<std::ptrdiff_t>(parts[part].end));
        job.pair.source.insert(job.pair.source.end(),
                               source.end() - static_cast<std::ptrdiff_t>(request.source_tail),
                               source.end());
        if (part > 0)
          job.pair.target.assign(target.begin(),
                                 target.begin() + static_cast<std::ptrdiff_t>(request.target_head));
      }
      jobs.push_back(std::move(job));
    }
  return jobs;
}

std::vector<std::vector<Hypothesis>> BatchTranslator::run(const std::vector<Job>& jobs) const {
  std::vector<int64_t> lengths;
  lengths.reserve(jobs.size());
  for (const Job& job : jobs) lengths.push_back(std::ssize(job.pair.source));
  const DecodingOptions& options = search_.options();
  const auto members_of = length_batches(lengths, options.batch_tokens, options.batch_sentences);
  std::vector<SearchBatch> batches;
  for (const std::vector<size_t>& members : members_of) {
    SearchBatch& batch = batches.emplace_back();
    std::vector<TokenPair> pairs;
    for (const size_t index : members) {
      const Job& job = jobs[index];
      pairs.push_back(job.pair);
      batch.prefixes.push_back(job.pair.target);
      batch.rules.push_back(
          search_.stopping_rule(lengths[index], static_cast<int64_t>(job.target_head)));
      batch.keys.push_back(job.key);
    }
    batch.source = make_source_batch(pairs, search_.tokens().pad);
    if (annotate_) annotate_(batch.source, pairs);
  }
  std::vector<std::vector<Hypothesis>> results(jobs.size());
  for_each_batch(search_.models(), batches.size(), [&](size_t b) {
    std::vector<std::vector<Hypothesis>> found = search_.run(std::move(batches[b]));
    const std::vector<size_t>& members = members_of[b];
    for (size_t i = 0; i < members.size(); ++i) results[members[i]] = std::move(found[i]);
  });
  return results;
}

}  // namespace nmt
