// What another configuration would have done, and the configuration that is learned from what passed.
#include "audit/replay.hpp"

#include <gtest/gtest.h>

#include "cli/learned_text.hpp"
#include "cli/replay_text.hpp"
#include "config/load.hpp"
#include "config/load_catalogue.hpp"
#include "log_directory.hpp"

namespace shirgate::test {
namespace {

const Time today = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);
constexpr std::string_view control = "contoso-prod.westeurope.datafactory.azure.net";

Config loaded(std::string_view text) {
  auto config = load(text, "t.toml", today);
  if (config.has_error()) throw std::runtime_error(to_string(config.error().front()) + "\n" + std::string(text));
  return *std::move(config);
}

std::string gate_with(std::string_view more) {
  return fmt::format(
      "[gate]\nlisten = [\"10.20.0.10:3128\"]\n[audit]\ndirectory = \"a\"\n[[runtime]]\nname = \"prod\"\n"
      "clients = [\"10.20.0.21\"]\nfactory = \"contoso-prod\"\nregion = \"westeurope\"\n"
      "interactive_authoring = \"off\"\nauto_update = false\n{}",
      more);
}

/// The log under a configuration.
class Replaying : public testing::Test {
 protected:
  Replay replayed(std::string_view text) {
    config_ = loaded(text);
    Replay replay(*config_.policy, today);
    log_.read([&](const LogLine& line) { replay.add(line); });
    return replay;
  }
  LogDirectory log_;
  Config config_;
};

TEST_F(Replaying, FindsNothingWhereEverythingIsStillAllowed) {
  log_.add_open("10.20.0.21", control, 443, R"(,"destination.ip":"20.50.1.1")");
  const auto replay = replayed(gate_with(""));
  EXPECT_TRUE(replay.would_refuse().none());
  EXPECT_TRUE(replay.would_allow().none());
  EXPECT_EQ(replay.tunnels(), 1U);
  EXPECT_EQ(replay_as_text(replay, 100), "Nothing that passed would be refused (1 tunnel).\n");
}

TEST_F(Replaying, NamesWhatWouldBeRefusedByItsReason) {
  log_.add_open("10.20.0.21", "other.example", 443);
  log_.add_open("10.20.0.21", "other.example", 443);
  log_.add_open("10.20.0.21", control, 444);
  log_.add_open("10.20.0.99", control, 443);
  log_.add_open("10.20.0.21", control, 443, R"(,"destination.ip":"10.1.2.3")");
  const auto replay = replayed(gate_with(""));
  std::set<std::string> found;
  for (const auto& [key, summary] : replay.would_refuse().listed)
    found.insert(fmt::format("{} {} {} {}", key.runtime, key.target, key.reason, summary.count));
  EXPECT_EQ(found, (std::set<std::string>{
                       "prod other.example:443 host_not_listed 2",
                       fmt::format("prod {}:444 port_not_listed 1", control),
                       fmt::format("prod {}:443 client_not_listed 1", control),
                       fmt::format("prod {}:443 address_not_expected 1", control),
                   }));
}

TEST_F(Replaying, NamesWhatWouldBeLetThroughByItsOldReason) {
  constexpr std::string_view refusal =
      R"("shirgate.runtime":"prod","source.ip":"10.20.0.21","destination.domain":"{}",)"
      R"("destination.port":443,"shirgate.reason":"{}"{})";
  log_.add("denied", fmt::format(fmt::runtime(refusal), control, "host_not_listed", R"(,"shirgate.count":40)"));
  log_.add("denied", fmt::format(fmt::runtime(refusal), control, "address_not_expected",
                                 R"(,"dns.resolved_ip":"20.50.1.1,20.50.1.2")"));
  log_.add("denied", fmt::format(fmt::runtime(refusal), control, "address_not_expected",
                                 R"(,"dns.resolved_ip":"20.50.1.1,10.1.1.1")"));
  log_.add("denied", fmt::format(fmt::runtime(refusal), "other.example", "host_not_listed", ""));
  log_.add("failed", fmt::format(fmt::runtime(refusal), control, "connect_timeout", ""));
  const auto replay = replayed(gate_with(""));
  EXPECT_TRUE(replay.would_refuse().none());
  std::set<std::string> found;
  for (const auto& [key, summary] : replay.would_allow().listed)
    found.insert(fmt::format("{} {}", key.reason, summary.count));
  EXPECT_EQ(found, (std::set<std::string>{"host_not_listed 40", "address_not_expected 1"}));
  EXPECT_EQ(replay.refusals(), 43U);
}

TEST_F(Replaying, CountsWhatOnlyReportModeWouldLetPass) {
  log_.add_open("10.20.0.21", "other.example", 443);
  const auto replay = replayed(gate_with("mode = \"report\"\nreport_until = 2026-12-01\n"));
  EXPECT_TRUE(replay.would_refuse().none());
  EXPECT_EQ(replay.only_reported(), 1U);
}

TEST_F(Replaying, CutsAFirstFlightThatReportModeHadLifted) {
  log_.add_open("10.20.0.21", control, 443);
  log_.add("checked", fmt::format(R"("shirgate.runtime":"prod","source.ip":"10.20.0.21","destination.domain":"{}",)"
                                  R"("destination.port":443,"shirgate.would_deny":"sni_mismatch")",
                                  control));
  const auto replay = replayed(gate_with(""));
  ASSERT_EQ(replay.would_refuse().listed.size(), 1U);
  EXPECT_EQ(replay.would_refuse().listed.begin()->first.reason, "sni_mismatch");
  EXPECT_TRUE(replayed(gate_with("mode = \"report\"\nreport_until = 2026-12-01\n")).would_refuse().none());
}

/// A first flight that passed; `more` is what the log tells of it.
class ReplayingFlights : public Replaying {
 protected:
  std::set<std::string> refused(std::string_view more, std::string_view allow) {
    log_.clear();
    log_.add_open("10.20.0.21", "db.contoso.example", 1433);
    log_.add("checked", fmt::format(R"("shirgate.runtime":"prod","source.ip":"10.20.0.21",)"
                                    R"("destination.domain":"db.contoso.example","destination.port":1433,{})",
                                    more));
    const auto replay =
        replayed(gate_with(fmt::format("[[allow]]\nruntime = \"prod\"\nchannel = \"db\"\nhosts = "
                                       "[\"db.contoso.example\"]\nports = [1433]\nticket = \"T-1\"\n{}",
                                       allow)));
    std::set<std::string> reasons;
    for (const auto& [key, summary] : replay.would_refuse().listed) reasons.insert(key.reason);
    return reasons;
  }
  using Reasons = std::set<std::string>;
  static constexpr std::string_view named = R"("tls.client.server_name":"DB.contoso.example",)";
};

TEST_F(ReplayingFlights, JudgesTheVersionThatWasOffered) {
  const auto offered = [&](std::string_view version) {
    return fmt::format(R"({}"shirgate.tls.max_version":"{}")", named, version);
  };
  EXPECT_EQ(refused(offered("TLS1.2"), ""), Reasons());
  EXPECT_EQ(refused(offered("TLS1.1"), ""), Reasons{"tls_version_refused"});
  EXPECT_EQ(refused(offered("TLS1.2"), "tls_minimum = \"1.3\"\n"), Reasons{"tls_version_refused"});
  EXPECT_EQ(refused(offered("unknown"), "tls_minimum = \"1.3\"\n"), Reasons());
}

TEST_F(ReplayingFlights, JudgesTheProtocolsThatWereOffered) {
  const auto offered = [&](std::string_view alpn) {
    return fmt::format(R"({}"shirgate.tls.max_version":"TLS1.3","shirgate.tls.alpn":"{}")", named, alpn);
  };
  EXPECT_EQ(refused(offered("h2,http/1.1"), "alpn = [\"http/1.1\", \"h2\"]\n"), Reasons());
  EXPECT_EQ(refused(offered("h2,http/1.1"), "alpn = [\"http/1.1\"]\n"), Reasons{"alpn_refused"});
  EXPECT_EQ(refused(offered("h2"), ""), Reasons());
}

TEST_F(ReplayingFlights, JudgesTheName) {
  constexpr std::string_view version = R"("shirgate.tls.max_version":"TLS1.3")";
  EXPECT_EQ(refused(version, ""), Reasons{"sni_absent"});
  EXPECT_EQ(refused(fmt::format(R"({},"tls.client.server_name":"other.example")", version), ""),
            Reasons{"sni_mismatch"});
  EXPECT_EQ(refused(fmt::format(R"({}{},"shirgate.tls.ech":true)", named, version), ""), Reasons{"ech_refused"});
}

TEST_F(ReplayingFlights, TellsWhatIsNoTls) {
  EXPECT_EQ(refused(R"("shirgate.resembles":"ssh")", "tls = \"any\"\nexpires = 2027-01-31\n"), Reasons());
  EXPECT_EQ(refused(R"("shirgate.resembles":"ssh")", ""), Reasons{"tds_malformed"}) << "on 1433 it is to be TDS";
}

TEST_F(Replaying, JudgesNoAddressesThatAreNotAllThere) {
  log_.add("denied", fmt::format(R"("shirgate.runtime":"prod","source.ip":"10.20.0.21","destination.domain":"{}",)"
                                 R"("destination.port":443,"shirgate.reason":"address_not_expected",)"
                                 R"~("dns.resolved_ip":"20.50.1.1,20.5... (300 bytes, sha256 0123456789abcdef)")~",
                                 control));
  EXPECT_TRUE(replayed(gate_with("")).would_allow().none());
}

TEST_F(Replaying, KeepsHostileNamesHarmless) {
  for (const std::string_view name : {"<img src=x onerror=alert(1)>", "\x1b[31m", "=1", "a|b"})
    log_.add("open", R"("source.ip":"10.20.0.21","destination.port":443)" + member("destination.domain", name));
  const auto replay = replayed(gate_with(""));
  EXPECT_EQ(replay.would_refuse().listed.size(), 4U);
  for (const auto& text : {replay_as_text(replay, 100), replay_as_json(replay)})
    for (const char c : text) ASSERT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7f)) << text;
}

/// From the log to a configuration and back.
class Learning : public Replaying {
 protected:
  std::string learned() {
    Passed passed;
    log_.read([&](const LogLine& line) { passed.add(line); });
    return learned_text(passed, *builtin_catalogue());
  }
  /// With every comment that is TOML uncommented, as somebody does who has the tickets.
  static std::string with_tickets(const std::string& text) {
    std::string out;
    bool setting = false;
    for (std::size_t at = 0; at < text.size();) {
      const auto end = text.find('\n', at);
      const auto line = text.substr(at, end - at);
      if (line.starts_with("# or, better")) setting = true;
      if (!line.starts_with("#   ")) {
        out += line + '\n';
        setting = setting && line.starts_with('#');
      } else if (!setting) {
        out += line.substr(4) + '\n';
      }
      at = end + 1;
    }
    return out;
  }
};

TEST_F(Learning, WritesWhatCheckTakesAndReplayFindsComplete) {
  log_.add_open("10.20.0.21", control, 443, R"(,"destination.ip":"20.50.1.1","shirgate.channel":"control")");
  log_.add_open("10.20.0.22", "download.microsoft.com", 443, R"(,"destination.ip":"20.60.1.1")");
  log_.add_open("10.20.0.22", "login.microsoftonline.com", 443, R"(,"destination.ip":"20.60.1.2")");
  const auto text = learned();
  const auto replay = replayed(text);
  EXPECT_TRUE(replay.would_refuse().none()) << text << replay_as_text(replay, 100);
  EXPECT_EQ(replay.tunnels(), 3U);
  EXPECT_EQ(text.find("*."), std::string::npos) << text;
  EXPECT_NE(text.find("factory = \"contoso-prod\"\nregion = \"westeurope\"\n"), std::string::npos) << text;
  EXPECT_NE(text.find("clients = [\"10.20.0.21/32\", \"10.20.0.22/32\"]"), std::string::npos) << text;
}

TEST_F(Learning, LeavesOutWhatNeedsATicketUntilItHasOne) {
  log_.add_open("10.20.0.21", control, 443);
  log_.add_open("10.20.0.21", "erp.contoso.example", 443, R"(,"shirgate.would_deny":"host_not_listed")");
  log_.add_open("10.20.0.21", "relay-a1.servicebus.windows.net", 443, R"(,"shirgate.channel":"relay")");
  log_.add_open("10.20.0.21", "contosostage.blob.core.windows.net", 443, R"(,"shirgate.channel":"staged")");
  log_.add_open("10.20.0.21", "dns.google", 443);
  const auto text = learned();
  const auto replay = replayed(text);
  std::set<std::string> refused;
  for (const auto& [key, summary] : replay.would_refuse().listed) refused.insert(key.target);
  EXPECT_EQ(refused, (std::set<std::string>{"erp.contoso.example:443", "relay-a1.servicebus.windows.net:443",
                                            "contosostage.blob.core.windows.net:443", "dns.google:443"}));
  EXPECT_NE(text.find("# erp.contoso.example: Microsoft does not document that SHIR needs it."), std::string::npos);
  EXPECT_NE(text.find("# relay-a1.servicebus.windows.net: anybody can rent a name below servicebus.windows.net"),
            std::string::npos);
  const auto complete = replayed(with_tickets(text));
  EXPECT_TRUE(complete.would_refuse().none()) << with_tickets(text) << replay_as_text(complete, 100);
}

TEST_F(Learning, KnowsTheFactoryOfEveryCloudAndOfOldKeys) {
  const std::vector<std::pair<std::string, std::string>> hosts{
      {"contoso-gov.usgovvirginia.datafactory.azure.us",
       "factory = \"contoso-gov\"\nregion = \"usgovvirginia\"\ncloud = \"usgov\"\n"},
      {"contoso-cn.chinaeast2.datafactory.azure.cn",
       "factory = \"contoso-cn\"\nregion = \"chinaeast2\"\ncloud = \"china\"\n"},
      {"eu.frontend.clouddatahub.net", "key_form = \"legacy\"\nfrontend_code = \"eu\"\n"}};
  for (const auto& [host, lines] : hosts) {
    log_.clear();
    log_.add_open("10.20.0.21", host, 443);
    const auto text = learned();
    EXPECT_NE(text.find(lines), std::string::npos) << text;
    EXPECT_TRUE(replayed(text).would_refuse().none()) << text;
  }
}

TEST_F(Learning, TakesNoOtherNameForTheFactorys) {
  log_.add_open("10.20.0.21", "a.b.westeurope.datafactory.azure.net", 443);
  log_.add_open("10.20.0.21", control, 444);
  EXPECT_NE(learned().find("# No control host passed"), std::string::npos) << learned();
}

TEST_F(Learning, OpensNoControlHostButTheOneOfTheFactory) {
  for (int i = 0; i < 2; ++i)
    log_.add_open("10.20.0.21", control, 443, R"(,"shirgate.channel":"control","shirgate.rule":"r")");
  for (int i = 0; i < 9; ++i)  // however often
    log_.add_open("10.20.0.21", "attacker.eastus.datafactory.azure.net", 443,
                  R"(,"shirgate.would_deny":"host_not_listed")");
  log_.add_open("10.20.0.21", "a.b.westeurope.datafactory.azure.net", 443,
                R"(,"shirgate.would_deny":"host_not_listed")");
  log_.add_open("10.20.0.21", "eu.frontend.clouddatahub.net", 443, R"(,"shirgate.would_deny":"host_not_listed")");
  const auto text = learned();
  EXPECT_NE(text.find("factory = \"contoso-prod\"\n"), std::string::npos) << text;
  EXPECT_NE(text.find("# attacker.eastus.datafactory.azure.net: it is the control host of another factory"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("\n[[allow]]"), std::string::npos) << text;
  std::set<std::string> refused;
  const auto replay = replayed(text);
  for (const auto& [key, summary] : replay.would_refuse().listed) refused.insert(key.target);
  EXPECT_EQ(refused,
            (std::set<std::string>{"attacker.eastus.datafactory.azure.net:443",
                                   "a.b.westeurope.datafactory.azure.net:443", "eu.frontend.clouddatahub.net:443"}));
}

TEST_F(Learning, ChoosesNoFactoryWhereReportModeLetOutSeveral) {
  log_.add_open("10.20.0.21", control, 443, R"(,"shirgate.would_deny":"host_not_listed")");
  for (int i = 0; i < 9; ++i)  // use proves nothing
    log_.add_open("10.20.0.21", "attacker.eastus.datafactory.azure.net", 443,
                  R"(,"shirgate.would_deny":"host_not_listed")");
  const auto text = learned();
  EXPECT_EQ(text.find("\nfactory = "), std::string::npos) << text;
  EXPECT_EQ(text.find("\n[[allow]]"), std::string::npos) << text;
  for (const auto host : {std::string_view("attacker.eastus.datafactory.azure.net"), control})
    EXPECT_NE(text.find(fmt::format("# {}: it is one of several control hosts", host)), std::string::npos) << text;
}

TEST_F(Learning, DoubtsWhatNoSettingListsAndPortsThatNobodyDocuments) {
  log_.add_open("10.20.0.21", control, 443);
  log_.add_open("10.20.0.21", control, 8443);
  log_.add_open("10.20.0.21", "download.microsoft.com", 444);
  log_.add_open("10.20.0.21", "x.download.microsoft.com", 443);
  const auto text = learned();
  EXPECT_EQ(text.find("\n[[allow]]"), std::string::npos) << text;
  EXPECT_NE(text.find("# download.microsoft.com: Microsoft does not document port 444 for it."), std::string::npos)
      << text;
  EXPECT_NE(text.find("# x.download.microsoft.com: no setting of a [[runtime]] lists it."), std::string::npos) << text;
}

TEST_F(Learning, KeepsPrivateEndpointsWhereTheyAre) {
  log_.add_open("10.20.0.21", control, 443, R"(,"destination.ip":"10.30.0.4")");
  log_.add_open("10.20.0.21", "login.microsoftonline.com", 443, R"(,"destination.ip":"10.30.0.9")");
  const auto text = learned();
  const auto replay = replayed(text);
  EXPECT_TRUE(replay.would_refuse().none()) << text << replay_as_text(replay, 100);
  EXPECT_NE(text.find("private_link = { control = [\"10.30.0.4/32\"] }"), std::string::npos) << text;
  EXPECT_NE(text.find("addresses = [\"10.30.0.9/32\"]"), std::string::npos) << text;
}

TEST_F(Learning, DoubtsAHostThatLedToPublicAndPrivateAddresses) {
  log_.add_open("10.20.0.21", control, 443, R"(,"destination.ip":"20.50.1.1")");
  log_.add_open("10.20.0.21", "login.microsoftonline.com", 443, R"(,"destination.ip":"10.30.0.9")");
  log_.add_open("10.20.0.21", "login.microsoftonline.com", 443, R"(,"destination.ip":"20.60.0.9")");
  EXPECT_NE(learned().find("# login.microsoftonline.com: it led to public and to private addresses."),
            std::string::npos);
}

TEST_F(Learning, SaysWhereItCanNotKnowTheFactory) {
  log_.add_open("10.20.0.21", "login.microsoftonline.com", 443);
  EXPECT_NE(learned().find("so nobody can tell which factory it is. Fill in:"), std::string::npos);
}

TEST_F(Learning, LetsNoHostileNameBecomeConfiguration) {
  log_.add_open("10.20.0.21", control, 443);
  for (const std::string_view name : {"x\"]\n[[allow]]", "\x1b[31m", "a b", "=1"})
    log_.add("open", R"("source.ip":"10.20.0.21","destination.port":443,"shirgate.runtime":"prod")" +
                         member("destination.domain", name) + member("shirgate.channel", name));
  log_.add("open", R"("source.ip":"10.20.0.21","destination.port":443,"destination.domain":"a.example")" +
                       member("shirgate.runtime", "x\"\n[[allow]]"));
  const auto text = learned();
  for (const char c : text) ASSERT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7f)) << text;
  const auto config = loaded(text);
  EXPECT_EQ(config.policy->rules().size(), 1U);
}

}  // namespace
}  // namespace shirgate::test
