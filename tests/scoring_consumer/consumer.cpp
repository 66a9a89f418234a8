#include <iostream>

#include "nmt/scoring/scoring.h"

int main() {
  using namespace nmt::scoring;
  const std::vector<std::string> hypotheses = {"the cat sat on the mat", "so it was"};
  const std::vector<std::string> references = {"the cat sat on a mat", "so it was"};
  std::cout << to_line(Ter().corpus(hypotheses, references)) << '\n'
            << to_line(corpus_with_confidence(Chrf(), hypotheses, references, {.samples = 100}))
            << '\n';
}
