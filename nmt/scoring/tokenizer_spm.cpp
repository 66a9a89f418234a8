#include "nmt/scoring/tokenizer_spm.h"

#include <sentencepiece_processor.h>
#include <zlib.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

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

std::string read_model(const std::string& file, const std::string& remedy) {
  std::ifstream in(file, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in || bytes.empty())
    throw Error(FilePosition{file, 0}, "cannot read this SentencePiece model", remedy);
  return bytes;
}

std::string own_signature(const std::string& bytes) {
  const auto checksum = crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  char digits[9];
  std::snprintf(digits, sizeof digits, "%08lx", checksum);
  return std::string("spm-") + digits;
}

}  // namespace

TokenizerSpm::TokenizerSpm(const std::string& name, const std::string& model)
    : signature_(name == "spm" ? "flores101" : name),
      processor_(std::make_unique<sentencepiece::SentencePieceProcessor>()) {
  const std::string file =
      model.empty() ? sacrebleu_folder() + "/models/" + published_file(name) : model;
  const std::string bytes = read_model(
      file, model.empty()
                ? "Put the model of '" + name + "' there, or name its file with --spm-model."
                : "Check the path and the permissions.");
  if (name == "spm" && !model.empty()) signature_ = own_signature(bytes);
  const auto status = processor_->LoadFromSerializedProto(bytes);
  if (!status.ok())
    throw Error(FilePosition{file, 0}, "this is not a SentencePiece model", status.ToString());
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
