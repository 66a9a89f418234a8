#include "modules/length_bias/length_curve.h"

#include <iostream>
#include <nlohmann/json.hpp>

#include "modules/length_bias/options.h"
#include "modules/length_bias/window_planner.h"
#include "nmt/report/charts.h"
#include "nmt/run/opened_models.h"
#include "nmt/scoring/aligned_columns.h"
#include "nmt/scoring/documents.h"
#include "nmt/scoring/named_metric.h"
#include "nmt/scoring/number_text.h"
#include "nmt/scoring/scoring.h"
#include "nmt/support/atomic_file.h"
#include "nmt/support/dump_json.h"
#include "nmt/support/log.h"
#include "nmt/support/progress.h"

namespace nmt::length_bias {
namespace {

/// Documents of both languages, sentence by sentence.
struct TestSet {
  std::vector<std::string> sources, references;
  std::vector<scoring::LineRange> documents;
};

TestSet read_test_set(const LengthCurveArguments& arguments) {
  DocumentTextPair texts(arguments.source, arguments.reference, arguments.documents, arguments.ids);
  TestSet set;
  while (const auto line = texts.next()) {
    if (!line->source.sentence) continue;
    if (line->source.begins_document)
      set.documents.push_back({set.sources.size(), set.sources.size()});
    set.sources.push_back(line->source.text);
    set.references.push_back(line->reference);
    ++set.documents.back().last;
  }
  if (set.documents.empty()) throw Error(FilePosition{arguments.source}, "has no text");
  return set;
}

/// How the test set is translated for one point of the curve.
struct Condition {
  std::string name;
  DocumentMode mode;
  int64_t length = 0;  // of chunked segments, in tokens
};

std::vector<Condition> conditions_of(const LengthCurveArguments& arguments) {
  std::vector<Condition> conditions = {{"1 sent.", DocumentMode::kSentences}};
  for (const int64_t length : arguments.lengths)
    conditions.push_back({text(length), DocumentMode::kChunked, length});
  conditions.push_back({"whole", DocumentMode::kWhole});
  conditions.push_back({"sd.mode", DocumentMode::kAuto});  // the run's own
  return conditions;
}

struct Point {
  std::string condition;
  double bleu = 0;           // of whole documents
  double sentence_bleu = 0;  // corpus BLEU of the sentences
  double tokens = 0;         // source tokens of a segment, on average
  bool measured = true;      // false: too few positions for the translation of such segments
};

/// One run, opened.
class CurveMaker {
 public:
  CurveMaker(const std::string& run, const LengthCurveArguments& arguments,
             const std::vector<std::string>& words)
      : command_(describe_length_curve(), words,
                 [&run](const LengthCurveArguments&) { return RunFolder(run).config(); }),
        opened_(open_models({.run = run,
                             .checkpoint = arguments.checkpoint,
                             .models = {},
                             .runtime = arguments.runtime},
                            command_.recipe)),
        direction_(choose_direction(opened_.run.encoder->languages(), arguments.source_language,
                                    arguments.target_language)) {}

  Point measure(const TestSet& set, const Condition& condition) {
    const int64_t translation =
        first_expected_tokens(condition.length) + command_.recipe.decoding.max_len_b;
    if (translation > command_.recipe.model.max_positions)
      return {.condition = condition.name, .measured = false};
    Options& options = Options::of(*command_.recipe.method_options.at(kMethodName));
    const DecodingWindowOptions own = options.decoding;
    if (condition.mode != DocumentMode::kAuto) {
      options.decoding = {.mode = condition.mode,
                          .window = condition.length,
                          .max_target_tokens = 0,
                          .min_sentence_tokens = own.min_sentence_tokens};
    }
    const auto translator =
        make_document_translator(opened_.run, command_.recipe, opened_.models,
                                 command_.recipe.decoding, DocumentContext::kTranslation);
    options.decoding = own;
    const std::vector<std::string> hypotheses = translate(set, *translator);

    Point point{.condition = condition.name};
    const auto metric =
        scoring::make_named_metric("bleu", scoring::default_tokenizer(direction_.target));
    point.bleu = metric
                     ->corpus(scoring::join_ranges(hypotheses, set.documents),
                              scoring::join_ranges(set.references, set.documents))
                     .value;
    point.sentence_bleu = metric->corpus(hypotheses, set.references).value;
    double windows = 0;
    int64_t divided = 0;
    for (const DocumentReport& report : translator->take_reports()) {
      divided += report.windows.size() > 1;
      for (const DocumentWindow& window : report.windows)
        point.tokens += static_cast<double>(window.source_tokens), ++windows;
    }
    point.tokens /= std::max(1.0, windows);
    if (condition.mode == DocumentMode::kWhole && divided > 0)
      log::warning(opened_.run.folder.path(), ": ", divided, " of ", set.documents.size(),
                   " documents do not fit into model.max_positions with their expected "
                   "translation and were divided, also as whole documents");
    return point;
  }

 private:
  std::vector<std::string> translate(const TestSet& set, DocumentTranslator& translator) const {
    const PairEncoder& encoder = *opened_.run.encoder;
    for (size_t d = 0; d < set.documents.size(); ++d) {
      translator.begin_document({.id = text(d + 1), .direction = direction_, .key = d});
      for (size_t i = set.documents[d].first; i < set.documents[d].last; ++i)
        translator.add({.source = encoder.vocabularies().source->encode(set.sources[i])});
      translator.end_document();
    }
    while (translator.step()) {
    }
    std::vector<std::string> hypotheses;
    for (const SentenceTranslation& sentence : translator.take())
      hypotheses.push_back(encoder.decode(sentence.tokens));
    return hypotheses;
  }

  ParsedCommand<LengthCurveArguments> command_;
  OpenedModels opened_;
  Direction direction_;
};

struct Curve {
  std::string run;
  std::vector<Point> points;
};

std::string table_of(const std::vector<Curve>& curves) {
  std::vector<std::vector<std::string>> rows = {{"d-BLEU by segment length"}};
  for (const Point& point : curves.front().points) rows.front().push_back(point.condition);
  for (const Curve& curve : curves) {
    rows.push_back({curve.run});
    for (const Point& point : curve.points)
      rows.back().push_back(point.measured ? scoring::fixed(point.bleu, 2) : "-");
  }
  return scoring::aligned_columns(rows, 1);
}

nlohmann::json json_of(const std::vector<Curve>& curves) {
  nlohmann::json all = nlohmann::json::array();
  for (const Curve& curve : curves) {
    nlohmann::json points = nlohmann::json::array();
    for (const Point& point : curve.points)
      if (point.measured)
        points.push_back({{"length", point.condition},
                          {"d-bleu", point.bleu},
                          {"s-bleu", point.sentence_bleu},
                          {"mean_source_tokens", point.tokens}});
    all.push_back({{"run", curve.run}, {"points", points}});
  }
  return all;
}

std::string plot_of(const std::vector<Curve>& curves) {
  report::LineChart chart{.label = "d-BLEU by the length of segments",
                          .x_label = "segments of so many source tokens",
                          .y_label = "d-BLEU"};
  std::vector<std::string> names;
  // The last point is the run's own way, which is no segment length.
  const size_t lengths = curves.front().points.size() - 1;
  for (size_t i = 0; i < lengths; ++i)
    chart.categories.push_back(curves.front().points[i].condition);
  for (const Curve& curve : curves) {
    report::Series series{.style = names.size()};
    for (size_t i = 0; i < lengths; ++i)
      if (curve.points[i].measured)
        series.points.push_back({static_cast<double>(i), curve.points[i].bleu,
                                 text(curve.run, ": ", curve.points[i].bleu)});
    chart.series.push_back(std::move(series));
    names.push_back(curve.run);
  }
  return report::svg_file(chart, names);
}

}  // namespace

int run_length_curve(const std::vector<std::string>& words) {
  OptionTable table;
  LengthCurveArguments arguments;
  Recipe recipe;
  declare(table, arguments);
  declare(table, recipe);
  table.read_command_line(words);
  table.apply();
  const TestSet set = read_test_set(arguments);
  const std::vector<Condition> conditions = conditions_of(arguments);
  std::vector<Curve> curves;
  Progress progress("translating", static_cast<int64_t>(arguments.runs.size() * conditions.size()),
                    "test sets");
  for (const std::string& run : arguments.runs) {
    RunFolder(run).require();
    CurveMaker maker(run, arguments, words);
    curves.push_back({.run = run});
    for (const Condition& condition : conditions) {
      curves.back().points.push_back(maker.measure(set, condition));
      progress.advance(1);
    }
  }
  progress.finish();
  std::cout << table_of(curves);
  if (!arguments.numbers.empty())
    write_file(arguments.numbers, dump_json(json_of(curves), 1) + "\n");
  if (!arguments.plot.empty()) write_file(arguments.plot, plot_of(curves));
  return 0;
}

}  // namespace nmt::length_bias
