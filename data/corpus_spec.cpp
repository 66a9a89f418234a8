#include "data/corpus_spec.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "data/corpus_store.h"
#include "nmt/support/error.h"

namespace nmt {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const CorpusSpec& spec, const std::string& what) {
  throw UsageError(
      text("corpus '", spec.text, "': ", what),
      "Write PATH:SRC-TGT with {} in PATH for the language (data/train.{}.gz:en-de), or "
      "SOURCE,TARGET:SRC-TGT (SOURCE,TARGET,IDS:SRC-TGT where data.documents is docid), or "
      "FILE:SRC-TGT where data.documents is tsv or xml, or the folder of a corpus made by `nmt "
      "prepare`.");
}

bool is_language(const std::string& word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_';
  });
}

std::string with_language(std::string pattern, const std::string& language) {
  for (size_t at = pattern.find("{}"); at != std::string::npos;
       at = pattern.find("{}", at + language.size()))
    pattern.replace(at, 2, language);
  return pattern;
}

// The file of ids that lies beside the texts of `pattern`. Where there is none, its usual name.
std::string find_ids(const std::string& pattern) {
  std::vector<std::string> places = {with_language(pattern, "docid"),
                                     with_language(pattern, "docid.txt")};
  for (const std::string end : {".gz", ".zst"})
    if (pattern.ends_with(end))
      for (size_t i = 0; i < 2; ++i)
        places.push_back(places[i].substr(0, places[i].size() - end.size()));
  const auto found = std::find_if(places.begin(), places.end(),
                                  [](const std::string& path) { return fs::exists(path); });
  return found == places.end() ? places.front() : *found;
}

std::vector<std::string> split_at_commas(const std::string& path) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= path.size();) {
    const size_t end = std::min(path.find(',', begin), path.size());
    parts.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

void set_named_files(CorpusSpec& spec, const std::string& path) {
  const DocumentMarks documents = spec.documents;
  const std::vector<std::string> parts = split_at_commas(path);
  const bool one_file = documents == DocumentMarks::kTsv || documents == DocumentMarks::kXml;
  const bool two_files = documents != DocumentMarks::kTsv && documents != DocumentMarks::kDocid;
  if (std::any_of(parts.begin(), parts.end(), [](const std::string& p) { return p.empty(); }))
    refuse(spec, "a path is empty");
  if (!(parts.size() == 1 && one_file) && !(parts.size() == 2 && two_files) &&
      !(parts.size() == 3 && documents == DocumentMarks::kDocid))
    refuse(spec, text("the path names ", parts.size(), parts.size() == 1 ? " file" : " files",
                      ", which does not fit data.documents: ", enum_name(documents)));
  spec.source_path = parts[0];
  if (parts.size() > 1) spec.target_path = parts[1];
  if (parts.size() > 2) spec.ids_path = parts[2];
}

}  // namespace

std::vector<std::string> CorpusSpec::files() const {
  std::vector<std::string> all = {source_path};
  if (!target_path.empty()) all.push_back(target_path);
  if (!ids_path.empty()) all.push_back(ids_path);
  return all;
}

CorpusSpec CorpusSpec::parse(const std::string& text, DocumentMarks documents) {
  CorpusSpec spec;
  spec.text = text;
  spec.documents = documents;
  if (fs::is_directory(text)) {
    const auto store = CorpusStore::open(text);
    spec.store = text;
    spec.source_language = store->manifest().source_language;
    spec.target_language = store->manifest().target_language;
    return spec;
  }
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos)
    refuse(spec, "no languages given, and no prepared corpus is there");
  const std::string path = text.substr(0, colon), pair = text.substr(colon + 1);
  const size_t dash = pair.find('-');
  spec.source_language = pair.substr(0, dash);
  if (dash != std::string::npos) spec.target_language = pair.substr(dash + 1);
  if (!is_language(spec.source_language) || !is_language(spec.target_language))
    refuse(spec, "'" + pair + "' is not a pair of languages such as en-de");
  if (path.find("{}") == std::string::npos) {
    set_named_files(spec, path);
    return spec;
  }
  if (spec.source_language == spec.target_language)
    refuse(spec, "both sides would be the same file");
  if (documents == DocumentMarks::kTsv)
    refuse(spec, "{} stands for two files, but data.documents: tsv reads one");
  spec.source_path = with_language(path, spec.source_language);
  spec.target_path = with_language(path, spec.target_language);
  if (documents == DocumentMarks::kDocid) spec.ids_path = find_ids(path);
  return spec;
}

std::vector<CorpusSpec> parse_corpora(const std::vector<std::string>& texts,
                                      DocumentMarks documents) {
  std::vector<CorpusSpec> specs;
  specs.reserve(texts.size());
  for (const std::string& text : texts) specs.push_back(CorpusSpec::parse(text, documents));
  return specs;
}

}  // namespace nmt
