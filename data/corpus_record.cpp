#include "data/corpus_record.h"

#include <nlohmann/json.hpp>

#include "nmt/support/atomic_file.h"
#include "nmt/support/error.h"
#include "nmt/support/parse_json.h"

namespace nmt {
namespace {

using nlohmann::json;

json checksums_of(const CorpusStore& store) {
  json checksums = json::object();
  for (const auto& [name, file] : store.manifest().files) checksums[name] = file.sha256;
  return checksums;
}

[[noreturn]] void refuse(const std::string& place) {
  throw Error(FilePosition{place}, "this is not the text that was begun with",
              "Give the old text, or begin anew: a run in another --run folder.");
}

}  // namespace

void record_corpora(const std::string& file,
                    const std::vector<std::shared_ptr<const CorpusStore>>& corpora) {
  json recorded = json::array();
  for (const auto& store : corpora)
    recorded.push_back({{"inputs", store->manifest().inputs}, {"files", checksums_of(*store)}});
  write_file(file, json{{"corpora", recorded}}.dump(1) + "\n");
}

void check_recorded(const std::string& file, const std::vector<CorpusSpec>& corpora) {
  try {
    const json recorded = parse_json(read_file(file)).at("corpora");
    for (size_t i = 0; i < corpora.size(); ++i) {
      if (corpora[i].is_store()) {
        if (recorded.at(i).at("files") != checksums_of(*CorpusStore::open(corpora[i].store)))
          refuse(corpora[i].store);
        continue;
      }
      const std::vector<CorpusInput> inputs = recorded.at(i).at("inputs");
      const std::vector<std::string> files = corpora[i].files();
      if (inputs.size() != files.size()) refuse(corpora[i].text);
      for (size_t f = 0; f < files.size(); ++f)
        if (!same_file(inputs[f], files[f])) refuse(files[f]);
    }
  } catch (const json::exception& error) {
    throw Error(FilePosition{file}, text("damaged: ", error.what()),
                "Remove it if the text is the old one.");
  }
}

}  // namespace nmt
