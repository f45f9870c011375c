#include "attack_run.hpp"

#include <algorithm>
#include <charconv>

#include "audit/fields.hpp"
#include "corpus_reasons.hpp"
#include "own_sockets.hpp"
#include "patience.hpp"
#include "tests/proxy/moved_clock.hpp"

namespace shirgate::wire {
namespace {

std::string expected_address(const AttackCase& attack) {
  return attack.authority.starts_with("contosopriv.") ? "10.20.30.4" : "20.60.0.10";
}

}  // namespace

void AttackRun::send_piece(const std::string& bytes) {
  client_.send(bytes);
  if (GetParam().delay_ms == 0) return;
  ASSERT_TRUE(wait_until([&] { return is_all_read(client_); }));
}

void AttackRun::do_then() {
  const auto& then = GetParam().then;
  if (then.empty()) return;
  if (then == "FIN") return client_.half_close();
  ASSERT_TRUE(wait_until([&] { return is_all_read(client_); }));
  if (then == "RST") return client_.reset();
  ASSERT_TRUE(then == "wait" || then == "send nothing more") << then;
  const auto heard = client_.read_what_is_there();
  EXPECT_EQ(heard.bytes, "");
  EXPECT_EQ(to_string(heard.ending), "open") << "cut before its deadline";
  test::move_clock(world_.lab().config().settings.hello_timeout);
}

std::string AttackRun::expected_alert() const {
  constexpr std::string_view prefix = "tls_alert:";
  const std::string_view heard = GetParam().heard;
  if (!heard.starts_with(prefix)) return {};
  int number = 0;
  std::from_chars(heard.data() + prefix.size(), heard.data() + heard.size(), number);
  return {21, 3, 3, 0, 2, 2, static_cast<char>(number)};
}

void AttackRun::expect_cut_in_first_flight(std::size_t bytes_upstream) {
  const auto& attack = GetParam();
  ASSERT_TRUE(world_.lab().finish());
  const auto& audit = world_.lab().audit();
  EXPECT_EQ(audit.count("open"), 1U);
  EXPECT_EQ(audit.count("checked"), 0U);
  ASSERT_EQ(audit.terminal().size(), 1U);
  const auto close = audit.only("close");
  EXPECT_EQ(text_of(close, field::stage), "first_flight");
  EXPECT_EQ(text_of(close, field::bytes_from_client), std::to_string(bytes_upstream));
  EXPECT_EQ(text_of(close, field::ended_by), attack.verdict == "close" ? "client" : "gate");
  const auto reason = parse_reason(reason_of(close));
  ASSERT_TRUE(reason);
  EXPECT_TRUE(means(attack.id, attack.reason, *reason)) << attack.reason << " became " << reason_of(close);
  expect_upstream(1);
  expect_printable_log();
}

void AttackRun::expect_relayed(std::size_t up, std::size_t down) {
  ASSERT_TRUE(world_.lab().finish());
  const auto& audit = world_.lab().audit();
  EXPECT_EQ(audit.terminal().size(), 1U);
  EXPECT_EQ(audit.count("checked"), 1U);
  const auto open = audit.only("open");
  const auto close = audit.only("close");
  EXPECT_EQ(text_of(open, field::upstream_ip), expected_address(GetParam()));
  EXPECT_EQ(text_of(open, field::host), text_of(close, field::host));
  EXPECT_EQ(text_of(open, field::tunnel), text_of(close, field::tunnel));
  EXPECT_EQ(text_of(close, field::bytes_from_client), std::to_string(up));
  EXPECT_EQ(text_of(close, field::bytes_from_upstream), std::to_string(down));
  EXPECT_EQ(reason_of(close), "client_closed");
  expect_upstream(1);
  expect_printable_log();
}

void AttackRun::expect_upstream(std::size_t connects) {
  std::string all;
  for (auto peer = world_.upstream().accept_waiting(); peer.connected(); peer = world_.upstream().accept_waiting())
    all += peer.read_what_is_there().bytes;
  EXPECT_EQ(world_.upstream().accepted(), connects);
  EXPECT_EQ(all, "");
}

void AttackRun::expect_printable_log() {
  const auto text = world_.lab().audit().text();
  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); }));
  EXPECT_EQ(text.find('<'), std::string::npos);
}

}  // namespace shirgate::wire
