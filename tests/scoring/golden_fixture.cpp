#include "golden_fixture.h"

#include <gtest/gtest.h>

#include <fstream>

#include "nmt/scoring/scoring.h"

namespace nmt::scoring::golden {

using nlohmann::json;

namespace {

template <class Value>
void set(const json& options, const char* key, Value& value) {
  if (options.contains(key) && !options[key].is_null()) value = options[key].get<Value>();
}

Smoothing to_smoothing(const std::string& name) {
  if (name == "floor") return Smoothing::kFloor;
  if (name == "add-k") return Smoothing::kAddK;
  return name == "none" ? Smoothing::kNone : Smoothing::kExp;
}

std::unique_ptr<Metric> make_bleu(const json& options) {
  BleuOptions ours;
  set(options, "tokenize", ours.tokenizer);
  set(options, "lowercase", ours.lowercase);
  set(options, "effective_order", ours.effective_order);
  set(options, "max_ngram_order", ours.max_order);
  std::string smoothing = "exp";
  set(options, "smooth_method", smoothing);
  ours.smoothing = to_smoothing(smoothing);
  if (options.contains("smooth_value") && !options["smooth_value"].is_null()) {
    ours.smoothing_value = options["smooth_value"].get<double>();
  }
  return std::make_unique<Bleu>(ours);
}

std::unique_ptr<Metric> make_chrf(const json& options) {
  ChrfOptions ours;
  set(options, "char_order", ours.char_order);
  set(options, "word_order", ours.word_order);
  set(options, "beta", ours.beta);
  set(options, "lowercase", ours.lowercase);
  set(options, "whitespace", ours.whitespace);
  bool epsilon = false;
  set(options, "eps_smoothing", epsilon);
  if (epsilon) ours.smoothing = ChrfSmoothing::kEpsilon;
  return std::make_unique<Chrf>(ours);
}

std::unique_ptr<Metric> make_ter(const json& options) {
  TercomOptions ours;
  set(options, "normalized", ours.normalized);
  set(options, "no_punct", ours.no_punctuation);
  set(options, "asian_support", ours.asian_support);
  set(options, "case_sensitive", ours.case_sensitive);
  return std::make_unique<Ter>(ours);
}

}  // namespace

json read(const std::string& folder, const std::string& name) {
  std::ifstream in(folder + "/" + name);
  EXPECT_TRUE(in) << "missing fixture " << folder << "/" << name;
  return json::parse(in);
}

std::unique_ptr<Metric> make_metric(const std::string& name, const json& options) {
  if (name == "chrF") return make_chrf(options);
  return name == "TER" ? make_ter(options) : make_bleu(options);
}

}  // namespace nmt::scoring::golden
