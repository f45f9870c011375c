#include "certs/tls_context.hpp"

#include <gtest/gtest.h>

#include "certs/openssl_error.hpp"
#include "tests/certs/leg_pair.hpp"

namespace shirgate {
namespace {

class TlsContext : public testing::Test {
 protected:
  std::shared_ptr<LabAuthority> authority_ = std::make_shared<LabAuthority>();
};

TEST_F(TlsContext, ServesALeafForWhateverNameIsAsked) {
  const TlsServerContext server_context(authority_, "default.lab");
  const auto client_context = TlsClientContext::trusting(authority_->ca_pem());
  for (const std::string name : {"kv1.vault.azure.net", "acct.blob.core.windows.net", "origin.lab"}) {
    TlsLeg server = TlsLeg::server(server_context);
    TlsLeg client = TlsLeg::client(client_context, name);
    shake_hands(client, server);
    EXPECT_EQ(client.handshake(), Handshake::done) << client.failure();
    EXPECT_EQ(client.peer_subject(), "CN=" + name + ",O=shirgate lab");
    EXPECT_EQ(server.server_name(), name);
  }
}

TEST_F(TlsContext, ServesTheDefaultLeafToAClientWithoutSni) {
  TlsLeg server = TlsLeg::server(TlsServerContext(authority_, "default.lab"));
  TlsLeg client = TlsLeg::client(TlsClientContext::trusting(authority_->ca_pem()), std::nullopt, "default.lab");
  shake_hands(client, server);
  EXPECT_EQ(client.handshake(), Handshake::done) << client.failure();
  EXPECT_EQ(server.handshake(), Handshake::done) << server.failure();
  EXPECT_EQ(server.server_name(), "");
  EXPECT_EQ(client.peer_subject(), "CN=default.lab,O=shirgate lab");
}

TEST_F(TlsContext, AnswersANameNoLeafCanBeForWithUnrecognizedName) {
  const TlsServerContext server_context(authority_, "default.lab");
  const auto client_context = TlsClientContext::trusting(authority_->ca_pem());
  for (const std::string name : {"kv.lab,DNS:other.lab", "*.lab", "kv.lab.", "kv lab"}) {
    TlsLeg server = TlsLeg::server(server_context);
    TlsLeg client = TlsLeg::client(client_context, name, "default.lab");
    shake_hands(client, server);
    EXPECT_EQ(client.received_alert(), SSL_AD_UNRECOGNIZED_NAME) << name;
    EXPECT_EQ(server.sent_alert(), SSL_AD_UNRECOGNIZED_NAME) << name;
    EXPECT_EQ(client.handshake(), Handshake::failed) << name;
  }
}

TEST_F(TlsContext, OutlivesItselfInALeg) {
  auto server = std::make_unique<TlsServerContext>(authority_, "default.lab", TlsSettings{.alpn = {"h2"}});
  auto client =
      std::make_unique<TlsClientContext>(TlsClientContext::trusting(authority_->ca_pem(), TlsSettings{.alpn = {"h2"}}));
  TlsLeg server_leg = TlsLeg::server(*server);
  TlsLeg client_leg = TlsLeg::client(*client, "kv.lab");
  server.reset();
  client.reset();
  authority_.reset();
  shake_hands(client_leg, server_leg);
  EXPECT_EQ(client_leg.handshake(), Handshake::done) << client_leg.failure();
  EXPECT_EQ(server_leg.alpn(), "h2");
}

TEST_F(TlsContext, PicksTheServersFavouriteProtocol) {
  TlsLeg server = TlsLeg::server(TlsServerContext(authority_, "kv.lab", {.alpn = {"h2", "http/1.1"}}));
  TlsLeg client =
      TlsLeg::client(TlsClientContext::trusting(authority_->ca_pem(), {.alpn = {"http/1.1", "h2"}}), "kv.lab");
  shake_hands(client, server);
  EXPECT_EQ(client.alpn(), "h2");
  EXPECT_EQ(server.alpn(), "h2");
}

TEST_F(TlsContext, RefusesAClientThatOffersNoneOfTheProtocols) {
  TlsLeg server = TlsLeg::server(TlsServerContext(authority_, "kv.lab", {.alpn = {"tds/8.0"}}));
  TlsLeg client = TlsLeg::client(TlsClientContext::trusting(authority_->ca_pem(), {.alpn = {"h2"}}), "kv.lab");
  shake_hands(client, server);
  EXPECT_EQ(client.received_alert(), SSL_AD_NO_APPLICATION_PROTOCOL);
}

TEST_F(TlsContext, IgnoresTheOfferWithoutAListOfItsOwn) {
  TlsLeg server = TlsLeg::server(TlsServerContext(authority_, "kv.lab"));
  TlsLeg client = TlsLeg::client(TlsClientContext::trusting(authority_->ca_pem(), {.alpn = {"h2"}}), "kv.lab");
  shake_hands(client, server);
  EXPECT_EQ(client.handshake(), Handshake::done) << client.failure();
  EXPECT_EQ(client.alpn(), "");
}

TEST_F(TlsContext, TrustsEveryCertificateInThePem) {
  LabAuthority second("second");
  const auto context = TlsClientContext::trusting(authority_->ca_pem() + second.ca_pem());
  for (LabAuthority* issuer : {authority_.get(), &second}) {
    TlsLeg server = TlsLeg::server(TlsServerContext(issuer->issue("kv.lab")));
    TlsLeg client = TlsLeg::client(context, "kv.lab");
    shake_hands(client, server);
    EXPECT_EQ(client.handshake(), Handshake::done) << client.failure();
  }
}

TEST_F(TlsContext, DoesNotTrustTheLabWithTheSystemsCertificates) {
  TlsLeg server = TlsLeg::server(TlsServerContext(authority_, "kv.lab"));
  TlsLeg client = TlsLeg::client(TlsClientContext::trusting_system(), "kv.lab");
  shake_hands(client, server);
  EXPECT_EQ(client.handshake(), Handshake::failed);
  EXPECT_NE(client.failure().find("unable to get local issuer certificate"), std::string::npos) << client.failure();
}

TEST_F(TlsContext, RefusesSettingsItCannotMeet) {
  const std::string pem = authority_->ca_pem();
  EXPECT_THROW(static_cast<void>(TlsClientContext::trusting("")), OpensslError);
  EXPECT_THROW(static_cast<void>(TlsClientContext::trusting("no certificate")), OpensslError);
  EXPECT_THROW(static_cast<void>(TlsClientContext::trusting(pem + pem.substr(0, pem.size() / 2))), OpensslError);
  EXPECT_THROW(static_cast<void>(TlsClientContext::trusting(pem, {.alpn = {""}})), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(TlsClientContext::trusting(pem, {.alpn = {std::string(256, 'x')}})),
               std::invalid_argument);
  const TlsSettings upside_down{.lowest = TlsVersion::tls1_3, .highest = TlsVersion::tls1_2};
  EXPECT_THROW(TlsServerContext(authority_, "kv.lab", upside_down), std::invalid_argument);
  EXPECT_THROW(TlsServerContext(nullptr, "kv.lab"), std::invalid_argument);
  EXPECT_THROW(TlsServerContext(authority_, "not a name"), std::invalid_argument);
  EXPECT_THROW(TlsServerContext(Identity{}), OpensslError);
}

TEST_F(TlsContext, AsksAClientAgainThatGuessedAnotherGroup) {
  TlsLeg server = TlsLeg::server(TlsServerContext(authority_->issue("kv.lab"), {.groups = "P-384"}));
  TlsLeg client =
      TlsLeg::client(TlsClientContext::trusting(authority_->ca_pem(), {.groups = "X25519:P-384"}), "kv.lab");
  client.handshake();
  std::vector<std::uint8_t> first;
  client.pull(first);
  static_cast<void>(server.feed(first));
  EXPECT_EQ(server.handshake(), Handshake::more);
  EXPECT_LT(server.pending_out(), 200U) << "no certificate yet";
  shake_hands(server, client);
  EXPECT_EQ(client.handshake(), Handshake::done) << client.failure();
}

TEST_F(TlsContext, RefusesGroupsOpensslDoesNotKnow) {
  EXPECT_THROW(TlsServerContext(authority_, "kv.lab", {.groups = "P-1"}), OpensslError);
}

TEST_F(TlsContext, RefusesAKeyThatDoesNotFitTheCertificate) {
  const Identity mixed{authority_->issue("a.lab").certificate, authority_->issue("b.lab").key};
  try {
    const TlsServerContext context(mixed);
    FAIL() << "took a key of another certificate";
  } catch (const OpensslError& error) {
    EXPECT_STREQ(error.what(), "cannot use the key: key values mismatch");
  }
}

TEST_F(TlsContext, ShowsTheClientsCertificateOnlyWithItsOwnKey) {
  const auto gate = authority_->issue("gate.lab");
  const auto other = authority_->issue("other.lab");
  auto context = TlsClientContext::trusting(authority_->ca_pem());
  EXPECT_NO_THROW(context.show(certificate_pem(gate), key_pem(gate)));
  EXPECT_THROW(context.show(certificate_pem(gate), key_pem(other)), OpensslError);
  EXPECT_THROW(context.show("", key_pem(gate)), OpensslError);
  EXPECT_THROW(context.show(certificate_pem(gate), ""), OpensslError);
}

}  // namespace
}  // namespace shirgate
