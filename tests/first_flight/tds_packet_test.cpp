#include "proxy/first_flight/tds_packet.hpp"

#include <gtest/gtest.h>

#include "tds_builder.hpp"

namespace shirgate::test {
namespace {

TdsPacketReader fresh() { return {TdsPacketType::prelogin, 100}; }

/// Takes all of these bytes.
void take(TdsPacketReader& reader, const Octets& bytes) {
  for (OctetSpan left(bytes); !left.empty();) {
    const auto step = reader.take(left);
    ASSERT_TRUE(step.has_value());
    left = left.subspan(step->taken);
  }
}

TEST(TdsPacketReader, BeginsBetweenPacketsButAtNoMessagesEnd) {
  const auto reader = fresh();
  EXPECT_TRUE(reader.at_packet_end());
  EXPECT_FALSE(reader.at_message_end());
  EXPECT_EQ(reader.packets(), 0u);
  EXPECT_EQ(reader.header_bytes(), 0u);
}

TEST(TdsPacketReader, TellsTheEndOfAPacketFromTheEndOfAMessage) {
  auto reader = fresh();
  take(reader, tds_packet(octets("ab"), {.status = 0}));
  EXPECT_TRUE(reader.at_packet_end());
  EXPECT_FALSE(reader.at_message_end());
  take(reader, tds_packet(octets("c")));
  EXPECT_TRUE(reader.at_message_end());
  EXPECT_EQ(reader.packets(), 2u);
  EXPECT_EQ(reader.header_bytes(), 16u);
}

TEST(TdsPacketReader, HasNoEndInsideAPacket) {
  const auto bytes = tds_packet(octets("ab"));
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    auto reader = fresh();
    take(reader, Octets(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)));
    EXPECT_FALSE(reader.at_packet_end()) << size;
    EXPECT_FALSE(reader.at_message_end()) << size;
    EXPECT_EQ(reader.header_bytes(), std::min<std::size_t>(size, 8));
  }
}

TEST(TdsPacketReader, GivesOfAPayloadWhatIsThereAndNothingBehindIt) {
  auto reader = fresh();
  const auto bytes = tds_packet(octets("abc")) + octets("next");
  take(reader, Octets(bytes.begin(), bytes.begin() + 8));
  const auto begun = reader.take(OctetSpan(bytes).subspan(8, 1));
  ASSERT_TRUE(begun.has_value());
  EXPECT_EQ(Octets(begun->payload.begin(), begun->payload.end()), octets("a"));
  const auto rest = reader.take(OctetSpan(bytes).subspan(9));
  ASSERT_TRUE(rest.has_value());
  EXPECT_EQ(rest->taken, 2u);
  EXPECT_EQ(Octets(rest->payload.begin(), rest->payload.end()), octets("bc"));
  EXPECT_TRUE(reader.at_message_end());
}

TEST(TdsPacketReader, CountsWhatAllPacketsAnnounceAgainstItsLimit) {
  auto reader = fresh();
  take(reader, tds_packet(Octets(42, 7), {.status = 0}));
  const auto header = tds_packet({}, {.length = 51});
  take(reader, Octets(header.begin(), header.begin() + 3));
  const auto step = reader.take(OctetSpan(header).subspan(3));
  ASSERT_TRUE(step.has_error());
  EXPECT_EQ(step.error(), TdsFault::too_large) << "50 bytes and 51";
}

}  // namespace
}  // namespace shirgate::test
