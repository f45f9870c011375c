// Peers that mean no good, or are not there, and the sinks alone.
#include <gtest/gtest.h>

#include <functional>

#include "audit/sinks/make_sink.hpp"
#include "certs/lab_authority.hpp"
#include "journal_reading.hpp"
#include "segment_writing.hpp"
#include "syslog_server.hpp"
#include "temporary_directory.hpp"

namespace shirgate::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Accepts one connection and does with it as it is told, until that returns or `stop` holds.
class Peer {
 public:
  using Manners = std::function<void(int fd, const std::atomic<bool>& stop)>;
  explicit Peer(Manners manners) : manners_(std::move(manners)) {
    const auto address = loopback(0);
    if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_.get(), 1) != 0)
      throw std::runtime_error("can't listen");
    thread_ = std::thread([this] { run(); });
  }
  ~Peer() {
    stop_ = true;
    thread_.join();
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_of(listener_.get()); }

 private:
  void run() {
    pollfd what{.fd = listener_.get(), .events = POLLIN};
    while (!stop_ && ::poll(&what, 1, 10) <= 0) {
    }
    if (stop_) return;
    const FileDescriptor fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    manners_(fd.get(), stop_);
  }

  Manners manners_;
  FileDescriptor listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

void send_all(int fd, const std::vector<std::uint8_t>& octets) {
  static_cast<void>(::send(fd, octets.data(), octets.size(), MSG_NOSIGNAL));
}

/// One octet after the other of a record that takes minutes.
void drip(int fd, const std::atomic<bool>& stop) {
  send_all(fd, {0x16, 0x03, 0x03, 0x40, 0x00, 0x02, 0x00, 0x3f, 0xfc});
  for (pollfd what{.fd = fd, .events = POLLRDHUP}; !stop && ::poll(&what, 1, 5) == 0;) send_all(fd, {0});
}

/// Says that it reads no more, and goes on reading.
void say_goodbye(int fd, const TlsServerContext& context, const std::atomic<bool>& stop) {
  auto leg = TlsLeg::server(context);
  std::array<std::uint8_t, 16384> buffer;
  while (!stop) {
    pollfd what{.fd = fd, .events = POLLIN};
    if (::poll(&what, 1, 10) <= 0) continue;
    const auto n = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (n <= 0) return;
    static_cast<void>(leg.feed({buffer.data(), static_cast<std::size_t>(n)}));
    if (leg.handshake() == Handshake::done) leg.shutdown();
    std::vector<std::uint8_t> out;
    leg.pull(out);
    send_all(fd, out);
  }
}

class SyslogPeerTest : public testing::Test {
 protected:
  std::unique_ptr<Sink> sink(std::uint16_t port, SyslogTransport transport) {
    const auto ca = directory_.path() + "/ca.pem";
    write_file(ca, authority_.ca_pem());
    auto made = make_sink({.name = "siem",
                           .kind = SinkKind::syslog,
                           .host = "127.0.0.1",
                           .port = port,
                           .transport = transport,
                           .tls_name = transport == SyslogTransport::tls ? "syslog.lab" : "",
                           .tls_ca_file = transport == SyslogTransport::tls ? ca : ""});
    EXPECT_TRUE(made.has_value());
    return *std::move(made);
  }
  /// The complaint that soon comes of listening to the peer.
  static std::string complaint_of(Sink& sink) {
    std::string text;
    EXPECT_TRUE(holds_soon([&] {
      const auto confirmed = sink.confirmed(milliseconds(20));
      if (confirmed.has_error()) text = confirmed.error().text();
      return confirmed.has_error();
    }));
    return text;
  }

  TemporaryDirectory directory_;
  LabAuthority authority_;
};

TEST_F(SyslogPeerTest, GivesUpOnAHandshakeThatDripsInForEver) {
  const Peer peer(drip);
  const auto siem = sink(peer.port(), SyslogTransport::tls);
  const auto began = std::chrono::steady_clock::now();
  const auto connected = siem->connect([&] { return std::chrono::steady_clock::now() > began + milliseconds(300); });
  ASSERT_TRUE(connected.has_error());
  EXPECT_NE(connected.error().text().find("does not finish the TLS handshake"), std::string::npos)
      << connected.error().text();
  EXPECT_LT(std::chrono::steady_clock::now() - began, seconds(30));
}

TEST_F(SyslogPeerTest, LosesAPeerThatSaysItReadsNoMore) {
  const TlsServerContext context(authority_.issue("syslog.lab"));
  const Peer peer([&](int fd, const std::atomic<bool>& stop) { say_goodbye(fd, context, stop); });
  const auto siem = sink(peer.port(), SyslogTransport::tls);
  const auto connected = siem->connect([] { return false; });
  ASSERT_TRUE(connected.has_value()) << connected.error().text();
  EXPECT_NE(complaint_of(*siem).find("closed the connection"), std::string::npos);
}

TEST_F(SyslogPeerTest, HearsThatNobodyTakesItsDatagrams) {
  std::uint16_t port = 0;
  {
    const FileDescriptor gone(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const auto address = loopback(0);
    ASSERT_EQ(::bind(gone.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    port = port_of(gone.get());
  }
  const auto siem = sink(port, SyslogTransport::udp);
  ASSERT_TRUE(siem->connect([] { return false; }).has_value());
  const LineFront front{};
  EXPECT_TRUE(siem->send({"{}", front}).has_value());
  EXPECT_NE(complaint_of(*siem).find("Connection refused"), std::string::npos);
}

}  // namespace
}  // namespace shirgate::test
