// The pretend services, without a gate between.
#include <gtest/gtest.h>

#include "certs/digest.hpp"
#include "lab/bytes_answer.hpp"
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

/// A SQL server as the lab has it, and a client before it.
class SqlServer : public testing::Test {
 protected:
  /// What became of a client that logs in as this.
  [[nodiscard]] std::string trouble_of(std::string_view login) {
    auto socket = BlockingSocket::connect_to(listener_.at(), BlockingSocket::Clock::now() + std::chrono::seconds(10));
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
    if (!exchange_prelogin(*socket, received, sent)) return "no answer to PRELOGIN";
    TlsStream stream(*socket, TlsLeg::client(TlsClientContext::trusting(authority_->ca_pem()), "sql.lab"),
                     InPackets::yes);
    if (stream.handshake()) log_in_and_query(stream, login);
    return stream.trouble();
  }

 private:
  std::shared_ptr<LabAuthority> authority_ = std::make_shared<LabAuthority>();
  TlsServerContext context_{authority_, "sql.lab", TlsSettings{.highest = TlsVersion::tls1_2}};
  LoopbackListener listener_{[this](BlockingSocket& socket) {
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
    if (!answer_prelogin(socket, received, sent)) return;
    TlsStream stream(socket, TlsLeg::server(context_), InPackets::yes);
    std::vector<std::string> requests;
    if (stream.handshake()) sql_talk("shir")(stream, requests);
  }};
};

TEST_F(SqlServer, AnswersWhoeverItKnows) { EXPECT_EQ(trouble_of("shir"), ""); }
TEST_F(SqlServer, RefusesOthersInItsOwnWords) { EXPECT_EQ(trouble_of("mallory"), "Login failed for user 'mallory'."); }

}  // namespace
}  // namespace shirgate::lab
