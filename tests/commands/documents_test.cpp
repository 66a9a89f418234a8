// Documents through the program: training with the method length_bias, and `nmt translate
// --documents` with runs that have it and runs that do not.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "nmt/support/atomic_file.h"
#include "tests/commands/program.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {

namespace fs = std::filesystem;

ProgramResult train_documents(const std::string& run, const std::string& updates) {
  return train(run, {"--methods",
                     "length_bias",
                     "--data.train",
                     small_run().text("train.doc.{}:en-de"),
                     "--data.valid",
                     small_run().text("valid.doc.{}:en-de"),
                     "--data.test",
                     small_run().text("test.doc.{}:en-de"),
                     "--data.documents",
                     "blank-line",
                     "--doc.max_tokens",
                     "60",
                     "--decode.max_len_b",
                     "10",
                     "--lna.sites",
                     "enc",
                     "dec",
                     "crs",
                     "--train.max_updates",
                     updates,
                     "--valid.every",
                     "150",
                     "--save.every",
                     "150"});
}

/// A run with the method, trained once for 300 updates.
const std::string& document_run() {
  static const std::string run = [] {
    std::string folder = small_run().folder + "/documents";
    const ProgramResult result = train_documents(folder, "300");
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return folder;
  }();
  return run;
}

ProgramResult translate(const std::string& run, std::vector<std::string> more,
                        const std::string& input, const std::string& format = "blank-line") {
  std::vector<std::string> arguments = {"translate", run, "--documents",        format,
                                        "--threads", "1", "--decode.max_len_b", "10"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_program(arguments, input);
}

std::vector<std::string> source_lines(size_t count) {
  std::vector<std::string> lines = lines_of(read_file(small_run().text("test.en")));
  while (lines.size() < count) lines.insert(lines.end(), lines.begin(), lines.end());
  lines.resize(count);
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

TEST(Documents, KeepTheLayoutOfBlankLines) {
  const std::vector<std::string> s = source_lines(5);
  const std::string input =
      "\n" + s[0] + "\n" + s[1] + "\r\n\n\n" + s[2] + "\n  \n" + s[3] + "\n" + s[4];
  for (const std::string& run : {small_run().run, document_run()}) {
    const ProgramResult result = translate(run, {}, input);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const std::vector<std::string> lines = lines_of(result.out);
    ASSERT_EQ(lines.size(), 9U) << result.out;
    for (const size_t layout : {0, 3, 4}) EXPECT_EQ(lines[layout], "") << result.out;
    EXPECT_EQ(lines[6], "  ");
    size_t translated = 0;
    for (const size_t sentence : {1, 2, 5, 7, 8}) translated += !lines[sentence].empty();
    EXPECT_EQ(translated, 5U) << result.out;
  }
}

TEST(Documents, KeepTheOtherLayouts) {
  const TemporaryFolder folder;
  const std::vector<std::string> s = source_lines(4);
  const ProgramResult blank =
      translate(document_run(), {}, s[0] + "\n" + s[1] + "\n\n" + s[2] + "\n" + s[3] + "\n");
  ASSERT_EQ(blank.exit_code, 0) << blank.err;
  const std::vector<std::string> t = lines_of(blank.out);
  ASSERT_EQ(t.size(), 5U);

  const ProgramResult tagged =
      translate(document_run(), {},
                "<d>\n" + s[0] + "\n" + s[1] + "\n<d>\n" + s[2] + "\n" + s[3] + "\n", "d-tag");
  EXPECT_EQ(tagged.out, "<d>\n" + t[0] + "\n" + t[1] + "\n<d>\n" + t[3] + "\n" + t[4] + "\n")
      << tagged.err;

  const ProgramResult columns =
      translate(document_run(), {},
                "a\t" + s[0] + "\na\t" + s[1] + "\nb\t" + s[2] + "\nb\t" + s[3] + "\n", "id-tsv");
  EXPECT_EQ(columns.out, "a\t" + t[0] + "\na\t" + t[1] + "\nb\t" + t[3] + "\nb\t" + t[4] + "\n")
      << columns.err;

  write_file(folder.file("ids.docid.txt"), "7\n7\n9\n9\n");
  const ProgramResult numbered =
      translate(document_run(), {"--ids", folder.file("ids.docid.txt")}, joined(s), "docid");
  EXPECT_EQ(numbered.out, joined({t[0], t[1], t[3], t[4]})) << numbered.err;
}

TEST(Documents, SayWhichWayTheyAreTranslated) {
  const std::string input = joined(source_lines(3));
  EXPECT_NE(translate(small_run().run, {}, input).err.find("documents: sentence by sentence"),
            std::string::npos);
  const ProgramResult sliding = translate(document_run(), {}, input);
  EXPECT_NE(sliding.err.find("documents: sliding windows of 60 source and 60 target tokens"),
            std::string::npos)
      << sliding.err;
  EXPECT_NE(sliding.err.find("no document boundary in the input"), std::string::npos);
}

TEST(Documents, OfASentenceModelAreItsSentencesByDefault) {
  const std::vector<std::string> sentences = source_lines(6);
  const ProgramResult alone = run_program({"translate", small_run().run, "--threads", "1",
                                           "--decode.min_len", "1", "--decode.max_len_b", "10"},
                                          joined(sentences));
  EXPECT_EQ(translate(small_run().run, {}, joined(sentences)).out, alone.out);
}

TEST(Documents, OfFourHundredSentencesComeOutLineByLine) {
  const std::string input = joined(source_lines(400));
  for (const std::string& run : {small_run().run, document_run()})
    for (const char* mode : {"sliding", "chunked", "sentences", "whole"}) {
      const ProgramResult result = translate(run,
                                             {"--sd.mode", mode, "--sd.window", "60",
                                              "--sd.max_target_tokens", "60", "--decode.beam", "1"},
                                             input);
      ASSERT_EQ(result.exit_code, 0) << result.err;
      EXPECT_EQ(lines_of(result.out).size(), 400U) << mode;
    }
}

TEST(Documents, DoNotDependOnTheBatch) {
  std::string input;
  for (const std::string& line : source_lines(60)) {
    input += line + "\n";
    if (line.size() % 5 == 0) input += "\n";
  }
  const ProgramResult together = translate(document_run(), {}, input);
  EXPECT_EQ(together.out, translate(document_run(), {"--decode.batch_sentences", "1"}, input).out);
}

TEST(Documents, AreReported) {
  const TemporaryFolder folder;
  const ProgramResult result = translate(document_run(), {"--report", folder.file("report.jsonl")},
                                         joined(source_lines(14)) + "\n" + joined(source_lines(2)));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::vector<std::string> reports = lines_of(read_file(folder.file("report.jsonl")));
  ASSERT_EQ(reports.size(), 2U);
  const nlohmann::json report = nlohmann::json::parse(reports[0]);
  EXPECT_EQ(report["id"], "1");
  EXPECT_EQ(report["sentences"], 14);
  EXPECT_LT(report["log_prob"], 0);
  int64_t done = 0;
  for (const nlohmann::json& window : report["windows"]) {
    EXPECT_EQ(window["begin"].get<int64_t>() + window["context"].get<int64_t>(), done);
    EXPECT_LE(window["source_tokens"], 60);
    done += window["new"].get<int64_t>();
  }
  EXPECT_EQ(done, 14);
}

TEST(Documents, ReportWhichLimitCutThem) {
  const TemporaryFolder folder;
  const auto flags = [&](const std::vector<std::string>& limits) {
    std::vector<std::string> options{"--report", folder.file("report.jsonl")};
    options.insert(options.end(), limits.begin(), limits.end());
    const ProgramResult result = translate(document_run(), options, joined(source_lines(3)));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    const auto report = nlohmann::json::parse(read_file(folder.file("report.jsonl")));
    return std::pair<bool, bool>(report["budget_hit"], report["target_cap_hit"]);
  };
  EXPECT_EQ(flags({}), std::pair(false, false));
  // No sentence may end by itself, so each runs into the lower limit.
  EXPECT_EQ(flags({"--sd.min_sentence_tokens", "100", "--decode.max_len_a", "0"}),
            std::pair(true, false));
  EXPECT_EQ(flags({"--sd.min_sentence_tokens", "100", "--decode.max_len_a", "30"}),
            std::pair(false, true));
}

// What came in is translated while the rest is awaited: a person or a program at the other end of
// a pipe sees a document as soon as it has sent it.
TEST(Documents, AreAnsweredWhileTheInputIsOpen) {
  RunningProgram program(
      {"translate", document_run(), "--documents", "blank-line", "--threads", "1"});
  for (int document = 0; document < 2; ++document) {
    program.send(joined(source_lines(3)) + "\n");
    for (int line = 0; line < 3; ++line)
      EXPECT_NE(program.receive_line(), "") << "document " << document << ", line " << line;
    EXPECT_EQ(program.receive_line(), "");
  }
  program.send(joined(source_lines(2)));
  const ProgramResult rest = program.finish();
  EXPECT_EQ(rest.exit_code, 0) << rest.err;
  EXPECT_EQ(lines_of(rest.out).size(), 2U);
}

TEST(Documents, TakeReferencesAsContext) {
  const TemporaryFolder folder;
  const std::string sources = joined(source_lines(8));
  std::vector<std::string> references = lines_of(read_file(small_run().text("test.de")));
  references.resize(8);
  write_file(folder.file("reference"), joined(references));
  const ProgramResult result =
      translate(document_run(), {"--ref", folder.file("reference")}, sources);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(lines_of(result.out).size(), 8U);
  references.pop_back();
  write_file(folder.file("short"), joined(references));
  const ProgramResult unequal = translate(document_run(), {"--ref", folder.file("short")}, sources);
  EXPECT_NE(unequal.exit_code, 0);
  EXPECT_NE(unequal.err.find("part from the input after sentence 7"), std::string::npos)
      << unequal.err;
}

TEST(Documents, RefuseArgumentsThatContradictEachOther) {
  EXPECT_NE(translate(document_run(), {}, "", "docid").exit_code, 0);
  EXPECT_NE(translate(document_run(), {"--ids", "ids.docid"}, "").exit_code, 0);
  EXPECT_NE(translate(document_run(), {"--format", "nbest"}, "").exit_code, 0);
  const ProgramResult result =
      run_program({"translate", document_run(), "--report", "report.jsonl"}, "");
  EXPECT_NE(result.err.find("Add --documents FORMAT"), std::string::npos) << result.err;
  EXPECT_EQ(run_program({"translate", document_run(), "--documents"}, "").exit_code, 2);
}

TEST(Documents, OfNothingGiveNothing) {
  for (const char* input : {"", "\n\n  \n"}) {
    const ProgramResult result = translate(document_run(), {}, input);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.out.size(), std::string(input).size());
  }
}

TEST(DocumentTraining, ResumesToTheSameBits) {
  const std::string stopped = small_run().folder + "/stopped";
  ASSERT_EQ(train_documents(stopped, "150").exit_code, 0);
  const ProgramResult continued = train_documents(stopped, "300");
  ASSERT_EQ(continued.exit_code, 0) << continued.err;
  EXPECT_TRUE(tensors(stopped, "300") == tensors(document_run(), "300"));
  EXPECT_EQ(read_file(stopped + "/length_bias.json"),
            read_file(document_run() + "/length_bias.json"));
}

TEST(DocumentTraining, KeepsTheReferenceLengthsThatDecodingNeeds) {
  const TemporaryFolder folder;
  const std::string copy = copy_run(document_run(), folder);
  const std::string input = joined(source_lines(4));
  const std::string expected = translate(document_run(), {}, input).out;
  EXPECT_EQ(translate(copy, {}, input).out, expected);

  const nlohmann::json lengths = nlohmann::json::parse(read_file(copy + "/length_bias.json"));
  fs::remove(copy + "/length_bias.json");
  const ProgramResult lost = translate(copy, {}, input);
  EXPECT_NE(lost.exit_code, 0);
  EXPECT_NE(lost.err.find("lna.ref_src"), std::string::npos) << lost.err;
  const ProgramResult given = translate(
      copy, {"--lna.ref_src", lengths["source"].dump(), "--lna.ref_tgt", lengths["target"].dump()},
      input);
  EXPECT_EQ(given.out, expected) << given.err;
}

TEST(DocumentTraining, EvaluatesTestSetsAsDocuments) {
  const ProgramResult result =
      run_program({"evaluate", document_run(), "--threads", "1", "--decode.beam", "1"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.out.find("d-BLEU"), std::string::npos) << result.out;
  const nlohmann::json scores = nlohmann::json::parse(read_file(document_run() + "/scores.json"));
  EXPECT_EQ(scores[0]["documents"], "sliding60");
  EXPECT_TRUE(scores[0]["scores"].contains("d-BLEU"));
  // What translate makes of the same documents, without the blank lines between them.
  const ProgramResult translated =
      translate(document_run(), {"--decode.beam", "1"}, read_file(small_run().text("test.doc.en")));
  const std::vector<std::string> marks = lines_of(read_file(small_run().text("test.doc.en")));
  const std::vector<std::string> lines = lines_of(translated.out);
  std::vector<std::string> sentences;
  for (size_t i = 0; i < marks.size(); ++i)
    if (!marks[i].empty()) sentences.push_back(lines.at(i));
  EXPECT_EQ(read_file(document_run() + "/" + scores[0]["hypotheses"].get<std::string>()),
            joined(sentences));
}

/// The first documents of the test set, of about `lines` lines.
std::string first_documents(const std::string& language, size_t lines) {
  std::string text;
  for (const std::string& line : lines_of(read_file(small_run().text("test.doc." + language)))) {
    if (lines > 0) --lines;
    if (lines == 0 && line.empty()) break;
    text += line + "\n";
  }
  return text;
}

TEST(Documents, OptionsForThemNeedDocuments) {
  const ProgramResult result =
      run_program({"translate", small_run().run, "--sd.mode", "whole", "--threads", "1"}, "a\n");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("--sd.mode is for documents"), std::string::npos) << result.err;
}

TEST(Documents, EvaluateRefusesOptionsThatChangeNothing) {
  const ProgramResult result = run_program({"evaluate", small_run().run, "--sd.mode", "whole"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("--sd.mode has no effect on a run without length_bias"),
            std::string::npos)
      << result.err;
}

TEST(LengthCurve, ScoresTheSameDocumentsAtEveryLength) {
  const TemporaryFolder folder;
  write_file(folder.file("en"), first_documents("en", 20));
  write_file(folder.file("de"), first_documents("de", 20));
  const ProgramResult result = run_program(
      {"length-curve", document_run(), small_run().run, "--src", folder.file("en"), "--ref",
       folder.file("de"), "--lengths", "60", "120", "--numbers", folder.file("json"), "--plot",
       folder.file("plot.svg"), "--threads", "1", "--decode.beam", "1"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::vector<std::string> table = lines_of(result.out);
  ASSERT_EQ(table.size(), 3U) << result.out;
  for (const char* column : {"1 sent.", "60", "120", "whole", "sd.mode"})
    EXPECT_NE(table[0].find(column), std::string::npos) << table[0];
  EXPECT_EQ(read_file(folder.file("plot.svg")).rfind("<svg", 0), 0U);

  const nlohmann::json curves = nlohmann::json::parse(read_file(folder.file("json")));
  ASSERT_EQ(curves.size(), 2U);
  double before = 0;
  for (const nlohmann::json& point : curves[0]["points"]) {
    if (point["length"] == "sd.mode") break;
    EXPECT_GT(point["mean_source_tokens"], before);
    before = point["mean_source_tokens"];
  }

  // Single sentences, translated and scored by other commands.
  const ProgramResult sentences =
      translate(small_run().run, {"--sd.mode", "sentences", "--decode.beam", "1"},
                read_file(folder.file("en")));
  write_file(folder.file("hyp"), sentences.out);
  const ProgramResult scored =
      run_program({"score-documents", folder.file("de"), folder.file("hyp"), "--json"});
  ASSERT_EQ(scored.exit_code, 0) << scored.err;
  EXPECT_NE(scored.out.find(curves[1]["points"][0]["d-bleu"].dump().substr(0, 8)),
            std::string::npos)
      << scored.out << curves[1]["points"][0];
}

TEST(LengthCurve, RefusesTextsThatDoNotBelongTogether) {
  const TemporaryFolder folder;
  write_file(folder.file("en"), "a\nb\n\nc\n");
  write_file(folder.file("de"), "a\n\nb\nc\n");
  const ProgramResult result = run_program(
      {"length-curve", document_run(), "--src", folder.file("en"), "--ref", folder.file("de")});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("after sentence"), std::string::npos) << result.err;
}

TEST(Contrastive, PrefersStrictlyAndInContext) {
  const TemporaryFolder folder;
  const std::vector<std::string> source = lines_of(read_file(small_run().text("test.en")));
  const std::vector<std::string> target = lines_of(read_file(small_run().text("test.de")));
  nlohmann::json items = nlohmann::json::array();
  for (size_t i = 2; i < 8; ++i)
    items.push_back({{"src segment", source[i]},
                     {"ref segment", target[i]},
                     {"src context", {source[i - 2], source[i - 1]}},
                     {"ref context", {target[i - 2], target[i - 1]}},
                     {"errors", {{{"contrastive", i == 7 ? target[i] : target[i + 1]}}}}});
  write_file(folder.file("items.json"), items.dump());
  const auto contrastive = [&](const std::string& run, const std::string& mode) {
    const ProgramResult result =
        run_program({"contrastive", run, "--items", folder.file("items.json"), "--output",
                     folder.file("scores"), "--json", "--threads", "1", "--sd.mode", mode});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    const nlohmann::json report = nlohmann::json::parse(result.out);
    EXPECT_EQ(report["total"], 6) << result.out;
    EXPECT_EQ(report["ties"], 1) << "the last item's error is its reference";
    std::vector<double> scores;
    for (const std::string& line : lines_of(read_file(folder.file("scores"))))
      scores.push_back(std::stod(line));
    EXPECT_EQ(scores.size(), 12U);
    return scores;
  };
  const auto alone = contrastive(document_run(), "sentences"),
             in_context = contrastive(document_run(), "whole");

  // Without context they are the scores of the pairs.
  std::string sources, targets;
  for (size_t i = 2; i < 8; ++i) {
    sources += source[i] + "\n" + source[i] + "\n";
    targets += target[i] + "\n" + (i == 7 ? target[i] : target[i + 1]) + "\n";
  }
  write_file(folder.file("en"), sources);
  write_file(folder.file("de"), targets);
  const ProgramResult pairs =
      run_program({"score-pairs", document_run(), "--src", folder.file("en"), "--hyp",
                   folder.file("de"), "--threads", "1"});
  const std::vector<std::string> expected = lines_of(pairs.out);
  ASSERT_EQ(expected.size(), alone.size()) << pairs.err;
  for (size_t i = 0; i < alone.size(); ++i) {
    EXPECT_NEAR(alone[i], std::stod(expected[i]), 1e-3) << i;
    EXPECT_NE(alone[i], in_context[i]) << i;
    EXPECT_LT(in_context[i], 0);
  }
}

TEST(Contrastive, TakesContextsFromTheDocumentsOfContraPro) {
  const TemporaryFolder folder;
  std::vector<std::string> source = lines_of(read_file(small_run().text("test.en")));
  std::vector<std::string> target = lines_of(read_file(small_run().text("test.de")));
  source.resize(9);
  target.resize(9);
  std::filesystem::create_directories(folder.file("documents/ep"));
  std::string source_document, target_document;
  for (size_t i = 0; i < source.size(); ++i) {
    source_document += source[i] + "\n";
    target_document += target[i] + "\n";
  }
  write_file(folder.file("documents/ep/7.de"), target_document);
  write_file(folder.file("documents/ep/7.en"), source_document);

  nlohmann::json inside = nlohmann::json::array(), outside = inside;
  for (size_t i = 0; i < 8; i += 3) {
    nlohmann::json item = {{"src segment", source[i]},
                           {"ref segment", target[i]},
                           {"errors", {{{"contrastive", target[i + 1]}}}}};
    outside.push_back(item);
    outside.back()["document id"] = "7.de";
    outside.back()["segment id"] = i + 1;
    item["src context"] = std::vector<std::string>(source.begin(), source.begin() + i);
    item["ref context"] = std::vector<std::string>(target.begin(), target.begin() + i);
    inside.push_back(item);
  }
  const auto contrastive = [&](const nlohmann::json& items) {
    write_file(folder.file("items.json"), items.dump());
    return run_program({"contrastive", document_run(), "--items", folder.file("items.json"),
                        "--document_folder", folder.file("documents"), "-o", folder.file("scores"),
                        "--threads", "1", "--sd.mode", "whole"});
  };
  EXPECT_EQ(contrastive(inside).exit_code, 0);
  const std::string expected = read_file(folder.file("scores"));
  const ProgramResult same = contrastive(outside);
  EXPECT_EQ(same.exit_code, 0) << same.err;
  EXPECT_EQ(read_file(folder.file("scores")), expected);
  EXPECT_EQ(same.err.find("another segment"), std::string::npos) << same.err;

  outside[1]["segment id"] = 3;
  EXPECT_NE(contrastive(outside).err.find("1 of 3 items have another segment"), std::string::npos);
  outside[1]["segment id"] = 10;
  EXPECT_NE(contrastive(outside).err.find("item 2: \"segment id\" is 10, but the document has 9"),
            std::string::npos);
  outside[1]["document id"] = "8.de";
  outside[1]["src context"] = nullptr;  // as good as none
  const ProgramResult missing = contrastive(outside);
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_NE(missing.err.find("item 2: there is no document 8.de"), std::string::npos)
      << missing.err;
  folder.write("documents/8.de", target_document);
  folder.write("documents/8.en", source_document + "one more\n");
  EXPECT_NE(contrastive(outside).err.find("document 8.de has 10 source and 9 target lines"),
            std::string::npos);
  folder.write("documents/ep/8.de", target_document);
  EXPECT_NE(contrastive(outside).err.find("there are two documents 8.de"), std::string::npos);
}

TEST(Contrastive, NamesTheItemThatIsWrong) {
  const TemporaryFolder folder;
  write_file(folder.file("items.json"),
             R"([{"src segment": "a", "ref segment": "b", "errors": [{"contrastive": "c"}]},
                 {"src segment": "a", "errors": [{"contrastive": "c"}]}])");
  const ProgramResult result =
      run_program({"contrastive", document_run(), "--items", folder.file("items.json")});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("item 2"), std::string::npos) << result.err;
}

TEST(Contrastive, NamesTheItemThatIsTooLong) {
  const TemporaryFolder folder;
  std::string endless;
  for (int i = 0; i < 5000; ++i) endless += "word ";
  const nlohmann::json errors = {{{"contrastive", "c"}}};
  write_file(folder.file("items.json"),
             nlohmann::json{{{"src segment", "a"}, {"ref segment", "b"}, {"errors", errors}},
                            {{"src segment", endless}, {"ref segment", "b"}, {"errors", errors}}}
                 .dump());
  const ProgramResult result =
      run_program({"contrastive", document_run(), "--items", folder.file("items.json")});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("items.json: item 2 has a segment of"), std::string::npos)
      << result.err;
}

}  // namespace
}  // namespace nmt
