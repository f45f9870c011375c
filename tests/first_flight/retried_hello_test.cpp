#include "proxy/first_flight/retried_hello.hpp"

#include <gtest/gtest.h>

#include "retried_feeding.hpp"

namespace shirgate::test {
namespace {

using enum EarlyData;

const Octets change_cipher_spec{20, 3, 3, 0, 1, 1};
const auto second_hello = message_of_size(800);
Octets early(std::size_t size) { return record(Octets(size, 0xee), 23); }

Octets repeated(std::size_t times, const Octets& bytes) {
  Octets all;
  while (times-- > 0) all = std::move(all) + bytes;
  return all;
}

TEST(RetriedHello, IsReadAsItIsAndBehindWhatMayComeBeforeIt) {
  const auto hello = in_records_of(300, second_hello);
  for (const auto& before :
       {Octets{}, change_cipher_spec, early(1), change_cipher_spec + early(40) + early(500), early(16640),
        Octets{20, 3, 1, 0, 1, 1}, Octets{20, 3, 4, 0, 1, 1}, repeated(64, early(17))}) {
    const auto outcome = retried_whole(before + hello, offered);
    EXPECT_EQ(outcome.answer, "done");
    EXPECT_EQ(outcome.flight_bytes, before.size() + hello.size());
    EXPECT_EQ(message(outcome.body), second_hello);
  }
}

TEST(RetriedHello, NeedsNothingBeforeItWhereNoEarlyDataWasOffered) {
  for (const auto& before : {Octets{}, change_cipher_spec}) {
    const auto outcome = retried_whole(before + record(second_hello), not_offered);
    EXPECT_EQ(outcome.answer, "done");
    EXPECT_EQ(message(outcome.body), second_hello);
  }
}

TEST(RetriedHello, AsksForMoreAtEveryProperPrefix) {
  const auto bytes = change_cipher_spec + early(30) + in_records_of(300, second_hello);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto outcome = retried_whole(OctetSpan(bytes).first(size), offered);
    EXPECT_EQ(outcome.answer, "more") << size;
    EXPECT_EQ(outcome.flight_bytes, size);
    EXPECT_TRUE(outcome.body.empty()) << "the first hello is gone";
  }
}

TEST(RetriedHello, SaysTheSameHoweverTheBytesAreCut) {
  for (const auto& bytes :
       {change_cipher_spec + early(30) + in_records_of(300, second_hello) + early(5), early(16640) + early(1),
        change_cipher_spec + change_cipher_spec, in_records_of(5, message_of_size(64 * 5 + 1))}) {
    const auto whole = retried_whole(bytes, offered);
    EXPECT_EQ(retried_in_pieces_of(1, bytes, offered), whole);
    EXPECT_EQ(retried_in_pieces_of(7, bytes, offered), whole);
    const std::size_t step = bytes.size() > 4000 ? 97 : 1;
    for (std::size_t cut = 0; cut <= bytes.size(); cut += step)
      ASSERT_EQ(retried_in_two(bytes, cut, offered), whole) << cut;
  }
}

TEST(RetriedHello, LeavesWhatIsBehindItAlone) {
  const auto outcome = retried_whole(record(second_hello) + early(9) + octets("anything"), offered);
  EXPECT_EQ(outcome.answer, "done");
  EXPECT_EQ(outcome.flight_bytes, 5 + second_hello.size());
}

TEST(RetriedHello, HasTheRoomItsLimitStates) {
  auto bytes = change_cipher_spec + repeated(64, early(260));
  bytes = std::move(bytes) + in_records_of(256, message_of_size(max_hello_bytes));
  EXPECT_EQ(bytes.size(), max_retried_flight_bytes);
  EXPECT_EQ(retried_whole(bytes, offered).answer, "done");
}

struct Refusal {
  const char* name;
  Octets bytes;
  const char* reason;
  std::size_t proof;
  EarlyData early_data = offered;
};

void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }

class RetriedHelloRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(RetriedHelloRefuses, AsSoonAsTheBytesProveIt) {
  const auto& [name, bytes, reason, proof, early_data] = GetParam();
  EXPECT_EQ(retried_whole(OctetSpan(bytes).first(proof - 1), early_data).answer, "more");
  const auto outcome = retried_whole(bytes, early_data);
  EXPECT_EQ(outcome.answer, reason);
  EXPECT_EQ(outcome.flight_bytes, proof);
  EXPECT_TRUE(outcome.body.empty());
  EXPECT_EQ(retried_in_pieces_of(1, bytes, early_data), outcome);
}

const auto hello_record = record(second_hello);
const Octets fragment = record(Octets{1, 0, 0, 60, 3, 3, 0x5a});

INSTANTIATE_TEST_SUITE_P(
    Table, RetriedHelloRefuses,
    testing::Values(
        Refusal{"EarlyDataNobodyOffered", early(9) + hello_record, "hello_malformed", 1, not_offered},
        Refusal{"EarlyDataNobodyOfferedBehindChangeCipherSpec", change_cipher_spec + early(9), "hello_malformed", 7,
                not_offered},
        Refusal{"TwoChangeCipherSpecs", change_cipher_spec + change_cipher_spec + hello_record, "hello_malformed", 7},
        Refusal{"ChangeCipherSpecBehindEarlyData", early(4) + change_cipher_spec, "hello_malformed", 10},
        Refusal{"ChangeCipherSpecOfMajorVersionTwo", {20, 2, 3, 0, 1, 1}, "hello_malformed", 2},
        Refusal{"ChangeCipherSpecOfAnOddMinorVersion", {20, 3, 0x10, 0, 1, 1}, "hello_malformed", 3},
        Refusal{"EmptyChangeCipherSpec", {20, 3, 3, 0, 0}, "hello_malformed", 5},
        Refusal{"ChangeCipherSpecOfTwoBytes", {20, 3, 3, 0, 2, 1, 1}, "hello_malformed", 5},
        Refusal{"ChangeCipherSpecOfManyBytes", {20, 3, 3, 1, 1, 1}, "hello_malformed", 5},
        Refusal{"ChangeCipherSpecOfTwo", {20, 3, 3, 0, 1, 2}, "hello_malformed", 6},
        Refusal{"EmptyEarlyData", early(0) + hello_record, "hello_malformed", 5},
        Refusal{"EarlyDataOfMajorVersionFour", {23, 4}, "hello_malformed", 2},
        Refusal{"EarlyDataRecordOverItsLimit", {23, 3, 3, 0x41, 0x01}, "hello_too_large", 5},
        Refusal{"EarlyDataOverItsLimit", early(16000) + early(641), "hello_too_large", 16005 + 5},
        Refusal{"EarlyDataInTooManyRecords", repeated(65, early(1)), "hello_too_large", 64 * 6 + 5},
        Refusal{"Alert", record({2, 40}, 21), "hello_malformed", 1},
        Refusal{"ClearText", octets("GET / HTTP/1.1"), "hello_malformed", 1},
        Refusal{"HelloOfMajorVersionTwo", {22, 2}, "hello_malformed", 2},
        Refusal{"EmptyHelloRecord", record({}) + hello_record, "hello_malformed", 5},
        Refusal{"Finished", record({20, 0, 0, 32}), "hello_malformed", 6},
        Refusal{"HelloOverSixteenKibibytes", Octets{22, 3, 3, 0x40, 0} + u8(1) + u24(16381), "hello_too_large", 9},
        Refusal{"SecondMessageInTheHelloRecord", record(second_hello + second_hello), "hello_malformed", 9},
        Refusal{"EarlyDataInsideTheHello", fragment + early(9), "hello_malformed", 13},
        Refusal{"ChangeCipherSpecInsideTheHello", fragment + change_cipher_spec, "hello_malformed", 13}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(RetriedHello, StaysWithWhatItSaid) {
  RetriedFeeding feeding(not_offered);
  const auto refusal = feeding.feed(early(3)).outcome();
  EXPECT_EQ(refusal.answer, "hello_malformed");
  EXPECT_EQ(feeding.feed(hello_record).outcome(), refusal);
}

}  // namespace
}  // namespace shirgate::test
