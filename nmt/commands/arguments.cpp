#include "nmt/commands/arguments.h"

#include <algorithm>

#include "nmt/scoring/named_metric.h"

namespace nmt {
namespace {

void declare_recipe(OptionTable& table, std::string& recipe) {
  table.add("recipe", recipe, "the recipe: options in YAML")
      .hint("RECIPE.yaml")
      .positional(0)
      .required()
      .command_line_only();
}

}  // namespace

void declare(OptionTable& table, PrepareArguments& arguments) {
  declare_recipe(table, arguments.recipe);
  table.add("output", arguments.output, "folder for the vocabulary and the stored corpus")
      .hint("DIR")
      .short_flag('o')
      .required()
      .command_line_only();
}

void declare(OptionTable& table, TrainArguments& arguments) {
  declare_recipe(table, arguments.recipe);
  table.add("run", arguments.run, "run folder: created, or continued when it is there already")
      .hint("RUN")
      .required()
      .command_line_only();
  table
      .add("check", arguments.check,
           "prepare the data, check files, vocabulary, shapes and the memory of the largest "
           "batch, then stop")
      .command_line_only();
  table
      .add("time_limit", arguments.time_limit,
           "several processes (started by mpirun, srun or torchrun): seconds after which the run "
           "ends when one of them is not heard of or lets the others wait")
      .range(1, 1'000'000)
      .command_line_only();
  declare(table, arguments.runtime);
}

void declare(OptionTable& table, TranslateArguments& arguments) {
  declare(table, arguments.model);
  table.add("input", arguments.input, "text to translate, a sentence a line; default: stdin")
      .hint("FILE")
      .short_flag('i')
      .command_line_only();
  table.add("output", arguments.output, "translations, a line for each input line; default: stdout")
      .hint("FILE")
      .short_flag('o')
      .command_line_only();
  table.add("prefix", arguments.prefix, "text that each translation must begin with, a line each")
      .hint("FILE")
      .command_line_only();
  declare_languages(table, arguments.source_language, arguments.target_language);
  table
      .add("format", arguments.format,
           "text: the best translation alone; nbest: 'line ||| translation ||| score' for each of "
           "decode.n_best")
      .command_line_only();
  table
      .add("documents", arguments.documents,
           "the input is documents, whose sentences are translated as sd.mode says and come out "
           "line by line as they went in. It shows them by blank lines between them; by a line <d> "
           "before each; by the id of each line in the file --ids; or by an id and a tab before "
           "each sentence")
      .command_line_only();
  table
      .add("ids", arguments.ids,
           "with --documents docid: the id of each line's document, as int64 (.docid) or a number "
           "a line")
      .hint("FILE")
      .command_line_only();
  table
      .add("report", arguments.report,
           "where to write a JSON line for each document: its windows, their context and lengths")
      .hint("FILE")
      .command_line_only();
  table
      .add("ref", arguments.reference,
           "translations, in the format of the input, that the context is taken from instead of "
           "the document's own: shows what errors in the context cost")
      .hint("FILE")
      .command_line_only();
}

void validate(const TranslateArguments& arguments) {
  if (arguments.documents) {
    if (!arguments.prefix.empty() || arguments.format != TranslationFormat::kText)
      throw UsageError("--prefix and --format nbest are for sentences, not for --documents");
    if (arguments.ids.empty() == (arguments.documents == DocumentLayout::kDocid))
      throw UsageError("--documents docid and --ids FILE belong together");
    return;
  }
  if (!arguments.ids.empty() || !arguments.report.empty() || !arguments.reference.empty())
    throw UsageError("--ids, --report and --ref are for documents", "Add --documents FORMAT.");
}

void declare(OptionTable& table, ScorePairsArguments& arguments) {
  declare(table, arguments.model);
  table.add("src", arguments.source, "source sentences, one a line")
      .hint("FILE")
      .required()
      .command_line_only();
  table.add("hyp", arguments.hypothesis, "their translations, line by line")
      .hint("FILE")
      .required()
      .command_line_only();
  table.add("output", arguments.output, "scores, a line for each pair; default: stdout")
      .hint("FILE")
      .short_flag('o')
      .command_line_only();
  declare_languages(table, arguments.source_language, arguments.target_language);
}

void declare(OptionTable& table, EvaluateArguments& arguments) {
  declare(table, arguments.model);
  table.add("sets", arguments.sets, "test sets of the recipe, by name; default: all")
      .hint("NAME")
      .command_line_only();
  table.add("metrics", arguments.metrics, "what is computed")
      .choices(scoring::named_metrics())
      .command_line_only();
}

void declare(OptionTable& table, AverageArguments& arguments) {
  table.add("run", arguments.run, "run folder")
      .hint("RUN")
      .positional(0)
      .required()
      .command_line_only();
  table.add("last", arguments.last, "average the newest N checkpoints")
      .range(1, 100000)
      .command_line_only();
  table
      .add("checkpoints", arguments.checkpoints,
           "average these instead: updates' numbers or folders")
      .hint("WHICH")
      .command_line_only();
  table
      .add("output", arguments.output,
           "folder of the new checkpoint; default: RUN/checkpoints/average")
      .hint("DIR")
      .short_flag('o')
      .command_line_only();
}

void declare(OptionTable& table, InspectArguments& arguments) {
  table.add("path", arguments.path, "a run folder, a checkpoint folder or a stored corpus")
      .hint("PATH")
      .positional(0)
      .required()
      .command_line_only();
  table.add("json", arguments.json, "print JSON").command_line_only();
  table
      .add("html", arguments.html,
           "also write a page on the run: curves of training and validation, speed, the worst "
           "batches, and how translations of validation sentences changed")
      .hint("FILE")
      .command_line_only();
}

}  // namespace nmt
