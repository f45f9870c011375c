// The quick reader of the gate's own lines beside the JSON parser: where it reads a line at all, both say the same.
#include "audit/written_line.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "line_parsing.hpp"

namespace shirgate::test {
namespace {

const auto today = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);

std::string numbered(const Event& event) {
  std::string text;
  append_json(text, event);
  return text.insert(1, R"("shirgate.seq":9,"shirgate.prev":"00ff","shirgate.gate":"0123456789abcdef",)");
}

/// A tunnel's lines, one of them with an escape, and what a gate says of itself.
std::vector<std::string> written_lines() {
  const auto target = *parse_target("contosostage.blob.core.windows.net:443");
  const std::array resolved{*parse_address("10.1.2.3"), *parse_address("fd00::1")};
  Event event{.action = Action::open,
              .at = today + std::chrono::milliseconds(7),
              .tunnel = 0x2a,
              .client = Endpoint{*parse_address("10.20.0.21"), 40000},
              .runtime = Name("prod"),
              .channel = Name("staged"),
              .rule = Name("prod/staged"),
              .target = &target,
              .upstream = parse_address("20.50.1.1"),
              .dial_time = std::chrono::microseconds(5),
              .policy = "0123456789abcdef",
              .first_use = true,
              .lab = true};
  std::vector<std::string> lines{numbered(event)};
  event.action = Action::checked;
  event.tls = TlsFacts{.sni = "contosostage.blob.core.windows.net", .alpn = "h2", .max_version = 0x0304, .ech = true};
  lines.push_back(numbered(event));
  event.tls->sni = "a\"\x1b[31m";
  lines.push_back(numbered(event));
  event.action = Action::close;
  event.tls.reset();
  event.traffic = Traffic{std::numeric_limits<std::uint64_t>::max(), 0};
  event.reason = Reason::client_closed;
  event.ended_by = EndedBy::client;
  lines.push_back(numbered(event));
  event.action = Action::denied;
  event.resolved = resolved;
  event.reason = Reason::address_not_expected;
  event.count = 3;
  event.first_at = today;
  lines.push_back(numbered(event));
  lines.push_back(numbered({.action = Action::start, .at = today, .note = "shirgate 0.1.0"}));
  lines.push_back(R"({"@timestamp":"2026-11-22T10:00:00.000Z","event.action":"open","source.ip":")" +
                  std::string(400, 'x') + R"("})");
  return lines;
}

bool alike(const LogLine& one, const LogLine& other) {
  for (std::size_t slot = 0; slot < LogLineKeys::size; ++slot) {
    const auto same = [&](auto member) {
      if constexpr (std::is_same_v<decltype(member), std::monostate>)
        return true;
      else
        return one.*member == other.*member;
    };
    if (!std::visit(same, log_line_keys[slot].member)) return false;
  }
  return true;
}

TEST(WrittenLine, ReadsWhatTheGateWritesButEscapes) {
  WrittenLine written;
  for (const auto& text : written_lines()) {
    LogLine line;
    EXPECT_EQ(written.read(text, line), text.find('\\') == std::string::npos) << text;
  }
}

TEST(WrittenLine, TakesNoKeyForAnother) {
  std::size_t known = 0;
  for (const auto& row : field_table()) {
    const auto found = log_line_keys[log_line_keys.find(row.key)].key;
    EXPECT_TRUE(found.empty() || found == row.key) << row.key << " " << found;
    known += found.empty() ? 0 : 1;
  }
  EXPECT_GT(known, 30U);
  EXPECT_TRUE(log_line_keys[log_line_keys.find("x")].key.empty());
  EXPECT_TRUE(log_line_keys[log_line_keys.find("shirgate.unheard")].key.empty());
}

TEST(WrittenLine, TakesNoNumberThatIsTooLong) {
  LineParsing lines;
  for (const std::string key : {"source.port", "shirgate.unheard", "shirgate.count"}) {
    const auto line = [&](std::string_view number) {
      return fmt::format(R"({{"@timestamp":"2026-11-22T10:00:00.000Z","event.action":"open","{}":{}}})", key, number);
    };
    EXPECT_NE(lines.parse(line("18446744073709551615")), nullptr) << key;
    for (const auto* number : {"18446744073709551616", "100000000000000000000", "9999999999999999999999999", "01", "-"})
      for (const auto* blank : {"", " "})
        EXPECT_EQ(lines.parse(blank + line(number)), nullptr) << key << blank << number;
  }
}

TEST(WrittenLine, SaysTheSameAsTheJsonParserOfDamagedLines) {
  const auto lines = written_lines();
  constexpr std::string_view bytes = "\"{}:,\\0123456789-.etrufalsn \x01\x7f\xc3 x";
  std::mt19937 random(20261122);
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  LineParsing quick;
  LineParsing by_json;
  WrittenLine written;
  std::size_t read_quickly = 0;
  std::size_t refused = 0;
  for (int i = 0; i < 30'000; ++i) {
    auto text = lines[below(lines.size())];
    for (auto changes = below(4); changes > 0; --changes) {
      const auto at = below(text.size());
      switch (below(3)) {
        case 0: text[at] = bytes[below(bytes.size())]; break;
        case 1: text.insert(at, 1, bytes[below(bytes.size())]); break;
        default: text.erase(at, below(4) + 1); break;
      }
      if (text.empty()) text = "{";
    }
    LogLine line;
    if (written.read(text, line)) ++read_quickly;
    const auto* one = quick.parse(text);
    // A blank in front is no matter to JSON, and nothing the gate writes.
    const auto* other = by_json.parse(" " + text);
    ASSERT_EQ(one == nullptr, other == nullptr) << text;
    if (one == nullptr)
      ++refused;
    else
      ASSERT_TRUE(alike(*one, *other)) << text;
  }
  EXPECT_GT(read_quickly, 5'000U);
  EXPECT_GT(refused, 5'000U);
}

}  // namespace
}  // namespace shirgate::test
