#pragma once

// Scores that a reviewer can reproduce with sacreBLEU, to the last digit. Without LibTorch.
//
//   #include "nmt/scoring/scoring.h"
//   using namespace nmt::scoring;
//
//   std::vector<std::string> hypotheses, references;   // raw text in UTF-8, one entry a segment
//   const Score bleu = Bleu().corpus(hypotheses, references);
//   bleu.value                   34.5164…
//   bleu.signature.text()        "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:…"
//   to_line(bleu)                "BLEU|nrefs:1|… = 34.52 66.7/42.1/27.8/18.6 (BP = 1.000 …)"
//   to_json(bleu)                the same as JSON
//
// Metrics are Bleu, Chrf and Ter; their options are structs:
//   Chrf({.word_order = 2}), Bleu({.tokenizer = "zh", .lowercase = true}), Ter()
// Several references, and missing ones: see References in metric.h.
// Each segment by itself:
//   Bleu({.effective_order = true}).sentences(hypotheses, references)
// Precisions and lengths:
//   bleu_metric.breakdown(bleu_metric.statistics(hypotheses, references).sum())
// Confidence intervals and paired tests of systems: see significance.h.
//
// A metric may be used from several threads at once. Wrong input is an nmt::Error.
//
// As a library of its own:
//   cmake --install build --component scoring --prefix DIR
//   find_package(nmt_scoring), target_link_libraries(… nmt::scoring)

#include "nmt/scoring/bleu.h"          // IWYU pragma: export
#include "nmt/scoring/chrf.h"          // IWYU pragma: export
#include "nmt/scoring/line_reader.h"   // IWYU pragma: export
#include "nmt/scoring/metric.h"        // IWYU pragma: export
#include "nmt/scoring/score.h"         // IWYU pragma: export
#include "nmt/scoring/significance.h"  // IWYU pragma: export
#include "nmt/scoring/ter.h"           // IWYU pragma: export
#include "nmt/scoring/tokenizer.h"     // IWYU pragma: export
