#include "nmt/run/trained_run.h"

#include <torch/torch.h>

#include <nlohmann/json.hpp>

#include "models/initialisation.h"
#include "nmt/decoding/document_requests.h"
#include "nmt/run/run_vocabularies.h"
#include "nmt/support/atomic_file.h"
#include "nmt/support/error.h"
#include "nmt/support/parse_json.h"

namespace nmt {
namespace {

std::string languages_file(const RunFolder& folder) {
  return folder.file("languages.json");
}

Languages load_languages(const RunFolder& folder) {
  Languages table;
  const std::string file = languages_file(folder), content = read_file(file);
  try {
    const nlohmann::json document = parse_json(content);
    for (const nlohmann::json& direction : document.at("directions"))
      table.add(parse_direction(direction.get<std::string>()));
    // Absent in files of earlier versions and of importers. They come in the order in which
    // training numbered them: those of the directions first.
    if (const auto languages = document.find("languages"); languages != document.end())
      for (const std::string& language : languages->get<std::vector<std::string>>())
        table.add_languages({language, language});
    if (table.directions().empty()) throw Error("it names no direction");
  } catch (const std::exception& error) {
    throw Error(FilePosition{file}, text("damaged: ", error.what()));
  }
  return table;
}

std::vector<std::string> piece_texts(const Vocabulary& vocabulary) {
  std::vector<std::string> texts;
  texts.reserve(static_cast<size_t>(vocabulary.size()));
  for (int32_t id = 0; id < vocabulary.size(); ++id) texts.push_back(vocabulary.piece(id).text);
  return texts;
}

// Tags, <unk> and other symbols that no translation consists of.
std::vector<int64_t> never_generated(const Vocabulary& vocabulary) {
  std::vector<int64_t> ids;
  for (int32_t id = 0; id < vocabulary.size(); ++id) {
    const PieceType type = vocabulary.piece(id).type;
    const bool symbol =
        type == PieceType::kControl || type == PieceType::kUnknown || type == PieceType::kUnused;
    if (symbol && id != vocabulary.eos()) ids.push_back(id);
  }
  return ids;
}

}  // namespace

void save_run_data(const RunFolder& folder, const Vocabularies& vocabularies,
                   const Languages& languages) {
  save_vocabularies(vocabularies, folder.path());
  nlohmann::json directions = nlohmann::json::array();
  for (const Direction& direction : languages.directions())
    directions.push_back(to_string(direction));
  const nlohmann::json document = {{"directions", directions},
                                   {"languages", languages.languages()}};
  write_file(languages_file(folder), document.dump(1) + "\n");
}

Run build_run(const RunFolder& folder, const Recipe& recipe,
              std::shared_ptr<const PairEncoder> encoder, World* world) {
  Run run{folder, recipe.model, std::move(encoder), {}, Transformer(nullptr)};
  const Vocabularies& vocabularies = run.encoder->vocabularies();
  run.extensions = attach_methods(recipe.methods, recipe.method_options,
                                  {folder, run.model_options, *run.encoder, recipe.criterion,
                                   RunFolder::containing(recipe.training.initial).path(), world});
  const VocabularyShape shape{vocabularies.source->size(), vocabularies.target->size(),
                              vocabularies.target->pad()};
  const ModelExtensions points{.source_embedding = run.extensions.source_embedding.get(),
                               .feed_forward = run.extensions.feed_forward.get(),
                               .attention_scale = run.extensions.attention_scale.get(),
                               .modules = run.extensions.modules};
  run.model = Transformer(recipe.model, shape, points);
  for (const auto& listener : run.extensions.listeners) run.model->sites().listen(listener);
  return run;
}

void require_same_batches(const Run& run, const Run& other, const std::string& what) {
  if (!are_same(run.encoder->vocabularies(), other.encoder->vocabularies()))
    throw UsageError(text(what, ": its vocabulary is not that of ", run.folder.path()),
                     "Set vocabulary.file to its vocab.model, and vocabulary.target_file where it "
                     "has one for each side, and train with that.");
  if (other.encoder->tags() != run.encoder->tags())
    throw UsageError(text(what, ": its language tags are not those of ", run.folder.path()),
                     "Train with the same data.source_tag, data.source_tag_position and "
                     "data.target_tag.");
  if (other.extensions.annotators.size() != run.extensions.annotators.size())
    throw UsageError(text(what, ": its methods add to batches what those of ", run.folder.path(),
                          " do not, or the reverse"),
                     "Switch on the same methods.");
  if (!other.extensions.listeners.empty() &&
      other.encoder->languages().directions() != run.encoder->languages().directions())
    throw UsageError(text(what, ": its methods know directions by number, and ", run.folder.path(),
                          " has others, or in another order"),
                     "Train with the same directions in data.train.");
}

void load_weights(Transformer& model, const TensorMap& weights, const std::string& origin) {
  const TensorMap own = model->saved_tensors();
  for (auto [name, target] : own) {
    const auto found = weights.find(name);
    if (found == weights.end())
      throw Error(FilePosition{origin}, text("holds no tensor '", name, "'"));
    if (found->second.sizes() != target.sizes())
      throw Error(FilePosition{origin},
                  text("tensor '", name, "' has shape ", found->second.sizes(),
                       ", but this model needs ", target.sizes()),
                  "Use the recipe and vocabulary that the checkpoint was trained with.");
    // Other precisions are converted, counts and flags are what they are.
    const bool is_real = found->second.is_floating_point() && target.is_floating_point();
    if (!is_real && found->second.scalar_type() != target.scalar_type())
      throw Error(FilePosition{origin},
                  text("tensor '", name, "' is of type ", found->second.scalar_type(),
                       ", but this model needs ", target.scalar_type()),
                  "Use the recipe that the checkpoint was trained with.");
    target.set_data(found->second.to(target.options()));
  }
  for (const auto& [name, tensor] : weights)
    if (!own.contains(name))
      throw Error(FilePosition{origin}, text("tensor '", name, "' has no place in this model"),
                  "Use the recipe that the checkpoint was trained with.");
}

Run open_run(const RunFolder& folder, const Recipe& recipe, const std::string& checkpoint,
             const torch::Device& device) {
  folder.require();
  auto encoder = std::make_shared<PairEncoder>(load_vocabularies(folder), load_languages(folder),
                                               recipe.data.tags);
  const auto build = [&] {
    const UninitialisedLayers loaded_below;
    return build_run(folder, recipe, std::move(encoder), /*world=*/nullptr);
  };
  Run run = build();
  const std::string place = folder.find_checkpoint(checkpoint);
  load_weights(run.model, load_best_weights(place), place);
  run.model->to(device);
  run.model->eval();
  return run;
}

SourceAnnotator source_annotator(const Extensions& extensions) {
  if (extensions.annotators.empty()) return nullptr;
  return [annotators = extensions.annotators](SourceBatch& source,
                                              const std::vector<TokenPair>& pairs) {
    for (const auto& annotator : annotators) annotator->annotate(source, pairs);
  };
}

namespace {

Search make_search(const Run& run, const std::vector<Transformer>& models,
                   const DecodingOptions& options) {
  const Vocabulary& target = *run.encoder->vocabularies().target;
  const SearchTokens tokens{target.pad(), target.bos(), target.eos(), never_generated(target)};
  return {Ensemble(models), tokens, options};
}

std::unique_ptr<Translator> make_sentence_translator(const Run& run,
                                                     const std::vector<Transformer>& models,
                                                     const DecodingOptions& options) {
  std::unique_ptr<Translator> standard = std::make_unique<BatchTranslator>(
      make_search(run, models, options),
      break_table(piece_texts(*run.encoder->vocabularies().source)),
      source_annotator(run.extensions));
  const TranslatorFactory& factory = run.extensions.translator.get();
  return factory ? factory(std::move(standard)) : std::move(standard);
}

std::unique_ptr<DocumentTranslator> make_documents(const Run& run, const Recipe& recipe,
                                                   const std::vector<Transformer>& models,
                                                   const DecodingOptions& options,
                                                   DocumentContext context,
                                                   std::shared_ptr<Translator> sentences) {
  const MethodImplementation& method = document_method();
  return method.make_document_translator(
      *recipe.method_options.at(method.name),
      {.search = make_search(run, models, options),
       .encoder = run.encoder,
       .annotate = source_annotator(run.extensions),
       .fallback = std::move(sentences),
       .method_on = recipe.has_method(method.name),
       .reference_context = context == DocumentContext::kReference});
}

}  // namespace

std::unique_ptr<DocumentTranslator> make_document_translator(const Run& run, const Recipe& recipe,
                                                             const std::vector<Transformer>& models,
                                                             const DecodingOptions& options,
                                                             DocumentContext context) {
  return make_documents(run, recipe, models, options, context,
                        make_sentence_translator(run, models, options));
}

std::unique_ptr<Translator> make_translator(const Run& run, const Recipe& recipe,
                                            const std::vector<Transformer>& models,
                                            const DecodingOptions& options) {
  std::unique_ptr<Translator> sentences = make_sentence_translator(run, models, options);
  if (!recipe.has_method(document_method().name)) return sentences;
  return std::make_unique<DocumentRequestTranslator>(
      std::move(sentences),
      [&run, &recipe, models, options](std::shared_ptr<Translator> fallback) {
        return make_documents(run, recipe, models, options, DocumentContext::kTranslation,
                              std::move(fallback));
      },
      run.encoder->languages());
}

TranslationRequest make_request(const PairEncoder& encoder, std::string_view line,
                                std::string_view prefix, const Direction& direction,
                                int64_t number) {
  TranslationRequest request;
  request.tokens = encoder.encode_source(line, direction, /*limit=*/0).front();
  request.tokens.instance_id = number;
  request.source_head = static_cast<size_t>(encoder.source_extra());
  // An empty line has nothing but tags and EOS; its translation is empty.
  if (request.tokens.source.size() <= request.source_head + request.source_tail)
    request.tokens.source.clear();
  request.tokens.target = encoder.target_prefix(direction);
  request.target_head = request.tokens.target.size();
  const std::vector<int32_t> forced = encoder.vocabularies().target->encode(prefix);
  request.tokens.target.insert(request.tokens.target.end(), forced.begin(), forced.end());
  return request;
}

Direction choose_direction(const Languages& languages, const std::string& source,
                           const std::string& target) {
  std::string known;
  for (const Direction& direction : languages.directions())
    known += (known.empty() ? "" : ", ") + to_string(direction);
  const auto& directions = languages.directions();
  std::vector<Direction> fitting;
  for (const Direction& direction : directions)
    if ((source.empty() || direction.source == source) &&
        (target.empty() || direction.target == target))
      fitting.push_back(direction);
  if (fitting.size() == 1) return fitting.front();
  if (!source.empty() && !target.empty()) {
    languages.language(source);  // throws for a language that the run does not know
    languages.language(target);
    return {source, target};
  }
  throw UsageError(fitting.empty() ? "no trained direction fits" : "the run has several directions",
                   text("Give --source_language and --target_language; trained: ", known, "."));
}

}  // namespace nmt
