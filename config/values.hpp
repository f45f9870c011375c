// The kinds of value that [[runtime]] and [[allow]] share.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "config/table_reader.hpp"
#include "policy/address.hpp"
#include "policy/name.hpp"

namespace shirgate {

/// Up to 64 letters, digits, '-', '_' or '.'.
[[nodiscard]] bool is_plain_name(std::string_view text);

/// Up to 64 letters, digits, '-', '_' or '.': what may stand unescaped in logs and tables. Missing is a mistake.
[[nodiscard]] std::optional<Name> read_name(TableReader& table, std::string_view key, std::string_view example);

/// Whom to ask about a risk: empty where the key is absent. Blanks alone are a mistake.
[[nodiscard]] std::string read_ticket(TableReader& table, std::string_view key);

/// `ports`, a list of numbers. Missing or empty is a mistake.
[[nodiscard]] std::vector<std::uint16_t> read_ports(TableReader& table);

/// A list of CIDR blocks.
[[nodiscard]] std::vector<AddressRange> read_ranges(TableReader& table, std::string_view key);

/// Where a name must resolve to. Too broad a range would make the check worthless, and none may touch the floor.
[[nodiscard]] std::vector<AddressRange> read_expected_addresses(TableReader& table, std::string_view key);

}  // namespace shirgate
