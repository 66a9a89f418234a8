#include "modules/length_bias/contrastive_items.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "nmt/scoring/line_reader.h"
#include "nmt/support/atomic_file.h"
#include "nmt/support/error.h"
#include "nmt/support/log.h"
#include "nmt/support/parse_json.h"

namespace nmt::length_bias {
namespace {

namespace fs = std::filesystem;

/// Both sides of a document.
struct Document {
  DocumentLines source, target;
};

DocumentLines share(std::vector<std::string> lines) {
  return std::make_shared<const std::vector<std::string>>(std::move(lines));
}

/// Documents by the name of their target side, read when an item asks for them.
class DocumentFolder {
 public:
  /// An empty `folder` holds no documents.
  DocumentFolder(const std::string& folder, const Direction& direction) : direction_(direction) {
    if (folder.empty()) return;
    if (!fs::is_directory(folder))
      throw Error(FilePosition{folder}, "there is no such folder",
                  "--document_folder is the one in which ContraPro's documents were extracted.");
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder))
      if (entry.path().extension() == "." + direction.target)
        paths_[entry.path().filename().string()].push_back(entry.path());
  }

  /// Throws std::runtime_error when the document is not there.
  const Document& at(const std::string& id) {
    const auto [held, is_new] = documents_.try_emplace(id);
    if (is_new) held->second = read(id);
    return held->second;
  }

 private:
  Document read(const std::string& id) const {
    const auto found = paths_.find(id);
    if (found == paths_.end())
      throw std::runtime_error(text("there is no document ", id, " among the files *.",
                                    direction_.target, " in the folder of the documents"));
    if (found->second.size() > 1)
      throw std::runtime_error(
          text("there are two documents ", id, ": ", found->second[0], " and ", found->second[1]));
    const fs::path& target = found->second.front();
    const fs::path source = fs::path(target).replace_extension(direction_.source);
    Document document{share(scoring::read_lines(source.string())),
                      share(scoring::read_lines(target.string()))};
    if (document.source->size() != document.target->size())
      throw std::runtime_error(text("document ", id, " has ", document.source->size(),
                                    " source and ", document.target->size(), " target lines"));
    return document;
  }

  const Direction direction_;
  std::unordered_map<std::string, std::vector<fs::path>> paths_;
  std::unordered_map<std::string, Document> documents_;
};

/// The texts of an item and the context that stands with it.
ContrastiveText read_text(const nlohmann::json& item) {
  const auto lines = [&item](const char* key) {
    const auto found = item.find(key);
    return share(found == item.end() || found->is_null() ? std::vector<std::string>()
                                                         : found->get<std::vector<std::string>>());
  };
  ContrastiveText result{.source = item.at("src segment"),
                         .candidates = {item.at("ref segment")},
                         .source_lines = lines("src context"),
                         .target_lines = lines("ref context")};
  for (const nlohmann::json& error : item.at("errors"))
    result.candidates.push_back(error.at("contrastive"));
  if (result.source_lines->size() != result.target_lines->size())
    throw std::runtime_error(text("it has ", result.source_lines->size(), " source and ",
                                  result.target_lines->size(), " target sentences of context"));
  result.context = std::ssize(*result.source_lines);
  return result;
}

/// Takes the context of an item from the document it names.
void take_context(ContrastiveText& result, const nlohmann::json& item, DocumentFolder& documents) {
  const Document& document = documents.at(item.at("document id"));
  const int64_t line = item.at("segment id");
  if (line < 1 || line > std::ssize(*document.source))
    throw std::runtime_error(text("\"segment id\" is ", line, ", but the document has ",
                                  document.source->size(), " lines"));
  result.source_lines = document.source;
  result.target_lines = document.target;
  result.context = line - 1;
}

/// Documents are extracted with other white space than the items have.
std::string without_spaces(const std::string& line) {
  std::string result;
  for (const char c : line)
    if (c != ' ' && c != '\t' && c != '\r') result += c;
  return result;
}

bool is_line_of_document(const ContrastiveText& item) {
  const std::string& line = item.source_lines->at(static_cast<size_t>(item.context));
  return without_spaces(line) == without_spaces(item.source);
}

}  // namespace

std::vector<ContrastiveText> read_contrastive_texts(const std::string& file,
                                                    const std::string& documents,
                                                    const Direction& direction) {
  DocumentFolder folder(documents, direction);
  std::vector<ContrastiveText> result;
  int64_t elsewhere = 0;
  for (const nlohmann::json& item : parse_json(read_file(file))) {
    const size_t number = result.size() + 1;
    try {
      result.push_back(read_text(item));
      if (documents.empty() || (item.contains("src context") && !item["src context"].is_null()))
        continue;
      take_context(result.back(), item, folder);
      elsewhere += !is_line_of_document(result.back());
    } catch (const std::exception& error) {
      throw Error(FilePosition{file}, text("item ", number, ": ", error.what()),
                  "`nmt help contrastive` shows the format.");
    }
  }
  if (elsewhere > 0)
    log::warning(elsewhere, " of ", result.size(),
                 " items have another segment than the line of their document: are these the "
                 "documents of ",
                 file, "?");
  return result;
}

}  // namespace nmt::length_bias
