// One mistake each: where it is reported and what the operator is told to write instead.
#include <gtest/gtest.h>

#include "config_text.hpp"

namespace shirgate::test {
namespace {

struct MistakeCase {
  const char* name;
  std::string text;
  const char* says;
};

void PrintTo(const MistakeCase& item, std::ostream* out) { *out << item.name; }

class Mistaken : public testing::TestWithParam<MistakeCase> {};

TEST_P(Mistaken, IsReportedOnItsLineWithTheRemedy) {
  const auto& item = GetParam();
  const auto found = mistakes_in(item.text);
  ASSERT_EQ(found.size(), 1U) << all_of(found) << item.text;
  EXPECT_EQ(found[0].line, marked_line(item.text)) << all_of(found) << item.text;
  EXPECT_NE(found[0].text.find(item.says), std::string::npos) << found[0].text;
  EXPECT_TRUE(to_string(found[0]).starts_with("t.toml:" + std::to_string(found[0].line) + ": "));
}

/// Relay authoring that is acknowledged, so that it is no mistake of its own.
std::string with_authoring(std::string_view value) {
  auto block = with(good_runtime, "interactive_authoring", value);
  block.emplace_back("multi_tenant_ack", R"({ relay = "CHG-1" })");
  return Text{.runtime = block}.text();
}

/// The complaint is about a key that is absent, so the table's header is marked.
std::string unacknowledged_relay() {
  auto block = with(good_runtime, "interactive_authoring", "");
  block.emplace_back("interactive_authoring", R"("relay")");
  return Text{.runtime = block}.text();
}

std::string name_of(const testing::TestParamInfo<MistakeCase>& one) { return one.param.name; }

INSTANTIATE_TEST_SUITE_P(
    Gate, Mistaken,
    testing::Values(
        MistakeCase{"NoListener", with_gate("listen", ""), "[gate] needs listen: write for example"},
        MistakeCase{"EmptyListen", with_gate("listen", "[]"), "at least one entry"},
        MistakeCase{"ListenIsText", with_gate("listen", R"("10.20.0.10:3128")"), "must be a list of texts"},
        MistakeCase{"ListenIsNumbers", with_gate("listen", "[3128]"), "a list of texts in quotes"},
        MistakeCase{"ListenWithoutPort", with_gate("listen", R"(["10.20.0.10"])"), "like \"10.20.0.10:3128\""},
        MistakeCase{"ListenOnAName", with_gate("listen", R"(["gate.example:3128"])"), "is not an address and port"},
        MistakeCase{"ListenPortTooHigh", with_gate("listen", R"(["10.20.0.10:65536"])"), "is not an address and port"},
        MistakeCase{"ListenIpv6WithoutBrackets", with_gate("listen", R"(["fd00::1:3128"])"),
                    "is not an address and port"},
        MistakeCase{"ListenTwice", with_gate("listen", R"(["10.20.0.10:1", "10.20.0.10:1"])"), "is listed twice"},
        MistakeCase{"UnknownKey", with_gate("max_conections", "5"), "did you mean 'max_connections'?"},
        MistakeCase{"UnknownKeyLikeNoOther", with_gate("zzzzzz", "5"), "known are: "},
        MistakeCase{"NumberAsText", with_gate("workers", R"("2")"), "a whole number from 0 to 256"},
        MistakeCase{"NumberWithFraction", with_gate("workers", "2.0"), "a whole number from 0 to 256"},
        MistakeCase{"NumberTooHigh", with_gate("workers", "257"), "a whole number from 0 to 256"},
        MistakeCase{"NumberTooLow", with_gate("request_timeout", "0"), "a whole number from 1 to 300"},
        MistakeCase{"NumberNegative", with_gate("idle_timeout", "-1"), "a whole number from 5 to 604800"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Audit, Mistaken,
    testing::Values(MistakeCase{"NoDirectory", with_audit("directory", ""),
                                "[audit] needs directory: write for example"},
                    MistakeCase{"DirectoryIsNumber", with_audit("group_ms", "0"), "a whole number from 1 to 10000"},
                    MistakeCase{"UnknownKey", with_audit("dir", R"("x")"), "[audit] has no key 'dir'"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Runtime, Mistaken,
    testing::Values(
        MistakeCase{"NoName", with_runtime("name", ""), "needs name: write for example name = \"contoso-prod\""},
        MistakeCase{"EmptyName", with_runtime("name", R"("")"), "needs name"},
        MistakeCase{"NameWithSpace", with_runtime("name", R"("my runtime")"), "use up to 64 letters"},
        MistakeCase{"NameWithQuote", with_runtime("name", R"('a"b')"), "use up to 64 letters"},
        MistakeCase{"NameTooLong", with_runtime("name", '"' + std::string(65, 'a') + '"'), "use up to 64 letters"},
        MistakeCase{"NoClients", with_runtime("clients", ""),
                    "needs clients: the addresses this runtime connects from"},
        MistakeCase{"EmptyClients", with_runtime("clients", "[]"), "at least one entry"},
        MistakeCase{"ClientsIsText", with_runtime("clients", R"("10.20.0.21")"), "must be a list of texts"},
        MistakeCase{"ClientWithBitsBehindThePrefix", with_runtime("clients", R"(["10.20.0.21/24"])"), "bits are zero"},
        MistakeCase{"ClientIsName", with_runtime("clients", R"(["shir.example"])"), "is not a range"},
        MistakeCase{"ClientWithEmptyPrefix", with_runtime("clients", R"(["10.20.0.0/"])"), "is not a range"},
        MistakeCase{"ClientIsEverybody", with_runtime("clients", R"(["0.0.0.0/0"])"), "is everybody; name the hosts"},
        MistakeCase{"ClientsOverlap", with_runtime("clients", R"(["10.20.0.0/24", "10.20.0.21"])"), "overlap"},
        MistakeCase{"NoFactory", with_runtime("factory", ""),
                    "factory is needed: the control channel's host begins with it"},
        MistakeCase{"FactoryWithDot", with_runtime("factory", R"("a.b.c")"), "is not a factory name"},
        MistakeCase{"NoRegion", with_runtime("region", ""), "region is needed: the control channel's host names it"},
        MistakeCase{"RegionAsInThePortal", with_runtime("region", R"("West Europe")"), "like 'westeurope'"},
        MistakeCase{"UnknownCloud", with_runtime("cloud", R"("azure")"), "write one of: public, usgov, china"},
        MistakeCase{"CloudIsFlag", with_runtime("cloud", "true"), "a text in quotes"},
        MistakeCase{"ReportWithoutEnd", with_runtime("mode", R"("report")"), "needs its end: write for example"},
        MistakeCase{"UnknownMode", with_runtime("mode", R"("off")"), "write one of: enforce, report"},
        MistakeCase{"FlagAsText", with_runtime("auto_update", R"("yes")"), "must be true or false"},
        MistakeCase{"UnknownAuthoring", with_authoring(R"("on")"), "relay, self-contained, off"},
        MistakeCase{"AuthoringIsFlag", with_authoring("false"), "a text in quotes"},
        MistakeCase{"RelayHostsWithoutRelay", with_runtime("relay_hosts", R"(["g0.servicebus.windows.net"])"),
                    "keep one"},
        MistakeCase{"AccountAsHost", with_runtime("staging_accounts", R"(["a.blob.core.windows.net"])"),
                    "write the name alone"},
        MistakeCase{"AccountTwice", with_runtime("staging_accounts", R"(["stage", "STAGE"])"), "is listed twice"},
        MistakeCase{"VaultAsHost", with_runtime("key_vaults", R"(["kv.vault.azure.net"])"), "write the name alone"},
        MistakeCase{"RelayWildcardWithoutTicket", unacknowledged_relay(), "multi_tenant_ack = { relay = \"TICKET\" }"},
        MistakeCase{"AcknowledgesNoChannel", with_runtime("multi_tenant_ack", R"({ relais = "CHG-1" })"),
                    "did you mean 'relay'?"},
        MistakeCase{"AcknowledgesWhatIsClosed", with_runtime("multi_tenant_ack", R"({ relay = "CHG-1" })"),
                    "nothing in channel 'relay' needs it"},
        MistakeCase{"PrivateLinkOfWhatIsClosed", with_runtime("private_link", R"({ keyvault = ["10.30.0.4"] })"),
                    "nothing in channel 'keyvault' needs it"},
        MistakeCase{"AcknowledgementIsText", with_runtime("multi_tenant_ack", R"("CHG-1")"), "must be a table"},
        MistakeCase{"PrivateLinkOfNoChannel", with_runtime("private_link", R"({ relay = ["10.30.0.4"] })"),
                    "has no key 'relay'"},
        MistakeCase{"PrivateLinkIsText", with_runtime("private_link", R"({ control = "10.30.0.4" })"), "list of texts"},
        MistakeCase{"PrivateLinkEmpty", with_runtime("private_link", "{ control = [] }"), "at least one entry"},
        MistakeCase{"PrivateLinkTooBroad", with_runtime("private_link", R"({ control = ["10.0.0.0/8"] })"),
                    "is broader than /16"},
        MistakeCase{"PrivateLinkAtTheFloor", with_runtime("private_link", R"({ control = ["127.0.0.1"] })"),
                    "never dialled"},
        MistakeCase{"UnknownKey", with_runtime("client", R"(["10.20.0.21"])"), "did you mean 'clients'?"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Allow, Mistaken,
    testing::Values(
        MistakeCase{"NoRuntime", with_allow("runtime", ""), "needs runtime"},
        MistakeCase{"UnknownRuntime", with_allow("runtime", R"("test")"), "no [[runtime]] of that name"},
        MistakeCase{"NoChannel", with_allow("channel", ""), "needs channel"},
        MistakeCase{"NoHosts", with_allow("hosts", ""), "needs hosts: write for example"},
        MistakeCase{"EmptyHosts", with_allow("hosts", "[]"), "at least one entry"},
        MistakeCase{"HostsIsText", with_allow("hosts", R"("a.example")"), "must be a list of texts"},
        MistakeCase{"BareStar", with_allow("hosts", R"(["*"])"), "would allow every host"},
        MistakeCase{"HostWithPort", with_allow("hosts", R"(["a.example:443"])"), "ports have their own key"},
        MistakeCase{"HostIsAddress", with_allow("hosts", R"(["10.0.0.5"])"), "rules name hosts"},
        MistakeCase{"SharedSuffixWithoutTicket", with_allow("hosts", R"(["*.blob.core.windows.net"])"),
                    "multi_tenant_ack = \"TICKET\""},
        MistakeCase{"PlatformSuffix", with_allow("hosts", R"(["*.windows.net"])"),
                    "opens all of windows.net, which many services share"},
        MistakeCase{"BroaderThanAPlatformSuffix", with_allow("hosts", R"(["*.azure.net"])"),
                    "which many services share"},
        MistakeCase{"RentedSuffixWithoutTicket", with_allow("hosts", R"(["*.github.io"])"),
                    "anybody can rent a name below github.io"},
        MistakeCase{"RegistrySuffix", with_allow("hosts", R"(["*.co.uk"])"), "everything anybody registers there"},
        MistakeCase{"HostTwice", with_allow("hosts", R"(["a.example", "A.example"])"), "is listed twice"},
        MistakeCase{"NoPorts", with_allow("ports", ""), "needs ports: write for example ports = [443]"},
        MistakeCase{"EmptyPorts", with_allow("ports", "[]"), "needs ports"},
        MistakeCase{"PortsIsNumber", with_allow("ports", "443"), "needs ports"},
        MistakeCase{"PortAsText", with_allow("ports", R"(["443"])"), "a number from 1 to 65535"},
        MistakeCase{"PortRange", with_allow("ports", R"(["443-445"])"), "ranges are not taken"},
        MistakeCase{"PortZero", with_allow("ports", "[0]"), "a number from 1 to 65535"},
        MistakeCase{"PortThatWraps", with_allow("ports", "[65979]"), "a number from 1 to 65535"},
        MistakeCase{
            "PortTwice",
            with_rest(
                "[[allow]]\nruntime = \"prod\"\nchannel = \"x\"\nhosts = [\"a.example\"]\nports = [443, 443] #!\n"),
            "is listed twice"},
        MistakeCase{"ExpiresInQuotes", with_allow("expires", R"("2027-01-31")"), "a date without quotes"},
        MistakeCase{"ExpiresWithTime", with_allow("expires", "2027-01-31T10:00:00Z"), "a date without quotes"},
        MistakeCase{"AddressesEmpty", with_allow("addresses", "[]"), "at least one entry"},
        MistakeCase{"AddressesTooBroad", with_allow("addresses", R"(["10.0.0.0/8"])"), "is broader than /16"},
        MistakeCase{"AddressesAreMetadata", with_allow("addresses", R"(["169.254.169.254"])"), "never dialled"},
        MistakeCase{"AddressesHoldWireServer", with_allow("addresses", R"(["168.63.0.0/16"])"), "never dialled"},
        MistakeCase{"AddressesAreSiteLocal", with_allow("addresses", R"(["fec0::/48"])"), "never dialled"},
        MistakeCase{"AddressesAreDisguisedMetadata", with_allow("addresses", R"(["64:ff9b::a9fe:a9fe"])"),
                    "never dialled"},
        MistakeCase{"AddressesHoldAMetadataService", with_allow("addresses", R"(["fd00:ec2::/48"])"), "never dialled"},
        MistakeCase{"UnknownKey", with_allow("port", "[443]"), "did you mean 'ports'?"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Rest, Mistaken,
    testing::Values(
        MistakeCase{"UnknownSection", with_rest("[admin] #!\nlisten = 1\n"), "the file has no key 'admin'"},
        MistakeCase{"MisspeltSection", with_rest("[[alow]] #!\nhosts = []\n"), "did you mean 'allow'?"},
        MistakeCase{"AllowWithOneBracket", with_rest("[allow] #!\nruntime = \"prod\"\n"),
                    "write [[allow]] with two brackets"},
        MistakeCase{"DnsIsNumber", with_rest("[dns]\nservers = [\"x\"] #!\n"), "'x' is not an address"},
        MistakeCase{"DnsServerWithoutPort", with_rest("[dns]\nservers = [\"10.0.0.2:0\"] #!\n"), "is not an address"},
        MistakeCase{"DnsHostTwice",
                    with_rest("[dns.hosts]\n\"A.example\" = [\"10.0.0.5\"]\n\"a.example\" = [\"10.0.0.6\"] #!\n"),
                    "is listed twice"},
        MistakeCase{"DnsHostIsNone", with_rest("[dns.hosts]\n\"a_b\" = [\"10.0.0.5\"] #!\n"), "is not a host name"},
        MistakeCase{"DnsAnswerIsNone", with_rest("[dns.hosts]\n\"a.example\" = [\"x\"] #!\n"), "is not an address"},
        MistakeCase{"DnsAnswerEmpty", with_rest("[dns.hosts]\n\"a.example\" = [] #!\n"), "at least one entry"},
        MistakeCase{"DnsAnswerIsText", with_rest("[dns.hosts]\n\"a.example\" = \"10.0.0.5\" #!\n"), "list of texts"},
        MistakeCase{"DialWithoutLab", with_rest("[lab]\ndial = { \"a.example:443\" = \"127.0.0.1:1\" } #!\n"),
                    "enable the lab or remove dial"},
        MistakeCase{"UnknownLabKey", with_rest("[lab]\nenable = true #!\n"), "did you mean 'enabled'?"}),
    name_of);

std::string lab(std::string_view dial) {
  return "[gate]\nlisten = [\"127.0.0.1:3128\"]\n[audit]\ndirectory = \"a\"\n[lab]\nenabled = true\n" +
         std::string(dial);
}

INSTANTIATE_TEST_SUITE_P(
    Lab, Mistaken,
    testing::Values(
        MistakeCase{"ListensElsewhere", Text{.rest = "[lab] #!\nenabled = true\n"}.text(), "listens on loopback only"},
        MistakeCase{"DialsElsewhere", lab("dial = { \"a.example:443\" = \"10.0.0.5:1\" } #!\n"), "a loopback address"},
        MistakeCase{"DialsAName", lab("dial = { \"a.example:443\" = \"localhost:1\" } #!\n"),
                    "names are not looked up"},
        MistakeCase{"DialsADisguise", lab("dial = { \"a.example:443\" = \"[::ffff:127.0.0.1]:1\" } #!\n"),
                    "a loopback address"},
        MistakeCase{"DialsWithoutPort", lab("dial = { \"a.example\" = \"127.0.0.1:1\" } #!\n"), "is not \"host:port\""},
        MistakeCase{"EnabledIsText", with_rest("[lab]\nenabled = \"yes\" #!\n"), "must be true or false"}),
    name_of);

}  // namespace
}  // namespace shirgate::test
