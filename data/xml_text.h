#pragma once

#include <string>
#include <vector>

#include "data/parallel_text.h"

namespace nmt {

/// DocumentMarks::kXml. Two shapes, told apart by the number of files:
///   - one file, WMT since 2020: <doc id> with <src lang> and <ref lang translator>. The source and
///     the first reference in the languages of the corpus are read;
///   - two files, IWSLT (dev and test) and WMT before 2020 (.sgm): <doc docid> with its segments.
/// A segment is the text of a <seg>, however deep it lies in its document, without white space at
/// its ends; line ends inside are blanks. The sides must agree in their documents (same ids in the
/// same order) and in the number of segments of each, else Error with both counts. One file at a
/// time is held as XML, then its text.
class XmlText : public ParallelText {
 public:
  XmlText(const CorpusSpec& spec, InvalidUtf8 policy);
  std::optional<ParallelLine> next() override;

  struct Document {
    std::string id;  // its number, from 1, where the file gives none
    std::vector<std::string> segments;
  };

 private:
  std::vector<Document> sources_, targets_;
  size_t document_ = 0, segment_ = 0;
};

}  // namespace nmt
