// multi_tenant_ack: somebody's name on a wildcard that reaches strangers.
#include "derived.hpp"

namespace shirgate::test {
namespace {

struct Wildcard {
  const char* channel;
  const char* lines;
  const char* suffix;
};

void PrintTo(const Wildcard& item, std::ostream* out) { *out << item.channel; }

std::string text(const Wildcard& item, std::string_view ticket) {
  return runtime_text("factory = \"contoso\"\nregion = \"eastus\"\nauto_update = false\n" + std::string(item.lines) +
                      '\n' + std::string(ticket));
}

class Ticket : public testing::TestWithParam<Wildcard> {};

TEST_P(Ticket, IsAskedForByTheNameOfTheChannel) {
  const auto& item = GetParam();
  const auto found = all_of(mistakes_in(text(item, "")));
  EXPECT_NE(found.find(std::string("anybody can rent a name below ") + item.suffix), std::string::npos) << found;
  EXPECT_NE(found.find(std::string("multi_tenant_ack = { ") + item.channel + " = \"TICKET\" }"), std::string::npos)
      << found;
}

TEST_P(Ticket, IsKeptByTheRule) {
  const auto& item = GetParam();
  const auto config = loaded(text(item, std::string("multi_tenant_ack = { ") + item.channel + " = \"CHG-7\" }"));
  int kept = 0;
  for (const auto& rule : config.policy->rules()) {
    EXPECT_EQ(rule.ticket, rule.channel.text() == item.channel ? "CHG-7" : "") << rule.name.text();
    if (!rule.ticket.empty()) ++kept;
  }
  EXPECT_GE(kept, 1);
}

TEST_P(Ticket, MustSaySomething) {
  const auto& item = GetParam();
  const auto found = all_of(mistakes_in(text(item, std::string("multi_tenant_ack = { ") + item.channel + " = \"\" }")));
  EXPECT_NE(found.find("needs the ticket that somebody accepts the risk in"), std::string::npos) << found;
}

TEST_P(Ticket, OfOneChannelIsNoneOfAnother) {
  const auto& item = GetParam();
  const auto found = all_of(mistakes_in(text(item, "multi_tenant_ack = { control = \"CHG-7\" }")));
  EXPECT_NE(found.find("anybody can rent a name below"), std::string::npos) << found;
}

INSTANTIATE_TEST_SUITE_P(
    Channels, Ticket,
    testing::Values(Wildcard{"relay", "interactive_authoring = \"relay\"", "servicebus.windows.net"},
                    Wildcard{"staged", "interactive_authoring = \"off\"\nstaged_copy = true", "core.windows.net"},
                    Wildcard{"data-storage", "interactive_authoring = \"off\"\nadls_gen2 = true", "core.windows.net"},
                    Wildcard{"data-sql", "interactive_authoring = \"off\"\nsql = \"source\"", "database.windows.net"},
                    Wildcard{"keyvault", "interactive_authoring = \"off\"\nkey_vault = true", "vault.azure.net"}),
    [](const auto& one) {
      std::string name = one.param.channel;
      std::erase(name, '-');
      return name;
    });

TEST(Tickets, AreNotNeededForTheGatewaysOfThePinnedRelay) {
  const auto config =
      loaded(runtime_text("factory = \"contoso\"\nregion = \"eastus\"\nrelay_hosts = "
                          "[\"r1.servicebus.windows.net\"]\nrelay_gateways = true"));
  const auto asked = [&](std::string_view host) {
    return reason_for(*config.policy, std::string(host) + ".servicebus.windows.net:443", {}, test_day);
  };
  EXPECT_EQ(asked("r1"), "allowed");
  EXPECT_EQ(asked("g12-prod-x-sb"), "allowed");
  EXPECT_EQ(asked("gv3-prod-x-sb"), "allowed");
  EXPECT_EQ(asked("stranger"), "host_not_listed");
  EXPECT_EQ(asked("g1234-prod-x-sb"), "host_not_listed");
  EXPECT_EQ(asked("g1--sb"), "host_not_listed");
}

TEST(Tickets, DoNotLieInWaitForTheDayAPinIsRemoved) {
  const auto pinned = all_of(mistakes_in(
      runtime_text("factory = \"contoso\"\nregion = \"eastus\"\n"
                   "relay_hosts = [\"r1.servicebus.windows.net\"]\nmulti_tenant_ack = { relay = \"CHG-7\" }")));
  EXPECT_NE(pinned.find("multi_tenant_ack: nothing in channel 'relay' needs it"), std::string::npos) << pinned;
  const auto exact = all_of(mistakes_in(with_allow("multi_tenant_ack", "\"CHG-7\"")));
  EXPECT_NE(exact.find("multi_tenant_ack: none of the hosts needs it; remove it, or call it ticket"), std::string::npos)
      << exact;
}

TEST(Tickets, AreNoWayAroundPins) {
  const auto config =
      loaded(runtime_text("factory = \"contoso\"\nregion = \"eastus\"\nrelay_hosts = [\"r1.servicebus.windows.net\"]"));
  EXPECT_EQ(reason_for(*config.policy, "g12-prod-x-sb.servicebus.windows.net:443", {}, test_day),
            "relay_gateway_not_listed");
}

std::string by_hand(std::string_view host, bool ticket) {
  return with_rest("[[allow]]\nruntime = \"prod\"\nchannel = \"x\"\nports = [443]\nhosts = [\"" + std::string(host) +
                   "\"]\n" + (ticket ? "multi_tenant_ack = \"CHG-7\"\n" : ""));
}

TEST(Tickets, OpenNoPlatformAsAWhole) {
  for (const auto* host : {"*.windows.net", "*.azure.net", "*.azure.com", "*.microsoft.com", "*.datafactory.azure.net",
                           "*.usgovcloudapi.net", "*.chinacloudapi.cn", "*.microsoftonline.com"}) {
    const auto found = all_of(mistakes_in(by_hand(host, true)));
    EXPECT_NE(found.find("which many services share; name the host, or a longer suffix"), std::string::npos)
        << host << found;
  }
}

TEST(Tickets, OpenNoRegistry) {
  for (const auto* host : {"*.co.uk", "*.com", "*.io"})
    EXPECT_NE(all_of(mistakes_in(by_hand(host, true))).find("everything anybody registers there"), std::string::npos)
        << host;
}

TEST(Tickets, OpenASuffixThatIsForRent) {
  for (const auto* host : {"*.github.io", "*.azurewebsites.net", "*.blob.core.windows.net", "*.contoso.github.io"}) {
    EXPECT_NE(all_of(mistakes_in(by_hand(host, false))).find("anybody can rent a name below"), std::string::npos)
        << host;
    EXPECT_EQ(all_of(mistakes_in(by_hand(host, true))), "") << host;
  }
}

TEST(Tickets, AreNotNeededWhereNamesAreOnesOwn) {
  for (const auto* host : {"*.contoso.example", "*.contoso.co.uk", "acct.blob.core.windows.net", "contoso.github.io"})
    EXPECT_EQ(all_of(mistakes_in(by_hand(host, false))), "") << host;
}

}  // namespace
}  // namespace shirgate::test
