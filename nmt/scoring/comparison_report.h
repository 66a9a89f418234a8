#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nmt/scoring/significance.h"
#include "nmt/scoring/terminal_style.h"

// How scores of several systems are printed.

namespace nmt::scoring {

struct ComparisonStyle {
  int decimals = 1;
  SignatureStyle signature = SignatureStyle::kLong;
  TerminalStyle terminal = TerminalStyle(TerminalStyle::Mode::kPlain);
  std::optional<PairedTest> test = {};  ///< the one that the outcomes come from
  std::string samples = {};             ///< how many trials the heading speaks of
};

/// A table drawn with lines, with what a test means and the signatures of the metrics below.
std::string to_text(const std::vector<MetricOutcome>& outcomes, const ComparisonStyle& style);

/// The same with the table in LaTeX.
std::string to_latex(const std::vector<MetricOutcome>& outcomes, const ComparisonStyle& style);

/// The scores alone: rounded ones as strings, those of tests with all digits.
std::string to_json(const std::vector<MetricOutcome>& outcomes, const ComparisonStyle& style);

}  // namespace nmt::scoring
