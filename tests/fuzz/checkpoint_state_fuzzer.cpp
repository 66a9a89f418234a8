// state.json of a checkpoint: as it is, and with the checksum that it should have, so that what is
// behind the checksum is read too.

#include <nlohmann/json.hpp>

#include "nmt/support/checksum.h"
#include "nmt/training/training_state.h"
#include "tests/fuzz/fuzzing.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {

void read(const TemporaryFolder& folder, const std::string& bytes) {
  folder.write("state.json", bytes);
  fuzzing::accepts([&] {
    const StateFile content = read_state_file(folder.path());
    best_update(content.state.validations, ValidationMetric::kBleu);
    for (const auto& [name, checksum] : content.checksums)
      if (name.find('/') == std::string::npos) verify_checksum(folder.path(), name, content);
  });
}

}  // namespace
}  // namespace nmt

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nmt;
  static const TemporaryFolder folder;
  const std::string_view input = fuzzing::bytes_of(data, size);
  read(folder, std::string(input));
  nlohmann::json document = nlohmann::json::parse(input, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object() || !document.contains("training")) return 0;
  if (!document["checksums"].is_object()) document["checksums"] = nlohmann::json::object();
  document["checksums"]["training"] = sha256(document["training"].dump());
  read(folder, document.dump());
  return 0;
}
