// Every expectation can break: a flawless observation, bent in one place at a time.
#include "lab/expectation.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/lab/flawless.hpp"

namespace shirgate::lab {
namespace {

struct Bend {
  std::string_view name;
  std::string_view attempt;
  void (*bend)(Observation& seen);
  std::string_view claim;  ///< how the claim that breaks begins
};

void lose_the_trail(Observation& seen) { seen.trail.clear(); }
void log_it_twice(Observation& seen) { seen.trail.push_back(seen.trail.back()); }
void touch_the_decoy(Observation& seen) { seen.strangers = 1; }
void look_something_up(Observation& seen) { seen.looked_up.emplace_back("telemetry.vendor.example"); }
void leave_a_connection_open(Observation& seen) { seen.all_ended = false; }
void fail_late(Observation& seen) { seen.visit.trouble = "the block came back with another SHA-256"; }
void answer_500(Observation& seen) { seen.visit.status = 500; }
void say_nothing(Observation& seen) { seen.visit.said.clear(); }
void send_one_byte_more(Observation& seen) { ++seen.visit.sent; }
void lose_one_byte(Observation& seen) { --seen.visit.received; }
void arrive_nowhere(Observation& seen) { seen.arrived.clear(); }
void arrive_somewhere(Observation& seen) { seen.arrived.emplace_back(); }
void leak_one_byte(Observation& seen) { seen.arrived.front().received = 1; }
void forget_a_request(Observation& seen) { seen.arrived.front().requests.pop_back(); }
void show_another_sni(Observation& seen) { seen.arrived.front().sni = "attacker.blob.core.windows.net"; }
void send_another_alert(Observation& seen) { seen.visit.alert = 40; }
void let_something_through(Observation& seen) { seen.visit.received += 100; }
void expect_another_channel(Observation& seen) { seen.attempt.channel = "misc"; }
void expect_another_address(Observation& seen) { seen.attempt.address = "20.60.0.77"; }
void expect_another_target(Observation& seen) { seen.attempt.approach.port = 444; }
void log_another_reason(Observation& seen) {
  seen.trail = {line(R"({"event.action":"denied","shirgate.reason":"port_not_listed","shirgate.stage":"policy"})")};
}
void log_another_stage(Observation& seen) {
  seen.trail = {line(R"({"event.action":"denied","shirgate.reason":"host_not_listed","shirgate.stage":"dial"})")};
}
void log_no_sni(Observation& seen) { seen.trail.back() = line(R"({"event.action":"close"})"); }
void log_leaked_bytes(Observation& seen) { seen.trail.back() = line(R"({"event.action":"close","source.bytes":517})"); }

class BentObservation : public testing::TestWithParam<Bend> {};

TEST_P(BentObservation, BreaksItsExpectation) {
  const auto& param = GetParam();
  auto seen = flawless(param.attempt);
  ASSERT_EQ(broken_lines(judge(seen)), "");
  param.bend(seen);
  bool broke = false;
  for (const auto& each : judge(seen)) broke = broke || (!each.held && each.claim.starts_with(param.claim));
  EXPECT_TRUE(broke) << broken_lines(judge(seen));
}

// clang-format off
const std::vector<Bend>& bends() {
  static const std::vector<Bend> list{
      {"ListedThatFails", listed, fail_late, "it works for the client"},
      {"ListedThatIsRefused", listed, answer_500, "it works for the client"},
      {"ListedWithoutALog", listed, lose_the_trail, "the log opens, checks and closes it once"},
      {"ListedLoggedTwice", listed, log_it_twice, "the log opens, checks and closes it once"},
      {"ListedOnAnotherChannel", listed, expect_another_channel, "the log calls it"},
      {"ListedOnAnotherPort", listed, expect_another_target, "the log calls it"},
      {"ListedAtAnotherAddress", listed, expect_another_address, "the log says 20.60.0.77 was dialled"},
      {"ListedThatArrivesNowhere", listed, arrive_nowhere, "the endpoint got 2 requests in one connection"},
      {"ListedThatArrivesTwice", listed, arrive_somewhere, "the endpoint got 2 requests in one connection"},
      {"ListedWithoutARequest", listed, forget_a_request, "the endpoint got 2 requests in one connection"},
      {"ListedWithAnotherSni", listed, show_another_sni, "log and endpoint saw the host as SNI"},
      {"ListedWithMoreSent", listed, send_one_byte_more, "client, log and endpoint counted the same bytes up"},
      {"ListedWithLessReceived", listed, lose_one_byte, "client, log and endpoint counted the same bytes down"},
      {"ListedLeftOpen", listed, leave_a_connection_open, "no connection to an endpoint was left open"},
      {"ListedThatTouchesTheDecoy", listed, touch_the_decoy, "nobody else was touched"},
      {"ListedThatIsLookedUp", listed, look_something_up, "no name was looked up"},
      {"RefusedWithAnotherStatus", unlisted, answer_500, "the client is answered 403"},
      {"RefusedWithoutAWord", unlisted, say_nothing, "the client is told host_not_listed"},
      {"RefusedWithoutALog", unlisted, lose_the_trail, "the log has it once, as denied"},
      {"RefusedLoggedTwice", unlisted, log_it_twice, "the log has it once, as denied"},
      {"RefusedForAnotherReason", unlisted, log_another_reason, "the log says host_not_listed, policy"},
      {"RefusedAtAnotherStage", unlisted, log_another_stage, "the log says host_not_listed, policy"},
      {"RefusedUnderAnotherName", unlisted, expect_another_target, "the log names what was asked for"},
      {"RefusedAddressUnderAnotherName", imds, expect_another_target, "the log names what"},
      {"RefusedThatArrives", unlisted, arrive_somewhere, "no endpoint was reached"},
      {"RefusedThatTouchesTheDecoy", unlisted, touch_the_decoy, "nobody else was touched"},
      {"RefusedLeftOpen", unlisted, leave_a_connection_open, "no connection to an endpoint was left open"},
      {"RefusedThatIsLookedUp", unlisted, look_something_up, "no name was looked up"},
      {"CutWithoutATunnel", cut, answer_500, "the client gets a tunnel, then alert 112"},
      {"CutWithAnotherAlert", cut, send_another_alert, "the client gets a tunnel, then alert 112"},
      {"CutTooLate", cut, let_something_through, "the client gets a tunnel, then alert 112"},
      {"CutWithoutALog", cut, lose_the_trail, "the log opens and closes it, unchecked"},
      {"CutLoggedTwice", cut, log_it_twice, "the log opens and closes it, unchecked"},
      {"CutOnAnotherChannel", cut, expect_another_channel, "the log says sni_mismatch on misc"},
      {"CutOnAnotherPort", cut, expect_another_target, "the log says sni_mismatch on control"},
      {"CutWithoutTheSni", cut, log_no_sni, "the log shows the SNI that was sent"},
      {"CutThatArrivesNowhere", cut, arrive_nowhere, "the endpoint saw one connection and not one byte"},
      {"CutThatLeaks", cut, leak_one_byte, "the endpoint saw one connection and not one byte"},
      {"CutThatIsLoggedToLeak", cut, log_leaked_bytes, "the endpoint saw one connection and not one byte"},
      {"CutLeftOpen", cut, leave_a_connection_open, "no connection to an endpoint was left open"},
      {"CutThatTouchesTheDecoy", cut, touch_the_decoy, "nobody else was touched"},
      {"CutThatIsLookedUp", cut, look_something_up, "no name was looked up"},
  };
  return list;
}
// clang-format on

INSTANTIATE_TEST_SUITE_P(Table, BentObservation, testing::ValuesIn(bends()),
                         [](const auto& tested) { return std::string(tested.param.name); });

/// Which expectations the table breaks, by their place: a bend may change the wording of the claim itself.
std::set<std::size_t> broken_by_the_table(std::string_view attempt) {
  std::set<std::size_t> broken;
  for (const auto& each : bends()) {
    if (each.attempt != attempt) continue;
    auto seen = flawless(attempt);
    each.bend(seen);
    const auto judged = judge(seen);
    for (std::size_t i = 0; i < judged.size(); ++i)
      if (!judged[i].held) broken.insert(i);
  }
  return broken;
}

TEST(Expectations, CanAllBreak) {
  for (const auto title : {listed, unlisted, cut}) {
    const auto all = judge(flawless(title));
    const auto broken = broken_by_the_table(title);
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_TRUE(broken.contains(i)) << title << ": " << all[i].claim;
  }
}

struct BentLog {
  std::string_view name;
  void (*bend)(AuditLog& log);
  std::string_view claim;
};

class BentAuditLog : public testing::TestWithParam<BentLog> {};

TEST_P(BentAuditLog, BreaksItsExpectation) {
  auto log = flawless_log();
  ASSERT_EQ(broken_lines(judge(log)), "");
  GetParam().bend(log);
  const auto lines = broken_lines(judge(log));
  EXPECT_NE(lines.find(GetParam().claim), std::string::npos) << lines;
}

void lose_a_line(AuditLog& log) { log.lines.erase(log.lines.begin() + 1); }
void lose_everything(AuditLog& log) { log.lines.clear(); }
void write_rubbish(AuditLog& log) { log.unreadable = 1; }
void forget_the_lab(AuditLog& log) { log.lines.back() = line(R"({"event.action":"progress"})"); }
void forget_a_close(AuditLog& log) {
  std::erase_if(log.lines, [](const AuditLine& each) { return each.action() == "close"; });
}

INSTANTIATE_TEST_SUITE_P(Table, BentAuditLog,
                         testing::Values(BentLog{"LineLost", lose_a_line, "lines are numbered from 1 without a gap"},
                                         BentLog{"Empty", lose_everything, "lines are numbered from 1 without a gap"},
                                         BentLog{"Rubbish", write_rubbish, "every line is a JSON object"},
                                         BentLog{"NotMarked", forget_the_lab, "every line says that this is a lab"},
                                         BentLog{"CloseLost", forget_a_close, "every tunnel that opened was closed"}),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace shirgate::lab
