#include "data/xml_text.h"

#include <strings.h>

#include <algorithm>
#include <pugixml.hpp>
#include <span>

#include "data/byte_stream.h"
#include "nmt/support/error.h"
#include "nmt/support/utf8.h"

namespace nmt {
namespace {

using Documents = std::vector<XmlText::Document>;

constexpr const char* kForms =
    "data.documents: xml reads the sets of WMT (one .xml, or two .sgm) and the dev and test sets "
    "of "
    "IWSLT. The training files of IWSLT (train.tags.*) are not XML: make text of each with `sed -n "
    "-e 's/^ *<url>.*/<d>/p' -e '/^ *</!p'` and set data.documents: d-tag.";

FilePosition position(const std::string& path, const std::string& bytes, size_t offset) {
  const auto end = bytes.begin() + static_cast<std::ptrdiff_t>(std::min(offset, bytes.size()));
  return {path, 1 + static_cast<long>(std::count(bytes.begin(), end, '\n'))};
}

// The whole file, with bytes that are not UTF-8 treated as `policy` says. What is to be dropped is
// left in, and found again in the segments.
std::string read_bytes(const std::string& path, InvalidUtf8 policy) {
  const std::unique_ptr<ByteStream> stream = open_bytes(path);
  std::string bytes;
  for (size_t size = 0, count = 1; count > 0; size += count) {
    bytes.resize(size + (1 << 17));
    count = stream->read(std::span(bytes).subspan(size));
    bytes.resize(size + count);
  }
  const std::optional<size_t> invalid = find_invalid_utf8(bytes);
  if (!invalid) return bytes;
  if (policy == InvalidUtf8::kReplace) return replace_invalid_utf8(bytes);
  if (policy == InvalidUtf8::kError)
    throw Error(position(path, bytes, *invalid), "not UTF-8",
                "Convert the file to UTF-8, or set data.invalid_utf8 to replace (puts U+FFFD "
                "there) or to drop (leaves such segments out).");
  std::replace(bytes.begin(), bytes.end(), '\0', '\xff');  // a NUL would end the parser's input
  return bytes;
}

pugi::xml_document parse(const std::string& path, const std::string& bytes) {
  pugi::xml_document document;
  const pugi::xml_parse_result result = document.load_buffer(
      bytes.data(), bytes.size(), pugi::parse_default | pugi::parse_ws_pcdata, pugi::encoding_utf8);
  if (!result)
    throw Error(position(path, bytes, static_cast<size_t>(result.offset)),
                text("damaged XML: ", result.description()), kForms);
  return document;
}

// SGML files write some tags in capitals.
bool is_element(const pugi::xml_node& node, const char* name) {
  return node.type() == pugi::node_element && ::strcasecmp(node.name(), name) == 0;
}

// The node after `node` and all that is in it, in the order of the file; null at the end of `root`.
pugi::xml_node after(pugi::xml_node node, const pugi::xml_node& root) {
  while (node != root && !node.next_sibling()) node = node.parent();
  return node == root ? pugi::xml_node() : node.next_sibling();
}

// Calls `found` for the outermost elements called `name` below `root`.
template <class Found>
void for_each_element(const pugi::xml_node& root, const char* name, Found found) {
  for (pugi::xml_node node = root.first_child(); node;) {
    const bool wanted = is_element(node, name);
    if (wanted) found(node);
    node = !wanted && node.first_child() ? node.first_child() : after(node, root);
  }
}

std::string segment_text(const pugi::xml_node& segment) {
  std::string all;
  for (pugi::xml_node node = segment.first_child(); node;) {
    if (node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata) all += node.value();
    node = node.first_child() ? node.first_child() : after(node, segment);
  }
  std::replace_if(
      all.begin(), all.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  const size_t begin = std::min(all.find_first_not_of(' '), all.size());
  return all.substr(begin, all.find_last_not_of(' ') + 1 - begin);
}

std::vector<std::string> segments_of(const pugi::xml_node& part) {
  std::vector<std::string> segments;
  for_each_element(part, "seg", [&](const pugi::xml_node& segment) {
    segments.push_back(segment_text(segment));
  });
  return segments;
}

std::string id_of(const pugi::xml_node& document, size_t number) {
  for (const pugi::xml_attribute& attribute : document.attributes())
    if (::strcasecmp(attribute.name(), "docid") == 0 || ::strcasecmp(attribute.name(), "id") == 0)
      return attribute.value();
  return std::to_string(number);
}

void check_any(const Documents& documents, const std::string& path) {
  const bool any = std::any_of(documents.begin(), documents.end(),
                               [](const auto& document) { return !document.segments.empty(); });
  if (!any) throw Error(FilePosition{path}, "there is no <seg> in a <doc>", kForms);
}

void check_agreement(const Documents& sources, const std::string& source_path,
                     const Documents& targets, const std::string& target_path) {
  const std::string remedy = "Both sides need the same documents with as many segments each.";
  for (size_t i = 0; i < std::max(sources.size(), targets.size()); ++i) {
    const auto name = [i](const Documents& side) {
      return i < side.size() ? "'" + side[i].id + "'" : std::string("none");
    };
    if (i >= sources.size() || i >= targets.size() || sources[i].id != targets[i].id)
      throw Error(
          FilePosition{target_path},
          text("document ", i + 1, " is ", name(targets), ", but ", name(sources), " in ",
               source_path, "; there are ", targets.size(), " and ", sources.size(), " documents"),
          remedy);
    if (sources[i].segments.size() != targets[i].segments.size())
      throw Error(FilePosition{target_path},
                  text("document ", name(targets), " has ", targets[i].segments.size(),
                       " target segments, but ", sources[i].segments.size(), " source segments"),
                  remedy);
  }
}

// One side of a set in two files.
Documents read_side(const std::string& path, InvalidUtf8 policy) {
  const pugi::xml_document xml = parse(path, read_bytes(path, policy));
  Documents documents;
  for_each_element(xml, "doc", [&](const pugi::xml_node& document) {
    documents.push_back({id_of(document, documents.size() + 1), segments_of(document)});
  });
  check_any(documents, path);
  return documents;
}

// The first child of `document` called `name` in `language`.
pugi::xml_node find_part(const pugi::xml_node& document, const char* name,
                         const std::string& language, const std::string& id,
                         const std::string& path) {
  std::string there;
  for (const pugi::xml_node& part : document.children()) {
    if (!is_element(part, name)) continue;
    const pugi::xml_attribute in = part.attribute("lang");
    if (!in || in.value() == language) return part;
    there += text(there.empty() ? "" : ", ", in.value());
  }
  throw Error(FilePosition{path},
              text("document '", id, "' has no <", name, "> in '", language, "'; ",
                   there.empty() ? "it has none at all" : "its languages are: " + there),
              "Name the languages of the corpus as the file does, source first (FILE:en-de), and "
              "remove documents that are not translated.");
}

}  // namespace

XmlText::XmlText(const CorpusSpec& spec, InvalidUtf8 policy) {
  const std::string target_path = spec.files().back();
  if (spec.target_path.empty()) {
    const pugi::xml_document xml = parse(spec.source_path, read_bytes(spec.source_path, policy));
    for_each_element(xml, "doc", [&](const pugi::xml_node& document) {
      const std::string id = id_of(document, sources_.size() + 1);
      const auto part = [&](const char* name, const std::string& language) {
        return segments_of(find_part(document, name, language, id, spec.source_path));
      };
      sources_.push_back({id, part("src", spec.source_language)});
      targets_.push_back({id, part("ref", spec.target_language)});
    });
    check_any(sources_, spec.source_path);
  } else {
    sources_ = read_side(spec.source_path, policy);
    targets_ = read_side(target_path, policy);
  }
  check_agreement(sources_, spec.source_path, targets_, target_path);
}

std::optional<ParallelLine> XmlText::next() {
  while (document_ < sources_.size() && segment_ == sources_[document_].segments.size()) {
    ++document_;
    segment_ = 0;
  }
  if (document_ == sources_.size()) return std::nullopt;
  const std::string& source = sources_[document_].segments[segment_];
  const std::string& target = targets_[document_].segments[segment_];
  const bool valid = !find_invalid_utf8(source) && !find_invalid_utf8(target);
  return ParallelLine{source, target, valid, segment_++ == 0};
}

}  // namespace nmt
