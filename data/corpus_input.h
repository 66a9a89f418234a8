#pragma once

#include <cstdint>
#include <future>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

// The text files that vocabularies and corpora are made from, as these keep them to know them
// again.

namespace nmt {

/// A text file that something was made from.
struct CorpusInput {
  std::string path;
  int64_t bytes = 0;
  int64_t modified = 0;  // nanoseconds since 1970
  std::string sha256;
};

/// The file at `path`, without its checksum. Throws Error when there is none, and when it is no
/// regular file: corpora are read more than once.
CorpusInput file_facts(const std::string& path);

/// `inputs` with their checksums, which another thread makes.
std::future<std::vector<CorpusInput>> add_checksums(std::vector<CorpusInput> inputs);

/// Whether the file at `path` has the content that `known` had; it is read only when it is of the
/// same size and was written since. Throws like file_facts().
bool same_file(const CorpusInput& known, const std::string& path);

void to_json(nlohmann::json& json, const CorpusInput& input);
void from_json(const nlohmann::json& json, CorpusInput& input);

}  // namespace nmt
