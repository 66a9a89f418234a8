// nmt score-contrastive ITEMS SCORES

#include <iostream>

#include "nmt/commands/light_commands.h"
#include "nmt/commands/scoring_arguments.h"
#include "nmt/scoring/contrastive.h"
#include "nmt/support/error.h"

namespace nmt {
namespace {

scoring::ContrastiveReport score(const ScoreContrastiveArguments& arguments) {
  const auto items = scoring::read_contrastive_items(arguments.items);
  const auto scores = scoring::read_numbers(arguments.scores);
  try {
    return scoring::score_contrastive(items, scores);
  } catch (const Error& error) {
    throw Error(FilePosition{arguments.scores}, error.what());
  }
}

}  // namespace

int run_score_contrastive(const std::vector<std::string>& words) {
  OptionTable table;
  ScoreContrastiveArguments arguments;
  declare(table, arguments);
  table.read_command_line(words);
  table.apply();
  const scoring::ContrastiveReport report = score(arguments);
  std::cout << (arguments.json ? to_json(report) : to_text(report));
  return 0;
}

}  // namespace nmt
