#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/corpus_store.h"
#include "data/corpus_writer.h"
#include "data/data_options.h"
#include "data/vocabulary.h"
#include "nmt/support/file_lock.h"

// From raw parallel text to corpus stores.

namespace nmt {

/// The vocabularies of the two sides; often the same object.
struct Vocabularies {
  std::shared_ptr<const Vocabulary> source, target;
};

/// Which pairs are kept.
enum class PairFilter {
  kTraining,  // pairs with an empty side, or against data.max_length or data.max_ratio, are dropped
              // and counted
  kKeepAll,   // every pair stays, as for validation and test: the text's n-th pair (see
              // ParallelText) is the store's. Only InvalidUtf8::kDrop leaves pairs out
};

struct PrepareSettings {
  InvalidUtf8 invalid_utf8 = InvalidUtf8::kError;
  int64_t max_length = 256;  // 0: no limit
  double max_ratio = 0;      // 0: no limit
  PairFilter filter = PairFilter::kTraining;
  StoredText stored_text = StoredText::kNone;
  int64_t threads = 1;  // that segment text; does not change the result

  /// For training corpora, and for those that are translated and scored against their raw text.
  static PrepareSettings for_training(const DataOptions& options);
  static PrepareSettings for_scoring(const DataOptions& options);
};

/// Reads the text of `spec`, writes the store into `folder` and returns it opened. Memory grows no
/// more than that of open_parallel_text(). Sentences around a dropped one are no neighbours: the
/// document is divided there, and the cut counted. Shows progress. Throws Error for text that
/// cannot be read (see ParallelText), when there is no sentence in it (an empty file, only blank
/// lines), and when no pair is left of a training corpus.
std::shared_ptr<const CorpusStore> prepare_corpus(const CorpusSpec& spec,
                                                  const Vocabularies& vocabularies,
                                                  const PrepareSettings& settings,
                                                  const std::string& folder);

/// Opens the corpus of `spec`: the store it names; or the store in `folder` when it was made from
/// the same texts with the same vocabularies and settings; or makes that store. Logs what is in it
/// and what was dropped. The vocabularies must be those the store was made with; warns of other
/// settings than a named store was made with, where they are not the defaults.
std::shared_ptr<const CorpusStore> provide_corpus(const CorpusSpec& spec,
                                                  const Vocabularies& vocabularies,
                                                  const PrepareSettings& settings,
                                                  const std::string& folder);

/// provide_corpus() for each of `corpora`, as the folders NAME-1, NAME-2 … in
/// `folder`.
std::vector<std::shared_ptr<const CorpusStore>> provide_corpora(
    const std::vector<CorpusSpec>& corpora, const Vocabularies& vocabularies,
    const PrepareSettings& settings, const std::string& folder, const std::string& name);

/// Opens what provide_corpora() made. Throws Error when one of them is not there.
std::vector<std::shared_ptr<const CorpusStore>> open_corpora(const std::vector<CorpusSpec>& corpora,
                                                             const std::string& folder,
                                                             const std::string& name);

/// Makes `folder`, where several runs find what is prepared, and waits until no other process
/// prepares there.
FileLock lock_store(const std::string& folder);

/// Opens the vocabularies that `options` names. Without names: those beside the first of `corpora`,
/// when that is a prepared one; else those in `folder` (vocab.model, or source.vocab.model and
/// target.vocab.model), trained from the texts of `corpora` when they are not there or were made
/// from other texts or options; the content of the files decides. NAME.json tells what a model was
/// made of. Throws Error when a model without such a record, or with that of another, is in the
/// way. Warns of options that are not the defaults and do not describe vocabularies that are opened
/// by name or beside a corpus.
Vocabularies provide_vocabularies(const VocabularyOptions& options,
                                  const std::vector<CorpusSpec>& corpora, InvalidUtf8 invalid_utf8,
                                  const std::string& folder);

/// Opens vocab.model, or source.vocab.model and target.vocab.model, in `folder`. Throws Error when
/// it holds both.
Vocabularies open_vocabularies(const std::string& folder);

/// Puts the vocabularies into `folder` under these names, in place of any that are there.
void save_vocabularies(const Vocabularies& vocabularies, const std::string& folder);

/// "29,000 lines, 28,986 pairs kept, 14 dropped (10 empty side, 4 longer than data.max_length) …":
/// one line a corpus.
std::string describe(const CorpusManifest& manifest);

}  // namespace nmt
