#include "proxy/first_flight/resembles.hpp"

#include <array>
#include <cstddef>

namespace shirgate {
namespace {

using namespace std::string_view_literals;

struct Opening {
  std::string_view name;
  std::size_t offset;
  std::string_view bytes;
};

constexpr std::array openings{
    Opening{"ssh", 0, "SSH-"sv},
    Opening{"http2", 0, "PRI * HTTP/2"sv},
    Opening{"http", 0, "GET "sv},
    Opening{"http", 0, "HEAD "sv},
    Opening{"http", 0, "POST "sv},
    Opening{"http", 0, "PUT "sv},
    Opening{"http", 0, "PATCH "sv},
    Opening{"http", 0, "DELETE "sv},
    Opening{"http", 0, "OPTIONS "sv},
    Opening{"http", 0, "CONNECT "sv},
    Opening{"smtp", 0, "EHLO "sv},
    Opening{"smtp", 0, "HELO "sv},
    Opening{"amqp", 0, "AMQP"sv},
    // Version 5, then how many methods are offered: clients offer one to four (RFC 1928 section 3).
    Opening{"socks5", 0, "\x05\x01"sv},
    Opening{"socks5", 0, "\x05\x02"sv},
    Opening{"socks5", 0, "\x05\x03"sv},
    Opening{"socks5", 0, "\x05\x04"sv},
    // Version 4, then CONNECT or BIND.
    Opening{"socks4", 0, "\x04\x01"sv},
    Opening{"socks4", 0, "\x04\x02"sv},
    // Packet type PRELOGIN, whole or with more to come (MS-TDS 2.2.3.1).
    Opening{"tds", 0, "\x12\x00"sv},
    Opening{"tds", 0, "\x12\x01"sv},
    // Behind a length: SSLRequest, GSSENCRequest, CancelRequest, and the start-up packet of protocol 3.0.
    Opening{"postgres", 4, "\x04\xd2\x16\x2f"sv},
    Opening{"postgres", 4, "\x04\xd2\x16\x30"sv},
    Opening{"postgres", 4, "\x04\xd2\x16\x2e"sv},
    Opening{"postgres", 4, "\x00\x03\x00\x00"sv},
};

}  // namespace

std::string_view resembles(std::span<const std::uint8_t> first_bytes) {
  const std::string_view text(reinterpret_cast<const char*>(first_bytes.data()), first_bytes.size());
  for (const auto& opening : openings) {
    if (text.size() >= opening.offset && text.substr(opening.offset).starts_with(opening.bytes)) return opening.name;
  }
  return "unknown";
}

}  // namespace shirgate
