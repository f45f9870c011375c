#include "proxy/first_flight/tds_tls.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "corpus.hpp"
#include "parsed_hello.hpp"
#include "proxy/first_flight/judge_hello.hpp"
#include "tds_builder.hpp"
#include "tds_unwrapping.hpp"

namespace shirgate::test {
namespace {

void expect_same_however_cut(const Octets& bytes) {
  const OctetSpan span(bytes);
  const auto whole = unwrapped(bytes);
  std::vector<OctetSpan> single;
  for (std::size_t at = 0; at < bytes.size(); ++at) single.push_back(span.subspan(at, 1));
  EXPECT_EQ(unwrapped(single), whole);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    ASSERT_EQ(unwrapped({span.first(cut), span.subspan(cut)}), whole) << "cut at " << cut;
  }
}

TEST(TdsHelloReader, GivesTheBodyOfAHelloInOnePacket) {
  const auto outcome = unwrapped(tds_packet(good_hello()));
  EXPECT_EQ(outcome.answer, "done");
  EXPECT_EQ(outcome.body, HelloParts{}.body());
  EXPECT_EQ(outcome.flight_bytes, 8 + good_hello().size());
}

TEST(TdsHelloReader, AsksForMoreAtEveryProperPrefix) {
  const auto bytes = in_packets_of(30, good_hello());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto outcome = unwrapped(std::vector{OctetSpan(bytes).first(size)});
    EXPECT_EQ(outcome.answer, "more") << size;
    EXPECT_EQ(outcome.flight_bytes, size);
  }
}

TEST(TdsHelloReader, ReadsTheSameWhereverAPacketEnds) {
  const auto hello = in_records_of(40, message(HelloParts{}.body()));
  for (std::size_t size = (hello.size() + max_hello_packets - 1) / max_hello_packets; size <= hello.size(); ++size) {
    const auto bytes = in_packets_of(size, hello);
    const auto outcome = unwrapped(bytes);
    EXPECT_EQ(outcome.answer, "done") << size;
    EXPECT_EQ(outcome.body, HelloParts{}.body());
    EXPECT_EQ(outcome.flight_bytes, bytes.size());
  }
}

TEST(TdsHelloReader, SaysTheSameHoweverTheBytesAreCut) {
  const auto hello = message(HelloParts{}.body());
  for (const auto& bytes :
       {tds_packet(good_hello()), in_packets_of(20, in_records_of(30, hello)), in_packets_of(3, good_hello()),
        tds_packet(record(hello + hello)), tds_packet(good_hello(), {.length = 0xffff}),
        tds_packet(Octets{22, 3, 1}, {.status = 0}) + tds_packet(octets("login"), {.type = 0x10})}) {
    expect_same_however_cut(bytes);
  }
}

TEST(TdsHelloReader, DoesNotCareWhichPacketIsCalledTheLast) {
  const auto hello = good_hello();
  const Octets first(hello.begin(), hello.begin() + 60);
  const Octets rest(hello.begin() + 60, hello.end());
  for (const std::uint8_t status : {0, 1}) {
    EXPECT_EQ(unwrapped(tds_packet(first, {.status = 1}) + tds_packet(rest, {.status = status})).answer, "done");
  }
}

TEST(TdsHelloReader, LeavesWhatFollowsTheHelloAlone) {
  const auto inside = unwrapped(tds_packet(good_hello() + record({1}, 20)));
  EXPECT_EQ(inside.answer, "done");
  EXPECT_EQ(inside.flight_bytes, 8 + good_hello().size());
  EXPECT_EQ(unwrapped(tds_packet(good_hello()) + octets("GET /")), unwrapped(tds_packet(good_hello())));
}

TEST(TdsHelloReader, TakesThirtyTwoPackets) {
  const auto hello = record(message_of_size(32 * 10 - 5));
  EXPECT_EQ(unwrapped(in_packets_of(10, hello)).answer, "done");
}

TEST(TdsHelloReader, RefusesAHelloThatNeedsAThirtyThirdPacket) {
  const auto hello = record(message_of_size(32 * 10 - 5 + 1));
  const auto outcome = unwrapped(in_packets_of(10, hello));
  EXPECT_EQ(outcome.answer, "hello_too_large");
  EXPECT_EQ(outcome.flight_bytes, 32u * 18);
}

TEST(TdsHelloReader, TakesTheLargestHelloInTheMostRecords) {
  const auto hello = message_of_size(max_hello_bytes);
  const auto records = in_records_of(max_hello_bytes / max_hello_records, hello);
  EXPECT_EQ(unwrapped(tds_packet(records)).answer, "done");
  EXPECT_EQ(unwrapped(in_packets_of((records.size() + 31) / 32, records)).answer, "done");
}

struct Refusal {
  const char* name;
  Octets bytes;
  const char* reason;
  std::size_t proof;
};

void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }

class TdsHelloReaderRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(TdsHelloReaderRefuses, AsSoonAsTheBytesProveIt) {
  const auto& [name, bytes, reason, proof] = GetParam();
  EXPECT_EQ(unwrapped(std::vector{OctetSpan(bytes).first(proof - 1)}).answer, "more");
  const auto outcome = unwrapped(bytes);
  EXPECT_EQ(outcome.answer, reason);
  EXPECT_EQ(outcome.flight_bytes, proof);
  expect_same_however_cut(bytes);
}

const Octets begun = tds_packet({22, 3, 1}, {.status = 0});  // eleven bytes

INSTANTIATE_TEST_SUITE_P(
    Table, TdsHelloReaderRefuses,
    testing::Values(Refusal{"LoginInTheClear", tds_packet(octets("login"), {.type = 0x10}), "not_tls", 1},
                    Refusal{"BatchInTheClear", tds_packet(octets("batch"), {.type = 1}), "not_tls", 1},
                    Refusal{"TlsOutsideOfAPacket", good_hello(), "not_tls", 1},
                    Refusal{"SecondPrelogin", tds_packet(good_prelogin()), "not_tls", 9},
                    Refusal{"ApplicationDataInside", tds_packet(record({1, 2}, 23)), "not_tls", 9},
                    Refusal{"ServerHelloInside", tds_packet(record({2, 0, 0, 1, 0})), "hello_malformed", 8 + 6},
                    Refusal{"LoginBehindABegunHello", begun + tds_packet(octets("login"), {.type = 0x10}),
                            "hello_malformed", 11 + 1},
                    Refusal{"TlsBehindABegunHello", begun + good_hello(), "hello_malformed", 11 + 1},
                    Refusal{"StatusReset", tds_packet(good_hello(), {.status = 9}), "hello_malformed", 2},
                    Refusal{"EmptyPacket", tds_packet({}), "hello_malformed", 4},
                    Refusal{"EmptyPacketBetween", begun + tds_packet({}), "hello_malformed", 11 + 4},
                    Refusal{"LengthInsideTheHeader", tds_packet(good_hello(), {.length = 7}), "hello_malformed", 4},
                    Refusal{"LengthOfNoHello", tds_packet(good_hello(), {.length = 0xffff}), "hello_too_large", 4},
                    Refusal{"HelloTooLarge", tds_packet(Octets{22, 3, 1, 0x40, 0, 1, 1, 0, 0}), "hello_too_large",
                            8 + 9}),
    [](const auto& test) { return std::string(test.param.name); });

bool login_seen(const Octets& bytes) {
  HelloReader hello;
  TdsHelloReader reader(hello);
  static_cast<void>(reader.feed(bytes));
  return reader.login_in_the_clear();
}

TEST(TdsHelloReader, TellsALoginInTheClear) {
  EXPECT_TRUE(login_seen({0x10}));
  EXPECT_TRUE(login_seen(tds_packet(octets("login"), {.type = 0x10})));
  EXPECT_FALSE(login_seen(tds_packet(good_hello())));
  EXPECT_FALSE(login_seen(tds_packet(octets("batch"), {.type = 1})));
  EXPECT_FALSE(login_seen({0x12, 0x10}));
  EXPECT_FALSE(login_seen({}));
}

TEST(TdsHelloReader, StaysWithWhatItSaid) {
  const auto good = tds_packet(good_hello());
  const auto bad = octets("S");
  EXPECT_EQ(unwrapped({good, bad}), unwrapped(good));
  EXPECT_EQ(unwrapped({bad, good}), unwrapped(bad));
}

std::vector<std::string> wrapped_captures() {
  std::vector<std::string> names;
  for (const auto& capture : captures()) {
    if (capture.format() == "tls-in-tds") names.push_back(capture.name);
  }
  return names;
}

class WrappedCapture : public testing::TestWithParam<std::string> {
 protected:
  const Capture& capture_ = *std::find_if(captures().begin(), captures().end(),
                                          [](const Capture& capture) { return capture.name == GetParam(); });
};

TEST_P(WrappedCapture, HoldsTheHelloItsFactsState) {
  const auto& [name, bytes, facts] = capture_;
  const auto outcome = unwrapped(bytes);
  ASSERT_EQ(outcome.answer, "done");
  EXPECT_EQ(outcome.flight_bytes, bytes.size());
  EXPECT_EQ(outcome.body.size() + 4, static_cast<std::size_t>(facts.at("handshake_message_bytes").as_int64()));
  const ParsedHello hello(outcome.body);
  ASSERT_TRUE(hello.has_value());
  const auto host = parse_host("myserver.database.windows.net");
  EXPECT_EQ(judge_hello(*hello, *host, {}), facts.at("sni").is_null() ? Reason::sni_absent : Reason::allowed);
}

TEST_P(WrappedCapture, ReadsTheSameHoweverItIsCut) { expect_same_however_cut(capture_.bytes); }

INSTANTIATE_TEST_SUITE_P(Corpus, WrappedCapture, testing::ValuesIn(wrapped_captures()),
                         [](const auto& test) { return test_name(test.param); });

TEST(WrappedCaptures, AreThere) { EXPECT_GE(wrapped_captures().size(), 5u); }

}  // namespace
}  // namespace shirgate::test
