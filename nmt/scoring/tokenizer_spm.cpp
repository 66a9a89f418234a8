#include "nmt/scoring/tokenizer_spm.h"

#include <sentencepiece_processor.h>

#include <cstdlib>
#include <filesystem>

#include "nmt/support/atomic_file.h"
#include "nmt/support/checksum.h"
#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

/// The file name under which sacreBLEU keeps the model `name`.
std::string published_file(const std::string& name) {
  if (name == "flores200") return "flores200sacrebleuspm";
  if (name == "spBLEU-1K") return "spbleu-1k_tokenizer_spm.model";
  return "sacrebleu_tokenizer_spm.model";
}

std::string sacrebleu_folder() {
  if (const char* folder = std::getenv("SACREBLEU")) return folder;
  const char* home = std::getenv("HOME");
  return std::string(home != nullptr ? home : ".") + "/.sacrebleu";
}

}  // namespace

TokenizerSpm::TokenizerSpm(const std::string& name, const std::string& model)
    : signature_(name == "spm" ? "flores101" : name),
      processor_(std::make_unique<sentencepiece::SentencePieceProcessor>()) {
  const std::string file =
      model.empty() ? sacrebleu_folder() + "/models/" + published_file(name) : model;
  if (model.empty() && !std::filesystem::exists(file)) {
    throw Error(FilePosition{file, 0}, "there is no SentencePiece model",
                "Put the model of '" + name +
                    "' there, or name its file: --spm-model of nmt score, --tokenizer_model of "
                    "nmt compare, score-documents and score-language.");
  }
  const std::string bytes = read_file(file);
  if (name == "spm" && !model.empty()) signature_ = "spm-" + sha256(bytes).substr(0, 8);
  const auto status = processor_->LoadFromSerializedProto(bytes);
  if (bytes.empty() || !status.ok()) {
    throw Error(FilePosition{file, 0}, "this is not a SentencePiece model",
                "Name a file that ends in .model, made by spm_train.");
  }
}

TokenizerSpm::~TokenizerSpm() = default;

std::string TokenizerSpm::tokenize(std::string_view line) const {
  std::string tokens;
  for (const std::string& piece : processor_->EncodeAsPieces(line)) {
    if (!tokens.empty()) tokens += ' ';
    tokens += piece;
  }
  return tokens;
}

}  // namespace nmt::scoring
