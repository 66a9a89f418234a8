#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "criterions/criterion.h"
#include "data/batch.h"
#include "data/pair_encoder.h"
#include "nmt/decoding/translator.h"
#include "nmt/scoring/metric.h"
#include "nmt/training/validation_outcome.h"
#include "nmt/training/world.h"

namespace nmt {

/// A validation set: what the loss is computed on, and what is translated.
struct ValidationSet {
  std::string name;
  std::shared_ptr<const scoring::Metric> bleu;   // see validation_bleu()
  std::vector<Batch> batches;                    // on the CPU
  std::vector<TranslationRequest> requests;      // of each line
  std::vector<std::string> sources, references;  // raw text
};

/// BLEU as `nmt evaluate` computes it for translations into `language`. Where its tokenizer is not
/// installed (MeCab's dictionaries), by characters, with a warning.
std::shared_ptr<const scoring::Metric> validation_bleu(const std::string& language);

/// Judges a model on validation sets: the criterion's loss by teacher forcing; BLEU and chrF of
/// real translations against the raw references, with the scorer of `nmt score`. Several sets count
/// equally. Of what it translates it shows `samples` sentences of each set in the log and gives
/// them with the outcome.
class Validation {
 public:
  using MakeTranslator = std::function<std::unique_ptr<Translator>(Transformer& model)>;

  /// `make_translator` may be empty: then only the loss is computed.
  Validation(std::vector<ValidationSet> sets, std::shared_ptr<Criterion> criterion,
             std::shared_ptr<const PairEncoder> encoder, MakeTranslator make_translator,
             int64_t samples, World& world);

  /// The model must be in evaluation mode; batches go to the device of its parameters. The
  /// processes of `world` share the work (documents are not cut), and all get the result; each
  /// set's scores and samples are in the main process.
  ValidationOutcome operator()(Transformer& model, int64_t update) const;

 private:
  void add_loss(Transformer& model, const ValidationSet& set, ValidationResult& result) const;
  void add_scores(Transformer& model, const ValidationSet& set, ValidationOutcome& outcome) const;
  std::vector<std::string> translate(Transformer& model, const ValidationSet& set) const;
  void add_samples(const ValidationSet& set, const std::vector<std::string>& hypotheses,
                   ValidationOutcome& outcome) const;

  std::vector<ValidationSet> sets_;
  std::shared_ptr<Criterion> criterion_;
  std::shared_ptr<const PairEncoder> encoder_;
  MakeTranslator make_translator_;
  int64_t samples_;
  World& world_;
};

}  // namespace nmt
