// The pretend services, without a gate between.
#include <gtest/gtest.h>

#include <set>

#include "certs/digest.hpp"
#include "lab/bytes_answer.hpp"
#include "lab/conversation.hpp"
#include "lab/pretend_endpoint.hpp"
#include "lab/storage_account.hpp"
#include "lab/tds.hpp"
#include "lab/websocket.hpp"
#include "tests/lab/tls_pair.hpp"

namespace shirgate::lab {
namespace {

HttpMessage request(std::string start_line, std::string body = {}) {
  return {std::move(start_line) + " HTTP/1.1", {}, std::move(body)};
}

HttpMessage range(std::string_view bytes) { return {"GET /x HTTP/1.1", {{"range", std::string(bytes)}}, {}}; }

TEST(BytesAnswer, GivesWhatIsAskedFor) {
  EXPECT_EQ(answer_with("0123456789", request("GET /x")).body, "0123456789");
  const auto part = answer_with("0123456789", range("bytes=2-4"));
  EXPECT_EQ(part.status(), 206);
  EXPECT_EQ(part.body, "234");
  EXPECT_EQ(part.field("content-range"), "bytes 2-4/10");
  EXPECT_EQ(part.field(sha256_field), to_hex(sha256("234")));
}

TEST(BytesAnswer, RefusesWhatIsNotThere) {
  for (const auto* wrong : {"bytes=2-10", "bytes=4-2", "bytes=-3", "bytes=", "bytes=2", "chars=1-2", "bytes=1-2x"})
    EXPECT_EQ(answer_with("0123456789", range(wrong)).status(), 416) << wrong;
}

TEST(StorageAccount, PutsBlocksTogetherInTheOrderOfTheList) {
  StorageAccount account;
  EXPECT_EQ(account.answer(request("PUT /c/b?comp=block&blockid=one", "1")).status(), 201);
  EXPECT_EQ(account.answer(request("PUT /c/b?comp=block&blockid=two", "2")).status(), 201);
  EXPECT_EQ(account.answer(request("GET /c/b")).status(), 404) << "not committed";
  const auto list = account.answer(request("PUT /c/b?comp=blocklist", "<Latest>two</Latest><Latest>one</Latest>"));
  EXPECT_EQ(list.status(), 201);
  EXPECT_EQ(list.field(sha256_field), to_hex(sha256("21")));
  EXPECT_EQ(account.answer(request("GET /c/b")).body, "21");
  EXPECT_EQ(account.answer(request("PUT /c/b?comp=blocklist", "<Latest>gone</Latest>")).status(), 400);
}

TEST(StorageAccount, HasAnEnd) {
  StorageAccount account;
  for (std::size_t i = 0; i <= StorageAccount::max_blobs; ++i)
    static_cast<void>(account.answer(request("PUT /c/" + std::to_string(i), "x")));
  EXPECT_EQ(account.answer(request("PUT /c/more", "x")).status(), 413);
}

TEST(WebSocket, CarriesLongFrames) {
  const std::string text(1000, 'x');
  TlsPair pair([](TlsStream& stream) {
    if (const auto frame = read_frame(stream)) stream.write_all(to_text(*frame, Masked::no));
  });
  ASSERT_TRUE(pair.client().handshake());
  pair.client().write_all(to_text(Frame{Opcode::text, text}, Masked::yes));
  const auto echoed = read_frame(pair.client());
  ASSERT_TRUE(echoed);
  EXPECT_EQ(echoed->payload, text);
}

constexpr auto listener = "GET /$hc/contoso-prod?sb-hc-action=listen";

TEST(Relay, PingsAListenerAsOftenAsItIsQuiet) {
  TlsPair pair([](TlsStream& stream) {
    relay_websocket("rendezvous.example", std::chrono::milliseconds(1))(stream, request(listener));
    stream.finish();
  });
  ASSERT_TRUE(pair.client().handshake());
  const auto accept = read_frame(pair.client());
  ASSERT_TRUE(accept);
  EXPECT_NE(accept->payload.find("rendezvous.example"), std::string::npos) << accept->payload;
  EXPECT_TRUE(answer_pings(pair.client(), 20));
  EXPECT_TRUE(ping(pair.client())) << "while the relay pings as well";
  close_websocket(pair.client());
  pair.client().finish();
  EXPECT_EQ(pair.client().trouble(), "");
}

TEST(Relay, IsFoundOutWhereItDoesNotPing) {
  TlsPair pair([](TlsStream& stream) {
    stream.write_all(to_text(Frame{Opcode::ping, "1"}, Masked::no) + to_text(Frame{Opcode::text, "2"}, Masked::no));
    stream.finish();
  });
  ASSERT_TRUE(pair.client().handshake());
  EXPECT_FALSE(answer_pings(pair.client(), 2));
  EXPECT_EQ(pair.client().trouble(), "the relay did not ask whether the node is still there");
}

TEST(Relay, IsFoundOutWhereItOnlyPings) {
  std::string pings;
  for (int i = 0; i < 200; ++i) pings += to_text(Frame{Opcode::ping, "1"}, Masked::no);
  const auto serve = [&](const Frame& at_last) {
    return [&pings, at_last](TlsStream& stream) {
      stream.write_all(pings + to_text(at_last, Masked::no));
      while (read_frame(stream)) {
      }
    };
  };
  TlsPair pinged(serve(Frame{Opcode::pong, "still there?"}));
  ASSERT_TRUE(pinged.client().handshake());
  EXPECT_FALSE(ping(pinged.client()));
  EXPECT_EQ(pinged.client().trouble(), "the relay did not answer a ping");
  TlsPair closed(serve(Frame{Opcode::close, {}}));
  ASSERT_TRUE(closed.client().handshake());
  close_websocket(closed.client());
  EXPECT_EQ(closed.client().trouble(), "the relay did not say goodbye");
}

/// A SQL server as the lab has it, and clients before it.
class SqlServer : public testing::Test {
 protected:
  /// What became of a client of TDS 7.4 that logs in as this.
  [[nodiscard]] std::string trouble_of(std::string_view login) {
    auto socket = connect();
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
    if (!exchange_prelogin(*socket, received, sent)) return "no answer to PRELOGIN";
    TlsStream stream(*socket, TlsLeg::client(TlsClientContext::trusting(authority_->ca_pem()), "sql.lab"),
                     InPackets::yes);
    if (stream.handshake()) log_in_and_query(stream, login);
    return stream.trouble();
  }

  /// The same of one that begins with TLS and tells it this.
  [[nodiscard]] std::string trouble_of_tls_first(std::string_view login, std::vector<std::string> alpn) {
    auto socket = connect();
    const auto trust = TlsClientContext::trusting(authority_->ca_pem(), TlsSettings{.alpn = std::move(alpn)});
    TlsStream stream(*socket, TlsLeg::client(trust, "sql.lab"));
    if (stream.handshake()) log_in_and_query(stream, login);
    return stream.trouble();
  }

 private:
  [[nodiscard]] Checked<BlockingSocket> connect() const {
    return BlockingSocket::connect_to(endpoint_.at(), BlockingSocket::Clock::now() + std::chrono::seconds(10));
  }

  std::shared_ptr<LabAuthority> authority_ = std::make_shared<LabAuthority>();
  PretendEndpoint endpoint_{TlsServerContext(authority_, "sql.lab", TlsSettings{.highest = TlsVersion::tls1_2}),
                            sql_talk("shir"), Manner{.wire = Wire::tds},
                            TlsServerContext(authority_, "sql.lab", TlsSettings{.alpn = {std::string(tds8_protocol)}})};
};

TEST_F(SqlServer, AnswersWhoeverItKnows) { EXPECT_EQ(trouble_of("shir"), ""); }
TEST_F(SqlServer, RefusesOthersInItsOwnWords) { EXPECT_EQ(trouble_of("mallory"), "Login failed for user 'mallory'."); }

TEST_F(SqlServer, TakesTds8OnTheSamePort) {
  EXPECT_EQ(trouble_of_tls_first("shir", {"tds/8.0"}), "");
  EXPECT_EQ(trouble_of_tls_first("mallory", {"tds/8.0"}), "Login failed for user 'mallory'.");
  EXPECT_EQ(trouble_of("shir"), "");
}

TEST_F(SqlServer, RefusesTlsThatIsNotForTds) {
  constexpr auto no_application_protocol = "alert 120";
  const auto trouble = trouble_of_tls_first("shir", {"http/1.1"});
  EXPECT_NE(trouble.find(no_application_protocol), std::string::npos) << trouble;
  // It hangs up; whether the client hears of that while it reads or while it writes is the kernel's choice.
  const auto without_a_word = trouble_of_tls_first("shir", {});
  const std::set<std::string> hung_up{"the connection was cut without a TLS close_notify",
                                      "reading: Connection reset by peer", "writing: Connection reset by peer",
                                      "writing: Broken pipe"};
  EXPECT_TRUE(hung_up.contains(without_a_word)) << "TLS first, and no word of TDS 8: " << without_a_word;
}

}  // namespace
}  // namespace shirgate::lab
