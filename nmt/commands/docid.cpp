// nmt docid build|split|combine|check CORPUS...

#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>
#include <numeric>
#include <optional>
#include <unordered_map>

#include "nmt/commands/docid_arguments.h"
#include "nmt/commands/light_commands.h"
#include "nmt/scoring/aligned_columns.h"
#include "nmt/scoring/number_text.h"
#include "nmt/support/log.h"

namespace nmt {
namespace {

using Facts = std::vector<DocumentFacts>;

std::vector<CorpusSpec> open_specs(const DocidArguments& arguments) {
  if (arguments.documents == DocumentMarks::kNone)
    throw UsageError("--documents none: there are no documents to work on",
                     "Name the format of the text: blank-line, d-tag, docid, tsv or xml.");
  std::vector<CorpusSpec> specs = parse_corpora(arguments.corpora, arguments.documents);
  for (const CorpusSpec& spec : specs)
    if (spec.is_store())
      throw UsageError(spec.text + " is a prepared corpus, which no longer has its text",
                       "Name the text: PATH:SRC-TGT.");
  return specs;
}

void check_output(const DocidArguments& arguments, const std::vector<CorpusSpec>& specs) {
  if (arguments.output.empty())
    throw UsageError("--output is needed", "Say what the names of the files begin with.");
  const auto languages = [](const CorpusSpec& spec) {
    return spec.source_language + "-" + spec.target_language;
  };
  const CorpusSpec& first = specs.front();
  for (const CorpusSpec& spec : specs)
    if (languages(spec) != languages(first))
      throw UsageError(text("the corpora are of different languages: ", languages(first), " and ",
                            languages(spec)),
                       "Combine those of one direction.");
  if (first.source_language == first.target_language)
    throw UsageError("both sides would be written to the same file, since they are one language",
                     "Give the sides different names, such as en-en2.");
  if (arguments.task != DocidTask::kCombine && specs.size() > 1)
    throw UsageError(text("this takes one corpus, ", specs.size(), " are named"),
                     "Put them together first, with nmt docid combine.");
}

std::string prefix_of(const DocidArguments& arguments, const std::string& part) {
  return arguments.output + (arguments.output.ends_with('/') ? "" : ".") + part;
}

// Flat text would take the place of the text that shows its documents.
void check_input_stays(const DocidArguments& arguments, const std::vector<CorpusSpec>& specs) {
  std::vector<std::string> prefixes = {arguments.output};
  if (arguments.task == DocidTask::kSplit)
    prefixes = {prefix_of(arguments, "train"), prefix_of(arguments, "dev"),
                prefix_of(arguments, "test")};
  for (const std::string& prefix : prefixes)
    for (const std::string& output : DocidWriter::files(prefix, specs.front()))
      for (const CorpusSpec& spec : specs)
        for (const std::string& input : spec.files()) {
          std::error_code missing;
          if (std::filesystem::equivalent(output, input, missing))
            throw UsageError(text(input, " would be replaced while it is read"),
                             "Choose another --output.");
        }
}

void report_written(const DocidWriter& written) {
  log::info(written.prefix(), ": ", written.documents(), " documents, ", written.sentences(),
            " sentences");
}

int combine(const DocidArguments& arguments, const std::vector<CorpusSpec>& specs) {
  DocidWriter writer(arguments.output, specs.front(), arguments.id_format);
  for (const CorpusSpec& spec : specs) {
    const auto reader = open_parallel_text(spec, InvalidUtf8::kError);
    while (const auto pair = reader->next()) writer.add(*pair);
  }
  if (writer.documents() == 0)
    throw Error(FilePosition{specs.front().source_path}, "there is no sentence in the text");
  DocidWriter::finish_all({&writer, 1});
  report_written(writer);
  return 0;
}

Facts survey(const CorpusSpec& spec) {
  return survey_documents(*open_parallel_text(spec, InvalidUtf8::kError));
}

// A part of an earlier split that this one does not write would have documents in common with it.
void check_no_old_part(const DocidArguments& arguments, const CorpusSpec& spec) {
  for (const auto& [part, documents] :
       {std::pair("dev", arguments.split.dev), std::pair("test", arguments.split.test)}) {
    const std::string file = text(prefix_of(arguments, part), ".", spec.source_language);
    if (documents == 0 && std::filesystem::exists(file))
      throw UsageError(text(file, " is there already, and --", part, " 0 would leave it as it is"),
                       "Remove it, or choose another --output.");
  }
}

int split(const DocidArguments& arguments, const CorpusSpec& spec) {
  if (arguments.output.ends_with('/')) std::filesystem::create_directories(arguments.output);
  check_no_old_part(arguments, spec);
  const std::vector<SplitPart> parts = split_documents(survey(spec), arguments.split);
  const auto writer = [&](const std::string& name) {
    return DocidWriter(prefix_of(arguments, name), spec, arguments.id_format);
  };
  // In the order of SplitPart; what is left out is written nowhere.
  std::array<DocidWriter, 3> writers = {writer("train"), writer("dev"), writer("test")};
  const auto reader = open_parallel_text(spec, InvalidUtf8::kError);
  size_t documents = 0;
  while (const auto pair = reader->next()) {
    documents += pair->begins_document;
    if (documents > parts.size())
      throw Error(FilePosition{spec.source_path}, "the text has changed while it was read");
    const SplitPart part = parts[documents - 1];
    if (part != SplitPart::kLeftOut) writers[static_cast<size_t>(part)].add(*pair);
  }
  DocidWriter::finish_all(writers);
  for (const DocidWriter& each : writers)
    if (each.documents() > 0) report_written(each);  // else nothing was asked for
  const auto left_out = std::count(parts.begin(), parts.end(), SplitPart::kLeftOut);
  if (left_out > 0) log::info(left_out, " copies of documents of dev and test were left out");
  return 0;
}

using FirstDocuments = std::unordered_map<uint64_t, size_t>;

FirstDocuments index_by_fingerprint(const Facts& documents) {
  FirstDocuments first;
  for (size_t i = 0; i < documents.size(); ++i) first.emplace(documents[i].fingerprint, i);
  return first;
}

std::vector<std::string> table_row(const CorpusSpec& spec, const Facts& documents,
                                   const FirstDocuments& distinct) {
  int64_t sentences = 0, longest = 0, empty = 0, source = 0, target = 0;
  for (const DocumentFacts& document : documents) {
    sentences += document.sentences;
    longest = std::max(longest, document.sentences);
    empty += document.empty;
    source += document.words[0];
    target += document.words[1];
  }
  const double mean = documents.empty()
                          ? 0
                          : static_cast<double>(sentences) / static_cast<double>(documents.size());
  return {spec.text,
          std::to_string(documents.size()),
          std::to_string(sentences),
          scoring::fixed(mean, 1),
          std::to_string(longest),
          std::to_string(source),
          std::to_string(target),
          std::to_string(empty),
          std::to_string(documents.size() - distinct.size())};
}

// What of `documents` is also in an earlier corpus; "" when nothing is.
std::string describe_common(const std::string& name, const Facts& documents,
                            const std::string& earlier_name, const FirstDocuments& earlier) {
  size_t common = 0;
  std::string example;
  for (size_t i = 0; i < documents.size(); ++i) {
    const auto found = earlier.find(documents[i].fingerprint);
    if (found == earlier.end()) continue;
    if (common++ == 0)
      example = text("document ", i + 1, " is document ", found->second + 1, " there");
  }
  if (common == 0) return "";
  return text(common, " of ", documents.size(), " documents of ", name, " are also in ",
              earlier_name, ": ", example, common > 1 ? ", and so on" : "", "\n");
}

int check(const std::vector<CorpusSpec>& specs) {
  std::vector<std::vector<std::string>> rows = {{"corpus", "documents", "sentences", "per document",
                                                 "longest", "source words", "target words",
                                                 "empty sides", "repeated"}};
  std::vector<FirstDocuments> earlier;
  std::string common;
  for (const CorpusSpec& spec : specs) {
    const Facts documents = survey(spec);
    for (size_t i = 0; i < earlier.size(); ++i)
      common += describe_common(spec.text, documents, specs[i].text, earlier[i]);
    earlier.push_back(index_by_fingerprint(documents));
    rows.push_back(table_row(spec, documents, earlier.back()));
  }
  std::cout << scoring::aligned_columns(rows, 1) << common;
  return common.empty() ? 0 : 1;
}

}  // namespace

int run_docid(const std::vector<std::string>& words) {
  OptionTable table;
  DocidArguments arguments;
  declare(table, arguments);
  table.read_command_line(words);
  table.apply();
  for (const char* const option : {"dev", "test", "seed"})
    if (arguments.task != DocidTask::kSplit && table.find(option)->is_set())
      throw UsageError(text("--", option, " belongs to nmt docid split"));
  const std::vector<CorpusSpec> specs = open_specs(arguments);
  if (arguments.task == DocidTask::kCheck) {
    if (!arguments.output.empty()) throw UsageError("nmt docid check writes no files");
    return check(specs);
  }
  check_output(arguments, specs);
  check_input_stays(arguments, specs);
  return arguments.task == DocidTask::kSplit ? split(arguments, specs.front())
                                             : combine(arguments, specs);
}

}  // namespace nmt
