#pragma once

#include <string>
#include <vector>

#include "data/docid_writer.h"
#include "data/document_split.h"
#include "nmt/options/option_table.h"

namespace nmt {

enum class DocidTask { kBuild, kSplit, kCombine, kCheck };
inline EnumNames<DocidTask> enum_names(DocidTask) {
  return {{DocidTask::kBuild, "build"},
          {DocidTask::kSplit, "split"},
          {DocidTask::kCombine, "combine"},
          {DocidTask::kCheck, "check"}};
}

/// nmt docid build|split|combine|check CORPUS...
struct DocidArguments {
  DocidTask task = DocidTask::kCheck;
  std::vector<std::string> corpora;  // as in data.train
  DocumentMarks documents = DocumentMarks::kBlankLine;
  std::string output;  // what the names of the written files begin with
  DocidForm id_format = DocidForm::kBinary;
  SplitOptions split;
};
void declare(OptionTable& table, DocidArguments& arguments);

}  // namespace nmt
