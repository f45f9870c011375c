// The keys here are made up; their secret says so in base64.
#include "policy/adf/ir_key.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace shirgate::adf::test {
namespace {

const std::string guid = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
const std::string secret = "c2hpcmdhdGUtdGVzdHM6bm90LWEtc2VjcmV0LXJlYWw=";

/// The control rows of catalogue.toml, as far as keys go.
Catalogue catalogue() {
  Catalogue made;
  const auto add = [&](const char* pattern, const char* pin, const char* cloud, Fact need) {
    made.rows.push_back({.channel = "control", .pattern = pattern, .pin = pin, .cloud = cloud, .needs = {need}});
  };
  add("{factory}.{region}.datafactory.azure.net", "", "public", Fact::factory_key);
  add("*.frontend.clouddatahub.net", "{frontend_code}.frontend.clouddatahub.net", "public", Fact::regional_key);
  add("{factory}.{region}.datafactory.azure.us", "", "usgov", Fact::factory_key);
  add("*.frontend.datamovement.azure.us", "{frontend_code}.frontend.datamovement.azure.us", "usgov",
      Fact::regional_key);
  add("{factory}.{region}.datafactory.azure.cn", "", "china", Fact::factory_key);
  add("*.frontend.datamovement.azure.cn", "{frontend_code}.frontend.datamovement.azure.cn", "china",
      Fact::regional_key);
  return made;
}

std::string key(const std::string& host, const std::string& name = "Contoso-Prod") {
  return fmt::format("IR@{}@{}@ServiceEndpoint={}@{}", guid, name, host, secret);
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Any eight characters in a row of the GUID or the secret, in whatever case.
bool gives_away(const std::string& said) {
  const auto text = lower(said);
  for (const auto& part : {lower(guid), lower(secret)})
    for (std::size_t i = 0; i + 8 <= part.size(); ++i)
      if (text.find(part.substr(i, 8)) != std::string::npos) return true;
  return false;
}

std::string complaint_about(const std::string& text) {
  const auto facts = parse_ir_key(text, catalogue());
  return facts.has_error() ? facts.error().text() : std::string();
}

struct HostCase {
  const char* name;
  const char* host;
  const char* facts;  ///< cloud key_form factory region frontend_code
};
void PrintTo(const HostCase& item, std::ostream* out) { *out << item.name; }

class IrKeyHosts : public testing::TestWithParam<HostCase> {};

TEST_P(IrKeyHosts, TellWhatTheCatalogueSaysOfThem) {
  const auto facts = parse_ir_key(key(GetParam().host), catalogue());
  ASSERT_TRUE(facts.has_value()) << facts.error().text();
  EXPECT_EQ(
      fmt::format("{} {} {} {} {}", facts->cloud, facts->key_form, facts->factory, facts->region, facts->frontend_code),
      GetParam().facts);
  EXPECT_EQ(facts->host, lower(GetParam().host));
}

INSTANTIATE_TEST_SUITE_P(
    Table, IrKeyHosts,
    testing::Values(
        HostCase{"Public", "contoso-prod.westeurope.datafactory.azure.net", "public fqdn contoso-prod westeurope "},
        HostCase{"InAnyCase", "Contoso-PROD.WestEurope.DataFactory.Azure.Net", "public fqdn contoso-prod westeurope "},
        HostCase{"HostBeforeName", "another.westeurope.datafactory.azure.net", "public fqdn another westeurope "},
        HostCase{"Government", "contoso.usgovvirginia.datafactory.azure.us", "usgov fqdn contoso usgovvirginia "},
        HostCase{"China", "contoso.chinaeast2.datafactory.azure.cn", "china fqdn contoso chinaeast2 "},
        HostCase{"Regional", "eu.frontend.clouddatahub.net", "public legacy contoso-prod  eu"},
        HostCase{"RegionalGovernment", "usgv.frontend.datamovement.azure.us", "usgov legacy contoso-prod  usgv"},
        HostCase{"RegionalChina", "chinae2.frontend.datamovement.azure.cn", "china legacy contoso-prod  chinae2"}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(IrKey, WithoutAnEndpointIsLegacyAndKnowsTheNameOnly) {
  const auto facts = parse_ir_key(fmt::format("IR@{}@Contoso-Prod@{}", guid, secret), catalogue());
  ASSERT_TRUE(facts.has_value()) << facts.error().text();
  EXPECT_EQ(facts->key_form, "legacy");
  EXPECT_EQ(facts->factory, "contoso-prod");
  EXPECT_TRUE(facts->cloud.empty() && facts->region.empty() && facts->frontend_code.empty() && facts->host.empty());
}

TEST(IrKey, IsReadThroughWhatCopyingLeavesAroundIt) {
  const auto plain = key("contoso.westeurope.datafactory.azure.net");
  for (const auto& wrapped : {plain + "\n", plain + "\r\n", "\xEF\xBB\xBF" + plain, "\"" + plain + "\"\n",
                              "'" + plain + "'", "  " + plain + "\t", "\xEF\xBB\xBF\" " + plain + " \"\r\n"}) {
    const auto facts = parse_ir_key(wrapped, catalogue());
    ASSERT_TRUE(facts.has_value()) << facts.error().text();
    EXPECT_EQ(facts->factory, "contoso");
  }
}

TEST(IrKey, OfAnUnknownHostIsRefusedByItsName) {
  const auto said = complaint_about(key("wu.frontend.int.clouddatahub-int.net"));
  EXPECT_NE(said.find("'wu.frontend.int.clouddatahub-int.net'"), std::string::npos) << said;
  EXPECT_NE(said.find("{frontend_code}.frontend.datamovement.azure.cn"), std::string::npos) << said;
  EXPECT_FALSE(gives_away(said)) << said;
}

std::vector<std::string> malformed_keys() {
  const std::string host = "contoso.westeurope.datafactory.azure.net";
  const auto whole = key(host);
  std::vector<std::string> keys{
      "",
      " \r\n",
      guid,
      secret,
      "IR",
      "IR@",
      "IR@@@@",
      "IR@" + guid,
      "IR@" + secret,
      "ir@" + whole.substr(3),
      "DMG@" + whole.substr(3),
      whole + "@" + whole,
      whole + " " + whole,
      whole + "\n" + whole,
      "key: " + whole,
      // Every part where another belongs.
      fmt::format("IR@{}@{}@ServiceEndpoint={}@{}", secret, "contoso", host, guid),
      fmt::format("IR@{}@{}@ServiceEndpoint={}@{}", guid, "contoso", secret, host),
      fmt::format("IR@{}@{}@ServiceEndpoint={}@{}", guid, "contoso", guid, secret),
      fmt::format("IR@{}@{}@ServiceEndpoint={}", guid, "contoso", secret),
      fmt::format("IR@{}@ServiceEndpoint={}@{}@{}", guid, host, "contoso", secret),
      fmt::format("IR@{}@ServiceEndpoint={}@{}", guid, host, secret),
      fmt::format("IR@{}@{}@{}", guid, secret, "contoso"),
      fmt::format("IR@{}@{}@{}", guid, secret, secret),
      fmt::format("IR@{}@{}@{}@{}", guid, "contoso", secret, host),
      fmt::format("IR@{}@{}@{}@{}", guid, "contoso", host, secret),
      fmt::format("IR@{}@{}@{}", "contoso", guid, secret),
      fmt::format("IR@{}@{}", guid, secret),
      fmt::format("{}@{}@IR@{}", guid, secret, host),
      // Hosts that are none.
      key(""),
      key("."),
      key("contoso"),
      key("10.0.0.1"),
      key("https://" + host),
      key(host + ":443"),
      key(host + "/"),
      key(host + "."),
      key("a_b." + host),
      key(host + "@" + secret),
      key("ab.westeurope.datafactory.azure.net"),
      key("-ab.westeurope.datafactory.azure.net"),
      key("contoso.west-europe.datafactory.azure.net"),
      key("x." + host),
      key("datafactory.azure.net"),
      key("contoso.westeurope.datafactory.azure.net.evil.example"),
      key(".frontend.clouddatahub.net"),
      key("e.frontend.clouddatahub.net"),
      key("eu.backend.clouddatahub.net"),
      // Names that no host makes up for.
      fmt::format("IR@{}@a_b@{}", guid, secret),
      fmt::format("IR@{}@@{}", guid, secret),
      // Bytes that are no text.
      whole.substr(0, 20) + '\0' + whole.substr(20),
      whole.substr(0, 50) + "\xC3\xA4" + whole.substr(50),
      whole.substr(0, whole.size() - 10) + "\n" + whole.substr(whole.size() - 10),
      "\xFF\xFEI\0R\0@\0",
      '"' + whole,
  };
  for (std::size_t length = 3; length < whole.size() - secret.size() + 16; length += 5)
    keys.push_back(whole.substr(0, length));
  for (const auto at : {std::size_t{2}, whole.find('@', 3), whole.find("@Serv")}) {
    auto joined = whole;
    keys.push_back(joined.erase(at, 1));
    auto doubled = whole;
    keys.push_back(doubled.insert(at, 1, '@'));
  }
  return keys;
}

TEST(IrKey, MalformedIsRefusedWithoutAPieceOfGuidOrSecret) {
  for (const auto& text : malformed_keys()) {
    const auto said = complaint_about(text);
    EXPECT_FALSE(said.empty()) << "taken: " << text;
    EXPECT_FALSE(gives_away(said)) << said;
  }
}

TEST(IrKey, FactsHoldNeitherGuidNorSecret) {
  for (const auto* host : {"contoso.westeurope.datafactory.azure.net", "eu.frontend.clouddatahub.net"}) {
    const auto facts = parse_ir_key(key(host), catalogue());
    ASSERT_TRUE(facts.has_value());
    for (const auto& text :
         {facts->cloud, facts->key_form, facts->factory, facts->region, facts->frontend_code, facts->host})
      EXPECT_FALSE(gives_away(text)) << text;
  }
}

}  // namespace
}  // namespace shirgate::adf::test
