#pragma once

#include <string>
#include <vector>

#include "data/testbed/grammar_file.h"

// The pattern of a sentence in one language: words, {expressions} and [phenomenon: marked words ||
// wrong words].
//   "Gestern [verb_position: {haben.pres@who} {who}||{who} {haben.pres@who}] {it.acc} {v.pp}."
// Spaces in the pattern are spaces in the sentence; grammar/README.md describes the expressions.

namespace nmt::testbed {

/// {name.operation.operation@target}
struct Expression {
  std::string name;
  std::vector<std::string> operations;
  std::string target;
  bool has(const std::string& operation) const;
};

struct PatternElement {
  enum class Kind { kLiteral, kExpression, kMarked };
  Kind kind = Kind::kLiteral;
  bool space_before = false;
  std::string text;                          // the literal, or the phenomenon
  Expression expression;                     // kExpression
  std::vector<PatternElement> inner, wrong;  // kMarked; `wrong` may be empty
};

using Pattern = std::vector<PatternElement>;

/// Parses the text at `node`. Throws Error at its position for unbalanced brackets.
Pattern parse_pattern(const GrammarNode& node);

/// All expressions of the pattern, those in marked parts included.
std::vector<Expression> expressions_of(const Pattern& pattern);

}  // namespace nmt::testbed
