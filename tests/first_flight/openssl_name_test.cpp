// The server name OpenSSL takes from a hello is the one we take from it, or we refuse the hello. The fuzz target of the
// same name goes on where this ends.
#include "openssl_server_name.hpp"

#include <gtest/gtest.h>

#include "corpus.hpp"
#include "feeding.hpp"
#include "hello_builder.hpp"
#include "mutator.hpp"
#include "parsed_hello.hpp"

namespace shirgate::test {
namespace {

std::optional<ServerName> our_name(const Octets& bytes) {
  const auto outcome = fed_whole(bytes);
  if (outcome.answer != "done") return std::nullopt;
  const ParsedHello hello(outcome.body);
  if (hello.has_error() || hello->sni.state == SniState::malformed) return std::nullopt;
  return hello->sni.state == SniState::named ? ServerName(hello->sni.text) : ServerName();
}

std::vector<Octets> hellos() {
  std::vector<Octets> all{good_hello()};
  for (const auto& capture : captures()) {
    if (capture.format() == "tls") all.push_back(capture.bytes);
  }
  return all;
}

TEST(OpensslServerName, OfEveryCaptureIsOurs) {
  OpensslServerName openssl;
  for (const auto& bytes : hellos()) {
    const auto theirs = openssl.of(bytes);
    ASSERT_TRUE(theirs.has_value());
    const auto ours = our_name(bytes);
    if (!ours) {
      EXPECT_TRUE(theirs->value_or("").ends_with('.')) << "what we refuse is the trailing dot";
      continue;
    }
    EXPECT_EQ(*ours, *theirs);
  }
}

TEST(OpensslServerName, OfDamagedHellosIsOursUnlessWeRefuse) {
  OpensslServerName openssl;
  Mutator mutator(20261126);
  const auto all = hellos();
  int both = 0;
  int other_names = 0;
  int nameless = 0;
  for (int i = 0; i < 10000; ++i) {
    const auto& hello = all[mutator.below(all.size())];
    const auto bytes = mutator.mutate(hello);
    const auto theirs = openssl.of(bytes);
    const auto ours = our_name(bytes);
    if (!theirs || !ours) continue;
    ASSERT_EQ(*ours, *theirs) << "mutation " << i;
    ++both;
    if (!*ours) ++nameless;
    if (*ours && ours != our_name(hello)) ++other_names;
  }
  EXPECT_GT(both, 1000);
  EXPECT_GT(other_names, 20);
  EXPECT_GT(nameless, 5);
}

}  // namespace
}  // namespace shirgate::test
