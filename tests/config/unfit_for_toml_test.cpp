// Inputs that fuzzing found to stop toml++ instead of being refused by it.
#include <gtest/gtest.h>

#include "config/load.hpp"
#include "config/unfit_for_toml.hpp"

namespace shirgate {
namespace {

TEST(Load, RefusesATableHeaderWithoutANameInsteadOfStopping) {
  for (const std::string header : {"[", "[[", "[ ", "[[\t", "[\n[gate]]", "[#", "[.a]", "[[ =]]"}) {
    const auto loaded = load("\n" + header + "\n", "f.toml");
    ASSERT_TRUE(loaded.has_error()) << header;
    EXPECT_EQ(to_string(loaded.error().front()),
              "f.toml:2: not TOML: a table's name must follow its bracket; write for example [gate]");
  }
}

TEST(Load, RefusesWhatIsNotAsciiOutsideComments) {
  const auto loaded = load("# \xC3\xA4 is fine here\ns\xC9\x9D = 1\n", "f.toml");
  ASSERT_TRUE(loaded.has_error());
  EXPECT_EQ(loaded.error().front().line, 2U);
  EXPECT_NE(loaded.error().front().text.find("ASCII"), std::string::npos);
}

TEST(Load, TakesAByteOrderMarkAndTablesAsPeopleWriteThem) {
  EXPECT_FALSE(unfit_for_toml("\xEF\xBB\xBF[gate]\n  [ dns.hosts ]\n[[runtime]]\nports = [\n443]\n").has_value());
}

}  // namespace
}  // namespace shirgate
