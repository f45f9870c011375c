#include "policy/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace shirgate {
namespace {

constexpr int v4_offset_bits = 96;

constexpr std::array<std::uint8_t, 16> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};

Address from_v4_bytes(const std::uint8_t* four) {
  Address address{mapped_prefix, true};
  std::memcpy(address.bytes.data() + 12, four, 4);
  return address;
}

int prefix_in_128(const AddressRange& range) { return range.prefix_bits + (range.first.is_v4 ? v4_offset_bits : 0); }

bool same_prefix(const Address& a, const Address& b, int bits) {
  const int whole = bits / 8;
  if (!std::equal(a.bytes.begin(), a.bytes.begin() + whole, b.bytes.begin())) return false;
  const int rest = bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xff << (8 - rest));
  const auto at = static_cast<std::size_t>(whole);
  return (a.bytes[at] & mask) == (b.bytes[at] & mask);
}

using Blocks = std::vector<AddressRange>;

Blocks blocks_of(std::initializer_list<std::string_view> texts) {
  Blocks blocks;
  for (const auto text : texts) blocks.push_back(*parse_range(text));
  return blocks;
}

bool in_any(const Blocks& blocks, const Address& address) {
  return std::any_of(blocks.begin(), blocks.end(), [&](const AddressRange& block) { return block.contains(address); });
}

const Blocks& floor_v4() {
  static const Blocks blocks = blocks_of({
      "0.0.0.0/8",           // "this network"; Linux dials 0.0.0.0 as loopback
      "127.0.0.0/8",         // loopback
      "169.254.0.0/16",      // link-local, and the instance metadata service 169.254.169.254
      "168.63.129.16/32",    // Azure WireServer: looks public, is the host
      "224.0.0.0/4",         // multicast
      "255.255.255.255/32",  // broadcast
  });
  return blocks;
}

const Blocks& special_v4() {
  // IANA IPv4 special-purpose registry (RFC 6890 and later), what is not globally reachable.
  static const Blocks blocks =
      blocks_of({"10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
                 "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4"});
  return blocks;
}

const Blocks& floor_v6() {
  static const Blocks blocks = blocks_of({
      "::/128",             // unspecified
      "::1/128",            // loopback
      "fe80::/10",          // link-local
      "fec0::/10",          // site-local, deprecated
      "ff00::/8",           // multicast
      "64:ff9b:1::/48",     // a translator of one's own (RFC 8215): where in it the IPv4 address is can't be told
      "fd00:ec2::254/128",  // a metadata service
      "fd20:ce::254/128",   // a metadata service
  });
  return blocks;
}

const Blocks& special_v6() {
  static const Blocks blocks = blocks_of({
      "fc00::/7",        // unique local
      "100::/64",        // discard
      "100:0:0:1::/64",  // dummy prefix (RFC 9780)
      "2001::/23",       // IETF protocol assignments (Teredo is judged by what it embeds first)
      "2001:db8::/32",   // documentation
      "3fff::/20",       // documentation
      "5f00::/16",       // segment routing
  });
  return blocks;
}

/// The IPv4 address an IPv6 address stands for, if it is one of the known embeddings.
std::optional<Address> embedded_v4(const Address& address) {
  static const auto mapped = *parse_range("::ffff:0:0/96");
  static const auto compatible = *parse_range("::/96");
  static const auto translated = *parse_range("::ffff:0:0:0/96");  // RFC 2765
  static const auto nat64 = *parse_range("64:ff9b::/96");          // RFC 6052
  static const auto six_to_four = *parse_range("2002::/16");       // RFC 3056
  static const auto teredo = *parse_range("2001::/32");            // RFC 4380, the client part is inverted
  const auto* bytes = address.bytes.data();
  for (const auto& range : {mapped, compatible, translated, nat64})
    if (range.contains(address)) return from_v4_bytes(bytes + 12);
  if (six_to_four.contains(address)) return from_v4_bytes(bytes + 2);
  if (teredo.contains(address)) {
    std::array<std::uint8_t, 4> inverted{};
    for (std::size_t i = 0; i < 4; ++i) inverted[i] = static_cast<std::uint8_t>(~bytes[12 + i]);
    return from_v4_bytes(inverted.data());
  }
  return std::nullopt;
}

AddressClass classify_v4(const Address& address) {
  if (in_any(floor_v4(), address)) return AddressClass::prohibited;
  if (in_any(special_v4(), address)) return AddressClass::special;
  return AddressClass::public_;
}

}  // namespace

Address v4_address(std::uint32_t host_order) {
  const std::array<std::uint8_t, 4> four{
      static_cast<std::uint8_t>(host_order >> 24), static_cast<std::uint8_t>(host_order >> 16),
      static_cast<std::uint8_t>(host_order >> 8), static_cast<std::uint8_t>(host_order)};
  return from_v4_bytes(four.data());
}

std::optional<Address> parse_address(std::string_view text) {
  if (text.empty() || text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string terminated(text);
  std::array<std::uint8_t, 4> four{};
  if (inet_pton(AF_INET, terminated.c_str(), four.data()) == 1) return from_v4_bytes(four.data());
  Address address;
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

std::string to_string(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (!address.is_v4) return inet_ntop(AF_INET6, address.bytes.data(), text.data(), text.size());
  // inet_ntop prints through a format string, and the audit log writes two of these for each event.
  auto* end = text.data();
  for (std::size_t i = 12; i < 16; ++i) {
    if (i > 12) *end++ = '.';
    end = std::to_chars(end, text.data() + text.size(), address.bytes[i]).ptr;
  }
  return {text.data(), end};
}

bool AddressRange::contains(const Address& address) const {
  return address.is_v4 == first.is_v4 && same_prefix(first, address, prefix_in_128(*this));
}

bool AddressRange::overlaps(const AddressRange& other) const {
  return other.first.is_v4 == first.is_v4 &&
         same_prefix(first, other.first, std::min(prefix_in_128(*this), prefix_in_128(other)));
}

std::optional<AddressRange> parse_range(std::string_view text) {
  const auto slash = text.find('/');
  const auto first = parse_address(text.substr(0, slash));
  if (!first) return std::nullopt;
  const int longest = first->is_v4 ? 32 : 128;
  AddressRange range{*first, longest};
  if (slash == std::string_view::npos) return range;

  const auto digits = text.substr(slash + 1);
  if (digits.empty() || digits.size() > 3 || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;
  int bits = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    bits = bits * 10 + (c - '0');
  }
  if (bits > longest) return std::nullopt;
  range.prefix_bits = bits;
  const int kept = prefix_in_128(range);
  for (int bit = kept; bit < 128; ++bit) {
    const auto byte = first->bytes[static_cast<std::size_t>(bit / 8)];
    if ((byte >> (7 - bit % 8)) & 1) return std::nullopt;
  }
  return range;
}

std::string to_string(const AddressRange& range) {
  return to_string(range.first) + '/' + std::to_string(range.prefix_bits);
}

AddressClass classify(const Address& address) {
  if (address.is_v4) return classify_v4(address);
  if (in_any(floor_v6(), address)) return AddressClass::prohibited;
  if (const auto inner = embedded_v4(address)) {
    // A public address in disguise is still a disguise: nothing in Azure answers with one.
    const auto inside = classify_v4(*inner);
    return inside == AddressClass::public_ ? AddressClass::special : inside;
  }
  if (in_any(special_v6(), address)) return AddressClass::special;
  return AddressClass::public_;
}

bool touches_the_floor(const AddressRange& range) {
  const auto overlaps = [&](const AddressRange& block) { return block.overlaps(range); };
  return std::any_of(floor_v4().begin(), floor_v4().end(), overlaps) ||
         std::any_of(floor_v6().begin(), floor_v6().end(), overlaps) ||
         classify(range.first) == AddressClass::prohibited;
}

std::string_view to_string(AddressClass address_class) {
  switch (address_class) {
    case AddressClass::prohibited: return "prohibited";
    case AddressClass::special: return "special";
    case AddressClass::public_: return "public";
  }
  return "prohibited";
}

bool is_loopback(const Address& address) {
  static const auto v4 = *parse_range("127.0.0.0/8");
  static const auto v6 = *parse_range("::1/128");
  return v4.contains(address) || v6.contains(address);
}

bool is_placeholder(const Address& address) {
  static const auto documents = *parse_range("192.0.2.0/24");
  return documents.contains(address);
}

Reason judge(std::span<const Address> answers, std::span<const AddressRange> expected,
             std::span<const AddressRange> never) {
  if (answers.empty()) return Reason::dns_no_address;
  const auto lies_in = [](const Address& address, std::span<const AddressRange> ranges) {
    return std::any_of(ranges.begin(), ranges.end(),
                       [&](const AddressRange& range) { return range.contains(address); });
  };
  Reason worst = Reason::allowed;
  for (const auto& answer : answers) {
    const auto found = classify(answer);
    if (found == AddressClass::prohibited) return Reason::address_prohibited;
    const bool fits = expected.empty() ? found == AddressClass::public_ : lies_in(answer, expected);
    if (!fits || lies_in(answer, never)) worst = Reason::address_not_expected;
  }
  return worst;
}

}  // namespace shirgate
