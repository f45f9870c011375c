#include "audit/sinks/shippers.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "journal_reading.hpp"
#include "log_writing.hpp"
#include "syslog_server.hpp"
#include "temporary_directory.hpp"

namespace shirgate::test {
namespace {

using std::chrono::milliseconds;

// AUD-008
TEST(Shippers, LetNoTunnelOpenWhileARequiredSinkIsOverdue) {
  const TemporaryDirectory directory;
  std::atomic<bool> overdue{false};
  auto settings = settings_for(directory.path());
  std::atomic<std::uint64_t> written{0};
  settings.on_written = [&](std::uint64_t seq) { written = seq; };
  settings.may_open = [&] { return !overdue.load(); };
  const auto journal = open_journal(settings);
  auto& writer = journal->writer(0);
  EXPECT_TRUE(Audit::accepted(writer.append(tunnel_event(Action::open, 1))));
  ASSERT_TRUE(holds_soon([&] { return written == last_seq(directory.path()) && written > 1; }));
  overdue = true;
  EXPECT_FALSE(Audit::accepted(writer.append(tunnel_event(Action::open, 2))));
  EXPECT_TRUE(Audit::accepted(writer.append(tunnel_event(Action::close, 1))));
  overdue = false;
  EXPECT_TRUE(Audit::accepted(writer.append(tunnel_event(Action::open, 3))));
  static_cast<void>(writer.append(tunnel_event(Action::close, 3)));
}

TEST(Shippers, RefuseADamagedCursor) {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory.path() + "/cursors");
  write_file(directory.path() + "/cursors/out", "?");
  const auto made = Shippers::create(directory.path(), {{.name = "out"}}, [](std::string_view) {});
  ASSERT_TRUE(made.has_error());
  EXPECT_NE(made.error().text().find("/cursors/out"), std::string::npos) << made.error().text();
}

TEST(Shippers, LetEverythingBeDeletedWhereThereAreNone) {
  const auto made = Shippers::create("/nowhere", {}, [](std::string_view) {});
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ((*made)->shipped_up_to(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_FALSE((*made)->overdue());
}

TEST(Shippers, SendNothingWhereOneCursorIsOfAnotherLog) {
  const TemporaryDirectory directory;
  SyslogServer server;
  LogWriter log(directory.path());
  log.add_many(3);
  ASSERT_TRUE(CursorFile(directory.path(), "second").write({2, hash_of_line("another")}).has_value());
  const SinkSettings good{.name = "first", .kind = SinkKind::syslog, .host = "127.0.0.1", .port = server.port()};
  auto bad = good;
  bad.name = "second";
  auto made = Shippers::create(directory.path(), {good, bad}, [](std::string_view) {});
  ASSERT_TRUE(made.has_value()) << made.error().text();
  (*made)->wrote_up_to(3);
  EXPECT_TRUE((*made)->start().has_error());
  (*made).reset();
  EXPECT_TRUE(server.messages().empty());
}

// A gate's journal, as the gate joins the two.
TEST(Shippers, HoldBackTheRetentionUntilTheirSinksHaveTheLines) {
  const TemporaryDirectory directory;
  auto server = std::make_unique<SyslogServer>();
  const auto port = server->port();
  server.reset();
  auto made = Shippers::create(directory.path(),
                               {{.name = "siem", .kind = SinkKind::syslog, .host = "127.0.0.1", .port = port}},
                               [](std::string_view) {});
  ASSERT_TRUE(made.has_value()) << made.error().text();
  auto& shippers = **made;
  auto settings = settings_for(directory.path());
  settings.segment_bytes = 1500;
  settings.retention = {.age = {}, .bytes = 1, .keep_at_least = {}};
  settings.retention_interval = milliseconds(20);
  shippers.listen_to(settings);
  const auto journal = open_journal(settings);
  ASSERT_TRUE(shippers.start().has_value());
  std::uint64_t tunnel = 0;
  const auto write_a_segment = [&] {
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(journal->writer(0).append(tunnel_event(Action::progress, ++tunnel)).taken);
    return holds_soon([&] { return journal->lines_written() == tunnel; });
  };
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(write_a_segment());
  ASSERT_GE(segments_of(directory.path()).size(), 3U);
  EXPECT_EQ(first_seq_of(segments_of(directory.path()).front()), 1U);

  server = std::make_unique<SyslogServer>(port);
  ASSERT_TRUE(holds_soon([&] { return shippers.numbers().front().lag_lines == 0; }));
  ASSERT_TRUE(holds_soon([&] {
    static_cast<void>(journal->writer(0).append(tunnel_event(Action::progress, ++tunnel)));
    return first_seq_of(segments_of(directory.path()).front()) > 1U;
  }));
  shippers.stop(milliseconds(0));
}

}  // namespace
}  // namespace shirgate::test
