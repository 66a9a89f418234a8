#include "nmt/scoring/line_reader.h"

#include <unicode/ucnv.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <istream>
#include <memory>

#include "nmt/scoring/unicode.h"
#include "nmt/support/atomic_file.h"
#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

constexpr size_t kChunk = 1 << 17;

[[noreturn]] void fail_compressed(const std::string& file, const std::string& format) {
  throw Error(FilePosition{file, 0}, "this is not a whole " + format + " file",
              "Compress it again, or copy it again.");
}

/// All members of a gzip file, one after the other.
std::string gunzip(const std::string& bytes, const std::string& file) {
  constexpr int kGzipWindow = 15 + 16;
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) fail_compressed(file, "gzip");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, inflateEnd);
  std::string out;
  std::string chunk(kChunk, '\0');
  size_t taken = 0;
  int status = Z_STREAM_END;  // an empty file has no member
  while (taken < bytes.size() || (status != Z_STREAM_END && stream.avail_out == 0)) {
    if (status == Z_STREAM_END && taken > 0 && inflateReset(&stream) != Z_OK)
      fail_compressed(file, "gzip");
    const size_t given = std::min(bytes.size() - taken, kChunk);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data() + taken));
    stream.avail_in = static_cast<uInt>(given);
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = static_cast<uInt>(chunk.size());
    status = inflate(&stream, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
      fail_compressed(file, "gzip");
    taken += given - stream.avail_in;
    out.append(chunk, 0, chunk.size() - stream.avail_out);
  }
  if (status != Z_STREAM_END) fail_compressed(file, "gzip");
  return out;
}

/// All frames of a Zstandard file, one after the other.
std::string unzstd(const std::string& bytes, const std::string& file) {
  const std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(),
                                                                   ZSTD_freeDCtx);
  std::string out;
  std::string chunk(kChunk, '\0');
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  size_t wanted = 0;
  bool full = false;
  while (in.pos < in.size || full) {
    ZSTD_outBuffer part{chunk.data(), chunk.size(), 0};
    wanted = ZSTD_decompressStream(context.get(), &part, &in);
    if (ZSTD_isError(wanted)) fail_compressed(file, "Zstandard");
    out.append(chunk, 0, part.pos);
    full = part.pos == part.size;
  }
  if (wanted != 0) fail_compressed(file, "Zstandard");
  return out;
}

bool is_utf8_name(const std::string& encoding) {
  std::string name;
  for (const char c : encoding) {
    if (c != '-' && c != '_' && c != ' ')
      name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return name == "utf8" || name == "u8" || name == "utf";
}

/// Says which bytes the converter stopped at; `taken` counts them and those before.
[[noreturn]] void fail_decoding(UConverter& converter, size_t taken, const std::string& encoding,
                                const std::string& name) {
  std::array<char, 32> invalid{};
  auto count = static_cast<int8_t>(invalid.size());
  UErrorCode status = U_ZERO_ERROR;
  ucnv_getInvalidChars(&converter, invalid.data(), &count, &status);
  throw Error(FilePosition{name},
              text("this is not text in the encoding ", encoding, ": see byte ",
                   taken - static_cast<size_t>(count) + 1),
              "All files must be in the encoding that is named.");
}

std::string convert(const std::string& bytes, const std::string& encoding,
                    const std::string& name) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, void (*)(UConverter*)> converter(
      ucnv_open(encoding.c_str(), &status), ucnv_close);
  if (U_FAILURE(status)) {
    throw Error(text("unknown encoding '", encoding, "'"),
                "Use a name such as utf-8, latin1 or gb18030.");
  }
  ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  std::u16string utf16;
  std::array<UChar, 4096> chunk{};
  const char* next = bytes.data();
  const char* const end = next + bytes.size();
  do {
    status = U_ZERO_ERROR;
    UChar* chunk_end = chunk.data();
    ucnv_toUnicode(converter.get(), &chunk_end, chunk.data() + chunk.size(), &next, end, nullptr,
                   /*flush=*/1, &status);
    if (U_FAILURE(status) && status != U_BUFFER_OVERFLOW_ERROR)
      fail_decoding(*converter, static_cast<size_t>(next - bytes.data()), encoding, name);
    utf16.append(chunk.data(), chunk_end);
  } while (status == U_BUFFER_OVERFLOW_ERROR);
  std::string utf8;
  utf8.reserve(bytes.size());
  for (size_t i = 0; i < utf16.size();) {
    UChar32 code_point = 0;
    U16_NEXT(utf16.data(), i, utf16.size(), code_point);
    append_code_point(utf8, static_cast<char32_t>(code_point));
  }
  return utf8;
}

}  // namespace

std::string read_stream(std::istream& in) {
  std::string bytes;
  std::string chunk(kChunk, '\0');
  while (in) {
    in.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    bytes.append(chunk, 0, static_cast<size_t>(in.gcount()));
  }
  return bytes;
}

std::string decode_text(std::string bytes, const std::string& encoding, const std::string& name) {
  if (!is_utf8_name(encoding)) return convert(bytes, encoding, name);
  if (const auto invalid = find_invalid_utf8(bytes)) {
    const size_t line_start = *invalid == 0 ? 0 : bytes.rfind('\n', *invalid - 1) + 1;
    const auto line =
        1 + std::count(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(*invalid), '\n');
    throw Error(FilePosition{name, static_cast<long>(line)},
                text("invalid UTF-8 at byte ", *invalid - line_start + 1, " of the line"),
                "Convert the text to UTF-8, for example with iconv.");
  }
  return bytes;
}

std::vector<std::string> split_lines(const std::string& text, LineEnds ends) {
  // Searching for one character is many times as fast as for several.
  const auto find_end = [&](size_t start) {
    return ends == LineEnds::kUniversal ? text.find_first_of("\r\n", start)
                                        : text.find('\n', start);
  };
  std::vector<std::string> lines;
  lines.reserve(static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) + 1);
  for (size_t start = 0; start < text.size();) {
    const size_t end = std::min(find_end(start), text.size());
    lines.push_back(text.substr(start, end - start));
    start = text.compare(end, 2, "\r\n") == 0 ? end + 2 : end + 1;
  }
  return lines;
}

std::string read_bytes(const std::string& file) {
  std::string bytes = read_file(file);
  if (file.ends_with(".gz")) return gunzip(bytes, file);
  if (file.ends_with(".zst")) return unzstd(bytes, file);
  return bytes;
}

std::vector<std::string> read_lines(const std::string& file, const std::string& encoding) {
  return split_lines(decode_text(read_bytes(file), encoding, file), LineEnds::kLineFeed);
}

}  // namespace nmt::scoring
