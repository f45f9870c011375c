#include "proxy/first_flight/server_flight.hpp"

#include <gtest/gtest.h>

#include "server_feeding.hpp"

namespace shirgate::test {
namespace {

constexpr std::size_t random_end = 5 + 4 + 2 + 32;  ///< in a first record

const Octets leaf(1000, 0x42);
const Octets change_cipher_spec = record({1}, 20);
Octets alert(std::uint8_t level, std::uint8_t description) { return record({level, description}, 21); }

TEST(ServerFlight, KnowsARetryRequestAtTheLastByteOfItsRandom) {
  const auto bytes = record(retry_request());
  const auto before = server_fed_whole(OctetSpan(bytes).first(random_end - 1));
  EXPECT_EQ(before.opening, "undecided");
  EXPECT_TRUE(before.wants_more);
  const auto at = server_fed_whole(OctetSpan(bytes).first(random_end));
  EXPECT_EQ(at.opening, "hello_retry");
  EXPECT_FALSE(at.wants_more);
  EXPECT_EQ(server_fed_whole(bytes), at);
}

TEST(ServerFlight, TakesARandomThatDiffersInAnyBitForAServerHello) {
  for (std::size_t bit = 0; bit < 256; ++bit) {
    ServerHelloParts parts;
    parts.random = retry_random;
    parts.random[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_EQ(server_fed_whole(record(parts.message())).opening, "server_hello") << bit;
  }
}

TEST(ServerFlight, KnowsAServerHelloAtItsRandomAndItsVersionAtItsEnd) {
  const auto bytes = record(tls13_hello()) + change_cipher_spec + record(Octets(500, 1), 23);
  const auto at_random = server_fed_whole(OctetSpan(bytes).first(random_end));
  EXPECT_EQ(at_random.opening, "server_hello");
  EXPECT_EQ(at_random.version, std::nullopt);
  EXPECT_TRUE(at_random.wants_more);
  const auto whole = server_fed_whole(bytes);
  EXPECT_EQ(whole.opening, "server_hello");
  EXPECT_EQ(whole.version, TlsVersion::tls1_3);
  EXPECT_FALSE(whole.wants_more);
  EXPECT_EQ(whole.read_bytes, 5 + tls13_hello().size());
  EXPECT_EQ(whole.leaf_certificate, LeafCertificate::absent);
}

TEST(ServerFlight, KeepsTheLeafOfTls12HoweverTheMessagesShareRecords) {
  const auto messages = tls12_hello() + certificate_message(leaf) + server_message(12, Octets(300, 1));
  for (const auto& bytes :
       {record(messages), record(tls12_hello()) + record(certificate_message(leaf)) + record(server_message(12, {1})),
        in_records_of(1, messages), in_records_of(7, messages), in_records_of(90, messages)}) {
    const auto outcome = server_fed_whole(bytes);
    EXPECT_EQ(outcome.opening, "server_hello");
    EXPECT_EQ(outcome.version, TlsVersion::tls1_2);
    EXPECT_EQ(outcome.leaf_certificate, LeafCertificate::whole);
    EXPECT_EQ(outcome.leaf, leaf);
    EXPECT_FALSE(outcome.wants_more);
    EXPECT_LT(outcome.read_bytes, bytes.size()) << "the rest of the chain is not waited for";
  }
}

TEST(ServerFlight, ReadsAServerHelloWithoutExtensions) {
  for (const auto version : {TlsVersion::ssl3_0, TlsVersion::tls1_0, TlsVersion::tls1_1, TlsVersion::tls1_2}) {
    ServerHelloParts parts;
    parts.legacy_version = u16(static_cast<std::size_t>(version));
    parts.extensions = std::nullopt;
    const auto outcome = server_fed_whole(record(parts.message() + certificate_message(leaf)));
    EXPECT_EQ(outcome.version, version);
    EXPECT_EQ(outcome.leaf, leaf);
  }
}

TEST(ServerFlight, SaysThatALeafIsTooLargeToBeKept) {
  const Octets largest(max_leaf_bytes, 0x42);
  EXPECT_EQ(server_fed_whole(in_records_of(16384, tls12_hello() + certificate_message(largest))).leaf, largest);
  const auto outcome =
      server_fed_whole(in_records_of(16384, tls12_hello() + certificate_message(Octets(max_leaf_bytes + 1, 0x42))));
  EXPECT_EQ(outcome.leaf_certificate, LeafCertificate::too_large);
  EXPECT_TRUE(outcome.leaf.empty());
  EXPECT_FALSE(outcome.wants_more);
}

struct NoLeaf {
  const char* name;
  Octets behind_the_hello;
  std::size_t proof;  ///< bytes of it
};

void PrintTo(const NoLeaf& test, std::ostream* out) { *out << test.name; }

class ServerFlightEndsWithoutALeaf : public testing::TestWithParam<NoLeaf> {};

TEST_P(ServerFlightEndsWithoutALeaf, AsSoonAsTheBytesProveIt) {
  const auto& [name, behind, proof] = GetParam();
  const auto hello = record(tls12_hello());
  EXPECT_TRUE(server_fed_whole(hello + Octets(behind.begin(), behind.begin() + static_cast<std::ptrdiff_t>(proof) - 1))
                  .wants_more);
  const auto outcome = server_fed_whole(hello + behind);
  EXPECT_EQ(outcome.opening, "server_hello") << "what was decided stays";
  EXPECT_EQ(outcome.version, TlsVersion::tls1_2);
  EXPECT_EQ(outcome.leaf_certificate, LeafCertificate::absent);
  EXPECT_FALSE(outcome.wants_more);
  EXPECT_EQ(outcome.read_bytes, hello.size() + proof);
  EXPECT_EQ(server_fed_in_pieces_of(1, hello + behind), outcome);
}

Octets certificate_body(const Octets& body) { return record(server_message(11, body)); }

INSTANTIATE_TEST_SUITE_P(
    Table, ServerFlightEndsWithoutALeaf,
    testing::Values(NoLeaf{"ResumedSession", change_cipher_spec, 1},
                    NoLeaf{"ResumedSessionWithATicket", record(server_message(4, Octets(200, 1))), 6},
                    NoLeaf{"AnonymousKeyExchange", record(server_message(12, Octets(200, 1))), 6},
                    NoLeaf{"Alert", alert(2, 40), 1}, NoLeaf{"WarningAlert", alert(1, 112), 1},
                    NoLeaf{"ApplicationData", record({1, 2}, 23), 1}, NoLeaf{"NoTls", octets("HTTP/1.1 400"), 1},
                    NoLeaf{"MajorVersionFour", {22, 4, 3, 0, 9}, 2}, NoLeaf{"EmptyRecord", record({}), 5},
                    NoLeaf{"HugeRecord", {22, 3, 3, 0x41, 0x01}, 5}, NoLeaf{"EmptyBody", certificate_body({}), 9},
                    NoLeaf{"EmptyList", certificate_body({0, 0, 0}), 9},
                    NoLeaf{"EmptyLeaf", certificate_body(vector24(vector24({}) + vector24({1}))), 15},
                    NoLeaf{"LeafPastTheList", certificate_body(vector24(u24(9) + Octets{1, 2})), 15},
                    NoLeaf{"ListPastTheMessage", certificate_body(u24(20) + vector24({1, 2})), 15},
                    NoLeaf{"BytesBehindTheList", certificate_body(vector24(vector24({1, 2})) + u8(0)), 15}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(ServerFlight, DoesNotWaitForACertificateAfterAHelloThatCantBeRead) {
  const auto parts_with = [](auto change) {
    ServerHelloParts parts;
    change(parts);
    return parts.message();
  };
  for (const auto& hello : {parts_with([](auto& p) { p.after_extensions = {0}; }),
                            parts_with([](auto& p) { p.session_id = u8(33) + Octets(33, 1); }),
                            parts_with([](auto& p) { p.session_id = {255}; }), parts_with([](auto& p) {
                              p.extensions = Octets{0, 43, 0};
                            }),
                            parts_with([](auto& p) {
                              p.extensions = extension(43, {3, 4, 0});
                            }),
                            parts_with([](auto& p) { p.extensions = extension(43, {3}); }), parts_with([](auto& p) {
                              p.extensions = extension(43, {3, 3}) + extension(43, {3, 4});
                            })}) {
    const auto outcome = server_fed_whole(record(hello) + record(certificate_message(leaf)));
    EXPECT_EQ(outcome.opening, "server_hello") << "its random said so";
    EXPECT_EQ(outcome.version, std::nullopt);
    EXPECT_FALSE(outcome.wants_more);
    EXPECT_EQ(outcome.read_bytes, 5 + hello.size());
  }
}

TEST(ServerFlight, ReadsOnOnlyBehindTls12AndOlder) {
  ServerHelloParts by_extension;
  by_extension.extensions = extension(43, {3, 3});
  EXPECT_FALSE(server_fed_whole(record(by_extension.message())).wants_more) << "no server chooses TLS 1.2 that way";
  ServerHelloParts unknown;
  unknown.legacy_version = {3, 9};
  unknown.extensions = std::nullopt;
  EXPECT_FALSE(server_fed_whole(record(unknown.message())).wants_more);
}

struct Opening {
  const char* name;
  Octets bytes;
  const char* opening;
  std::size_t proof;
};

void PrintTo(const Opening& opening, std::ostream* out) { *out << opening.name; }

class ServerFlightOpensWith : public testing::TestWithParam<Opening> {};

TEST_P(ServerFlightOpensWith, WhatItsBytesProveAndNoLater) {
  const auto& [name, bytes, opening, proof] = GetParam();
  EXPECT_EQ(server_fed_whole(OctetSpan(bytes).first(proof - 1)).opening, "undecided");
  const auto outcome = server_fed_whole(bytes);
  EXPECT_EQ(outcome.opening, opening);
  EXPECT_FALSE(outcome.wants_more);
  EXPECT_EQ(outcome.read_bytes, proof);
  EXPECT_EQ(server_fed_in_pieces_of(1, bytes), outcome);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) EXPECT_EQ(server_fed_in_two(bytes, cut), outcome) << cut;
}

Octets repeated(std::size_t times, const Octets& bytes) {
  Octets all;
  while (times-- > 0) all = std::move(all) + bytes;
  return all;
}

Octets hello_with_major_version(std::uint8_t major) {
  ServerHelloParts parts;
  parts.legacy_version = {major, 3};
  return record(parts.message());
}

/// The first bytes of a ServerHello, in a record of their own.
const Octets beginning = record(Octets{2, 0, 0, 70, 3, 3, 0x5a});

INSTANTIATE_TEST_SUITE_P(
    Table, ServerFlightOpensWith,
    testing::Values(
        Opening{"FatalAlert", alert(2, 40), "alert", 7}, Opening{"CloseNotify", alert(1, 0), "alert", 7},
        Opening{"WarningThenFatalAlert", alert(1, 112) + alert(2, 40), "alert", 14},
        Opening{"WarningThenRetryRequest", alert(1, 112) + record(retry_request()), "hello_retry", 7 + random_end},
        Opening{"FiveWarningsThenRetryRequest", repeated(5, alert(1, 112)) + record(retry_request()), "hello_retry",
                35 + random_end},
        Opening{"ChangeCipherSpecThenRetryRequest", change_cipher_spec + record(retry_request()), "hello_retry",
                6 + random_end},
        Opening{"RetryRequestInRecordsOfOneByte", in_records_of(1, retry_request()), "hello_retry", 38 * 6},
        Opening{"RetryRequestWithAnythingBehindIt", record(retry_request()) + octets("anything"), "hello_retry",
                random_end},
        Opening{"ClearText", octets("HTTP/1.1 400 Bad Request\r\n"), "not_handshake", 1},
        Opening{"SshBanner", octets("SSH-2.0-x\r\n"), "not_handshake", 1},
        Opening{"ApplicationData", record({1, 2}, 23), "not_handshake", 1},
        Opening{"Heartbeat", record({1, 2}, 24), "not_handshake", 1},
        Opening{"MajorVersionTwo", {22, 2, 0, 0, 5}, "not_handshake", 2},
        Opening{"AlertOfMajorVersionFour", {21, 4, 0, 0, 2}, "not_handshake", 2},
        Opening{"SixWarnings", repeated(6, alert(1, 112)), "unreadable", 42},
        Opening{"WarningsAndChangeCipherSpecs", repeated(3, alert(1, 90) + change_cipher_spec), "unreadable", 39},
        Opening{"AlertOfNoLevel", alert(3, 40), "unreadable", 7},
        Opening{"AlertOfOneByte", record({2}, 21), "unreadable", 5},
        Opening{"TwoAlertsInOneRecord", record({1, 112, 2, 40}, 21), "unreadable", 5},
        Opening{"EmptyAlert", record({}, 21), "unreadable", 5},
        Opening{"ChangeCipherSpecOfTwo", record({2}, 20), "unreadable", 6},
        Opening{"ChangeCipherSpecOfTwoBytes", record({1, 1}, 20), "unreadable", 5},
        Opening{"WarningThenApplicationData", alert(1, 112) + record({1}, 23), "unreadable", 8},
        Opening{"WarningThenClearText", alert(1, 112) + octets("HTTP/1.1"), "unreadable", 8},
        Opening{"WarningThenMajorVersionFour", alert(1, 112) + Octets{22, 4}, "unreadable", 9},
        Opening{"ClientHello", record({1, 0, 0, 70}), "unreadable", 6},
        Opening{"HelloRequest", record({0, 0, 0, 0}), "unreadable", 6},
        Opening{"CertificateFirst", record(certificate_message(leaf)), "unreadable", 6},
        Opening{"EmptyRecord", record({}) + record(tls13_hello()), "unreadable", 5},
        Opening{"RecordOverItsLimit", {22, 3, 3, 0x41, 0x01, 2}, "unreadable", 5},
        Opening{"TooShort", record({2, 0, 0, 37, 3, 3}), "unreadable", 9},
        Opening{"TooLong", {22, 3, 3, 0x40, 0, 2, 0, 0x20, 0x07}, "unreadable", 9},
        Opening{"MajorVersionFour", hello_with_major_version(4), "unreadable", 10},
        Opening{"DtlsVersion", hello_with_major_version(0xfe), "unreadable", 10},
        Opening{"EmptyRecordBetween", beginning + record({}), "unreadable", 12 + 5},
        Opening{"AlertBetween", beginning + alert(1, 112), "unreadable", 12 + 1},
        Opening{"ChangeCipherSpecBetween", beginning + change_cipher_spec, "unreadable", 12 + 1},
        Opening{"ApplicationDataBetween", beginning + record({1}, 23), "unreadable", 12 + 1},
        Opening{"MajorVersionTwoBetween", beginning + Octets{22, 2}, "unreadable", 12 + 2}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(ServerFlight, TakesRecordsUpToTheirLimit) {
  const auto messages = tls12_hello() + certificate_message(Octets(5000, 1)) + server_message(12, Octets(20000, 1));
  EXPECT_EQ(server_fed_whole(in_records_of((1 << 14) + 256, messages)).leaf.size(), 5000u);
}

TEST(ServerFlight, TakesTheLongestServerHello) {
  ServerHelloParts parts;
  const auto room = max_leaf_bytes + 10 - parts.message().size();
  parts.extensions = *parts.extensions + extension(44, Octets(room - 4, 1));
  EXPECT_EQ(server_fed_whole(record(parts.message())).version, TlsVersion::tls1_3);
  parts.extensions = *parts.extensions + extension(45, {});
  EXPECT_EQ(server_fed_whole(record(parts.message())).opening, "unreadable");
}

TEST(ServerFlight, LooksAtAsManyBytesAsItSays) {
  // A leaf the reader would keep, spread so thin that it never becomes whole.
  ServerHelloParts parts;
  parts.extensions = extension(44, Octets(5000, 1));
  const auto spread = in_records_of(1, parts.message() + certificate_message(Octets(max_leaf_bytes, 1)));
  ASSERT_GT(spread.size(), max_server_flight_bytes);
  const auto outcome = server_fed_whole(spread);
  EXPECT_EQ(outcome.opening, "server_hello");
  EXPECT_EQ(outcome.leaf_certificate, LeafCertificate::absent);
  EXPECT_EQ(outcome.read_bytes, max_server_flight_bytes);
  EXPECT_FALSE(outcome.wants_more);
  EXPECT_EQ(server_fed_in_pieces_of(1000, spread), outcome);
}

TEST(ServerFlight, StaysWithWhatItSaid) {
  ServerFeeding feeding;
  const auto said = feeding.feed(record(retry_request())).outcome();
  EXPECT_EQ(feeding.feed(record(tls13_hello())).outcome(), said);
}

TEST(ServerFlight, IsUndecidedBeforeTheFirstByte) {
  EXPECT_EQ(server_fed_whole({}).opening, "undecided");
  EXPECT_TRUE(server_fed_whole({}).wants_more);
}

}  // namespace
}  // namespace shirgate::test
