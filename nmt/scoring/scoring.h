#pragma once

// Scores that a reviewer can reproduce with sacreBLEU, to the last digit. Without LibTorch.
//
//   #include "nmt/scoring/scoring.h"
//   using namespace nmt::scoring;
//
//   std::vector<std::string> hypotheses, references;             // raw text, UTF-8, one entry a
//   segment const Score bleu = Bleu().corpus(hypotheses, references); const Score chrf =
//   Chrf().corpus(hypotheses, references); bleu.value                  34.5164…
//   bleu.signature.text() "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0-nmt.0.1.0"
//   to_line(bleu)               "BLEU|nrefs:1|… = 34.52 66.7/42.1/27.8/18.6 (BP = 1.000 ratio = …)"
//   to_json(bleu)               the same as JSON
//
// Options are structs:           Chrf({.word_order = 2}), Bleu({.tokenizer = "zh", .lowercase =
// true}) Several references, missing ones:  see References in metric.h Each segment by itself:
// Bleu({.effective_order = true}).sentences(hypotheses, references) Precisions and lengths:
// bleu.breakdown(bleu.statistics(hypotheses, references).sum()) Sums of statistics of segments, as
// resampling needs them: Metric::statistics() and Metric::value()
//
// A metric may be used from several threads at once. Wrong input is an nmt::Error.

#include "nmt/scoring/bleu.h"         // IWYU pragma: export
#include "nmt/scoring/chrf.h"         // IWYU pragma: export
#include "nmt/scoring/line_reader.h"  // IWYU pragma: export
#include "nmt/scoring/metric.h"       // IWYU pragma: export
#include "nmt/scoring/score.h"        // IWYU pragma: export
#include "nmt/scoring/ter.h"          // IWYU pragma: export
#include "nmt/scoring/tokenizer.h"    // IWYU pragma: export
