#include "modules/length_bias/length_curve.h"

namespace nmt::length_bias {

void declare(OptionTable& table, LengthCurveArguments& arguments) {
  table.add("runs", arguments.runs, "trained runs, a line of the table for each")
      .hint("RUN")
      .positional(0)
      .required()
      .command_line_only();
  table
      .add("checkpoint", arguments.checkpoint,
           "which checkpoint: best, last, an update's number, or the name of another one of the "
           "run (average)")
      .hint("WHICH")
      .command_line_only();
  table.add("src", arguments.source, "documents to translate")
      .hint("FILE")
      .required()
      .command_line_only();
  table.add("ref", arguments.reference, "their translations, in the same format")
      .hint("FILE")
      .required()
      .command_line_only();
  table.add("documents", arguments.documents, "how both files show where documents begin")
      .command_line_only();
  table.add("ids", arguments.ids, "with --documents docid: the id of each line's document")
      .hint("FILE")
      .command_line_only();
  table
      .add("lengths", arguments.lengths,
           "lengths of segments in source tokens, besides single sentences and whole documents")
      .range(2, 1e9)
      .command_line_only();
  declare_languages(table, arguments.source_language, arguments.target_language);
  table.add("plot", arguments.plot, "where to draw the curves")
      .hint("FILE.svg")
      .command_line_only();
  table.add("numbers", arguments.numbers, "where to write all numbers, as JSON")
      .hint("FILE")
      .command_line_only();
  declare(table, arguments.runtime);
}

CommandDescription describe_length_curve() {
  return {
      .name = "length-curve",
      .summary = "how a model's quality depends on the length of what it translates",
      .usage = "RUN... --src FILE --ref FILE [--plot curve.svg]",
      .about =
          R"(Cuts the documents of one test set into segments: single sentences, segments of so many tokens, and
whole documents. Translates each segment by itself, and scores every time the same whole documents
(d-BLEU), so that the numbers of a line differ by the length of the segments alone. The last column
is the run's own way of translating documents (options sd.*).

  nmt length-curve runs/baseline runs/method --src test.doc.en --ref test.doc.de --plot curve.svg
)",
      .groups = {"decode", "plugins"},
      .translates = true,
      .declare_arguments = declare_arguments<LengthCurveArguments>};
}

}  // namespace nmt::length_bias
