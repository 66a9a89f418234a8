#pragma once

#include <cstdint>
#include <string>

#include "nmt/report/compared_systems.h"
#include "nmt/report/comparison.h"

// A comparison as tables for the terminal, for papers and for programs. The HTML page is in page.h.

namespace nmt::report {

/// For each test set a row for each metric and system, then the facts of runs, what the numbers
/// mean, and signatures. Scores have two decimals.
std::string to_text(const Comparison& comparison, const ComparedSystems& compared);

/// The same with compact tables, a row for each system.
std::string to_markdown(const Comparison& comparison, const ComparedSystems& compared);

/// One tabular with a row for each system and columns for each test set and metric, with the rules
/// of the package booktabs; explanations and signatures are comments.
std::string to_latex(const Comparison& comparison, const ComparedSystems& compared);

/// Everything that the tables show, not rounded.
std::string to_json(const Comparison& comparison, const ComparedSystems& compared);

/// A table of texts: what the formats and the page have in common.
struct TextRows {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};

/// Checkpoint, parameters, updates, target tokens and speed of each system that is a run, with "–"
/// for what is not known; no rows when none is a run.
TextRows training_rows(const ComparedSystems& compared);

/// "12,345,678"
std::string grouped(int64_t number);

/// "+0.52" or "-0.52".
std::string signed_number(double value, int decimals);

/// Distinct "NAME SIGNATURE" lines of all sets.
std::vector<std::string> signature_lines(const Comparison& comparison);

}  // namespace nmt::report
