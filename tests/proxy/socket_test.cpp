#include "proxy/loop/socket.hpp"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "loop_fixture.hpp"
#include "proxy/loop/sockaddr_linux.hpp"

namespace shirgate::test {
namespace {

using std::chrono::seconds;

/// A socket of the loop and the plain, blocking other end.
class SocketTest : public LoopFixture {
 protected:
  SocketTest() {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    socket_ = std::make_unique<Socket>(loop(), loop().add(ends[0], Trigger::edge));
    peer_ = ends[1];
  }
  ~SocketTest() override { close_peer(); }
  void close_peer() {
    if (peer_ >= 0) ::close(std::exchange(peer_, -1));
  }
  void peer_sends(std::string_view text) {
    EXPECT_EQ(::send(peer_, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  }

  std::unique_ptr<Socket> socket_;
  int peer_ = -1;
  std::array<char, 64> buffer_{};
};

TEST_F(SocketTest, ReadsWhatIsThere) {
  peer_sends("hello");
  const auto got = run(socket_->read_some(buffer_, later()));
  EXPECT_EQ(got.error, 0);
  EXPECT_EQ(std::string_view(buffer_.data(), got.bytes), "hello");
}

TEST_F(SocketTest, WaitsForWhatIsNotThereYet) {
  std::optional<IoResult> got;
  start(keep(socket_->read_some(buffer_, later()), got));
  pass(seconds(1));
  EXPECT_FALSE(got.has_value());
  peer_sends("late");
  turn_until([&] { return got.has_value(); });
  EXPECT_EQ(got->bytes, 4U);
}

TEST_F(SocketTest, TellsTheEndOfTheStreamFromAnError) {
  close_peer();
  const auto got = run(socket_->read_some(buffer_, later()));
  EXPECT_EQ(got.bytes, 0U);
  EXPECT_EQ(got.error, 0);
}

TEST_F(SocketTest, GivesUpAtItsDeadline) {
  std::optional<IoResult> got;
  start(keep(socket_->read_some(buffer_, std::chrono::steady_clock::now() + seconds(10)), got));
  pass(seconds(9));
  EXPECT_FALSE(got.has_value());
  pass(seconds(2));
  turn_until([&] { return got.has_value(); });
  EXPECT_EQ(got->error, ETIMEDOUT);
}

TEST_F(SocketTest, GivesUpWhenEverythingIsCancelled) {
  std::optional<IoResult> got;
  start(keep(socket_->read_some(buffer_, later()), got));
  pass(seconds(1));
  loop().cancel_all();
  turn_until([&] { return got.has_value(); });
  EXPECT_EQ(got->error, ECANCELED);
}

TEST_F(SocketTest, WritesAllOfItAgainstASlowReader) {
  const std::string text(8'000'000, 'x');
  std::size_t received = 0;
  std::thread reader([&] {
    std::vector<char> block(10'000);
    for (ssize_t n = 1; n > 0; received += static_cast<std::size_t>(n))
      n = ::recv(peer_, block.data(), block.size(), 0);
  });
  const auto sent = run(socket_->write_all(text, later()));
  EXPECT_EQ(sent.bytes, text.size());
  EXPECT_EQ(sent.error, 0);
  socket_->shut_writing();
  reader.join();
  EXPECT_EQ(received, text.size());
}

TEST_F(SocketTest, SaysHowMuchWentOutBeforeTheDeadline) {
  const std::string text(8'000'000, 'x');
  std::optional<IoResult> sent;
  start(keep(socket_->write_all(text, std::chrono::steady_clock::now() + seconds(10)), sent));
  pass(seconds(11));
  turn_until([&] { return sent.has_value(); });
  EXPECT_EQ(sent->error, ETIMEDOUT);
  EXPECT_GT(sent->bytes, 0U);
  EXPECT_LT(sent->bytes, text.size());
}

TEST_F(SocketTest, FindsThatNobodyReads) {
  close_peer();
  const auto sent = run(socket_->write_all(std::string_view("x"), later()));
  EXPECT_EQ(sent.error, EPIPE) << "an error, not a signal";
}

TEST_F(SocketTest, StillReadsAfterItHasFinishedWriting) {
  socket_->shut_writing();
  peer_sends("answer");
  EXPECT_EQ(run(socket_->read_some(buffer_, later())).bytes, 6U);
}

TEST_F(SocketTest, GivesItsDescriptorAwayOpen) {
  auto* const descriptor = socket_->release();
  socket_.reset();
  peer_sends("x");
  EXPECT_EQ(::recv(descriptor->fd(), buffer_.data(), buffer_.size(), 0), 1);
  EXPECT_EQ(descriptor->listener, nullptr);
  loop().close(descriptor);
}

TEST(KernelAddress, ComesBackAsItWent) {
  for (const auto* text : {"10.20.0.10:3128", "127.0.0.1:0", "[::1]:443", "[2001:db8::1]:65535"})
    EXPECT_EQ(to_string(from_kernel(to_kernel(*parse_endpoint(text)).storage)), text);
}

TEST(KernelAddress, OfAMappedPeerIsTheIpv4AddressThatItIs) {
  auto mapped = to_kernel(*parse_endpoint("[::ffff:10.20.0.21]:5"));
  EXPECT_EQ(to_string(from_kernel(mapped.storage)), "10.20.0.21:5");
}

}  // namespace
}  // namespace shirgate::test
