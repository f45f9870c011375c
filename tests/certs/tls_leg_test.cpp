// What happens on an open connection: data, closing, cutting, and queues that are full.
#include "certs/tls_leg.hpp"

#include <gtest/gtest.h>

#include "certs/digest.hpp"
#include "tests/certs/leg_pair.hpp"

namespace shirgate {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// Bytes no compressor or off-by-one can make up: a xorshift from a fixed seed.
Bytes noise(std::size_t size) {
  Bytes bytes(size);
  std::uint64_t state = 0x9e3779b97f4a7c15;
  for (std::uint8_t& byte : bytes) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    byte = static_cast<std::uint8_t>(state >> 32);
  }
  return bytes;
}

class OpenTls : public testing::TestWithParam<TlsVersion> {
 protected:
  OpenTls() { shake_hands(client_, server_); }

  void SetUp() override {
    ASSERT_EQ(client_.handshake(), Handshake::done) << client_.failure();
    ASSERT_EQ(server_.handshake(), Handshake::done) << server_.failure();
  }

  TlsSettings settings_{.lowest = GetParam(), .highest = GetParam()};
  std::shared_ptr<LabAuthority> authority_ = std::make_shared<LabAuthority>();
  TlsLeg server_ = TlsLeg::server(TlsServerContext(authority_, "kv.lab", settings_));
  TlsLeg client_ = TlsLeg::client(TlsClientContext::trusting(authority_->ca_pem(), settings_), "kv.lab");
};

INSTANTIATE_TEST_SUITE_P(Over, OpenTls, testing::Values(TlsVersion::tls1_2, TlsVersion::tls1_3),
                         [](const auto& test) { return test.param == TlsVersion::tls1_2 ? "Tls12" : "Tls13"; });

TEST_P(OpenTls, CarriesTextBothWays) {
  EXPECT_EQ(client_.write("question"), 8U);
  EXPECT_EQ(deliver(client_, server_), "question");
  EXPECT_EQ(server_.write("answer"), 6U);
  EXPECT_EQ(deliver(server_, client_), "answer");
}

TEST_P(OpenTls, SendsNothingInTheClear) {
  EXPECT_EQ(client_.write("question"), 8U);
  Bytes wire;
  const std::size_t pulled = client_.pull(wire);
  EXPECT_GT(pulled, 8U);
  EXPECT_EQ(pulled, wire.size());
  EXPECT_EQ(std::string(wire.begin(), wire.end()).find("question"), std::string::npos);
  EXPECT_EQ(client_.pending_out(), 0U);
}

TEST_P(OpenTls, ReadsARecordThatCameByteByByte) {
  EXPECT_EQ(client_.write("question"), 8U);
  Bytes wire;
  client_.pull(wire);
  for (std::size_t at = 0; at < wire.size(); ++at) {
    EXPECT_EQ(read_all(server_), "") << "before byte " << at;
    ASSERT_EQ(server_.feed(std::span(wire).subspan(at, 1)), 1U);
  }
  EXPECT_EQ(read_all(server_), "question");
}

TEST_P(OpenTls, ReadsARecordInSmallPieces) {
  EXPECT_EQ(client_.write("question"), 8U);
  carry(client_, server_);
  std::string text;
  Bytes buffer(3);
  while (const std::size_t got = server_.read(buffer))
    text.append(buffer.begin(), buffer.begin() + static_cast<long>(got));
  EXPECT_EQ(text, "question");
}

TEST_P(OpenTls, CarriesMebibytesUnchangedThroughBoundedQueues) {
  const Bytes sent = noise(4U << 20U);
  Sha256 arrived;
  Bytes wire;
  Bytes buffer(10000);
  std::size_t at = 0;
  std::size_t received = 0;
  while (received < sent.size()) {
    at += client_.write(std::span(sent).subspan(at));
    client_.pull(wire);
    ASSERT_LE(wire.size(), 2 * (TlsLeg::queue_limit_bytes + 16384 + 512)) << "what was left over and what was pulled";
    wire.erase(wire.begin(), wire.begin() + static_cast<long>(server_.feed(wire)));
    const std::size_t before = received;
    while (const std::size_t got = server_.read(buffer)) {
      arrived.add(std::span(buffer).first(got));
      received += got;
    }
    ASSERT_GT(received, before) << "stuck: " << client_.failure() << server_.failure();
  }
  EXPECT_EQ(received, sent.size());
  EXPECT_EQ(to_hex(arrived.finish()), to_hex(sha256(sent)));
}

TEST_P(OpenTls, TakesNoMorePlaintextWhileNobodyPulls) {
  const Bytes much = noise(1U << 20U);
  const std::size_t taken = client_.write(much);
  EXPECT_GT(taken, 0U);
  EXPECT_LT(taken, TlsLeg::queue_limit_bytes + 16384);
  EXPECT_LT(client_.pending_out(), TlsLeg::queue_limit_bytes + 16384 + 512);
  EXPECT_EQ(client_.write("more"), 0U);
  Bytes wire;
  client_.pull(wire);
  EXPECT_EQ(client_.write("more"), 4U);
}

TEST_P(OpenTls, TakesNoMoreCiphertextWhileNobodyReads) {
  Bytes wire;
  while (wire.size() < 4 * TlsLeg::queue_limit_bytes) {
    ASSERT_GT(client_.write(noise(16384)), 0U);
    client_.pull(wire);
  }
  EXPECT_EQ(server_.feed(wire), TlsLeg::queue_limit_bytes);
  EXPECT_EQ(server_.feed(wire), 0U);
  EXPECT_FALSE(server_.failed());
  EXPECT_FALSE(read_all(server_).empty());
  EXPECT_GT(server_.feed(std::span(wire).subspan(TlsLeg::queue_limit_bytes)), 0U);
}

TEST_P(OpenTls, ReadsNothingWhileItsAnswersAreNotTakenAway) {
  EXPECT_GT(server_.write(noise(1U << 20U)), 0U);
  EXPECT_EQ(client_.write("question"), 8U);
  EXPECT_EQ(deliver(client_, server_), "");
  Bytes wire;
  server_.pull(wire);
  EXPECT_EQ(read_all(server_), "question");
}

TEST_P(OpenTls, DeliversCloseNotifyToTheServer) {
  client_.shutdown();
  EXPECT_FALSE(server_.peer_closed());
  EXPECT_EQ(deliver(client_, server_), "");
  EXPECT_TRUE(server_.peer_closed());
  EXPECT_FALSE(server_.failed());
  EXPECT_EQ(server_.received_alert(), std::nullopt);
  EXPECT_FALSE(client_.peer_closed());
}

TEST_P(OpenTls, DeliversCloseNotifyToTheClient) {
  server_.shutdown();
  EXPECT_EQ(deliver(server_, client_), "");
  EXPECT_TRUE(client_.peer_closed());
  EXPECT_FALSE(client_.failed());
}

TEST_P(OpenTls, DeliversDataBeforeTheCloseThatFollowsIt) {
  EXPECT_EQ(client_.write("last words"), 10U);
  client_.shutdown();
  EXPECT_EQ(deliver(client_, server_), "last words");
  EXPECT_TRUE(server_.peer_closed());
}

TEST_P(OpenTls, AnswersAfterThePeerClosedItsHalf) {
  EXPECT_EQ(client_.write("question"), 8U);
  client_.shutdown();
  EXPECT_EQ(deliver(client_, server_), "question");
  EXPECT_EQ(server_.write("answer"), 6U);
  server_.shutdown();
  EXPECT_EQ(deliver(server_, client_), "answer");
  EXPECT_TRUE(client_.peer_closed());
  EXPECT_FALSE(client_.failed()) << client_.failure();
}

TEST_P(OpenTls, WritesNothingAfterItsOwnShutdown) {
  client_.shutdown();
  Bytes wire;
  client_.pull(wire);
  EXPECT_EQ(client_.write("more"), 0U);
  client_.shutdown();
  EXPECT_EQ(client_.pending_out(), 0U);
  EXPECT_FALSE(client_.failed());
}

TEST_P(OpenTls, DoesNotTakeACutForAClose) {
  EXPECT_EQ(client_.write("half a message"), 14U);
  Bytes wire;
  client_.pull(wire);
  ASSERT_EQ(server_.feed(std::span(wire).first(wire.size() - 1)), wire.size() - 1);
  EXPECT_EQ(read_all(server_), "");
  EXPECT_FALSE(server_.peer_closed());
}

TEST_P(OpenTls, DropsWhatFollowsTheClose) {
  client_.shutdown();
  deliver(client_, server_);
  const Bytes more = noise(200000);
  EXPECT_EQ(server_.feed(more), more.size());
  EXPECT_EQ(read_all(server_), "");
  EXPECT_FALSE(server_.failed());
}

TEST_P(OpenTls, FailsOnARecordThatWasTamperedWith) {
  EXPECT_EQ(client_.write("question"), 8U);
  Bytes wire;
  client_.pull(wire);
  wire.back() ^= 1;
  ASSERT_EQ(server_.feed(wire), wire.size());
  EXPECT_EQ(read_all(server_), "");
  EXPECT_TRUE(server_.failed());
  EXPECT_TRUE(server_.failure().starts_with("TLS connection: ")) << server_.failure();
  EXPECT_TRUE(server_.failure().ends_with("decryption failed or bad record mac")) << server_.failure();
  EXPECT_EQ(server_.sent_alert(), SSL_AD_BAD_RECORD_MAC);
  EXPECT_EQ(deliver(server_, client_), "");
  EXPECT_EQ(client_.received_alert(), SSL_AD_BAD_RECORD_MAC);
  EXPECT_TRUE(client_.failed());
  EXPECT_FALSE(client_.peer_closed());
}

TEST_P(OpenTls, StaysFailed) {
  const Bytes garbage = noise(64);
  ASSERT_EQ(server_.feed(garbage), garbage.size());
  EXPECT_EQ(read_all(server_), "");
  ASSERT_TRUE(server_.failed());
  const std::string failure = server_.failure();
  EXPECT_EQ(server_.feed(garbage), garbage.size());
  EXPECT_EQ(server_.handshake(), Handshake::failed);
  EXPECT_EQ(server_.write("more"), 0U);
  server_.shutdown();
  EXPECT_EQ(server_.failure(), failure);
}

TEST_P(OpenTls, MayBeMovedWhileOpen) {
  EXPECT_EQ(client_.write("question"), 8U);
  TlsLeg moved = std::move(client_);
  moved.shutdown();
  EXPECT_EQ(deliver(moved, server_), "question");
  server_.shutdown();
  EXPECT_EQ(deliver(server_, moved), "");
  EXPECT_TRUE(moved.peer_closed());
}

TEST(TlsLegBeforeItsHandshake, TakesNoPlaintext) {
  const LabAuthority authority;
  TlsLeg client = TlsLeg::client(TlsClientContext::trusting(authority.ca_pem()), "kv.lab");
  Bytes buffer(16);
  EXPECT_EQ(client.write("early"), 0U);
  EXPECT_EQ(client.read(buffer), 0U);
  client.shutdown();
  EXPECT_EQ(client.pending_out(), 0U);
  EXPECT_EQ(client.handshake(), Handshake::more);
}

}  // namespace
}  // namespace shirgate
