#include "audit/event.hpp"

#include <gtest/gtest.h>

#include <array>
#include <boost/json/parse.hpp>
#include <random>
#include <set>

#include "audit/fields.hpp"
#include "audit/ring.hpp"

namespace shirgate::test {
namespace {

constexpr auto noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + std::chrono::hours(12);

std::string json_of(const Event& event) {
  std::string line;
  append_json(line, event);
  return line;
}

boost::json::object parsed(const Event& event) { return boost::json::parse(json_of(event)).as_object(); }

/// The value of `shirgate.asked`, as it is written.
std::string written(std::string_view asked) {
  const auto line = json_of({.action = Action::denied, .at = noon, .asked = asked});
  const auto key = "\"" + std::string(field::asked) + "\":\"";
  const auto begin = line.find(key);
  if (begin == std::string::npos) return {};
  const auto value = line.substr(begin + key.size());
  return value.substr(0, value.size() - 2);  // the quote and the brace at the end
}

const std::array resolved{*parse_address("10.1.2.3"), *parse_address("fd00::1")};
const Target target = *parse_target("kv1.vault.azure.net:443");

/// Everything a line can say at once; no real event does.
Event everything() {
  return {.action = Action::close,
          .at = noon + std::chrono::milliseconds(7),
          .tunnel = 0x2a,
          .client = Endpoint{*parse_address("10.20.0.21"), 40000},
          .runtime = Name("prod"),
          .channel = Name("keyvault"),
          .rule = Name("prod/kv-public/kv1.vault.azure.net"),
          .reason = Reason::sni_mismatch,
          .stage = Stage::first_flight,
          .target = &target,
          .resolved = resolved,
          .asked = "kv1.vault.azure.net:443",
          .ingress = IngressKind::forward,
          .original = Endpoint{*parse_address("20.50.9.9"), 443},
          .upstream = parse_address("20.50.1.1"),
          .tls = TlsFacts{.sni = "kv1.vault.azure.net",
                          .alpn = "h2,http/1.1",
                          .max_version = 0x0304,
                          .ech = true,
                          .ja4 = "t13d1516h2_8daaf6152771_e5627efa2ab1",
                          .hello_retry = true,
                          .server_version = 0x0303,
                          .server_names = "*.vault.azure.net",
                          .server_issuer = "CN=issuer"},
          .resembles = "ssh",
          .traffic = Traffic{1, 2},
          .duration = std::chrono::microseconds(3),
          .dns_time = std::chrono::microseconds(4),
          .dial_time = std::chrono::microseconds(5),
          .first_flight_time = std::chrono::microseconds(6),
          .first_byte_time = std::chrono::microseconds(7),
          .spliced = true,
          .ended_by = EndedBy::gate,
          .count = 8,
          .first_at = noon,
          .policy = "0123456789abcdef",
          .note = "hello",
          .key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
          .live = 2,
          .live_tunnels = "000000000000002a 000000000000002b",
          .signature = "e5564300",
          .through = 41,
          .hash = "6cbe",
          .mode = Mode::report,
          .would_deny = Reason::host_not_listed,
          .first_use = true,
          .lab = true};
}

/// What a line has and a body has not.
bool is_the_journals(std::string_view key) { return key == field::seq || key == field::prev || key == field::gate; }

TEST(Event, WritesExactlyTheKeysOfTheFieldTableInItsOrder) {
  std::vector<std::string> expected;
  for (const auto& row : field_table())
    if (row.key != field::seq && row.key != field::prev && row.key != field::gate)
      expected.emplace_back(row.key);  // the journal's
  std::vector<std::string> found;
  for (const auto& [key, value] : parsed(everything())) found.emplace_back(key);
  EXPECT_EQ(found, expected);
  EXPECT_EQ(field_table().front().key, field::seq);
}

TEST(Event, WritesEveryValueAsTheTypeItsRowSays) {
  const auto line = parsed(everything());
  for (const auto& row : field_table()) {
    const auto* value = line.if_contains(row.key);
    if (is_the_journals(row.key)) continue;
    ASSERT_NE(value, nullptr) << row.key;
    EXPECT_EQ(value->is_number(), row.type == FieldType::number) << row.key;
    EXPECT_EQ(value->is_bool(), row.type == FieldType::flag) << row.key;
    if (row.type == FieldType::address) {
      EXPECT_TRUE(parse_address(value->as_string())) << row.key;
    }
    if (row.type == FieldType::date) {
      EXPECT_TRUE(value->as_string().ends_with("Z")) << row.key;
    }
  }
}

TEST(Event, ReadsEveryActionItWrites) {
  for (auto i = static_cast<int>(Action::start); i <= static_cast<int>(Action::checkpoint); ++i)
    EXPECT_EQ(parse_action(to_string(static_cast<Action>(i))), static_cast<Action>(i));
  for (const auto* other : {"", "Open", "opens"}) EXPECT_FALSE(parse_action(other)) << other;
}

TEST(Event, WritesValuesAsTheirRowsPromise) {
  const auto line = parsed(everything());
  const auto text = [&](std::string_view key) { return std::string(line.at(key).as_string()); };
  const auto number = [&](std::string_view key) { return line.at(key).as_int64(); };
  EXPECT_EQ(text(field::timestamp), "2026-11-22T12:00:00.007Z");
  EXPECT_EQ(text(field::first_at), "2026-11-22T12:00:00.000Z");
  EXPECT_EQ(text(field::action), "close");
  EXPECT_EQ(text(field::tunnel), "000000000000002a");
  EXPECT_EQ(text(field::reason), "sni_mismatch");
  EXPECT_EQ(text(field::stage), "first_flight");
  EXPECT_EQ(text(field::mode), "report");
  EXPECT_EQ(text(field::would_deny), "host_not_listed");
  EXPECT_TRUE(line.at(field::first_use).as_bool());
  EXPECT_EQ(text(field::resolved), "10.1.2.3,fd00::1");
  EXPECT_EQ(text(field::client_ip), "10.20.0.21");
  EXPECT_EQ(number(field::client_port), 40000);
  EXPECT_EQ(text(field::host), "kv1.vault.azure.net");
  EXPECT_EQ(number(field::port), 443);
  EXPECT_EQ(text(field::upstream_ip), "20.50.1.1");
  EXPECT_EQ(text(field::tls_version), "TLS1.3");
  EXPECT_TRUE(line.at(field::ech).as_bool());
  EXPECT_EQ(number(field::bytes_from_client), 1);
  EXPECT_EQ(number(field::bytes_from_upstream), 2);
  EXPECT_EQ(number(field::duration), 3000) << "nanoseconds";
  EXPECT_EQ(number(field::dns_time), 4);
  EXPECT_EQ(number(field::dial_time), 5);
  EXPECT_EQ(number(field::first_flight_time), 6);
  EXPECT_EQ(number(field::first_byte_time), 7);
  EXPECT_EQ(text(field::relay), "splice");
  EXPECT_EQ(text(field::address_class), "public");
  EXPECT_EQ(text(field::ended_by), "gate");
  EXPECT_EQ(number(field::count), 8);
  EXPECT_TRUE(line.at(field::lab).as_bool());
}

TEST(Event, LeavesOutWhatItDoesNotKnow) {
  const auto line = json_of({.action = Action::stop, .at = noon});
  EXPECT_EQ(line, R"({"@timestamp":"2026-11-22T12:00:00.000Z","event.action":"stop"})");
}

TEST(Event, LeavesOutACountOfOne) {
  EXPECT_FALSE(parsed({.action = Action::denied, .at = noon, .count = 1}).contains(field::count));
}

TEST(Event, SpellsEveryAction) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Action::checkpoint); ++i) {
    const auto action = static_cast<Action>(i);
    names.insert(to_string(action));
    EXPECT_EQ(parse_action(to_string(action)), action);
  }
  EXPECT_EQ(parse_action("opened"), std::nullopt);
  EXPECT_EQ(names,
            (std::set<std::string_view>{"start", "policy", "open", "checked", "progress", "close", "denied", "failed",
                                        "stop", "segment", "live", "head", "torn", "gap", "checkpoint"}));
  EXPECT_EQ(to_string(EndedBy::client), "client");
  EXPECT_EQ(to_string(EndedBy::upstream), "upstream");
}

TEST(Event, EscapesWhatCouldBreakALineOrAPage) {
  EXPECT_EQ(written("plain host:443"), "plain host:443");
  EXPECT_EQ(written("a\"b\\c"), R"(a\"b\\c)");
  EXPECT_EQ(written("a\r\nb\tc"), R"(a\u000d\u000ab\u0009c)");
  EXPECT_EQ(written(std::string_view("\0x", 2)), R"(\u0000x)");
  EXPECT_EQ(written("\x1b[31m\x7f"), R"(\u001b[31m\u007f)");
  EXPECT_EQ(written("</script>&'"), R"(\u003c/script\u003e\u0026\u0027)");
  EXPECT_EQ(written("b\xc3\xbc"), R"(b\u00c3\u00bc)");
  EXPECT_EQ(written("\xff\xfe"), R"(\u00ff\u00fe)");
}

TEST(Event, GivesEveryByteBackThroughAJsonReader) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string asked(1, static_cast<char>(byte));
    const std::string value(
        parsed({.action = Action::denied, .at = noon, .asked = asked}).at(field::asked).as_string());
    if (byte < 128) {
      EXPECT_EQ(value, asked) << byte;
    } else {
      EXPECT_EQ(value.size(), 2U) << byte << " is shown as the code point of its number";
    }
  }
}

TEST(Event, CutsAValueOver256BytesAndSaysHowLongItWasAndItsHash) {
  const std::string at_limit(256, 'a');
  EXPECT_EQ(written(at_limit), at_limit);
  EXPECT_EQ(written(at_limit + 'a'), at_limit + "... (257 bytes, sha256 e8d95cc2b4bc198c)");
  EXPECT_EQ(written(std::string(1'000'000, 'a')), at_limit + "... (1000000 bytes, sha256 cdc76e5c9914fb92)");
}

TEST(Event, CountsEscapesTowardsTheLimitAndNeverCutsOne) {
  const auto value = written(std::string(1000, '\n'));
  EXPECT_EQ(value.size(), 43 * 6 + std::string_view("... (1000 bytes, sha256 0123456789abcdef)").size());
  EXPECT_TRUE(value.ends_with("\\u000a... (1000 bytes, sha256 a52ad6ba5827cf29)")) << value;
}

TEST(Event, IsOneLineOfValidPrintableJsonWhateverItIsFed) {
  std::mt19937 random(9);
  const auto noise = [&random] {
    std::string bytes(random() % 400, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    return bytes;
  };
  for (int round = 0; round < 3000; ++round) {
    const auto asked = noise();
    const auto sni = noise();
    const auto alpn = noise();
    const auto note = noise();
    auto event = everything();
    event.asked = asked;
    event.tls = TlsFacts{sni, alpn, static_cast<std::uint16_t>(random()), random() % 2 == 0};
    event.note = note;
    const auto line = json_of(event);
    for (const char c : line) ASSERT_TRUE(c >= 0x20 && c < 0x7f) << line;
    boost::system::error_code error;
    static_cast<void>(boost::json::parse(line, error));
    ASSERT_FALSE(error) << error.message() << '\n' << line;
  }
}

/// The longest names a configuration and a client can come up with.
struct LongestNames {
  std::string label = std::string(63, 'a');
  std::string host = label + '.' + label + '.' + label + '.' + std::string(61, 'b');
  Target target = *parse_target(host + ":65535");
  std::string noise = std::string(4000, '\n');
};

/// What every event about a tunnel says, each as long as it gets.
Event longest_tunnel(Action action, const LongestNames& longest) {
  Event event{.action = action, .at = noon, .tunnel = ~std::uint64_t{0}};
  event.runtime = Name(std::string(64, 'r'));
  event.channel = Name(std::string(64, 'c'));
  event.rule = Name(std::string(64, 'r') + '/' + std::string(64, 'c') + '/' + longest.host + ":65535");
  event.client = Endpoint{*parse_address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 65535};
  event.upstream = event.client->address;
  event.target = &longest.target;
  event.duration = std::chrono::hours(24 * 365);
  event.lab = true;
  return event;
}

TEST(Event, OfATunnelsEndAlwaysFitsIntoTheRoomThatWasSetAside) {
  const LongestNames longest;
  auto event = longest_tunnel(Action::close, longest);
  event.reason = Reason::tls_version_refused;
  event.stage = Stage::first_flight;
  event.tls = TlsFacts{longest.noise, longest.noise, 0x0304, true};
  event.resembles = "an HTTP request in clear text";
  event.traffic = Traffic{~std::uint64_t{0}, ~std::uint64_t{0}};
  event.ended_by = EndedBy::upstream;
  event.first_byte_time = std::chrono::hours(24 * 365);
  event.spliced = true;
  EXPECT_LE(json_of(event).size(), Ring::max_record_bytes);
}

TEST(Event, OfATunnelsOpeningAndCheckAlwaysFitIntoARecord) {
  const LongestNames longest;
  auto open = longest_tunnel(Action::open, longest);
  open.policy = "0123456789abcdef";
  open.dns_time = open.dial_time = std::chrono::hours(24 * 365);
  EXPECT_LE(json_of(open).size(), Ring::max_record_bytes);
  auto checked = longest_tunnel(Action::checked, longest);
  checked.tls = TlsFacts{.sni = longest.noise,
                         .alpn = longest.noise,
                         .max_version = 0x0304,
                         .ech = true,
                         .ja4 = "t13d1516h2_8daaf6152771_e5627efa2ab1",
                         .hello_retry = true,
                         .server_version = 0x0303,
                         .server_names = longest.noise,
                         .server_issuer = longest.noise};
  checked.first_flight_time = std::chrono::hours(24 * 365);
  EXPECT_LE(json_of(checked).size(), Ring::max_record_bytes);
}

TEST(Event, OfARefusalAlwaysFitsIntoARecordOfTheRing) {
  const LongestNames longest;
  auto event = everything();
  event.target = nullptr;
  event.tls.reset();
  event.asked = longest.noise;
  event.rule = Name(std::string(400, 'r'));
  event.note = longest.noise;
  EXPECT_LE(json_of(event).size(), Ring::max_record_bytes);
}

}  // namespace
}  // namespace shirgate::test
