// The derivation itself, on catalogues of a few rows; what the real one derives is tests/config's.
#include "policy/adf/derive.hpp"
#include "policy/adf/self_check.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "policy/adf/self_check.hpp"

namespace shirgate::adf::test {
namespace {

CatalogueRow row(std::string id, std::string pattern, std::vector<Fact> needs) {
  return {.id = std::move(id),
          .channel = "keyvault",
          .pattern = std::move(pattern),
          .ports = {443, 443},
          .cloud = "all",
          .needs = std::move(needs),
          .private_link = "per-store",
          .purpose = "a purpose",
          .sources = {"S1 Section"}};
}

CatalogueRow pinned(std::string pattern, std::string pin) {
  auto result = row("r", std::move(pattern), {});
  result.pin = std::move(pin);
  return result;
}

Catalogue of(std::vector<CatalogueRow> rows) {
  Catalogue catalogue;
  catalogue.rows = std::move(rows);
  catalogue.sources = {{.id = "S1", .title = "The document"}};
  return catalogue;
}

Texts hosts(const Catalogue& catalogue, const Factory& factory) {
  Texts found;
  for (const auto& need : derive(catalogue, factory)) found.push_back(need.host);
  return found;
}

TEST(Derive, AsksForARowWhenAllItsFactsHold) {
  const auto catalogue = of({row("a", "a.example", {Fact::blob, Fact::key_vault})});
  Factory factory;
  EXPECT_EQ(hosts(catalogue, factory), Texts{});
  factory.blob = true;
  EXPECT_EQ(hosts(catalogue, factory), Texts{});
  factory.key_vault = true;
  EXPECT_EQ(hosts(catalogue, factory), Texts{"a.example"});
}

TEST(Derive, AsksForARowOfItsCloudOrOfAll) {
  auto china = row("c", "c.example", {});
  china.cloud = "china";
  const auto catalogue = of({row("a", "a.example", {}), china});
  Factory factory;
  EXPECT_EQ(hosts(catalogue, factory), Texts{"a.example"});
  factory.cloud = "china";
  EXPECT_EQ(hosts(catalogue, factory), (Texts{"a.example", "c.example"}));
}

TEST(Derive, PrefersThePinOnceEveryInputOfItIsKnown) {
  const auto catalogue = of({pinned("*.storage.example", "{staging_account}.{storage_zone}.storage.example")});
  Factory factory;
  EXPECT_EQ(hosts(catalogue, factory), Texts{"*.storage.example"});
  factory.staging_accounts = {"one", "two"};
  EXPECT_EQ(hosts(catalogue, factory), Texts{"*.storage.example"}) << "the zone is unknown";
  factory.storage_zone = "z05";
  EXPECT_EQ(hosts(catalogue, factory), (Texts{"one.z05.storage.example", "two.z05.storage.example"}));
}

TEST(Derive, FillsEveryPlaceholderOfAPattern) {
  const auto catalogue = of({row("a", "{factory}.{region}.{factory}.example", {})});
  Factory factory;
  EXPECT_EQ(hosts(catalogue, factory), Texts{}) << "without the inputs there is no such name";
  factory.name = "contoso";
  factory.region = "eastus";
  EXPECT_EQ(hosts(catalogue, factory), Texts{"contoso.eastus.contoso.example"});
}

TEST(Derive, GivesABrowserThePortalAndNothingElse) {
  auto portal = row("p", "portal.example", {Fact::portal});
  portal.channel = "portal";
  const auto catalogue = of({row("a", "a.example", {}), portal});
  EXPECT_EQ(hosts(catalogue, {.kind = RuntimeKind::browser}), Texts{"portal.example"});
}

TEST(DerivedLines, SayWhereTheNameShouldResolveOnceThereIsAPrivateEndpoint) {
  auto range = row("a", "a.example", {});
  range.ports = {11000, 11999};
  range.transport = Transport::tds_direct;
  const auto catalogue = of({range});
  Factory factory;
  EXPECT_EQ(to_line(derive(catalogue, factory).front(), factory), "keyvault a.example:11000-11999 tds-direct");
  factory.private_link.used = true;
  EXPECT_EQ(to_line(derive(catalogue, factory).front(), factory),
            "keyvault a.example:11000-11999 tds-direct per-store");
}

TEST(Carriers, FollowFromTransportAndPorts) {
  const auto carrier = [](Transport transport, PortRange ports) {
    CatalogueRow item;
    item.transport = transport;
    item.ports = ports;
    EXPECT_EQ(why_not_carried(item).empty(), carried_by(item) == Carrier::gate) << to_string(transport);
    return carried_by(item);
  };
  EXPECT_EQ(carrier(Transport::tls_connect, {443, 443}), Carrier::gate);
  EXPECT_EQ(carrier(Transport::wss_connect, {443, 443}), Carrier::gate);
  EXPECT_EQ(carrier(Transport::tds_direct, {1433, 1433}), Carrier::gate);
  EXPECT_EQ(carrier(Transport::tds_direct, {11000, 11999}), Carrier::firewall);
  EXPECT_EQ(carrier(Transport::http_plain, {80, 80}), Carrier::nobody);
  EXPECT_EQ(carrier(Transport::nettcp_lan, {8060, 8060}), Carrier::firewall);
  EXPECT_EQ(carrier(Transport::comparison, {443, 443}), Carrier::firewall);
}

TEST(Transports, ReadBackWhatTheyPrint) {
  for (const auto* word : {"tls-connect", "wss-connect", "tds-direct", "http-plain", "nettcp-lan", "comparison"})
    EXPECT_EQ(to_string(*parse_transport(word)), word);
  EXPECT_EQ(parse_transport("udp"), std::nullopt);
}

TEST(MadeRules, CarryTheRowAndItsDocuments) {
  auto sql = row("sql", "*.sql.example", {});
  sql.transport = Transport::tds_direct;
  sql.ports = {1433, 1433};
  sql.quiet = true;
  const auto catalogue = of({sql});
  const Factory factory{.runtime = Name("prod")};
  const auto rule = make_rule(catalogue, derive(catalogue, factory).front(), factory);
  EXPECT_EQ(rule.name.text(), "prod/sql/*.sql.example");
  EXPECT_EQ(rule.runtime.text(), "prod");
  EXPECT_EQ(rule.channel.text(), "keyvault");
  EXPECT_EQ(rule.protocol, Protocol::tds);
  EXPECT_EQ(rule.port, 1433);
  EXPECT_TRUE(rule.may_be_quiet);
  EXPECT_EQ(rule.provenance.origin, "catalogue sql");
  EXPECT_EQ(rule.provenance.purpose, "a purpose");
  EXPECT_EQ(rule.provenance.source, "The document, Section");
}

TEST(MadeRules, KeepToTheShapeOfTheRelaysGateways) {
  const auto catalogue = of({row("gateways", "*.servicebus.example", {Fact::relay_gateways})});
  const Factory factory{.relay_gateways = true};
  const auto rule = make_rule(catalogue, derive(catalogue, factory).front(), factory);
  EXPECT_EQ(rule.pattern.shape(), HostPattern::Shape::relay_gateway_below);
  EXPECT_FALSE(rule.pattern.matches(*parse_host("stranger.servicebus.example")));
}

TEST(MadeRules, ExpectTheirOwnChannelsRangesAndNoOthers) {
  const auto catalogue = of({row("kv", "kv.example", {})});
  Factory factory;
  factory.private_link.ranges["keyvault"] = {*parse_range("10.30.0.0/24")};
  factory.private_link.ranges["control"] = {*parse_range("10.31.0.0/24")};
  const auto rule = make_rule(catalogue, derive(catalogue, factory).front(), factory);
  EXPECT_EQ(rule.addresses, std::vector{*parse_range("10.30.0.0/24")});
  EXPECT_EQ(rule.never, std::vector{*parse_range("10.31.0.0/24")});
}

TEST(MadeRules, LeaveTwoChannelsTheSubnetTheyShare) {
  const auto catalogue = of({row("kv", "kv.example", {})});
  Factory factory;
  factory.private_link.ranges["keyvault"] = {*parse_range("10.30.0.0/24")};
  factory.private_link.ranges["control"] = {*parse_range("10.30.0.0/24"), *parse_range("10.30.0.4")};
  const auto rule = make_rule(catalogue, derive(catalogue, factory).front(), factory);
  const auto judged = [&](std::string_view answer) {
    return judge(std::vector{*parse_address(answer)}, rule.addresses, rule.never);
  };
  EXPECT_EQ(judged("10.30.0.7"), Reason::allowed);
  EXPECT_EQ(judged("10.30.0.4"), Reason::address_not_expected) << "one address of it is the other channel's alone";
}

TEST(MadeRules, OfAPublicRowTakeNoRangeAsTheirOwn) {
  auto relay = row("relay", "relay.example", {});
  relay.private_link = "public";
  const auto catalogue = of({relay});
  Factory factory;
  factory.private_link.ranges["keyvault"] = {*parse_range("10.30.0.0/24")};
  const auto rule = make_rule(catalogue, derive(catalogue, factory).front(), factory);
  EXPECT_TRUE(rule.addresses.empty());
  EXPECT_EQ(rule.never, std::vector{*parse_range("10.30.0.0/24")});
}

TEST(FailingExamples, NameWhatIsMissingAndWhatIsTooMuch) {
  auto catalogue = of({row("a", "a.example", {}), row("b", "b.example", {})});
  catalogue.examples = {{"E1", {}, {"keyvault a.example:443 tls-connect", "keyvault c.example:443 tls-connect"}}};
  EXPECT_EQ(failing_examples(catalogue),
            (Texts{"example 'E1' does not derive 'keyvault c.example:443 tls-connect'",
                   "example 'E1' derives 'keyvault b.example:443 tls-connect', which it does not expect"}));
}

TEST(FailingNegatives, NameWhatTheAttemptIsInstead) {
  auto catalogue = of({row("a", "a.example", {})});
  const auto answer = *parse_address("20.50.1.1");
  catalogue.negatives = {{"N1", {}, "b.example:443", {}, Reason::host_not_listed, "fine"},
                         {"N2", {}, "a.example:443", {}, Reason::host_not_listed, "it is listed"},
                         {"N3", {}, "a.example:443", {answer}, Reason::address_not_expected, "it is public"},
                         {"N4", {}, "10.0.0.5:443", {}, Reason::ip_literal_not_listed, "fine"}};
  EXPECT_EQ(failing_negatives(catalogue), (Texts{"negative 'N2': a.example:443 is allowed, not host_not_listed",
                                                 "negative 'N3': a.example:443 is allowed, not address_not_expected"}));
}

TEST(Citations, GiveTheTitleOfTheSource) {
  const auto catalogue = of({});
  EXPECT_EQ(catalogue.cite("S1"), "The document");
  EXPECT_EQ(catalogue.cite("S1 Section"), "The document, Section");
  EXPECT_EQ(catalogue.cite("S9 Section"), "S9 Section");
}

}  // namespace
}  // namespace shirgate::adf::test
