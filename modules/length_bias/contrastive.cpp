#include "modules/length_bias/contrastive.h"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <numeric>

#include "modules/length_bias/contrastive_items.h"
#include "modules/length_bias/options.h"
#include "nmt/decoding/pair_scorer.h"
#include "nmt/run/opened_models.h"
#include "nmt/scoring/contrastive.h"
#include "nmt/support/atomic_file.h"
#include "nmt/support/log.h"

namespace nmt::length_bias {
namespace {

using Pieces = std::vector<int32_t>;

std::vector<Pieces> encode(const Vocabulary& vocabulary, const std::vector<std::string>& lines) {
  std::vector<Pieces> encoded;
  encoded.reserve(lines.size());
  for (const std::string& line : lines) encoded.push_back(vocabulary.encode(line));
  return encoded;
}

/// What a row may hold, in tokens without tags; 0: no context at all.
struct ContextLimits {
  int64_t source = 0, target = 0;
};

/// The last context sentences that fit beside a segment of these lengths, the nearest one last.
struct FittingContext {
  std::vector<Pieces> source, target;
};

FittingContext fitting_context(const ContrastiveText& item, const Vocabularies& vocabularies,
                               int64_t source_length, int64_t target_length,
                               const ContextLimits& limits) {
  FittingContext context;
  for (auto i = static_cast<size_t>(item.context); i-- > 0;) {
    Pieces source = vocabularies.source->encode((*item.source_lines)[i]);
    Pieces target = vocabularies.target->encode((*item.target_lines)[i]);
    if (source.empty() || target.empty()) continue;  // training has no such pairs either
    source_length += std::ssize(source) + 1;
    target_length += std::ssize(target) + 1;
    if (source_length > limits.source || target_length > limits.target) break;
    context.source.push_back(std::move(source));
    context.target.push_back(std::move(target));
  }
  std::reverse(context.source.begin(), context.source.end());
  std::reverse(context.target.begin(), context.target.end());
  return context;
}

/// The rows of all candidates of an item.
std::vector<TokenPair> rows_of(const ContrastiveText& item, const PairEncoder& encoder,
                               const Direction& direction, const ContextLimits& limits) {
  const Vocabularies& vocabularies = encoder.vocabularies();
  const Pieces segment = vocabularies.source->encode(item.source);
  const std::vector<Pieces> candidates = encode(*vocabularies.target, item.candidates);
  int64_t longest = 0;
  for (const Pieces& candidate : candidates) longest = std::max(longest, std::ssize(candidate) + 1);
  auto [source, target] =
      fitting_context(item, vocabularies, std::ssize(segment) + 1, longest, limits);

  source.push_back(segment);
  target.emplace_back();
  std::vector<TokenPair> rows;
  rows.reserve(candidates.size());
  for (const Pieces& candidate : candidates) {
    target.back() = candidate;
    rows.push_back(encoder.pair(source, target, direction));
  }
  return rows;
}

/// Of the last sentence: the tokens behind the second last EOS (without one: behind the tags).
double last_sentence_log_prob(const TokenPair& row, const PairScore& score, int32_t eos,
                              int64_t tags) {
  const auto end = row.target.end() - 1;  // the last EOS
  const auto before = std::find(std::make_reverse_iterator(end), row.target.rend(), eos).base();
  const auto first = std::max(before - row.target.begin(), static_cast<std::ptrdiff_t>(tags));
  return std::accumulate(score.token_log_probs.begin() + first, score.token_log_probs.end(), 0.0);
}

/// Throws Error when a row of item `number` is longer than the model can read, context left out.
void check_length(const std::vector<TokenPair>& rows, int64_t positions, const std::string& file,
                  size_t number) {
  for (const TokenPair& row : rows) {
    const auto length = std::max(std::ssize(row.source), std::ssize(row.target));
    if (length > positions)
      throw Error(FilePosition{file},
                  text("item ", number, " has a segment of ", length,
                       " tokens, more than model.max_positions = ", positions),
                  "Leave the item out, or use a model with more positions.");
  }
}

void warn_of_missing_context(const std::vector<scoring::ContrastiveItem>& items,
                             const std::vector<ContrastiveText>& texts) {
  int64_t missing = 0;
  for (size_t i = 0; i < items.size(); ++i)
    for (const auto& [property, value] : items[i].properties)
      missing += property == "antecedent distance" && value != "0" && texts[i].context == 0;
  if (missing > 0)
    log::warning(missing,
                 " items refer to earlier sentences, but have no \"src context\": they are "
                 "scored without (--document_folder DIR reads those of ContraPro)");
}

ContextLimits limits_of(const ParsedCommand<ContrastiveArguments>& command,
                        const PairEncoder& encoder, int64_t positions) {
  const Options& options = Options::of(*command.recipe.method_options.at(kMethodName));
  switch (options.document_mode(command.recipe.has_method(kMethodName))) {
    case DocumentMode::kSentences:
    case DocumentMode::kAuto:
      return {};
    case DocumentMode::kWhole:
      return {positions - encoder.source_extra(), positions - encoder.target_extra()};
    case DocumentMode::kSliding:
    case DocumentMode::kChunked:
      break;
  }
  return {options.window_tokens(positions) - encoder.source_extra(),
          options.window_target_tokens(positions) - encoder.target_extra()};
}

}  // namespace

int run_contrastive(const std::vector<std::string>& words) {
  const auto command = parse_run_command<ContrastiveArguments>(describe_contrastive(), words);
  const ContrastiveArguments& arguments = command.arguments;
  const auto items = scoring::read_contrastive_items(arguments.items);
  const OpenedModels opened = open_models(arguments.model, command.recipe);
  const PairEncoder& encoder = *opened.run.encoder;
  const Direction direction =
      choose_direction(encoder.languages(), arguments.source_language, arguments.target_language);
  const std::vector<ContrastiveText> item_texts =
      read_contrastive_texts(arguments.items, arguments.document_folder, direction);
  const Ensemble ensemble(opened.models);
  const ContextLimits limits = limits_of(command, encoder, ensemble.max_positions());
  warn_of_missing_context(items, item_texts);

  std::vector<TokenPair> rows;
  for (size_t i = 0; i < item_texts.size(); ++i) {
    std::vector<TokenPair> own = rows_of(item_texts[i], encoder, direction, limits);
    check_length(own, ensemble.max_positions(), arguments.items, i + 1);
    std::move(own.begin(), own.end(), std::back_inserter(rows));
  }
  const Vocabulary& target = *encoder.vocabularies().target;
  const PairScorer scorer(ensemble,
                          {.pad = target.pad(),
                           .bos = target.bos(),
                           .batch_tokens = command.recipe.decoding.batch_tokens},
                          source_annotator(opened.run.extensions));
  const std::vector<PairScore> scored = scorer.score(rows);
  std::vector<double> log_probs;
  std::string lines;
  for (size_t i = 0; i < rows.size(); ++i) {
    log_probs.push_back(
        last_sentence_log_prob(rows[i], scored[i], target.eos(), encoder.target_extra()));
    char digits[32];
    std::snprintf(digits, sizeof digits, "%.9g\n", log_probs.back());
    lines += digits;
  }
  if (!arguments.output.empty()) write_file(arguments.output, lines);
  const scoring::ContrastiveReport report = scoring::score_contrastive(items, log_probs);
  std::cout << (arguments.json ? to_json(report) : to_text(report));
  return 0;
}

}  // namespace nmt::length_bias
