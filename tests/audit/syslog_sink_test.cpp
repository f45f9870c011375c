#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "audit/sinks/make_sink.hpp"
#include "audit/sinks/shippers.hpp"
#include "certs/lab_authority.hpp"
#include "journal_reading.hpp"
#include "log_writing.hpp"
#include "syslog_server.hpp"
#include "temporary_directory.hpp"

namespace shirgate::test {
namespace {

using std::chrono::milliseconds;
using Lines = std::vector<std::string>;

std::string line_in(const std::string& message) { return message.substr(message.find("] ") + 2); }

/// The lines by their numbers, whatever came how often.
Lines unique(const Lines& messages) {
  std::map<std::uint64_t, std::string> by_number;
  for (const auto& message : messages) {
    const auto line = line_in(message);
    const auto front = read_line_front(line);
    if (!front) {
      ADD_FAILURE() << message;
      continue;
    }
    const auto known = by_number.emplace(front->seq, line).first;
    EXPECT_EQ(known->second, line);
  }
  Lines lines;
  for (const auto& [seq, line] : by_number) lines.push_back(line);
  return lines;
}

class SyslogSinkTest : public testing::Test {
 protected:
  void start(SinkSettings settings) {
    settings.name = "siem";
    settings.kind = SinkKind::syslog;
    if (settings.host.empty()) settings.host = "127.0.0.1";
    auto made = Shippers::create(directory_.path(), {settings}, [this](std::string_view text) { note(text); });
    ASSERT_TRUE(made.has_value()) << made.error().text();
    shippers_ = *std::move(made);
    shippers_->wrote_up_to(log_.end().next_seq - 1);
    const auto started = shippers_->start();
    ASSERT_TRUE(started.has_value()) << started.error().text();
  }
  SinkSettings tls(std::uint16_t port, const std::string& name) {
    const auto ca = directory_.path() + "/ca.pem";
    write_file(ca, authority_->ca_pem());
    return {.port = port, .transport = SyslogTransport::tls, .tls_name = name, .tls_ca_file = ca};
  }
  TlsServerContext server_tls() { return TlsServerContext(authority_->issue("syslog.lab")); }
  void note(std::string_view text) {
    const std::scoped_lock lock(mutex_);
    troubles_.emplace_back(text);
  }
  std::string troubles() {
    const std::scoped_lock lock(mutex_);
    std::string all;
    for (const auto& text : troubles_) all += text + '\n';
    return all;
  }
  void write(int count) {
    for (auto& line : log_.add_many(count)) written_.push_back(line);
    if (shippers_) shippers_->wrote_up_to(log_.end().next_seq - 1);
  }
  ShipperNumbers numbers() { return shippers_->numbers().front(); }
  bool all_are_confirmed() {
    return holds_soon([this] { return numbers().lag_lines == 0; });
  }

  TemporaryDirectory directory_;
  LogWriter log_{directory_.path()};
  Lines written_;
  std::shared_ptr<LabAuthority> authority_ = std::make_shared<LabAuthority>();
  std::mutex mutex_;
  Lines troubles_;
  std::unique_ptr<Shippers> shippers_;
};

TEST_F(SyslogSinkTest, SendsEveryLineOnceOverTcp) {
  SyslogServer server;
  write(3000);
  start({.port = server.port()});
  ASSERT_TRUE(all_are_confirmed());
  EXPECT_TRUE(numbers().connected);
  shippers_->stop(milliseconds(0));
  const auto messages = server.messages();
  EXPECT_EQ(messages.size(), written_.size());
  EXPECT_EQ(unique(messages), written_);
  EXPECT_EQ(troubles(), "");
}

TEST_F(SyslogSinkTest, SendsEveryLineOnceOverTls) {
  SyslogServer server(0, server_tls());
  write(3000);
  start(tls(server.port(), "syslog.lab"));
  ASSERT_TRUE(all_are_confirmed());
  shippers_->stop(milliseconds(0));
  const auto messages = server.messages();
  EXPECT_EQ(messages.size(), written_.size());
  EXPECT_EQ(unique(messages), written_);
  EXPECT_EQ(troubles(), "");
}

TEST_F(SyslogSinkTest, IsConfirmedAtTheEndByTheServersClosing) {
  for (const bool with_tls : {false, true}) {
    SyslogServer server(0, with_tls ? std::optional(server_tls()) : std::nullopt);
    write(100);
    start(with_tls ? tls(server.port(), "syslog.lab") : SinkSettings{.port = server.port()});
    shippers_->stop(milliseconds(10'000));
    EXPECT_EQ(CursorFile(directory_.path(), "siem").read()->value_or(Cursor()).seq, written_.size());
    EXPECT_EQ(server.messages().size(), 100U);
    shippers_.reset();
  }
}

TEST_F(SyslogSinkTest, LosesNothingToAServerThatDiesWithLinesUnread) {
  for (const bool with_tls : {false, true}) {
    auto server = std::make_unique<SyslogServer>(0, with_tls ? std::optional(server_tls()) : std::nullopt);
    const auto port = server->port();
    const auto before = written_.size();
    start(with_tls ? tls(port, "syslog.lab") : SinkSettings{.port = port});
    write(200);
    ASSERT_TRUE(holds_soon([&] { return server->messages().size() >= 200; }));
    auto messages = server->messages();
    server->stop_reading();
    write(200);  // taken by the kernels of both sides, read by nobody
    std::this_thread::sleep_for(milliseconds(300));
    server.reset();
    write(200);
    server = std::make_unique<SyslogServer>(port, with_tls ? std::optional(server_tls()) : std::nullopt);
    ASSERT_TRUE(all_are_confirmed()) << troubles();
    shippers_->stop(milliseconds(0));
    for (const auto& message : server->messages()) messages.push_back(message);
    EXPECT_EQ(unique(messages), Lines(written_.begin() + static_cast<long>(before), written_.end()));
    EXPECT_GE(numbers().failures, 1U);
    shippers_.reset();
  }
}

TEST_F(SyslogSinkTest, DoesNotCountWhatIsOnlyInItsOwnKernelsBuffer) {
  SyslogServer server;
  server.stop_reading();
  write(3000);
  start({.port = server.port()});
  ASSERT_TRUE(holds_soon([this] { return numbers().delivered_lines > 0; })) << "what the peer's TCP has acknowledged";
  EXPECT_GT(numbers().lag_lines, 2000U);
  const auto began = std::chrono::steady_clock::now();
  shippers_->stop(milliseconds(60'000));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(30));
}

TEST_F(SyslogSinkTest, TalksToNobodyWhoseCertificateIsForAnotherName) {
  SyslogServer server(0, server_tls());
  write(10);
  start(tls(server.port(), "other.lab"));
  ASSERT_TRUE(holds_soon([this] { return numbers().failures > 1; }));
  shippers_->stop(milliseconds(0));
  EXPECT_NE(troubles().find("ostname mismatch"), std::string::npos) << troubles();
  EXPECT_TRUE(server.messages().empty());
}

TEST_F(SyslogSinkTest, TalksToNobodyWhomItDoesNotTrust) {
  LabAuthority stranger;
  SyslogServer server(0, TlsServerContext(stranger.issue("syslog.lab")));
  write(10);
  start(tls(server.port(), "syslog.lab"));
  ASSERT_TRUE(holds_soon([this] { return numbers().failures > 1; }));
  shippers_->stop(milliseconds(0));
  EXPECT_NE(troubles().find("certificate"), std::string::npos) << troubles();
  EXPECT_TRUE(server.messages().empty());
}

TEST_F(SyslogSinkTest, SendsOneDatagramALineOverUdp) {
  const FileDescriptor receiver(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto address = loopback(0);
  ASSERT_EQ(::bind(receiver.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  write(500);
  start({.port = port_of(receiver.get()), .transport = SyslogTransport::udp});
  Lines messages;
  std::string datagram(65536, '\0');
  while (messages.size() < written_.size()) {
    pollfd what{.fd = receiver.get(), .events = POLLIN};
    ASSERT_GT(::poll(&what, 1, 30'000), 0);
    const auto n = ::recv(receiver.get(), datagram.data(), datagram.size(), 0);
    ASSERT_GT(n, 0);
    messages.push_back(datagram.substr(0, static_cast<std::size_t>(n)));
  }
  EXPECT_EQ(unique(messages), written_);
  EXPECT_TRUE(all_are_confirmed());
}

TEST_F(SyslogSinkTest, FindsItsReceiverByName) {
  SyslogServer server;
  write(1);
  start({.host = "localhost", .port = server.port()});
  EXPECT_TRUE(holds_soon([&] { return server.messages().size() == 1; })) << troubles();
}

TEST_F(SyslogSinkTest, NamesAFileThatItCanNotUse) {
  const auto complaint = [&](const SinkSettings& settings) {
    const auto made = make_sink(settings);
    return made.has_error() ? made.error().text() : "none";
  };
  auto settings = tls(6514, "syslog.lab");
  settings.name = "siem";
  settings.kind = SinkKind::syslog;
  EXPECT_EQ(complaint(settings), "none");
  const auto good_ca = settings.tls_ca_file;
  settings.tls_ca_file = "/nowhere/ca.pem";
  EXPECT_NE(complaint(settings).find("sink siem: /nowhere/ca.pem: can't be read"), std::string::npos)
      << complaint(settings);
  settings.tls_ca_file = directory_.path() + "/no_certificate";
  write_file(settings.tls_ca_file, "hello");
  EXPECT_NE(complaint(settings).find("no_certificate"), std::string::npos) << complaint(settings);

  settings.tls_ca_file = good_ca;
  settings.tls_certificate_file = directory_.path() + "/own.pem";
  settings.tls_key_file = directory_.path() + "/own.key";
  write_identity(authority_->issue("gate.lab"), settings.tls_certificate_file, settings.tls_key_file);
  EXPECT_EQ(complaint(settings), "none");
  std::filesystem::permissions(settings.tls_key_file, std::filesystem::perms(0644));
  EXPECT_NE(complaint(settings).find("can be read by everybody"), std::string::npos) << complaint(settings);
  write_identity(authority_->issue("another.lab"), directory_.path() + "/another.pem", settings.tls_key_file);
  EXPECT_NE(complaint(settings).find("cannot use the key with this certificate"), std::string::npos)
      << complaint(settings);
}

}  // namespace
}  // namespace shirgate::test
