#include "data/prepare.h"

#include "nmt/commands/arguments.h"
#include "nmt/commands/command.h"
#include "nmt/commands/light_commands.h"
#include "nmt/run/recipe.h"
#include "nmt/support/error.h"
#include "nmt/support/log.h"

namespace nmt {

int run_prepare(const std::vector<std::string>& arguments) {
  OptionTable table;
  PrepareArguments command;
  Recipe recipe;
  declare(table, command);
  declare(table, recipe);
  read_options(table, arguments, command.recipe);
  refuse_unused(table, recipe, *find_command("prepare"));
  validate(recipe.data);
  validate(recipe.vocabulary);

  const DataOptions& data = recipe.data;
  const std::string& folder = command.output;
  if (data.train.empty())
    throw UsageError("nmt prepare needs a corpus",
                     "Name parallel text in data.train, for example data/train.{}.gz:en-de.");
  languages_of(data);  // all corpora are named well, before hours of work

  const std::vector<CorpusSpec> train = parse_corpora(data.train, data.documents),
                                valid = parse_corpora(data.valid, data.documents),
                                test = parse_corpora(data.test, data.documents);
  const FileLock lock = lock_store(folder);
  const Vocabularies vocabularies =
      provide_vocabularies(recipe.vocabulary, train, data.invalid_utf8, folder);
  const PrepareSettings training = PrepareSettings::for_training(data),
                        scoring = PrepareSettings::for_scoring(data);
  provide_corpora(train, vocabularies, training, folder, "train");
  provide_corpora(valid, vocabularies, scoring, folder, "valid");
  provide_corpora(test, vocabularies, scoring, folder, "test");
  log::info("train on it: nmt train ", command.recipe, " --data.store ", folder, " --run RUN");
  return 0;
}

}  // namespace nmt
