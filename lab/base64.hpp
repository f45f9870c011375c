// Base64 (RFC 4648), with its padding.
#pragma once

#include <string>
#include <string_view>

namespace shirgate::lab {

[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace shirgate::lab
