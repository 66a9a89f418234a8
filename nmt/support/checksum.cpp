#include "nmt/support/checksum.h"

#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include "nmt/support/error.h"

namespace nmt {
namespace {

void check(int success) {
  if (success != 1) throw Error("OpenSSL does not compute SHA-256", "Check its configuration.");
}

}  // namespace

void Sha256::Free::operator()(EVP_MD_CTX* context) const {
  EVP_MD_CTX_free(context);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  check(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr));
}

void Sha256::update(const void* data, size_t size) {
  check(EVP_DigestUpdate(context_.get(), data, size));
}

std::string Sha256::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  check(EVP_DigestFinal_ex(context_.get(), digest.data(), &size));
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    hex += kDigits[digest[i] >> 4];
    hex += kDigits[digest[i] & 15];
  }
  return hex;
}

std::string sha256(std::string_view data) {
  Sha256 hash;
  hash.update(data);
  return hash.finish();
}

std::string sha256_file(const std::string& path) {
  // Read, not mapped: the mapped pages of a large file would count as this process's memory.
  std::ifstream file(path, std::ios::binary);
  std::vector<char> chunk(1 << 20);
  Sha256 hash;
  while (file.read(chunk.data(), static_cast<std::streamsize>(chunk.size())) || file.gcount() > 0)
    hash.update(chunk.data(), static_cast<size_t>(file.gcount()));
  if (!file.eof()) throw Error(FilePosition{path}, text("cannot read: ", std::strerror(errno)));
  return hash.finish();
}

}  // namespace nmt
