#include "proxy/first_flight/hello_reader.hpp"

#include <gtest/gtest.h>

#include "feeding.hpp"
#include "hello_builder.hpp"

namespace shirgate::test {
namespace {

/// The whole handshake message is what the reader gave back with its header put in front again.
Octets read_back(const Outcome& outcome) { return message(outcome.body); }

TEST(HelloReader, GivesTheBodyOfAHelloInOneRecord) {
  const auto body = HelloParts{}.body();
  const auto outcome = fed_whole(record(message(body)));
  EXPECT_EQ(outcome.answer, "done");
  EXPECT_EQ(outcome.body, body);
  EXPECT_EQ(outcome.flight_bytes, 5 + 4 + body.size());
}

TEST(HelloReader, AsksForMoreBeforeTheFirstByte) {
  EXPECT_EQ(fed_whole({}).answer, "more");
  EXPECT_EQ(fed_whole({}).flight_bytes, 0u);
}

TEST(HelloReader, AsksForMoreAtEveryProperPrefix) {
  const auto bytes = in_records_of(50, message(HelloParts{}.body()));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto outcome = fed_whole(OctetSpan(bytes).first(size));
    EXPECT_EQ(outcome.answer, "more") << size;
    EXPECT_EQ(outcome.flight_bytes, size);
    EXPECT_TRUE(outcome.body.empty()) << size;
  }
}

TEST(HelloReader, SaysTheSameHoweverTheBytesAreCut) {
  const auto hello = message(HelloParts{}.body());
  const std::vector<Octets> streams{good_hello(),
                                    in_records_of(3, hello) /* header over two records */,
                                    in_records_of(50, hello),
                                    record(hello + hello),
                                    record(hello, 23),
                                    in_records_of(1, hello),
                                    Octets{22, 2, 0}};
  for (const auto& bytes : streams) {
    const auto whole = fed_whole(bytes);
    EXPECT_EQ(fed_in_pieces_of(1, bytes), whole);
    EXPECT_EQ(fed_in_pieces_of(7, bytes), whole);
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) EXPECT_EQ(fed_in_two(bytes, cut), whole) << cut;
  }
}

TEST(HelloReader, IgnoresTheMinorRecordVersion) {
  for (const std::uint8_t minor : {0, 1, 3, 4, 255}) {
    auto bytes = good_hello();
    bytes[2] = minor;
    EXPECT_EQ(fed_whole(bytes).answer, "done") << int{minor};
  }
}

TEST(HelloReader, TakesSixtyFourRecords) {
  const auto hello = message_of_size(64 * 5);
  const auto outcome = fed_whole(in_records_of(5, hello));
  EXPECT_EQ(outcome.answer, "done");
  EXPECT_EQ(read_back(outcome), hello);
}

TEST(HelloReader, RefusesAHelloThatNeedsASixtyFifthRecord) {
  const auto bytes = in_records_of(5, message_of_size(64 * 5 + 1));
  const auto outcome = fed_whole(bytes);
  EXPECT_EQ(outcome.answer, "hello_too_large");
  EXPECT_EQ(outcome.flight_bytes, 64u * (5 + 5));
}

TEST(HelloReader, TakesAHelloOfSixteenKibibytes) {
  const auto hello = message_of_size(16384);
  EXPECT_EQ(read_back(fed_whole(record(hello))), hello);
  EXPECT_EQ(read_back(fed_whole(in_records_of(1000, hello))), hello);
}

TEST(HelloReader, RefusesALargerHelloAtItsHeader) {
  for (const std::size_t size : {std::size_t{16385}, std::size_t{60000}, std::size_t{0xffffff} + 4}) {
    const auto header = u8(1) + u24(size - 4);
    const auto outcome = fed_whole(Octets{22, 3, 1, 0x40, 0x00} + header);
    EXPECT_EQ(outcome.answer, "hello_too_large") << size;
    EXPECT_EQ(outcome.flight_bytes, 9u);
  }
}

struct Refusal {
  const char* name;
  Octets bytes;
  const char* reason;
  std::size_t proof;  ///< the bytes it takes
};

void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }

class HelloReaderRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(HelloReaderRefuses, AsSoonAsTheBytesProveIt) {
  const auto& [name, bytes, reason, proof] = GetParam();
  EXPECT_EQ(fed_whole(OctetSpan(bytes).first(proof - 1)).answer, "more");
  const auto outcome = fed_whole(bytes);
  EXPECT_EQ(outcome.answer, reason);
  EXPECT_EQ(outcome.flight_bytes, proof);
  EXPECT_TRUE(outcome.body.empty());
  EXPECT_EQ(fed_in_pieces_of(1, bytes), outcome);
}

const Octets fragment = record(Octets{1, 0, 0, 60, 3, 3, 0x5a});  // seven bytes of a message of 64

INSTANTIATE_TEST_SUITE_P(
    Table, HelloReaderRefuses,
    testing::Values(Refusal{"ClearText", octets("GET / HTTP/1.1\r\n"), "not_tls", 1},
                    Refusal{"ApplicationDataFirst", record(message(HelloParts{}.body()), 23), "not_tls", 1},
                    Refusal{"AlertFirst", record({2, 40}, 21), "not_tls", 1},
                    Refusal{"ChangeCipherSpecFirst", record({1}, 20), "not_tls", 1},
                    Refusal{"SslV2Hello", {0x80, 0x2e, 0x01, 0x03, 0x01}, "not_tls", 1},
                    Refusal{"MajorVersionTwo", {22, 2, 0, 0, 5}, "not_tls", 2},
                    Refusal{"MajorVersionFour", {22, 4, 0, 0, 5}, "not_tls", 2},
                    Refusal{"EmptyRecordFirst", record({}) + good_hello(), "hello_malformed", 5},
                    Refusal{"EmptyRecordBetween", fragment + record({}), "hello_malformed", 12 + 5},
                    Refusal{"RecordOverSixteenKibibytes", {22, 3, 1, 0x40, 0x01, 1}, "hello_malformed", 5},
                    Refusal{"ServerHello", record({2, 0, 0, 1, 0}), "hello_malformed", 6},
                    Refusal{"HelloRequest", record({0, 0, 0, 0}), "hello_malformed", 6},
                    Refusal{"SecondMessageInTheRecord", record(message(HelloParts{}.body()) + message({1})),
                            "hello_malformed", 9},
                    Refusal{"MoreBytesInTheLastRecord", fragment + record(Octets(58, 0)), "hello_malformed", 12 + 5},
                    Refusal{"AlertBetween", fragment + record({1, 0}, 21), "hello_malformed", 12 + 1},
                    Refusal{"ApplicationDataBetween", fragment + record({1, 0}, 23), "hello_malformed", 12 + 1},
                    Refusal{"ChangeCipherSpecBetween", fragment + record({1}, 20), "hello_malformed", 12 + 1},
                    Refusal{"ClearTextBetween", fragment + octets("GET /"), "hello_malformed", 12 + 1},
                    Refusal{"MajorVersionFourBetween", fragment + Octets{22, 4}, "hello_malformed", 12 + 2}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(HelloReader, RefusesAFirstRecordLongerThanAHelloThatHasNoBody) {
  EXPECT_EQ(fed_whole(record({1, 0, 0, 0, 0})).answer, "hello_malformed");
  EXPECT_EQ(fed_whole(record({1, 0, 0, 0})).answer, "done");  // parse_hello will refuse it
}

TEST(HelloReader, LeavesEarlyDataBehindTheHelloAlone) {
  const auto hello = good_hello();
  const auto early = record({1}, 20) + record(octets("early data"), 23);
  const auto outcome = fed_whole(hello + early);
  EXPECT_EQ(outcome.answer, "done");
  EXPECT_EQ(outcome.flight_bytes, hello.size());
}

TEST(HelloReader, LeavesASecondHelloInARecordOfItsOwnAlone) {
  // A client that expects a HelloRetryRequest may send it in the same write; whoever reads that one starts a new
  // reader.
  const auto outcome = fed_whole(good_hello() + good_hello());
  EXPECT_EQ(outcome.answer, "done");
  EXPECT_EQ(outcome.flight_bytes, good_hello().size());
}

TEST(HelloReader, BegunAgainIsAsGoodAsNew) {
  const auto second = in_records_of(300, message_of_size(700));
  for (const auto& first : {good_hello(), in_records_of(5, message_of_size(64 * 5 + 1)), octets("GET /"),
                            Octets(second.begin(), second.begin() + 400), Octets{22, 3}}) {
    HelloReader reader;
    static_cast<void>(reader.feed(first));
    reader.begin_again();
    EXPECT_TRUE(reader.body().empty());
    EXPECT_EQ(reader.flight_bytes(), 0u);
    EXPECT_TRUE(reader.feed(second) == HelloProgress::done);
    EXPECT_EQ(reader.flight_bytes(), second.size());
    EXPECT_EQ(message(Octets(reader.body().begin(), reader.body().end())), message_of_size(700));
  }
}

TEST(HelloReader, StaysWithWhatItSaid) {
  Feeding done;
  done.feed(good_hello());
  const auto first = done.outcome();
  EXPECT_EQ(done.feed(octets("GET /")).outcome(), first);

  Feeding refused;
  refused.feed(octets("S"));
  const auto refusal = refused.outcome();
  EXPECT_EQ(refusal.answer, "not_tls");
  EXPECT_EQ(refused.feed(good_hello()).outcome(), refusal);
}

}  // namespace
}  // namespace shirgate::test
