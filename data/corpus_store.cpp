#include "data/corpus_store.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "nmt/support/atomic_file.h"
#include "nmt/support/checksum.h"
#include "nmt/support/error.h"
#include "nmt/support/parse_json.h"

namespace nmt {
namespace {

using nlohmann::json;

static_assert(std::endian::native == std::endian::little, "corpus stores are little-endian");

constexpr const char* kFormat = "nmt corpus";
constexpr const char* kPrepareAgain = "Prepare the corpus again: `nmt prepare`.";

[[noreturn]] void fail_damaged(const std::string& file, const std::string& what) {
  throw Error(FilePosition{file}, "damaged corpus store: " + what, kPrepareAgain);
}

// How many sequences a file of offsets is for: one less than it has numbers, -1 when it is none.
int64_t sequences_of(const MappedFile& offsets) {
  const auto bytes = static_cast<int64_t>(offsets.size());
  return bytes % 8 == 0 ? bytes / 8 - 1 : -1;
}

int64_t load_u64(const MappedFile& file, int64_t i) {
  int64_t value = 0;
  std::memcpy(&value, file.data() + i * 8, sizeof value);
  return value;
}

CorpusManifest manifest_from(const json& manifest) {
  CorpusManifest result;
  manifest.at("source_language").get_to(result.source_language);
  manifest.at("target_language").get_to(result.target_language);
  manifest.at("lines").get_to(result.lines);
  manifest.at("sentences").get_to(result.sentences);
  manifest.at("documents").get_to(result.documents);
  manifest.at("documents_cut").get_to(result.documents_cut);
  manifest.at("dropped").get_to(result.dropped);
  manifest.at("tokens").get_to(result.tokens);
  manifest.at("unknown").get_to(result.unknown);
  manifest.at("longest").get_to(result.longest);
  manifest.at("vocabulary_size").get_to(result.vocabulary_size);
  manifest.at("vocabulary_sha256").get_to(result.vocabulary_hash);
  manifest.at("has_text").get_to(result.has_text);
  result.settings = manifest.at("settings").dump();
  manifest.at("inputs").get_to(result.inputs);
  for (const auto& [name, file] : manifest.at("files").items())
    result.files[name] = {file.at("bytes"), file.at("sha256")};
  return result;
}

}  // namespace

std::string to_string(Side side) {
  return side == Side::kSource ? "source" : "target";
}

int64_t CorpusManifest::dropped_lines() const {
  int64_t total = 0;
  for (const auto& entry : dropped) total += entry.second;
  return total;
}

std::string CorpusManifest::to_json() const {
  json manifest = {
      {"format", kFormat},
      {"version", kVersion},
      {"source_language", source_language},
      {"target_language", target_language},
      {"lines", lines},
      {"sentences", sentences},
      {"documents", documents},
      {"documents_cut", documents_cut},
      {"dropped", dropped},
      {"tokens", tokens},
      {"unknown", unknown},
      {"longest", longest},
      {"vocabulary_size", vocabulary_size},
      {"vocabulary_sha256", vocabulary_hash},
      {"settings", parse_json(settings)},
      {"has_text", has_text},
      {"inputs", inputs},
      {"files", json::object()},
  };
  for (const auto& [name, file] : files)
    manifest["files"][name] = {{"bytes", file.bytes}, {"sha256", file.sha256}};
  manifest["sha256"] = nmt::sha256(manifest.dump());
  return manifest.dump(2) + "\n";
}

CorpusManifest CorpusManifest::parse(const std::string& content, const std::string& path) {
  json manifest = try_parse_json(content);
  if (!manifest.is_object() || manifest.value("format", json()) != kFormat)
    fail_damaged(path, "this is not a corpus manifest");
  if (manifest.value("version", json()) != kVersion)
    throw Error(FilePosition{path},
                text("corpus store of format version ", manifest.value("version", json()).dump(),
                     "; this program reads ", kVersion),
                "Prepare the corpus again with this program.");
  const json checksum = manifest.value("sha256", json());
  manifest.erase("sha256");
  if (checksum != nmt::sha256(manifest.dump()))
    fail_damaged(path, "its content does not match its checksum");

  try {
    return manifest_from(manifest);
  } catch (const json::exception& error) {
    fail_damaged(path, error.what());
  }
}

int64_t CorpusStore::Packed::begin(int64_t i) const {
  return load_u64(offsets, i);
}

int64_t CorpusStore::Packed::length(int64_t first, int64_t count) const {
  const int64_t from = begin(first), to = begin(first + count);
  // Guards every access to the payload: a store is not read in full when it opens.
  if (from < 0 || from > to || to > elements())
    fail_damaged(offsets.path(), text("sentence ", first + 1, " lies outside of ", payload.path()));
  return to - from;
}

bool CorpusStore::exists(const std::string& folder) {
  return std::filesystem::exists(std::filesystem::path(folder) / "manifest.json");
}

std::shared_ptr<const CorpusStore> CorpusStore::open(const std::string& folder) {
  if (!std::filesystem::is_directory(folder))
    throw Error(FilePosition{folder}, "there is no corpus store here");
  if (!exists(folder))
    throw Error(FilePosition{folder},
                "not a corpus store: it has no manifest.json (preparing it did not finish?)",
                kPrepareAgain);
  const std::string manifest = (std::filesystem::path(folder) / "manifest.json").string();
  return std::shared_ptr<const CorpusStore>(
      new CorpusStore(folder, CorpusManifest::parse(read_file(manifest), manifest)));
}

CorpusStore::CorpusStore(std::string folder, CorpusManifest manifest)
    : folder_(std::move(folder)), manifest_(std::move(manifest)) {
  for (const Side side : kSides) {
    const std::string name = to_string(side);
    packed_.push_back(
        pack(name + ".ids", name + ".offsets", id_bytes(manifest_.vocabulary_size[index(side)])));
    if (manifest_.has_text) texts_.push_back(pack(name + ".text", name + ".text_offsets", 1));
  }
  if (manifest_.documents > 0) {
    document_begins_ = map("documents");
    if (sequences_of(*document_begins_) != manifest_.documents)
      fail_damaged(document_begins_->path(), "its size does not fit the number of documents");
  }
}

MappedFile CorpusStore::map(const std::string& name) const {
  MappedFile file((std::filesystem::path(folder_) / name).string());
  const auto expected = manifest_.files.find(name);
  if (expected == manifest_.files.end())
    fail_damaged(file.path(), "the manifest does not know this file");
  if (static_cast<int64_t>(file.size()) != expected->second.bytes)
    fail_damaged(file.path(),
                 text("it has ", file.size(), " bytes instead of ", expected->second.bytes));
  return file;
}

CorpusStore::Packed CorpusStore::pack(const std::string& payload, const std::string& offsets,
                                      int64_t element_bytes) const {
  Packed packed{map(payload), map(offsets), element_bytes};
  if (manifest_.sentences < 0 || sequences_of(packed.offsets) != manifest_.sentences ||
      static_cast<int64_t>(packed.payload.size()) % element_bytes != 0 || packed.begin(0) != 0 ||
      packed.begin(manifest_.sentences) != packed.elements())
    fail_damaged(packed.offsets.path(), "its ends do not fit the number of sentences and tokens");
  return packed;
}

void CorpusStore::verify_packed(const Packed& packed) const {
  for (int64_t i = 0; i < manifest_.sentences; ++i) packed.length(i, 1);
}

void CorpusStore::verify() const {
  for (const auto& [name, file] : manifest_.files) {
    const std::string path = (std::filesystem::path(folder_) / name).string();
    if (sha256_file(path) != file.sha256)
      fail_damaged(path, "its content does not match its checksum");
  }
  for (const Packed& packed : packed_) verify_packed(packed);
  for (const Packed& packed : texts_) verify_packed(packed);
  for (int64_t d = 0; d < documents(); ++d)
    if (document_begin(d) >= document_begin(d + 1))
      fail_damaged(document_begins_->path(), text("document ", d + 1, " is empty"));
  for (const Side side : kSides)
    for (int64_t i = 0; i < size(); ++i) ids(side, i);
}

void CorpusStore::check_vocabulary(const std::string& source_hash,
                                   const std::string& target_hash) const {
  const std::array<const std::string*, 2> given = {&source_hash, &target_hash};
  for (const Side side : kSides)
    if (manifest_.vocabulary_hash[index(side)] != *given[index(side)])
      throw Error(FilePosition{folder_},
                  text("the corpus was prepared with another ", to_string(side), " vocabulary (",
                       manifest_.vocabulary_hash[index(side)].substr(0, 12),
                       "…) than the one in use (", given[index(side)]->substr(0, 12), "…)"),
                  "Give the vocabulary it was prepared with in vocabulary.file, or prepare the "
                  "corpus again.");
}

std::vector<int32_t> CorpusStore::ids(Side side, int64_t sentence) const {
  const Packed& packed = packed_[index(side)];
  const auto count = static_cast<size_t>(packed.length(sentence, 1));
  const std::byte* first = packed.payload.data() + packed.begin(sentence) * packed.element_bytes;
  if (count == 0) return {};
  std::vector<int32_t> result(count);
  if (packed.element_bytes == 2) {
    for (size_t i = 0; i < count; ++i) {
      uint16_t id = 0;
      std::memcpy(&id, first + 2 * i, sizeof id);
      result[i] = id;
    }
  } else {
    std::memcpy(result.data(), first, 4 * count);
  }
  const int64_t limit = manifest_.vocabulary_size[index(side)];
  for (const int32_t id : result)
    if (id < 0 || id >= limit)
      fail_damaged(packed.payload.path(),
                   text("sentence ", sentence + 1, " holds an id outside the vocabulary"));
  return result;
}

std::string_view CorpusStore::line(Side side, int64_t sentence) const {
  if (!manifest_.has_text)
    throw std::logic_error("the corpus store " + folder_ + " was made without texts");
  const Packed& packed = texts_[index(side)];
  const auto count = static_cast<size_t>(packed.length(sentence, 1));
  return {reinterpret_cast<const char*>(packed.payload.data()) + packed.begin(sentence), count};
}

int64_t CorpusStore::document_begin(int64_t document) const {
  const int64_t begin = load_u64(*document_begins_, document);
  if (begin < 0 || begin > size())
    fail_damaged(document_begins_->path(), text("document ", document + 1, " lies outside"));
  return begin;
}

int64_t CorpusStore::document_of(int64_t sentence) const {
  int64_t low = 0, high = documents();
  while (high - low > 1) {
    const int64_t middle = low + (high - low) / 2;
    (document_begin(middle) <= sentence ? low : high) = middle;
  }
  return low;
}

}  // namespace nmt
