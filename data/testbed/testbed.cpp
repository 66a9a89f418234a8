#include "data/testbed/testbed.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <unordered_set>

#include "data/testbed/discourse.h"
#include "data/testbed/labels.h"
#include "nmt/support/atomic_file.h"
#include "nmt/support/log.h"

namespace nmt::testbed {
namespace {

/// A document in every language.
struct ParallelDocument {
  std::string id;
  std::string domain;
  std::vector<std::vector<Rendering>> lines;  // [segment][language]
  std::vector<int> distances;                 // to the antecedent, by segment
};

ParallelDocument render_document(const Grammar& grammar, const Document& document) {
  ParallelDocument result{document.id, document.domain, {}, {}};
  for (const Segment& segment : document.segments) {
    std::vector<Rendering> line;
    for (size_t i = 0; i < grammar.languages.size(); ++i)
      line.push_back(render(grammar, *segment.sentence, segment.values, i));
    result.lines.push_back(std::move(line));
    result.distances.push_back(segment.antecedent_distance);
  }
  return result;
}

/// The same path, after its folder has been made.
std::string in_folder(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    throw Error(FilePosition{folder.string()}, "cannot make this folder: " + error.message());
  return path;
}

/// One set of parallel files: PREFIX.LANGUAGE, PREFIX.doc.LANGUAGE, PREFIX.docids.txt and, for
/// tests, the labels.
class FileSet {
 public:
  FileSet(const std::string& prefix, const Grammar& grammar, std::vector<size_t> languages,
          Split split)
      : languages_(std::move(languages)), ids_(in_folder(prefix) + ".docids.txt") {
    for (const size_t i : languages_) {
      const std::string& code = grammar.languages[i].code;
      flat_.push_back(std::make_unique<AtomicFile>(text(prefix, ".", code)));
      documents_.push_back(std::make_unique<AtomicFile>(text(prefix, ".doc.", code)));
      if (split == Split::kTest)
        labels_.push_back(std::make_unique<AtomicFile>(text(prefix, ".labels.", code, ".jsonl")));
    }
  }

  void add(const ParallelDocument& document) {
    ids_.write(document.id + "\n");
    for (size_t column = 0; column < languages_.size(); ++column) {
      if (lines_ > 0) documents_[column]->write("\n");
      for (size_t row = 0; row < document.lines.size(); ++row) {
        const Rendering& rendering = document.lines[row][languages_[column]];
        flat_[column]->write(rendering.text + "\n");
        documents_[column]->write(rendering.text + "\n");
        if (!labels_.empty())
          write_labels(column, document.lines[row], lines_ + static_cast<int64_t>(row) + 1,
                       document.distances[row]);
      }
    }
    lines_ += static_cast<int64_t>(document.lines.size());
  }

  void commit() {
    for (auto* files : {&flat_, &documents_, &labels_})
      for (auto& file : *files) file->commit();
    ids_.commit();
  }

  int64_t lines() const { return lines_; }

 private:
  /// `versions` is the line in every language.
  void write_labels(size_t column, const std::vector<Rendering>& versions, int64_t line,
                    int distance) {
    AtomicFile& file = *labels_[column];
    const size_t language = languages_[column];
    const Rendering& rendering = versions[language];
    std::vector<std::string> texts;
    texts.reserve(versions.size());
    for (const Rendering& version : versions) texts.push_back(version.text);
    file.write(to_json(make_language_label(line, texts, language)) + "\n");
    for (const Phenomenon& found : rendering.phenomena) {
      const std::string detail =
          found.name == "pronoun" ? text("distance ", distance) : found.detail;
      file.write(to_json(make_label(line, found.name, detail, found.correct, found.wrong,
                                    rendering.text)) +
                 "\n");
    }
  }

  const std::vector<size_t> languages_;
  std::vector<std::unique_ptr<AtomicFile>> flat_, documents_, labels_;
  AtomicFile ids_;
  int64_t lines_ = 0;
};

/// The directions with training text, as language indices.
std::vector<std::pair<size_t, size_t>> train_directions(const Grammar& grammar,
                                                        const TestbedOptions& options) {
  std::vector<std::pair<size_t, size_t>> pairs;
  if (options.train_directions.empty())
    for (size_t i = 1; i < grammar.languages.size(); ++i) pairs.emplace_back(0, i);
  for (const std::string& direction : options.train_directions) {
    const std::vector<std::string> codes = split(direction, '-');
    if (codes.size() != 2 || codes[0] == codes[1])
      throw UsageError("--train_directions: '" + direction + "' is not a direction",
                       "Write two language codes with '-' between them: en-de.");
    pairs.emplace_back(grammar.language_index(codes[0]), grammar.language_index(codes[1]));
  }
  return pairs;
}

void check(const TestbedOptions& options) {
  if (options.folder.empty()) throw UsageError("the folder to write is missing", "nmt testbed DIR");
  if (options.languages.size() < 2)
    throw UsageError("--languages: at least two languages are needed");
  if (std::set<std::string>(options.languages.begin(), options.languages.end()).size() !=
      options.languages.size())
    throw UsageError("--languages: a language is named twice");
  for (const auto& [name, value] : {std::pair<std::string, int64_t>{"documents", options.documents},
                                    {"valid_documents", options.valid_documents},
                                    {"test_documents", options.test_documents},
                                    {"chapters", options.chapters}})
    if (value < 1) throw UsageError(text("--", name, ": ", value, " is not a number above 0"));
}

std::string readme(const Grammar& grammar, const TestbedOptions& options,
                   const std::vector<std::pair<size_t, size_t>>& pairs,
                   const TestbedCounts& counts) {
  std::string languages, pair_list;
  for (const Language& language : grammar.languages)
    languages += (languages.empty() ? "" : ", ") + language.code + " (" + language.name + ")";
  for (const auto& [source, target] : pairs)
    pair_list += (pair_list.empty() ? "" : ", ") + grammar.languages[source].code + "-" +
                 grammar.languages[target].code;
  std::string domains;
  for (const std::string& domain : grammar.domains)
    domains += (domains.empty() ? "" : "/ and ") + domain;
  return text(
      "Multi-way parallel text in ", languages, ", generated by `nmt testbed` with seed ",
      options.seed, ".\n",
      "train.LL, valid.LL, test.LL   one segment a line; line i says the same in every language\n",
      "*.doc.LL                      the same with a blank line between documents\n",
      "*.docids.txt                  the names of the documents, in order\n",
      "test.labels.LL.jsonl          what to look for in translations into LL, by line of test.LL: "
      "accepted and\n",
      "                              rejected words; `nmt testbed score --labels FILE --hyp FILE` "
      "counts\n",
      domains, "/                the same files for one domain each\n",
      "pairs/LL-LL/train.*           training text of each pair (", pair_list,
      "): a share of train.*, so that no\n",
      "                              segment is seen in three languages; directions without a "
      "folder are zero-shot\n",
      "Lines: ", counts.train_lines, " train (", counts.distinct_train_lines, " distinct), ",
      counts.valid_lines, " valid, ", counts.test_lines,
      " test. No valid or test line is a train line in any language.\n",
      "French has a plain space before ? and !. Spanish subject pronouns are dropped.\n");
}

/// Writes all splits; holds what they share.
class TestbedWriter {
 public:
  explicit TestbedWriter(const TestbedOptions& options)
      : options_(options),
        grammar_(options.grammar.empty() ? default_grammar_folder() : options.grammar,
                 options.languages),
        generator_(grammar_, static_cast<uint64_t>(options.seed)),
        pairs_(train_directions(grammar_, options)),
        held_out_(grammar_.languages.size()) {}

  TestbedCounts write() {
    TestbedCounts counts;
    counts.test_lines = write_split(Split::kTest, options_.test_documents);
    counts.valid_lines = write_split(Split::kValid, options_.valid_documents);
    counts.train_lines = write_split(Split::kTrain, options_.documents);
    counts.distinct_train_lines = static_cast<int64_t>(distinct_.size());
    write_file(options_.folder + "/README.txt", readme(grammar_, options_, pairs_, counts));
    return counts;
  }

 private:
  int64_t write_split(Split split, int64_t documents) {
    static const std::string kNames[] = {"train", "valid", "test"};
    const std::string& name = kNames[static_cast<size_t>(split)];
    std::vector<size_t> all(grammar_.languages.size());
    for (size_t i = 0; i < all.size(); ++i) all[i] = i;
    FileSet everything(options_.folder + "/" + name, grammar_, all, split);
    std::map<std::string, std::unique_ptr<FileSet>> domains;
    for (const std::string& domain : grammar_.domains)
      domains[domain] = std::make_unique<FileSet>(text(options_.folder, "/", domain, "/", name),
                                                  grammar_, all, split);
    std::vector<std::unique_ptr<FileSet>> pairs;
    if (split == Split::kTrain)
      for (const auto& [source, target] : pairs_)
        pairs.push_back(std::make_unique<FileSet>(
            options_.folder + "/pairs/" + grammar_.languages[source].code + "-" +
                grammar_.languages[target].code + "/" + name,
            grammar_, std::vector<size_t>{source, target}, split));
    for (int64_t number = 0; number < documents; ++number) {
      const ParallelDocument document = next_document(split, number);
      everything.add(document);
      domains.at(document.domain)->add(document);
      // Consecutive documents are of different domains, so a pair takes them in groups.
      if (!pairs.empty())
        pairs[static_cast<size_t>(number) / grammar_.domains.size() % pairs.size()]->add(document);
      remember(split, document);
    }
    everything.commit();
    for (auto& [domain, files] : domains) files->commit();
    for (auto& files : pairs) files->commit();
    return everything.lines();
  }

  ParallelDocument next_document(Split split, int64_t number) const {
    const auto document = static_cast<uint64_t>(number);
    Document first;
    ParallelDocument result = accept(split, [&](uint64_t attempt) {
      first = generator_.generate(split, document, attempt);
      return first;
    });
    for (uint64_t chapter = 1; chapter < static_cast<uint64_t>(options_.chapters); ++chapter) {
      ParallelDocument more = accept(split, [&](uint64_t attempt) {
        return generator_.generate_chapter(first, split, document, chapter, attempt);
      });
      result.lines.insert(result.lines.end(), more.lines.begin(), more.lines.end());
      result.distances.insert(result.distances.end(), more.distances.begin(), more.distances.end());
    }
    return result;
  }

  /// The first of `generate`'s attempts that is no held-out text. Splits are made by what segments
  /// say, but different words may share a form; so lines are compared as well.
  ParallelDocument accept(Split split,
                          const std::function<Document(uint64_t attempt)>& generate) const {
    constexpr uint64_t kAttempts = 1000;
    for (uint64_t attempt = 0; attempt < kAttempts; ++attempt) {
      ParallelDocument document = render_document(grammar_, generate(attempt));
      if (split == Split::kTest || !overlaps(document)) return document;
    }
    throw Error("the grammar has too few different sentences for this many test documents",
                "Ask for fewer with --test_documents, or add words or sentences.");
  }

  bool overlaps(const ParallelDocument& document) const {
    for (const auto& line : document.lines)
      for (size_t i = 0; i < line.size(); ++i)
        if (held_out_[i].count(line[i].text) != 0) return true;
    return false;
  }

  void remember(Split split, const ParallelDocument& document) {
    for (const auto& line : document.lines) {
      if (split == Split::kTrain) {
        distinct_.insert(std::hash<std::string>{}(line[0].text));
        continue;
      }
      for (size_t i = 0; i < line.size(); ++i) held_out_[i].insert(line[i].text);
    }
  }

  const TestbedOptions options_;
  const Grammar grammar_;
  const DocumentGenerator generator_;
  const std::vector<std::pair<size_t, size_t>> pairs_;
  std::vector<std::unordered_set<std::string>> held_out_;  // by language
  std::unordered_set<size_t> distinct_;
};

}  // namespace

TestbedCounts write_testbed(const TestbedOptions& options) {
  check(options);
  return TestbedWriter(options).write();
}

}  // namespace nmt::testbed
