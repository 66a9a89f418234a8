#include "nmt/commands/scoring_arguments.h"

#include <set>

#include "nmt/scoring/named_metric.h"

namespace nmt {
namespace {

void declare_metrics(OptionTable& table, std::vector<std::string>& metrics) {
  table.add("metrics", metrics, "what is computed")
      .choices(scoring::named_metrics())
      .command_line_only();
}

void declare_tokenizer_model(OptionTable& table, std::string& model) {
  table
      .add("tokenizer_model", model,
           "SentencePiece model (a file) or MeCab dictionary (a folder) of --tokenize")
      .hint("PATH")
      .command_line_only();
}

void declare_json(OptionTable& table, bool& json) {
  table.add("json", json, "print JSON").command_line_only();
}

}  // namespace

void check_metrics(const std::vector<std::string>& metrics) {
  if (metrics.empty()) throw UsageError("--metrics names none", "Name one, or leave it out.");
  std::set<std::string> seen;
  for (const std::string& metric : metrics)
    if (!seen.insert(metric).second)
      throw UsageError("--metrics names " + metric + " twice", "Name it once.");
}

void declare(OptionTable& table, ScoreDocumentsArguments& arguments) {
  table.add("ref", arguments.reference, "reference, in documents")
      .hint("REF")
      .positional(0)
      .required()
      .command_line_only();
  table.add("hyp", arguments.hypothesis, "translation, in the same documents")
      .hint("HYP")
      .positional(1)
      .required()
      .command_line_only();
  table
      .add("more_refs", arguments.more_references,
           "more references, with as many sentences in each document as REF, whose lengths count")
      .hint("FILE")
      .command_line_only();
  table
      .add("documents", arguments.documents,
           "how all files show their documents: blank lines between them, a line <d> before each, "
           "or its name and a tab before each sentence")
      .command_line_only();
  table
      .add("ids", arguments.ids,
           "instead of marks in the files: the id of each line's document, int64 in a file called "
           ".docid, else one a line")
      .hint("FILE")
      .command_line_only();
  table
      .add("instances", arguments.instances,
           "also score parts of documents: the id of each reference sentence's part, as in --ids")
      .hint("FILE")
      .command_line_only();
  table
      .add("align", arguments.align,
           "documents with another number of sentences: none refuses them, pad adds empty ones at "
           "the end (surplus joins the last), dp cuts again by word edit distance")
      .command_line_only();
  declare_metrics(table, arguments.metrics);
  table.add("tokenize", arguments.tokenize, "BLEU's tokenizer, as in nmt score")
      .hint("NAME")
      .command_line_only();
  declare_tokenizer_model(table, arguments.tokenizer_model);
  table
      .add("sentence_lengths", arguments.sentence_lengths,
           "words with which the second, third … row of scores by sentence length begins")
      .at_least(1)
      .command_line_only();
  table.add("document_lengths", arguments.document_lengths, "the same for whole documents")
      .at_least(1)
      .command_line_only();
  table
      .add("positions", arguments.positions,
           "the same for the sentence's number in its document, from 1")
      .at_least(2)
      .command_line_only();
  declare_json(table, arguments.json);
}

void declare(OptionTable& table, ScoreContrastiveArguments& arguments) {
  table.add("items", arguments.items, "the test set, JSON in the format of ContraPro")
      .hint("ITEMS")
      .positional(0)
      .required()
      .command_line_only();
  table
      .add("scores", arguments.scores,
           "log-probabilities, one a line: for each item the reference, then its errors")
      .hint("SCORES")
      .positional(1)
      .required()
      .command_line_only();
  declare_json(table, arguments.json);
}

void declare(OptionTable& table, ScoreLanguageArguments& arguments) {
  table.add("directions", arguments.directions, "what was translated into what")
      .hint("SRC-TGT")
      .required()
      .command_line_only();
  table.add("hyp", arguments.hypotheses, "translations: a file for each direction")
      .hint("FILE")
      .required()
      .command_line_only();
  table
      .add("ref", arguments.references,
           "references: a file for each direction; lines whose reference is identified wrongly are "
           "left out, and BLEU of the lines on target is printed")
      .hint("FILE")
      .command_line_only();
  table.add("src", arguments.sources, "sources: a file for each direction; tells copies apart")
      .hint("FILE")
      .command_line_only();
  table
      .add("least_words", arguments.least_words,
           "translations with fewer words are too short to be judged")
      .at_least(0)
      .hint("N")
      .command_line_only();
  table.add("fasttext", arguments.fasttext, "identify with this fastText model instead of CLD2")
      .hint("MODEL")
      .command_line_only();
  table
      .add("tokenize", arguments.tokenize,
           "BLEU's tokenizer, as in nmt score; default: the usual one of the target language")
      .hint("NAME")
      .command_line_only();
  declare_tokenizer_model(table, arguments.tokenizer_model);
  table
      .add("verdicts", arguments.verdicts,
           "write direction, line, verdict and language of every translation there, between tabs")
      .hint("FILE")
      .command_line_only();
  declare_json(table, arguments.json);
}

void declare(OptionTable& table, CompareArguments& arguments) {
  table
      .add("runs", arguments.runs,
           "folders of evaluated runs; the first is what others are compared with")
      .hint("RUN")
      .positional(0)
      .command_line_only();
  table
      .add("checkpoint", arguments.checkpoint,
           "compare evaluations of this checkpoint of each run; default: the newest evaluation")
      .hint("NAME")
      .command_line_only();
  table
      .add("hyp", arguments.hypotheses,
           "instead of runs: files of translations, of each system one")
      .hint("FILE")
      .command_line_only();
  table.add("ref", arguments.reference, "reference of the files").hint("FILE").command_line_only();
  table.add("src", arguments.source, "source of the files, shown on the HTML page")
      .hint("FILE")
      .command_line_only();
  table.add("names", arguments.names, "names of the systems; default: from their paths")
      .hint("NAME")
      .command_line_only();
  declare_metrics(table, arguments.metrics);
  table
      .add("tokenize", arguments.tokenize,
           "BLEU's tokenizer, as in nmt score; default: the usual one of the target language of "
           "runs, 13a for files")
      .hint("NAME")
      .command_line_only();
  declare_tokenizer_model(table, arguments.tokenizer_model);
  table
      .add("test", arguments.test,
           "paired test against the first system: bootstrap resampling or approximate "
           "randomization")
      .command_line_only();
  table
      .add("samples", arguments.samples,
           "resamples or trials of the test; 0: 1000 resamples, 10000 trials")
      .range(0, 1000000)
      .hint("N")
      .command_line_only();
  table.add("format", arguments.format, "how the tables are printed").command_line_only();
  table
      .add(
          "html", arguments.html,
          "also write a page with tables, training curves, scores by length and the sentences that "
          "differ most")
      .hint("FILE")
      .command_line_only();
}

}  // namespace nmt
