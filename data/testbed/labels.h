#pragma once

#include <map>
#include <string>
#include <vector>

// Phenomenon labels of a test set and the exact-match scorer for them.

namespace nmt::testbed {

/// One labelled phenomenon in one line of a test set. A hypothesis is right when it contains one of
/// `accept` at least `count` times and none of `reject`, as whole words, regardless of case; "…" in
/// a text stands for any words.
struct Label {
  long line = 0;           // 1-based, in the flat test file
  std::string phenomenon;  // pronoun, idiom, agreement, verb_position, adjective_order,
                           // domain_word, language
  std::string detail;      // "distance 2", the idiom's name …
  std::vector<std::string> accept;
  std::vector<std::string> reject;
  long count = 1;
};

/// Makes a label whose reference is `reference`: counts the accepted text there and leaves out
/// rejected texts that the reference itself contains elsewhere (the article "la" when the pronoun
/// is "lo").
Label make_label(long line, const std::string& phenomenon, const std::string& detail,
                 const std::string& correct, const std::vector<std::string>& wrong,
                 const std::string& reference);

/// The label "language", by which a translation into a wrong language is found: accepts any word
/// that `lines[own]` has and no other of `lines`, the versions of one line in all languages.
Label make_language_label(long line, const std::vector<std::string>& lines, size_t own);

/// One JSON object a line: {"line":3,"phenomenon":"pronoun","detail":"distance
/// 1","accept":["er"],"reject":["sie","es"]}; "count" is written when it is not 1.
std::string to_json(const Label& label);

/// Reads labels. Throws Error, with file:line where there is a line; also for a file without any.
std::vector<Label> read_labels(const std::string& file);

bool is_correct(const Label& label, const std::string& hypothesis);

struct PhenomenonAccuracy {
  long correct = 0;
  long total = 0;
  double percent() const {
    return total == 0 ? 0 : 100.0 * static_cast<double>(correct) / static_cast<double>(total);
  }
};

/// Accuracy by phenomenon, and for pronouns also by distance ("pronoun, distance 1"). Throws Error
/// when a label names a line that the hypotheses do not have.
std::map<std::string, PhenomenonAccuracy> score_phenomena(
    const std::vector<Label>& labels, const std::vector<std::string>& hypotheses);

}  // namespace nmt::testbed
