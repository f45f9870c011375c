// The hostile tunnels of the corpus whose fate the first flight decides: reader, parser and judge in a row, as the
// session will call them.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <string>

#include "corpus.hpp"
#include "feeding.hpp"
#include "parsed_hello.hpp"
#include "proxy/first_flight/hello.hpp"
#include "proxy/first_flight/judge_hello.hpp"

namespace shirgate::test {

void PrintTo(const TunnelCase& tunnel, std::ostream* out) { *out << tunnel.id; }

namespace {

/// What the corpus calls a reason, and what the gate calls it. "more" stands for: the reader goes on waiting, the
/// session ends it by its clock or because the client went away.
struct Translation {
  std::string_view corpus;
  std::string_view ours;
};

constexpr std::array translations{
    Translation{"allowed", "allowed"},
    Translation{"tls_not_tls", "not_tls"},
    Translation{"tls_bad_record", "hello_malformed"},
    Translation{"tls_bad_hello", "hello_malformed"},
    Translation{"tls_hello_too_big", "hello_too_large"},
    Translation{"tls_too_many_records", "hello_too_large"},
    Translation{"tls_version", "tls_version_refused"},
    Translation{"tls_no_sni", "sni_absent"},
    Translation{"tls_bad_sni", "sni_malformed"},
    Translation{"tls_sni_mismatch", "sni_mismatch"},
    Translation{"tls_ech", "ech_refused"},
    Translation{"tls_hello_timeout", "more"},
    Translation{"client_closed", "more"},
    Translation{"client_reset", "more"},
};

std::string_view ours(std::string_view corpus_reason) {
  const auto found = std::find_if(translations.begin(), translations.end(),
                                  [&](const Translation& row) { return row.corpus == corpus_reason; });
  return found == translations.end() ? "no translation" : found->ours;
}

/// SQL on 1433 starts with a PRELOGIN, which is another reader's; everything on 443 is ours.
std::vector<TunnelCase> cases_on_443() {
  std::vector<TunnelCase> some;
  std::copy_if(tunnel_cases().begin(), tunnel_cases().end(), std::back_inserter(some),
               [](const TunnelCase& tunnel) { return tunnel.connect.ends_with(":443"); });
  return some;
}

std::string verdict(const TunnelCase& tunnel, const Outcome& read) {
  if (read.answer != "done") return read.answer;
  const auto target = parse_target(tunnel.connect);
  if (target.has_error()) return "the test's own CONNECT is bad";
  const ParsedHello hello(read.body);
  return std::string(to_string(hello.has_error() ? hello.error() : judge_hello(*hello, target->host, {})));
}

class AttackCase : public testing::TestWithParam<TunnelCase> {};

TEST_P(AttackCase, EndsInTheReasonTheCorpusStates) {
  const auto& tunnel = GetParam();
  EXPECT_EQ(verdict(tunnel, fed_whole(tunnel.bytes)), ours(tunnel.reason)) << tunnel.reason;
  EXPECT_EQ(verdict(tunnel, fed_in_pieces_of(1, tunnel.bytes)), ours(tunnel.reason)) << tunnel.reason;
}

TEST_P(AttackCase, EndsTheSameHoweverItIsCut) {
  const auto& bytes = GetParam().bytes;
  const auto whole = fed_whole(bytes);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) ASSERT_EQ(fed_in_two(bytes, cut), whole) << "cut at " << cut;
}

TEST_P(AttackCase, IsToldTheAlertTheCorpusStates) {
  constexpr std::string_view prefix = "tls_alert:";
  const std::string_view heard = GetParam().heard;
  const auto reason = parse_reason(verdict(GetParam(), fed_whole(GetParam().bytes)));
  if (!heard.starts_with(prefix)) return;  // what is not TLS is told nothing
  int number = 0;
  std::from_chars(heard.data() + prefix.size(), heard.data() + heard.size(), number);
  ASSERT_TRUE(reason && row_of(*reason).alert);
  EXPECT_EQ(static_cast<int>(*row_of(*reason).alert), number);
}

INSTANTIATE_TEST_SUITE_P(Corpus, AttackCase, testing::ValuesIn(cases_on_443()),
                         [](const auto& test) { return test_name(test.param.id); });

TEST(AttackCases, HoldEveryServerNameRow) {
  const auto rows = std::count_if(tunnel_cases().begin(), tunnel_cases().end(),
                                  [](const TunnelCase& tunnel) { return tunnel.family == "sni"; });
  const auto tested = cases_on_443();
  EXPECT_GE(rows, 21);
  EXPECT_EQ(
      std::count_if(tested.begin(), tested.end(), [](const TunnelCase& tunnel) { return tunnel.family == "sni"; }),
      rows);
}

TEST(AttackCases, LeaveEarlyDataToTheTunnel) {
  const auto found = std::find_if(tunnel_cases().begin(), tunnel_cases().end(),
                                  [](const TunnelCase& tunnel) { return tunnel.id == "TLS-036"; });
  ASSERT_NE(found, tunnel_cases().end());
  const auto outcome = fed_whole(found->bytes);
  EXPECT_EQ(outcome.answer, "done");
  EXPECT_EQ(outcome.flight_bytes, 5u + 0xb8);
}

}  // namespace
}  // namespace shirgate::test
