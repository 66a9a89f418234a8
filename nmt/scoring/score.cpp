#include "nmt/scoring/score.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "nmt/scoring/number_text.h"
#include "nmt/support/dump_json.h"
#include "nmt/support/version.h"

namespace nmt::scoring {
namespace {

std::string quoted(const std::string& text) {
  return dump_json(nlohmann::json(text));
}

/// What JSON shows of a number that is printed with so many decimals.
std::string rounded(double value, int decimals) {
  const std::string number = fixed(value, decimals);
  double read_back = 0;
  std::from_chars(number.data(), number.data() + number.size(), read_back);
  return shortest(read_back);
}

bool has_interval(const Score& score) {
  return score.confidence && score.confidence->mean > 0;
}

std::string interval_text(const Score& score, int decimals) {
  return "μ = " + fixed(score.confidence->mean, decimals) + " ± " +
         fixed(score.confidence->half_width, decimals);
}

}  // namespace

std::string signature_version() {
  return std::string(kCompatibleVersion) + "-nmt." + NMT_VERSION;
}

std::string Signature::text(SignatureStyle style) const {
  std::string joined;
  for (const SignatureField& field : fields) {
    if (!joined.empty()) joined += '|';
    joined += style == SignatureStyle::kShort ? field.abbreviation : field.name;
    joined += ':' + field.value;
  }
  return joined;
}

void Signature::add_resampling(SignatureField samples, const std::string& seed) {
  // Behind the number of references.
  fields.insert(fields.begin() + 1, {std::move(samples), {"seed", "rs", seed}});
}

std::string to_number(const Score& score, int decimals) {
  std::string number = fixed(score.value, decimals);
  return has_interval(score) ? number + " (" + interval_text(score, decimals) + ")" : number;
}

std::string to_line(const Score& score, const ScoreFormat& format) {
  const std::string number = to_number(score, format.decimals);
  if (format.content == ScoreFormat::Content::kNumber) return number;
  std::string line = score.name + '|' + score.signature.text(format.signature) + " = " + number;
  return score.details.empty() ? line : line + ' ' + score.details;
}

std::string to_json(const Score& score, const ScoreFormat& format) {
  if (format.content == ScoreFormat::Content::kNumber) return to_number(score, format.decimals);
  std::string json = "{\n \"name\": " + quoted(score.name);
  const auto append = [&json](const std::string& key, const std::string& value) {
    json += ",\n " + quoted(key) + ": " + value;
  };
  append("score", rounded(score.value, format.decimals));
  append("signature", quoted(score.signature.text()));
  if (has_interval(score)) {
    append("confidence_mean", rounded(score.confidence->mean, format.decimals));
    append("confidence_var", rounded(score.confidence->half_width, format.decimals));
    append("confidence", quoted(interval_text(score, format.decimals)));
  }
  if (!score.details.empty()) append("verbose_score", quoted(score.details));
  for (const SignatureField& field : score.signature.fields)
    append(field.name, quoted(field.value));
  return json + "\n}";
}

}  // namespace nmt::scoring
