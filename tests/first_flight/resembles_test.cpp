#include "proxy/first_flight/resembles.hpp"

#include <gtest/gtest.h>

#include "hello_builder.hpp"

namespace shirgate::test {
namespace {

using namespace std::string_view_literals;

struct Case {
  const char* name;
  std::string_view bytes;
  std::string_view expected;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class Resembles : public testing::TestWithParam<Case> {};

TEST_P(Resembles, WhatItsFirstBytesSay) {
  const ExactCopy copy(octets(GetParam().bytes));
  EXPECT_EQ(resembles(copy.span()), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Resembles,
    testing::Values(Case{"Ssh", "SSH-2.0-OpenSSH_9.7\r\n"sv, "ssh"}, Case{"Get", "GET / HTTP/1.1\r\n"sv, "http"},
                    Case{"Connect", "CONNECT a.example:443 HTTP/1.1\r\n"sv, "http"},
                    Case{"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"sv, "http2"},
                    Case{"Socks5", "\x05\x02\x00\x01"sv, "socks5"},
                    Case{"Socks4", "\x04\x01\x01\xbb\x7f\x00\x00\x01\x00"sv, "socks4"},
                    Case{"Smtp", "EHLO mail.example\r\n"sv, "smtp"},
                    Case{"TdsPrelogin", "\x12\x01\x00\x2f\x00\x00\x01\x00"sv, "tds"},
                    Case{"PostgresSslRequest", "\x00\x00\x00\x08\x04\xd2\x16\x2f"sv, "postgres"},
                    Case{"PostgresStartup", "\x00\x00\x00\x29\x00\x03\x00\x00user"sv, "postgres"},
                    Case{"Amqp", "AMQP\x00\x01\x00\x00"sv, "amqp"}, Case{"Nothing", ""sv, "unknown"},
                    Case{"HalfAWord", "SSH"sv, "unknown"}, Case{"LowerCase", "get / "sv, "unknown"},
                    Case{"ShortPostgres", "\x00\x00\x00\x08\x04"sv, "unknown"},
                    Case{"Tls", "\x16\x03\x01\x00\x05"sv, "unknown"}, Case{"Noise", "\xff\xfe\xfd\xfc"sv, "unknown"}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace shirgate::test
