#include "hello.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace load {
namespace {

constexpr std::size_t record_header_bytes = 5;
constexpr std::size_t message_header_bytes = 4;

std::size_t u16(std::string_view bytes, std::size_t at) {
  if (at + 2 > bytes.size()) return 0;
  return std::size_t{std::uint8_t(bytes[at])} << 8 | std::uint8_t(bytes[at + 1]);
}

void put_u16(std::string& bytes, std::size_t at, std::size_t value) {
  bytes[at] = char(value >> 8);
  bytes[at + 1] = char(value);
}

void grow_u16(std::string& bytes, std::size_t at, std::size_t by) { put_u16(bytes, at, u16(bytes, at) + by); }

/// Where the two bytes stand that say how long all extensions are.
std::size_t extensions_at(std::string_view hello) {
  std::size_t at = record_header_bytes + message_header_bytes + 2 + 32;
  at += 1 + std::uint8_t(hello.at(at));  // session id
  at += 2 + u16(hello, at);              // cipher suites
  at += 1 + std::uint8_t(hello.at(at));  // compression methods
  return at;
}

/// Where the extension server_name, number 0, begins.
std::size_t server_name_at(std::string_view hello) {
  for (std::size_t at = extensions_at(hello) + 2; at + 9 < hello.size(); at += 4 + u16(hello, at + 2))
    if (u16(hello, at) == 0) return at;
  std::fputs("load: the capture names no server\n", stderr);
  std::exit(2);
}

/// type 0 | length | length of the list | type of the name 0 | length of the name | name
void replace_server_name(std::string& hello, std::string_view name) {
  const std::size_t at = server_name_at(hello);
  const std::size_t old_bytes = u16(hello, at + 7);
  const std::size_t by = name.size() - old_bytes;  // wraps where it shrinks, and so do the sums
  hello.replace(at + 9, old_bytes, name);
  for (const std::size_t length_at : {at + 2, at + 4, at + 7, extensions_at(hello)}) grow_u16(hello, length_at, by);
  grow_u16(hello, record_header_bytes + 2, by);  // the message's length: three bytes, and the first stays 0
  grow_u16(hello, 3, by);
}

std::string make_server_hello() {
  // Legacy version, random, session id, TLS_AES_128_GCM_SHA256, no compression, extensions: supported_versions is 1.3.
  using namespace std::string_literals;
  const std::string body = "\x03\x03"s + std::string(32, '\x77') + '\x20' + std::string(32, '\x11') + "\x13\x01\x00"s +
                           "\x00\x06\x00\x2b\x00\x02\x03\x04"s;
  const std::string message = "\x02\x00\x00"s + char(body.size()) + body;
  return "\x16\x03\x03\x00"s + char(message.size()) + message;
}

}  // namespace

std::string client_hello(const std::string& path, std::string_view server_name) {
  std::ifstream file(path, std::ios::binary);
  std::string hello(std::istreambuf_iterator<char>(file), {});
  if (hello.size() < 100 || record_bytes(hello) != hello.size()) {
    std::fprintf(stderr, "load: %s is not one record with a ClientHello\n", path.c_str());
    std::exit(2);
  }
  replace_server_name(hello, server_name);
  return hello;
}

std::string_view server_hello() {
  static const std::string record = make_server_hello();
  return record;
}

std::size_t record_bytes(std::string_view begin) {
  return begin.size() < record_header_bytes ? 0 : record_header_bytes + u16(begin, 3);
}

}  // namespace load
