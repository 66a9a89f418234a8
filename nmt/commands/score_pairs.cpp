// nmt score-pairs RUN --src FILE --hyp FILE

#include <cstdio>

#include "data/text_reader.h"
#include "nmt/commands/arguments.h"
#include "nmt/commands/command.h"
#include "nmt/commands/engine_commands.h"
#include "nmt/commands/line_stream.h"
#include "nmt/decoding/pair_scorer.h"
#include "nmt/run/opened_models.h"

namespace nmt {
namespace {

constexpr size_t kGroup = 5000;  // pairs sorted by length and batched together

}  // namespace

int run_score_pairs(const std::vector<std::string>& words) {
  const auto command = parse_run_command<ScorePairsArguments>(*find_command("score-pairs"), words);
  const ScorePairsArguments& arguments = command.arguments;
  const OpenedModels opened = open_models(arguments.model, command.recipe);
  const PairEncoder& encoder = *opened.run.encoder;
  const Direction direction =
      choose_direction(encoder.languages(), arguments.source_language, arguments.target_language);
  const Vocabulary& target = *encoder.vocabularies().target;
  const PairScorer scorer(Ensemble(opened.models),
                          {.pad = target.pad(),
                           .bos = target.bos(),
                           .batch_tokens = command.recipe.decoding.batch_tokens},
                          source_annotator(opened.run.extensions));

  ParallelReader reader({arguments.source, arguments.hypothesis});
  LineSink output(arguments.output);
  std::vector<TokenPair> pairs;
  const auto flush = [&] {
    for (const PairScore& score : scorer.score(pairs)) {
      char digits[32];
      std::snprintf(digits, sizeof digits, "%.6f", score.log_prob);
      output.write(digits);
    }
    output.flush();
    pairs.clear();
  };
  while (const auto lines = reader.next()) {
    pairs.push_back(encoder.encode_pair((*lines)[0].text, (*lines)[1].text, direction));
    if (pairs.size() == kGroup) flush();
  }
  flush();
  output.close();
  return 0;
}

}  // namespace nmt
