// A stored corpus. The input is its files one after the other, the manifest first; its sizes and
// checksums are made to fit, so that what is behind them is read too.

#include <array>
#include <nlohmann/json.hpp>

#include "data/corpus_store.h"
#include "nmt/support/checksum.h"
#include "tests/fuzz/fuzzing.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {

constexpr std::array<const char*, 10> kFiles = {
    "manifest.json",       "source.ids",  "source.offsets",      "target.ids",  "target.offsets",
    "source.text_offsets", "source.text", "target.text_offsets", "target.text", "documents"};

std::string fitting_manifest(std::string_view given, const std::vector<std::string_view>& parts) {
  nlohmann::json manifest = nlohmann::json::parse(given, nullptr, /*allow_exceptions=*/false);
  if (!manifest.is_object()) return std::string(given);
  if (manifest["files"].is_object())
    for (size_t i = 1; i < kFiles.size(); ++i)
      manifest["files"][kFiles[i]] = {{"bytes", parts[i].size()}, {"sha256", sha256(parts[i])}};
  manifest.erase("sha256");
  manifest["sha256"] = sha256(manifest.dump());
  return manifest.dump();
}

void read_everything(const CorpusStore& store) {
  store.verify();
  for (const Side side : kSides)
    for (int64_t i = 0; i < store.size(); ++i) {
      fuzzing::require(std::ssize(store.ids(side, i)) == store.length(side, i),
                       "a sentence has as many ids as its length says");
      if (store.manifest().has_text) std::string(store.line(side, i));  // reads it all
    }
  for (int64_t d = 0; d < store.documents(); ++d)
    fuzzing::require(store.document_of(store.document_begin(d)) == d,
                     "a document's first sentence belongs to it");
}

}  // namespace
}  // namespace nmt

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nmt;
  static const TemporaryFolder folder;
  const std::vector<std::string_view> parts =
      fuzzing::split_parts(fuzzing::bytes_of(data, size), kFiles.size());
  for (size_t i = 1; i < kFiles.size(); ++i) folder.write(kFiles[i], std::string(parts[i]));
  for (const std::string& manifest : {std::string(parts[0]), fitting_manifest(parts[0], parts)}) {
    folder.write(kFiles[0], manifest);
    std::shared_ptr<const CorpusStore> store;
    if (!fuzzing::accepts([&] { store = CorpusStore::open(folder.path()); })) continue;
    fuzzing::accepts([&] { read_everything(*store); });
  }
  return 0;
}
