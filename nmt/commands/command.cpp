#include "nmt/commands/command.h"

#include <algorithm>

#include "nmt/commands/arguments.h"
#include "nmt/commands/docid_arguments.h"
#include "nmt/commands/scoring_arguments.h"
#include "nmt/options/method_description.h"

namespace nmt {
namespace {

CommandDescription describe_prepare() {
  return {
      .name = "prepare",
      .summary = "learn a vocabulary and store a corpus",
      .usage = "RECIPE.yaml --output DIR",
      .about =
          R"(Reads the parallel text that the recipe names (plain, .gz or .zst), learns the vocabulary,
drops what cannot be used with a count of each reason, and stores the token ids so that any
number of runs can train on them. `nmt train` does the same for a run of its own when the recipe
names raw text; prepare it once when several runs share the data.

  nmt prepare recipe.yaml --output prepared
  nmt prepare recipe.yaml --output prepared16k --vocabulary.size 16000
  nmt inspect prepared/train-1
)",
      .groups = {"plugins", "data", "vocabulary"},
      .declare_arguments = declare_arguments<PrepareArguments>};
}

CommandDescription describe_docid() {
  return {
      .name = "docid",
      .summary = "convert, split, combine and check parallel text in documents",
      .usage = "build|split|combine|check CORPUS... [--documents FORMAT] [--output PREFIX]",
      .about =
          R"(Works on parallel text whose documents are marked in any of the formats of data.documents.
build writes it as two flat texts with a file of document ids; split divides it into train, dev and
test by whole documents, drawn at random; combine puts several corpora one after the other. All
three number the documents from 0, and what they write is read with data.documents: docid.
check reports documents, sentences, lengths and documents whose source text occurs twice, and fails
when one occurs in two corpora, as training text in a test set does. In train, split leaves out
copies of documents of dev and test.

  nmt docid check "ted/train.{}.gz:en-de" "ted/test.{}.gz:en-de"
  nmt docid build europarl-v10.tsv.gz:de-en --documents tsv --output data/europarl
  nmt docid build newstest2021.en-de.xml:en-de --documents xml --output data/news21
  nmt docid split "data/europarl.{}:de-en" --documents docid --dev 20 --test 40 --output data/ep
  nmt docid combine "a.{}:en-de" "b.{}:en-de" --documents docid -o data/both --id_format text
)",
      .groups = {},
      .declare_arguments = declare_arguments<DocidArguments>};
}

CommandDescription describe_train() {
  return {
      .name = "train",
      .summary = "train a model from a recipe, or continue a run",
      .usage = "RECIPE.yaml --run RUN [--GROUP.OPTION VALUE ...]",
      .about =
          R"(Trains the system that the recipe describes. Everything about the run goes into the folder RUN:
the resolved recipe (config.yaml), vocabulary, checkpoints, logs. The same line again continues
where the run stopped, exactly. Ctrl-C saves first, and the exit code is 130. Every key of the
recipe is also a flag, which overrides the recipe; - may stand for _ in it.

  nmt train recipe.yaml --run runs/first
  nmt train recipe.yaml --run runs/first --check         prepare the data, verify everything, train nothing
  nmt train recipe.yaml --run runs/big --model.preset big --train.lr 3e-4
  nmt train runs/first/config.yaml --run runs/again      repeat a run
)",
      .groups = {"", "data", "vocabulary", "model", "criterion", "train", "valid", "save",
                 "decode"},
      .translates = true,
      .declare_arguments = declare_arguments<TrainArguments>};
}

CommandDescription describe_translate() {
  return {
      .name = "translate",
      .summary = "translate text with a trained run",
      .usage = "RUN [--documents FORMAT] < input > output",
      .about =
          R"(Translates a sentence a line with the best checkpoint of the run. The output has exactly as many
lines as the input: empty lines stay empty, lines too long for the model are translated in parts.
The recipe of the run gives the defaults of the search.

  nmt translate runs/first < in.en > out.de
  nmt translate runs/first --input in.en --output out.de --decode.beam 8 --checkpoint last
  nmt translate runs/seed1 --models runs/seed2 runs/seed3 < in.en > out.de    an ensemble
  nmt translate runs/first --decode.n_best 5 --format nbest < in.en

With --documents, sentences keep their places in their documents: as many come out as go in. A run
with the method length_bias translates them in context, other runs sentence by sentence, unless
--sd.mode says otherwise. Memory does not grow with the length of a document.

  nmt translate runs/first --documents blank-line < book.en > book.de
  nmt translate runs/first --documents d-tag --sd.mode whole < in    also sliding, chunked, sentences
  nmt translate runs/first --documents id-tsv --report report.jsonl < in.tsv > out.tsv
)",
      .groups = {"decode", "plugins"},
      .translates = true,
      .declare_arguments = declare_arguments<TranslateArguments>};
}

CommandDescription describe_score_pairs() {
  return {
      .name = "score-pairs",
      .summary = "the model's probability of given translations",
      .usage = "RUN --src FILE --hyp FILE",
      .about =
          R"(Forced decoding: prints the log-probability that the model gives each translation, given its
source, a line for each pair: the sum over its tokens and EOS, natural logarithm, not divided by the
length. For reranking, filtering data and contrastive test sets.

  nmt score-pairs runs/first --src dev.en --hyp dev.de > dev.scores
)",
      .groups = {"decode.batch_tokens", "decode.precision", "plugins"},
      .declare_arguments = declare_arguments<ScorePairsArguments>};
}

CommandDescription describe_evaluate() {
  return {
      .name = "evaluate",
      .summary = "translate and score the test sets of a run",
      .usage = "RUN",
      .about =
          R"(Translates the test sets of the run's recipe and scores them against the raw, detokenised
references. Prints the scores with their signatures and keeps them, with sources, references and
translations, in the run folder (scores.json), where `nmt compare` finds them.

  nmt evaluate runs/first
  nmt evaluate runs/first --sets test_2016_flickr --decode.beam 8
  nmt evaluate runs/first --data.test "other.{}:en-de"
)",
      .groups = {"decode", "plugins", "data.test", "data.documents"},
      .translates = true,
      .declare_arguments = declare_arguments<EvaluateArguments>};
}

CommandDescription describe_score() {
  return {.name = "score",
          .summary = "BLEU, chrF and TER of translations, as sacreBLEU computes them",
          .usage = "REFERENCE... < output",
          .about = "",
          .groups = {},
          .declare_arguments = nullptr};
}

CommandDescription describe_compare() {
  return {
      .name = "compare",
      .summary = "compare runs or files of translations, with significance and an HTML page",
      .usage = "RUN RUN... | --hyp FILE FILE... --ref FILE [--src FILE]",
      .about =
          R"(Scores two systems or more on the test sets that all have translated, with 95 % confidence
intervals and with paired significance tests against the first system. Of runs it reads what
`nmt evaluate` left in their folders, and shows parameters, updates, training tokens and speed.

p is two-sided: how often systems that are equal would differ at least as much, in either direction,
(c + 1) / (n + 1) when c of n resamples or trials do. Equal translations have p = 1. Bootstrap
resampling is too sure where only a few segments differ; there take approximate randomization.
`nmt score --paired-bs` and `--paired-ar` print sacreBLEU's p-values instead, which leave ties out
and, by bootstrap, count one direction: where p is small, about half of the two-sided one.

  nmt compare runs/baseline runs/wide
  nmt compare runs/baseline runs/wide --html report.html
  nmt compare runs/baseline runs/wide --test ar --format latex
  nmt compare --hyp a.de b.de --ref ref.de --src src.en --names Transformer ours --html report.html
)",
      .groups = {},
      .declare_arguments = declare_arguments<CompareArguments>};
}

CommandDescription describe_score_documents() {
  return {
      .name = "score-documents",
      .summary = "BLEU, chrF and TER of documents, by sentence position and by length",
      .usage = "REF HYP [--more_refs REF...] [--documents FORMAT]",
      .about =
          R"(Scores translated documents. d-BLEU takes a whole document as one segment, s-BLEU a sentence;
then the same by length of the sentence, by its position in the document and by length of the
document, which show whether a system translates long documents, or their ends, worse. d-BLEU of
documents and d-BLEU of instances (parts of documents, --instances) cannot be compared: the
signature of each score says its unit, and how many documents were aligned anew.

  nmt score-documents test.doc.de output.doc.de
  nmt score-documents test.de output.de --ids test.docid
  nmt score-documents test.doc.de output.doc.de --align dp      sentences were merged or divided
  nmt score-documents test.doc.zh output.doc.zh --tokenize zh --json
)",
      .groups = {},
      .declare_arguments = declare_arguments<ScoreDocumentsArguments>};
}

CommandDescription describe_score_contrastive() {
  return {
      .name = "score-contrastive",
      .summary = "how often a model prefers the right translation to wrong ones",
      .usage = "ITEMS SCORES",
      .about =
          R"(Accuracy on a contrastive test set in the format of ContraPro: a JSON list of items whose
"errors" are the wrong translations. Score the reference and each error of every item with the
model, in the order of the file and with the same context, and give the log-probabilities. An item
is right only when its reference scores strictly higher than every error; a tie is wrong. Reported
in total, by pronoun, by distance of the antecedent and by whether it is in the same segment.

  nmt score-pairs runs/first --src pairs.en --hyp pairs.de > pairs.scores           without context
  nmt contrastive runs/documents --items contrapro.json --output pairs.scores       in context
  nmt score-contrastive contrapro.json pairs.scores
)",
      .groups = {},
      .declare_arguments = declare_arguments<ScoreContrastiveArguments>};
}

CommandDescription describe_score_language() {
  return {
      .name = "score-language",
      .summary = "how many translations are in a wrong language (off-target rate)",
      .usage = "--directions SRC-TGT... --hyp FILE... [--ref FILE...] [--src FILE...]",
      .about =
          R"(Identifies the language of translations and prints, for each direction, the percentage that is
not in the target language: in the source language, in English, in another one, or copied from the
source. Lines too short to tell, lines that the identifier is not sure of, and lines whose reference
it takes for another language are left out and counted apart.

  nmt score-language --directions de-fr --hyp out.fr --ref test.fr --src test.de
  nmt score-language --directions de-fr fr-de --hyp out.fr out.de --ref test.fr test.de --json
  nmt score-language --directions de-fr --hyp out.fr --fasttext lid.176.bin --verdicts lines.tsv
)",
      .groups = {},
      .declare_arguments = declare_arguments<ScoreLanguageArguments>};
}

CommandDescription describe_average() {
  return {
      .name = "average",
      .summary = "average the weights of several checkpoints",
      .usage = "RUN [--last N]",
      .about =
          R"(Writes a checkpoint whose weights are the mean of others of the same run; it often translates
better than each of them.

  nmt average runs/first
  nmt evaluate runs/first --checkpoint average
  nmt average runs/first --checkpoints 8000 9000 10000 --output runs/first/checkpoints/mean
)",
      .groups = {},
      .declare_arguments = declare_arguments<AverageArguments>};
}

CommandDescription describe_inspect() {
  return {
      .name = "inspect",
      .summary = "show what is in a run, a checkpoint or a stored corpus",
      .usage = "PATH [--html FILE]",
      .about =
          R"(Prints sizes, parameters, languages, scores, checksums and whether they hold. Of a run --html also
writes one page, which needs no network: loss, scores, learning rate, speed, memory and padding over
updates; what was skipped; the batches that stand out, with their sentences; and how translations of
the same validation sentences changed (valid.samples says of how many). Works while the run trains.

  nmt inspect runs/first
  nmt inspect runs/first --html run.html
  nmt inspect runs/first/checkpoints/last
  nmt inspect prepared/train-1 --json
)",
      .groups = {"plugins"},
      .declare_arguments = declare_arguments<InspectArguments>};
}

CommandDescription describe_testbed() {
  return {.name = "testbed",
          .summary = "write the small artificial corpus with labelled phenomena",
          .usage = "",
          .about = "",
          .groups = {},
          .declare_arguments = nullptr};
}

std::shared_ptr<void> declare_nothing(OptionTable& /*table*/) {
  return nullptr;
}

CommandDescription describe_list() {
  return {.name = "list",
          .summary = "what there is: commands, methods, options, presets, choices",
          .usage = "[commands | methods | options [GROUP] | presets | choices]",
          .about = R"(Without a word, prints commands and methods.

  nmt list methods
  nmt list options train      every option of a group, with defaults and limits
  nmt list presets            what each preset sets
  nmt list choices            options that are one of several names: optimizers, schedules ...
)",
          .groups = {"plugins"},
          .declare_arguments = declare_nothing};
}

CommandDescription describe_help() {
  return {.name = "help",
          .summary = "explain a command, a method, a group of options or an option",
          .usage = "[TOPIC]",
          .about = R"(  nmt help train
  nmt help model
  nmt help train.lr
)",
          .groups = {"plugins"},
          .declare_arguments = declare_nothing};
}

}  // namespace

const std::vector<CommandDescription>& command_descriptions() {
  static const std::vector<CommandDescription> commands = {
      describe_testbed(),
      describe_docid(),
      describe_prepare(),
      describe_train(),
      describe_translate(),
      describe_evaluate(),
      describe_compare(),
      describe_score(),
      describe_score_documents(),
      describe_score_contrastive(),
      describe_score_language(),
      describe_score_pairs(),
      describe_average(),
      describe_inspect(),
      describe_list(),
      describe_help(),
  };
  return commands;
}

std::vector<const CommandDescription*> all_commands() {
  std::vector<const CommandDescription*> all;
  for (const CommandDescription& command : command_descriptions()) all.push_back(&command);
  for (const MethodDescription& method : method_descriptions()) {
    for (const CommandDescription& command : method.commands) all.push_back(&command);
  }
  return all;
}

const CommandDescription* find_command(const std::string& name) {
  for (const CommandDescription* command : all_commands()) {
    if (command->name == name) return command;
  }
  return nullptr;
}

std::string command_help(const CommandDescription& command, const OptionTable& table) {
  std::string all =
      "nmt " + command.name + ": " + command.summary + "\n\nusage: nmt " + command.name;
  if (!command.usage.empty()) all += " " + command.usage;
  all += "\n";
  if (!command.about.empty()) all += "\n" + command.about;
  const std::vector<std::string> used = used_groups(command);
  const std::string options = table.help([&used](const Option& option) {
    const auto uses = [&used](const std::string& name) {
      return std::find(used.begin(), used.end(), name) != used.end();
    };
    return option.is_command_line_only() || uses(option.group()) || uses(option.key());
  });
  if (!options.empty()) all += "\nDefaults and limits are in brackets.\n\n" + options;
  return all;
}

}  // namespace nmt
