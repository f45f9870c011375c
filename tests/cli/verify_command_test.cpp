// `shirgate verify` on a log that is whole, and on one that somebody changed.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>

#include "command_run.hpp"
#include "tests/audit/crash.hpp"

namespace shirgate::test {
namespace {

class VerifyCommand : public testing::Test {
 protected:
  VerifyCommand() {
    settings_.on_head = [this](std::string_view text) { head_ = text; };
    const auto journal = open_journal(settings_);
    for (std::uint64_t i = 1; i <= 3; ++i) {
      const auto before = journal->lines_written();
      EXPECT_TRUE(journal->writer(0).append(tunnel_event(i < 3 ? Action::open : Action::close, i % 2 + 1)).taken);
      EXPECT_TRUE(holds_soon([&] { return journal->lines_written() > before; }));
    }
  }
  [[nodiscard]] Outcome run(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), directory_.path());
    return run_command(add_verify, "verify", more);
  }
  [[nodiscard]] std::string segment() const { return segments_of(directory_.path()).back(); }
  /// "SEQ:HASH" of the last head that was told.
  [[nodiscard]] std::string known_head() const {
    std::istringstream words(head_);
    std::string skip;
    std::string seq;
    std::string hash;
    words >> skip >> skip >> skip >> seq >> hash;
    return seq + ':' + hash;
  }
  void expect_fault(const Outcome& outcome, const std::string& where, const std::string& what) const {
    EXPECT_EQ(outcome.code, exit_no) << outcome.out << outcome.err;
    EXPECT_NE(outcome.out.find("NOT intact\n"), std::string::npos) << outcome.out;
    const auto at = outcome.out.find("  FAULT  ");
    ASSERT_NE(at, std::string::npos) << outcome.out;
    const auto fault = outcome.out.substr(at, outcome.out.find('\n', at) - at);
    EXPECT_NE(fault.find(where), std::string::npos) << fault;
    EXPECT_NE(fault.find(what), std::string::npos) << fault;
  }

  TemporaryDirectory directory_;
  std::string head_;
  JournalSettings settings_ = settings_for(directory_.path());
};

TEST_F(VerifyCommand, SaysThatALogIsIntact) {
  const auto outcome = run();
  EXPECT_EQ(outcome.code, exit_yes) << outcome.out << outcome.err;
  EXPECT_NE(outcome.out.find("tunnels: 0 open before, 2 opened = 1 closed, 0 torn, 1 open now\n"), std::string::npos)
      << outcome.out;
  EXPECT_TRUE(outcome.out.ends_with("\nintact\n")) << outcome.out;
  EXPECT_EQ(outcome.err, "");
}

TEST_F(VerifyCommand, AnswersAsOneJsonObject) {
  const auto outcome = run({"--json"});
  EXPECT_EQ(outcome.code, exit_yes);
  const auto answer = boost::json::parse(outcome.out).as_object();
  EXPECT_TRUE(answer.at("intact").as_bool());
  EXPECT_EQ(answer.at("opens").to_number<int>(), 2);
  EXPECT_EQ(answer.at("live").to_number<int>(), 1);
  EXPECT_TRUE(answer.at("faults").as_array().empty());
}

TEST_F(VerifyCommand, NamesTheLineThatWasChanged) {
  replace_once(segment(), R"("event.action":"close")", R"("event.action":"cloze")");
  const auto outcome = run();
  expect_fault(outcome, segment() + ":", "");
  const auto json = run({"--json"});
  EXPECT_EQ(json.code, exit_no);
  EXPECT_FALSE(boost::json::parse(json.out).as_object().at("faults").as_array().empty());
}

TEST_F(VerifyCommand, NamesWhereALineIsMissing) {
  auto text = text_of(segment());
  const auto second = text.find('\n') + 1;
  overwrite(segment(), text.erase(second, text.find('\n', second) + 1 - second));
  expect_fault(run(), segment() + ":2", "");
}

TEST_F(VerifyCommand, SeesACutTailByTheHeadThatWasKeptElsewhere) {
  EXPECT_EQ(run({"--head", known_head()}).code, exit_yes) << run({"--head", known_head()}).out;
  auto text = text_of(segment());
  text.pop_back();
  text.resize(text.rfind('\n') + 1);
  overwrite(segment(), text);
  expect_fault(run(), segment(), "says the file state");
  std::filesystem::remove(directory_.path() + "/state");
  EXPECT_EQ(run().code, exit_yes) << "nothing in the directory says so any more" << run().out;
  EXPECT_EQ(run({"--head", known_head()}).code, exit_no);
}

TEST_F(VerifyCommand, TakesOnlyTheKeyThatWasKeptElsewhere) {
  const auto kept = directory_.path() + "/key.pub";
  EXPECT_EQ(run({"--key", kept}).code, exit_yes);
  const TemporaryDirectory other;
  open_journal(settings_for(other.path()));
  const auto outcome = run({"--key", other.path() + "/key.pub"});
  expect_fault(outcome, "", "key");
}

TEST_F(VerifyCommand, SaysWhatItCanNotRead) {
  for (const auto& arguments : {std::vector<std::string>{"--head", "7"}, {"--key", "/nowhere/key.pub"}}) {
    const auto outcome = run(arguments);
    EXPECT_EQ(outcome.code, exit_bad_input);
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err.find(arguments[0] == "--key" ? arguments[1] : arguments[0]), std::string::npos)
        << outcome.err;
  }
  const auto nowhere = run_command(add_verify, "verify", {"/nowhere"});
  EXPECT_EQ(nowhere.code, exit_bad_input);
  EXPECT_NE(nowhere.err.find("/nowhere"), std::string::npos) << nowhere.err;
}

}  // namespace
}  // namespace shirgate::test
