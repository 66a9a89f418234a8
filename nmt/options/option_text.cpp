// The table as text for people: --help and the annotated YAML of a run.

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <sstream>

#include "nmt/options/option_table.h"

namespace nmt {
namespace {

constexpr size_t kHelpColumn = 36;
constexpr size_t kCommentColumn = 40;

/// Characters, not bytes, so that columns line up.
size_t width_of(const std::string& utf8) {
  return static_cast<size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string padding(size_t used, size_t column) {
  return std::string(used < column ? column - used : 1, ' ');
}

/// `words` as lines of at most `width`, each after the first indented by `indent`.
std::string wrapped(const std::vector<std::string>& words, size_t indent, size_t width) {
  std::string lines;
  size_t column = indent;
  for (const std::string& word : words) {
    const size_t length = width_of(word);
    if (column > indent && column + 1 + length > width) {
      lines += "\n" + std::string(indent, ' ');
      column = indent;
    }
    if (column > indent) {
      lines += ' ';
      ++column;
    }
    lines += word;
    column += length;
  }
  return lines;
}

std::vector<std::string> split_words(const std::string& body) {
  std::istringstream stream(body);
  return {std::istream_iterator<std::string>(stream), {}};
}

/// "512; >= 2": what is known of an option besides its meaning, or "".
std::string bracket(const Option& option) {
  std::vector<std::string> parts;
  if (option.is_required()) {
    parts.push_back("required");
  } else if (!option.default_text().empty()) {
    parts.push_back(option.default_text());
  }
  const OptionValue& value = option.value();
  if (!value.limits().empty()) parts.push_back(value.limits());
  const bool hides_choices = option.value_hint().find('|') == std::string::npos;
  if (!value.allowed.empty() && hides_choices) parts.push_back(value.expected());
  std::string inside;
  for (const std::string& part : parts) inside += (inside.empty() ? "" : "; ") + part;
  return inside.empty() ? "" : "[" + inside + "]";
}

/// Meaning and bracket; a short bracket stays in one piece.
std::vector<std::string> help_words(const Option& option) {
  constexpr size_t kShort = 40;
  std::vector<std::string> words = split_words(option.help());
  const std::string last = bracket(option);
  if (last.size() <= kShort) {
    if (!last.empty()) words.push_back(last);
  } else {
    for (const std::string& word : split_words(last)) words.push_back(word);
  }
  return words;
}

/// "  -o, --output FILE", or "  RUN (--run)" for a bare word: the left column of --help.
std::string flag_text(const Option& option) {
  const std::string flag = "--" + option.key();
  if (option.positional_index() >= 0) return "  " + option.value_hint() + " (" + flag + ")";
  std::string all = "  ";
  if (option.short_flag() != '\0') all += std::string("-") + option.short_flag() + ", ";
  // A switch is given bare.
  return all + flag + (option.value().kind() == ValueKind::kFlag ? "" : " " + option.value_hint());
}

/// Whether YAML 1.1 and 1.2 both read `word`, written bare, as that very text: a letter, then
/// letters, digits and harmless marks, and no word with a meaning of its own.
bool is_plain_text(const std::string& word) {
  static const std::vector<std::string> kReserved = {"true", "false", "null", "yes", "no",
                                                     "on",   "off",   "y",    "n"};
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_harmless = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') ||
           std::string_view("_-./+").find(c) != std::string_view::npos;
  };
  if (word.empty() || !(is_letter(word[0]) || word[0] == '/')) return false;
  if (!std::all_of(word.begin(), word.end(), is_harmless)) return false;
  std::string lower = word;
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return std::find(kReserved.begin(), kReserved.end(), lower) == kReserved.end();
}

/// `word` in double quotes. Control characters and the line breaks that only some YAML readers know
/// are escaped.
std::string double_quoted(const std::string& word) {
  std::string quoted = "\"";
  for (size_t i = 0; i < word.size(); ++i) {
    const auto byte = static_cast<unsigned char>(word[i]);
    const std::string_view rest = std::string_view(word).substr(i);
    if (byte == '"' || byte == '\\') {
      quoted += '\\';
      quoted += word[i];
    } else if (byte == '\n') {
      quoted += "\\n";
    } else if (byte == '\t') {
      quoted += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\x%02x", byte);
      quoted += escape;
    } else if (byte == 0xC2 && rest.size() > 1 && static_cast<unsigned char>(rest[1]) < 0xA0) {
      char escape[8];  // U+0080 … U+009F
      std::snprintf(escape, sizeof escape, "\\x%02x", static_cast<unsigned char>(rest[1]));
      quoted += escape;
      i += 1;
    } else if (rest.starts_with("\u2028") || rest.starts_with("\u2029") ||
               rest.starts_with("\uFEFF")) {
      quoted += rest.starts_with("\u2028")   ? "\\u2028"
                : rest.starts_with("\u2029") ? "\\u2029"
                                             : "\\ufeff";
      i += 2;
    } else {
      quoted += word[i];
    }
  }
  return quoted + "\"";
}

std::string yaml_element(const std::string& element, ValueKind kind) {
  if (kind == ValueKind::kText) return is_plain_text(element) ? element : double_quoted(element);
  // YAML 1.1 readers take 1e-09 for a text; 1.0e-09 is a number to all.
  const size_t exponent = element.find('e');
  if (kind == ValueKind::kNumber && exponent != std::string::npos &&
      element.find('.') == std::string::npos) {
    return element.substr(0, exponent) + ".0" + element.substr(exponent);
  }
  return element;
}

std::string yaml_value(const OptionValue& value) {
  std::string all;
  for (const std::string& element : value.get()) {
    all += (all.empty() ? "" : ", ") + yaml_element(element, value.kind());
  }
  return value.is_list() ? "[" + all + "]" : all;
}

/// What may be written there besides the present value: "pre|post", ">= 1", or "".
std::string yaml_remark(const Option& option) {
  if (!option.value().allowed.empty()) {
    std::string all;
    for (const std::string& name : option.value().allowed) all += (all.empty() ? "" : "|") + name;
    return " (" + all + ")";
  }
  const std::string limits = option.value().limits();
  return limits.empty() ? "" : " (" + limits + ")";
}

/// One option of --help, with its line breaks.
std::string help_entry(const Option& option, size_t width) {
  std::string entry = flag_text(option);
  const bool fits = width_of(entry) + 2 <= kHelpColumn;
  entry += fits ? padding(width_of(entry), kHelpColumn) : "\n" + std::string(kHelpColumn, ' ');
  return entry + wrapped(help_words(option), kHelpColumn, width) + "\n";
}

/// One option of the YAML: "  heads: 8    # attention heads (>= 1)".
std::string yaml_line(const Option& option) {
  std::string line = option.group().empty() ? "" : "  ";
  line += option.name() + ": " + yaml_value(option.value());
  line += padding(width_of(line), kCommentColumn) + "#";
  // A line break in the help text would end the comment.
  for (const std::string& word : split_words(option.help() + yaml_remark(option))) {
    line += ' ';
    line += word;
  }
  return line + "\n";
}

}  // namespace

std::string OptionTable::help(const std::function<bool(const Option&)>& wanted,
                              size_t width) const {
  std::string all;
  for (const auto& [name, heading] : groups()) {
    std::string entries;
    for (const Option* option : options_of(name)) {
      if (wanted(*option)) entries += help_entry(*option, width);
    }
    if (entries.empty()) continue;
    if (!all.empty()) all += '\n';
    all.append(heading).append(":\n").append(entries);
  }
  return all;
}

std::string OptionTable::to_yaml(const std::function<bool(const Option&)>& wanted) const {
  std::string all;
  for (const auto& [name, heading] : groups()) {
    std::string lines;
    for (const Option* option : options_of(name)) {
      if (option->is_command_line_only() || !option->value().has_value()) continue;
      if (wanted(*option)) lines += yaml_line(*option);
    }
    if (lines.empty()) continue;
    if (!all.empty()) all += '\n';
    all.append("# ").append(heading).append("\n");
    if (!name.empty()) all.append(name).append(":\n");
    all += lines;
  }
  return all;
}

}  // namespace nmt
