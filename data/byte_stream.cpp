#include "data/byte_stream.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "nmt/support/error.h"

namespace nmt {
namespace {

constexpr size_t kChunk = 1 << 17;
constexpr const char* kBroken =
    "The file is damaged or was not copied completely: fetch it again, then compare its checksum.";

// The file as it lies on disk.
class RawFile {
 public:
  explicit RawFile(const std::string& path) : path_(path) {
    descriptor_ = path == "-" ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0)
      throw Error(FilePosition{path}, text("cannot open: ", std::strerror(errno)));
    struct stat status {};
    if (::fstat(descriptor_, &status) == 0 && S_ISDIR(status.st_mode)) {
      ::close(descriptor_);
      throw Error(FilePosition{path}, "is a folder, a text file was expected");
    }
  }
  ~RawFile() { ::close(descriptor_); }
  RawFile(const RawFile&) = delete;
  RawFile& operator=(const RawFile&) = delete;

  size_t read(std::span<char> buffer) {
    for (;;) {
      const ssize_t count = ::read(descriptor_, buffer.data(), buffer.size());
      if (count >= 0) return static_cast<size_t>(count);
      if (errno != EINTR)
        throw Error(FilePosition{path_}, text("cannot read: ", std::strerror(errno)));
    }
  }

  const std::string& path() const { return path_; }

 private:
  std::string path_;
  int descriptor_ = -1;
};

// A raw file whose first bytes have been looked at already.
class PlainStream : public ByteStream {
 public:
  PlainStream(std::unique_ptr<RawFile> file, std::string head)
      : file_(std::move(file)), head_(std::move(head)) {}

  size_t read(std::span<char> buffer) override {
    if (taken_ == head_.size()) return file_->read(buffer);
    const size_t count = std::min(buffer.size(), head_.size() - taken_);
    std::memcpy(buffer.data(), head_.data() + taken_, count);
    taken_ += count;
    return count;
  }
  const std::string& path() const { return file_->path(); }

 private:
  std::unique_ptr<RawFile> file_;
  std::string head_;
  size_t taken_ = 0;
};

class GzipStream : public ByteStream {
 public:
  explicit GzipStream(PlainStream file) : file_(std::move(file)), input_(kChunk) {
    if (::inflateInit2(&zlib_, 16 + MAX_WBITS) != Z_OK) throw Error("zlib cannot start");
  }
  ~GzipStream() override { ::inflateEnd(&zlib_); }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  size_t read(std::span<char> buffer) override {
    zlib_.next_out = reinterpret_cast<Bytef*>(buffer.data());
    zlib_.avail_out = static_cast<uInt>(buffer.size());
    while (zlib_.avail_out == buffer.size()) {
      if (zlib_.avail_in == 0 && !refill()) break;
      if (between_members_ && !start_member()) break;
      const int status = ::inflate(&zlib_, Z_NO_FLUSH);
      if (status == Z_STREAM_END)
        between_members_ = true;
      else if (status != Z_OK && status != Z_BUF_ERROR)
        throw Error(FilePosition{file_.path()},
                    text("damaged gzip data: ", zlib_.msg == nullptr ? "bad stream" : zlib_.msg),
                    kBroken);
    }
    return buffer.size() - zlib_.avail_out;
  }

 private:
  bool refill() {
    const size_t count = file_.read(input_);
    zlib_.next_in = reinterpret_cast<Bytef*>(input_.data());
    zlib_.avail_in = static_cast<uInt>(count);
    if (count == 0 && !between_members_)
      throw Error(FilePosition{file_.path()}, "the gzip data ends in the middle", kBroken);
    return count > 0;
  }

  // After a member: zero padding is skipped, as gzip does; anything else starts the next member.
  bool start_member() {
    while (zlib_.avail_in > 0 && *zlib_.next_in == 0) ++zlib_.next_in, --zlib_.avail_in;
    if (zlib_.avail_in == 0) return refill() && start_member();
    between_members_ = false;
    ::inflateReset(&zlib_);
    return true;
  }

  PlainStream file_;
  std::vector<char> input_;
  z_stream zlib_{};
  bool between_members_ = false;
};

class ZstdStream : public ByteStream {
 public:
  explicit ZstdStream(PlainStream file)
      : file_(std::move(file)), buffer_(kChunk), context_(::ZSTD_createDCtx()) {
    if (context_ == nullptr) throw Error("zstd cannot start");
  }
  ~ZstdStream() override { ::ZSTD_freeDCtx(context_); }
  ZstdStream(const ZstdStream&) = delete;
  ZstdStream& operator=(const ZstdStream&) = delete;

  size_t read(std::span<char> buffer) override {
    ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
    while (out.pos == 0) {
      if (input_.pos == input_.size && !output_pending_) {
        input_ = {buffer_.data(), file_.read(buffer_), 0};
        if (input_.size == 0) {
          if (inside_frame_)
            throw Error(FilePosition{file_.path()}, "the zstd data ends in the middle", kBroken);
          break;
        }
      }
      const size_t status = ::ZSTD_decompressStream(context_, &out, &input_);
      if (::ZSTD_isError(status) != 0)
        throw Error(FilePosition{file_.path()},
                    text("damaged zstd data: ", ::ZSTD_getErrorName(status)), kBroken);
      inside_frame_ = status != 0;
      output_pending_ = out.pos == out.size && inside_frame_;
    }
    return out.pos;
  }

 private:
  PlainStream file_;
  std::vector<char> buffer_;
  ZSTD_DCtx* context_;
  ZSTD_inBuffer input_{nullptr, 0, 0};
  bool inside_frame_ = false;
  bool output_pending_ = false;
};

constexpr std::string_view kGzip = "\x1f\x8b", kZstd = "\x28\xb5\x2f\xfd";
// What follows the first byte, 0x50 to 0x5f, of a frame that zstd skips: pzstd begins with one.
constexpr std::string_view kSkippable = "\x2a\x4d\x18";

bool begins_gzip(std::string_view head) {
  return kGzip.starts_with(head);
}

bool begins_zstd(std::string_view head) {
  return kZstd.starts_with(head) ||
         ((head.front() & 0xf0) == 0x50 && kSkippable.starts_with(head.substr(1)));
}

}  // namespace

std::unique_ptr<ByteStream> open_bytes(const std::string& path) {
  auto file = std::make_unique<RawFile>(path);
  // No byte more than it takes to tell: a short line of a pipe must not wait for the next one.
  std::string head;
  bool gzip = false, zstd = false;
  for (char next = 0; !gzip && !zstd && (begins_gzip(head) || begins_zstd(head));) {
    if (file->read({&next, 1}) == 0) break;
    head += next;
    gzip = head.size() == kGzip.size() && begins_gzip(head);
    zstd = head.size() == kZstd.size() && begins_zstd(head);
  }
  if (!gzip && !zstd && (path.ends_with(".gz") || path.ends_with(".zst")))
    throw Error(FilePosition{path}, "this is not compressed, as its name says",
                "Is the download complete? Plain text needs another name.");
  PlainStream plain(std::move(file), std::move(head));
  if (gzip) return std::make_unique<GzipStream>(std::move(plain));
  if (zstd) return std::make_unique<ZstdStream>(std::move(plain));
  return std::make_unique<PlainStream>(std::move(plain));
}

}  // namespace nmt
