// The corpus over the wire: what the attacker sends goes to a real gate, and the row says what must come of it: the
// answer, DNS queries, connects, bytes upstream, audit events.
#include <gtest/gtest.h>

#include <charconv>
#include <set>

#include "audit/fields.hpp"
#include "corpus_lab.hpp"
#include "corpus_reasons.hpp"
#include "patience.hpp"
#include "tunnel_client.hpp"
#include "waiting.hpp"

namespace shirgate::wire {

void PrintTo(const AttackCase& attack, std::ostream* out) { *out << attack.id; }

namespace {

constexpr std::string_view head_end = "\r\n\r\n";

std::string joined(const std::vector<std::string>& writes) {
  std::string all;
  for (const auto& write : writes) all += write;
  return all;
}

class AttackOverTheWire : public testing::TestWithParam<AttackCase> {
 protected:
  AttackOverTheWire() : world_(GetParam()), client_(world_.lab().client()) {}

  void run() {
    const auto& attack = GetParam();
    send_request();
    if (attack.verdict == "survive") return survives();
    if (attack.status != 200) return is_denied();
    const auto answer = parse_answer(client_.receive_until(head_end));
    ASSERT_EQ(answer.status, 200) << answer.head;
    attack.verdict == "cut" ? is_cut() : is_allowed();
  }

  void send_request() {
    const auto& attack = GetParam();
    if (attack.type != "http_raw") {
      client_.send(connect_request(attack.authority));
      return;
    }
    for (const auto& write : attack.writes) {
      client_.send(write);
      if (attack.delay_ms > 0) std::this_thread::sleep_for(std::chrono::milliseconds(attack.delay_ms));
    }
  }

  /// What belongs to the tunnel: sent with the head, listed by the case, or a good hello.
  [[nodiscard]] std::string tunnel_bytes(bool& sent) const {
    const auto& attack = GetParam();
    sent = false;
    if (attack.type == "tunnel") return joined(attack.writes);
    const auto head = joined(attack.writes);
    const auto end = head.find(head_end);
    if (end != std::string::npos && end + 4 < head.size()) {
      sent = true;
      return head.substr(end + 4);
    }
    const auto target = parse_target(attack.authority.empty() ? "login.microsoftonline.com:443" : attack.authority);
    return good_hello_for(target.has_value() ? target->host.text() : "");
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
    expect_upstream(0, "");
  }

  void expect_one_refusal(const std::string& token) {
    const auto reason = parse_reason(token);
    ASSERT_TRUE(reason) << token;
    EXPECT_TRUE(means(GetParam().reason, *reason)) << GetParam().reason << " became " << token;
    EXPECT_EQ(row_of(*reason).status, GetParam().status);
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
    bool sent = false;
    const auto bytes = tunnel_bytes(sent);
    if (!sent) client_.send(bytes);
    const auto heard = client_.read_to_end();
    EXPECT_NE(to_string(heard.ending), "open") << "the connection stays open";
    EXPECT_EQ(heard.bytes, expected_alert());
    client_.close();
    ASSERT_TRUE(world_.lab().finish());
    const auto& audit = world_.lab().audit();
    EXPECT_EQ(audit.count("open"), 1U);
    EXPECT_EQ(audit.count("checked"), 0U);
    const auto ends = audit.terminal();
    ASSERT_EQ(ends.size(), 1U);
    EXPECT_EQ(action_of(ends.front()), "close");
    EXPECT_EQ(text_of(ends.front(), field::bytes_from_client), "0");
    const auto reason = parse_reason(reason_of(ends.front()));
    ASSERT_TRUE(reason);
    EXPECT_TRUE(means(GetParam().reason, *reason)) << reason_of(ends.front());
    expect_upstream(1, "");
    expect_printable_log();
  }

  [[nodiscard]] static std::string expected_alert() {
    constexpr std::string_view prefix = "tls_alert:";
    const std::string_view heard = GetParam().heard;
    if (!heard.starts_with(prefix)) return {};
    int number = 0;
    std::from_chars(heard.data() + prefix.size(), heard.data() + heard.size(), number);
    return {21, 3, 3, 0, 2, 2, static_cast<char>(number)};
  }

  void is_allowed() {
    bool sent = false;
    const auto bytes = tunnel_bytes(sent);
    if (!sent) client_.send(bytes);
    auto upstream = world_.upstream().accept();
    ASSERT_TRUE(upstream.connected());
    // First, because what follows the hello waits for it.
    upstream.send("from upstream");
    EXPECT_EQ(upstream.receive(bytes.size()), bytes);
    EXPECT_EQ(client_.receive(13), "from upstream");
    client_.half_close();
    const auto more = upstream.read_to_end();
    EXPECT_EQ(more.bytes, "") << "bytes came twice";
    EXPECT_EQ(to_string(more.ending), "finished");
    upstream.close();
    EXPECT_EQ(to_string(client_.read_to_end().ending), "finished");
    client_.close();
    expect_open_and_close(bytes.size());
  }

  void expect_open_and_close(std::size_t bytes) {
    ASSERT_TRUE(world_.lab().finish());
    const auto& audit = world_.lab().audit();
    EXPECT_EQ(audit.terminal().size(), 1U);
    EXPECT_EQ(audit.count("checked"), 1U);
    const auto open = audit.only("open");
    const auto close = audit.only("close");
    EXPECT_EQ(text_of(open, field::upstream_ip), expected_address());
    EXPECT_EQ(text_of(open, field::host), text_of(close, field::host));
    EXPECT_EQ(text_of(open, field::tunnel), text_of(close, field::tunnel));
    EXPECT_EQ(text_of(close, field::bytes_from_client), std::to_string(bytes));
    EXPECT_EQ(text_of(close, field::bytes_from_upstream), "13");
    EXPECT_EQ(reason_of(close), "client_closed");
    expect_upstream(1, "");
    expect_printable_log();
  }

  [[nodiscard]] static std::string expected_address() {
    if (GetParam().authority.starts_with("contosopriv.")) return "10.20.30.4";
    return "20.60.0.10";
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
    expect_upstream(0, "");
  }

  /// After the gate has stopped: how many connections it made, and what more than was read came over them.
  void expect_upstream(std::size_t connects, const std::string& bytes) {
    std::string all;
    for (auto peer = world_.upstream().accept_waiting(); peer.connected(); peer = world_.upstream().accept_waiting())
      all += peer.read_what_is_there().bytes;
    EXPECT_EQ(world_.upstream().accepted(), connects);
    EXPECT_EQ(all, bytes);
  }

  /// Nothing hostile reaches a reader of the log unescaped.
  void expect_printable_log() {
    const auto text = world_.lab().audit().text();
    EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); }));
    EXPECT_EQ(text.find('<'), std::string::npos);
  }

  CorpusLab world_;
  Peer client_;
};

TEST_P(AttackOverTheWire, EndsAsTheCorpusStates) { run(); }

INSTANTIATE_TEST_SUITE_P(Corpus, AttackOverTheWire, testing::ValuesIn(runnable_cases()),
                         [](const auto& test) { return test_name(test.param.id); });

TEST(WaitingCases, NameRowsOfTheCorpusThatExist) {
  std::set<std::string_view> ids;
  for (const auto& attack : attack_cases()) ids.insert(attack.id);
  std::set<std::string_view> seen;
  for (const auto& row : waiting_cases) {
    EXPECT_TRUE(ids.contains(row.id)) << row.id;
    EXPECT_TRUE(seen.insert(row.id).second) << row.id << " is listed twice";
    EXPECT_FALSE(row.until.empty());
    EXPECT_FALSE(row.why.empty());
  }
  for (const auto& row : corrected_cases) EXPECT_TRUE(ids.contains(row.id)) << row.id;
  std::printf("%zu of %zu rows wait\n", waiting_cases.size(), ids.size());
}

TEST(AttackCases, AreAllRunToldInWordsOrWaiting) {
  std::set<std::string> runnable;
  for (const auto& attack : runnable_cases()) runnable.insert(attack.id);
  for (const auto& attack : attack_cases()) {
    const bool worded = std::find(worded_cases.begin(), worded_cases.end(), attack.id) != worded_cases.end();
    EXPECT_EQ(1, (runnable.contains(attack.id) ? 1 : 0) + (worded ? 1 : 0) + (waits(attack.id) ? 1 : 0)) << attack.id;
  }
}

}  // namespace
}  // namespace shirgate::wire
