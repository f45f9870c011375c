// classify() against a second reading of the IANA special-purpose registries, written apart: blocks as first and last
// address, embeddings by where their four bytes are.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "policy/address.hpp"

namespace shirgate::test {
namespace {

constexpr auto floor_class = AddressClass::prohibited;
constexpr auto special = AddressClass::special;
constexpr auto open = AddressClass::public_;

Address at(std::string_view text) { return *parse_address(text); }

struct Block {
  std::string_view name;
  std::string_view first;
  std::string_view last;
  AddressClass expected;
};

// https://www.iana.org/assignments/iana-ipv4-special-registry, and what the floor adds. The first that fits decides.
constexpr std::array v4_registry{
    Block{"this network", "0.0.0.0", "0.255.255.255", floor_class},
    Block{"private-use", "10.0.0.0", "10.255.255.255", special},
    Block{"shared address space", "100.64.0.0", "100.127.255.255", special},
    Block{"loopback", "127.0.0.0", "127.255.255.255", floor_class},
    Block{"WireServer", "168.63.129.16", "168.63.129.16", floor_class},
    Block{"link local", "169.254.0.0", "169.254.255.255", floor_class},
    Block{"private-use", "172.16.0.0", "172.31.255.255", special},
    Block{"IETF protocol assignments", "192.0.0.0", "192.0.0.255", special},
    Block{"TEST-NET-1", "192.0.2.0", "192.0.2.255", special},
    Block{"AS112-v4", "192.31.196.0", "192.31.196.255", open},
    Block{"AMT", "192.52.193.0", "192.52.193.255", open},
    Block{"6to4 relay anycast", "192.88.99.0", "192.88.99.255", special},
    Block{"private-use", "192.168.0.0", "192.168.255.255", special},
    Block{"direct delegation AS112", "192.175.48.0", "192.175.48.255", open},
    Block{"benchmarking", "198.18.0.0", "198.19.255.255", special},
    Block{"TEST-NET-2", "198.51.100.0", "198.51.100.255", special},
    Block{"TEST-NET-3", "203.0.113.0", "203.0.113.255", special},
    Block{"multicast", "224.0.0.0", "239.255.255.255", floor_class},
    Block{"limited broadcast", "255.255.255.255", "255.255.255.255", floor_class},
    Block{"reserved", "240.0.0.0", "255.255.255.254", special},
};

// https://www.iana.org/assignments/iana-ipv6-special-registry without the embeddings, and what the floor adds.
constexpr std::array v6_registry{
    Block{"NAT64 of one's own", "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", floor_class},
    Block{"unspecified", "::", "::", floor_class},
    Block{"loopback", "::1", "::1", floor_class},
    Block{"discard-only", "100::", "100::ffff:ffff:ffff:ffff", special},
    Block{"dummy prefix", "100:0:0:1::", "100:0:0:1:ffff:ffff:ffff:ffff", special},
    Block{"benchmarking", "2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", special},
    Block{"ORCHIDv2", "2001:20::", "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff", special},
    Block{"drone remote id", "2001:30::", "2001:3f:ffff:ffff:ffff:ffff:ffff:ffff", special},
    Block{"IETF protocol assignments", "2001:1::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", special},
    Block{"documentation", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", special},
    Block{"direct delegation AS112", "2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff", open},
    Block{"documentation", "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", special},
    Block{"segment routing", "5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", special},
    Block{"a metadata service", "fd00:ec2::254", "fd00:ec2::254", floor_class},
    Block{"a metadata service", "fd20:ce::254", "fd20:ce::254", floor_class},
    Block{"unique-local", "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", special},
    Block{"link-local", "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", floor_class},
    Block{"site-local", "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", floor_class},
    Block{"multicast", "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", floor_class},
};

struct Embedding {
  std::string_view name;
  std::string_view first;  ///< with zeroes where the IPv4 address goes
  int prefix_bytes;
  std::size_t place;
  bool inverted;
};

constexpr std::array embeddings{
    Embedding{"mapped", "::ffff:0:0", 12, 12, false},
    Embedding{"compatible", "::", 12, 12, false},
    Embedding{"translated", "::ffff:0:0:0", 12, 12, false},
    Embedding{"NAT64", "64:ff9b::", 12, 12, false},
    Embedding{"6to4", "2002::", 2, 2, false},
    Embedding{"Teredo", "2001::", 4, 12, true},
};

Address embed(const Embedding& how, const Address& v4) {
  auto address = at(how.first);
  for (std::size_t i = 0; i < 4; ++i) {
    const auto byte = v4.bytes[12 + i];
    address.bytes[how.place + i] = how.inverted ? static_cast<std::uint8_t>(~byte) : byte;
  }
  return address;
}

struct Interval {
  Address first;
  Address last;
  AddressClass expected;
};

template <std::size_t N>
std::vector<Interval> intervals_of(const std::array<Block, N>& registry) {
  std::vector<Interval> intervals;
  for (const auto& block : registry) intervals.push_back({at(block.first), at(block.last), block.expected});
  return intervals;
}

/// `address` must be no embedding.
AddressClass by_registry(const Address& address) {
  static const auto v4 = intervals_of(v4_registry);
  static const auto v6 = intervals_of(v6_registry);
  for (const auto& interval : address.is_v4 ? v4 : v6)
    if (address.bytes >= interval.first.bytes && address.bytes <= interval.last.bytes) return interval.expected;
  return open;
}

/// One address up or down, around the corner at the ends.
Address neighbour(Address address, int step) {
  const std::size_t end = address.is_v4 ? 12 : 0;
  for (std::size_t i = 16; i-- > end;) {
    address.bytes[i] = static_cast<std::uint8_t>(address.bytes[i] + step);
    const bool carries = step > 0 ? address.bytes[i] == 0 : address.bytes[i] == 0xff;
    if (!carries) break;
  }
  return address;
}

bool looks_embedded(const Address& address) {
  static const std::vector<Address> firsts = [] {
    std::vector<Address> all;
    for (const auto& how : embeddings) all.push_back(at(how.first));
    return all;
  }();
  for (std::size_t i = 0; i < firsts.size(); ++i)
    if (std::equal(address.bytes.begin(), address.bytes.begin() + embeddings[i].prefix_bytes, firsts[i].bytes.begin()))
      return true;
  return false;
}

void expect_class(const Address& address, AddressClass expected, std::string_view why) {
  EXPECT_EQ(to_string(classify(address)), to_string(expected)) << to_string(address) << " (" << why << ")";
}

TEST(Classify, AgreesWithTheIpv4RegistryAtEveryBlocksEnds) {
  for (const auto& block : v4_registry) {
    expect_class(at(block.first), block.expected, block.name);
    expect_class(at(block.last), block.expected, block.name);
    for (const auto& outside : {neighbour(at(block.first), -1), neighbour(at(block.last), 1)})
      expect_class(outside, by_registry(outside), block.name);
  }
}

TEST(Classify, AgreesWithTheIpv6RegistryAtEveryBlocksEnds) {
  for (const auto& block : v6_registry) {
    expect_class(at(block.first), block.expected, block.name);
    expect_class(at(block.last), block.expected, block.name);
    for (const auto& outside : {neighbour(at(block.first), -1), neighbour(at(block.last), 1)})
      if (!looks_embedded(outside)) expect_class(outside, by_registry(outside), block.name);
  }
}

TEST(Classify, AgreesWithTheRegistriesOnRandomAddresses) {
  std::mt19937 random(5);
  for (int round = 0; round < 100'000; ++round) {
    const auto v4 = v4_address(static_cast<std::uint32_t>(random()));
    expect_class(v4, by_registry(v4), "random");
    // Random bytes are nearly always public, so most start as some block does.
    auto v6 = at(v6_registry[random() % v6_registry.size()].first);
    for (std::size_t i = random() % 16; i < 16; ++i) v6.bytes[i] = static_cast<std::uint8_t>(random());
    if (!looks_embedded(v6)) expect_class(v6, by_registry(v6), "random");
  }
}

TEST(Classify, JudgesEveryEmbeddingByWhatItEmbedsAndNeverCallsItPublic) {
  for (const auto& how : embeddings)
    for (const auto& block : v4_registry)
      for (const auto text : {block.first, block.last}) {
        const auto inside = by_registry(at(text));
        expect_class(embed(how, at(text)), inside == open ? special : inside, how.name);
      }
}

TEST(Classify, NamesTheServicesACloudsHostOffersAtTheFloor) {
  for (const auto* text :
       {"169.254.169.254", "168.63.129.16", "::ffff:169.254.169.254", "::ffff:168.63.129.16", "::a9fe:a9fe",
        "64:ff9b::a9fe:a9fe", "64:ff9b::168.63.129.16", "64:ff9b:1::a9fe:a9fe", "2002:a9fe:a9fe::1",
        "2002:a83f:8110::", "2001:0:1:2:3:4:5601:5601", "::ffff:0:127.0.0.1", "fd00:ec2::254"})
    expect_class(at(text), floor_class, "metadata");
  expect_class(at("168.63.129.15"), open, "beside WireServer");
  expect_class(at("168.63.129.17"), open, "beside WireServer");
}

// RFC 8215 leaves it to each network how long the prefix of its translator is, and RFC 6052 puts the IPv4 address
// elsewhere for each length.
TEST(Classify, TrustsNoAddressOfALocalTranslator) {
  for (const auto* text : {"64:ff9b:1:a9fe:a9:fe00::", "64:ff9b:1:a9:fe:a9fe:808:808", "64:ff9b:1:0:a9:fea9:fe08:808",
                           "64:ff9b:1::a9fe:a9fe", "64:ff9b:1::808:808"})
    expect_class(at(text), floor_class, "local translator");
}

TEST(TouchesTheFloor, MeansAnyAddressOfARange) {
  for (const auto* yes : {"127.0.0.1", "0.0.0.0/0", "168.63.0.0/16", "168.63.129.16", "255.255.0.0/16", "::/0",
                          "fec0::/16", "fd00:ec2::/32", "64:ff9b::a9fe:a9fe", "::ffff:127.0.0.1", "2002:7f00::/24"})
    EXPECT_TRUE(touches_the_floor(*parse_range(yes))) << yes;
  for (const auto* no : {"10.0.0.0/8", "168.63.128.0/24", "128.0.0.0/8", "20.0.0.0/8", "fd00:1::/32", "64:ff9b::a1e:4"})
    EXPECT_FALSE(touches_the_floor(*parse_range(no))) << no;
}

Reason judged(std::vector<std::string_view> answers, std::vector<std::string_view> expected = {}) {
  std::vector<Address> addresses;
  for (const auto text : answers) addresses.push_back(at(text));
  std::vector<AddressRange> ranges;
  for (const auto text : expected) ranges.push_back(*parse_range(text));
  return judge(addresses, ranges);
}

TEST(Judge, TakesPublicAnswersWhereNothingElseIsExpected) {
  EXPECT_EQ(judged({"20.50.1.1"}), Reason::allowed);
  EXPECT_EQ(judged({"20.50.1.1", "20.50.1.2", "2603:1020::1"}), Reason::allowed);
}

TEST(Judge, RefusesTheWholeAnswerForOneWrongAddress) {
  EXPECT_EQ(judged({"20.50.1.1", "10.0.0.5"}), Reason::address_not_expected);
  EXPECT_EQ(judged({"10.0.0.5", "20.50.1.1"}), Reason::address_not_expected);
  EXPECT_EQ(judged({"20.50.1.1", "fd00::1"}), Reason::address_not_expected);
  EXPECT_EQ(judged({"20.50.1.1", "::ffff:20.50.1.1"}), Reason::address_not_expected);
}

TEST(Judge, NamesTheFloorBeforeAnyOtherFault) {
  EXPECT_EQ(judged({"127.0.0.1"}), Reason::address_prohibited);
  EXPECT_EQ(judged({"10.0.0.5", "20.50.1.1", "169.254.169.254"}), Reason::address_prohibited);
  EXPECT_EQ(judged({"169.254.169.254", "10.0.0.5"}), Reason::address_prohibited);
}

TEST(Judge, HoldsTheFloorWhateverIsExpected) {
  EXPECT_EQ(judged({"127.0.0.1"}, {"0.0.0.0/0"}), Reason::address_prohibited);
  EXPECT_EQ(judged({"::1"}, {"::/0"}), Reason::address_prohibited);
  EXPECT_EQ(judged({"168.63.129.16"}, {"168.63.129.16/32"}), Reason::address_prohibited);
  EXPECT_EQ(judged({"64:ff9b::a9fe:a9fe"}, {"64:ff9b::/96"}), Reason::address_prohibited);
}

TEST(Judge, ExpectsAPrivateEndpointInItsOwnRangesOnly) {
  EXPECT_EQ(judged({"10.30.0.4"}, {"10.30.0.4/32"}), Reason::allowed);
  EXPECT_EQ(judged({"10.30.0.4", "10.31.0.4"}, {"10.30.0.0/24", "10.31.0.0/24"}), Reason::allowed);
  EXPECT_EQ(judged({"10.30.1.4"}, {"10.30.0.0/24"}), Reason::address_not_expected);
  EXPECT_EQ(judged({"20.50.1.1"}, {"10.30.0.0/24"}), Reason::address_not_expected) << "public is no fallback";
  EXPECT_EQ(judged({"10.30.0.4", "20.50.1.1"}, {"10.30.0.0/24"}), Reason::address_not_expected);
  EXPECT_EQ(judged({"::ffff:10.30.0.4"}, {"10.30.0.0/24"}), Reason::address_not_expected) << "a disguise";
}

TEST(Judge, CallsNoAnswerAFailureOfTheDns) {
  EXPECT_EQ(judged({}), Reason::dns_no_address);
  EXPECT_EQ(judged({}, {"10.30.0.0/24"}), Reason::dns_no_address);
}

}  // namespace
}  // namespace shirgate::test
