#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>

#include "data/testbed/discourse.h"
#include "nmt/support/atomic_file.h"

// Every sentence template in every language, in a file that a reader can proofread:
// testbed_golden.txt. After a change of the grammar, write it anew with
//   NMT_UPDATE_GOLDEN=1 build/test_data --gtest_filter='TestbedGolden.*'
// and read the difference.

namespace nmt::testbed {
namespace {

constexpr size_t kSamplesPerTemplate = 3;

std::string golden_text() {
  const Grammar grammar(default_grammar_folder(), {"en", "de", "fr", "es"});
  std::map<std::string, std::string> samples;
  std::map<std::string, size_t> counts;
  const DocumentGenerator generator(grammar, 11);
  for (uint64_t number = 0; number < 600; ++number) {
    const Document document = generator.generate(Split::kTrain, number);
    for (const Segment& segment : document.segments) {
      const std::string& id = segment.sentence->id;
      if (counts[id]++ >= kSamplesPerTemplate) continue;
      std::string& sample = samples[id];
      for (const auto& [slot, value] : segment.values)
        if (value.from_earlier) sample += "  [" + slot + ": " + value.word->id + "]\n";
      for (size_t i = 0; i < grammar.languages.size(); ++i)
        sample += "  " + grammar.languages[i].code + "  " +
                  render(grammar, *segment.sentence, segment.values, i).text + "\n";
    }
  }
  std::string all;
  for (const SentenceTemplate& sentence : grammar.templates)
    all += sentence.id + "\n" + samples[sentence.id] + "\n";
  return all;
}

TEST(TestbedGolden, EverySentenceInEveryLanguageIsAsProofread) {
  const std::string file = NMT_SOURCE_DIR "/tests/data/testbed_golden.txt";
  const std::string text = golden_text();
  if (std::getenv("NMT_UPDATE_GOLDEN") != nullptr) write_file(file, text);
  EXPECT_EQ(text, read_file(file));
}

}  // namespace
}  // namespace nmt::testbed
