// nmt translate RUN < in > out

#include <chrono>
#include <cmath>
#include <cstdio>
#include <optional>

#include "nmt/commands/arguments.h"
#include "nmt/commands/command.h"
#include "nmt/commands/engine_commands.h"
#include "nmt/commands/line_stream.h"
#include "nmt/commands/translate_documents.h"
#include "nmt/options/method_description.h"
#include "nmt/run/opened_models.h"
#include "nmt/support/log.h"
#include "nmt/support/progress.h"

namespace nmt {
namespace {

// Lines sorted by length and batched together. Enough for full batches, few enough that results
// keep coming.
constexpr size_t kGroup = 2000;

std::string n_best_line(int64_t number, const std::string& translation, double score) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.4f", score);
  return text(number, " ||| ", translation, " ||| ", digits);
}

// The forced beginnings that go with `count` lines.
std::vector<std::string> take_prefixes(LineStream* prefixes, size_t count, int64_t first) {
  std::vector<std::string> taken;
  while (prefixes != nullptr && taken.size() < count) {
    const std::vector<std::string> more = prefixes->next(count - taken.size());
    if (more.empty())
      throw Error(text("the file of prefixes ends after line ",
                       first + static_cast<int64_t>(taken.size()), ", but the input goes on"),
                  "Give one line for each input line; an empty line forces nothing.");
    taken.insert(taken.end(), more.begin(), more.end());
  }
  taken.resize(count);
  return taken;
}

void translate_lines(const TranslateArguments& arguments, const Recipe& recipe,
                     const OpenedModels& opened, const Direction& direction) {
  const PairEncoder& encoder = *opened.run.encoder;
  const std::unique_ptr<Translator> translator =
      make_translator(opened.run, recipe, opened.models, recipe.decoding);

  LineStream input(arguments.input.empty() ? "-" : arguments.input);
  std::optional<LineStream> prefixes;
  if (!arguments.prefix.empty()) prefixes.emplace(arguments.prefix);
  LineSink output(arguments.output);
  const auto start = std::chrono::steady_clock::now();
  int64_t lines = 0, tokens = 0, split = 0, cut = 0;
  for (std::vector<std::string> group = input.next(kGroup); !group.empty();
       group = input.next(kGroup)) {
    const std::vector<std::string> forced =
        take_prefixes(prefixes ? &*prefixes : nullptr, group.size(), lines);
    std::vector<TranslationRequest> requests;
    for (size_t i = 0; i < group.size(); ++i)
      requests.push_back(
          make_request(encoder, group[i], forced[i], direction, lines + static_cast<int64_t>(i)));
    const std::vector<Translation> translations = translator->translate(requests);
    for (size_t i = 0; i < translations.size(); ++i) {
      const Translation& translation = translations[i];
      split += translation.parts > 1;
      const size_t shown =
          arguments.format == TranslationFormat::kText ? 1 : translation.hypotheses.size();
      for (size_t h = 0; h < shown; ++h) {
        const Hypothesis& hypothesis = translation.hypotheses[h];
        cut += h == 0 && hypothesis.forced_eos > 0;
        tokens += static_cast<int64_t>(hypothesis.tokens.size()) + 1;
        std::vector<int32_t> ids =
            requests[i].tokens.target;  // what was forced is part of the translation
        ids.insert(ids.end(), hypothesis.tokens.begin(), hypothesis.tokens.end());
        const std::string line = encoder.decode(ids);
        output.write(arguments.format == TranslationFormat::kText
                         ? line
                         : n_best_line(lines + static_cast<int64_t>(i), line, hypothesis.score));
      }
    }
    output.flush();
    lines += static_cast<int64_t>(translations.size());
  }
  output.close();
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  log::info(lines, " lines, ", short_number(static_cast<double>(tokens)), " tokens in ",
            short_duration(seconds), ", ", short_number(static_cast<double>(tokens) / seconds),
            " target tokens/s",
            split > 0 ? text("; ", split, " long lines translated in parts") : "",
            cut > 0 ? text("; ", cut, " translations ended by the length limit") : "");
  // The translations are whole, and where they belong: only what forced them is in doubt.
  if (prefixes && !prefixes->next(1).empty())
    throw Error(FilePosition{arguments.prefix}, text("has more lines than the input, ", lines),
                "Give one line for each input line; an empty line forces nothing.");
}

// What a method offers for documents would be asked for in vain.
void refuse_document_options(const OptionTable& table) {
  for (const MethodDescription& method : method_descriptions())
    if (const Option* option = given_decoding_option(method, table))
      throw UsageError(text("--", option->key(), " is for documents"), "Add --documents FORMAT.");
}

}  // namespace

int run_translate(const std::vector<std::string>& words) {
  const auto command = parse_run_command<TranslateArguments>(*find_command("translate"), words);
  const TranslateArguments& arguments = command.arguments;
  validate(arguments);
  if (!arguments.documents) refuse_document_options(command.table);
  const OpenedModels opened = open_models(arguments.model, command.recipe);
  const Direction direction = choose_direction(
      opened.run.encoder->languages(), arguments.source_language, arguments.target_language);
  if (arguments.documents)
    translate_documents(arguments, command.recipe, opened, direction);
  else
    translate_lines(arguments, command.recipe, opened, direction);
  return 0;
}

}  // namespace nmt
