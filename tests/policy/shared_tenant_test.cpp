#include "policy/adf/shared_tenant.hpp"

#include <gtest/gtest.h>

namespace shirgate::adf::test {
namespace {

Catalogue small_catalogue() {
  Catalogue catalogue;
  catalogue.shared_tenant_suffixes = {"servicebus.windows.net", "core.windows.net"};
  catalogue.platform_suffixes = {"windows.net", "datafactory.azure.net"};
  return catalogue;
}

std::string tenants_of(std::string_view pattern) {
  return shared_tenant_suffix_of(small_catalogue(), *parse_pattern(pattern));
}

std::string platform_of(std::string_view pattern) {
  return platform_suffix_of(small_catalogue(), *parse_pattern(pattern));
}

TEST(SharedTenants, AreFoundUnderAndOverTheirSuffix) {
  EXPECT_EQ(tenants_of("*.servicebus.windows.net"), "servicebus.windows.net");
  EXPECT_EQ(tenants_of("*.blob.core.windows.net"), "core.windows.net");
  EXPECT_FALSE(tenants_of("*.windows.net").empty()) << "broader than the suffix";
}

TEST(SharedTenants, AreNoneBehindAnExactHostOrALookAlike) {
  EXPECT_EQ(tenants_of("acct.blob.core.windows.net"), "");
  EXPECT_EQ(tenants_of("*.contoso.example"), "");
  EXPECT_EQ(tenants_of("*.notcore.windows.net"), "");
  EXPECT_EQ(tenants_of("*.core.windows.net.contoso.example"), "");
}

TEST(SharedTenants, AreNoneBehindTheGatewaysOfTheRelay) {
  EXPECT_EQ(
      shared_tenant_suffix_of(small_catalogue(), relay_gateways_below(*parse_pattern("*.servicebus.windows.net"))), "");
}

TEST(SharedTenants, OfThePublicSuffixListAreKnownToo) {
  EXPECT_EQ(tenants_of("*.github.io"), "github.io");
  EXPECT_EQ(tenants_of("*.contoso.github.io"), "github.io");
  EXPECT_EQ(tenants_of("*.contoso.co.uk"), "") << "sold by a registry, and so somebody's own";
}

TEST(PlatformSuffixes, AreRefusedWhereTheWildcardOpensThemAsAWhole) {
  EXPECT_EQ(platform_of("*.windows.net"), "windows.net");
  EXPECT_EQ(platform_of("*.datafactory.azure.net"), "datafactory.azure.net");
  EXPECT_EQ(platform_of("*.azure.net"), "datafactory.azure.net") << "broader than the suffix";
}

TEST(PlatformSuffixes, LeaveOneServiceBelowThemAlone) {
  EXPECT_EQ(platform_of("*.core.windows.net"), "");
  EXPECT_EQ(platform_of("windows.net"), "");
  EXPECT_EQ(platform_of("*.xwindows.net"), "");
}

TEST(IsAtOrUnder, NeedsTheDotInFrontOfTheSuffix) {
  EXPECT_TRUE(is_at_or_under("a.example", "a.example"));
  EXPECT_TRUE(is_at_or_under("x.a.example", "a.example"));
  EXPECT_FALSE(is_at_or_under("xa.example", "a.example"));
  EXPECT_FALSE(is_at_or_under("a.example", "x.a.example"));
  EXPECT_FALSE(is_at_or_under(".a.example.", "a.example"));
}

}  // namespace
}  // namespace shirgate::adf::test
