// That a first flight costs no memory but the readers' own, in our code and in OpenSSL's.
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "allocation_count.hpp"
#include "corpus.hpp"
#include "proxy/first_flight/hello.hpp"
#include "proxy/first_flight/hello_reader.hpp"
#include "proxy/first_flight/ja4.hpp"
#include "proxy/first_flight/judge_hello.hpp"
#include "proxy/first_flight/retried_hello.hpp"
#include "server_feeding.hpp"

namespace shirgate::test {
namespace {

TEST(FirstFlightAllocates, SoTheCounterCounts) {
  EXPECT_GT(allocations_of([] { std::string(1000, 'x').shrink_to_fit(); }), 0U);
  EXPECT_GT(allocations_of([] { EVP_MD_CTX_free(EVP_MD_CTX_new()); }), 0U) << "OpenSSL's are not counted";
}

/// What the session does with the flight of a client, on an HelloRetryRequest too.
std::size_t facts_of(const Octets& bytes, const Host& host, std::span<const std::string> alpn) {
  HelloReader reader;
  std::size_t facts = 0;
  const auto read = [&] {
    const auto hello = parse_hello(reader.body());
    if (hello.has_error()) return;
    if (judge_hello(*hello, host, {.ech_allowed = true, .alpn = alpn}) == Reason::allowed) ++facts;
    if (ja4_of(*hello).text().size() == 36) ++facts;
  };
  if (reader.feed(bytes).has_value()) read();
  RetriedHelloReader retried(reader, EarlyData::not_offered);
  if (retried.feed(bytes).has_value()) read();
  return facts;
}

TEST(FirstFlightAllocates, NothingToReadJudgeAndFingerprintAHello) {
  const std::vector<std::string> alpn{"h2", "http/1.1", "tds/8.0"};
  const auto host = *parse_host("mystaging.blob.core.windows.net");
  for (const auto& capture : captures()) {
    if (capture.format() != "tls") continue;
    std::size_t facts = 0;
    EXPECT_EQ(allocations_of([&] { facts = facts_of(capture.bytes, host, alpn); }), 0U) << capture.name;
    EXPECT_GE(facts, 2U) << capture.name;
  }
}

TEST(FirstFlightAllocates, NothingToReadAServersAnswer) {
  const auto bytes = in_records_of(100, tls12_hello() + certificate_message(Octets(3000, 1)));
  EXPECT_EQ(allocations_of([&] {
              ServerFlightReader reader;
              reader.feed(bytes);
              if (reader.leaf().size() != 3000) throw std::logic_error("not read");
            }),
            0U);
}

}  // namespace
}  // namespace shirgate::test
