#include "lab/decoy.hpp"

#include <gtest/gtest.h>

namespace shirgate::lab {
namespace {

BlockingSocket::Clock::time_point soon() { return BlockingSocket::Clock::now() + std::chrono::seconds(10); }

TEST(Decoy, CountsWhoeverConnectedBefore) {
  Decoy decoy;
  EXPECT_EQ(decoy.strangers(), 0U);
  const auto first = BlockingSocket::connect_to(decoy.at(), soon());
  const auto second = BlockingSocket::connect_to(decoy.at(), soon());
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_EQ(decoy.strangers(), 2U);
  EXPECT_EQ(decoy.strangers(), 2U);
}

TEST(Decoy, HangsUp) {
  Decoy decoy;
  auto socket = BlockingSocket::connect_to(decoy.at(), soon());
  ASSERT_TRUE(socket.has_value());
  EXPECT_EQ(socket->read_up_to(1), "");
  EXPECT_EQ(socket->trouble(), "");
}

TEST(LoopbackListener, SaysWhenAConnectionDoesNotEnd) {
  LoopbackListener listener([](BlockingSocket& socket) { static_cast<void>(socket.read_up_to(1)); });
  auto socket = BlockingSocket::connect_to(listener.at(), soon());
  ASSERT_TRUE(socket.has_value());
  EXPECT_FALSE(listener.settle(std::chrono::milliseconds(50)));
  socket->shut_writing();
  EXPECT_TRUE(listener.settle(std::chrono::seconds(10)));
}

TEST(LoopbackListener, EndsConnectionsWithItself) {
  auto listener =
      std::make_unique<LoopbackListener>([](BlockingSocket& socket) { static_cast<void>(socket.read_up_to(1)); });
  auto socket = BlockingSocket::connect_to(listener->at(), soon());
  ASSERT_TRUE(socket.has_value());
  listener.reset();
  EXPECT_EQ(socket->read_up_to(1), "");
}

TEST(BlockingSocket, EndsByItsDeadline) {
  LoopbackListener listener([](BlockingSocket& socket) { static_cast<void>(socket.read_up_to(1)); });
  const auto deadline = BlockingSocket::Clock::now() + std::chrono::milliseconds(50);
  auto socket = BlockingSocket::connect_to(listener.at(), deadline);
  ASSERT_TRUE(socket.has_value());
  EXPECT_EQ(socket->read_up_to(1), "");
  EXPECT_EQ(socket->trouble(), "waiting: Connection timed out");
}

TEST(BlockingSocket, SaysWhereItCouldNotConnect) {
  const auto nobody = *parse_endpoint("127.0.0.1:1");
  const auto socket = BlockingSocket::connect_to(nobody, soon());
  ASSERT_TRUE(socket.has_error());
  EXPECT_EQ(socket.error().text(), "can't connect to 127.0.0.1:1: Connection refused");
}

std::vector<Address> one_address() { return {*parse_address("20.60.0.99")}; }

constexpr std::string_view header("\x12\x34\1\0\0\1\0\0\0\0\0\0", 12);

std::string query(std::string_view name, char type) {
  return std::string(header) + std::string(name) + std::string{0, 0, type, 0, 1};
}

TEST(DecoyDns, AnswersAQuestionForAnAddress) {
  const auto reply = answer_dns(query("\3kv1\5azure\3net", 1), one_address());
  EXPECT_EQ(reply.name, "kv1.azure.net");
  EXPECT_TRUE(reply.message.starts_with(std::string_view("\x12\x34\x81\x80\0\1\0\1", 8)));
  EXPECT_TRUE(reply.message.ends_with(std::string_view("\0\4\x14\x3c\0\x63", 6)));
}

TEST(DecoyDns, HasNothingForOtherTypes) {
  const auto reply = answer_dns(query("\3kv1\5azure\3net", 28), one_address());
  EXPECT_EQ(reply.name, "kv1.azure.net");
  EXPECT_EQ(reply.message.size(), query("\3kv1\5azure\3net", 28).size());
}

TEST(DecoyDns, IgnoresWhatIsNoQuery) {
  const auto whole = query("\3kv1\5azure\3net", 1);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(answer_dns(whole.substr(0, size), one_address()).message, "") << size;
  EXPECT_EQ(answer_dns(query("\xc0\x0c", 1), one_address()).message, "");
}

TEST(DecoyDns, DoesNotCountItsOwnQuestion) {
  DecoyDns dns;
  EXPECT_TRUE(dns.asked().empty());
  EXPECT_TRUE(dns.asked().empty());
}

}  // namespace
}  // namespace shirgate::lab
