#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/languages.h"
#include "data/pair_encoder.h"
#include "models/transformer.h"
#include "nmt/decoding/document_translator.h"
#include "nmt/decoding/translator.h"
#include "nmt/run/recipe.h"
#include "nmt/training/checkpoint.h"
#include "nmt/training/extensions.h"
#include "nmt/training/method.h"
#include "nmt/training/run_folder.h"

// From a run folder to a model and everything needed to use it.

namespace nmt {

/// A run's model, its vocabularies and the methods that joined it.
struct Run {
  RunFolder folder;
  TransformerOptions model_options;
  std::shared_ptr<const PairEncoder> encoder;  // vocabularies, languages, tags
  Extensions extensions;
  Transformer model{nullptr};
};

/// Builds the model that `recipe` describes on the CPU, with random weights (unless
/// UninitialisedLayers are wanted). `encoder` holds the vocabularies; `world` is there in training.
Run build_run(const RunFolder& folder, const Recipe& recipe,
              std::shared_ptr<const PairEncoder> encoder, World* world);

/// Throws UsageError, in which `other` is called `what`, unless its model can read the batches of
/// `run`: they have the same vocabularies and language tags, and methods of `other` find in a batch
/// what they look for.
void require_same_batches(const Run& run, const Run& other, const std::string& what);

/// Saves vocabularies and languages into the run folder, so that open_run() needs nothing outside
/// of it.
void save_run_data(const RunFolder& folder, const Vocabularies& vocabularies,
                   const Languages& languages);

/// Opens a trained run: its vocabularies and languages, its model with the weights of `checkpoint`
/// (see RunFolder::find_checkpoint) in evaluation mode on `device`. `recipe` is the run's own,
/// already read.
Run open_run(const RunFolder& folder, const Recipe& recipe, const std::string& checkpoint,
             const torch::Device& device);

/// Makes `weights` (TransformerImpl::saved_tensors) those of `model`, without a copy where their
/// types agree. Throws Error naming `origin` and the first tensor that is missing, left over, of
/// another shape or, unless both are real numbers, of another type.
void load_weights(Transformer& model, const TensorMap& weights, const std::string& origin);

/// The translator of a run, or of an ensemble of `models` that share its vocabulary; with the
/// methods of `recipe`, the run's own. When one of these translates documents, requests that belong
/// to a document are translated in its context.
std::unique_ptr<Translator> make_translator(const Run& run, const Recipe& recipe,
                                            const std::vector<Transformer>& models,
                                            const DecodingOptions& options);

/// What the context of a document's sentences is made of.
enum class DocumentContext { kTranslation, kReference };

/// Translates documents with any run: through its method for that, else through the first one there
/// is.
std::unique_ptr<DocumentTranslator> make_document_translator(const Run& run, const Recipe& recipe,
                                                             const std::vector<Transformer>& models,
                                                             const DecodingOptions& options,
                                                             DocumentContext context);

/// One line to be translated in `direction`; `prefix` is text that the translation must begin with,
/// `number` keys sampling.
TranslationRequest make_request(const PairEncoder& encoder, std::string_view line,
                                std::string_view prefix, const Direction& direction,
                                int64_t number);

/// The direction that a command's --source_language and --target_language mean; both empty: the
/// run's only one. Throws UsageError that lists the run's directions.
Direction choose_direction(const Languages& languages, const std::string& source,
                           const std::string& target);

/// Annotates batches with all methods' annotators.
SourceAnnotator source_annotator(const Extensions& extensions);

}  // namespace nmt
