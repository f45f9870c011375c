// How handshakes end: well, or badly with the right words and the right alert.
#include <gtest/gtest.h>

#include "certs/tls_leg.hpp"
#include "tests/certs/leg_pair.hpp"

namespace shirgate {
namespace {

using Bytes = std::vector<std::uint8_t>;

TlsSettings only(TlsVersion version) { return {.lowest = version, .highest = version}; }

struct VersionCase {
  const char* name;
  TlsVersion version;
  const char* spelling;
};

class TlsHandshake : public testing::TestWithParam<VersionCase> {
 protected:
  [[nodiscard]] TlsLeg server() const { return TlsLeg::server(TlsServerContext(authority_, "default.lab", settings_)); }
  [[nodiscard]] TlsClientContext trusting(const LabAuthority& authority) const {
    return TlsClientContext::trusting(authority.ca_pem(), settings_);
  }

  TlsSettings settings_ = only(GetParam().version);
  std::shared_ptr<LabAuthority> authority_ = std::make_shared<LabAuthority>();
};

INSTANTIATE_TEST_SUITE_P(Over, TlsHandshake,
                         testing::Values(VersionCase{"Tls12", TlsVersion::tls1_2, "TLSv1.2"},
                                         VersionCase{"Tls13", TlsVersion::tls1_3, "TLSv1.3"}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(TlsHandshake, SucceedsWithATrustedAuthority) {
  TlsLeg server_leg = server();
  TlsLeg client = TlsLeg::client(trusting(*authority_), "kv1.vault.azure.net");
  EXPECT_EQ(client.version(), "");
  shake_hands(client, server_leg);
  ASSERT_EQ(client.handshake(), Handshake::done) << client.failure();
  ASSERT_EQ(server_leg.handshake(), Handshake::done) << server_leg.failure();
  EXPECT_EQ(client.version(), GetParam().spelling);
  EXPECT_EQ(server_leg.version(), GetParam().spelling);
  EXPECT_EQ(server_leg.server_name(), "kv1.vault.azure.net");
  EXPECT_EQ(client.server_name(), "kv1.vault.azure.net");
  EXPECT_EQ(client.peer_subject(), "CN=kv1.vault.azure.net,O=shirgate lab");
  EXPECT_NE(client.peer_issuer().find("do not trust"), std::string::npos) << client.peer_issuer();
  EXPECT_EQ(server_leg.peer_subject(), "") << "the client showed no certificate";
  EXPECT_EQ(client.received_alert(), std::nullopt);
  EXPECT_EQ(client.failure(), "");
}

TEST_P(TlsHandshake, SucceedsWhenBytesComeOneAtATime) {
  TlsLeg server_leg = server();
  TlsLeg client = TlsLeg::client(trusting(*authority_), "kv.lab");
  shake_hands(client, server_leg, 1);
  EXPECT_EQ(client.handshake(), Handshake::done) << client.failure();
  EXPECT_EQ(server_leg.handshake(), Handshake::done) << server_leg.failure();
}

TEST_P(TlsHandshake, FailsWithWordsForAnAuthorityTheClientDoesNotTrust) {
  TlsLeg server_leg = server();
  TlsLeg client = TlsLeg::client(trusting(LabAuthority("another")), "kv.lab");
  shake_hands(client, server_leg);
  EXPECT_EQ(client.handshake(), Handshake::failed);
  EXPECT_EQ(client.failure(), "TLS handshake: certificate verify failed: unable to get local issuer certificate");
  EXPECT_EQ(client.sent_alert(), SSL_AD_UNKNOWN_CA);
  EXPECT_EQ(client.version(), "");
  EXPECT_EQ(server_leg.received_alert(), SSL_AD_UNKNOWN_CA);
  EXPECT_EQ(server_leg.handshake(), Handshake::failed);
  EXPECT_EQ(server_leg.failure(), "TLS handshake: tlsv1 alert unknown ca (the peer sent alert 48, unknown CA)");
}

TEST_P(TlsHandshake, FailsWithWordsForACertificateOfAnotherName) {
  TlsLeg server_leg = TlsLeg::server(TlsServerContext(authority_->issue("other.lab"), settings_));
  TlsLeg client = TlsLeg::client(trusting(*authority_), "kv.lab");
  shake_hands(client, server_leg);
  EXPECT_EQ(client.handshake(), Handshake::failed);
  EXPECT_EQ(client.failure(), "TLS handshake: certificate verify failed: hostname mismatch");
  EXPECT_EQ(server_leg.received_alert(), SSL_AD_BAD_CERTIFICATE);
}

TEST_P(TlsHandshake, MaySendOneNameAndVerifyAnother) {
  TlsLeg server_leg = TlsLeg::server(TlsServerContext(authority_->issue("real.lab"), settings_));
  TlsLeg client = TlsLeg::client(trusting(*authority_), "front.lab", "real.lab");
  shake_hands(client, server_leg);
  EXPECT_EQ(client.handshake(), Handshake::done) << client.failure();
  EXPECT_EQ(server_leg.server_name(), "front.lab");
}

TEST_P(TlsHandshake, ChecksAnAddressAgainstTheCertificatesAddresses) {
  const std::vector<std::string> names{"origin.lab", "127.0.0.1"};
  const TlsServerContext context(authority_->issue(names), settings_);
  TlsLeg first = TlsLeg::server(context);
  TlsLeg right = TlsLeg::client(trusting(*authority_), "127.0.0.1");
  shake_hands(right, first);
  EXPECT_EQ(right.handshake(), Handshake::done) << right.failure();
  EXPECT_EQ(first.server_name(), "") << "an address is no SNI";

  TlsLeg second = TlsLeg::server(context);
  TlsLeg wrong = TlsLeg::client(trusting(*authority_), "127.0.0.2");
  shake_hands(wrong, second);
  EXPECT_EQ(wrong.failure(), "TLS handshake: certificate verify failed: IP address mismatch");
}

TEST_P(TlsHandshake, WaitsForTheRestOfAHello) {
  TlsLeg client = TlsLeg::client(trusting(*authority_), "kv.lab");
  EXPECT_EQ(client.handshake(), Handshake::more);
  Bytes hello;
  client.pull(hello);
  ASSERT_GT(hello.size(), 100U);
  TlsLeg server_leg = server();
  for (std::size_t at = 0; at + 1 < hello.size(); ++at) {
    ASSERT_EQ(server_leg.feed(std::span(hello).subspan(at, 1)), 1U);
    ASSERT_EQ(server_leg.handshake(), Handshake::more) << "after byte " << at;
    ASSERT_EQ(server_leg.pending_out(), 0U);
  }
  ASSERT_EQ(server_leg.feed(std::span(hello).last(1)), 1U);
  EXPECT_EQ(server_leg.handshake(), Handshake::more);
  EXPECT_GT(server_leg.pending_out(), 0U) << "the answer to a whole hello";
}

TEST_P(TlsHandshake, EndsInAnAnswerForEveryDamagedHello) {
  TlsLeg client = TlsLeg::client(trusting(*authority_), "kv.lab");
  client.handshake();
  Bytes hello;
  client.pull(hello);
  const TlsServerContext context(authority_, "default.lab", settings_);
  for (std::size_t at = 0; at < hello.size(); ++at) {
    // A copy of exactly this size, so that a sanitizer sees a read past its end.
    Bytes damaged(hello);
    damaged[at] ^= 0xff;
    TlsLeg server_leg = TlsLeg::server(context);
    ASSERT_EQ(server_leg.feed(damaged), damaged.size());
    if (server_leg.handshake() == Handshake::failed) {
      EXPECT_FALSE(server_leg.failure().empty()) << at;
    }
    EXPECT_NE(server_leg.handshake(), Handshake::done) << at;
  }
}

struct AlertCase {
  const char* name;
  std::uint8_t description;
  const char* failure;
};

class TlsAlertFromPeer : public testing::TestWithParam<AlertCase> {};

INSTANTIATE_TEST_SUITE_P(
    Table, TlsAlertFromPeer,
    testing::Values(
        AlertCase{"AccessDenied", 49, "tlsv1 alert access denied (the peer sent alert 49, access denied)"},
        AlertCase{"ProtocolVersion", 70, "tlsv1 alert protocol version (the peer sent alert 70, protocol version)"},
        AlertCase{"UnrecognizedName", 112, "tlsv1 unrecognized name (the peer sent alert 112, unrecognized name)"}),
    [](const auto& test) { return std::string(test.param.name); });

// What the gate answers a refused hello with: a bare alert record in place of a ServerHello.
TEST_P(TlsAlertFromPeer, IsReportedWithItsNumber) {
  const LabAuthority authority;
  TlsLeg client = TlsLeg::client(TlsClientContext::trusting(authority.ca_pem()), "kv.lab");
  EXPECT_EQ(client.handshake(), Handshake::more);
  const Bytes alert{0x15, 0x03, 0x03, 0x00, 0x02, 0x02, GetParam().description};
  ASSERT_EQ(client.feed(alert), alert.size());
  EXPECT_EQ(client.handshake(), Handshake::failed);
  EXPECT_EQ(client.received_alert(), GetParam().description);
  EXPECT_EQ(client.failure(), std::string("TLS handshake: ") + GetParam().failure);
  EXPECT_FALSE(client.peer_closed()) << "an alert is no close_notify";
}

class TlsVersions : public testing::Test {
 protected:
  std::shared_ptr<LabAuthority> authority_ = std::make_shared<LabAuthority>();

  void shake(const TlsSettings& server_settings, const TlsSettings& client_settings) {
    server_ = TlsLeg::server(TlsServerContext(authority_, "kv.lab", server_settings));
    client_ = TlsLeg::client(TlsClientContext::trusting(authority_->ca_pem(), client_settings), "kv.lab");
    shake_hands(*client_, *server_);
  }

  std::optional<TlsLeg> server_;
  std::optional<TlsLeg> client_;
};

TEST_F(TlsVersions, PreferTheNewest) {
  shake({}, {});
  EXPECT_EQ(client_->version(), "TLSv1.3");
}

TEST_F(TlsVersions, MeetInTheMiddle) {
  shake({}, only(TlsVersion::tls1_2));
  EXPECT_EQ(client_->version(), "TLSv1.2");
}

TEST_F(TlsVersions, ThatDoNotMeetEndInAProtocolVersionAlert) {
  shake(only(TlsVersion::tls1_3), only(TlsVersion::tls1_2));
  EXPECT_EQ(client_->received_alert(), SSL_AD_PROTOCOL_VERSION);
  EXPECT_EQ(server_->sent_alert(), SSL_AD_PROTOCOL_VERSION);
  EXPECT_EQ(server_->failure(), "TLS handshake: unsupported protocol");
}

TEST_F(TlsVersions, OfAnOldClientAreRefusedByDefault) {
  shake({}, only(TlsVersion::tls1_1));
  EXPECT_EQ(client_->received_alert(), SSL_AD_PROTOCOL_VERSION);
}

TEST_F(TlsVersions, OfAnOldClientAreServedOnRequest) {
  shake({.lowest = TlsVersion::tls1_0}, only(TlsVersion::tls1_0));
  EXPECT_EQ(client_->handshake(), Handshake::done) << client_->failure();
  EXPECT_EQ(client_->version(), "TLSv1");
}

TEST(TlsServer, SaysThatPlainHttpIsNotTls) {
  LabAuthority authority;
  TlsLeg server = TlsLeg::server(TlsServerContext(authority.issue("kv.lab")));
  const std::string_view request = "GET / HTTP/1.1\r\nHost: kv.lab\r\n\r\n";
  ASSERT_EQ(server.feed(std::span(reinterpret_cast<const std::uint8_t*>(request.data()), request.size())),
            request.size());
  EXPECT_EQ(server.handshake(), Handshake::failed);
  EXPECT_EQ(server.failure(), "TLS handshake: http request");
}

TEST(TlsClient, FailsWhenThePeerClosesInTheHandshake) {
  const LabAuthority authority;
  TlsLeg client = TlsLeg::client(TlsClientContext::trusting(authority.ca_pem()), "kv.lab");
  client.handshake();
  const Bytes close_notify{0x15, 0x03, 0x03, 0x00, 0x02, 0x01, 0x00};
  ASSERT_EQ(client.feed(close_notify), close_notify.size());
  EXPECT_EQ(client.handshake(), Handshake::failed);
  EXPECT_EQ(client.failure(), "TLS handshake: the peer closed");
  EXPECT_EQ(client.received_alert(), std::nullopt);
  EXPECT_TRUE(client.peer_closed());
}

TEST(TlsClient, RefusesNamesItCannotUse) {
  const LabAuthority authority;
  const auto context = TlsClientContext::trusting(authority.ca_pem());
  const std::string with_nul("kv.lab\0.evil", 12);
  EXPECT_THROW(static_cast<void>(TlsLeg::client(context, "")), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(TlsLeg::client(context, with_nul)), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(TlsLeg::client(context, std::string("127.0.0.1\0", 10))), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(TlsLeg::client(context, with_nul, "kv.lab")), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(TlsLeg::client(context, "", "kv.lab")), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(TlsLeg::client(context, std::string(256, 'a'), "kv.lab")), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(TlsLeg::client(context, std::nullopt, "")), std::invalid_argument);
}

}  // namespace
}  // namespace shirgate
