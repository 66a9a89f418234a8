#include "modules/length_bias/contrastive.h"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "modules/length_bias/options.h"
#include "nmt/decoding/pair_scorer.h"
#include "nmt/run/opened_models.h"
#include "nmt/scoring/contrastive.h"
#include "nmt/support/atomic_file.h"
#include "nmt/support/log.h"
#include "nmt/support/parse_json.h"

namespace nmt::length_bias {
namespace {

using Pieces = std::vector<int32_t>;

/// One item as text: candidates are the reference, then the wrong translations.
struct ItemText {
  std::string source;
  std::vector<std::string> candidates;
  std::vector<std::string> source_context, target_context;
};

std::vector<std::string> texts(const nlohmann::json& item, const char* key) {
  const auto found = item.find(key);
  return found == item.end() || found->is_null() ? std::vector<std::string>()
                                                 : found->get<std::vector<std::string>>();
}

/// The texts of a file that scoring::read_contrastive_items has accepted.
std::vector<ItemText> read_texts(const std::string& file) {
  std::vector<ItemText> items;
  for (const nlohmann::json& item : parse_json(read_file(file))) {
    const auto number = items.size() + 1;
    try {
      ItemText text{.source = item.at("src segment"),
                    .candidates = {item.at("ref segment")},
                    .source_context = texts(item, "src context"),
                    .target_context = texts(item, "ref context")};
      for (const nlohmann::json& error : item.at("errors"))
        text.candidates.push_back(error.at("contrastive"));
      items.push_back(std::move(text));
    } catch (const nlohmann::json::exception& error) {
      throw Error(FilePosition{file}, text("item ", number, ": ", error.what()),
                  "`nmt help contrastive` shows the format.");
    }
    if (items.back().source_context.size() != items.back().target_context.size())
      throw Error(FilePosition{file},
                  text("item ", number, " has ", items.back().source_context.size(), " source and ",
                       items.back().target_context.size(), " target sentences of context"));
  }
  return items;
}

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

/// How many of the last context sentences fit beside a segment of these lengths.
size_t fitting_context(const std::vector<Pieces>& source, const std::vector<Pieces>& target,
                       int64_t source_length, int64_t target_length, const ContextLimits& limits) {
  size_t count = 0;
  for (; count < source.size(); ++count) {
    source_length += std::ssize(source[source.size() - 1 - count]) + 1;
    target_length += std::ssize(target[target.size() - 1 - count]) + 1;
    if (source_length > limits.source || target_length > limits.target) break;
  }
  return count;
}

/// The rows of all candidates of an item.
std::vector<TokenPair> rows_of(const ItemText& item, const PairEncoder& encoder,
                               const Direction& direction, const ContextLimits& limits) {
  const Vocabularies& vocabularies = encoder.vocabularies();
  std::vector<Pieces> source = encode(*vocabularies.source, item.source_context);
  std::vector<Pieces> target = encode(*vocabularies.target, item.target_context);
  const Pieces segment = vocabularies.source->encode(item.source);
  const std::vector<Pieces> candidates = encode(*vocabularies.target, item.candidates);
  int64_t longest = 0;
  for (const Pieces& candidate : candidates) longest = std::max(longest, std::ssize(candidate) + 1);
  const size_t context = fitting_context(source, target, std::ssize(segment) + 1, longest, limits);
  source.erase(source.begin(), source.end() - static_cast<std::ptrdiff_t>(context));
  target.erase(target.begin(), target.end() - static_cast<std::ptrdiff_t>(context));

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
                             const std::vector<ItemText>& texts) {
  int64_t missing = 0;
  for (size_t i = 0; i < items.size(); ++i)
    for (const auto& [property, value] : items[i].properties)
      missing +=
          property == "antecedent distance" && value != "0" && texts[i].source_context.empty();
  if (missing > 0)
    log::warning(missing,
                 " items refer to earlier sentences, but have no \"src context\": they are "
                 "scored without");
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
  const std::vector<ItemText> item_texts = read_texts(arguments.items);
  const OpenedModels opened = open_models(arguments.model, command.recipe);
  const PairEncoder& encoder = *opened.run.encoder;
  const Direction direction =
      choose_direction(encoder.languages(), arguments.source_language, arguments.target_language);
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
  if (!arguments.scores.empty()) write_file(arguments.scores, lines);
  const scoring::ContrastiveReport report = scoring::score_contrastive(items, log_probs);
  std::cout << (arguments.json ? to_json(report) : to_text(report));
  return 0;
}

}  // namespace nmt::length_bias
