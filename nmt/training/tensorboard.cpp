#include "nmt/training/tensorboard.h"

#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "nmt/support/file_error.h"

namespace nmt {
namespace {

// CRC-32C (Castagnoli), which the TFRecord format asks for.
uint32_t crc32c(const std::string& data) {
  static const std::array<uint32_t, 256> table = [] {
    std::array<uint32_t, 256> entries{};
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) ? 0x82f63b78u : 0);
      entries[i] = value;
    }
    return entries;
  }();
  uint32_t crc = ~0u;
  for (const char byte : data) crc = (crc >> 8) ^ table[(crc ^ static_cast<uint8_t>(byte)) & 0xff];
  return ~crc;
}

uint32_t masked_crc(const std::string& data) {
  return std::rotr(crc32c(data), 15) + 0xa282ead8u;
}

template <class T>
std::string bytes_of(T value) {
  std::string out(sizeof value, '\0');
  std::memcpy(out.data(), &value, sizeof value);
  return out;
}

std::string varint(uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  return out += static_cast<char>(value);
}

// Protocol-buffer fields by wire type: 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes.
std::string field(int number, int wire_type) {
  return varint(static_cast<uint64_t>(number << 3 | wire_type));
}
std::string field_text(int number, const std::string& value) {
  return field(number, 2) + varint(value.size()) + value;
}

double wall_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Event: 1 wall_time (double), 2 step (int64), 3 file_version, 5 summary, 7 session_log.
std::string event(int64_t step, const std::string& content) {
  return field(1, 1) + bytes_of(wall_time()) + field(2, 0) + varint(static_cast<uint64_t>(step)) +
         content;
}

}  // namespace

TensorBoardWriter::TensorBoardWriter(const std::string& folder, int64_t first_step) {
  char host[256] = "localhost";
  ::gethostname(host, sizeof host - 1);
  path_ = text(folder, "/events.out.tfevents.", static_cast<int64_t>(wall_time()), ".", host, ".",
               ::getpid());
  errno = 0;
  file_.open(path_, std::ios::binary);
  if (!file_) throw file_error(path_, "create", errno);
  record(event(0, field_text(3, "brain.Event:2")));
  // SessionLog.status = START: TensorBoard drops what it has seen at later steps.
  record(event(first_step, field_text(7, field(1, 0) + varint(1))));
}

void TensorBoardWriter::record(const std::string& data) {
  const std::string length = bytes_of<uint64_t>(data.size());
  file_ << length << bytes_of(masked_crc(length)) << data << bytes_of(masked_crc(data));
}

void TensorBoardWriter::scalar(const std::string& tag, double value, int64_t step) {
  // Summary: 1 value {1 tag, 2 simple_value (float)}.
  const std::string entry = field_text(1, tag) + field(2, 5) + bytes_of(static_cast<float>(value));
  record(event(step, field_text(5, field_text(1, entry))));
}

void TensorBoardWriter::flush() {
  errno = 0;
  file_.flush();
  if (!file_) throw file_error(path_, "write", errno);
}

}  // namespace nmt
