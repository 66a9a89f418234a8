#include "data/corpus_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "data/corpus_writer.h"
#include "nmt/support/checksum.h"
#include "nmt/support/error.h"
#include "tests/data/test_corpus.h"
#include "tests/message_of.h"

namespace nmt {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using Ids = std::vector<int32_t>;

CorpusManifest small_manifest() {
  CorpusManifest manifest;
  manifest.source_language = "en";
  manifest.target_language = "de";
  manifest.lines = 6;
  manifest.dropped = {{"empty side", 2}};
  manifest.vocabulary_hash = {"one", "two"};
  manifest.settings = R"({"max_length":5})";
  manifest.inputs = {{"a", 1, 2, "x"}, {"b", 3, 4, "y"}};
  return manifest;
}

// Four sentences in two documents, with texts; the second has no source pieces.
void write_small(const std::string& folder, int64_t vocabulary_size = 300) {
  CorpusWriter writer(folder, {vocabulary_size, vocabulary_size}, StoredText::kBothSides);
  const auto largest = static_cast<int32_t>(vocabulary_size - 1);
  writer.begin_document();
  writer.add({Ids{1, 2, 3}, "eins"}, {Ids{4}, "one"});
  writer.add({Ids{}, ""}, {Ids{5, 6}, "two"});
  writer.begin_document();
  writer.add({Ids{largest}, "drei"}, {Ids{7, 8}, "three"});
  writer.add({Ids{9}, "vier"}, {Ids{largest, 10, 11}, "four"});
  writer.finish(small_manifest());
}

// Without the flush to disk of write_file(), which would make thousands of damaged files slow.
void overwrite(const fs::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

class CorpusStoreTest : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  TemporaryFolder base_;
  std::string folder_ = base_.file("store");
};

class CorpusStoreWidth : public CorpusStoreTest, public testing::WithParamInterface<int64_t> {};

TEST_P(CorpusStoreWidth, GivesBackWhatWasWritten) {
  write_small(folder_, GetParam());
  const auto store = CorpusStore::open(folder_);
  store->verify();
  const auto largest = static_cast<int32_t>(GetParam() - 1);
  ASSERT_EQ(store->size(), 4);
  EXPECT_EQ(store->ids(Side::kSource, 0), (Ids{1, 2, 3}));
  EXPECT_EQ(store->ids(Side::kSource, 1), Ids{});
  EXPECT_EQ(store->ids(Side::kSource, 2), Ids{largest});
  EXPECT_EQ(store->ids(Side::kTarget, 3), (Ids{largest, 10, 11}));
  EXPECT_EQ(store->length(Side::kTarget, 1), 2);
  EXPECT_EQ(store->run_length(Side::kSource, 0, 4), 5);
  EXPECT_EQ(store->line(Side::kSource, 3), "vier");
  EXPECT_EQ(store->line(Side::kSource, 1), "");
  EXPECT_EQ(store->line(Side::kTarget, 2), "three");
  ASSERT_EQ(store->documents(), 2);
  EXPECT_EQ(store->document_begin(1), 2);
  EXPECT_EQ(store->document_begin(2), 4);
  for (const auto& [sentence, document] : {std::pair{0, 0}, {1, 0}, {2, 1}, {3, 1}})
    EXPECT_EQ(store->document_of(sentence), document);
  const CorpusManifest& manifest = store->manifest();
  EXPECT_EQ(manifest.tokens, (std::array<int64_t, 2>{5, 8}));
  EXPECT_EQ(manifest.longest, (std::array<int64_t, 2>{3, 3}));
  EXPECT_EQ(manifest.dropped_lines(), 2);
  EXPECT_EQ(manifest.inputs.at(1).sha256, "y");
  EXPECT_EQ(manifest.settings, R"({"max_length":5})");
  EXPECT_EQ(fs::file_size(path("source.ids")), 5U * static_cast<size_t>(id_bytes(GetParam())));
}
INSTANTIATE_TEST_SUITE_P(, CorpusStoreWidth, testing::Values(300, 65536, 65537, 200000));

TEST_F(CorpusStoreTest, WorksWithoutDocumentsAndTexts) {
  const auto store = random_store(folder_, 50);
  store->verify();
  EXPECT_EQ(store->documents(), 0);
  EXPECT_FALSE(store->manifest().has_text);
  EXPECT_THROW(store->line(Side::kSource, 0), std::logic_error);
}

TEST_F(CorpusStoreTest, RefusesIdsOutsideTheVocabulary) {
  CorpusWriter writer(folder_, {10, 10}, StoredText::kNone);
  writer.add({Ids{1}, {}}, {Ids{10}, {}});
  writer.finish(small_manifest());
  EXPECT_THAT(message_of([&] { CorpusStore::open(folder_)->ids(Side::kTarget, 0); }),
              HasSubstr("outside the vocabulary"));
}

TEST_F(CorpusStoreTest, FindsAFlippedBitInEveryByte) {
  write_small(folder_);
  for (const auto& entry : fs::directory_iterator(folder_)) {
    const std::string whole = read_file(entry.path());
    for (size_t i = 0; i < whole.size(); ++i) {
      // White space between the manifest's values carries nothing.
      if (entry.path().filename() == "manifest.json" &&
          std::isspace(static_cast<unsigned char>(whole[i])) != 0)
        continue;
      std::string damaged = whole;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << i % 8));
      overwrite(entry.path(), damaged);
      EXPECT_THROW(CorpusStore::open(folder_)->verify(), Error) << entry.path() << " byte " << i;
    }
    write_file(entry.path(), whole);
  }
  EXPECT_NO_THROW(CorpusStore::open(folder_)->verify());
}

TEST_F(CorpusStoreTest, NoticesTruncationWhenItOpens) {
  write_small(folder_);
  for (const auto& entry : fs::directory_iterator(folder_)) {
    const std::string whole = read_file(entry.path());
    for (const size_t size : {size_t{0}, whole.size() / 2, whole.size() - 2}) {
      write_file(entry.path(), whole.substr(0, size));
      EXPECT_THROW(CorpusStore::open(folder_), Error) << entry.path() << " cut to " << size;
    }
    fs::remove(entry.path());
    EXPECT_THROW(CorpusStore::open(folder_), Error) << entry.path() << " missing";
    write_file(entry.path(), whole);
  }
}

TEST_F(CorpusStoreTest, DamagedOffsetsNeverReadOutside) {
  write_small(folder_);
  const std::string whole = read_file(path("source.offsets"));
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(0xff);
    overwrite(path("source.offsets"), damaged);
    try {
      const auto store = CorpusStore::open(folder_);
      for (int64_t s = 0; s < store->size(); ++s) store->ids(Side::kSource, s);
    } catch (const Error&) {
    }
  }
}

TEST_F(CorpusStoreTest, AnUnfinishedOrForeignFolderDoesNotOpen) {
  EXPECT_THAT(message_of([&] { CorpusStore::open(folder_); }), HasSubstr("no corpus store here"));
  {
    CorpusWriter stopped(folder_, {300, 300}, StoredText::kNone);
    stopped.add({Ids{1}, {}}, {Ids{1}, {}});
    EXPECT_THAT(message_of([&] { CorpusStore::open(folder_); }), HasSubstr("did not finish"));
  }
  EXPECT_THAT(message_of([&] { CorpusStore::open(folder_); }), HasSubstr("did not finish"));
  write_file(path("source.ids.tmp.1"), "left by a killed process");
  write_small(folder_);
  EXPECT_FALSE(fs::exists(path("source.ids.tmp.1")));
  CorpusStore::open(folder_)->verify();
  write_file(path("manifest.json"), "{\"some\": \"json\"}");
  EXPECT_THAT(message_of([&] { CorpusStore::open(folder_); }), HasSubstr("not a corpus manifest"));
  write_file(path("manifest.json"), "no json");
  EXPECT_THAT(message_of([&] { CorpusStore::open(folder_); }), HasSubstr("not a corpus manifest"));
}

TEST_F(CorpusStoreTest, AKilledWriterLosesNothing) {
  write_small(folder_);
  const pid_t child = ::fork();
  if (child == 0) {
    CorpusWriter writer(folder_, {300, 300}, StoredText::kNone);
    const Ids many(2'000'000, 1);  // more than stays in a buffer
    writer.add({many, {}}, {many, {}});
    ::raise(SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  const auto store = CorpusStore::open(folder_);
  store->verify();
  EXPECT_EQ(store->size(), 4);
  // The next writer clears up and replaces the store; without documents none are left over.
  random_store(folder_, 20)->verify();
  EXPECT_EQ(CorpusStore::open(folder_)->size(), 20);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 5);
}

TEST_F(CorpusStoreTest, LeavesFilesAloneThatAreNoneOfItsOwn) {
  fs::create_directories(path("notes"));
  write_file(path("notes/a"), "of somebody");
  write_file(path("train.en"), "too");
  for (const int64_t sentences : {5, 20}) random_store(folder_, sentences)->verify();
  EXPECT_EQ(read_file(path("notes/a")), "of somebody");
  EXPECT_EQ(read_file(path("train.en")), "too");
}

// A limit on file size stands for a full disk.
TEST_F(CorpusStoreTest, AFullDiskLeavesTheOlderStore) {
  write_small(folder_);
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{100, 100};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const std::string said = message_of([&] { random_store(folder_, 200); });
    ::_exit(said.find("File too large") == std::string::npos);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  CorpusStore::open(folder_)->verify();
  EXPECT_EQ(CorpusStore::open(folder_)->size(), 4);
}

// The checksum holds, but the manifest is not one that this program writes.
TEST_F(CorpusStoreTest, RefusesAManifestThatMakesNoSense) {
  write_small(folder_);
  const auto whole = nlohmann::json::parse(read_file(path("manifest.json")));
  const auto error_with = [&](const nlohmann::json& changes) {
    nlohmann::json manifest = whole;
    manifest.merge_patch(changes);
    manifest.erase("sha256");
    manifest["sha256"] = sha256(manifest.dump());
    write_file(path("manifest.json"), manifest.dump());
    return message_of([&] { CorpusStore::open(folder_); });
  };
  EXPECT_EQ(error_with({{"lines", 7}}), "no error");
  EXPECT_THAT(error_with({{"sentences", nullptr}}), HasSubstr("manifest.json: damaged"));
  EXPECT_THAT(error_with({{"sentences", "many"}}), HasSubstr("manifest.json: damaged"));
  overwrite(path("source.offsets"), "");
  EXPECT_THAT(error_with({{"sentences", -1}, {"files", {{"source.offsets", {{"bytes", 0}}}}}}),
              HasSubstr("source.offsets: damaged"));
}

TEST_F(CorpusStoreTest, NamesAForeignVersion) {
  write_small(folder_);
  auto manifest = nlohmann::json::parse(read_file(path("manifest.json")));
  manifest["version"] = 7;
  write_file(path("manifest.json"), manifest.dump());
  EXPECT_THAT(message_of([&] { CorpusStore::open(folder_); }),
              HasSubstr("format version 7; this program reads 1"));
}

TEST_F(CorpusStoreTest, NamesAVocabularyThatDoesNotMatch) {
  write_small(folder_);
  const auto store = CorpusStore::open(folder_);
  EXPECT_NO_THROW(store->check_vocabulary("one", "two"));
  EXPECT_THAT(message_of([&] { store->check_vocabulary("one", "three"); }),
              HasSubstr("another target vocabulary"));
  EXPECT_THAT(message_of([&] { store->check_vocabulary("two", "two"); }),
              HasSubstr("another source vocabulary"));
}

TEST_F(CorpusStoreTest, MarksWithoutSentencesMakeNoDocuments) {
  CorpusWriter writer(folder_, {300, 300}, StoredText::kNone);
  writer.begin_document();
  writer.begin_document();
  writer.add({Ids{1}, {}}, {Ids{1}, {}});
  writer.begin_document();
  writer.begin_document();
  writer.finish(small_manifest());
  const auto store = CorpusStore::open(folder_);
  EXPECT_EQ(store->documents(), 1);
  EXPECT_EQ(store->document_begin(1), 1);
  store->verify();
}

}  // namespace
}  // namespace nmt
