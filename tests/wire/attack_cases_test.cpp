// The corpus over the wire: what the attacker sends goes to a real gate, and the row says what must come of it: the
// answer, DNS queries, connects, bytes upstream, audit events.
#include "attack_run.hpp"
#include "audit/fields.hpp"
#include "corpus_reasons.hpp"
#include "server_bytes.hpp"

namespace shirgate::wire {
namespace {

constexpr std::string_view head_end = "\r\n\r\n";

class AttackOverTheWire : public AttackRun {
 protected:
  void run() {
    const auto& attack = GetParam();
    send_request();
    if (attack.verdict == "survive") return survives();
    if (attack.status != 200) return is_denied();
    const auto answer = parse_answer(client_.receive_until(head_end));
    ASSERT_EQ(answer.status, 200) << answer.head;
    if (attack.type == "tunnel_dialog") return is_cut_at_second_hello();
    attack.verdict == "allow" ? is_allowed() : is_cut();
  }

  void send_request() {
    const auto& attack = GetParam();
    if (attack.type != "http_raw") {
      client_.send(connect_request(attack.authority));
      return;
    }
    for (const auto& write : attack.writes) send_piece(write);
  }

  /// What belongs to the tunnel: sent with the head, listed by the case, or a good hello.
  [[nodiscard]] static std::vector<std::string> tunnel_writes(bool& sent) {
    const auto& attack = GetParam();
    sent = false;
    if (attack.type == "tunnel") return attack.writes;
    const auto head = all_bytes(attack);
    const auto end = head.find(head_end);
    if (end != std::string::npos && end + 4 < head.size()) {
      sent = true;
      return {head.substr(end + 4)};
    }
    const auto target = parse_target(attack.authority.empty() ? "login.microsoftonline.com:443" : attack.authority);
    return {good_hello_for(target.has_value() ? target->host.text() : "")};
  }

  /// What the tunnel begins with goes out, if it has not yet.
  std::string send_tunnel_bytes() {
    bool sent = false;
    std::string all;
    for (const auto& write : tunnel_writes(sent)) {
      if (!sent) send_piece(write);
      all += write;
    }
    return all;
  }

  void is_denied() {
    const auto& attack = GetParam();
    const auto heard = client_.read_to_end();
    const auto answer = parse_answer(heard.bytes);
    EXPECT_NE(to_string(heard.ending), "open") << "the connection stays open";
    EXPECT_EQ(answer.status, attack.status) << heard.bytes;
    client_.close();
    expect_one_refusal(answer.reason);
    if (attack.never_resolved) {
      EXPECT_EQ(world_.dns().queries(), 0U);
    }
    expect_upstream(0);
  }

  void expect_one_refusal(const std::string& token) {
    const auto& attack = GetParam();
    const auto reason = parse_reason(token);
    ASSERT_TRUE(reason) << token;
    EXPECT_TRUE(means(attack.id, attack.reason, *reason)) << attack.reason << " became " << token;
    EXPECT_EQ(row_of(*reason).status, attack.status);
    ASSERT_TRUE(world_.lab().finish());
    const auto& audit = world_.lab().audit();
    const auto ends = audit.terminal();
    ASSERT_EQ(ends.size(), 1U);
    EXPECT_EQ(action_of(ends.front()), "denied");
    EXPECT_EQ(reason_of(ends.front()), token);
    EXPECT_EQ(text_of(ends.front(), field::client_ip), "127.0.0.1");
    EXPECT_EQ(audit.count("open"), 0U);
    expect_printable_log();
  }

  void is_cut() {
    send_tunnel_bytes();
    do_then();
    if (client_.connected()) {
      const auto heard = client_.read_to_end();
      EXPECT_NE(to_string(heard.ending), "open") << "the connection stays open";
      EXPECT_EQ(heard.bytes, expected_alert());
      client_.close();
    }
    expect_cut_in_first_flight(0);
  }

  /// The server asks for another hello, and only the first one ever reaches it.
  void is_cut_at_second_hello() {
    const auto& hellos = GetParam().writes;
    ASSERT_EQ(hellos.size(), 2U);
    client_.send(hellos[0]);
    auto upstream = world_.upstream().accept();
    ASSERT_EQ(upstream.receive(hellos[0].size()), hellos[0]);
    upstream.send(hello_retry_request());
    ASSERT_EQ(client_.receive(hello_retry_request().size()), hello_retry_request());
    client_.send(hellos[1]);
    const std::string unrecognized_name("\x15\x03\x03\x00\x02\x02\x70", 7);
    EXPECT_EQ(client_.read_to_end().bytes, unrecognized_name);
    client_.close();
    EXPECT_EQ(upstream.read_to_end().bytes, "") << "the second hello was forwarded";
    upstream.close();
    expect_cut_in_first_flight(hellos[0].size());
  }

  void is_allowed() {
    const auto bytes = send_tunnel_bytes();
    const auto answer = server_hello();
    auto upstream = world_.upstream().accept();
    ASSERT_TRUE(upstream.connected());
    // First, because what follows the hello waits for it.
    upstream.send(answer);
    EXPECT_EQ(upstream.receive(bytes.size()), bytes);
    EXPECT_EQ(client_.receive(answer.size()), answer);
    client_.half_close();
    const auto more = upstream.read_to_end();
    EXPECT_EQ(more.bytes, "") << "bytes came twice";
    EXPECT_EQ(to_string(more.ending), "finished");
    upstream.close();
    EXPECT_EQ(to_string(client_.read_to_end().ending), "finished");
    client_.close();
    expect_relayed(bytes.size(), answer.size());
  }

  /// A head that never becomes whole: no answer is owed, a record is.
  void survives() {
    client_.half_close();
    EXPECT_EQ(client_.read_to_end().bytes, "");
    client_.close();
    ASSERT_TRUE(world_.lab().finish());
    const auto ends = world_.lab().audit().terminal();
    ASSERT_EQ(ends.size(), 1U);
    EXPECT_EQ(action_of(ends.front()), "failed");
    EXPECT_EQ(reason_of(ends.front()), "request_incomplete");
    expect_upstream(0);
  }
};

TEST_P(AttackOverTheWire, EndsAsTheCorpusStates) { run(); }

std::vector<AttackCase> all_but_sql() {
  auto some = runnable_cases();
  std::erase_if(some, is_sql);
  return some;
}

INSTANTIATE_TEST_SUITE_P(Corpus, AttackOverTheWire, testing::ValuesIn(all_but_sql()),
                         [](const auto& test) { return test_name(test.param.id); });

}  // namespace
}  // namespace shirgate::wire
