#include "data/corpus_input.h"

#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "nmt/support/checksum.h"
#include "nmt/support/error.h"

namespace nmt {

CorpusInput file_facts(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) throw Error(FilePosition{path}, "there is no such file");
  if (!S_ISREG(status.st_mode))
    throw Error(FilePosition{path},
                S_ISFIFO(status.st_mode) ? "is a pipe (no regular file)" : "is no regular file",
                "A corpus is read more than once: write it to a file.");
  CorpusInput input;
  input.path = path;
  input.bytes = status.st_size;
  input.modified =
      static_cast<int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
  return input;
}

std::future<std::vector<CorpusInput>> add_checksums(std::vector<CorpusInput> inputs) {
  return std::async(std::launch::async, [inputs = std::move(inputs)]() mutable {
    for (CorpusInput& input : inputs) input.sha256 = sha256_file(input.path);
    return std::move(inputs);
  });
}

bool same_file(const CorpusInput& known, const std::string& path) {
  const CorpusInput now = file_facts(path);
  if (now.bytes != known.bytes) return false;
  return now.modified == known.modified || sha256_file(path) == known.sha256;
}

void to_json(nlohmann::json& json, const CorpusInput& input) {
  json = {{"path", input.path},
          {"bytes", input.bytes},
          {"modified", input.modified},
          {"sha256", input.sha256}};
}

void from_json(const nlohmann::json& json, CorpusInput& input) {
  json.at("path").get_to(input.path);
  json.at("bytes").get_to(input.bytes);
  json.at("modified").get_to(input.modified);
  json.at("sha256").get_to(input.sha256);
}

}  // namespace nmt
