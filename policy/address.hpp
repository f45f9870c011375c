// Addresses as the policy judges them: a value, ranges of it, and the classes that decide whether it may be dialled.
// Knows no sockets; proxy/ converts to and from the kernel's structures.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/reason.hpp"

namespace shirgate {

/// An IPv4 or IPv6 address. An IPv4 address is kept in its IPv4-mapped form with `is_v4` set, so that ::ffff:10.0.0.5
/// written as IPv6 stays an IPv6 spelling and is judged as an embedding.
struct Address {
  std::array<std::uint8_t, 16> bytes{};
  bool is_v4 = false;

  [[nodiscard]] friend bool operator==(const Address&, const Address&) = default;
  [[nodiscard]] friend auto operator<=>(const Address&, const Address&) = default;
};

/// Dotted decimal with four parts, or RFC 4291 text without zone. Nothing else: no octal, no shortened forms.
[[nodiscard]] std::optional<Address> parse_address(std::string_view text);
[[nodiscard]] std::string to_string(const Address& address);
[[nodiscard]] Address v4_address(std::uint32_t host_order);

/// A CIDR block. Both spellings of a family stay apart: a v4 block never contains an IPv6 address.
struct AddressRange {
  Address first;
  int prefix_bits = 0;  ///< 0-32 for IPv4, 0-128 for IPv6

  [[nodiscard]] bool contains(const Address& address) const;
  [[nodiscard]] bool overlaps(const AddressRange& other) const;
  [[nodiscard]] friend bool operator==(const AddressRange&, const AddressRange&) = default;
};

/// "10.20.0.0/24", or one address. The bits after the prefix must be zero, so that nobody means another block than the
/// one he wrote; a missing number after '/' is refused.
[[nodiscard]] std::optional<AddressRange> parse_range(std::string_view text);
[[nodiscard]] std::string to_string(const AddressRange& range);

enum class AddressClass : std::uint8_t {
  prohibited,  ///< the floor: loopback, link-local, metadata services, multicast, unspecified, and IPv6 forms that
               ///< embed them
  special,     ///< not for the public internet: private, shared, benchmarking, documentation, reserved (RFC 6890)
  public_,     ///< everything else
};
[[nodiscard]] AddressClass classify(const Address& address);
[[nodiscard]] std::string_view to_string(AddressClass address_class);

/// True where the range holds an address of the floor, or starts with one in disguise.
[[nodiscard]] bool touches_the_floor(const AddressRange& range);

/// True where the address is loopback in its plain form: what a lab's endpoints use.
[[nodiscard]] bool is_loopback(const Address& address);

/// True for 192.0.2.0/24 (RFC 5737): the addresses that documents and `init` write where nobody knows the real one.
[[nodiscard]] bool is_placeholder(const Address& address);

/// May these answers be dialled? All of them or none: one wrong address refuses the whole answer, since a resolver that
/// mixes them is misconfigured or hostile. `expected` empty means public addresses only; otherwise every address must
/// lie inside one of the ranges, and none inside `never`. The floor holds whatever they say.
/// Returns `allowed`, `address_prohibited` or `address_not_expected`; no addresses at all is `dns_no_address`.
[[nodiscard]] Reason judge(std::span<const Address> answers, std::span<const AddressRange> expected,
                           std::span<const AddressRange> never = {});

}  // namespace shirgate
