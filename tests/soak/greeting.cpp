#include "greeting.hpp"

#include "tests/first_flight/hello_builder.hpp"
#include "tests/wire/lab.hpp"
#include "tests/wire/server_bytes.hpp"
#include "tests/wire/tunnel_client.hpp"

namespace shirgate::soak {
namespace {

/// Of `random` in a hello: behind the record's head, the message's head and the version.
constexpr std::size_t random_at = 5 + 4 + 2;
constexpr std::size_t number_bytes = 8;

}  // namespace

const std::string& connect_words() {
  static const auto words = wire::connect_request(wire::origin_target);
  return words;
}

std::string hello_words(std::size_t tunnel) {
  auto hello = wire::good_hello_for(wire::origin_host);
  for (std::size_t i = 0; i < number_bytes; ++i) hello[random_at + i] = static_cast<char>(tunnel >> 8 * i);
  return hello;
}

std::size_t hello_size() {
  static const auto size = hello_words(0).size();
  return size;
}

std::size_t tunnel_in(std::string_view hello) {
  std::size_t tunnel = 0;
  for (std::size_t i = number_bytes; i-- > 0;) tunnel = tunnel << 8 | static_cast<std::uint8_t>(hello[random_at + i]);
  return tunnel;
}

const std::string& server_words() {
  static const auto words = wire::server_hello();
  return words;
}

}  // namespace shirgate::soak
