#include "nmt/commands/docid_arguments.h"

namespace nmt {

void declare(OptionTable& table, DocidArguments& arguments) {
  table.add("task", arguments.task, "what to do").positional(0).required().command_line_only();
  table
      .add("corpora", arguments.corpora,
           "parallel text, named as in data.train (see nmt help data.documents); check and combine "
           "take several")
      .hint("CORPUS")
      .positional(1)
      .required()
      .command_line_only();
  table
      .add("documents", arguments.documents,
           "how the corpora show their documents, as in data.documents")
      .command_line_only();
  table
      .add(
          "output", arguments.output,
          "write PREFIX.SRC, PREFIX.TGT and PREFIX.docid; split writes PREFIX.train.SRC and so on, "
          "DIR/train.SRC where the prefix is DIR/")
      .hint("PREFIX")
      .short_flag('o')
      .command_line_only();
  table
      .add("id_format", arguments.id_format,
           "write ids as int64 numbers (PREFIX.docid) or as text (PREFIX.docid.txt)")
      .command_line_only();
  table.add("dev", arguments.split.dev, "split: documents of the development set")
      .at_least(0)
      .hint("N")
      .command_line_only();
  table.add("test", arguments.split.test, "split: documents of the test set")
      .at_least(0)
      .hint("N")
      .command_line_only();
  table.add("seed", arguments.split.seed, "split: same seed, same choice")
      .at_least(0)
      .hint("N")
      .command_line_only();
}

}  // namespace nmt
