#include "lab/base64.hpp"

#include <cstdint>

namespace shirgate::lab {

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto piece = bytes.substr(i, 3);
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j)
      group = group << 8 | (j < piece.size() ? static_cast<unsigned char>(piece[j]) : 0U);
    for (std::size_t j = 0; j < 4; ++j) text += j <= piece.size() ? digits[group >> (18 - 6 * j) & 63U] : '=';
  }
  return text;
}

}  // namespace shirgate::lab
