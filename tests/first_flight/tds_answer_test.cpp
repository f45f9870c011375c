// What the client's PRELOGIN is answered with, by the server or by the gate, and what the two sides' come to.
#include <gtest/gtest.h>

#include "proxy/first_flight/tds_prelogin.hpp"
#include "tds_builder.hpp"
#include "tds_feeding.hpp"

namespace shirgate::test {
namespace {

const auto good_version = version_option();
const auto encryption_on = encryption_option(1);

TEST(PreloginAnswer, SaysTheServersEncryption) {
  for (int value = 0; value < 4; ++value) {
    // SQL Server's thread id has no data, and points at what follows, or behind the last byte.
    for (const auto& payload :
         {prelogin_payload({good_version, encryption_option(static_cast<std::uint8_t>(value)), {3, {}}}),
          prelogin_payload({encryption_option(static_cast<std::uint8_t>(value)), {6, {1}}})}) {
      const auto said = parse_prelogin_answer(ExactCopy(payload).span());
      ASSERT_TRUE(said.has_value()) << value;
      EXPECT_EQ(static_cast<int>(*said), value);
    }
  }
}

TEST(PreloginAnswer, MustSayItOnceInAWayThatIsDefined) {
  for (const auto& payload :
       {Octets{}, Octets{0xff}, prelogin_payload({good_version}),
        prelogin_payload({good_version, encryption_on, encryption_on}), prelogin_payload({good_version, {1, {}}}),
        prelogin_payload({good_version, {1, {1, 0}}}), prelogin_payload({good_version, encryption_option(4)}),
        prelogin_payload({good_version, encryption_option(0x81)}), prelogin_payload({good_version, {1, {1}, 1}}),
        prelogin_payload({good_version, {1, {1}, 18}}), octets("\xaa error token")}) {
    EXPECT_TRUE(parse_prelogin_answer(ExactCopy(payload).span()).has_error());
  }
}

TEST(Negotiated, IsWhatTheTablesOfMsTdsSay) {
  using enum EncryptionOutcome;
  const auto off = TdsEncryption::off;
  const auto on = TdsEncryption::on;
  const auto not_supported = TdsEncryption::not_supported;
  const auto required = TdsEncryption::required;
  EXPECT_EQ(negotiated(off, off), login_only);
  EXPECT_EQ(negotiated(off, on), full);
  EXPECT_EQ(negotiated(off, not_supported), none);
  EXPECT_EQ(negotiated(off, required), full);
  for (const auto client : {on, required}) {
    EXPECT_EQ(negotiated(client, off), failed);
    EXPECT_EQ(negotiated(client, on), full);
    EXPECT_EQ(negotiated(client, not_supported), failed);
    EXPECT_EQ(negotiated(client, required), full);
  }
  EXPECT_EQ(negotiated(not_supported, off), failed);
  EXPECT_EQ(negotiated(not_supported, on), failed);
  EXPECT_EQ(negotiated(not_supported, not_supported), none);
  EXPECT_EQ(negotiated(not_supported, required), failed);
}

TEST(Negotiated, BecomesFullOnlyForOffersThatMay) {
  for (int client = 0; client < 4; ++client) {
    bool ever = false;
    for (int server = 0; server < 4; ++server) {
      ever |= negotiated(TdsEncryption(client), TdsEncryption(server)) == EncryptionOutcome::full;
    }
    EXPECT_EQ(ever, may_become_full(TdsEncryption(client))) << client;
  }
}

Prelogin offer_of(TdsEncryption encryption) {
  Prelogin offer;
  offer.encryption = encryption;
  return offer;
}

/// The gate's own answer as a server would have sent these options.
Octets response(const std::vector<OptionParts>& options) { return tds_packet(prelogin_payload(options), {.type = 4}); }

TEST(OwnAnswer, LeadsToEncryptionToTheEndFromEveryOfferThatMay) {
  for (const auto encryption : {TdsEncryption::off, TdsEncryption::on, TdsEncryption::required}) {
    for (const bool certificate : {false, true}) {
      auto offer = offer_of(encryption);
      offer.client_certificate = certificate;
      const auto answer = collected({OctetSpan(answer_to(offer))}, TdsPacketType::response);
      ASSERT_EQ(answer.answer, "done");
      const auto said = parse_prelogin_answer(ExactCopy(answer.payload).span());
      ASSERT_TRUE(said.has_value());
      EXPECT_EQ(negotiated(encryption, *said), EncryptionOutcome::full) << static_cast<int>(encryption);
    }
  }
}

TEST(OwnAnswer, InsistsOnlyWhereTheClientWouldRatherNot) {
  const OptionParts version{0, {16, 0, 0, 0, 0, 0}};
  const OptionParts instance_is_fine{2, {0}};
  const auto insists = response({version, encryption_option(3), instance_is_fine});
  const auto agrees = response({version, encryption_option(1), instance_is_fine});
  EXPECT_EQ(answer_to(offer_of(TdsEncryption::off)), insists);
  EXPECT_EQ(answer_to(offer_of(TdsEncryption::on)), agrees);
  EXPECT_EQ(answer_to(offer_of(TdsEncryption::required)), agrees);
}

TEST(OwnAnswer, DeclinesWhatItWasAskedForAndSpeaksOfNothingElse) {
  auto offer = offer_of(TdsEncryption::on);
  offer.instance = "MSSQLServer";
  offer.thread_id = {1, 2, 3, 4};
  offer.mars = true;
  offer.trace_id.emplace().fill(0x5a);
  offer.fed_auth_required = true;
  offer.nonce.emplace().fill(0xa5);
  EXPECT_EQ(answer_to(offer), response({{0, {16, 0, 0, 0, 0, 0}}, encryption_on, {2, {0}}, {4, {0}}, {6, {0}}}));
}

}  // namespace
}  // namespace shirgate::test
