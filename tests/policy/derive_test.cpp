#include "policy/adf/derive.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <set>

#include "policy_of.hpp"

namespace shirgate::adf::test {
namespace {

using Lines = std::set<std::string>;

/// The least a factory can need.
Factory bare() {
  return {.runtime = Name("prod"),
          .name = "contoso-prod",
          .region = "westeurope",
          .auto_update = false,
          .interactive_authoring = Authoring::off};
}

/// "channel host:port" of every rule.
Lines lines_of(const Factory& factory) {
  Lines lines;
  for (const auto& rule : derive(builtin_catalogue(), factory))
    lines.insert(fmt::format("{} {}:{}", rule.channel.text(), rule.pattern.text(), rule.port));
  return lines;
}

const Lines control{"control contoso-prod.westeurope.datafactory.azure.net:443"};

Lines with_control(const Lines& more) {
  Lines all = control;
  all.insert(more.begin(), more.end());
  return all;
}

struct InputCase {
  const char* name;
  std::function<void(Factory&)> set;
  Lines adds;
};

void PrintTo(const InputCase& item, std::ostream* out) { *out << item.name; }

std::vector<InputCase> input_cases() {
  return {
      {"Nothing", [](Factory&) {}, {}},
      {"AutoUpdate", [](Factory& f) { f.auto_update = true; }, {"update download.microsoft.com:443"}},
      {"RelayAuthoring",
       [](Factory& f) { f.interactive_authoring = Authoring::relay; },
       {"relay *.servicebus.windows.net:443"}},
      {"SelfContainedAuthoring", [](Factory& f) { f.interactive_authoring = Authoring::self_contained; }, {}},
      {"PinnedRelay",
       [](Factory& f) {
         f.interactive_authoring = Authoring::relay;
         f.relay_hosts = {"g0.servicebus.windows.net", "g1.servicebus.windows.net"};
       },
       {"relay g0.servicebus.windows.net:443", "relay g1.servicebus.windows.net:443"}},
      {"RelayHostsWithoutRelay", [](Factory& f) { f.relay_hosts = {"g0.servicebus.windows.net"}; }, {}},
      {"OneStagingAccount",
       [](Factory& f) { f.staging_accounts = {"stage1"}; },
       {"staging stage1.blob.core.windows.net:443"}},
      {"TwoStagingAccounts",
       [](Factory& f) {
         f.staging_accounts = {"stage1", "stage2"};
       },
       {"staging stage1.blob.core.windows.net:443", "staging stage2.blob.core.windows.net:443"}},
      {"TwoKeyVaults",
       [](Factory& f) {
         f.key_vaults = {"kv1", "kv2"};
       },
       {"keyvault kv1.vault.azure.net:443", "keyvault kv2.vault.azure.net:443"}},
      {"EntraAuth", [](Factory& f) { f.entra_auth = true; }, {"identity login.microsoftonline.com:443"}},
  };
}

class Derive : public testing::TestWithParam<InputCase> {};

TEST_P(Derive, AddsExactlyTheRowsOfItsInput) {
  auto factory = bare();
  GetParam().set(factory);
  EXPECT_EQ(lines_of(factory), with_control(GetParam().adds));
}

/// Would the rules still let out what `line` says? A pin may stand in for its wildcard.
bool still_asks_for(const Lines& after, const std::string& line) {
  const auto channel = line.substr(0, line.find(' ') + 1);
  return after.contains(line) ||
         std::any_of(after.begin(), after.end(), [&](const std::string& other) { return other.starts_with(channel); });
}

TEST_P(Derive, TakesNothingFromOtherChannels) {
  for (const auto& other : input_cases()) {
    auto factory = bare();
    other.set(factory);
    const auto before = lines_of(factory);
    const auto authoring = factory.interactive_authoring;
    GetParam().set(factory);
    // Choosing another way of authoring is no addition.
    if (authoring != Authoring::off) factory.interactive_authoring = authoring;
    for (const auto& line : before)
      EXPECT_TRUE(still_asks_for(lines_of(factory), line)) << line << " vanished beside " << other.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Inputs, Derive, testing::ValuesIn(input_cases()),
                         [](const auto& one) { return std::string(one.param.name); });

Factory full() {
  auto factory = bare();
  factory.auto_update = factory.entra_auth = true;
  factory.interactive_authoring = Authoring::relay;
  factory.staging_accounts = {"stage1"};
  factory.key_vaults = {"kv1"};
  return factory;
}

const CatalogueRow& row_named(std::string_view origin) {
  const auto rows = builtin_catalogue().rows;
  return *std::find_if(rows.begin(), rows.end(),
                       [&](const auto& row) { return fmt::format("catalogue {}", row.id) == origin; });
}

TEST(DerivedRules, AreNeverBroaderThanTheRowThatAsksForThem) {
  for (const auto& rule : derive(builtin_catalogue(), full())) {
    const auto& row = row_named(rule.provenance.origin);
    std::string pattern(row.pattern);
    for (const auto& [from, to] : {std::pair{"{factory}", "contoso-prod"}, std::pair{"{region}", "westeurope"}})
      if (const auto at = pattern.find(from); at != std::string::npos) pattern.replace(at, std::strlen(from), to);
    const auto allowed = *parse_pattern(pattern);
    EXPECT_TRUE(rule.pattern == allowed || allowed.matches(*parse_host(rule.pattern.name()))) << rule.pattern.text();
    EXPECT_EQ(rule.port, row.port);
    EXPECT_EQ(rule.protocol, row.protocol);
    EXPECT_EQ(rule.may_be_quiet, row.may_be_quiet);
  }
}

TEST(DerivedRules, SayWhereTheyComeFrom) {
  std::set<std::string_view> names;
  for (const auto& rule : derive(builtin_catalogue(), full())) {
    EXPECT_TRUE(names.insert(rule.name.text()).second) << rule.name.text();
    EXPECT_EQ(rule.runtime.text(), "prod");
    EXPECT_FALSE(rule.provenance.purpose.empty());
    EXPECT_TRUE(rule.provenance.source.starts_with("Microsoft Learn")) << rule.provenance.source;
    EXPECT_FALSE(rule.expires);
  }
  EXPECT_EQ(names.size(), 6U);
}

TEST(DerivedRules, LetOnlyTheRelayBeQuiet) {
  for (const auto& rule : derive(builtin_catalogue(), full()))
    EXPECT_EQ(rule.may_be_quiet, rule.channel.text() == "relay") << rule.channel.text();
}

TEST(DerivedRules, ExpectPrivateAddressesOnlyWhereAChannelMayBePrivate) {
  auto factory = full();
  const std::vector ranges{*parse_range("10.30.0.0/24")};
  for (const auto* channel : {"control", "relay", "update", "staging", "keyvault", "identity"})
    factory.private_link[channel] = ranges;
  for (const auto& rule : derive(builtin_catalogue(), factory)) {
    const auto channel = rule.channel.text();
    const bool may_be_private = channel == "control" || channel == "staging" || channel == "keyvault";
    EXPECT_EQ(rule.addresses, may_be_private ? ranges : std::vector<AddressRange>{}) << channel;
  }
}

TEST(DerivedRules, KeepThePrivateRangesOfOneChannelToIt) {
  auto factory = full();
  factory.private_link["control"] = {*parse_range("10.30.0.4/32")};
  for (const auto& rule : derive(builtin_catalogue(), factory))
    EXPECT_EQ(rule.addresses.empty(), rule.channel.text() != "control") << rule.channel.text();
}

TEST(DerivedRules, OfAnotherCloudAreNotThose) {
  auto factory = full();
  factory.cloud = "usgov";
  EXPECT_EQ(lines_of(factory), Lines{"update download.microsoft.com:443"});
}

TEST(Catalogue, HasRowsWithAnIdASourceAndAReadablePattern) {
  std::set<std::string_view> ids;
  for (const auto& row : builtin_catalogue().rows) {
    EXPECT_TRUE(ids.insert(row.id).second) << row.id;
    EXPECT_FALSE(row.source.empty()) << row.id;
    EXPECT_FALSE(row.purpose.empty()) << row.id;
    EXPECT_NE(row.port, 0) << row.id;
  }
}

TEST(SharedTenants, AreFoundUnderAndOverTheirSuffix) {
  const auto suffix = [](std::string_view pattern) { return shared_tenant_suffix_of(*parse_pattern(pattern)); };
  EXPECT_EQ(suffix("*.servicebus.windows.net"), "servicebus.windows.net");
  EXPECT_EQ(suffix("*.blob.core.windows.net"), "core.windows.net");
  EXPECT_FALSE(suffix("*.windows.net").empty()) << "broader than the suffix";
  EXPECT_EQ(suffix("acct.blob.core.windows.net"), "") << "one exact host is nobody else's";
  EXPECT_EQ(suffix("*.contoso.example"), "");
  EXPECT_EQ(suffix("*.notcore.windows.net"), "");
  EXPECT_EQ(suffix("*.xcore.windows.net"), "");
  for (const auto each : shared_tenant_suffixes()) EXPECT_FALSE(suffix("*." + std::string(each)).empty()) << each;
}

}  // namespace
}  // namespace shirgate::adf::test
