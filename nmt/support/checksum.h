#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;  // OpenSSL's EVP_MD_CTX

namespace nmt {

/// SHA-256 (FIPS 180-4), fed piece by piece; by OpenSSL, which uses the processor's instructions
/// for it.
class Sha256 {
 public:
  Sha256();
  void update(const void* data, size_t size);
  void update(std::string_view data) { update(data.data(), data.size()); }
  /// Lower-case hexadecimal digest; the object must not be used afterwards.
  std::string finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

std::string sha256(std::string_view data);
/// Digest of a whole file. Throws Error when it cannot be read.
std::string sha256_file(const std::string& path);

}  // namespace nmt
