#pragma once

#include <string>
#include <vector>

#include "nmt/report/compared_systems.h"
#include "nmt/report/comparison.h"

// Two runs on two sets with texts that harm a careless page: markup, quotes, right-to-left text,
// control characters, a very long word and an empty line.

namespace nmt::report::testing {

inline TestSet small_set(const std::string& name) {
  return {.name = name,
          .sources = {"der Hund bellt laut", "eine Katze <b>", "שלום", "", std::string(400, 'w')},
          .references = {"the dog barks loudly", "a cat <script>alert(1)</script>",
                         "hello \"world\"", "nothing & more", "a long word"},
          .outputs = {{"the dog barks loud", "a cat <script>alert(2)</script>", "hello 'world'", "",
                       std::string(400, 'x')},
                      {"the dog barks loudly", "a hat <img src=x onerror=alert(3)>",
                       "hello\x01 world", "nothing & more", "a long word"}}};
}

inline ComparedSystems small_systems() {
  const TrainingFacts facts{.checkpoint = "best",
                            .parameters = 2096128,
                            .updates = 9415,
                            .target_tokens = 16245678,
                            .tokens_per_second = 5890.6,
                            .validation_bleu = {{1000, 24.9}, {2000, 33.3}, {3000, 36.3}},
                            .validation_loss = {{1000, 2.47}, {2000, 1.91}, {3000, 1.75}}};
  TrainingFacts unknown{.checkpoint = "average"};
  return {{{"base", facts}, {"</style><script>alert(4)</script>", unknown}},
          {small_set("test_1.de-en"), small_set("a\"set'<i>")}};
}

inline ComparisonOptions small_options() {
  return {.samples = 50};
}

}  // namespace nmt::report::testing
