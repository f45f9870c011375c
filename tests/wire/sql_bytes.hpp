// What SQL clients and servers say before TLS, byte by byte, where a test scripts it.
#pragma once

#include <string>
#include <string_view>

#include "server_bytes.hpp"
#include "tests/first_flight/tds_builder.hpp"
#include "tunnel_client.hpp"

namespace shirgate::wire {

inline std::string prelogin(std::uint8_t encryption) { return text(test::tds_packet(test::good_prelogin(encryption))); }

inline std::string answer(std::uint8_t encryption) {
  const auto payload = test::prelogin_payload({test::version_option(), test::encryption_option(encryption)});
  return text(test::tds_packet(payload, {.type = 0x04}));
}

/// A ClientHello for the host, in packets of at most so many bytes.
inline std::string wrapped_hello(std::string_view host, std::size_t packet_bytes = 4088) {
  const auto hello = good_hello_for(host);
  return text(test::in_packets_of(packet_bytes, test::Octets(hello.begin(), hello.end())));
}

/// What the server says to a hello: a ServerHello, in a packet where the hello came in packets.
inline std::string answer_to_hello(const std::string& hello) {
  const bool wrapped = hello.front() == 0x12;
  return wrapped ? text(test::tds_packet(test::octets(server_hello()))) : server_hello();
}

inline constexpr std::uint8_t off = 0;
inline constexpr std::uint8_t on = 1;
inline constexpr std::uint8_t required = 3;

}  // namespace shirgate::wire
