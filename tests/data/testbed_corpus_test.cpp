#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "data/testbed/discourse.h"
#include "data/testbed/labels.h"
#include "data/testbed/testbed.h"
#include "nmt/support/atomic_file.h"
#include "nmt/support/error.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

namespace nmt::testbed {
namespace {

const std::vector<std::string> kLanguages = {"en", "de", "fr", "es"};

std::vector<std::string> lines_of(const std::string& file) {
  std::ifstream in(file);
  EXPECT_TRUE(in.good()) << file;
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// A corpus of moderate size, written once for all tests of this file.
class TestbedCorpus : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new std::string(
        (std::filesystem::temp_directory_path() / text("nmt_testbed_corpus_test_", ::getpid()))
            .string());
    TestbedOptions options;
    options.folder = *folder_;
    options.documents = 1200;
    options.test_documents = 400;
    counts_ = write_testbed(options);
  }
  static void TearDownTestSuite() {
    std::filesystem::remove_all(*folder_);
    delete folder_;
  }
  static std::vector<std::string> lines(const std::string& name) {
    return lines_of(*folder_ + "/" + name);
  }
  static std::string path(const std::string& name) { return *folder_ + "/" + name; }

  static inline std::string* folder_ = nullptr;
  static inline TestbedCounts counts_;
};

TEST_F(TestbedCorpus, TheSameSeedGivesTheSameBytes) {
  TestbedOptions options;
  options.folder = *folder_ + "_again";
  options.documents = 1200;
  options.test_documents = 400;
  write_testbed(options);
  size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(*folder_)) {
    if (!entry.is_regular_file()) continue;
    const std::string name = std::filesystem::relative(entry.path(), *folder_).string();
    EXPECT_EQ(read_file(path(name)), read_file(options.folder + "/" + name)) << name;
    ++files;
  }
  EXPECT_GT(files, 60U);
  options.seed = 2;
  write_testbed(options);
  EXPECT_NE(read_file(path("test.en")), read_file(options.folder + "/test.en"));
  std::filesystem::remove_all(options.folder);
}

TEST_F(TestbedCorpus, HeldOutLinesAreNotInTraining) {
  for (const std::string& language : kLanguages) {
    const auto train = lines("train." + language);
    const std::set<std::string> known(train.begin(), train.end());
    for (const std::string name : {"valid.", "test."})
      for (const std::string& line : lines(name + language))
        EXPECT_EQ(known.count(line), 0U) << line;
  }
}

TEST_F(TestbedCorpus, SidesAndDocumentsAreParallel) {
  const auto ids = lines("test.docids.txt");
  EXPECT_EQ(ids.size(), 400U);
  std::set<size_t> break_counts;
  std::vector<std::vector<size_t>> breaks;
  for (const std::string& language : kLanguages) {
    std::vector<std::string> flat;
    std::vector<size_t> found;
    for (const std::string& line : lines("test.doc." + language)) {
      if (line.empty()) {
        found.push_back(flat.size());
      } else {
        flat.push_back(line);
      }
    }
    EXPECT_EQ(flat, lines("test." + language));
    breaks.push_back(found);
  }
  EXPECT_EQ(breaks[0].size() + 1, ids.size());
  for (const auto& other : breaks) EXPECT_EQ(other, breaks[0]);
}

TEST_F(TestbedCorpus, DomainsPartitionAndPairsAreDisjoint) {
  EXPECT_EQ(lines("home/train.en").size() + lines("tech/train.en").size(),
            lines("train.en").size());
  EXPECT_EQ(static_cast<int64_t>(lines("train.en").size()), counts_.train_lines);
  std::set<std::string> documents;
  size_t total = 0;
  for (const std::string pair : {"en-de", "en-fr", "en-es"}) {
    for (const std::string& id : lines("pairs/" + pair + "/train.docids.txt")) {
      documents.insert(id);
      ++total;
    }
  }
  EXPECT_EQ(documents.size(), total);
  EXPECT_EQ(total, 1200U);
  EXPECT_FALSE(std::filesystem::exists(path("pairs/de-fr")));
  EXPECT_FALSE(std::filesystem::exists(path("pairs/en-de/train.fr")));
}

TEST_F(TestbedCorpus, EveryLabelIsRightForTheReference) {
  for (const std::string& language : kLanguages) {
    const auto table = score_phenomena(read_labels(path("test.labels." + language + ".jsonl")),
                                       lines("test." + language));
    for (const auto& [name, accuracy] : table)
      EXPECT_EQ(accuracy.correct, accuracy.total) << language << " " << name;
    for (const std::string name : {"idiom", "agreement", "adjective_order"})
      EXPECT_GT(table.at(name).total, 50) << language << " " << name;
    if (language == "en") continue;
    for (const std::string name :
         {"pronoun, distance 1", "pronoun, distance 2", "pronoun, distance 3", "domain_word"})
      EXPECT_GT(table.at(name).total, 50) << language << " " << name;
  }
}

TEST_F(TestbedCorpus, TranslationsIntoAWrongLanguageAreFound) {
  const auto german = read_labels(path("test.labels.de.jsonl"));
  for (const std::string& language : kLanguages) {
    const PhenomenonAccuracy on_target =
        score_phenomena(german, lines("test." + language)).at("language");
    EXPECT_EQ(on_target.total, static_cast<long>(lines("test.de").size()));
    EXPECT_EQ(on_target.correct, language == "de" ? on_target.total : 0) << language;
  }
}

TEST_F(TestbedCorpus, AnotherPronounOrAnotherSenseIsWrong) {
  // Every label that rejects something must call a sentence wrong that says the rejected words.
  for (const std::string& language : kLanguages)
    for (const Label& label : read_labels(path("test.labels." + language + ".jsonl")))
      for (const std::string& wrong : label.reject) EXPECT_FALSE(is_correct(label, wrong));
}

TEST_F(TestbedCorpus, PronounGendersAreBalancedWhateverTheEnglishSentence) {
  // The topic is drawn by its genders in all languages, so each is uniform, and independent.
  const Grammar grammar(default_grammar_folder(), kLanguages);
  const DocumentGenerator generator(grammar, 5);
  std::map<std::string, double> counts;
  double total = 0;
  for (uint64_t number = 0; number < 6000; ++number) {
    for (const Segment& segment : generator.generate(Split::kTest, number).segments) {
      if (segment.antecedent_distance == 0) continue;
      std::string genders;
      for (const Noun& word : segment.values.at("it").word->nouns) genders += word.gender;
      ++counts[genders];
      ++total;
    }
  }
  EXPECT_EQ(counts.size(), 12U);  // German 3 x French 2 x Spanish 2
  for (const auto& [genders, count] : counts)
    EXPECT_NEAR(count / total, 1.0 / 12, 0.012) << genders;
}

TEST_F(TestbedCorpus, NoOtherThingStandsBetweenAPronounAndItsNoun) {
  const Grammar grammar(default_grammar_folder(), kLanguages);
  const DocumentGenerator generator(grammar, 6);
  for (uint64_t number = 0; number < 300; ++number) {
    const Document document = generator.generate(Split::kTrain, number);
    for (size_t i = 0; i < document.segments.size(); ++i) {
      const int distance = document.segments[i].antecedent_distance;
      if (distance == 0) continue;
      ASSERT_GE(static_cast<int>(i), distance);
      ASSERT_LE(distance, 3);
      const Segment& first = document.segments[i - static_cast<size_t>(distance)];
      EXPECT_EQ(first.sentence->role, Role::kIntro);
      EXPECT_EQ(first.values.at("it").word, document.segments[i].values.at("it").word);
      for (int back = 1; back < distance; ++back) {
        for (const auto& [slot, value] : document.segments[i - static_cast<size_t>(back)].values) {
          if (value.kind != SlotRule::Kind::kNoun) continue;
          EXPECT_TRUE(value.word->in_class("person") || value.number == Number::kPlural)
              << value.word->id;
        }
      }
    }
  }
}

TEST_F(TestbedCorpus, ChaptersAreAboutTheSamePeople) {
  const Grammar grammar(default_grammar_folder(), kLanguages);
  const DocumentGenerator generator(grammar, 7);
  for (uint64_t number = 0; number < 50; ++number) {
    const Document first = generator.generate(Split::kTrain, number);
    const Document second = generator.generate_chapter(first, Split::kTrain, number, 1, 0);
    EXPECT_EQ(second.people, first.people);
    EXPECT_EQ(second.domain, first.domain);
    EXPECT_EQ(second.segments.front().sentence->role, Role::kOpening);
    EXPECT_NE(segment_key(second.segments[1]), segment_key(first.segments[1]));
  }
}

TEST_F(TestbedCorpus, ManyDifferentTrainingLines) {
  EXPECT_GT(counts_.distinct_train_lines, counts_.train_lines * 3 / 4);
}

TestbedOptions small(const std::string& folder, int64_t seed = 1) {
  return {.folder = folder,
          .seed = seed,
          .documents = 20,
          .valid_documents = 4,
          .test_documents = 4,
          .languages = {"en", "de"}};
}

TEST(TestbedFiles, AreReplacedAllOrNone) {
  const TemporaryFolder folder;
  write_testbed(small(folder.path()));
  const std::string test = read_file(folder.file("test.en"));
  // Stands where a file of the set that is written last belongs.
  std::filesystem::remove(folder.file("pairs/en-de/train.de"));
  std::filesystem::create_directory(folder.file("pairs/en-de/train.de"));
  EXPECT_THROW(write_testbed(small(folder.path(), 2)), Error);
  EXPECT_EQ(read_file(folder.file("test.en")), test);
  EXPECT_TRUE(std::filesystem::exists(folder.file("README.txt")));
  std::filesystem::remove(folder.file("pairs/en-de/train.de"));
  write_testbed(small(folder.path(), 2));
  EXPECT_NE(read_file(folder.file("test.en")), test);
}

TEST(TestbedFiles, ReplaceAnEarlierTestbedOnly) {
  const TemporaryFolder folder;
  // What a killed process left is nobody's text.
  std::filesystem::create_directory(folder.file("home"));
  folder.write("home/train.en.tmp.4194399", "half a li");
  write_testbed(small(folder.path()));
  EXPECT_FALSE(std::filesystem::exists(folder.file("home/train.en.tmp.4194399")));
  // Killed after the earlier README had been removed.
  std::filesystem::rename(folder.file("README.txt"), folder.file("README.txt.tmp.4194399"));
  write_testbed(small(folder.path()));
  EXPECT_TRUE(std::filesystem::exists(folder.file("README.txt")));
  EXPECT_FALSE(std::filesystem::exists(folder.file("README.txt.tmp.4194399")));

  for (const std::string name : {"train.en", "README.txt", "home/notes"}) {
    const TemporaryFolder own;
    std::filesystem::create_directory(own.file("home"));
    own.write(name, "Parallel text in English and German.\n");
    EXPECT_THAT(message_of([&] { write_testbed(small(own.path())); }), testing::HasSubstr(name))
        << name;
    EXPECT_FALSE(std::filesystem::exists(own.file("test.en")));
    EXPECT_EQ(read_file(own.file(name)), "Parallel text in English and German.\n");
  }
}

TEST(TestbedOptionErrors, AreNamed) {
  const auto message = [](const TestbedOptions& options) -> std::string {
    try {
      write_testbed(options);
    } catch (const UsageError& e) {
      return e.what();
    }
    return "";
  };
  EXPECT_THAT(message({.folder = ""}), testing::HasSubstr("folder"));
  EXPECT_THAT(message({.folder = "x", .languages = {"en", "xx"}}), testing::HasSubstr("'xx'"));
  EXPECT_THAT(message({.folder = "x", .languages = {"en", "en"}}), testing::HasSubstr("twice"));
  EXPECT_THAT(message({.folder = "x", .train_directions = {"ende"}}), testing::HasSubstr("ende"));
  EXPECT_THAT(message({.folder = "x", .languages = {"en", "de"}, .train_directions = {"en-fr"}}),
              testing::HasSubstr("'fr'"));
  EXPECT_THAT(message({.folder = "x", .documents = 0}), testing::HasSubstr("documents"));
  EXPECT_FALSE(std::filesystem::exists("x"));
}

}  // namespace
}  // namespace nmt::testbed
