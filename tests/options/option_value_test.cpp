#include "nmt/options/option_value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "table_for_tests.h"

namespace nmt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// The message of the refusal of `word`; "" when it is taken.
template <class T>
std::string refusal(const std::string& word, double low = -HUGE_VAL, double high = HUGE_VAL) {
  T field{};
  const T before = field;
  const auto value = bind_value(field);
  value->minimum = low;
  value->maximum = high;
  try {
    value->set({word});
  } catch (const UsageError& error) {
    EXPECT_EQ(field, before) << "a refused value must leave the field alone";
    return error.what();
  }
  return "";
}

TEST(OptionValue, IntegersAreWholeTexts) {
  for (const char* word :
       {"0", "-1", "20000", "9223372036854775807", "-9223372036854775808", "007"}) {
    EXPECT_EQ(refusal<int64_t>(word), "") << word;
  }
  for (const char* word :
       {"", " 1", "1 ", "20k", "1e4", "1.0", "0x10", "+1", "1_000", "1,000", "eight",
        "9223372036854775808", "-9223372036854775809", "99999999999999999999999", "--1", "-"}) {
    EXPECT_EQ(refusal<int64_t>(word), "expected an integer") << word;
  }
}

TEST(OptionValue, NumbersAreFiniteAndWholeTexts) {
  for (const char* word : {"0", "-1", "1e-4", "1.0e-09", "5E3", ".5", "5.", "1e308", "-0.0"}) {
    EXPECT_EQ(refusal<double>(word), "") << word;
  }
  for (const char* word : {"", "1e", "1e400", "1e-400", "inf", "-inf", "nan", "NaN", "1.0x", "1,5",
                           "0x1p3", " 1", "1 ", "+1"}) {
    EXPECT_EQ(refusal<double>(word), "expected a number") << word;
  }
}

TEST(OptionValue, LimitsAreInclusiveAndNamed) {
  EXPECT_EQ(refusal<int64_t>("1", 1, 3), "");
  EXPECT_EQ(refusal<int64_t>("3", 1, 3), "");
  EXPECT_EQ(refusal<int64_t>("0", 1, 3), "expected an integer from 1 to 3");
  EXPECT_EQ(refusal<int64_t>("4", 1, 3), "expected an integer from 1 to 3");
  EXPECT_EQ(refusal<int64_t>("0", 1), "expected an integer >= 1");
  EXPECT_EQ(refusal<double>("2", -HUGE_VAL, 1), "expected a number <= 1");
  EXPECT_EQ(refusal<double>("-0.5", 0, 0.99), "expected a number from 0 to 0.99");
}

TEST(OptionValue, FlagsAreTrueOrFalse) {
  bool field = false;
  const auto value = bind_value(field);
  for (const char* word : {"true", "True", "TRUE"}) {
    field = false;
    value->set({word});
    EXPECT_TRUE(field) << word;
  }
  for (const char* word : {"yes", "1", "on", "", "tRue"}) {
    EXPECT_EQ(refusal<bool>(word), "expected true or false") << word;
  }
}

TEST(OptionValue, ListsCheckEachElementAndMayBeEmpty) {
  std::vector<double> field = {1};
  const auto value = bind_value(field);
  value->set({});
  EXPECT_THAT(field, ElementsAre());
  value->maximum = 1;
  value->set({"0.5", "1"});
  EXPECT_THAT(field, ElementsAre(0.5, 1));
  EXPECT_THROW(value->set({"0.5", "2"}), UsageError);
  EXPECT_THAT(field, ElementsAre(0.5, 1)) << "a refused list must leave the field alone";
  EXPECT_EQ(value->expected(), "a list of numbers <= 1");
}

TEST(OptionValue, NamesSuggestTheNearest) {
  testing::Colour field = testing::Colour::kRed;
  const auto value = bind_value(field);
  value->set({"blue"});
  EXPECT_EQ(field, testing::Colour::kBlue);
  EXPECT_THAT(value->get(), ElementsAre("blue"));
  EXPECT_EQ(testing::usage_error([&] { value->set({"blu"}); }),
            "expected one of red, blue\n  Did you mean 'blue'?");
  EXPECT_EQ(testing::usage_error([&] { value->set({"green"}); }), "expected one of red, blue");
}

TEST(OptionValue, NamesMayBeLeftOut) {
  std::optional<testing::Colour> field;
  const auto value = bind_value(field);
  EXPECT_FALSE(value->has_value());
  EXPECT_THAT(value->get(), ElementsAre());
  EXPECT_EQ(testing::usage_error([&] { value->set({""}); }), "expected one of red, blue");
  EXPECT_EQ(field, std::nullopt);
  value->set({"blue"});
  EXPECT_EQ(field, testing::Colour::kBlue);
  EXPECT_THAT(value->get(), ElementsAre("blue"));
}

TEST(OptionValue, TextIsUtf8WithoutNul) {
  EXPECT_EQ(refusal<std::string>("Grüße ☃ 😀"), "");
  EXPECT_EQ(refusal<std::string>(""), "");
  EXPECT_THAT(refusal<std::string>("\xff"), HasSubstr("UTF-8"));
  EXPECT_THAT(refusal<std::string>(std::string("a\0b", 3)), HasSubstr("NUL"));
}

TEST(OptionValue, NumbersPrintShortAndReadBack) {
  EXPECT_EQ(number_text(0), "0");
  EXPECT_EQ(number_text(5e-4), "0.0005");
  EXPECT_EQ(number_text(1e-9), "1e-09");
  EXPECT_EQ(number_text(100000), "100000");
  EXPECT_EQ(number_text(0.1), "0.1");
  std::mt19937_64 bits(7);
  for (int i = 0; i < 20000; ++i) {
    const uint64_t pattern = bits();
    double number = 0;
    std::memcpy(&number, &pattern, sizeof number);
    if (!std::isfinite(number)) continue;
    double field = 0;
    const auto value = bind_value(field);
    value->set({number_text(number)});
    ASSERT_EQ(std::bit_cast<uint64_t>(field), pattern) << number_text(number);
  }
}

}  // namespace
}  // namespace nmt
