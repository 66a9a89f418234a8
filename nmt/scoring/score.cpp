#include "nmt/scoring/score.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "nmt/scoring/number_text.h"

namespace nmt::scoring {
namespace {

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump();
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

std::string to_line(const Score& score, const ScoreFormat& format) {
  std::string number = fixed(score.value, format.decimals);
  if (format.content == ScoreFormat::Content::kNumber) return number;
  std::string line = score.name + '|' + score.signature.text(format.signature) + " = " + number;
  return score.details.empty() ? line : line + ' ' + score.details;
}

std::string to_json(const Score& score, const ScoreFormat& format) {
  std::string number = fixed(score.value, format.decimals);
  if (format.content == ScoreFormat::Content::kNumber) return number;
  std::string json = "{\n \"name\": " + quoted(score.name);
  const auto append = [&json](const std::string& key, const std::string& value) {
    json += ",\n " + quoted(key) + ": " + value;
  };
  double rounded = 0;
  std::from_chars(number.data(), number.data() + number.size(), rounded);
  append("score", shortest(rounded));
  append("signature", quoted(score.signature.text()));
  if (!score.details.empty()) append("verbose_score", quoted(score.details));
  for (const SignatureField& field : score.signature.fields)
    append(field.name, quoted(field.value));
  return json + "\n}";
}

}  // namespace nmt::scoring
