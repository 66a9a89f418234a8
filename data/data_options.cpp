#include "data/data_options.h"

#include <algorithm>

#include "nmt/support/error.h"

namespace nmt {

void declare(OptionTable& table, DataOptions& o) {
  table.group("data", "Corpora and batches");
  table
      .add(
          "data.train", o.train,
          "training corpora, each PATH:SRC-TGT where {} in PATH stands for the language "
          "(data/train.{}.gz:en-de), or SOURCE,TARGET:SRC-TGT, or the folder of a prepared corpus; "
          "see data.documents for one file with both sides and for ids of documents")
      .hint("CORPUS");
  table.add("data.valid", o.valid, "corpora to validate on; scored against their raw target text")
      .hint("CORPUS");
  table.add("data.test", o.test, "corpora that `nmt evaluate` translates and scores")
      .hint("CORPUS");
  table
      .add("data.store", o.store,
           "folder where prepared corpora are kept and found again (default: data/ in the run "
           "folder)")
      .hint("DIR");
  table
      .add("data.weights", o.weights,
           "share of each training corpus in an epoch, in the order of data.train; empty: from "
           "data.temperature")
      .at_least(0);
  table
      .add("data.temperature", o.temperature,
           "a corpus of n pairs gets a share ∝ n^(1/T): 1 = every pair once per epoch, larger = "
           "more even")
      .range(1, 1e6);
  table.add(
      "data.documents", o.documents,
      "how the text of all corpora shows its documents (nmt docid build converts other text): none "
      "(each sentence stands alone); blank-line (a line blank on both sides ends one); d-tag (a "
      "line "
      "<d> on both sides begins one); docid (PATH with docid for the language, or "
      "SOURCE,TARGET,IDS:SRC-TGT, is a file with an int64 for each line, or called .docid.txt with "
      "a "
      "number a line); tsv (one FILE:SRC-TGT of source, target and ids between tabs: one begins "
      "where "
      "an id changes, ends where both sides are empty); xml (a set of WMT in one file or two, or "
      "of "
      "IWSLT)");
  table.add(
      "data.invalid_utf8", o.invalid_utf8,
      "lines with NUL bytes or bytes that are not UTF-8: stop, put U+FFFD there, or drop the pair");
  table
      .add("data.max_length", o.max_length,
           "training pairs with more pieces on either side (EOS counted, tags not) are dropped and "
           "counted; 0 = keep all")
      .at_least(0);
  table
      .add("data.max_ratio", o.max_ratio,
           "training pairs whose longer side has more than this many times the pieces of the "
           "shorter one are dropped and "
           "counted; 0 = keep all")
      .at_least(0);
  table
      .add("data.max_tokens", o.batch.max_tokens,
           "tokens in a batch, counted as data.batch_measure says")
      .at_least(1);
  table.add("data.batch_measure", o.batch.measure,
            "padded: sentences × the longest sequence of either side (bounds memory); target: "
            "target tokens without padding");
  table.add("data.max_sentences", o.batch.max_sentences, "sentences in a batch; 0 = no limit")
      .at_least(0);
  table.add("data.source_tag", o.tags.source_tag,
            "language tag on the source side: of which language");
  table.add("data.source_tag_position", o.tags.source_tag_position,
            "the source side's tag stands in front, or in place of the final EOS");
  table.add("data.target_tag", o.tags.target_tag,
            "put the target language's tag before the target; decoding starts with it");
  table
      .add("data.unigram_alpha", o.noise.unigram_alpha,
           "cut training text anew in every epoch, drawing segmentations ∝ p^alpha (unigram "
           "vocabulary; usual: 0.1-0.5, "
           "smaller = more varied); 0 = off")
      .range(0, 100);
  table
      .add("data.bpe_dropout", o.noise.bpe_dropout,
           "cut training text anew in every epoch, leaving out merges with this probability (BPE "
           "vocabulary; usual: 0.1); "
           "0 = off")
      .range(0, 1);
  table
      .add("data.threads", o.threads,
           "threads that prepare batches while the model trains; 0 = none, prepare on demand")
      .range(0, 256);
  table.add("data.prefetch", o.prefetch, "batches kept ready").range(1, 100000);
}

void declare(OptionTable& table, VocabularyOptions& o) {
  table.group("vocabulary", "Vocabulary (SentencePiece)");
  table.add("vocabulary.file", o.file, "existing model; empty: train one from the training corpora")
      .hint("FILE");
  table
      .add("vocabulary.target_file", o.target_file,
           "existing model of the target side, when it differs from the source side's")
      .hint("FILE");
  table.add("vocabulary.joint", o.joint,
            "train one vocabulary for all languages; false: one for each side");
  table.add("vocabulary.type", o.type, "how the vocabulary cuts words");
  table.add("vocabulary.size", o.size, "pieces, with symbols and bytes").range(8, 1e7);
  table.add("vocabulary.coverage", o.coverage, "share of the text's characters that become pieces")
      .range(0.9, 1);
  table.add(
      "vocabulary.byte_fallback", o.byte_fallback,
      "spell characters that are no pieces as UTF-8 bytes (takes 256 pieces) instead of <unk>");
  table
      .add("vocabulary.normalization", o.normalization,
           "Unicode normalisation of text before it is cut")
      .choices({"nmt_nfkc", "nfkc", "nmt_nfkc_cf", "nfkc_cf", "identity"});
  table.add("vocabulary.symbols", o.symbols, "texts that are always one piece").hint("TEXT");
  table
      .add(
          "vocabulary.languages", o.languages,
          "languages that get a tag besides those of the corpora, for directions to be added later")
      .hint("LANG");
  table
      .add("vocabulary.sample", o.sample,
           "lines drawn to train on, over all languages; bounds the memory")
      .range(1, 1e9);
  table.add("vocabulary.seed", o.seed, "seed of that draw").at_least(0);
}

void validate(const DataOptions& options) {
  if (!options.weights.empty() && options.weights.size() != options.train.size())
    throw UsageError(text("data.weights has ", options.weights.size(), " values for ",
                          options.train.size(), " corpora in data.train"),
                     "Give one weight for each corpus, in the same order, or none.");
  if (!options.weights.empty() &&
      std::all_of(options.weights.begin(), options.weights.end(), [](double w) { return w == 0; }))
    throw UsageError("all data.weights are 0", "Give at least one corpus a positive weight.");
  if (!options.weights.empty() && options.temperature != 1)
    throw UsageError("data.weights and data.temperature both set the shares of the corpora",
                     "Set only one of them.");
  if (options.noise.unigram_alpha > 0 && options.noise.bpe_dropout > 0)
    throw UsageError(
        "data.unigram_alpha and data.bpe_dropout are for different kinds of vocabulary",
        "Set the one that fits vocabulary.type.");
  if (options.tags.source_tag == SourceTag::kNone &&
      options.tags.source_tag_position != TagPosition::kFront)
    throw UsageError("data.source_tag_position has no effect without data.source_tag",
                     "Set data.source_tag: target (or source).");
}

void validate(const VocabularyOptions& options) {
  if (options.file.empty() && !options.target_file.empty())
    throw UsageError("vocabulary.target_file is given without vocabulary.file",
                     "Give both, or none to train them.");
}

Languages languages_of(const DataOptions& options) {
  Languages languages;
  for (const CorpusSpec& spec : parse_corpora(options.train, options.documents))
    languages.add({spec.source_language, spec.target_language});
  for (const auto& corpora : {options.valid, options.test})
    for (const CorpusSpec& spec : parse_corpora(corpora, options.documents))
      languages.add_languages({spec.source_language, spec.target_language});
  return languages;
}

}  // namespace nmt
