#include "audit/log_line.hpp"

#include <gtest/gtest.h>

#include "line_parsing.hpp"

namespace shirgate::test {
namespace {

TEST(LogLine, ReadsWhatTheGateWrites) {
  const auto target = *parse_target("kv1.vault.azure.net:443");
  const std::array resolved{*parse_address("10.1.2.3"), *parse_address("fd00::1")};
  std::string text;
  append_json(text, {.action = Action::close,
                     .at = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + std::chrono::milliseconds(7),
                     .tunnel = 0x2a,
                     .client = Endpoint{*parse_address("10.20.0.21"), 40000},
                     .runtime = Name("prod"),
                     .channel = Name("keyvault"),
                     .rule = Name("prod/kv"),
                     .reason = Reason::sni_mismatch,
                     .stage = Stage::first_flight,
                     .target = &target,
                     .resolved = resolved,
                     .asked = "what",
                     .upstream = parse_address("20.50.1.1"),
                     .tls = TlsFacts{.sni = "kv1.\"\x1b[31m", .alpn = "h2", .max_version = 0x0304, .ech = true},
                     .resembles = "ssh",
                     .traffic = Traffic{1, 2},
                     .duration = std::chrono::microseconds(3),
                     .dial_time = std::chrono::microseconds(5),
                     .ended_by = EndedBy::gate,
                     .count = 8,
                     .would_deny = Reason::host_not_listed,
                     .first_use = true});
  text.insert(1, R"("shirgate.seq":9,"shirgate.gate":"0123456789abcdef",)");
  LineParsing lines;
  const auto* line = lines.parse(text);
  ASSERT_NE(line, nullptr);
  EXPECT_EQ(line->text, text);
  EXPECT_EQ(line->seq, 9U);
  EXPECT_EQ(line->gate, "0123456789abcdef");
  EXPECT_EQ(line->action, Action::close);
  EXPECT_EQ(line->time, "2026-11-22T00:00:00.007Z");
  EXPECT_EQ(line->tunnel, "000000000000002a");
  EXPECT_EQ(line->runtime, "prod");
  EXPECT_EQ(line->channel, "keyvault");
  EXPECT_EQ(line->rule, "prod/kv");
  EXPECT_EQ(line->reason, "sni_mismatch");
  EXPECT_EQ(line->stage, "first_flight");
  EXPECT_EQ(line->would_deny, "host_not_listed");
  EXPECT_EQ(line->client, "10.20.0.21");
  EXPECT_EQ(line->host, "kv1.vault.azure.net");
  EXPECT_EQ(line->port, 443U);
  EXPECT_EQ(line->upstream, "20.50.1.1");
  EXPECT_EQ(line->resolved, "10.1.2.3,fd00::1");
  EXPECT_EQ(line->asked, "what");
  EXPECT_EQ(line->sni, "kv1.\"\x1b[31m");
  EXPECT_EQ(line->alpn, "h2");
  EXPECT_EQ(parse_tls_version(line->tls_version), TlsVersion::tls1_3);
  EXPECT_TRUE(line->ech);
  EXPECT_EQ(line->resembles, "ssh");
  EXPECT_EQ(line->ended_by, "gate");
  EXPECT_TRUE(line->first_use);
  EXPECT_EQ(line->bytes_from_client, 1U);
  EXPECT_EQ(line->bytes_from_upstream, 2U);
  EXPECT_EQ(line->duration, 3000U);
  EXPECT_EQ(line->dial_time, 5U);
  EXPECT_EQ(line->count, 8U);
  EXPECT_TRUE(line->is_cut());
  EXPECT_FALSE(line->is_refusal());
}

TEST(LogLine, ForgetsTheLineBefore) {
  LineParsing lines;
  ASSERT_NE(lines.parse(R"({"@timestamp":"2026-11-22T10:00:00.000Z","event.action":"open","source.ip":"10.0.0.1",)"
                        R"("shirgate.time.dial":4})"),
            nullptr);
  const auto* line = lines.parse(R"({"@timestamp":"2026-11-22T10:00:00.000Z","event.action":"denied"})");
  ASSERT_NE(line, nullptr);
  EXPECT_EQ(line->client, "");
  EXPECT_FALSE(line->dial_time);
  EXPECT_EQ(line->count, 1U);
  EXPECT_TRUE(line->is_refusal());
}

TEST(LogLine, TakesKeysItDoesNotKnow) {
  LineParsing lines;
  EXPECT_NE(lines.parse(R"({"a":"x","shirgate.unheard":1.5,"@timestamp":"2026-11-22T10:00:00.000Z","b":true,)"
                        R"("event.action":"checkpoint"})"),
            nullptr);
}

TEST(LogLine, TakesEveryDayThereIs) {
  LineParsing lines;
  for (const auto* text : {R"({"event.action":"open","@timestamp":"2028-02-29T00:00:00.000Z"})",
                           R"({"event.action":"open","@timestamp":"2026-12-31T23:59:59.999Z"})"})
    EXPECT_NE(lines.parse(text), nullptr) << text;
}

TEST(LogLine, CutsWhatIsLongerThanTheGateWrites) {
  LineParsing lines;
  const auto* line = lines.parse(R"({"@timestamp":"2026-11-22T10:00:00.000Z","event.action":"open","source.ip":")" +
                                 std::string(10'000, 'x') + R"("})");
  ASSERT_NE(line, nullptr);
  EXPECT_EQ(line->client, std::string(LogLine::max_text_bytes, 'x'));
}

TEST(LogLine, TakesOfAListThatWasCutWhatIsWhole) {
  using Items = std::vector<std::string_view>;
  EXPECT_EQ(items_of(""), Items());
  EXPECT_EQ(items_of("10.1.2.3"), Items({"10.1.2.3"}));
  EXPECT_EQ(items_of("10.1.2.3,fd00::1"), Items({"10.1.2.3", "fd00::1"}));
  EXPECT_FALSE(is_cut_short("10.1.2.3,fd00::1"));
  std::vector<Address> many(40, *parse_address("10.111.112.113"));
  std::string text;
  append_json(text, {.action = Action::denied, .reason = Reason::address_not_expected, .resolved = many});
  LineParsing lines;
  const auto* line = lines.parse(text);
  ASSERT_NE(line, nullptr) << text;
  EXPECT_TRUE(is_cut_short(line->resolved));
  const auto items = items_of(line->resolved);
  EXPECT_GT(items.size(), 10U);
  for (const auto item : items) EXPECT_EQ(item, "10.111.112.113");
}

TEST(LogLine, TakesNothingElseForAnEvent) {
  LineParsing lines;
  for (const auto* text : {
           "",
           "{}",
           "[]",
           "null",
           "{",
           R"({"event.action":"open"})",
           R"({"event.action":1,"@timestamp":2})",
           R"({"event.action":"open","@timestamp":"2026-11-22T10:00:00Z"})",
           R"({"event.action":"open","@timestamp":"2026-11-22T10:00:00.000+"})",
           R"({"event.action":"open","@timestamp":"2026-13-22T10:00:00.000Z"})",
           R"({"event.action":"open","@timestamp":"2026-11-00T10:00:00.000Z"})",
           R"({"event.action":"open","@timestamp":"2026-02-29T10:00:00.000Z"})",
           R"({"event.action":"open","@timestamp":"2026-11-31T10:00:00.000Z"})",
           R"({"event.action":"open","@timestamp":"2026-11-22T24:00:00.000Z"})",
           R"({"event.action":"open","@timestamp":"2026-11-22T99:00:00.000Z"})",
           R"({"event.action":"open","@timestamp":"2026-11-22T10:60:00.000Z"})",
           R"({"event.action":"open","@timestamp":"2026-11-22T10:00:60.000Z"})",
           R"({"event.action":"opened","@timestamp":"2026-11-22T10:00:00.000Z"})",
           R"({"event.action":"open","@timestamp":"2026-11-22T10:00:00.000Z"}{)",
           R"({"event.action":"open","@timestamp":"2026-11-22T10:00:00.000Z")",
           R"({"event.action":"open","@timestamp":"2026-11-22T10:00:00.000Z","x":{}})",
           R"({"event.action":"open","@timestamp":"2026-11-22T10:00:00.000Z","x":tru})",
           R"({"event.action":"open","@timestamp":"2026-11-22T10:00:00.000Z","shirgate.seq":-1})",
           R"({"event.action":"open","@timestamp":"2026-11-22T10:00:00.000Z","source.ip":1})",
           "{\"event.action\":\"open\",\"@timestamp\":\"2026-11-22T10:00:00.000Z\",\"source.ip\":\"\xff\"}",
       })
    EXPECT_EQ(lines.parse(text), nullptr) << text;
}

}  // namespace
}  // namespace shirgate::test
