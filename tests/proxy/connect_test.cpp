// Connecting: to one address, and to the first of several that answers.
#include <netinet/tcp.h>

#include <cerrno>

#include "loop_fixture.hpp"
#include "proxy/attempts.hpp"
#include "proxy/loop/sockaddr_linux.hpp"
#include "tcp_listener.hpp"

namespace shirgate::test {
namespace {

using std::chrono::seconds;

Endpoint peer_endpoint(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  ::getpeername(fd, reinterpret_cast<sockaddr*>(&storage), &size);
  return from_kernel(storage);
}

class ConnectTest : public LoopFixture {
 protected:
  int result_of(const Socket& socket, const Endpoint& to) {
    int result = EINPROGRESS;
    turn_until([&] { return (result = socket.connect_result(to)) != EINPROGRESS; });
    return result;
  }
};

TEST_F(ConnectTest, ReachesAListener) {
  const TcpListener listener("127.0.0.1");
  int error = -1;
  const auto socket = start_connect(loop(), listener.endpoint(), error);
  ASSERT_NE(socket, nullptr);
  EXPECT_EQ(error, 0);
  EXPECT_EQ(result_of(*socket, listener.endpoint()), 0);
  EXPECT_EQ(peer_endpoint(socket->fd()), listener.endpoint());
  int value = 0;
  socklen_t size = sizeof value;
  ::getsockopt(socket->fd(), IPPROTO_TCP, TCP_NODELAY, &value, &size);
  EXPECT_NE(value, 0);
}

TEST_F(ConnectTest, SaysThatNobodyListens) {
  const auto nobody = [] { return TcpListener("127.0.0.1").endpoint(); }();
  int error = 0;
  const auto socket = start_connect(loop(), nobody, error);
  const int refused = socket == nullptr ? error : result_of(*socket, nobody);
  EXPECT_EQ(refused, ECONNREFUSED);
}

TEST_F(ConnectTest, HearsOfAConnectionThatWasMadeBeforeAnybodyWaited) {
  const TcpListener listener("127.0.0.1");
  int error = 0;
  const auto socket = start_connect(loop(), listener.endpoint(), error);
  ASSERT_NE(socket, nullptr);
  pass(seconds(1));
  EXPECT_EQ(result_of(*socket, listener.endpoint()), 0);
}

TEST_F(ConnectTest, ComparesThePeerWithWhomItWasToReach) {
  const TcpListener listener("127.0.0.1");
  int error = 0;
  const auto socket = start_connect(loop(), listener.endpoint(), error);
  ASSERT_NE(socket, nullptr);
  const Endpoint another{*parse_address("127.0.0.2"), listener.endpoint().port};
  EXPECT_EQ(result_of(*socket, another), EADDRNOTAVAIL);
}

TEST_F(ConnectTest, SaysThatTheKernelRefusesAtOnce) {
  int error = 0;
  const Endpoint broadcast{*parse_address("255.255.255.255"), 1};
  EXPECT_EQ(start_connect(loop(), broadcast, error), nullptr);
  EXPECT_NE(error, 0);
}

TEST_F(ConnectTest, ResetsThePeerWhenAskedTo) {
  const TcpListener listener("127.0.0.1");
  int error = 0;
  auto socket = start_connect(loop(), listener.endpoint(), error);
  ASSERT_NE(socket, nullptr);
  ASSERT_EQ(result_of(*socket, listener.endpoint()), 0);
  const int accepted = listener.accept();
  reset_on_close(socket->fd());
  socket.reset();
  char byte = 0;
  EXPECT_EQ(::recv(accepted, &byte, 1, 0), -1);
  EXPECT_EQ(errno, ECONNRESET);
  ::close(accepted);
}

/// Takes no more connections: what calls it now is neither accepted nor refused.
class FullListener {
 public:
  FullListener(std::string_view address, std::uint16_t port) : listener_(address, port, 0) {
    for (int& fd : callers_) {
      fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      const auto to = to_kernel(listener_.endpoint());
      static_cast<void>(::connect(fd, to.get(), to.size));
    }
  }
  ~FullListener() {
    for (const int fd : callers_) ::close(fd);
  }
  FullListener(const FullListener&) = delete;
  FullListener& operator=(const FullListener&) = delete;

 private:
  TcpListener listener_;
  std::array<int, 3> callers_{};
};

class AttemptsTest : public LoopFixture {
 protected:
  Result<Dialled> connect(const std::vector<std::string_view>& addresses, std::uint16_t port,
                          SteadyTime deadline = later()) {
    std::vector<Address> judged;
    for (const auto text : addresses) judged.push_back(*parse_address(text));
    Attempts attempts(loop(), judged, port, nullptr);
    return run(attempts.first_to_connect(deadline));
  }
};

TEST_F(AttemptsTest, TakesTheFirstAddressThatAnswers) {
  const TcpListener first("127.0.0.1");
  const TcpListener second("127.0.0.2", first.endpoint().port);
  const auto dialled = connect({"127.0.0.1", "127.0.0.2"}, first.endpoint().port);
  ASSERT_TRUE(dialled.has_value());
  EXPECT_EQ(dialled->address, first.endpoint().address);
  EXPECT_EQ(peer_endpoint(dialled->socket->fd()), first.endpoint());
}

TEST_F(AttemptsTest, GoesOnWhenOneRefuses) {
  const TcpListener listener("127.0.0.3");
  const auto dialled = connect({"127.0.0.1", "127.0.0.2", "127.0.0.3"}, listener.endpoint().port);
  ASSERT_TRUE(dialled.has_value());
  EXPECT_EQ(dialled->address, listener.endpoint().address);
}

TEST_F(AttemptsTest, GoesOnWhenOneIsSilentAndDropsItThen) {
  const TcpListener listener("127.0.0.2");
  const FullListener silent("127.0.0.1", listener.endpoint().port);
  auto dialled = connect({"127.0.0.1", "127.0.0.2"}, listener.endpoint().port);
  ASSERT_TRUE(dialled.has_value());
  EXPECT_EQ(dialled->address, listener.endpoint().address);
  // What it gives is as good as any socket.
  const int peer = listener.accept();
  ASSERT_EQ(::send(peer, "hello", 5, 0), 5);
  std::array<char, 8> bytes{};
  EXPECT_EQ(run(dialled->socket->read_some(bytes, later())).bytes, 5U);
  ::close(peer);
}

TEST_F(AttemptsTest, WaitsForASilentOneThatIsTheLast) {
  const TcpListener refused("127.0.0.9");
  const FullListener silent("127.0.0.1", refused.endpoint().port);
  const auto failed =
      connect({"127.0.0.2", "127.0.0.1"}, refused.endpoint().port, std::chrono::steady_clock::now() + seconds(1));
  ASSERT_TRUE(failed.has_error());
  EXPECT_EQ(failed.error(), Reason::connect_timeout);
}

TEST_F(AttemptsTest, SaysThatAllRefused) {
  const auto port = [] { return TcpListener("127.0.0.1").endpoint().port; }();
  const auto failed = connect({"127.0.0.1", "127.0.0.2"}, port);
  ASSERT_TRUE(failed.has_error());
  EXPECT_EQ(failed.error(), Reason::connect_refused);
}

TEST_F(AttemptsTest, DialsTheAddressInsteadAndReportsTheJudgedOne) {
  const TcpListener listener("127.0.0.1");
  const auto endpoint = listener.endpoint();
  const std::array judged{*parse_address("20.60.0.10")};
  Attempts attempts(loop(), judged, 443, &endpoint);
  const auto dialled = run(attempts.first_to_connect(later()));
  ASSERT_TRUE(dialled.has_value());
  EXPECT_EQ(dialled->address, judged[0]);
  EXPECT_EQ(peer_endpoint(dialled->socket->fd()), endpoint);
}

}  // namespace
}  // namespace shirgate::test
