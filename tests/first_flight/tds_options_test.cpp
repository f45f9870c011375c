// The options of a client's PRELOGIN: read, and written again.
#include <gtest/gtest.h>

#include <random>

#include "proxy/first_flight/tds_prelogin.hpp"
#include "tds_builder.hpp"
#include "tds_feeding.hpp"

namespace shirgate::test {
namespace {

Prelogin full_prelogin() {
  Prelogin prelogin;
  prelogin.version = {0x11, 0, 0, 1, 2, 3};
  prelogin.encryption = TdsEncryption::required;
  prelogin.client_certificate = true;
  prelogin.instance = "MSSQLServer";
  prelogin.thread_id = {1, 2, 3, 4};
  prelogin.mars = true;
  prelogin.trace_id.emplace().fill(0x5a);
  prelogin.fed_auth_required = true;
  prelogin.nonce.emplace().fill(0xa5);
  return prelogin;
}

void expect_read_back(const Prelogin& prelogin) {
  const auto packet = rebuild(prelogin);
  ASSERT_LE(packet.size(), max_prelogin_bytes);
  const auto read = collected(packet);
  ASSERT_EQ(read.answer, "done");
  EXPECT_EQ(read.flight_bytes, packet.size());
  const auto again = parsed(read.payload);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(*again, prelogin);
}

TEST(ParsePrelogin, ReadsEveryKnownOption) {
  const auto prelogin = parsed(prelogin_payload({{0, {0x11, 0, 0, 1, 2, 3}},
                                                 {1, {0x83}},
                                                 {2, octets("MSSQLServer") + Octets{0}},
                                                 {3, {1, 2, 3, 4}},
                                                 {4, {1}},
                                                 {5, Octets(36, 0x5a)},
                                                 {6, {1}},
                                                 {7, Octets(32, 0xa5)}}));
  ASSERT_TRUE(prelogin.has_value());
  EXPECT_EQ(*prelogin, full_prelogin());
}

TEST(ParsePrelogin, LeavesAbsentWhatWasNotSent) {
  const auto prelogin = parsed(prelogin_payload({version_option(), encryption_option(0)}));
  ASSERT_TRUE(prelogin.has_value());
  Prelogin expected;
  expected.version = {0x11, 0, 0, 1, 0, 0};
  expected.encryption = TdsEncryption::off;
  EXPECT_EQ(*prelogin, expected);
}

TEST(ParsePrelogin, TakesOptionsInAnyOrderBehindTheVersion) {
  const auto prelogin = parsed(prelogin_payload({version_option(), {4, {1}}, {2, {0}}, encryption_option(3)}));
  ASSERT_TRUE(prelogin.has_value());
  EXPECT_EQ(prelogin->encryption, TdsEncryption::required);
  EXPECT_EQ(prelogin->instance, "");
  EXPECT_EQ(prelogin->mars, true);
}

TEST(ParsePrelogin, TakesDataInAnyOrderWithGapsBetween) {
  const auto payload = prelogin_payload({{0, {0xee, 1, 0xee}, 14, 6}, {1, {}, 12, 1}}) + Octets{9, 8, 7, 6, 5, 0xee};
  const auto prelogin = parsed(payload);
  ASSERT_TRUE(prelogin.has_value());
  EXPECT_EQ(prelogin->version, (std::array<std::uint8_t, 6>{9, 8, 7, 6, 5, 0xee}));
  EXPECT_EQ(prelogin->encryption, TdsEncryption::on);
}

TEST(ParsePrelogin, TakesEveryEncryptionMsTdsNames) {
  for (const int value : {0, 1, 2, 3, 0x80, 0x81, 0x83}) {
    const auto prelogin = parsed(good_prelogin(static_cast<std::uint8_t>(value)));
    ASSERT_TRUE(prelogin.has_value()) << value;
    EXPECT_EQ(static_cast<int>(prelogin->encryption), value & 0x7f);
    EXPECT_EQ(prelogin->client_certificate, value >= 0x80);
  }
}

TEST(ParsePrelogin, RefusesEveryOtherEncryption) {
  for (int value = 4; value < 256; ++value) {
    if (value == 0x80 || value == 0x81 || value == 0x83) continue;
    EXPECT_TRUE(parsed(good_prelogin(static_cast<std::uint8_t>(value))).has_error()) << value;
  }
}

struct PayloadCase {
  const char* name;
  Octets payload;
};

void PrintTo(const PayloadCase& payload, std::ostream* out) { *out << payload.name; }

class ParsePreloginRefuses : public testing::TestWithParam<PayloadCase> {};

TEST_P(ParsePreloginRefuses, ThePayload) { EXPECT_TRUE(parsed(GetParam().payload).has_error()); }

const auto good_version = version_option();
const auto encryption_on = encryption_option(1);
Octets with(const OptionParts& option) { return prelogin_payload({good_version, encryption_on, option}); }

INSTANTIATE_TEST_SUITE_P(
    Table, ParsePreloginRefuses,
    testing::Values(
        PayloadCase{"Nothing", {}}, PayloadCase{"OnlyTheTerminator", {0xff}}, PayloadCase{"TlsInstead", good_hello()},
        PayloadCase{"NoTerminator", prelogin_payload({good_version, encryption_on}, {})},
        PayloadCase{"TableEndsInARow", {0, 0, 26, 0}}, PayloadCase{"NoVersion", prelogin_payload({encryption_on})},
        PayloadCase{"VersionSecond", prelogin_payload({encryption_on, good_version})},
        PayloadCase{"NoEncryption", prelogin_payload({good_version, {4, {0}}})},
        PayloadCase{"EncryptionTwice", prelogin_payload({good_version, encryption_on, encryption_on})},
        PayloadCase{"EncryptionTwiceAndDifferent",
                    prelogin_payload({good_version, encryption_on, encryption_option(0)})},
        PayloadCase{"UnknownTwice", prelogin_payload({good_version, encryption_on, {9, {1}}, {9, {1}}})},
        PayloadCase{"OffsetZero", prelogin_payload({good_version, {1, {1}, 0}})},
        PayloadCase{"OffsetAtTheTerminator", prelogin_payload({good_version, {1, {1}, 10}})},
        PayloadCase{"EmptyInTheTable", with({9, {}, 3})}, PayloadCase{"UnknownAtTheTerminator", with({9, {}, 15, 1})},
        PayloadCase{"OffsetPastTheEnd", prelogin_payload({good_version, {1, {1}, 18}})},
        PayloadCase{"OffsetFarAway", prelogin_payload({good_version, {1, {1}, 0xffff}})},
        PayloadCase{"LengthPastTheEnd", with({9, {1}, std::nullopt, 2})},
        PayloadCase{"SumOverSixteenBits", with({9, {1}, 0xffff, 0xffff})},
        PayloadCase{"EmptyPastTheEnd", with({9, {}, 24})},
        PayloadCase{"DataInAnothersData", prelogin_payload({good_version, {1, {1}, 12}})},
        PayloadCase{"UnknownInAnothersData", with({9, {}, 16, 2})},
        PayloadCase{"VersionShort", prelogin_payload({{0, {1, 2, 3, 4, 5}}, encryption_on})},
        PayloadCase{"VersionLong", prelogin_payload({{0, {1, 2, 3, 4, 5, 6, 7}}, encryption_on})},
        PayloadCase{"EncryptionEmpty", prelogin_payload({good_version, {1, {}}})},
        PayloadCase{"EncryptionLong", prelogin_payload({good_version, {1, {1, 1}}})},
        PayloadCase{"InstanceEmpty", with({2, {}})}, PayloadCase{"InstanceWithoutNul", with({2, {'a'}})},
        PayloadCase{"InstanceWithNulInside", with({2, {'a', 0, 'b', 0}})},
        PayloadCase{"InstanceTooLong", with({2, Octets(256, 'a') + Octets{0}})},
        PayloadCase{"ThreadIdEmpty", with({3, {}})}, PayloadCase{"ThreadIdShort", with({3, {1, 2, 3}})},
        PayloadCase{"MarsEmpty", with({4, {}})}, PayloadCase{"MarsTwo", with({4, {2}})},
        PayloadCase{"MarsLong", with({4, {0, 0}})}, PayloadCase{"TraceIdShort", with({5, Octets(35, 0)})},
        PayloadCase{"FedAuthTwo", with({6, {2}})}, PayloadCase{"NonceLong", with({7, Octets(33, 0)})}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(ParsePrelogin, RefusesEveryProperPrefix) {
  const auto whole = good_prelogin();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_TRUE(parse_prelogin(ExactCopy(OctetSpan(whole).first(size)).span()).has_error()) << size;
  }
}

TEST(RebuiltPrelogin, ReadsBackAsTheSame) {
  expect_read_back(full_prelogin());
  Prelogin least;
  expect_read_back(least);
  least.instance = "";
  expect_read_back(least);
  least.instance = std::string(max_instance_bytes, '\xe9');
  expect_read_back(least);
}

TEST(RebuiltPrelogin, IsTheCorpusClientsOwnToTheByte) {
  const auto prelogin = parsed(good_prelogin());
  ASSERT_TRUE(prelogin.has_value());
  EXPECT_EQ(rebuild(*prelogin), tds_packet(good_prelogin()));
}

TEST(RebuiltPrelogin, LeavesOutWhatTheGateDidNotUnderstand) {
  const auto hidden = octets("smuggled");
  const auto prelogin = parsed(prelogin_payload({good_version, {0x42, hidden}, encryption_on}) + hidden);
  ASSERT_TRUE(prelogin.has_value());
  EXPECT_EQ(rebuild(*prelogin), tds_packet(prelogin_payload({good_version, encryption_on})));
}

TEST(RebuiltPrelogin, IsAFixedPointForWhateverParses) {
  std::mt19937 random(1433);
  const auto whole = collected(rebuild(full_prelogin())).payload;
  int parsed_count = 0;
  for (int round = 0; round < 20000; ++round) {
    auto payload = whole;
    for (int change = 0; change < 1 + round % 3; ++change) {
      payload[random() % payload.size()] = static_cast<std::uint8_t>(random() % 4 == 0 ? random() % 64 : random());
    }
    const auto prelogin = parsed(payload);
    if (prelogin.has_error()) continue;
    ++parsed_count;
    expect_read_back(*prelogin);
    if (testing::Test::HasFailure()) return;
  }
  EXPECT_GT(parsed_count, 1000);
}

/// Prelogins that differ from the full one in one field each.
std::vector<Prelogin> one_change_each() {
  std::vector<Prelogin> all(15, full_prelogin());
  auto next = all.begin();
  next++->version[5] = 4;
  next++->encryption = TdsEncryption::on;
  next++->client_certificate = false;
  next++->instance = "MSSQLSERVER";
  next++->instance.reset();
  (*next++->thread_id)[0] = 2;
  next++->thread_id.reset();
  next++->mars = false;
  next++->mars.reset();
  (*next++->trace_id)[35] = 0;
  next++->trace_id.reset();
  next++->fed_auth_required = false;
  next++->fed_auth_required.reset();
  (*next++->nonce)[31] = 0;
  next->nonce.reset();
  return all;
}

TEST(RebuiltPrelogin, LosesNoDifference) {
  for (const auto& changed : one_change_each()) {
    EXPECT_NE(changed, full_prelogin());
    EXPECT_NE(rebuild(changed), rebuild(full_prelogin()));
    expect_read_back(changed);
  }
}

}  // namespace
}  // namespace shirgate::test
