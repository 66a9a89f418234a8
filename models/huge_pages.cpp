#include "models/huge_pages.h"

#include <torch/torch.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace nmt {
namespace {

constexpr size_t kPage = size_t{2} << 20, kPieceSize = size_t{32} << 20, kAlignment = 64;

size_t rounded_up(size_t size, size_t unit) {
  return (size + unit - 1) / unit * unit;
}

/// From which tensors take their memory, one after the other.
class Piece {
 public:
  explicit Piece(size_t size) : size_(rounded_up(size, kPage)) {
    memory_.reset(static_cast<char*>(std::aligned_alloc(kPage, size_)));
    if (!memory_) throw std::bad_alloc();
#if defined(__linux__)
    madvise(memory_.get(), size_, MADV_HUGEPAGE);  // without, all works as well
#endif
  }

  /// Null where too little is left.
  void* take(size_t size) {
    if (size_ - used_ < size) return nullptr;
    char* const place = memory_.get() + used_;
    used_ += size;
    return place;
  }

 private:
  struct Free {
    void operator()(char* memory) const { std::free(memory); }
  };

  size_t size_, used_ = 0;
  std::unique_ptr<char, Free> memory_;
};

}  // namespace

torch::Tensor empty_in_huge_pages(torch::IntArrayRef sizes, torch::Dtype type) {
  static std::mutex mutex;
  static std::weak_ptr<Piece> latest;
  const size_t size = rounded_up(
      static_cast<size_t>(c10::multiply_integers(sizes)) * c10::elementSize(type), kAlignment);
  const std::lock_guard lock(mutex);
  std::shared_ptr<Piece> piece = latest.lock();
  void* place = piece ? piece->take(size) : nullptr;
  if (!place) {
    piece = std::make_shared<Piece>(std::max(size, kPieceSize));
    place = piece->take(size);
    latest = piece;
  }
  return torch::from_blob(
      place, sizes, [piece](void*) {}, type);
}

}  // namespace nmt
