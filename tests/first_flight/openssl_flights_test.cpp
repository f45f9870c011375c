// Flights of real OpenSSL peers, in any records and any pieces, through the readers that judge them.
#include <gtest/gtest.h>

#include "feeding.hpp"
#include "openssl_legs.hpp"
#include "parsed_hello.hpp"
#include "retried_feeding.hpp"
#include "server_feeding.hpp"

namespace shirgate::test {
namespace {

TlsSettings only(TlsVersion version, std::string groups = {}) {
  return {.lowest = version, .highest = version, .groups = std::move(groups)};
}

/// The payloads of a run of records one after the other, of the first kind only.
Octets payload_of_first_records(const Octets& bytes) {
  Octets payload;
  for (std::size_t at = 0; at + 5 <= bytes.size() && bytes[at] == bytes[0];) {
    const auto size = static_cast<std::size_t>(bytes[at + 3]) << 8 | bytes[at + 4];
    payload.insert(payload.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at + 5),
                   bytes.begin() + static_cast<std::ptrdiff_t>(at + 5 + size));
    at += 5 + size;
  }
  return payload;
}

void expect_same_however_cut(const Octets& answer) {
  const auto whole = server_fed_whole(answer);
  for (std::size_t cut = 0; cut <= answer.size(); ++cut) ASSERT_EQ(server_fed_in_two(answer, cut), whole) << cut;
  EXPECT_EQ(server_fed_in_pieces_of(1, answer), whole);
}

/// Apart from where they lie, the same facts must come of the same messages in records of one byte.
void expect_same_in_records_of_one_byte(const Octets& answer) {
  auto whole = server_fed_whole(answer);
  const auto thin = in_records_of(1, payload_of_first_records(answer));
  auto outcome = server_fed_whole(thin);
  expect_same_however_cut(OctetSpan(thin).size() > 3000 ? Octets(thin.begin(), thin.begin() + 3000) : thin);
  outcome.read_bytes = whole.read_bytes = 0;
  EXPECT_EQ(outcome, whole);
}

struct Meeting {
  const char* name;
  TlsSettings client;
  TlsSettings server;
  const char* opening;
  std::optional<TlsVersion> version;
  bool shows_leaf;
};

void PrintTo(const Meeting& meeting, std::ostream* out) { *out << meeting.name; }

class OpensslServer : public testing::TestWithParam<Meeting> {};

TEST_P(OpensslServer, AnswersAsExpected) {
  const auto& meeting = GetParam();
  const auto flights = flights_between(meeting.client, meeting.server);
  const auto outcome = server_fed_whole(flights.answer);
  EXPECT_EQ(outcome.opening, meeting.opening);
  EXPECT_EQ(outcome.version, meeting.version);
  EXPECT_EQ(outcome.leaf, meeting.shows_leaf ? shown_leaf() : Octets{});
  EXPECT_FALSE(outcome.wants_more);
  EXPECT_EQ(flights.agreed, outcome.opening != "alert");
  expect_same_however_cut(flights.answer);
  if (outcome.opening != "alert") expect_same_in_records_of_one_byte(flights.answer);
}

INSTANTIATE_TEST_SUITE_P(
    Meets, OpensslServer,
    testing::Values(Meeting{"Tls13", {}, {}, "server_hello", TlsVersion::tls1_3, false},
                    Meeting{"Tls13WithoutItsGroup",
                            {.groups = "X25519:P-384"},
                            {.groups = "P-384"},
                            "hello_retry",
                            std::nullopt,
                            false},
                    Meeting{"Tls12Client", only(TlsVersion::tls1_2), {}, "server_hello", TlsVersion::tls1_2, true},
                    Meeting{"Tls12Server", {}, only(TlsVersion::tls1_2), "server_hello", TlsVersion::tls1_2, true},
                    Meeting{"Tls11",
                            {.lowest = TlsVersion::tls1_0, .highest = TlsVersion::tls1_1},
                            {.lowest = TlsVersion::tls1_0},
                            "server_hello",
                            TlsVersion::tls1_1,
                            true},
                    Meeting{"NoSharedVersion", only(TlsVersion::tls1_2), only(TlsVersion::tls1_3), "alert",
                            std::nullopt, false},
                    Meeting{"NoSharedProtocol", {.alpn = {"h2"}}, {.alpn = {"dot"}}, "alert", std::nullopt, false}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(OpensslServerFlight, OfAResumedTls12SessionHasNoCertificate) {
  const auto flights = resumed_flights(TlsVersion::tls1_2);
  ASSERT_TRUE(flights.agreed);
  const auto outcome = server_fed_whole(flights.answer);
  EXPECT_EQ(outcome.opening, "server_hello");
  EXPECT_EQ(outcome.version, TlsVersion::tls1_2);
  EXPECT_EQ(outcome.leaf_certificate, LeafCertificate::absent);
  EXPECT_FALSE(outcome.wants_more);
  expect_same_however_cut(flights.answer);
}

void expect_second_hello(const Octets& bytes, EarlyData early_data) {
  const auto whole = retried_whole(bytes, early_data);
  EXPECT_EQ(whole.answer, "done");
  EXPECT_EQ(whole.flight_bytes, bytes.size());
  const ParsedHello hello(whole.body);
  ASSERT_TRUE(hello.has_value());
  EXPECT_EQ(hello->sni.text, "kv1.vault.azure.net");
  EXPECT_FALSE(hello->early_data) << "not offered again (RFC 8446 section 4.2.10)";
  EXPECT_EQ(listed(hello->key_shares).size(), 1u);
  EXPECT_EQ(listed(hello->key_shares).front().group, 24);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) ASSERT_EQ(retried_in_two(bytes, cut, early_data), whole) << cut;
  EXPECT_EQ(retried_in_pieces_of(1, bytes, early_data), whole);
}

TEST(OpensslClient, SendsAHelloThatIsReadWhenItIsAskedAgain) {
  const auto flights = flights_between({.groups = "X25519:P-384"}, {.groups = "P-384"});
  ASSERT_TRUE(flights.agreed);
  const auto first = fed_whole(flights.hello);
  ASSERT_EQ(first.answer, "done");
  EXPECT_EQ(flights.second[0], 20) << "a ChangeCipherSpec comes first";
  expect_second_hello(flights.second, EarlyData::not_offered);
}

TEST(OpensslClient, SendsEarlyDataBehindItsHelloBeforeItIsAskedAgain) {
  const auto flights = resumed_flights(TlsVersion::tls1_3);
  ASSERT_TRUE(flights.agreed);
  EXPECT_EQ(server_fed_whole(flights.answer).opening, "hello_retry");
  const auto first = fed_whole(flights.hello);
  ASSERT_EQ(first.answer, "done");
  const ParsedHello hello(first.body);
  ASSERT_TRUE(hello.has_value());
  EXPECT_TRUE(hello->early_data);
  EXPECT_TRUE(hello->pre_shared_key);

  const Octets early(flights.hello.begin() + static_cast<std::ptrdiff_t>(first.flight_bytes), flights.hello.end());
  ASSERT_GT(early.size(), 6u);
  EXPECT_EQ(early[0], 20);
  EXPECT_EQ(early[6], 23);
  expect_second_hello(early + flights.second, EarlyData::offered);
  EXPECT_EQ(retried_whole(early + flights.second, EarlyData::not_offered).answer, "hello_malformed");
}

}  // namespace
}  // namespace shirgate::test
