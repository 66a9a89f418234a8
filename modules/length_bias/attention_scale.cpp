#include "modules/length_bias/attention_scale.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "nmt/support/atomic_file.h"
#include "nmt/support/error.h"
#include "nmt/support/parse_json.h"

namespace nmt::length_bias {
namespace {

// Below n = 2 only: one key gets all the weight whatever the factor; this keeps it from being 0.
constexpr double kLeastLog = 0.1;

bool contains(const std::vector<std::string>& names, const char* name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

void ReferenceLengths::require_valid() const {
  for (const double length : {source, target})
    if (!(length >= 2))
      throw UsageError(text("length-normalised attention needs reference lengths of at least 2, "
                            "not ",
                            source, " and ", target),
                       "Set lna.ref_src and lna.ref_tgt.");
}

void ReferenceLengths::save(const std::string& file) const {
  write_file(file, nlohmann::json{{"source", source}, {"target", target}}.dump(1) + "\n");
}

std::optional<ReferenceLengths> ReferenceLengths::load(const std::string& file) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  try {
    const nlohmann::json saved = parse_json(read_file(file));
    const ReferenceLengths lengths{saved.at("source"), saved.at("target")};
    lengths.require_valid();
    return lengths;
  } catch (const nlohmann::json::exception& error) {
    throw Error(FilePosition{file}, text("damaged: ", error.what()),
                "Restore it, or set lna.ref_src and lna.ref_tgt to what the run was trained with.");
  }
}

torch::Tensor attention_factor(const torch::Tensor& counts, double reference) {
  // In double, rounded once: in float n = n0 would miss 1 for many n.
  return (counts.to(torch::kDouble).log_().clamp_min_(kLeastLog) / std::log(reference))
      .to(torch::kFloat32);
}

LengthNormalisedScale::LengthNormalisedScale(const std::vector<std::string>& sites)
    : encoder_(contains(sites, "enc")),
      decoder_(contains(sites, "dec")),
      cross_(contains(sites, "crs")) {}

void LengthNormalisedScale::set_reference(const ReferenceLengths& reference) {
  reference.require_valid();
  reference_ = reference;
}

torch::Tensor LengthNormalisedScale::scale(AttentionKind kind, const torch::Tensor& key_counts,
                                           const torch::Tensor& query_positions) {
  const bool normalised = kind == AttentionKind::kEncoderSelf   ? encoder_
                          : kind == AttentionKind::kDecoderSelf ? decoder_
                                                                : cross_;
  if (!normalised) return {};
  if (!reference_)
    throw UsageError("length-normalised attention does not know its reference lengths",
                     "They are in length_bias.json of the run that was trained; without that "
                     "file set lna.ref_src and lna.ref_tgt.");
  if (kind == AttentionKind::kDecoderSelf)
    return attention_factor(query_positions + 1, reference_->target);
  return attention_factor(key_counts.unsqueeze(1), reference_->source);
}

}  // namespace nmt::length_bias
