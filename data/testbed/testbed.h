#pragma once

#include <cstdint>
#include <string>
#include <vector>

// Writes the testbed: multi-way parallel text from the grammar in data/testbed/grammar, with
// documents, domains, pair files and phenomenon labels.

namespace nmt::testbed {

struct TestbedOptions {
  /// Folder that is written; made when missing. Only an earlier testbed is replaced.
  std::string folder;
  int64_t seed = 1;
  /// Documents for training, validation and test; domains share them equally.
  int64_t documents = 4000;
  int64_t valid_documents = 80;
  int64_t test_documents = 250;
  /// Parts of a document, of about ten sentences each.
  int64_t chapters = 1;
  std::vector<std::string> languages = {"en", "de", "fr", "es"};
  /// Directions with training text in DIR/pairs, "en-de". Empty: from the first language into each
  /// other one.
  std::vector<std::string> train_directions;
  /// Folder of the grammar; empty: the one that comes with the program.
  std::string grammar;
};

struct TestbedCounts {
  int64_t train_lines = 0, valid_lines = 0, test_lines = 0;
  int64_t distinct_train_lines = 0;  // in the first language
};

/// Generates everything. The same options give the same bytes on every machine. No line of a test
/// or validation file is, in any language, also a line of the training files. All files are put in
/// their places at the end, the README last. Throws UsageError for bad options and a folder with
/// other files, Error for a bad grammar.
TestbedCounts write_testbed(const TestbedOptions& options);

}  // namespace nmt::testbed
