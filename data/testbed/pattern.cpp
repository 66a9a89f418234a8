#include "data/testbed/pattern.h"

#include <algorithm>

namespace nmt::testbed {
namespace {

class PatternParser {
 public:
  explicit PatternParser(const GrammarNode& node) : node_(node), text_(node.as_text()) {}

  Pattern parse() {
    Pattern pattern = sequence("");
    if (at_ < text_.size()) node_.fail("']' without '[' in this pattern");
    return pattern;
  }

 private:
  /// Reads elements until one of `stops` at the top level, or the end.
  Pattern sequence(const std::string& stops) {
    Pattern elements;
    bool space = false;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ') {
        space = true;
        ++at_;
        continue;
      }
      if (c == ']' || (c == '|' && stops.find('|') != std::string::npos)) break;
      PatternElement element;
      if (c == '{') {
        element = expression();
      } else if (c == '[') {
        element = marked();
      } else {
        const size_t end = std::min(text_.find_first_of(" {[]|", at_), text_.size());
        if (end == at_) node_.fail("'|' outside of [ ] in this pattern");
        element.text = text_.substr(at_, end - at_);
        at_ = end;
      }
      element.space_before = space;
      space = false;
      elements.push_back(std::move(element));
    }
    return elements;
  }

  PatternElement expression() {
    const size_t end = text_.find('}', at_);
    if (end == std::string::npos) node_.fail("'{' without '}' in this pattern");
    std::string inside = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    PatternElement element;
    element.kind = PatternElement::Kind::kExpression;
    const size_t target = inside.find('@');
    if (target != std::string::npos) {
      element.expression.target = inside.substr(target + 1);
      inside.erase(target);
    }
    std::vector<std::string> parts = split(inside, '.');
    element.expression.name = parts[0];
    element.expression.operations.assign(parts.begin() + 1, parts.end());
    if (parts[0].empty()) node_.fail("an expression without a name in this pattern");
    return element;
  }

  PatternElement marked() {
    const size_t colon = text_.find(':', at_);
    if (colon == std::string::npos)
      node_.fail(
          "a marked part is written [phenomenon: words] or [phenomenon: words||wrong words]");
    PatternElement element;
    element.kind = PatternElement::Kind::kMarked;
    element.text = text_.substr(at_ + 1, colon - at_ - 1);
    at_ = colon + 1;
    element.inner = sequence("|");
    if (text_.compare(at_, 2, "||") == 0) {
      at_ += 2;
      element.wrong = sequence("");
    }
    if (at_ >= text_.size() || text_[at_] != ']') node_.fail("'[' without ']' in this pattern");
    ++at_;
    return element;
  }

  const GrammarNode& node_;
  const std::string text_;
  size_t at_ = 0;
};

void collect(const Pattern& pattern, std::vector<Expression>& found) {
  for (const PatternElement& element : pattern) {
    if (element.kind == PatternElement::Kind::kExpression) found.push_back(element.expression);
    collect(element.inner, found);
    collect(element.wrong, found);
  }
}

}  // namespace

bool Expression::has(const std::string& operation) const {
  return std::find(operations.begin(), operations.end(), operation) != operations.end();
}

Pattern parse_pattern(const GrammarNode& node) {
  return PatternParser(node).parse();
}

std::vector<Expression> expressions_of(const Pattern& pattern) {
  std::vector<Expression> found;
  collect(pattern, found);
  return found;
}

}  // namespace nmt::testbed
