#include "data/prepare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "nmt/support/error.h"
#include "tests/data/test_corpus.h"
#include "tests/message_of.h"

namespace nmt {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;
using Lines = std::vector<std::string>;

class Prepare : public testing::Test {
 protected:
  std::shared_ptr<const CorpusStore> prepare(const std::vector<std::string>& source,
                                             const std::vector<std::string>& target,
                                             const PrepareSettings& settings,
                                             DocumentMarks documents = DocumentMarks::kNone) {
    write_file(folder_.file("t.en"), join_lines(source));
    write_file(folder_.file("t.de"), join_lines(target));
    return prepare_corpus(CorpusSpec::parse(folder_.file("t.{}:en-de"), documents),
                          small_vocabularies(), settings, folder_.file("store"));
  }
  TemporaryFolder folder_;
};

TEST_F(Prepare, StoresThePiecesOfEveryLine) {
  const std::string corpus = write_parallel(folder_.path(), "train", 1300);
  const auto store = prepare_corpus(CorpusSpec::parse(corpus), small_vocabularies(), {.threads = 3},
                                    folder_.file("store"));
  store->verify();
  const auto source = made_up_lines(1300, 1), target = made_up_lines(1300, 1001);
  ASSERT_EQ(store->size(), 1300);
  for (int64_t i = 0; i < store->size(); ++i) {
    EXPECT_EQ(store->ids(Side::kSource, i),
              small_vocabulary()->encode(source[static_cast<size_t>(i)]));
    EXPECT_EQ(store->ids(Side::kTarget, i),
              small_vocabulary()->encode(target[static_cast<size_t>(i)]));
  }
  EXPECT_EQ(store->manifest().inputs.at(0).sha256, sha256_file(folder_.file("train.en")));
  EXPECT_EQ(store->manifest().vocabulary_hash[0], small_vocabulary()->hash());
}

TEST_F(Prepare, DoesNotDependOnTheNumberOfThreads) {
  const std::string corpus = write_parallel(folder_.path(), "train", 3000);
  std::string first;
  for (const int64_t threads : {0, 1, 2, 7}) {
    const std::string store = folder_.file("store" + std::to_string(threads));
    prepare_corpus(CorpusSpec::parse(corpus), small_vocabularies(), {.threads = threads}, store);
    const std::string manifest =
        read_file(store + "/manifest.json");  // holds the checksum of every file
    if (first.empty()) first = manifest;
    EXPECT_EQ(manifest, first);
  }
}

TEST_F(Prepare, CountsEveryDroppedLineWithItsReason) {
  const std::string long_line = join_lines(made_up_lines(1, 1, 200)) + std::string(500, 'k');
  std::vector<std::string> source = {"ka lo.", "", "ka", "   ", "ka", "ka lo \xff", "mi"};
  std::vector<std::string> target = {
      "ka lo.", "ka", "", "ka", std::string(100, 'z'), "ka", "ka lo mi ne ru sta ti vo zu"};
  const auto store = prepare(
      source, target, {.invalid_utf8 = InvalidUtf8::kDrop, .max_length = 60, .max_ratio = 4});
  EXPECT_EQ(store->manifest().lines, 7);
  EXPECT_EQ(store->size(), 1);
  EXPECT_THAT(store->manifest().dropped,
              UnorderedElementsAre(Pair("empty side", 3), Pair("not UTF-8", 1),
                                   Pair("longer than data.max_length", 1),
                                   Pair("length ratio above data.max_ratio", 1)));
  EXPECT_THAT(describe(store->manifest()),
              HasSubstr("7 lines, 1 pairs kept, 6 dropped (3 empty side"));
}

TEST_F(Prepare, CountsTheLimitWithEos) {
  const auto length = static_cast<int64_t>(small_vocabulary()->encode("ka lo mi.").size());
  EXPECT_EQ(prepare({"ka lo mi.", "ka"}, {"ka", "ka"}, {.max_length = length + 1})->size(), 2);
  EXPECT_EQ(prepare({"ka lo mi.", "ka"}, {"ka", "ka"}, {.max_length = length})->size(), 1);
}

TEST_F(Prepare, KeepsEveryLineForScoring) {
  DataOptions options;
  options.max_length = 5;
  options.max_ratio = 1;
  const std::vector<std::string> source = {"ka lo mi ne ru sta ti.", "", "ka"},
                                 target = {"ka", "ka", ""};
  const auto store = prepare(source, target, PrepareSettings::for_scoring(options));
  ASSERT_EQ(store->size(), 3);
  for (int64_t i = 0; i < 3; ++i) {
    EXPECT_EQ(store->line(Side::kSource, i), source[static_cast<size_t>(i)]);
    EXPECT_EQ(store->line(Side::kTarget, i), target[static_cast<size_t>(i)]);
  }
}

TEST_F(Prepare, FindsDocumentsAndDividesThemAtDroppedLines) {
  const std::vector<std::string> source = {"",   "ka", "lo", "",   " ", "mi", "ne", "ru",
                                           "ti", "",   "",   "vo", "",  "zu", ""};
  const std::vector<std::string> target = {"",   "ka", "lo", "", "",   "mi", "", "ru",
                                           "ti", "",   "",   "", "\t", "zu", ""};
  const auto store = prepare(source, target, {}, DocumentMarks::kBlankLine);
  ASSERT_EQ(store->size(), 6);  // ka lo | mi | ru ti | zu
  ASSERT_EQ(store->documents(), 4);
  std::vector<int64_t> begins;
  for (int64_t d = 0; d <= 4; ++d) begins.push_back(store->document_begin(d));
  EXPECT_THAT(begins, testing::ElementsAre(0, 2, 3, 5, 6));
  EXPECT_EQ(store->manifest().documents_cut, 1);
  EXPECT_THAT(store->manifest().dropped, UnorderedElementsAre(Pair("empty side", 2)));
  store->verify();
}

// The same documents in every format give the same store.
TEST_F(Prepare, KnowsDocumentsInEveryFormat) {
  folder_.write("blank.en", "ka\nlo\n\nmi\n\nru\n");
  folder_.write("blank.de", "ne\nti\n\nvo\n\nzu\n");
  folder_.write("tags.en", "<d>\nka\nlo\n<d>\nmi\n<d>\nru\n");
  folder_.write("tags.de", "<d>\nne\nti\n<d>\nvo\n<d>\nzu\n");
  folder_.write("ids.en", "ka\nlo\nmi\nru\n");
  folder_.write("ids.de", "ne\nti\nvo\nzu\n");
  folder_.write("ids.docid.txt", "3\n3\n9\n2\n");
  folder_.write("t.tsv", "ka\tne\tx\nlo\tti\tx\nmi\tvo\ty\nru\tzu\tz\n");
  const auto xml = [&](const std::string& name, const Lines& sentences) {
    const auto doc = [](const std::string& id, const std::string& text) {
      return "<doc id='" + id + "'>" + text + "</doc>";
    };
    const auto seg = [&](size_t i) { return "<seg>" + sentences[i] + "</seg>"; };
    folder_.write(name,
                  "<a>" + doc("1", seg(0) + seg(1)) + doc("2", seg(2)) + doc("3", seg(3)) + "</a>");
  };
  xml("t.en.xml", {"ka", "lo", "mi", "ru"});
  xml("t.de.xml", {"ne", "ti", "vo", "zu"});
  const std::map<DocumentMarks, std::string> corpora = {
      {DocumentMarks::kBlankLine, "blank.{}:en-de"},
      {DocumentMarks::kDTag, "tags.{}:en-de"},
      {DocumentMarks::kDocid, "ids.{}:en-de"},
      {DocumentMarks::kTsv, "t.tsv:en-de"},
      {DocumentMarks::kXml, "t.{}.xml:en-de"}};
  for (const auto& [documents, name] : corpora) {
    const CorpusSpec spec = CorpusSpec::parse(folder_.file(name), documents);
    const std::string place = folder_.file("store-" + enum_name(documents));
    const auto store =
        provide_corpus(spec, small_vocabularies(), PrepareSettings::for_scoring({}), place);
    Lines lines;
    for (int64_t i = 0; i < store->size(); ++i)
      lines.push_back(std::string(store->line(Side::kSource, i)) + "=" +
                      std::string(store->line(Side::kTarget, i)));
    EXPECT_EQ(lines, (Lines{"ka=ne", "lo=ti", "mi=vo", "ru=zu"})) << name;
    ASSERT_EQ(store->documents(), 3) << name;
    EXPECT_EQ(store->document_begin(1), 2);
    EXPECT_EQ(store->document_begin(2), 3);
    EXPECT_EQ(store->manifest().lines, 4);
    EXPECT_EQ(store->manifest().inputs.size(), spec.files().size());
    EXPECT_EQ(store->manifest().inputs.back().sha256, sha256_file(spec.files().back()));
    const auto written = fs::last_write_time(place + "/manifest.json");
    provide_corpus(spec, small_vocabularies(), PrepareSettings::for_scoring({}), place);
    EXPECT_EQ(fs::last_write_time(place + "/manifest.json"), written);
  }
}

TEST_F(Prepare, MakesTheStoreAgainWhenDocumentsChange) {
  folder_.write("t.en", "ka\nlo\nmi\n");
  folder_.write("t.de", "ka\nlo\nmi\n");
  const auto documents = [&](DocumentMarks marks) {
    const CorpusSpec spec = CorpusSpec::parse(folder_.file("t.{}:en-de"), marks);
    return provide_corpus(spec, small_vocabularies(), {}, folder_.file("store"))->documents();
  };
  EXPECT_EQ(documents(DocumentMarks::kNone), 0);
  folder_.write("t.docid.txt", "1\n1\n2\n");
  EXPECT_EQ(documents(DocumentMarks::kDocid), 2);
  folder_.write("t.docid.txt", "1\n2\n3\n");
  EXPECT_EQ(documents(DocumentMarks::kDocid), 3);
  EXPECT_EQ(documents(DocumentMarks::kBlankLine), 1);
}

TEST_F(Prepare, DividesADocumentWhoseFirstSentenceWasDropped) {
  folder_.write("t.tsv", "ka\t\t1\nlo\tlo\t1\nmi\tmi\t1\nne\t\t2\nru\tru\t3\n\tti\t3\nvo\tvo\t3\n");
  const auto store =
      prepare_corpus(CorpusSpec::parse(folder_.file("t.tsv:en-de"), DocumentMarks::kTsv),
                     small_vocabularies(), {}, folder_.file("store"));
  ASSERT_EQ(store->size(), 4);  // lo mi | ru | vo
  ASSERT_EQ(store->documents(), 3);
  EXPECT_EQ(store->document_begin(1), 2);
  EXPECT_EQ(store->document_begin(2), 3);
  EXPECT_EQ(store->manifest().documents_cut, 1);
  EXPECT_EQ(store->manifest().lines, 7);
}

TEST_F(Prepare, RefusesACorpusOfMarksAlone) {
  for (const auto& [documents, text] : {std::pair{DocumentMarks::kBlankLine, "\n \n\n"},
                                        std::pair{DocumentMarks::kDTag, "<d>\n<d>\n"}}) {
    folder_.write("t.en", text);
    folder_.write("t.de", text);
    const CorpusSpec spec = CorpusSpec::parse(folder_.file("t.{}:en-de"), documents);
    EXPECT_THAT(
        message_of([&] { prepare_corpus(spec, small_vocabularies(), {}, folder_.file("store")); }),
        HasSubstr("the corpus is empty"));
  }
}

TEST_F(Prepare, StopsAtBadTextAndLeavesNoStore) {
  const auto fails_with = [&](const std::vector<std::string>& source,
                              const std::vector<std::string>& target, const std::string& expected) {
    EXPECT_THAT(message_of([&] { prepare(source, target, {.threads = 2}); }), HasSubstr(expected));
    EXPECT_FALSE(CorpusStore::exists(folder_.file("store")));
  };
  std::vector<std::string> many = made_up_lines(2000, 3), fewer = many, broken = many;
  fewer.resize(1990);
  broken[1500] = "ka \xc3";
  fails_with(many, fewer, "t.de:1990");
  fails_with(fewer, many, "t.en:1990");
  fails_with(many, broken, "t.de:1501: not UTF-8");
  fails_with({}, {}, "is empty");
  fails_with({"", "ka"}, {"ka", ""}, "no pair of this corpus was kept");
}

// Whoever read it first would leave nothing for the others.
TEST_F(Prepare, RefusesAPipe) {
  ASSERT_EQ(::mkfifo(folder_.file("t.en").c_str(), 0600), 0);
  folder_.write("t.de", "ka\n");
  const CorpusSpec spec = CorpusSpec::parse(folder_.file("t.{}:en-de"));
  const std::string refused =
      "t.en: is a pipe (no regular file)\n  A corpus is read more than once";
  EXPECT_THAT(
      message_of([&] { prepare_corpus(spec, small_vocabularies(), {}, folder_.file("store")); }),
      HasSubstr(refused));
  EXPECT_THAT(message_of([&] {
                provide_vocabularies({}, {spec}, InvalidUtf8::kError, folder_.file("place"));
              }),
              HasSubstr(refused));
}

TEST_F(Prepare, SurvivesALineOfAMegabyte) {
  const std::string line(1'200'000, 'k');
  const auto store = prepare({line, "ka"}, {line, "ka"}, {.max_length = 100});
  EXPECT_EQ(store->size(), 1);
  EXPECT_THAT(store->manifest().dropped,
              UnorderedElementsAre(Pair("longer than data.max_length", 1)));
}

TEST_F(Prepare, UsesAStoreAgainOnlyWhileItFits) {
  const CorpusSpec spec = CorpusSpec::parse(write_parallel(folder_.path(), "train", 200));
  const std::string folder = folder_.file("store");
  PrepareSettings settings;
  const auto time = [&] { return fs::last_write_time(folder + "/manifest.json"); };
  const auto provide = [&] { return provide_corpus(spec, small_vocabularies(), settings, folder); };
  provide();
  const auto first = time();
  provide();
  EXPECT_EQ(time(), first);
  // Touched but equal: the content decides.
  fs::last_write_time(folder_.file("train.en"),
                      fs::file_time_type::clock::now() + std::chrono::hours(1));
  provide();
  EXPECT_EQ(time(), first);
  settings.max_length = 7;
  provide();
  const auto second = time();
  EXPECT_NE(second, first);
  write_parallel(folder_.path(), "train", 210, 5);
  EXPECT_EQ(provide()->manifest().lines, 210);
  // A damaged store is made again.
  write_file(folder + "/manifest.json", "{}");
  EXPECT_EQ(provide()->manifest().lines, 210);
  EXPECT_EQ(provide_corpus(spec, small_vocabularies(VocabularyType::kBpe), settings, folder)
                ->manifest()
                .vocabulary_hash[0],
            small_vocabulary(VocabularyType::kBpe)->hash());
}

TEST_F(Prepare, ChecksTheVocabularyOfANamedStore) {
  const std::string corpus = write_parallel(folder_.path(), "train", 50);
  prepare_corpus(CorpusSpec::parse(corpus), small_vocabularies(), {}, folder_.file("store"));
  const CorpusSpec spec = CorpusSpec::parse(folder_.file("store"));
  EXPECT_EQ(spec.source_language, "en");
  EXPECT_NO_THROW(provide_corpus(spec, small_vocabularies(), {}, ""));
  EXPECT_THROW(provide_corpus(spec, small_vocabularies(VocabularyType::kBpe), {}, ""), Error);
  EXPECT_THROW(provide_corpus(spec, small_vocabularies(), PrepareSettings::for_scoring({}), ""),
               Error);
}

// What was decided when a corpus or a vocabulary was made.
TEST_F(Prepare, WarnsOfSettingsThatComeTooLate) {
  const std::string corpus = write_parallel(folder_.path(), "train", 50);
  const PrepareSettings made_with{.max_length = 100, .max_ratio = 3};
  prepare_corpus(CorpusSpec::parse(corpus), small_vocabularies(), made_with, folder_.file("store"));
  save_vocabularies(small_vocabularies(), folder_.path());
  const auto warnings = [&](const PrepareSettings& settings, const VocabularyOptions& options,
                            DocumentMarks documents = DocumentMarks::kNone) {
    testing::internal::CaptureStderr();
    const CorpusSpec spec = CorpusSpec::parse(folder_.file("store"), documents);
    const auto vocabularies = provide_vocabularies(options, {spec}, InvalidUtf8::kError, "");
    provide_corpus(spec, vocabularies, settings, "");
    return testing::internal::GetCapturedStderr();
  };
  for (const PrepareSettings& settings : {PrepareSettings(), made_with})
    EXPECT_THAT(warnings(settings, {}), Not(HasSubstr("no effect")));
  VocabularyOptions options;
  options.size = small_vocabulary()->size();
  EXPECT_THAT(warnings({}, options), Not(HasSubstr("no effect")));
  options = {.joint = false, .type = VocabularyType::kBpe, .size = 8000};
  const std::string said =
      warnings({.invalid_utf8 = InvalidUtf8::kDrop, .max_length = 50, .max_ratio = 2}, options,
               DocumentMarks::kBlankLine);
  for (const char* part :
       {"data.documents = \"blank-line\" has no effect: this corpus was prepared with \"none\"",
        "data.invalid_utf8 = ", "data.max_length = 50 has no effect", "data.max_ratio = 2.0",
        "vocabulary.size = 8000 has no effect: the vocabulary is there already, with 340 pieces",
        "vocabulary.type = bpe", "vocabulary.joint = false"})
    EXPECT_THAT(said, HasSubstr(part));
}

TEST_F(Prepare, TrainsVocabulariesOnceAndFindsThemBesideStores) {
  const CorpusSpec spec = CorpusSpec::parse(write_parallel(folder_.path(), "train", 600));
  VocabularyOptions options;
  options.size = 330;
  const std::string place = folder_.file("prepared");
  const auto joint = provide_vocabularies(options, {spec}, InvalidUtf8::kError, place);
  EXPECT_EQ(joint.source, joint.target);
  EXPECT_NO_THROW(joint.source->language_tag("en"));
  const auto written = fs::last_write_time(place + "/vocab.model");
  provide_vocabularies(options, {spec}, InvalidUtf8::kError, place);
  EXPECT_EQ(fs::last_write_time(place + "/vocab.model"), written);
  provide_corpus(spec, joint, {}, place + "/train-1");
  const CorpusSpec stored = CorpusSpec::parse(place + "/train-1/");
  EXPECT_EQ(provide_vocabularies({}, {stored}, InvalidUtf8::kError, "").source->hash(),
            joint.source->hash());

  options.joint = false;
  options.size = 320;
  const auto apart =
      provide_vocabularies(options, {spec}, InvalidUtf8::kError, folder_.file("apart"));
  EXPECT_NE(apart.source->hash(), apart.target->hash());
  VocabularyOptions named;
  named.file = folder_.file("apart/source.vocab.model");
  named.target_file = folder_.file("apart/target.vocab.model");
  EXPECT_EQ(provide_vocabularies(named, {}, InvalidUtf8::kError, "").target->hash(),
            apart.target->hash());
}

// Stopped between the model and the record of what it was made from.
TEST_F(Prepare, AHalfReplacedVocabularyIsNotTakenForTheOlderOne) {
  const CorpusSpec spec = CorpusSpec::parse(write_parallel(folder_.path(), "train", 600));
  const std::string place = folder_.file("prepared");
  const auto of_size = [&](int64_t size) {
    VocabularyOptions options;
    options.size = size;
    return provide_vocabularies(options, {spec}, InvalidUtf8::kError, place).source->size();
  };
  EXPECT_EQ(of_size(330), 330);
  const std::string in_the_way = place + "/vocab.model.json.tmp." + std::to_string(::getpid());
  fs::create_directory(in_the_way);
  EXPECT_THROW(of_size(340), Error);
  fs::remove(in_the_way);
  EXPECT_EQ(of_size(330), 330);
  fs::remove(place + "/vocab.model");
  EXPECT_EQ(of_size(330), 330);
}

TEST_F(Prepare, UsesAVocabularyAgainOnlyWhileItsTextIsTheSame) {
  const CorpusSpec spec = CorpusSpec::parse(write_parallel(folder_.path(), "train", 600));
  const std::string place = folder_.file("prepared");
  VocabularyOptions options;
  options.size = 330;
  InvalidUtf8 invalid_utf8 = InvalidUtf8::kError;
  const auto provide = [&] {
    provide_vocabularies(options, {spec}, invalid_utf8, place);
    return fs::last_write_time(place + "/vocab.model");
  };
  const auto first = provide();
  // Touched but equal: the content decides.
  fs::last_write_time(folder_.file("train.en"),
                      fs::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_EQ(provide(), first);
  std::string text = read_file(folder_.file("train.de"));
  std::reverse(text.begin(), text.end());
  std::rotate(text.begin(), text.begin() + 1, text.end());  // the first line end is now the last
  folder_.write("train.de", text);
  invalid_utf8 = InvalidUtf8::kReplace;  // of "ü" reversed
  const auto second = provide();
  EXPECT_NE(second, first);
  EXPECT_EQ(provide(), second);
  invalid_utf8 = InvalidUtf8::kDrop;
  EXPECT_NE(provide(), second);
}

TEST_F(Prepare, LeavesAVocabularyAloneThatItDidNotMake) {
  const CorpusSpec spec = CorpusSpec::parse(write_parallel(folder_.path(), "train", 600));
  const std::string model = folder_.write("vocab.model", small_vocabulary()->content());
  VocabularyOptions options;
  options.size = 330;
  const auto refusal = [&] {
    return message_of(
        [&] { provide_vocabularies(options, {spec}, InvalidUtf8::kError, folder_.path()); });
  };
  for (const bool joint : {true, false}) {
    options.joint = joint;
    EXPECT_THAT(refusal(), HasSubstr("vocab.model: a vocabulary that was not trained here"));
    EXPECT_EQ(sha256_file(model), small_vocabulary()->hash());
  }
  // In place of one that it made.
  options.joint = true;
  fs::remove(model);
  EXPECT_EQ(refusal(), "no error");
  write_file(model, small_vocabulary()->content());
  EXPECT_THAT(refusal(), HasSubstr("not trained here"));
  EXPECT_EQ(sha256_file(model), small_vocabulary()->hash());
}

// A run whose recipe changed before its first update must not be read with what it had then.
TEST_F(Prepare, KeepsOneVocabularyOrOneForEachSide) {
  const CorpusSpec spec = CorpusSpec::parse(write_parallel(folder_.path(), "train", 600));
  const std::string place = folder_.file("prepared");
  fs::create_directory(folder_.file("run"));
  VocabularyOptions options;
  options.size = 330;
  for (const bool joint : {true, false, true}) {
    options.joint = joint;
    const auto made = provide_vocabularies(options, {spec}, InvalidUtf8::kError, place);
    const auto opened = open_vocabularies(place);
    EXPECT_EQ(opened.source->hash(), made.source->hash());
    EXPECT_EQ(opened.target->hash(), made.target->hash());
    EXPECT_EQ(std::distance(fs::directory_iterator(place), {}), joint ? 2 : 4);

    save_vocabularies(made, folder_.file("run"));
    EXPECT_EQ(open_vocabularies(folder_.file("run")).target->hash(), made.target->hash());
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_.file("run")), {}), joint ? 2 : 4);
  }
  write_file(folder_.file("run/target.vocab.model"), small_vocabulary()->content());
  EXPECT_THAT(message_of([&] { open_vocabularies(folder_.file("run")); }),
              HasSubstr("which vocabulary is meant"));
}

TEST_F(Prepare, TrainsAVocabularyOnATableOnce) {
  std::string rows;
  const auto source = made_up_lines(600, 1), target = made_up_lines(600, 1001);
  for (size_t i = 0; i < source.size(); ++i) rows += source[i] + "\t" + target[i] + "\tx\n";
  const CorpusSpec table =
      CorpusSpec::parse(folder_.write("t.tsv", rows) + ":en-de", DocumentMarks::kTsv);
  const CorpusSpec files = CorpusSpec::parse(write_parallel(folder_.path(), "t", 600));
  VocabularyOptions options;
  options.size = 330;
  for (const bool joint : {true, false}) {
    options.joint = joint;
    const auto train = [&](const CorpusSpec& spec, const std::string& name) {
      return provide_vocabularies(options, {spec}, InvalidUtf8::kError, folder_.file(name));
    };
    EXPECT_EQ(train(table, "table").source->hash(), train(files, "files").source->hash());
    EXPECT_EQ(train(table, "table").target->hash(), train(files, "files").target->hash());
    const std::string model =
        folder_.file(joint ? "table/vocab.model" : "table/target.vocab.model");
    const auto written = fs::last_write_time(model);
    train(table, "table");
    EXPECT_EQ(fs::last_write_time(model), written);
    // The same file as other text: not the same vocabulary.
    train(CorpusSpec::parse(folder_.file("t.tsv") + "," + folder_.file("t.tsv") + ":en-de"),
          "table");
    EXPECT_NE(fs::last_write_time(model), written);
  }
}

}  // namespace
}  // namespace nmt
