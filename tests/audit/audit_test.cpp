#include "audit/audit.hpp"

#include <gtest/gtest.h>

#include "journal_reading.hpp"
#include "temporary_directory.hpp"

namespace shirgate::test {
namespace {

class AuditLog : public testing::Test {
 protected:
  static Event refusal(WallTime at) {
    return {.action = Action::denied,
            .at = at,
            .client = *parse_endpoint("10.20.0.21:40000"),
            .reason = Reason::bad_host,
            .stage = Stage::request,
            .asked = "a_b:443"};
  }
  /// Ends the journal and gives back what it wrote.
  std::vector<boost::json::object> written() {
    journal_.reset();
    std::vector<boost::json::object> events;
    for (const auto& line : lines_in(directory_.path())) events.push_back(boost::json::parse(line).as_object());
    return events;
  }
  Audit& audit() { return journal_->writer(0); }

  TemporaryDirectory directory_;
  std::unique_ptr<Journal> journal_ = open_journal(directory_.path());
  WallTime noon_ = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + std::chrono::hours(12);
};

TEST_F(AuditLog, AcceptsNothingOnATicketThatWasNotTaken) {
  EXPECT_FALSE(Audit::accepted(Ticket{}));
  EXPECT_TRUE(Audit::accepted(Ticket{true}));
}

TEST_F(AuditLog, WritesEachOfTwentyRefusalsAndOneLineForTheRest) {
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(audit().append(refusal(noon_ + std::chrono::milliseconds(i))).taken) << i;
  audit().tick(noon_ + std::chrono::seconds(30));
  audit().tick(noon_ + std::chrono::seconds(61));
  const auto events = written();
  ASSERT_EQ(events.size(), 21U);
  EXPECT_EQ(events.back().at(field::count).as_int64(), 80);
  EXPECT_EQ(events.back().at(field::first_at).as_string(), "2026-11-22T12:00:00.020Z");
  EXPECT_EQ(events.back().at(field::timestamp).as_string(), "2026-11-22T12:00:00.099Z");
}

TEST_F(AuditLog, WritesWhatIsMergedAtTheEnd) {
  for (int i = 0; i < 25; ++i) EXPECT_TRUE(audit().append(refusal(noon_)).taken);
  audit().flush(noon_);
  audit().flush(noon_);
  const auto events = written();
  ASSERT_EQ(events.size(), 21U);
  EXPECT_EQ(events.back().at(field::count).as_int64(), 5);
}

TEST_F(AuditLog, MergesNoTunnels) {
  for (std::uint64_t i = 1; i <= 50; ++i) {
    EXPECT_TRUE(audit().append(tunnel_event(Action::open, i)).taken);
    EXPECT_TRUE(audit().append(tunnel_event(Action::close, i)).taken);
  }
  EXPECT_EQ(written().size(), 100U);
}

TEST_F(AuditLog, MergesNoRefusalWithoutAClient) {
  auto nobody = refusal(noon_);
  nobody.client.reset();
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(audit().append(nobody).taken);
  EXPECT_EQ(written().size(), 30U);
}

TEST_F(AuditLog, CutsALongNoteInsteadOfRefusingTheEvent) {
  const std::string note(1'000'000, '\n');
  EXPECT_TRUE(audit().append({.action = Action::start, .at = noon_, .note = note}).taken);
  EXPECT_EQ(written().size(), 1U);
}

}  // namespace
}  // namespace shirgate::test
