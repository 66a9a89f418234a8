#include "nmt/scoring/score_command.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <ostream>
#include <thread>

#include "nmt/scoring/bleu.h"
#include "nmt/scoring/comparison_report.h"
#include "nmt/scoring/score_checks.h"
#include "nmt/scoring/score_input.h"
#include "nmt/scoring/score_listing.h"
#include "nmt/scoring/score_messages.h"
#include "nmt/scoring/score_options.h"
#include "nmt/scoring/significance.h"
#include "nmt/scoring/unicode.h"
#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

constexpr int kFailure = 1;
constexpr int kWrongUsage = 2;

/// Metrics by the name that -m gives them, in capitals.
struct NamedMetric {
  std::string name;
  std::unique_ptr<Metric> metric;
};
using Metrics = std::vector<NamedMetric>;

std::string upper(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return std::toupper(c); });
  return name;
}

class ScoreCommand {
 public:
  ScoreCommand(ParsedArguments arguments, const CommandStreams& streams)
      : arguments_(std::move(arguments)),
        streams_(streams),
        messages_(streams.err, arguments_.has("--quiet") ? ScoreMessages::Volume::kQuiet
                                                         : ScoreMessages::Volume::kAll),
        style_(chosen_style()),
        format_name_(chosen_format()) {}

  int run() {
    if (arguments_.has("--help")) return print_help();
    if (arguments_.has("--version")) {
      streams_.out << "nmt score " << signature_version() << '\n';
      return 0;
    }
    check_score_arguments(arguments_, messages_);
    const ScoreInput input = read_score_input(arguments_, streams_.in, messages_);
    check_score_input(arguments_, input, messages_);
    Metrics metrics = make_metrics();
    if (!asks_for_paired_test(arguments_)) {
      std::sort(metrics.begin(), metrics.end(),
                [](const auto& a, const auto& b) { return a.name < b.name; });
    }
    const References references(input.references);
    if (arguments_.has("--sentence-level")) {
      print_sentences(*metrics.front().metric, input.systems.front().lines, references);
    } else if (input.systems.size() == 1) {
      print_corpus(metrics, input.systems.front().lines, references);
    } else {
      print_systems(metrics, input.systems, references);
    }
    return 0;
  }

 private:
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

  TerminalStyle chosen_style() const {
    const char* no_color = std::getenv("NO_COLOR");
    const bool plain = streams_.output == OutputKind::kFile || arguments_.has("--no-color") ||
                       (no_color != nullptr && *no_color != '\0');
    return TerminalStyle(plain ? TerminalStyle::Mode::kPlain : TerminalStyle::Mode::kColored);
  }

  int print_help() const {
    streams_.out
        << "Scores translations against references, as sacreBLEU " << kCompatibleVersion
        << " does.\n\n"
        << "usage: nmt score REF... [-i HYP...] [-m bleu chrf ter] [options]\n"
        << "       nmt score REF... < HYP\n\n"
        << describe_options(score_options())
        << "\nReferences stand together, before or behind the options but not right after -i, -m "
           "or --echo,\n"
        << "which take all that follows. One line is one segment; give raw text, not tokenized.\n";
    return 0;
  }

  /// In the order of -m; a repeated one stays where it was first.
  Metrics make_metrics() const {
    const Level level = arguments_.has("--sentence-level") ? Level::kSentence : Level::kCorpus;
    Metrics metrics;
    for (const auto& name : metric_names(arguments_)) {
      if (name == "bleu") warn_about_tokenizer();
      const bool known = std::any_of(metrics.begin(), metrics.end(),
                                     [&](const auto& each) { return each.name == upper(name); });
      if (!known)
        metrics.push_back(
            {upper(name), make_metric(name, arguments_, level, target_language(arguments_))});
    }
    return metrics;
  }

  void warn_about_tokenizer() const {
    if (!arguments_.has("--tokenize")) return;
    const std::string tokenizer = arguments_.one("--tokenize", "");
    const std::string language = target_language(arguments_);
    const auto consider = [&](const std::string& code, const std::string& best,
                              const std::string& name) {
      if (language == code && tokenizer != best) {
        messages_.warn("Consider using the '" + best + "' or 'spm' tokenizer for " + name + ".");
      }
    };
    consider("zh", "zh", "Chinese");
    consider("ja", "ja-mecab", "Japanese");
    consider("ko", "ko-mecab", "Korean");
    if (tokenizer == "spm" && !arguments_.has("--spm-model")) {
      messages_.warn(
          "Tokenizer 'spm' has been changed to 'flores101', and may be removed in the future.");
    }
  }

  ScoreFormat score_format() const {
    ScoreFormat format;
    format.decimals = arguments_.integer("--width", 1);
    if (arguments_.has("--short")) format.signature = SignatureStyle::kShort;
    if (arguments_.has("--score-only")) format.content = ScoreFormat::Content::kNumber;
    return format;
  }

  /// One processor, or as many as -j says.
  int threads() const {
    const int jobs = arguments_.integer("--paired-jobs", 1);
    if (jobs < 0)
      throw Error(text("nmt score cannot work with ", jobs, " threads"),
                  "Use -j 0 for all processors.");
    return jobs;
  }

  ResamplingOptions resampling_options(const std::string& count, int usual) const {
    return {RandomSeed::from_environment(), arguments_.integer(count, usual), threads()};
  }

  void print_sentences(const Metric& metric, const std::vector<std::string>& hypotheses,
                       const References& references) const {
    const ScoreFormat format = score_format();
    for (const Score& score : metric.sentences(hypotheses, references, threads()))
      streams_.out << to_line(score, format) << '\n';
  }

  Score score_corpus(const Metric& metric, const std::vector<std::string>& hypotheses,
                     const References& references) const {
    const ResamplingOptions options = resampling_options("--confidence-n", kUsualResamples);
    if (arguments_.has("--confidence") && options.samples > 1)
      return corpus_with_confidence(metric, hypotheses, references, options);
    return metric.corpus(hypotheses, references, threads());
  }

  /// --detail prints lines that JSON has no room for.
  bool wants_json() const { return format_name_ == "json" && !arguments_.has("--detail"); }

  void print_corpus(const Metrics& metrics, const std::vector<std::string>& hypotheses,
                    const References& references) const {
    const ScoreFormat format = score_format();
    std::vector<std::string> results;
    for (const auto& [name, metric] : metrics) {
      const Score score = score_corpus(*metric, hypotheses, references);
      if (name == "BLEU") warn_about_tokenized(hypotheses);
      results.push_back(wants_json() ? to_json(score, format) : to_line(score, format));
    }
    streams_.out << (wants_json() ? join_json(results) : align_lines(results, style_));
    if (arguments_.has("--detail")) {
      streams_.out << "No subset information found. Consider using --origlang argument.\n";
    }
  }

  void print_systems(const Metrics& metrics, const std::vector<ScoredSystem>& systems,
                     const References& references) const {
    messages_.info(text("Found ", systems.size(), " systems."));
    ComparisonStyle style;
    style.decimals = arguments_.integer("--width", style.decimals);
    if (arguments_.has("--short")) style.signature = SignatureStyle::kShort;
    style.terminal = style_;
    std::vector<MetricOutcome> outcomes;
    if (asks_for_paired_test(arguments_)) {
      const bool bootstrap = arguments_.has("--paired-bs");
      style.test = bootstrap ? PairedTest::kBootstrap : PairedTest::kApproximateRandomization;
      const std::string count = bootstrap ? "--paired-bs-n" : "--paired-ar-n";
      const int usual = bootstrap ? kUsualResamples : kUsualTrials;
      const ResamplingOptions options = resampling_options(count, usual);
      style.samples = text(options.samples);
      outcomes = test_systems(metrics, systems, references, *style.test, options);
    } else {
      outcomes = score_systems(metrics, systems, references);
    }
    if (wants_json()) {
      streams_.out << to_json(outcomes, style);
    } else {
      streams_.out << (format_name_ == "latex" ? to_latex(outcomes, style)
                                               : to_text(outcomes, style));
    }
  }

  std::vector<MetricOutcome> score_systems(const Metrics& metrics,
                                           const std::vector<ScoredSystem>& systems,
                                           const References& references) const {
    std::vector<MetricOutcome> outcomes;
    for (const auto& [name, metric] : metrics) {
      MetricOutcome outcome{metric->name(), metric->signature(references), {}};
      for (const ScoredSystem& system : systems) {
        if (name == "BLEU") warn_about_tokenized(system.lines);
        outcome.systems.push_back(
            {system.name, metric->corpus(system.lines, references, threads()).value});
      }
      outcomes.push_back(std::move(outcome));
    }
    return outcomes;
  }

  std::vector<MetricOutcome> test_systems(const Metrics& metrics,
                                          const std::vector<ScoredSystem>& systems,
                                          const References& references, PairedTest test,
                                          const ResamplingOptions& options) const {
    announce_test(metrics, systems, test, sample_count(test, options));
    std::vector<const Metric*> plain_metrics;
    for (const auto& each : metrics) plain_metrics.push_back(each.metric.get());
    std::vector<SystemOutput> outputs;
    for (const ScoredSystem& system : systems) outputs.push_back({system.name, system.lines});
    return compare_systems(plain_metrics, outputs, references, test, options);
  }

  /// What sacreBLEU says while it works, and its warnings.
  void announce_test(const Metrics& metrics, const std::vector<ScoredSystem>& systems,
                     PairedTest test, int samples) const {
    const auto consider = [&](const NamedMetric& each, const ScoredSystem& system,
                              const std::string& message) {
      messages_.info(message);
      if (each.name == "BLEU") warn_about_tokenized(system.lines);
    };
    for (const NamedMetric& each : metrics) {
      consider(each, systems.front(),
               "Pre-computing " + each.name + " statistics for '" + systems.front().name + "'");
    }
    announce_workers(systems.size() - 1);
    const std::string test_name =
        test == PairedTest::kBootstrap
            ? text("paired bootstrap resampling test (# resamples: ", samples, ")")
            : text("approximate randomization test (# trials: ", samples, ")");
    for (size_t i = 1; i < systems.size(); ++i) {
      for (const NamedMetric& each : metrics) {
        consider(each, systems[i],
                 "Computing " + each.metric->name() + " for '" + systems[i].name +
                     "' and extracting sufficient statistics");
        messages_.info(" > Performing " + test_name);
      }
    }
  }

  void announce_workers(size_t compared) const {
    const auto jobs = static_cast<size_t>(threads());
    const size_t half = std::max<size_t>(1, std::thread::hardware_concurrency() / 2);
    const size_t workers = jobs > 0 ? jobs : std::min(half, compared);
    if (workers != 1) messages_.info(text("Launching ", workers, " parallel workers."));
  }

  void warn_about_tokenized(const std::vector<std::string>& hypotheses) const {
    if (arguments_.has("--force") || !looks_tokenized(hypotheses)) return;
    messages_.warn("That's 100 lines that end in a tokenized period ('.')");
    messages_.warn(
        "It looks like you forgot to detokenize your test data, which may hurt your score.");
    messages_.warn(
        "If you insist your data is detokenized, or don't care, you can suppress this message with "
        "the `force` "
        "parameter.");
  }

  ParsedArguments arguments_;
  const CommandStreams& streams_;
  ScoreMessages messages_;
  TerminalStyle style_;
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
  } catch (const ScoreExit& exit) {
    return exit.code;
  } catch (const UsageError& error) {
    streams.err
        << "usage: nmt score REF... [-i HYP...] [-m bleu chrf ter] [options]; all of them: nmt "
           "score --help\n"
        << "nmt score: error: " << error.what() << '\n';
    return kWrongUsage;
  } catch (const Error& error) {
    streams.err << "nmt score: error: " << error.what() << '\n';
    return kFailure;
  }
}

}  // namespace nmt::scoring
