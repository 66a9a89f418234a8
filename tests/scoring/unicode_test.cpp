#include "nmt/scoring/unicode.h"

#include <gtest/gtest.h>

#include <set>

#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

/// The code points for which Python's str.isspace() is true.
const std::set<char32_t> kSpaces = {0x09,   0x0A,   0x0B,   0x0C,   0x0D,   0x1C,   0x1D,   0x1E,
                                    0x1F,   0x20,   0x85,   0xA0,   0x1680, 0x2000, 0x2001, 0x2002,
                                    0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200A,
                                    0x2028, 0x2029, 0x202F, 0x205F, 0x3000};

bool is_surrogate(char32_t c) {
  return c >= 0xD800 && c <= 0xDFFF;
}

TEST(Unicode, SpacesArePythonsForEveryCodePoint) {
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (is_surrogate(c)) continue;
    const bool space = kSpaces.contains(c);
    ASSERT_EQ(is_space(c), space) << std::hex << static_cast<uint32_t>(c);
    const std::string bytes = to_utf8({&c, 1});
    ASSERT_EQ(space_length(bytes), space ? bytes.size() : 0)
        << std::hex << static_cast<uint32_t>(c);
    ASSERT_EQ(trim_right("x" + bytes), space ? "x" : "x" + bytes)
        << std::hex << static_cast<uint32_t>(c);
    ASSERT_EQ(split("a" + bytes + "b").size(), space ? 2U : 1U)
        << std::hex << static_cast<uint32_t>(c);
  }
}

TEST(Unicode, DecodingUndoesEncodingForEveryCodePoint) {
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (is_surrogate(c)) continue;
    const std::string bytes = to_utf8({&c, 1});
    ASSERT_EQ(to_code_points(bytes), std::u32string(1, c));
    ASSERT_FALSE(find_invalid_utf8(bytes));
  }
}

TEST(Unicode, FindsWhatIsNotUtf8) {
  EXPECT_EQ(find_invalid_utf8("ab\xFFz"), 2U);
  EXPECT_EQ(find_invalid_utf8("a\xC3"), 1U);             // cut off
  EXPECT_EQ(find_invalid_utf8("\x80"), 0U);              // continuation without start
  EXPECT_EQ(find_invalid_utf8("é\xC0\x80"), 2U);         // overlong
  EXPECT_EQ(find_invalid_utf8("\xED\xA0\x80"), 0U);      // surrogate
  EXPECT_EQ(find_invalid_utf8("\xF4\x90\x80\x80"), 0U);  // above U+10FFFF
  EXPECT_EQ(find_invalid_utf8(std::string("a\0b", 3)), std::nullopt);
  EXPECT_THROW(to_code_points("a\xC3"), Error);
}

TEST(Unicode, LowersAsPython) {
  EXPECT_EQ(to_lower("ABC xyz [\\]^"), "abc xyz [\\]^");
  EXPECT_EQ(to_lower("ΟΔΟΣ Σ ΑΣ."), "οδος σ ας.");
  EXPECT_EQ(to_lower("İ"), "i\xCC\x87");  // one code point becomes two, and two bytes three
  EXPECT_EQ(to_lower(std::string(50, 'A') + "İİİİİİİİİİ").size(), 80U);
  EXPECT_EQ(to_lower(""), "");
}

TEST(Unicode, SplitsAndSqueezes) {
  const std::string line = "\xC2\xA0 a\tbc　d \n";
  EXPECT_EQ(split(line), (std::vector<std::string_view>{"a", "bc", "d"}));
  EXPECT_EQ(squeeze(line), "a bc d");
  EXPECT_EQ(trim(line), "a\tbc　d");
  EXPECT_TRUE(split(" \t").empty());
}

}  // namespace
}  // namespace nmt::scoring
