#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/document_text.h"
#include "nmt/options/command_description.h"
#include "nmt/run/run_arguments.h"

namespace nmt::length_bias {

/// nmt length-curve RUN... --src FILE --ref FILE
struct LengthCurveArguments {
  std::vector<std::string> runs;
  std::string checkpoint = "best";
  std::string source, reference;  // documents
  DocumentLayout documents = DocumentLayout::kBlankLine;
  std::string ids;
  std::vector<int64_t> lengths = {16, 32, 64, 128, 256, 512, 1024};  // source tokens of a segment
  std::string source_language, target_language;  // empty: the runs' only direction
  std::string plot, numbers;                     // files; empty: none
  RuntimeOptions runtime;
};

void declare(OptionTable& table, LengthCurveArguments& arguments);
CommandDescription describe_length_curve();

/// Translates one test set cut into segments of several lengths and scores each time the same whole
/// documents (d-BLEU): a model without length bias is as good at all of them. Prints a table, a row
/// for each run.
int run_length_curve(const std::vector<std::string>& words);

}  // namespace nmt::length_bias
