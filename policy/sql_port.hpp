// The one port on which SQL Server's protocol is expected, whoever listens.
#pragma once

#include <cstdint>

namespace shirgate {

inline constexpr std::uint16_t sql_port = 1433;

}  // namespace shirgate
