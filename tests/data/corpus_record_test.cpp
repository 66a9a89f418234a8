#include "data/corpus_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "tests/data/test_corpus.h"
#include "tests/message_of.h"

namespace nmt {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class CorpusRecord : public testing::Test {
 protected:
  std::string check(const std::string& corpus) const {
    return message_of(
        [&] { check_recorded(record_, parse_corpora({corpus}, DocumentMarks::kNone)); });
  }
  void begin(const std::string& corpus) {
    record_corpora(record_, {provide_corpus(CorpusSpec::parse(corpus), small_vocabularies(), {},
                                            folder_.file("store"))});
  }

  TemporaryFolder folder_;
  const std::string record_ = folder_.file("corpora.json");
  const std::string corpus_ = write_parallel(folder_.path(), "train", 50);
};

TEST_F(CorpusRecord, KnowsTextByItsContent) {
  begin(corpus_);
  EXPECT_EQ(check(corpus_), "no error");
  fs::last_write_time(folder_.file("train.en"),
                      fs::file_time_type::clock::now() + std::chrono::hours(1));
  fs::copy(folder_.file("train.en"), folder_.file("moved.en"));
  fs::copy(folder_.file("train.de"), folder_.file("moved.de"));
  EXPECT_EQ(check(corpus_), "no error");
  EXPECT_EQ(check(folder_.file("moved.{}:en-de")), "no error");
  // As many bytes.
  std::vector<std::string> lines = made_up_lines(50, 1001);
  std::reverse(lines.begin(), lines.end());
  write_file(folder_.file("train.de"), join_lines(lines));
  EXPECT_THAT(check(corpus_), HasSubstr("train.de: this is not the text that was begun with"));
  EXPECT_THAT(check(corpus_), HasSubstr("Give the old text"));
}

TEST_F(CorpusRecord, KnowsAStoreByItsContent) {
  begin(corpus_);
  const std::string store = folder_.file("store");
  begin(store);
  EXPECT_EQ(check(store), "no error");
  write_parallel(folder_.path(), "train", 50, 9);
  provide_corpus(CorpusSpec::parse(corpus_), small_vocabularies(), {}, store);
  EXPECT_THAT(check(store), HasSubstr("store: this is not the text"));
}

TEST_F(CorpusRecord, NamesADamagedFile) {
  for (const char* content : {"", "{}", "{\"corpora\": []}", "{\"corpora\": [{\"inputs\": 1}]}"}) {
    write_file(record_, content);
    EXPECT_THAT(check(corpus_), HasSubstr("corpora.json: damaged")) << content;
  }
}

}  // namespace
}  // namespace nmt
