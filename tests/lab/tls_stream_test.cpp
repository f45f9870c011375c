#include "lab/tls_stream.hpp"

#include <gtest/gtest.h>

#include "lab/pretend_service.hpp"
#include "lab/websocket.hpp"
#include "tests/lab/tls_pair.hpp"

namespace shirgate::lab {
namespace {

TEST(TlsStream, CarriesMoreThanItsQueuesHold) {
  const auto bytes = pretend_bytes(std::size_t{1} << 20, 1);
  TlsPair pair([&](TlsStream& server) {
    server.write_all(server.read_up_to(bytes.size()));
    server.finish();
  });
  ASSERT_TRUE(pair.client().handshake()) << pair.client().trouble();
  ASSERT_TRUE(pair.client().write_all(bytes));
  EXPECT_TRUE(pair.client().read_up_to(bytes.size()) == bytes);
  pair.client().finish();
  EXPECT_EQ(pair.client().trouble(), "");
}

TEST(TlsStream, ReadsThroughAMarkAndKeepsTheRest) {
  TlsPair pair([](TlsStream& server) { server.write_all("head\r\n\r\nbody"), server.finish(); });
  ASSERT_TRUE(pair.client().handshake());
  EXPECT_EQ(pair.client().read_through("\r\n\r\n", 100), "head\r\n\r\n");
  EXPECT_EQ(pair.client().read_up_to(100), "body");
}

TEST(TlsStream, IsNotQuietWhereARecordWaits) {
  constexpr std::size_t record_bytes = 16384;
  TlsPair pair([&](TlsStream& server) {
    server.write_all(std::string(record_bytes + 1, 'x'));
    static_cast<void>(server.read_up_to(1));
  });
  ASSERT_TRUE(pair.client().handshake());
  EXPECT_EQ(pair.client().read_up_to(record_bytes).size(), record_bytes);
  EXPECT_FALSE(pair.client().stays_quiet(std::chrono::seconds(5)));
  EXPECT_EQ(pair.client().read_up_to(1), "x");
}

TEST(TlsStream, SaysThatItWasCut) {
  TlsPair pair([](TlsStream& server) { server.write_all("half of"); });
  ASSERT_TRUE(pair.client().handshake());
  EXPECT_EQ(pair.client().read_up_to(100), "half of");
  EXPECT_NE(pair.client().trouble(), "");
}

TEST(Websocket, ProvesTheKeyOfTheRfc) {
  EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(Websocket, UnmasksWhatAClientMasked) {
  std::optional<Frame> got;
  TlsPair pair([&](TlsStream& server) {
    got = read_frame(server);
    server.write_all(to_text(Frame{Opcode::pong, "pong"}, Masked::no));
    server.finish();
  });
  ASSERT_TRUE(pair.client().handshake());
  const auto text = to_text(Frame{Opcode::ping, "are you there"}, Masked::yes);
  EXPECT_EQ(text.find("there"), std::string::npos);
  pair.client().write_all(text);
  const auto answer = read_frame(pair.client());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->payload, "pong");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->payload, "are you there");
}

TEST(Websocket, GivesUpOnLongFrames) {
  TlsPair pair([](TlsStream& server) { server.write_all("\x81\x7e_lots of it"), server.finish(); });
  ASSERT_TRUE(pair.client().handshake());
  EXPECT_FALSE(read_frame(pair.client()));
  EXPECT_EQ(pair.client().trouble(), "a WebSocket frame longer than the lab reads");
}

}  // namespace
}  // namespace shirgate::lab
