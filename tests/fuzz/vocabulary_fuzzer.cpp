// A SentencePiece model: refused, or it segments, samples and joins text.

#include "data/vocabulary.h"
#include "tests/fuzz/fuzzing.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nmt;
  fuzzing::accepts([&] {
    const auto vocabulary = Vocabulary::parse(std::string(fuzzing::bytes_of(data, size)), "input");
    RandomStream random(1);
    for (const std::string text : {"", "kalo mi", "Ünïcode ﬁ ①\t\u3000", "\U0001f600\u200b"}) {
      const std::vector<int32_t> ids = vocabulary->encode(text);
      for (const int32_t id : ids)
        fuzzing::require(id >= 0 && id < vocabulary->size(), "ids are those of pieces");
      const std::string line = vocabulary->decode(ids);
      fuzzing::require(line.find('\n') == std::string::npos, "a translation is one line");
      fuzzing::accepts([&] { vocabulary->resample(ids, {.unigram_alpha = 0.5}, random); });
      fuzzing::accepts([&] { vocabulary->resample(ids, {.bpe_dropout = 0.5}, random); });
      if (!ids.empty()) split_long(*vocabulary, ids, 2);
    }
  });
  return 0;
}
