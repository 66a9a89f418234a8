#include "golden.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "golden_fixture.h"
#include "nmt/scoring/score_command.h"
#include "nmt/scoring/scoring.h"
#include "nmt/scoring/unicode.h"
#include "tests/temporary_folder.h"

namespace nmt::scoring::golden {
namespace {

using nlohmann::json;

/// Our version is the one thing that may differ.
std::string as_sacrebleu(std::string text) {
  for (size_t at = text.find(signature_version()); at != std::string::npos;
       at = text.find(signature_version(), at)) {
    text.replace(at, signature_version().size(), kCompatibleVersion);
  }
  return text;
}

// --- scores
// --------------------------------------------------------------------------------------------

struct Corpus {
  std::vector<std::string> hypotheses;
  std::vector<std::vector<std::optional<std::string>>> references;
};

Corpus to_corpus(const json& fixture) {
  Corpus corpus{fixture["hypotheses"].get<std::vector<std::string>>(), {}};
  for (const json& stream : fixture["references"]) {
    auto& references = corpus.references.emplace_back();
    for (const json& text : stream) {
      references.push_back(text.is_null() ? std::nullopt : std::optional(text.get<std::string>()));
    }
  }
  return corpus;
}

/// The last digit may depend on the C library's exp and log: fixtures from another machine are met
/// within this much.
double tolerance = 0;

void expect_same(double ours, double theirs) {
  EXPECT_NEAR(ours, theirs, tolerance * std::max(1.0, std::abs(theirs)));
}

void expect_same(const std::vector<double>& ours, const json& theirs) {
  ASSERT_EQ(ours.size(), theirs.size());
  for (size_t i = 0; i < ours.size(); ++i) expect_same(ours[i], theirs[i].get<double>());
}

void compare_breakdown(const Bleu& bleu, const Corpus& corpus, const json& theirs) {
  const BleuBreakdown ours =
      bleu.breakdown(bleu.statistics(corpus.hypotheses, corpus.references).sum());
  expect_same(ours.matches, theirs["counts"]);
  expect_same(ours.totals, theirs["totals"]);
  expect_same(ours.precisions, theirs["precisions"]);
  expect_same(ours.brevity_penalty, theirs["bp"].get<double>());
  EXPECT_EQ(ours.hypothesis_length, theirs["sys_len"].get<double>());
  EXPECT_EQ(ours.reference_length, theirs["ref_len"].get<double>());
}

void compare_metric(const Metric& metric, const Corpus& corpus, const json& theirs) {
  const Score ours = metric.corpus(corpus.hypotheses, corpus.references);
  EXPECT_EQ(ours.name, theirs["name"].get<std::string>());
  expect_same(ours.value, theirs["score"].get<double>());
  EXPECT_EQ(as_sacrebleu(to_line(ours)), theirs["line"].get<std::string>());
  EXPECT_EQ(as_sacrebleu(to_line(ours, {.decimals = 1, .signature = SignatureStyle::kShort})),
            theirs["short"].get<std::string>());
  EXPECT_EQ(as_sacrebleu(to_json(ours, {.decimals = 1})), theirs["json"].get<std::string>());
  const auto sentences = metric.sentences(corpus.hypotheses, corpus.references);
  ASSERT_EQ(sentences.size(), theirs["sentences"].size());
  for (size_t i = 0; i < sentences.size(); ++i) {
    SCOPED_TRACE("segment " + std::to_string(i) + ": " + corpus.hypotheses[i]);
    expect_same(sentences[i].value, theirs["sentences"][i].get<double>());
  }
}

// --- commands
// ------------------------------------------------------------------------------------------

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (size_t i = 0; i < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

/// A folder with the fixture's files as the working directory, until the end of the scope.
class WorkingFolder {
 public:
  explicit WorkingFolder(const json& files) : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(folder_.path());
    for (const auto& [file, content] : files.items()) {
      std::ofstream(file, std::ios::binary) << from_hex(content.get<std::string>());
    }
  }
  ~WorkingFolder() { std::filesystem::current_path(before_); }
  WorkingFolder(const WorkingFolder&) = delete;
  WorkingFolder& operator=(const WorkingFolder&) = delete;

 private:
  std::filesystem::path before_;
  TemporaryFolder folder_;
};

/// Without what follows from having fewer choices than sacreBLEU.
std::string without_choices(const std::string& message) {
  return message.substr(0, std::min(message.find(" (choose from"), message.find(" could match")));
}

/// Each of sacreBLEU's messages must be a line of ours; on success there must be no others.
void compare_messages(const std::string& ours, const json& theirs, int code) {
  if (theirs.is_null()) {
    EXPECT_NE(ours.find("nmt score: error: "), std::string::npos) << ours;
    return;
  }
  std::vector<std::string> lines;
  std::istringstream in(ours);
  for (std::string line; std::getline(in, line);) {
    const std::string prefix = "nmt score: error: ";
    lines.push_back(without_choices(line.starts_with(prefix) ? line.substr(prefix.size()) : line));
  }
  if (code == 0) {
    EXPECT_EQ(lines, theirs.get<std::vector<std::string>>());
  }
  for (const json& message : theirs) {
    if (message.get<std::string>().ends_with("(-t) from the following list:")) continue;
    EXPECT_NE(std::find(lines.begin(), lines.end(), without_choices(message.get<std::string>())),
              lines.end())
        << "missing: " << message << "\nours: " << ours;
  }
}

void compare_command(const json& theirs) {
  std::ifstream input(theirs["stdin"].is_null() ? "/dev/null" : theirs["stdin"].get<std::string>(),
                      std::ios::binary);
  for (const auto& [name, value] : theirs["environment"].items()) {
    setenv(name.c_str(), value.get<std::string>().c_str(), 1);
  }
  std::ostringstream output;
  std::ostringstream messages;
  const int code = run_score_command(theirs["arguments"].get<std::vector<std::string>>(),
                                     {input, output, messages});
  for (const auto& [name, value] : theirs["environment"].items()) unsetenv(name.c_str());
  EXPECT_EQ(code, theirs["code"].get<int>()) << messages.str();
  EXPECT_EQ(as_sacrebleu(output.str()), theirs["stdout"].get<std::string>());
  compare_messages(messages.str(), theirs["messages"], code);
}

}  // namespace

namespace {

TercomOptions tercom_options(const std::string& switches) {
  const auto is_on = [&switches](char letter) {
    return switches.find(letter) != std::string::npos;
  };
  return {is_on('n'), is_on('p'), is_on('a'), is_on('c')};
}

}  // namespace

void compare_tokens(const std::string& folder) {
  for (const json& theirs : read(folder, "tokens.json")) {
    const auto line = theirs["line"].get<std::string>();
    SCOPED_TRACE(theirs["line"].dump(-1, ' ', true));
    for (const char* name : {"13a", "intl", "zh", "char", "none"}) {
      EXPECT_EQ(make_tokenizer(name)->tokenize(line), theirs[name].get<std::string>()) << name;
    }
    const std::string plain = squeeze(to_lower(line));
    for (const char* switches : {"n", "na", "p", "pa", "np", "npa", "nc"}) {
      const std::string expected = theirs["tercom"].value(switches, plain);
      EXPECT_EQ(prepare_for_ter(line, tercom_options(switches)), expected) << switches;
    }
    EXPECT_EQ(to_lower(line), theirs["lower"].get<std::string>());
    EXPECT_EQ(trim_right(line), theirs["trimmed"].get<std::string>());
    const auto words = split(line);
    EXPECT_EQ(std::vector<std::string>(words.begin(), words.end()),
              theirs["split"].get<std::vector<std::string>>());
  }
}

void compare_scores(const std::string& folder, double relative_tolerance) {
  tolerance = relative_tolerance;
  const json fixture = read(folder, "scores.json");
  std::vector<Corpus> corpora;
  for (const json& corpus : fixture["corpora"]) corpora.push_back(to_corpus(corpus));
  for (const json& theirs : fixture["results"]) {
    SCOPED_TRACE(theirs["metric"].get<std::string>() + " " + theirs["options"].dump() +
                 " of corpus " + theirs["corpus"].dump());
    const Corpus& corpus = corpora[theirs["corpus"].get<size_t>()];
    const auto metric = make_metric(theirs["metric"].get<std::string>(), theirs["options"]);
    compare_metric(*metric, corpus, theirs);
    if (const auto* bleu = dynamic_cast<const Bleu*>(metric.get()))
      compare_breakdown(*bleu, corpus, theirs);
  }
}

void compare_commands(const std::string& folder) {
  const json fixture = read(folder, "commands.json");
  const WorkingFolder files(fixture["files"]);
  for (const json& theirs : fixture["commands"]) {
    SCOPED_TRACE("nmt score " + theirs["arguments"].dump() + " < " + theirs["stdin"].dump() + " " +
                 theirs["environment"].dump());
    compare_command(theirs);
  }
}

}  // namespace nmt::scoring::golden
