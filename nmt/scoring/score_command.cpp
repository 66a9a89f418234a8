#include "nmt/scoring/score_command.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <istream>
#include <map>
#include <ostream>

#include "nmt/scoring/bleu.h"
#include "nmt/scoring/line_reader.h"
#include "nmt/scoring/score_options.h"
#include "nmt/scoring/unicode.h"
#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

constexpr int kFailure = 1;
constexpr int kWrongUsage = 2;
constexpr int kWrongColumns = 17;

/// An error that sacreBLEU has too: its message is already printed.
struct Exit {
  int code;
};

/// Metrics by the name under which their results are sorted.
using Metrics = std::map<std::string, std::unique_ptr<Metric>>;

std::string upper(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return std::toupper(c); });
  return name;
}

class ScoreCommand {
 public:
  ScoreCommand(ParsedArguments arguments, const CommandStreams& streams)
      : arguments_(std::move(arguments)), streams_(streams), format_name_(chosen_format()) {}

  int run() {
    if (arguments_.has("--help")) return print_help();
    if (arguments_.has("--version")) {
      streams_.out << "nmt score " << signature_version() << '\n';
      return 0;
    }
    check_arguments();
    const std::vector<std::vector<std::string>> references = read_references();
    const std::vector<std::string> hypotheses = read_hypotheses();
    check_subsets();
    check_lengths(hypotheses, references);
    const Metrics metrics = make_metrics();
    if (arguments_.has("--sentence-level")) {
      print_sentences(*metrics.begin()->second, hypotheses, references);
    } else {
      print_corpus(metrics, hypotheses, references);
    }
    return 0;
  }

 private:
  /// Prints a message as Python's logging does: with a prefix unless --quiet is on.
  void report(const std::string& message) const {
    streams_.err << (arguments_.has("--quiet") ? "" : "sacreBLEU: ") << message << '\n';
  }

  [[noreturn]] void fail(const std::vector<std::string>& messages, int code = kFailure) const {
    for (const auto& message : messages) report(message);
    throw Exit{code};
  }

  std::string chosen_format() const {
    const auto& options = score_options();
    const auto option =
        std::find_if(options.begin(), options.end(),
                     [](const ArgumentOption& each) { return each.names.front() == "--format"; });
    if (const char* environment = std::getenv("SACREBLEU_FORMAT")) {
      std::string name = to_lower(environment);
      if (std::find(option->choices.begin(), option->choices.end(), name) != option->choices.end())
        return name;
    }
    return arguments_.one("--format", "json");
  }

  std::vector<std::string> metric_names() const {
    return arguments_.has("--metrics") ? arguments_.all("--metrics")
                                       : std::vector<std::string>{"bleu"};
  }

  int column_count() const { return arguments_.integer("--num-refs", 1); }

  int print_help() const {
    streams_.out
        << "Scores translations against references, as sacreBLEU " << kCompatibleVersion
        << " does.\n\n"
        << "usage: nmt score REF... [-i HYP] [-m bleu chrf] [options]\n"
        << "       nmt score REF... < HYP\n\n"
        << describe_options(score_options())
        << "\nReferences stand together, before or behind the options but not right after -i, -m "
           "or --echo,\n"
        << "which take all that follows. One line is one segment; give raw text, not tokenized.\n";
    return 0;
  }

  void check_arguments() const {
    const std::string no_sets = "nmt score has no test sets of its own: give files of references.";
    if (arguments_.has("--download") || arguments_.has("--list")) fail({no_sets});
    if (arguments_.has("--sentence-level") && metric_names().size() > 1) {
      fail({"Only one metric can be used in sentence-level mode."});
    }
    const bool has_test_set = arguments_.has("--test-set");
    if (arguments_.has("--citation") && !has_test_set) fail({"I need a test set (-t)."});
    if (column_count() != 1 && (has_test_set || arguments_.positionals.size() > 1)) {
      fail(
          {"The --num-refs argument allows you to provide any number of tab-delimited references "
           "in a single file.",
           "You can only use it with externally provided references, however (i.e., not with "
           "`-t`),",
           "and you cannot then provide multiple reference files."});
    }
    if (has_test_set)
      fail({"Unknown test set '" + arguments_.one("--test-set", "") + "'", no_sets});
    if (arguments_.positionals.empty()) {
      fail(
          {"If manual references given, make sure to provide them before the -i/--input argument "
           "to avoid confusion.",
           no_sets});
    }
    if (arguments_.has("--echo"))
      fail({"--echo requires a test set (--t) and a language pair (-l)"});
    target_language();
  }

  /// The second part of -l, empty without it.
  std::string target_language() const {
    const std::string pair = arguments_.one("--language-pair", "");
    if (!arguments_.has("--language-pair")) return "";
    const size_t dash = pair.find('-');
    if (dash == std::string::npos) {
      throw Error("'" + pair + "' is not a language pair",
                  "Give source and target, as in -l en-de.");
    }
    return pair.substr(dash + 1, pair.find('-', dash + 1) - dash - 1);
  }

  std::vector<std::string> read_trimmed(const std::string& file) const {
    std::vector<std::string> lines = read_lines(file, arguments_.one("--encoding", "utf-8"));
    for (auto& line : lines) line.resize(trim_right(line).size());
    return lines;
  }

  std::vector<std::vector<std::string>> read_references() const {
    std::vector<std::vector<std::string>> streams;
    if (column_count() == 1) {
      for (const auto& file : arguments_.positionals) streams.push_back(read_trimmed(file));
      return streams;
    }
    const int columns = column_count();
    streams.resize(static_cast<size_t>(std::max(columns, 1)));
    const auto lines = read_trimmed(arguments_.positionals.front());
    for (size_t i = 0; i < lines.size(); ++i) {
      const auto fields = split_tabs(lines[i], columns);
      if (static_cast<int64_t>(fields.size()) != columns) {
        fail({text("FATAL: line ", i + 1, ": expected ", columns, " fields, but found ",
                   fields.size(), ".")},
             kWrongColumns);
      }
      for (size_t column = 0; column < fields.size(); ++column)
        streams[column].push_back(fields[column]);
    }
    return streams;
  }

  /// At most `most` parts between tabs, the last holding the rest; any number when `most` is
  /// below 1.
  static std::vector<std::string> split_tabs(const std::string& line, int most) {
    std::vector<std::string> fields;
    size_t start = 0;
    size_t tab = line.find('\t');
    while (tab != std::string::npos &&
           (most < 1 || fields.size() + 1 < static_cast<size_t>(most))) {
      fields.push_back(line.substr(start, tab - start));
      start = tab + 1;
      tab = line.find('\t', start);
    }
    fields.push_back(line.substr(start));
    return fields;
  }

  std::vector<std::string> read_hypotheses() const {
    if (!arguments_.has("--input")) return read_standard_input();
    const auto files = arguments_.all("--input");
    if (files.size() != 1) fail_several(files.size());
    return read_trimmed(files.front());
  }

  std::vector<std::string> read_standard_input() const {
    std::string bytes((std::istreambuf_iterator<char>(streams_.in)),
                      std::istreambuf_iterator<char>());
    const std::string decoded =
        decode_text(std::move(bytes), arguments_.one("--encoding", "utf-8"), "<stdin>");
    std::vector<std::string> lines = split_lines(decoded, LineEnds::kUniversal);
    if (lines.empty()) lines.emplace_back();  // nothing at all is one empty hypothesis
    size_t systems = 0;
    for (auto& line : lines) {
      line.resize(trim_right(line).size());
      const size_t fields = 1 + static_cast<size_t>(std::count(line.begin(), line.end(), '\t'));
      if (systems == 0) systems = fields;
      if (fields != systems) {
        fail({"FATAL: the number of tab-delimited fields in the input stream differ across lines."},
             kWrongColumns);
      }
    }
    if (systems != 1) fail_several(systems);
    return lines;
  }

  [[noreturn]] void fail_several(size_t systems) const {
    if (arguments_.has("--sentence-level") && systems > 1) {
      fail({"Only one system can be evaluated in sentence-level mode."});
    }
    throw Error(text("nmt score takes one system, but ", systems, " are given"),
                "Score them one after the other.");
  }

  void check_subsets() const {
    if (!arguments_.has("--origlang") && !arguments_.has("--subset")) return;
    throw Error("Filtering for --origlang or --subset needs a test (-t) and a language pair (-l).");
  }

  void check_lengths(const std::vector<std::string>& hypotheses,
                     const std::vector<std::vector<std::string>>& references) const {
    if (hypotheses.empty()) fail({"Test set None contains no sentence"});
    for (const auto& stream : references) {
      if (stream.size() != hypotheses.size())
        fail({"System and reference streams have different lengths."});
    }
  }

  Metrics make_metrics() const {
    const Level level = arguments_.has("--sentence-level") ? Level::kSentence : Level::kCorpus;
    Metrics metrics;
    for (const auto& name : metric_names()) {
      if (name == "bleu") warn_about_tokenizer();
      metrics[upper(name)] = make_metric(name, arguments_, level, target_language());
    }
    return metrics;
  }

  void warn_about_tokenizer() const {
    if (!arguments_.has("--tokenize")) return;
    const std::string tokenizer = arguments_.one("--tokenize", "");
    const std::string language = target_language();
    const auto consider = [&](const std::string& code, const std::string& best,
                              const std::string& name) {
      if (language == code && tokenizer != best) {
        report("Consider using the '" + best + "' or 'spm' tokenizer for " + name + ".");
      }
    };
    consider("zh", "zh", "Chinese");
    consider("ja", "ja-mecab", "Japanese");
    consider("ko", "ko-mecab", "Korean");
    if (tokenizer == "spm" && !arguments_.has("--spm-model")) {
      report("Tokenizer 'spm' has been changed to 'flores101', and may be removed in the future.");
    }
  }

  ScoreFormat score_format() const {
    ScoreFormat format;
    format.decimals = arguments_.integer("--width", 1);
    if (arguments_.has("--short")) format.signature = SignatureStyle::kShort;
    if (arguments_.has("--score-only")) format.content = ScoreFormat::Content::kNumber;
    return format;
  }

  void print_sentences(const Metric& metric, const std::vector<std::string>& hypotheses,
                       const std::vector<std::vector<std::string>>& references) const {
    const ScoreFormat format = score_format();
    for (const Score& score : metric.sentences(hypotheses, references))
      streams_.out << to_line(score, format) << '\n';
  }

  void print_corpus(const Metrics& metrics, const std::vector<std::string>& hypotheses,
                    const std::vector<std::vector<std::string>>& references) const {
    const bool json = format_name_ == "json" && !arguments_.has("--detail");
    const ScoreFormat format = score_format();
    std::vector<std::string> results;
    for (const auto& [name, metric] : metrics) {
      const Score score = metric->corpus(hypotheses, references);
      if (name == "BLEU") warn_about_tokenized(hypotheses);
      results.push_back(json ? to_json(score, format) : to_line(score, format));
    }
    if (json) {
      print_json(results);
    } else {
      print_lines(results);
    }
    if (arguments_.has("--detail")) {
      streams_.out << "No subset information found. Consider using --origlang argument.\n";
    }
  }

  void warn_about_tokenized(const std::vector<std::string>& hypotheses) const {
    if (arguments_.has("--force") || !looks_tokenized(hypotheses)) return;
    report("That's 100 lines that end in a tokenized period ('.')");
    report("It looks like you forgot to detokenize your test data, which may hurt your score.");
    report(
        "If you insist your data is detokenized, or don't care, you can suppress this message with "
        "the `force` "
        "parameter.");
  }

  void print_json(const std::vector<std::string>& results) const {
    if (results.size() == 1) {
      streams_.out << results.front() << '\n';
      return;
    }
    streams_.out << "[\n";
    for (size_t i = 0; i < results.size(); ++i) streams_.out << (i == 0 ? "" : ",\n") << results[i];
    streams_.out << "\n]\n";
  }

  /// Lines of several metrics stand with their equals signs below each other.
  void print_lines(const std::vector<std::string>& results) const {
    size_t widest = 0;
    for (const auto& line : results) {
      if (const size_t equals = line.find('='); equals != std::string::npos)
        widest = std::max(widest, equals);
    }
    for (const auto& line : results) {
      const size_t equals = line.find('=');
      streams_.out << std::string(equals == std::string::npos ? 0 : widest - equals, ' ') << line
                   << '\n';
    }
  }

  ParsedArguments arguments_;
  const CommandStreams& streams_;
  std::string format_name_;
};

}  // namespace

int run_score_command(const std::vector<std::string>& arguments, const CommandStreams& streams) {
  try {
    const int code =
        ScoreCommand(parse_arguments(arguments, score_options(), immediate_score_options()),
                     streams)
            .run();
    if (!streams.out.flush())
      throw Error("cannot write the scores", "Check where the output goes and its free space.");
    return code;
  } catch (const Exit& exit) {
    return exit.code;
  } catch (const UsageError& error) {
    streams.err << "usage: nmt score REF... [-i HYP] [-m bleu chrf] [options]; all of them: nmt "
                   "score --help\n"
                << "nmt score: error: " << error.what() << '\n';
    return kWrongUsage;
  } catch (const Error& error) {
    streams.err << "nmt score: error: " << error.what() << '\n';
    return kFailure;
  }
}

}  // namespace nmt::scoring
