// [[sink]]: where the log is shipped to, and every way to write one wrongly.
#include <gtest/gtest.h>

#include "config_text.hpp"

namespace shirgate::test {
namespace {

const Block good_syslog{{"name", R"("siem")"},
                        {"kind", R"("syslog")"},
                        {"address", R"("siem.contoso.example:6514")"},
                        {"transport", R"("tls")"}};
const Block good_kafka{{"name", R"("hub")"},
                       {"kind", R"("kafka")"},
                       {"brokers", R"(["hub.servicebus.windows.net:9093"])"},
                       {"topic", R"("audit")"}};
const Block good_stdout{{"name", R"("out")"}, {"kind", R"("stdout")"}};

std::string with_sink(const Block& sink) { return with_rest(written("[[sink]]", sink)); }

std::vector<SinkSettings> sinks_of(const std::string& text) {
  const auto config = load(text, "t.toml");
  EXPECT_TRUE(config.has_value()) << all_of(config.error()) << text;
  return config.has_value() ? config->settings.sinks : std::vector<SinkSettings>{};
}

TEST(Sinks, AreNoneByDefault) { EXPECT_TRUE(sinks_of(Text{}.text()).empty()); }

TEST(Sinks, ReadsSyslogWithItsDefaults) {
  const auto sinks =
      sinks_of(with_sink({{"name", R"("siem")"}, {"kind", R"("syslog")"}, {"address", R"("10.0.0.5:514")"}}));
  ASSERT_EQ(sinks.size(), 1U);
  EXPECT_EQ(sinks[0], (SinkSettings{.name = "siem", .kind = SinkKind::syslog, .host = "10.0.0.5", .port = 514}));
  EXPECT_EQ(sinks[0].transport, SyslogTransport::tcp);
  EXPECT_EQ(sinks[0].facility, 16);
  EXPECT_FALSE(sinks[0].required);
}

TEST(Sinks, ReadsEverythingOfSyslog) {
  auto block = good_syslog;
  for (const auto& [key, value] : Block{{"facility", R"("authpriv")"},
                                        {"tls_name", R"("log.contoso.example")"},
                                        {"tls_ca", R"("/etc/ca.pem")"},
                                        {"tls_certificate", R"("/etc/gate.pem")"},
                                        {"tls_key", R"("/etc/gate.key")"},
                                        {"required", "true"},
                                        {"max_backlog", "5000"},
                                        {"format", R"("squid")"}})
    block.emplace_back(key, value);
  const auto sinks = sinks_of(with_sink(block));
  ASSERT_EQ(sinks.size(), 1U);
  EXPECT_EQ(sinks[0], (SinkSettings{.name = "siem",
                                    .kind = SinkKind::syslog,
                                    .format = SinkFormat::squid,
                                    .required = true,
                                    .max_backlog = 5000,
                                    .host = "siem.contoso.example",
                                    .port = 6514,
                                    .transport = SyslogTransport::tls,
                                    .facility = 10,
                                    .tls_name = "log.contoso.example",
                                    .tls_ca_file = "/etc/ca.pem",
                                    .tls_certificate_file = "/etc/gate.pem",
                                    .tls_key_file = "/etc/gate.key"}));
}

TEST(Sinks, ReadsWhatEventHubsWant) {
  auto block = good_kafka;
  block.emplace_back("properties", R"({ "security.protocol" = "SASL_SSL", "sasl.mechanism" = "PLAIN" })");
  block.emplace_back("password_file", R"("/run/secrets/hub")");
  const auto sinks = sinks_of(with_sink(block) + written("[[sink]]", good_stdout));
  ASSERT_EQ(sinks.size(), 2U);
  EXPECT_EQ(sinks[0].brokers, "hub.servicebus.windows.net:9093");
  EXPECT_EQ(sinks[0].topic, "audit");
  EXPECT_EQ(sinks[0].properties.at("security.protocol"), "SASL_SSL");
  EXPECT_EQ(sinks[0].password_file, "/run/secrets/hub");
  EXPECT_EQ(sinks[1].kind, SinkKind::standard_output);
}

TEST(Sinks, TakesReceiversOfOneLabelAndIpv6) {
  for (const auto& address : {"localhost:514", "rsyslog:6514", "[fd00::1]:514"}) {
    const auto sinks = sinks_of(with_sink(with(good_syslog, "address", '"' + std::string(address) + '"')));
    EXPECT_EQ(sinks.size(), 1U) << address;
  }
}

struct Case {
  std::string name;
  const Block& good;
  std::string key;
  std::string value;  ///< empty: the key is left out
  std::string words;  ///< in the mistake
};

class WrongSink : public testing::TestWithParam<Case> {};

TEST_P(WrongSink, IsOneMistakeThatSaysWhatToWrite) {
  const auto& one = GetParam();
  const auto text = with_sink(with(one.good, one.key, one.value));
  const auto mistakes = mistakes_in(text);
  ASSERT_EQ(mistakes.size(), 1U) << all_of(mistakes) << text;
  EXPECT_NE(mistakes[0].text.find(one.words), std::string::npos) << mistakes[0].text;
  EXPECT_EQ(mistakes[0].line, marked_line(text)) << text;
  EXPECT_EQ(mistakes[0].text.find("hunter2"), std::string::npos) << mistakes[0].text;
}

const std::vector<Case> wrong_sinks{
    {"no_name", good_syslog, "name", "", "needs name"},
    {"name_of_a_path", good_syslog, "name", R"("../x")", "use up to 64"},
    {"name_of_dots", good_syslog, "name", R"("..")", "may not begin with"},
    {"name_of_the_unfinished", good_syslog, "name", R"("siem.new")", "may not begin with"},
    {"no_kind", good_stdout, "kind", "", "needs kind"},
    {"kind", good_stdout, "kind", R"("splunk")", "write one of: syslog, kafka, stdout"},
    {"format", good_stdout, "format", R"("cef")", "write one of: ecs, squid"},
    {"no_address", good_syslog, "address", "", "needs address"},
    {"address_without_port", good_syslog, "address", R"("siem.contoso.example")", "is not host:port"},
    {"address_with_port_0", good_syslog, "address", R"("10.0.0.5:0")", "is not host:port"},
    {"transport", good_syslog, "transport", R"("relp")", "write one of: udp, tcp, tls"},
    {"facility", good_syslog, "facility", R"("local8")", "write one of: user, daemon"},
    {"relative_ca", good_syslog, "tls_ca", R"("ca.pem")", "write the whole path"},
    {"certificate_without_key", good_syslog, "tls_certificate", R"("/gate.pem")", "together"},
    {"key_without_certificate", good_syslog, "tls_key", R"("/gate.key")", "together"},
    {"tls_name", good_syslog, "tls_name", R"("*.contoso.example")", "tls_name is no name"},
    {"backlog_of_a_sink_nobody_waits_for", good_syslog, "max_backlog", "5", "write required = true"},
    {"backlog_of_nothing", good_syslog, "max_backlog", "0", "a whole number"},
    {"kafka_key_of_syslog", good_syslog, "topic", R"("audit")", "topic is for kind = \"kafka\""},
    {"syslog_key_of_kafka", good_kafka, "facility", R"("local1")", "facility is for kind = \"syslog\""},
    {"address_of_stdout", good_stdout, "address", R"("a.example:1")", "address is for kind = \"syslog\""},
    {"unknown_key", good_syslog, "adress", R"("a.example:1")", "did you mean 'address'"},
    {"no_brokers", good_kafka, "brokers", "", "needs brokers"},
    {"empty_brokers", good_kafka, "brokers", "[]", "at least one"},
    {"broker_without_port", good_kafka, "brokers", R"(["a.example"])", "is not host:port"},
    {"no_topic", good_kafka, "topic", "", "needs topic"},
    {"password_without_sasl", good_kafka, "password_file", R"("/hub")", "security.protocol"},
    {"password_in_the_file", good_kafka, "properties", R"({ "sasl.password" = "hunter2" })", "password_file"},
    {"another_secret", good_kafka, "properties", R"({ "ssl.key.password" = "hunter2" })", "would be a secret"},
    {"pem_in_the_file", good_kafka, "properties", R"({ "ssl.key.pem" = "hunter2" })", "would be a secret"},
    {"weaker_promise", good_kafka, "properties", R"({ "acks" = "0" })", "it is always"},
    {"code", good_kafka, "properties", R"({ "plugin.library.paths" = "evil.so" })", "loads no code"},
    {"pretend_cluster", good_kafka, "properties", R"({ "test.mock.num.brokers" = "3" })", "can't be set here"},
    {"number_as_property", good_kafka, "properties", R"({ "linger.ms" = 5 })", "a text in quotes"},
};

INSTANTIATE_TEST_SUITE_P(Cases, WrongSink, testing::ValuesIn(wrong_sinks),
                         [](const auto& one) { return one.param.name; });

TEST(Sinks, TlsKeysNeedTls) {
  for (const std::string transport : {"udp", "tcp"}) {
    auto block = with(good_syslog, "transport", '"' + transport + '"');
    block.emplace_back("tls_name", R"("a.example")");
    EXPECT_NE(all_of(mistakes_in(with_sink(block))).find("is for transport = \"tls\""), std::string::npos);
  }
}

TEST(Sinks, RequiredOverUdpIsAContradiction) {
  auto block = with(good_syslog, "transport", R"("udp")");
  block.emplace_back("required", "true");
  EXPECT_NE(all_of(mistakes_in(with_sink(block))).find("never knows what arrived"), std::string::npos);
}

TEST(Sinks, HaveNamesOfTheirOwn) {
  const auto text = with_sink(good_syslog) + written("[[sink]]", good_syslog);
  EXPECT_NE(all_of(mistakes_in(text)).find("there is another sink 'siem'"), std::string::npos);
}

TEST(Sinks, ShareNoStandardOutput) {
  const auto text = with_sink(good_stdout) + written("[[sink]]", with(good_stdout, "name", R"("other")"));
  EXPECT_NE(all_of(mistakes_in(text)).find("there is one standard output"), std::string::npos);
}

}  // namespace
}  // namespace shirgate::test
