#include "data/prepare.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "data/ordered_pool.h"
#include "data/parallel_text.h"
#include "nmt/support/atomic_file.h"
#include "nmt/support/checksum.h"
#include "nmt/support/error.h"
#include "nmt/support/log.h"
#include "nmt/support/parse_json.h"
#include "nmt/support/progress.h"

namespace nmt {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// A chunk of lines is one job: large enough to make locking cheap, small enough to keep memory low
// with long lines.
constexpr size_t kChunkLines = 512, kChunkBytes = 1 << 20;

enum class Fate { kKeep, kInvalid, kEmpty, kTooLong, kRatio };

// Reasons as reported and stored in the manifest.
std::string reason(Fate fate) {
  switch (fate) {
    case Fate::kInvalid:
      return "not UTF-8";
    case Fate::kEmpty:
      return "empty side";
    case Fate::kTooLong:
      return "longer than data.max_length";
    case Fate::kRatio:
      return "length ratio above data.max_ratio";
    case Fate::kKeep:
      break;
  }
  return "";
}

struct PairLine {
  std::string source, target;
  bool begins_document = false;
  Fate fate = Fate::kKeep;
  std::vector<int32_t> source_ids, target_ids;
};
using Chunk = std::vector<PairLine>;

std::optional<Chunk> read_chunk(ParallelText& reader) {
  Chunk chunk;
  size_t bytes = 0;
  while (chunk.size() < kChunkLines && bytes < kChunkBytes) {
    const std::optional<ParallelLine> line = reader.next();
    if (!line) break;
    PairLine& pair = chunk.emplace_back();
    pair.begins_document = line->begins_document;
    if (!line->valid) {
      pair.fate = Fate::kInvalid;
      continue;
    }
    pair.source = line->source;
    pair.target = line->target;
    bytes += pair.source.size() + pair.target.size();
  }
  if (chunk.empty()) return std::nullopt;
  return chunk;
}

Fate judge(const PairLine& pair, const PrepareSettings& settings) {
  if (settings.filter == PairFilter::kKeepAll) return Fate::kKeep;
  if (pair.source_ids.empty() || pair.target_ids.empty()) return Fate::kEmpty;
  const size_t shorter = std::min(pair.source_ids.size(), pair.target_ids.size());
  const size_t longer = std::max(pair.source_ids.size(), pair.target_ids.size());
  if (settings.max_length > 0 && static_cast<int64_t>(longer) + 1 > settings.max_length)
    return Fate::kTooLong;
  if (settings.max_ratio > 0 &&
      static_cast<double>(longer) > settings.max_ratio * static_cast<double>(shorter))
    return Fate::kRatio;
  return Fate::kKeep;
}

Chunk encode_chunk(Chunk chunk, const Vocabularies& vocabularies, const PrepareSettings& settings) {
  for (PairLine& pair : chunk) {
    if (pair.fate != Fate::kKeep) continue;
    pair.source_ids = vocabularies.source->encode(pair.source);
    pair.target_ids = vocabularies.target->encode(pair.target);
    pair.fate = judge(pair, settings);
  }
  return chunk;
}

// Writes encoded pairs in order and keeps the books.
class StoreBuilder {
 public:
  StoreBuilder(const CorpusSpec& spec, const Vocabularies& vocabularies, StoredText stored_text,
               const std::string& folder)
      : spec_(spec),
        vocabularies_(vocabularies),
        writer_(folder, {vocabularies.source->size(), vocabularies.target->size()}, stored_text) {}

  void add(const PairLine& pair) {
    ++manifest_.lines;
    if (pair.begins_document) at_document_start_ = true;
    if (pair.fate == Fate::kKeep) {
      keep(pair);
    } else {
      ++manifest_.dropped[reason(pair.fate)];
      after_gap_ = true;
    }
  }

  void finish(std::vector<CorpusInput> inputs, std::string recorded_settings) {
    manifest_.source_language = spec_.source_language;
    manifest_.target_language = spec_.target_language;
    manifest_.vocabulary_hash = {vocabularies_.source->hash(), vocabularies_.target->hash()};
    manifest_.inputs = std::move(inputs);
    manifest_.settings = std::move(recorded_settings);
    if (manifest_.lines == 0)
      throw Error(FilePosition{spec_.source_path},
                  "the corpus is empty: there is no sentence in it",
                  "Check the path of the corpus.");
    if (writer_.sentences() == 0)
      throw Error(
          FilePosition{spec_.source_path},
          text("no pair of this corpus was kept: ", describe(manifest_)),
          "Check that the files are what they should be, and data.max_length and data.max_ratio.");
    writer_.finish(std::move(manifest_));
  }

 private:
  void keep(const PairLine& pair) {
    if (spec_.documents != DocumentMarks::kNone) {
      // Sentences around a dropped one are no neighbours: the document is divided there.
      if (!at_document_start_ && after_gap_) ++manifest_.documents_cut;
      if (at_document_start_ || after_gap_) writer_.begin_document();
      at_document_start_ = after_gap_ = false;
    }
    manifest_.unknown[0] +=
        std::count(pair.source_ids.begin(), pair.source_ids.end(), vocabularies_.source->unk());
    manifest_.unknown[1] +=
        std::count(pair.target_ids.begin(), pair.target_ids.end(), vocabularies_.target->unk());
    writer_.add({pair.source_ids, pair.source}, {pair.target_ids, pair.target});
  }

  const CorpusSpec& spec_;
  const Vocabularies& vocabularies_;
  CorpusWriter writer_;
  CorpusManifest manifest_;
  bool at_document_start_ = true, after_gap_ = false;
};

// Everything in the settings that decides about the content of a store.
std::string record(const CorpusSpec& spec, const PrepareSettings& settings) {
  return json{{"documents", enum_name(spec.documents)},
              {"invalid_utf8", enum_name(settings.invalid_utf8)},
              {"max_length", settings.max_length},
              {"max_ratio", settings.max_ratio},
              {"keep_all", settings.filter == PairFilter::kKeepAll},
              {"text", settings.stored_text == StoredText::kBothSides}}
      .dump();
}

// A store that is named stays as it is: of what the options say of its making, those that it was
// made without have no effect.
void warn_of_settings(const CorpusStore& store, const CorpusSpec& spec,
                      const PrepareSettings& settings) {
  const json made_with = parse_json(store.manifest().settings),
             wanted = parse_json(record(spec, settings)), unset = parse_json(record({}, {}));
  for (const char* key : {"documents", "invalid_utf8", "max_length", "max_ratio"})
    if (made_with.contains(key) && wanted[key] != made_with[key] && wanted[key] != unset[key])
      log::warning(store.folder(), ": data.", key, " = ", wanted[key].dump(),
                   " has no effect: this corpus was prepared with ", made_with[key].dump());
}

bool up_to_date(const CorpusManifest& manifest, const CorpusSpec& spec,
                const Vocabularies& vocabularies, const PrepareSettings& settings) {
  return manifest.source_language == spec.source_language &&
         manifest.target_language == spec.target_language &&
         manifest.vocabulary_hash[0] == vocabularies.source->hash() &&
         manifest.vocabulary_hash[1] == vocabularies.target->hash() &&
         manifest.settings == record(spec, settings) &&
         std::ranges::equal(manifest.inputs, spec.files(), same_file);
}

// Visits the file and the side of it that each text of a vocabulary is.
template <class Visitor>
void for_each_text(const VocabularyText& text, Visitor&& visit) {
  for (const Side side : text.sides)
    for (const CorpusSpec& corpus : text.corpora) {
      const bool both_sides = corpus.target_path.empty();
      visit(corpus, both_sides || side == Side::kSource ? corpus.source_path : corpus.target_path,
            side, both_sides);
    }
}

// What decides about the text of a vocabulary, beside the content of its files.
json record(const VocabularyText& text) {
  json texts = json::array();
  for_each_text(text, [&texts](const CorpusSpec& corpus, const std::string& path, Side side,
                               bool both_sides) {
    json entry = {{"path", path}};
    if (both_sides) entry["side"] = to_string(side);
    // In the other formats every line that is not blank is a sentence.
    if (both_sides || corpus.documents == DocumentMarks::kDTag ||
        corpus.documents == DocumentMarks::kXml)
      entry["documents"] = enum_name(corpus.documents);
    texts.push_back(entry);
  });
  return texts;
}

// Each file once.
std::vector<std::string> files_of(const VocabularyText& text) {
  std::set<std::string> files;
  for_each_text(text, [&files](const CorpusSpec&, const std::string& path, Side, bool) {
    files.insert(path);
  });
  return {files.begin(), files.end()};
}

// A model lies beside a record: what it was made from, where it was trained in its folder, and its
// own checksum. Whatever happens, no model stands beside the record of another, so one that does,
// or has none, is somebody's own.
std::string record_file(const std::string& model) {
  return model + ".json";
}

json read_record(const std::string& model) {
  return fs::exists(record_file(model)) ? try_parse_json(read_file(record_file(model))) : json();
}

void write_model(const std::string& path, const std::string& model, json record) {
  record["model"] = sha256(model);
  AtomicFile model_file(path), its_record(record_file(path));
  model_file.write(model);
  its_record.write(record.dump(2) + "\n");
  // All is on disk before the older ones are given up.
  model_file.sync();
  its_record.sync();
  fs::remove(path);
  its_record.commit();
  model_file.commit();
}

void remove_model(const std::string& path) {
  fs::remove(path);
  fs::remove(record_file(path));
}

// Throws Error when the model at `path` would be replaced, but was not put there by this program.
void require_own(const std::string& path) {
  if (!fs::exists(path)) return;
  const json record = read_record(path);
  // Those of earlier versions lack the checksum.
  if (record.is_object() && (!record.contains("model") || record["model"] == sha256_file(path)))
    return;
  throw Error(FilePosition{path}, "a vocabulary that was not trained here is in the way",
              "Name it in vocabulary.file (vocabulary.target_file for the target side), or move it "
              "away to have one trained.");
}

// Whether the model with the record `known` was made from `made_from` and from what is in `files`.
bool made_from_same(json known, const json& made_from, const std::vector<std::string>& files) {
  std::vector<CorpusInput> inputs;
  try {
    known.at("files").get_to(inputs);
  } catch (const json::exception&) {  // of an earlier version, or put there as it is
    return false;
  }
  known.erase("files");
  known.erase("model");
  return known == made_from && std::ranges::equal(inputs, files, same_file);
}

// The model at `path`, trained when it is not there or was made from other texts or options.
std::shared_ptr<const Vocabulary> provide_model(const VocabularyOptions& options,
                                                const VocabularyText& text,
                                                const std::vector<std::string>& languages,
                                                const std::string& path) {
  json made_from = {{"type", options.type == VocabularyType::kBpe ? "bpe" : "unigram"},
                    {"size", options.size},
                    {"coverage", options.coverage},
                    {"byte_fallback", options.byte_fallback},
                    {"normalization", options.normalization},
                    {"symbols", options.symbols},
                    {"languages", languages},
                    {"more_languages", options.languages},
                    {"sample", options.sample},
                    {"seed", options.seed},
                    {"invalid_utf8", enum_name(text.invalid_utf8)},
                    {"texts", record(text)}};
  const std::vector<std::string> files = files_of(text);
  std::vector<CorpusInput> inputs;
  inputs.reserve(files.size());
  for (const std::string& file : files) inputs.push_back(file_facts(file));
  require_own(path);
  if (fs::exists(path)) {
    if (made_from_same(read_record(path), made_from, files)) return Vocabulary::load(path);
    log::info(path, " was made from other texts or options; training it again");
  }
  auto checksums = add_checksums(std::move(inputs));
  const std::string model = train_vocabulary(options, draw_sentences(options, text), languages);
  made_from["files"] = checksums.get();
  fs::create_directories(fs::path(path).parent_path());
  write_model(path, model, std::move(made_from));
  return Vocabulary::parse(model, path);
}

constexpr const char* kJointModel = "vocab.model";
constexpr const char* kSourceModel = "source.vocab.model";
constexpr const char* kTargetModel = "target.vocab.model";

std::string in_folder(const std::string& folder, const char* name) {
  return (fs::path(folder) / name).string();
}

// The models that a folder with one vocabulary, or with one for each side, must not have as well:
// whoever opens it could not tell which are meant.
std::vector<std::string> other_models(const std::string& folder, bool joint) {
  if (!joint) return {in_folder(folder, kJointModel)};
  return {in_folder(folder, kSourceModel), in_folder(folder, kTargetModel)};
}

// What the options say of a vocabulary that is trained says nothing of one that is there.
void warn_of_training_options(const VocabularyOptions& options, const Vocabularies& vocabularies) {
  const VocabularyOptions unset;
  const Vocabulary& source = *vocabularies.source;
  const auto warn = [](const std::string& option, const std::string& is) {
    log::warning(option, " has no effect: the vocabulary is there already, ", is);
  };
  if (options.size != unset.size && options.size != source.size())
    warn(text("vocabulary.size = ", options.size), text("with ", source.size(), " pieces"));
  if (options.type != unset.type &&
      (options.type == VocabularyType::kBpe) != (source.model() == SegmentationModel::kBpe))
    warn("vocabulary.type = " + enum_name(options.type), "of another type");
  if (options.joint != unset.joint && vocabularies.source == vocabularies.target)
    warn("vocabulary.joint = false", "one for both sides");
}

Vocabularies named_vocabularies(const VocabularyOptions& options) {
  const auto source = Vocabulary::load(options.file);
  return {source, options.target_file.empty() ? source : Vocabulary::load(options.target_file)};
}

// Those that `nmt prepare` put into the folder that holds a store.
Vocabularies vocabularies_beside(const std::string& store) {
  const std::string place = fs::canonical(store).parent_path().string();
  if (!fs::exists(in_folder(place, kJointModel)) && !fs::exists(in_folder(place, kSourceModel)))
    throw UsageError(text("there is no vocabulary beside the prepared corpus ", store),
                     "Give the vocabulary it was prepared with in vocabulary.file.");
  return open_vocabularies(place);
}

/// The folder of the corpus `number` (from 1) of those that a run calls `name`.
std::string numbered(const std::string& folder, const std::string& name, size_t number) {
  return (fs::path(folder) / text(name, "-", number)).string();
}

}  // namespace

PrepareSettings PrepareSettings::for_training(const DataOptions& options) {
  return {.invalid_utf8 = options.invalid_utf8,
          .max_length = options.max_length,
          .max_ratio = options.max_ratio,
          .filter = PairFilter::kTraining,
          .stored_text = StoredText::kNone,
          .threads = std::max<int64_t>(1, std::thread::hardware_concurrency())};
}

PrepareSettings PrepareSettings::for_scoring(const DataOptions& options) {
  PrepareSettings settings = for_training(options);
  settings.max_length = 0;
  settings.max_ratio = 0;
  settings.filter = PairFilter::kKeepAll;
  settings.stored_text = StoredText::kBothSides;
  return settings;
}

std::string describe(const CorpusManifest& manifest) {
  std::string reasons;
  for (const auto& [why, count] : manifest.dropped)
    reasons += text(reasons.empty() ? " (" : ", ", count, " ", why);
  if (!reasons.empty()) reasons += ")";
  std::string result = text(manifest.lines, " lines, ", manifest.sentences, " pairs kept, ",
                            manifest.dropped_lines(), " dropped", reasons);
  if (manifest.documents > 0)
    result += text(", ", manifest.documents, " documents (", manifest.documents_cut,
                   " cuts at dropped lines)");
  result += text(", ", manifest.tokens[0], " source and ", manifest.tokens[1], " target tokens");
  if (manifest.unknown[0] + manifest.unknown[1] > 0)
    result += text(", of them ", manifest.unknown[0], " and ", manifest.unknown[1], " unknown");
  return result;
}

std::shared_ptr<const CorpusStore> prepare_corpus(const CorpusSpec& spec,
                                                  const Vocabularies& vocabularies,
                                                  const PrepareSettings& settings,
                                                  const std::string& folder) {
  std::vector<CorpusInput> inputs;
  for (const std::string& file : spec.files()) inputs.push_back(file_facts(file));
  const std::unique_ptr<ParallelText> reader = open_parallel_text(spec, settings.invalid_utf8);
  auto checksums = add_checksums(std::move(inputs));
  StoreBuilder builder(spec, vocabularies, settings.stored_text, folder);
  Progress progress("preparing " + spec.text, 0, "lines");
  {
    OrderedPool<Chunk, Chunk> pool(
        settings.threads, 4 * settings.threads, [&] { return read_chunk(*reader); },
        [&](Chunk chunk) { return encode_chunk(std::move(chunk), vocabularies, settings); });
    while (const auto chunk = pool.next()) {
      for (const PairLine& pair : *chunk) builder.add(pair);
      progress.advance(static_cast<int64_t>(chunk->size()));
    }
  }
  progress.finish();
  builder.finish(checksums.get(), record(spec, settings));
  return CorpusStore::open(folder);
}

namespace {

std::shared_ptr<const CorpusStore> open_or_prepare(const CorpusSpec& spec,
                                                   const Vocabularies& vocabularies,
                                                   const PrepareSettings& settings,
                                                   const std::string& folder) {
  if (spec.is_store()) {
    auto store = CorpusStore::open(spec.store);
    store->check_vocabulary(vocabularies.source->hash(), vocabularies.target->hash());
    if (settings.stored_text == StoredText::kBothSides && !store->manifest().has_text)
      throw Error(FilePosition{spec.store},
                  "this corpus was prepared for training, without the texts that scoring needs",
                  "Name the text itself in data.valid or data.test (PATH:SRC-TGT).");
    warn_of_settings(*store, spec, settings);
    return store;
  }
  if (CorpusStore::exists(folder)) {
    std::shared_ptr<const CorpusStore> store;
    try {
      store = CorpusStore::open(folder);
    } catch (const Error& error) {
      log::warning(error.what());
    }
    if (store && up_to_date(store->manifest(), spec, vocabularies, settings)) return store;
    log::info(folder, " was made from other texts or options; preparing it again");
  }
  return prepare_corpus(spec, vocabularies, settings, folder);
}

}  // namespace

std::shared_ptr<const CorpusStore> provide_corpus(const CorpusSpec& spec,
                                                  const Vocabularies& vocabularies,
                                                  const PrepareSettings& settings,
                                                  const std::string& folder) {
  auto store = open_or_prepare(spec, vocabularies, settings, folder);
  log::info(store->folder(), ": ", describe(store->manifest()));
  if (store->documents() == 1 && store->size() > 1)
    log::warning(spec.text, " is one document of ", store->size(),
                 " sentences: does it mark its documents as data.documents says?");
  return store;
}

std::vector<std::shared_ptr<const CorpusStore>> provide_corpora(
    const std::vector<CorpusSpec>& corpora, const Vocabularies& vocabularies,
    const PrepareSettings& settings, const std::string& folder, const std::string& name) {
  std::vector<std::shared_ptr<const CorpusStore>> stores;
  for (const CorpusSpec& spec : corpora) {
    const std::string place = numbered(folder, name, stores.size() + 1);
    stores.push_back(provide_corpus(spec, vocabularies, settings, place));
  }
  return stores;
}

std::vector<std::shared_ptr<const CorpusStore>> open_corpora(const std::vector<CorpusSpec>& corpora,
                                                             const std::string& folder,
                                                             const std::string& name) {
  std::vector<std::shared_ptr<const CorpusStore>> stores;
  for (const CorpusSpec& spec : corpora) {
    const std::string place = numbered(folder, name, stores.size() + 1);
    stores.push_back(CorpusStore::open(spec.is_store() ? spec.store : place));
  }
  return stores;
}

FileLock lock_store(const std::string& folder) {
  fs::create_directories(folder);
  return FileLock::wait((fs::path(folder) / "lock").string(),
                        "which prepares the data in " + folder);
}

Vocabularies provide_vocabularies(const VocabularyOptions& options,
                                  const std::vector<CorpusSpec>& corpora, InvalidUtf8 invalid_utf8,
                                  const std::string& folder) {
  if (!options.file.empty() || (!corpora.empty() && corpora.front().is_store())) {
    Vocabularies given = options.file.empty() ? vocabularies_beside(corpora.front().store)
                                              : named_vocabularies(options);
    warn_of_training_options(options, given);
    return given;
  }
  std::set<std::string> languages;
  for (const CorpusSpec& spec : corpora) {
    if (spec.is_store())
      throw UsageError(text("a vocabulary cannot be trained from the prepared corpus ", spec.store),
                       "Give the vocabulary it was prepared with in vocabulary.file.");
    languages.insert({spec.source_language, spec.target_language});
  }
  const std::vector<std::string> tags(languages.begin(), languages.end());
  const auto provide = [&](std::vector<Side> sides, const char* name) {
    return provide_model(options, {corpora, std::move(sides), invalid_utf8}, tags,
                         in_folder(folder, name));
  };
  const std::vector<std::string> others = other_models(folder, options.joint);
  for (const std::string& model : others) require_own(model);
  Vocabularies provided;
  if (options.joint) {
    provided.source = provided.target = provide({Side::kSource, Side::kTarget}, kJointModel);
  } else {
    provided.source = provide({Side::kSource}, kSourceModel);
    provided.target = provide({Side::kTarget}, kTargetModel);
  }
  for (const std::string& model : others) remove_model(model);
  return provided;
}

Vocabularies open_vocabularies(const std::string& folder) {
  const std::string joint = in_folder(folder, kJointModel);
  if (!fs::exists(joint))
    return {Vocabulary::load(in_folder(folder, kSourceModel)),
            Vocabulary::load(in_folder(folder, kTargetModel))};
  for (const std::string& other : other_models(folder, /*joint=*/true))
    if (fs::exists(other))
      throw Error(FilePosition{joint}, text("which vocabulary is meant, this or ", other, "?"),
                  "Both are there, from different recipes. Remove what does not belong to the last "
                  "one, with its .json: vocab.model where vocabulary.joint is false, else the "
                  "others.");
  const auto vocabulary = Vocabulary::load(joint);
  return {vocabulary, vocabulary};
}

void save_vocabularies(const Vocabularies& vocabularies, const std::string& folder) {
  const auto save = [&folder](const Vocabulary& vocabulary, const char* name) {
    const std::string path = in_folder(folder, name);
    if (fs::exists(path) && sha256_file(path) == vocabulary.hash()) return;
    write_model(path, vocabulary.content(), json::object());
  };
  const bool joint = vocabularies.source == vocabularies.target;
  if (joint) {
    save(*vocabularies.source, kJointModel);
  } else {
    save(*vocabularies.source, kSourceModel);
    save(*vocabularies.target, kTargetModel);
  }
  for (const std::string& other : other_models(folder, joint)) remove_model(other);
}

}  // namespace nmt
