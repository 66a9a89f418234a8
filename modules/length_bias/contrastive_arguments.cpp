#include "modules/length_bias/contrastive.h"

namespace nmt::length_bias {

void declare(OptionTable& table, ContrastiveArguments& arguments) {
  declare(table, arguments.model);
  table.add("items", arguments.items, "the contrastive test set")
      .hint("FILE.json")
      .required()
      .command_line_only();
  table
      .add("document_folder", arguments.document_folder,
           "folder of the documents that items without a context of their own name")
      .hint("DIR")
      .command_line_only();
  table
      .add("output", arguments.output,
           "where to write the log-probabilities, for `nmt score-contrastive`")
      .hint("FILE")
      .short_flag('o')
      .command_line_only();
  declare_languages(table, arguments.source_language, arguments.target_language);
  table.add("json", arguments.json, "print the report as JSON").command_line_only();
}

CommandDescription describe_contrastive() {
  return {
      .name = "contrastive",
      .summary = "how often a model prefers the right translation to wrong ones, in context",
      .usage = "RUN --items FILE.json",
      .about =
          R"(Scores the right translation of each sentence and wrong ones that differ in a word that only the
context decides. An item counts when the right one is strictly the most probable. The test set is
JSON in ContraPro's format, with the context inside or in documents:

  [{"src segment": "It is red.", "ref segment": "Es ist rot.",
    "src context": ["I have a car."], "ref context": ["Ich habe ein Auto."],
    "errors": [{"contrastive": "Er ist rot."}], "ante distance": 1}, ...]

ContraPro itself names "document id" and "segment id" in place of the context; --document_folder is then
the one into which its setup script has extracted OpenSubtitles: 1234.de beside 1234.en, in any folder below.

Context sentences are those before the segment, the nearest last; as many are used as fit into the
run's window (sd.window), none with sd.mode: sentences, which is the default of a run without the
method length_bias.

  nmt contrastive runs/documents --items contrapro.json --document_folder ContraPro/documents
)",
      .groups = {"decode.batch_tokens", "decode.precision", "plugins"},
      .translates = true,
      .declare_arguments = declare_arguments<ContrastiveArguments>};
}

}  // namespace nmt::length_bias
