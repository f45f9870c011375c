#include <gtest/gtest.h>

#include "policy/nearest.hpp"

namespace shirgate::test {
namespace {

const std::set<std::string, std::less<>> keys{"clients", "factory", "hosts", "ports", "region"};

TEST(Nearest, FindsWhatATypingErrorMeant) {
  EXPECT_EQ(nearest("client", keys), "clients");
  EXPECT_EQ(nearest("clinets", keys), "clients");
  EXPECT_EQ(nearest("host", keys), "hosts");
  EXPECT_EQ(nearest("Region", keys), "region");
  EXPECT_EQ(nearest("factories", keys), "factory");
}

TEST(Nearest, GuessesNothingFromAnUnrelatedWord) {
  EXPECT_EQ(nearest("audit_directory", keys), std::nullopt);
  EXPECT_EQ(nearest("zzzzzz", keys), std::nullopt);
  EXPECT_EQ(nearest("clients", {}), std::nullopt);
}

}  // namespace
}  // namespace shirgate::test
