// The PRELOGIN as a message: its packets, and the corpus's clients from the first byte to what goes up.
#include "proxy/first_flight/tds_prelogin.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "corpus.hpp"
#include "tds_builder.hpp"
#include "tds_feeding.hpp"

namespace shirgate::test {
namespace {

void expect_same_however_cut(const Octets& bytes) {
  const OctetSpan span(bytes);
  const auto whole = collected(bytes);
  std::vector<OctetSpan> single;
  for (std::size_t at = 0; at < bytes.size(); ++at) single.push_back(span.subspan(at, 1));
  EXPECT_EQ(collected(single), whole);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    ASSERT_EQ(collected({span.first(cut), span.subspan(cut)}), whole) << "cut at " << cut;
  }
}

TEST(PreloginReader, GivesThePayloadOfOnePacket) {
  const auto outcome = collected(tds_packet(good_prelogin()));
  EXPECT_EQ(outcome.answer, "done");
  EXPECT_EQ(outcome.payload, good_prelogin());
  EXPECT_EQ(outcome.flight_bytes, 0x2fu);
}

TEST(PreloginReader, JoinsTheMessageOfSeveralPackets) {
  for (const std::size_t size : {1, 2, 7, 38}) {
    const auto bytes = in_packets_of(size, good_prelogin());
    const auto outcome = collected(bytes);
    EXPECT_EQ(outcome.answer, "done") << size;
    EXPECT_EQ(outcome.payload, good_prelogin());
    EXPECT_EQ(outcome.flight_bytes, bytes.size());
  }
}

TEST(PreloginReader, AsksForMoreAtEveryProperPrefix) {
  const auto bytes = in_packets_of(10, good_prelogin());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto outcome = collected(std::vector{OctetSpan(bytes).first(size)});
    EXPECT_EQ(outcome.answer, "more") << size;
    EXPECT_EQ(outcome.flight_bytes, size);
    EXPECT_TRUE(outcome.payload.empty());
  }
}

TEST(PreloginReader, WaitsOnBehindAPacketThatIsNotTheLast) {
  EXPECT_EQ(collected(tds_packet(good_prelogin(), {.status = 0})).answer, "more");
}

TEST(PreloginReader, SaysTheSameHoweverTheBytesAreCut) {
  expect_same_however_cut(tds_packet(good_prelogin()));
  expect_same_however_cut(in_packets_of(5, good_prelogin()));
  expect_same_however_cut(tds_packet(good_prelogin()) + tds_packet(good_prelogin()));
  expect_same_however_cut(tds_packet(good_prelogin(), {.status = 0}) + Octets{0x12, 1, 0, 8, 0, 0, 1, 0});
  expect_same_however_cut(tds_packet(good_prelogin(), {.length = 0xffff}));
}

TEST(PreloginReader, LeavesWhatFollowsAlone) {
  const auto outcome = collected(tds_packet(good_prelogin()) + octets("more"));
  EXPECT_EQ(outcome.answer, "done");
  EXPECT_EQ(outcome.flight_bytes, 0x2fu);
}

TEST(PreloginReader, TakesFourThousandAndNinetySixBytes) {
  EXPECT_EQ(collected(tds_packet(Octets(4088, 7))).payload, Octets(4088, 7));
  // 455 packets of one byte: 4095 with their headers.
  EXPECT_EQ(collected(in_packets_of(1, Octets(455, 7))).payload, Octets(455, 7));
}

TEST(PreloginReader, RefusesMoreAsSoonAsItIsAnnounced) {
  EXPECT_EQ(collected(tds_packet(Octets(4089, 7))), (Collected{"too_large", 4, {}}));
  EXPECT_EQ(collected(tds_packet({}, {.length = 0xffff})), (Collected{"too_large", 4, {}}));
  EXPECT_EQ(collected(in_packets_of(1, Octets(456, 7))), (Collected{"too_large", 455 * 9 + 4, {}}));
  EXPECT_EQ(collected(in_packets_of(4000, Octets(4088, 7))), (Collected{"too_large", 4008 + 4, {}}));
}

TEST(PreloginReader, OfTheServersSideTakesAResponse) {
  const auto answer = tds_packet(good_prelogin(), {.type = 4});
  EXPECT_EQ(collected({OctetSpan(answer)}, TdsPacketType::response).payload, good_prelogin());
  const auto echo = tds_packet(good_prelogin());
  EXPECT_EQ(collected({OctetSpan(echo)}, TdsPacketType::response), (Collected{"malformed", 1, {}}));
}

TEST(PreloginReader, StaysWithWhatItSaid) {
  const auto good = tds_packet(good_prelogin());
  const auto bad = octets("S");
  EXPECT_EQ(collected({good, bad}), collected(good));
  EXPECT_EQ(collected({bad, good}), collected(bad));
}

struct PacketRefusal {
  const char* name;
  Octets bytes;
  std::size_t proof;
};

void PrintTo(const PacketRefusal& refusal, std::ostream* out) { *out << refusal.name; }

class PreloginReaderRefuses : public testing::TestWithParam<PacketRefusal> {};

TEST_P(PreloginReaderRefuses, AsSoonAsTheBytesProveIt) {
  const auto& [name, bytes, proof] = GetParam();
  EXPECT_EQ(collected(std::vector{OctetSpan(bytes).first(proof - 1)}).answer, "more");
  EXPECT_EQ(collected(bytes), (Collected{"malformed", proof, {}}));
  expect_same_however_cut(bytes);
}

const Octets begun = tds_packet({0, 0}, {.status = 0});

INSTANTIATE_TEST_SUITE_P(
    Table, PreloginReaderRefuses,
    testing::Values(PacketRefusal{"LoginFirst", tds_packet(octets("login"), {.type = 0x10}), 1},
                    PacketRefusal{"BatchFirst", tds_packet(octets("batch"), {.type = 1}), 1},
                    PacketRefusal{"ResponseFromAClient", tds_packet(good_prelogin(), {.type = 4}), 1},
                    PacketRefusal{"TlsFirst", good_hello(), 1},
                    PacketRefusal{"LoginSecond", begun + tds_packet(octets("login"), {.type = 0x10}), 10 + 1},
                    PacketRefusal{"StatusIgnore", tds_packet(good_prelogin(), {.status = 3}), 2},
                    PacketRefusal{"StatusReset", tds_packet(good_prelogin(), {.status = 9}), 2},
                    PacketRefusal{"EmptyPacket", tds_packet({}), 4},
                    PacketRefusal{"EmptyLastPacket", begun + tds_packet({}), 10 + 4},
                    PacketRefusal{"LengthInsideTheHeader", tds_packet(good_prelogin(), {.length = 7}), 4},
                    PacketRefusal{"LengthZero", tds_packet(good_prelogin(), {.length = 0}), 4}),
    [](const auto& test) { return std::string(test.param.name); });

Octets from_hex(std::string_view hex) {
  Octets bytes;
  for (; hex.size() >= 2; hex.remove_prefix(2)) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(0, 2)), nullptr, 16)));
  }
  return bytes;
}

/// The client's PRELOGIN payload, from the options its facts list in their order.
Octets stated_prelogin(const Capture& capture) {
  static constexpr std::array names{"VERSION", "ENCRYPTION", "INSTOPT",         "THREADID",
                                    "MARS",    "TRACEID",    "FEDAUTHREQUIRED", "NONCEOPT"};
  std::vector<OptionParts> options;
  for (const auto& [name, value] : capture.facts.at("prelogin_options").as_object()) {
    const auto token = std::find(names.begin(), names.end(), std::string_view(name)) - names.begin();
    options.push_back({static_cast<std::uint8_t>(token), from_hex(value.as_string())});
  }
  return prelogin_payload(options);
}

std::vector<std::string> captures_with_prelogin() {
  std::vector<std::string> names;
  for (const auto& capture : captures()) {
    if (capture.facts.contains("prelogin_options")) names.push_back(capture.name);
  }
  return names;
}

class PreloginCapture : public testing::TestWithParam<std::string> {
 protected:
  const Capture& capture_ = *std::find_if(captures().begin(), captures().end(),
                                          [](const Capture& capture) { return capture.name == GetParam(); });
};

TEST_P(PreloginCapture, GoesUpAsTheClientSentIt) {
  const auto packet = tds_packet(stated_prelogin(capture_));
  EXPECT_EQ(packet.size(),
            static_cast<std::size_t>(capture_.facts.at("prelogin_packet").as_object().at("len").as_int64()));
  expect_same_however_cut(packet);
  const auto prelogin = parsed(collected(packet).payload);
  ASSERT_TRUE(prelogin.has_value());
  EXPECT_EQ(prelogin->encryption, TdsEncryption::on);
  EXPECT_EQ(rebuild(*prelogin), packet);
}

TEST_P(PreloginCapture, EndsEncryptedWithTheAnswerItGot) {
  const auto reply = from_hex(capture_.facts.at("prelogin_reply_hex").as_string());
  const auto answer = collected({OctetSpan(reply)}, TdsPacketType::response);
  ASSERT_EQ(answer.answer, "done");
  EXPECT_EQ(answer.flight_bytes, reply.size());
  const auto server = parse_prelogin_answer(ExactCopy(answer.payload).span());
  ASSERT_TRUE(server.has_value());
  EXPECT_EQ(negotiated(parsed(stated_prelogin(capture_))->encryption, *server), EncryptionOutcome::full);
}

INSTANTIATE_TEST_SUITE_P(Corpus, PreloginCapture, testing::ValuesIn(captures_with_prelogin()),
                         [](const auto& test) { return test_name(test.param); });

TEST(PreloginCaptures, AreThere) { EXPECT_GE(captures_with_prelogin().size(), 5u); }

}  // namespace
}  // namespace shirgate::test
