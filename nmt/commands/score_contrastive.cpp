// nmt score-contrastive ITEMS SCORES

#include <iostream>

#include "nmt/commands/light_commands.h"
#include "nmt/commands/scoring_arguments.h"
#include "nmt/scoring/contrastive.h"

namespace nmt {

int run_score_contrastive(const std::vector<std::string>& words) {
  OptionTable table;
  ScoreContrastiveArguments arguments;
  declare(table, arguments);
  table.read_command_line(words);
  table.apply();
  const scoring::ContrastiveReport report = scoring::score_contrastive(
      scoring::read_contrastive_items(arguments.items), scoring::read_numbers(arguments.scores));
  std::cout << (arguments.json ? to_json(report) : to_text(report));
  return 0;
}

}  // namespace nmt
